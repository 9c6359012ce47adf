"""Exports of the ledger: what they prove without the site, and that no tampering passes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_comms.rules import ledger, ledger_export
from client_comms.rules.ledger import CHANGED, ERASED, NOT_AS_CHECKPOINTED, REMOVED, UNPROVED
from client_comms.rules.ledger_export import Leaf, UnreadableExport
from client_comms.rules.merkle import CompactRange
from client_comms.rules.signed_notes import COSIGNATURE, Checkpoint, Note, PrivateKey

pytestmark = pytest.mark.clause("P-2", "R-3")

KEY = PrivateKey.generate("site.example/ledger")
NEXT = PrivateKey.generate("site.example/ledger")
AUDITOR = PrivateKey.generate("audit.example", COSIGNATURE)


def content(sequence, user="anna@example.com", **kept):
	kept = {"name": f"E{sequence}", "at": f"2026-11-{sequence:02d}", "action": "View", **kept}
	personal = {"user": user, "state": kept.pop("state", "")}
	salt = f"{sequence:032x}"
	hidden = ledger.personal_digest(salt, personal)
	return {
		"kept": kept,
		"personal": personal,
		"salt": salt,
		"personal_digest": hidden,
		"digest": ledger.digest(kept, hidden),
	}


def site(count=12, keys=(KEY,), contents=None, new_key=None):
	"""Contents, and the checkpoint at every size: (note, tree)."""
	contents = contents or [content(number) for number in range(1, count + 1)]
	tree, notes = CompactRange(), {}
	for each in contents:
		tree.append(ledger.leaf(each["digest"]))
		said = Checkpoint(KEY.name, tree.end, tree.root(), new_key)
		notes[tree.end] = (str(Note(said.text).signed_by(*keys)), tree.copy())
	return contents, notes


def export(contents, notes, shown, sizes, keys=(KEY,)):
	header = {"origin": KEY.name, "keys": [str(key.public) for key in keys]}
	leaves = [
		Leaf(number, each["digest"], each if number in shown else None)
		for number, each in enumerate(contents, 1)
	]
	return list(ledger_export.lines(header, [notes[size] for size in sizes], leaves, sizes))


def verify(lines, notes, sizes, **known):
	kept = [Note.parse(notes[size][0]) for size in sizes]
	return ledger_export.verify(ledger_export.read(lines), kept, **known)


def faults(report):
	return [(each.first, each.last, each.kind) for each in report.faults]


ALL = range(1, 13)


def test_a_whole_ledger_is_proved():
	contents, notes = site()
	report = verify(export(contents, notes, ALL, [4, 8, 12]), notes, [4, 12])
	assert report.ok and (report.size, report.shown, report.checked) == (12, 12, 12)
	assert (report.compared, report.proved, report.has_gaps) == ([4, 12], 12, False)


def test_a_period_is_small_and_proved():
	contents, notes = site(1000, contents=[content(number) for number in range(1, 1001)])
	lines = export(contents, notes, range(500, 511), [500, 1000])
	assert len(lines) < 1 + 2 + 11 + 2 * 2 * 10
	report = verify(lines, notes, [500, 1000])
	assert report.ok and (report.first, report.last, report.shown) == (500, 510, 11)
	assert not report.has_gaps and report.compared == [500, 1000]


@settings(max_examples=40)
@given(st.data())
def test_any_part_is_proved_at_any_checkpoint(data):
	count = data.draw(st.integers(1, 40))
	contents, notes = site(count)
	shown = data.draw(st.sets(st.integers(1, count)))
	sizes = sorted(data.draw(st.sets(st.integers(1, count))) | {count})
	lines = export(contents, notes, shown, sizes)
	report = verify(lines, notes, sizes)
	assert report.ok and report.compared == sizes and report.uncovered == []
	assert (report.shown, report.size) == (len(shown), count)
	if shown:
		changed = data.draw(st.sampled_from(sorted(shown)))
		forged = content(changed, "forged@example.com")
		forged_lines = export([*contents[: changed - 1], forged, *contents[changed:]], notes, shown, sizes)
		(first, last, kind), *_more = faults(verify(forged_lines, notes, sizes))
		assert kind == NOT_AS_CHECKPOINTED and first <= changed <= last


def test_a_changed_content_is_named_and_what_follows_is_verified_further():
	contents, notes = site()
	lines = export(contents, notes, ALL, [4, 8, 12])
	forged = [line.replace("2026-11-03", "2026-11-04") for line in lines]
	assert faults(verify(forged, notes, [4, 8, 12])) == [(3, 3, CHANGED)]
	other, _notes = site(
		contents=[content(n, "other@example.com" if n in (2, 7) else "anna@example.com") for n in ALL]
	)
	lines = export(other, notes, ALL, [4, 8, 12])
	assert faults(verify(lines, notes, [4, 8, 12])) == [(1, 8, NOT_AS_CHECKPOINTED)]


def test_a_cut_tail_is_found_by_a_checkpoint_that_was_kept():
	contents, notes = site()
	lines = export(contents[:9], notes, ALL, [4, 8])
	assert faults(verify(lines, notes, [4, 12])) == [(10, 12, REMOVED), (5, 9, UNPROVED)]
	assert verify(lines, notes, [4, 8]).ok, "which is why they are sent every few minutes"


def test_a_ledger_that_was_rebuilt_and_signed_again_is_found():
	_contents, notes = site()
	forged, again = site(contents=[content(number, "forged@example.com") for number in ALL])
	lines = export(forged, again, ALL, [4, 8, 12])
	assert verify(lines, again, [12]).ok
	assert faults(verify(lines, notes, [4, 12])) == [
		(1, 4, NOT_AS_CHECKPOINTED),
		(5, 12, UNPROVED),
	]


def test_a_swap_a_deletion_and_an_insertion_are_found():
	contents, notes = site()
	for forged in (
		[*contents[:4], contents[5], contents[4], *contents[6:]],
		[*contents[:4], *contents[5:], content(13)],
		[*contents[:4], content(99), *contents[4:]],
	):
		found = faults(verify(export(forged, notes, range(1, 14), [4, 8, 12]), notes, [4, 8, 12]))
		assert found and found[0][0] == 5, found


def test_what_comes_after_the_last_kept_checkpoint_rests_on_the_site_alone():
	contents, notes = site()
	report = verify(export(contents, notes, ALL, [4, 8, 12]), notes, [8])
	assert report.ok and report.proved == 8 and report.size == 12
	lines = [line for line in export(contents, notes, ALL, [12])]
	forged = [line.replace("2026-11-11", "2026-11-12") for line in lines]
	assert faults(verify(forged, notes, [8])) == [(11, 11, CHANGED)]


def test_a_checkpoint_inside_of_what_is_hidden_cannot_be_compared_and_is_told():
	contents, notes = site()
	report = verify(export(contents, notes, [12], [8, 12]), notes, [3, 8, 12])
	assert report.ok and report.uncovered == [3] and report.compared == [8, 12]


@pytest.mark.parametrize("kept", [[3], [3, 9], [8, 9]])
def test_an_export_that_hides_the_last_checkpoint_proves_nothing(kept):
	contents, notes = site()
	report = verify(export(contents, notes, [12], [8, 12]), notes, kept)
	assert not report.is_wrong and report.uncovered == [each for each in kept if each != 8]
	assert not report.is_proved and not report.ok


def test_a_tree_that_is_one_node_proves_nothing():
	"""Whatever was kept lies below a node that can be anything."""
	_contents, notes = site()
	header = json.dumps({"format": ledger_export.FORMAT, "origin": KEY.name, "keys": [str(KEY.public)]})
	report = verify([header, json.dumps({"node": "00" * 32, "level": 40})], notes, [4, 12])
	assert report.compared == [] and report.uncovered == [4, 12] and not report.ok


def test_a_checkpoint_of_an_empty_ledger_proves_nothing():
	contents, notes = site()
	empty = CompactRange()
	notes[0] = (str(Note(Checkpoint(KEY.name, 0, empty.root()).text).signed_by(KEY)), empty)
	assert not verify(export(contents, notes, ALL, [12]), notes, [0]).ok
	assert verify(export(contents, notes, ALL, [12]), notes, [0, 12]).ok


# --- keys --------------------------------------------------------------------------------------


def test_a_checkpoint_of_another_key_is_not_trusted():
	contents, notes = site()
	thief, _forged = PrivateKey.generate(KEY.name), None
	_contents, stolen = site(keys=(thief,))
	report = verify(export(contents, notes, ALL, [12]), stolen, [12])
	assert report.untrusted == [12] and not report.ok
	lines = export(contents, stolen, ALL, [12], keys=(thief,))
	assert verify(lines, stolen, [12]).ok, "a key that no one knows"
	assert verify(lines, stolen, [12], trusted=[KEY.public]).untrusted == [12]


def test_a_new_key_is_trusted_because_the_old_one_signed_its_name():
	contents, notes = site()
	_contents, both = site(keys=(NEXT, KEY), new_key=NEXT.public)
	_contents, new = site(keys=(NEXT,))
	mixed = {4: notes[4], 8: both[8], 12: new[12]}
	lines = export(contents, mixed, ALL, [4, 8, 12], keys=(NEXT, KEY))
	assert verify(lines, mixed, [4, 8, 12], trusted=[KEY.public]).ok
	assert verify(lines, mixed, [4, 12], trusted=[KEY.public]).ok, "the export holds the one that both signed"
	alone = {4: notes[4], 12: new[12]}
	lines = export(contents, alone, ALL, [4, 12], keys=(NEXT, KEY))
	assert verify(lines, alone, [4, 12], trusted=[KEY.public]).untrusted == [12]


def test_a_signature_beside_the_one_of_a_known_key_makes_no_key_known():
	"""Anyone can append a line to a checkpoint that the site has signed."""
	thief = PrivateKey.generate(KEY.name)
	contents, notes = site()
	beside = str(Note.parse(notes[4][0]).signed_by(thief))
	forged, _notes = site(contents=[*contents[:4], *(content(n, "forged@example.com") for n in range(5, 13))])
	_forged, stolen = site(contents=forged, keys=(thief,))
	mixed = {4: (beside, notes[4][1]), 12: stolen[12]}
	lines = export(forged, mixed, ALL, [4, 12], keys=(KEY, thief))
	report = verify(lines, mixed, [4, 12], trusted=[KEY.public])
	assert report.untrusted == [12] and not report.ok
	_forged, naming = site(contents=forged, keys=(thief,), new_key=thief.public)
	mixed = {4: notes[4], 8: naming[8], 12: stolen[12]}
	lines = export(forged, mixed, ALL, [4, 8, 12], keys=(KEY, thief))
	assert verify(lines, mixed, [4, 12], trusted=[KEY.public]).untrusted == [12], "it names itself"


def test_keys_are_followed_from_one_to_the_next_and_never_back():
	third = PrivateKey.generate(KEY.name)
	contents, notes = site()
	_contents, second = site(keys=(NEXT, KEY), new_key=NEXT.public)
	_contents, next_one = site(keys=(third, NEXT), new_key=third.public)
	_contents, last = site(keys=(third,))
	mixed = {2: notes[2], 4: second[4], 8: next_one[8], 12: last[12]}
	lines = export(contents, mixed, ALL, [2, 4, 8, 12], keys=(third, NEXT, KEY))
	assert verify(lines, mixed, [2, 12], trusted=[KEY.public]).ok
	assert verify(lines, mixed, [2, 12], trusted=[third.public]).untrusted == [2]
	assert verify(lines, mixed, [2, 12], trusted=[third.public, KEY.public]).ok


def test_co_signatures_are_counted():
	contents, notes = site()
	cosigned = str(Note.parse(notes[12][0]).signed_by(AUDITOR, at=1))
	report = verify(
		export(contents, notes, ALL, [12]),
		{**notes, 12: (cosigned, None)},
		[4, 12],
		witnesses=[AUDITOR.public],
	)
	assert report.ok and report.cosigned == {"audit.example": 1}


def test_checkpoints_of_other_ledgers_are_left_out():
	contents, notes = site()
	other = Note(Checkpoint("other.example", 3, bytes(32)).text).signed_by(KEY)
	lines = export(contents, notes, ALL, [12])
	kept = [other, Note("no checkpoint\n").signed_by(KEY)]
	with pytest.raises(UnreadableExport, match=r"No checkpoint of site\.example/ledger"):
		ledger_export.verify(ledger_export.read(lines), kept)
	assert ledger_export.verify(ledger_export.read(lines), [*kept, Note.parse(notes[12][0])]).ok


# --- erasing -----------------------------------------------------------------------------------


def erased(contents, *sequences):
	"""What stays of these entries."""
	return [
		{**each, "personal": {}, "salt": ""} if number in sequences else each
		for number, each in enumerate(contents, 1)
	]


def test_erased_entries_stay_proved():
	contents = [content(number) for number in range(1, 12)]
	contents.append(content(12, action="Erasure", state=json.dumps({"entries": ["E3"]})))
	_contents, notes = site(contents=contents)
	report = verify(export(erased(contents, 3), notes, ALL, [8, 12]), notes, [8, 12])
	assert report.ok and (report.erased, report.checked) == (1, 12)
	assert "anna" not in export(erased(contents, 3), notes, [3], [12])[2]


@pytest.mark.parametrize("shown", [ALL, range(1, 12)])
def test_an_erasure_without_a_record_is_found(shown):
	contents = [content(number) for number in range(1, 12)]
	contents.append(content(12, action="Erasure", state=json.dumps({"entries": ["E3"]})))
	_contents, notes = site(contents=contents)
	report = verify(export(erased(contents, 3, 4), notes, shown, [8, 12]), notes, [12])
	assert faults(report) == ([(4, 4, ERASED)] if 12 in shown else [(3, 4, ERASED)])


# --- damaged files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
	("damage", "message"),
	[
		(lambda lines: [], "empty"),
		(lambda lines: lines[1:], "first line"),
		(lambda lines: ["[]\n"], "not part"),
		(lambda lines: [*lines[:3], lines[3][:20]], "Line 4 is not JSON"),
		(lambda lines: [*lines, '{"entry": "x"}\n'], "not complete"),
		(lambda lines: [*lines, '{"entry": 13, "kept": [], "personal": {}}\n'], "not complete"),
		(lambda lines: [*lines, '{"node": "zz", "level": 0}\n'], "behind entry 12"),
		(lambda lines: [*lines, '{"node": "00", "level": 3}\n'], "behind entry"),
		(lambda lines: [*lines, '{"entry": Infinity}\n'], "not complete"),
		(lambda lines: [*lines, f'{{"node": "{"00" * 32}", "level": Infinity}}\n'], "behind entry 12"),
		(lambda lines: [lines[0], f'{{"node": "{"00" * 32}", "level": {10**30}}}\n'], "behind entry 0"),
		(lambda lines: [lines[0], '{"node": "00", "level": 0}\n'], "behind entry 0"),
		(lambda lines: [*lines, "[" * 100_000], "Line 15 is not JSON"),
		(lambda lines: [lines[0], '{"checkpoint": "x"}\n'], "damaged"),
		(lambda lines: [lines[0].replace('"keys":["', '"keys":["x'), *lines[1:]], "damaged"),
	],
)
def test_a_damaged_file_is_told_in_one_line(damage, message):
	contents, notes = site()
	lines = export(contents, notes, ALL, [12])
	with pytest.raises(UnreadableExport, match=message) as told:
		verify(damage(lines), notes, [12])
	assert "\n" not in str(told.value)
