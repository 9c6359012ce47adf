"""The tree of the ledger: every way of tampering is found, every fault is named, and erasing is not one."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import ledger, ledger_chain
from client_comms.rules.ledger import (
	CHANGED,
	ERASED,
	NOT_AS_CHECKPOINTED,
	REMOVED,
	UNPROVED,
	Entry,
	Known,
	Walk,
)
from client_comms.rules.merkle import CompactRange

pytestmark = pytest.mark.clause("P-2", "R-3")


def entry(sequence, user="anna@example.com", **changed):
	kept = {"name": f"E{sequence}-{user}", "at": "2026-11-26 10:00:00", "action": "View"}
	personal = {"user": user, "reference_name": "CI-1"}
	salt = sha256(kept["name"].encode()).hexdigest()[:32]
	hidden = ledger.personal_digest(salt, personal)
	return replace(Entry(sequence, kept, personal, salt, hidden, ledger.digest(kept, hidden)), **changed)


def checkpoints(entries, *sizes):
	"""What the tree was at these sizes."""
	tree, found = CompactRange(), []
	for each in entries:
		tree.append(ledger.leaf(each.digest))
		if tree.end in sizes:
			found.append(Known(tree.end, tree.root(), tree.copy()))
	return found


def faults(entries, known, start=ledger.BEGINNING):
	walk = Walk(known, start)
	found = [fault for each in entries for fault in walk.take(each)]
	found += walk.end()
	return [(each.first, each.last, each.kind) for each in ledger.joined(found)]


TEN = [entry(number) for number in range(1, 11)]
KNOWN = checkpoints(TEN, 3, 6, 10)


def test_the_digest_of_an_entry_worked_by_hand():
	# printf '\x00\x01{"user":"ä"}' | sha256sum
	hidden = ledger.personal_digest("0001", {"user": "ä", "reason": ""})
	assert hidden == "5dd340708ec8fcdfac15272f920a09670b2ecb18a9aa3a8418f12a0b689e817e"
	text = b'{"action":"View","name":"E1","personal":"' + hidden.encode() + b'"}'
	assert ledger.digest({"name": "E1", "action": "View", "rule": ""}, hidden) == sha256(text).hexdigest()


def test_what_is_right_has_no_fault():
	assert faults(TEN, KNOWN) == []
	assert faults([], []) == []


def test_every_fault_is_named_not_the_first_alone():
	tampered = [
		replace(TEN[0], kept={**TEN[0].kept, "at": "2026-01-01 00:00:00"}),
		TEN[1],
		replace(TEN[2], personal={**TEN[2].personal, "user": "other@example.com"}),
		TEN[3],
		TEN[5],
		TEN[6],
		entry(8, "forged@example.com"),
		TEN[8],
	]
	assert faults(tampered, KNOWN) == [
		(1, 1, CHANGED),
		(3, 3, CHANGED),
		(5, 5, REMOVED),
		(4, 6, UNPROVED),
		(10, 10, REMOVED),
		(7, 9, UNPROVED),  # among them the one that was forged with its digest
	]
	assert faults([*TEN[:7], entry(8, "forged@example.com"), *TEN[8:]], KNOWN) == [
		(7, 10, NOT_AS_CHECKPOINTED)
	]


def test_entries_in_a_row_with_one_fault_are_one():
	tampered = [replace(each, personal={}) for each in TEN[:4]] + TEN[4:]
	assert faults(tampered, KNOWN) == [(1, 4, CHANGED)]


def test_a_whole_ledger_that_was_rebuilt_is_found_at_each_checkpoint():
	forged = [entry(number, "forged@example.com") for number in range(1, 11)]
	assert faults(forged, KNOWN) == [(1, 10, NOT_AS_CHECKPOINTED)]
	assert faults(forged, checkpoints(forged, 3, 6, 10)) == [], "which is why copies are kept outside"


def test_a_new_checkpoint_of_the_same_size_does_not_move_the_fault():
	"""Such as one that was signed after the ledger was rebuilt, beside the seal."""
	forged = [entry(n, user="other@example.com") for n in range(1, 11)]
	new, old = checkpoints(forged, 10), checkpoints(TEN, 10)
	assert faults(forged, [*new, *old]) == [(1, 10, NOT_AS_CHECKPOINTED)]
	assert faults(forged, [*checkpoints(forged, 6, 10), *old]) == [(7, 10, NOT_AS_CHECKPOINTED)]


def test_a_checkpoint_whose_nodes_are_wrong_does_not_hide_what_comes():
	damaged = [replace(KNOWN[0], tree=None), *KNOWN[1:]]
	assert faults([entry(1, "forged@example.com"), *TEN[1:]], damaged) == [
		(1, 3, NOT_AS_CHECKPOINTED),
		(4, 6, UNPROVED),
	]
	assert faults([*TEN[:3], entry(4, "forged@example.com"), *TEN[4:]], damaged) == [
		(4, 6, NOT_AS_CHECKPOINTED)
	]


def test_erased_entries_stay_in_the_tree():
	erased = replace(TEN[4], personal={}, salt="", is_erasure_recorded=True)
	assert faults([*TEN[:4], erased, *TEN[5:]], KNOWN) == []
	silently = replace(erased, is_erasure_recorded=False)
	assert faults([*TEN[:4], silently, *TEN[5:]], KNOWN) == [(5, 5, ERASED)]
	filled = replace(erased, personal={"user": "other@example.com"})
	assert faults([*TEN[:4], filled, *TEN[5:]], KNOWN) == [(5, 5, CHANGED)]
	changed = replace(erased, kept={**erased.kept, "action": "Print"})
	assert faults([*TEN[:4], changed, *TEN[5:]], KNOWN) == [(5, 5, CHANGED)]


def test_an_erased_entry_cannot_be_guessed_back():
	"""Without the salt, no one can try out who it was; the same content has another digest each time."""
	one, other = entry(1), entry(2, "anna@example.com")
	assert one.personal == other.personal and one.personal_digest != other.personal_digest


@pytest.mark.parametrize("salt", ["not hexadecimal", "00" * 16])
def test_another_salt_is_another_content(salt):
	assert faults([replace(TEN[0], salt=salt), *TEN[1:]], KNOWN) == [(1, 1, CHANGED)]


def test_a_digest_that_is_none_is_a_change_and_the_checkpoint_misses_it():
	assert faults([replace(TEN[0], digest="?"), *TEN[1:]], KNOWN) == [
		(1, 1, CHANGED),
		(1, 3, NOT_AS_CHECKPOINTED),
	]


def test_verification_begins_at_a_checkpoint():
	assert faults(TEN[6:], KNOWN, KNOWN[1]) == []
	wrong = Known(6, b"", None)
	assert faults([entry(7, "forged@example.com"), *TEN[7:]], KNOWN, KNOWN[1]) == [
		(7, 10, NOT_AS_CHECKPOINTED)
	]
	assert faults(TEN[6:], KNOWN, wrong) == [(7, 10, UNPROVED)]


def test_a_walk_that_was_stopped_goes_on_from_the_last_checkpoint():
	first = Walk(KNOWN)
	assert [fault for each in TEN[:8] for fault in first.take(each)] == []
	assert (first.at, first.passed.size, first.checked) == (8, 6, 8)
	assert faults(TEN[first.passed.size :], KNOWN, first.passed) == []


def test_checkpoints_are_read_only_as_far_as_the_walk_has_come():
	seen = []

	def lazily():
		for each in KNOWN:
			seen.append(each.size)
			yield each

	walk = Walk(lazily())
	for each in TEN[:4]:
		list(walk.take(each))
	assert seen == [3, 6]


# --- from before there was a tree ---------------------------------------------------------------


def in_chain(entries):
	"""The same entries with the hash chain of that time."""
	previous, chained = ledger_chain.FIRST, []
	for each in entries:
		content = {key: {**each.kept, **each.personal}.get(key, "") for key in ledger_chain.FIELDS}
		hashed = ledger_chain.entry_hash(previous, each.sequence, content)
		chained.append(replace(each, previous_hash=previous, entry_hash=hashed))
		previous = hashed
	return chained


def test_the_chain_of_earlier_entries_is_verified_further_on():
	chained = [*in_chain(TEN[:5]), *TEN[5:]]
	old = [Known(4, entry_hash=chained[3].entry_hash)]
	known = [*KNOWN[:1], *old, *KNOWN[1:]]
	assert faults(chained, known) == []
	unlinked = replace(chained[2], previous_hash="f" * 64)
	assert faults([*chained[:2], unlinked, *chained[3:]], known) == [(3, 3, CHANGED)]
	other = in_chain([entry(1, "forged@example.com"), *TEN[1:5]])
	assert faults([*other, *TEN[5:]], old) == [(4, 4, NOT_AS_CHECKPOINTED)]


def test_an_erased_entry_of_the_chain_takes_its_hash_with_it():
	chained = in_chain(TEN[:5])
	erased = replace(
		chained[1], personal={}, salt="", previous_hash="", entry_hash="", is_erasure_recorded=True
	)
	following = replace(chained[2], previous_hash="", entry_hash="")
	assert faults([chained[0], erased, following, *chained[3:], *TEN[5:]], KNOWN) == []


# --- properties --------------------------------------------------------------------------------


@st.composite
def cases(draw):
	"""A ledger, its checkpoints, of which the last covers all, and one act of tampering."""
	entries = [entry(number) for number in range(1, draw(st.integers(2, 14)) + 1)]
	sizes = draw(st.sets(st.integers(1, len(entries))))
	known = checkpoints(entries, *sizes, len(entries))
	at = draw(st.integers(0, len(entries) - 1))
	act = draw(st.sampled_from(["change", "forge", "delete", "delete and close", "swap", "insert", "cut"]))
	return entries, known, at, act


def tampered(entries, at, act):
	found = list(entries)
	if act == "change":
		found[at] = replace(found[at], personal={**found[at].personal, "user": "other@example.com"})
	elif act == "forge":
		found[at] = entry(at + 1, "other@example.com")
	elif act == "delete":
		del found[at]
	elif act == "delete and close":
		del found[at]
		found = [replace(each, sequence=number) for number, each in enumerate(found, 1)]
	elif act == "swap":
		other = (at + 1) % len(found)
		found[at], found[other] = (
			replace(found[other], sequence=at + 1),
			replace(found[at], sequence=other + 1),
		)
	elif act == "insert":
		found.insert(at, entry(at + 1, "forged@example.com"))
	elif act == "cut":
		del found[at:]
	return found


@given(cases())
def test_every_act_of_tampering_is_found_between_the_checkpoints_where_it_was_done(case):
	entries, known, at, act = case
	assert faults(entries, known) == []
	found = faults(tampered(entries, at, act), known)
	assert found
	before = max((each.size for each in known if each.size <= at), default=0)
	touched = min(at, (at + 1) % len(entries)) if act == "swap" else at
	if act != "swap":
		assert found[0][0] > before, found
	if act not in ("insert", "delete and close"):  # which may push others out of their place
		assert found[0][0] <= touched + 1, found


@given(cases(), st.data())
def test_a_second_fault_behind_a_checkpoint_is_found_as_well(case, data):
	entries, known, _at, _act = case
	if len(known) < 2:
		return
	split = known[0].size
	first = data.draw(st.integers(0, split - 1))
	second = data.draw(st.integers(split, len(entries) - 1))
	forged = tampered(tampered(entries, first, "forge"), second, "forge")
	found = faults(forged, known)
	assert {kind for _first, _last, kind in found} == {NOT_AS_CHECKPOINTED}
	for changed in (first, second):
		assert any(start <= changed + 1 <= end for start, end, _kind in found)
