"""The hash chain of entries from before there was a tree: every way of tampering is found, at the place where it was done."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.ledger_chain import (
	CHANGED,
	FIRST,
	INSERTED,
	NOT_AS_CHECKPOINTED,
	REMOVED,
	UNLINKED,
	Checkpoint,
	Entry,
	canonical,
	entry_hash,
	verify,
)

pytestmark = pytest.mark.clause("P-2", "R-3")

contents = st.dictionaries(
	st.sampled_from(["user", "action", "reference_name", "reason"]), st.none() | st.text() | st.integers()
)


def chained(contents, start=None):
	sequence, previous = (start.sequence, start.entry_hash) if start else (0, FIRST)
	entries = []
	for content in contents:
		sequence += 1
		hashed = entry_hash(previous, sequence, content)
		entries.append(Entry(sequence, previous, hashed, content, f"E{sequence}"))
		previous = hashed
	return entries


@st.composite
def ledgers(draw, at_least=1):
	return chained(draw(st.lists(contents, min_size=at_least, max_size=12)))


def checkpoint(entry):
	return Checkpoint(entry.sequence, entry.entry_hash)


def fault(result):
	return result.first_fault and (result.first_fault.sequence, result.first_fault.kind)


def test_the_hash_of_an_entry_worked_by_hand():
	# printf '%s%s' "$(printf '0%.0s' $(seq 64))" '{"sequence":1,"user":"ä"}' | sha256sum
	expected = "06b05bf607d3410f51f951ab9abf0a384af3a6de0069250ddd82fd712e3fd49e"
	assert canonical({"user": "ä", "sequence": 1}) == '{"sequence":1,"user":"ä"}'.encode()
	assert entry_hash(FIRST, 1, {"user": "ä"}) == expected


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.integers(-12, 14))
def test_the_same_moment_is_written_alike_in_every_zone(moment, hours):
	moment = moment.replace(tzinfo=timezone.utc)
	elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
	assert canonical({"at": elsewhere}) == canonical({"at": moment})
	assert moment.isoformat().encode() in canonical({"at": moment})


def test_what_has_no_canonical_form_is_refused():
	with pytest.raises(TypeError):
		canonical({"at": object()})
	assert canonical({"at": datetime(2026, 11, 25, 9)}) == b'{"at":"2026-11-25T09:00:00"}'


@given(ledgers(at_least=0))
def test_an_untouched_ledger_is_whole(entries):
	result = verify(iter(entries), checkpoints=map(checkpoint, entries))
	assert (result.ok, result.checked, result.first_fault) == (True, len(entries), None)


@given(ledgers(), contents, st.data())
def test_a_changed_entry_is_found(entries, content, data):
	at = data.draw(st.integers(0, len(entries) - 1))
	if canonical(content) == canonical(entries[at].content):
		return
	entries[at] = replace(entries[at], content=content)
	result = verify(entries)
	assert fault(result) == (at + 1, CHANGED)
	assert result.checked == at
	assert result.first_fault.name == f"E{at + 1}"
	assert str(at + 1) in str(result.first_fault.message)


@given(ledgers(at_least=2), contents, st.data())
def test_a_changed_entry_with_a_hash_rebuilt_no_longer_carries_the_next(entries, content, data):
	at = data.draw(st.integers(0, len(entries) - 2))
	entry = entries[at]
	if canonical(content) == canonical(entry.content):
		return
	hashed = entry_hash(entry.previous_hash, entry.sequence, content)
	entries[at] = replace(entry, content=content, entry_hash=hashed)
	assert fault(verify(entries)) == (at + 2, UNLINKED)


@given(ledgers(at_least=2), st.data())
def test_a_removed_entry_is_found(entries, data):
	at = data.draw(st.integers(0, len(entries) - 2))
	assert fault(verify(entries[:at] + entries[at + 1 :])) == (at + 1, REMOVED)


@given(ledgers(at_least=2), st.data())
def test_a_removed_entry_is_found_when_the_rest_moves_up(entries, data):
	at = data.draw(st.integers(0, len(entries) - 2))
	moved = [
		replace(e, sequence=e.sequence - 1, entry_hash=entry_hash(e.previous_hash, e.sequence - 1, e.content))
		for e in entries[at + 1 :]
	]
	assert fault(verify(entries[:at] + moved)) == (at + 1, UNLINKED)


@given(ledgers(), contents, st.data())
def test_an_inserted_entry_is_found(entries, content, data):
	at = data.draw(st.integers(0, len(entries) - 1))
	last = entries[at]
	hashed = entry_hash(last.entry_hash, last.sequence, content)
	forged = Entry(last.sequence, last.entry_hash, hashed, content)
	assert fault(verify([*entries[: at + 1], forged, *entries[at + 1 :]])) == (at + 1, INSERTED)


@given(ledgers(at_least=2), st.data())
def test_reordered_entries_are_found(entries, data):
	at = data.draw(st.integers(0, len(entries) - 2))
	entries[at : at + 2] = [
		replace(entries[at + 1], sequence=at + 1),
		replace(entries[at], sequence=at + 2),
	]
	assert fault(verify(entries)) == (at + 1, CHANGED)


@given(ledgers(at_least=2), st.data())
def test_a_cut_is_found_by_a_checkpoint_beyond_it(entries, data):
	kept = data.draw(st.integers(0, len(entries) - 1))
	mark = checkpoint(entries[-1])
	assert fault(verify(entries[:kept], checkpoints=[mark])) == (kept + 1, REMOVED)
	assert verify(entries[:kept]).ok  # which is why there are checkpoints


@given(ledgers(), ledgers(), st.data())
def test_a_chain_rebuilt_is_found_by_a_checkpoint(entries, others, data):
	at = data.draw(st.integers(0, min(len(entries), len(others)) - 1))
	if others[at].entry_hash == entries[at].entry_hash:
		return
	result = verify(others, checkpoints=[checkpoint(entries[at])])
	assert fault(result) == (at + 1, NOT_AS_CHECKPOINTED)


@given(ledgers(), st.data())
def test_verification_begins_at_a_checkpoint(entries, data):
	at = data.draw(st.integers(0, len(entries) - 1))
	start = checkpoint(entries[at])
	result = verify(entries[at + 1 :], start, map(checkpoint, entries))
	assert (result.ok, result.checked) == (True, len(entries) - at - 1)
	wrong = verify(entries[at + 1 :], replace(start, entry_hash=FIRST))
	assert fault(wrong) == ((at + 2, UNLINKED) if entries[at + 1 :] else None)


def test_entries_are_taken_one_by_one():
	"""A ledger of any length is verified without holding it, and nothing is read after the first fault."""
	entries = chained([{"user": "a"}] * 3)
	entries[1] = replace(entries[1], content={"user": "b"})
	stream = iter(entries)
	verify(stream)
	assert next(stream) is entries[2]
