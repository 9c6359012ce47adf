"""Samples of records for review: drawn by the seed alone, of every stratum, and more where something is marked (R-2)."""

import hashlib
import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.messages import RuleError
from client_comms.rules.sampling import Candidate, Size, draw, for_two

pytestmark = pytest.mark.clause("R-2")

STAFF = [Candidate(f"CI-{n:03}", ("anna" if n % 2 else "ben", "Inquiry")) for n in range(1, 41)]


def test_anyone_can_draw_the_sample_again_by_hand():
	expected = sorted(
		(f"CI-{n:03}" for n in range(1, 41, 2)),
		key=lambda name: hashlib.sha256(f"2026-11|{name}".encode()).hexdigest(),
	)[:3]
	sample = draw(STAFF, Size(number=3), "2026-11")
	assert [each.name for each in sample if each.stratum[0] == "anna"] == expected
	assert len(sample) == 6


def test_another_seed_draws_another_sample():
	drawn = {tuple(each.name for each in draw(STAFF, Size(number=5), seed)) for seed in ("a", "b", "c")}
	assert len(drawn) == 3


@given(st.permutations(STAFF))
def test_the_order_of_records_does_not_matter(records):
	assert draw(records, Size(share=0.25), "seed") == draw(STAFF, Size(share=0.25), "seed")


@pytest.mark.parametrize(
	("size", "records", "drawn"),
	[
		(Size(number=3), 20, 3),
		(Size(number=3), 2, 2),
		(Size(share=0.1), 30, 3),
		(Size(share=0.1), 31, 4),
		(Size(share=0.1, minimum=2), 5, 2),
		(Size(share=0.1, minimum=2), 1, 1),
		(Size(number=0), 20, 0),
	],
)
def test_the_size_of_a_stratum(size, records, drawn):
	assert size.of(records) == drawn


def test_marked_records_come_in_addition():
	records = [Candidate(f"CI-{n}", ("anna",), frozenset({"late"} if n < 10 else ())) for n in range(40)]
	sample = draw(records, Size(number=4, extra={"late": 0.5}), "seed")
	plain = {each.name for each in sample if not each.because}
	late_left = [each for each in records if "late" in each.marks and each.name not in plain]
	extra = [each.name for each in sample if each.because == "late"]
	assert len(plain) == 4
	assert len(extra) == -(-len(late_left) // 2)
	assert set(extra) <= {each.name for each in late_left}
	assert len({each.name for each in sample}) == len(sample)


def test_ten_times_the_marked_records_take_hardly_more_than_ten_times_as_long():
	def seconds(number):
		records = [Candidate(f"CI-{n}", ("a",), frozenset({"late"} if n % 2 else ())) for n in range(number)]
		size = Size(number=1, extra={"late": 1})
		return min(
			timeit.repeat(lambda: draw(records, size, "seed"), timer=time.process_time, number=1, repeat=3)
		)

	assert seconds(10_000) < 30 * max(seconds(1_000), 0.005)


def test_a_record_with_several_marks_is_drawn_once():
	records = [Candidate(f"CI-{n}", ("a",), frozenset({"late", "new"})) for n in range(10)]
	sample = draw(records, Size(number=0, extra={"late": 1, "new": 1}), "seed")
	assert sorted(each.name for each in sample) == sorted(each.name for each in records)
	assert {each.because for each in sample} == {"late"}


def test_a_share_of_the_sample_goes_to_two():
	names = [f"CI-{n}" for n in range(25)]
	chosen = for_two(names, 0.2, "seed")
	assert len(chosen) == 5
	assert chosen == for_two(reversed(names), 0.2, "seed")
	assert for_two(names, 0, "seed") == frozenset()


def test_every_record_has_the_same_chance():
	names = [Candidate(f"CI-{n}", ("a",)) for n in range(10)]
	times = dict.fromkeys((each.name for each in names), 0)
	for seed in range(2000):
		for each in draw(names, Size(number=3), str(seed)):
			times[each.name] += 1
	# Expected 600 each, with a standard deviation of sqrt(2000 * 0.3 * 0.7) = 20.5.
	assert all(abs(count - 600) < 5 * 20.5 for count in times.values()), times


@pytest.mark.parametrize(
	"wrong",
	[
		{},
		{"number": 1, "share": 0.1},
		{"number": -1},
		{"share": 0},
		{"share": 1.1},
		{"number": 1, "extra": {"late": 2}},
	],
)
def test_a_size_that_makes_no_sense_is_refused(wrong):
	with pytest.raises(RuleError):
		Size(**wrong)
