"""When records expire, and what then happens to them (P-2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import retention
from client_comms.rules.retention import ANONYMISE, DELETE, KEEP, Outcome, Schedule, Term

pytestmark = pytest.mark.clause("P-2")


@pytest.mark.parametrize(
	("day", "months", "expected"),
	[
		(date(2024, 1, 31), 1, date(2024, 2, 29)),
		(date(2023, 1, 31), 1, date(2023, 2, 28)),
		(date(2024, 11, 30), 3, date(2025, 2, 28)),
		(date(2024, 12, 15), 12, date(2025, 12, 15)),
		(date(2024, 3, 31), -1, date(2024, 2, 29)),
		(date(2024, 1, 15), -1, date(2023, 12, 15)),
	],
)
def test_months_end_on_the_same_day_or_the_last_one(day, months, expected):
	assert retention.add_months(day, months) == expected


def test_a_record_expires_on_the_day_and_not_before():
	term = Term(12, DELETE)
	assert retention.decide(date(2024, 5, 5), term, date(2025, 5, 4)) is None
	assert retention.decide(date(2024, 5, 5), term, date(2025, 5, 5)) == Outcome(DELETE, date(2025, 5, 5))


def test_nothing_expires_without_a_term():
	assert retention.decide(date(1990, 1, 1), Term(0, DELETE), date(2025, 5, 5)) is None


def test_a_hold_keeps_what_has_expired():
	found = retention.decide(date(2020, 1, 1), Term(1, DELETE), date(2025, 5, 5), hold="LH-1")
	assert (found.action, found.hold) == (KEEP, "LH-1")


def test_a_type_can_differ_from_its_level():
	schedule = Schedule(Term(24), {"Complaint": Term(120, DELETE), "Advice": Term(0)})
	assert schedule.of("Complaint") == Term(120, DELETE)
	assert schedule.of("Advice").months == 0
	assert schedule.of("Service Update") == schedule.of(None) == Term(24, ANONYMISE)
	assert schedule.shortest() == 24
	assert Schedule(Term(0), {"Complaint": Term(6)}).shortest() == 6
	assert Schedule(Term(0), {}).shortest() == 0


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 1200), st.integers(1, 1200))
def test_a_longer_term_never_expires_earlier(day, months, more):
	assert retention.add_months(day, months) <= retention.add_months(day, months + more)
	assert retention.add_months(day, months).day <= day.day
