"""The compliance ledger (P-2, R-3): what is recorded, that it survives, and that it cannot be changed unnoticed."""

import json
import os
import threading
from unittest import mock

import frappe
import pytest
import requests

from client_comms import api, ledger
from client_comms.api import access as access_api
from client_comms.enforcement import answers, audit, governed
from client_comms.exceptions import LedgerIsAppendOnlyError
from client_comms.ledger import chaining, checkpoints, comparison, erasure, keys, seal, verification
from client_comms.ledger import entries as ledger_entries
from client_comms.patches.v1_0 import seal_ledger_entries
from client_comms.rules import ledger as rules
from client_comms.rules import ledger_chain, merkle
from client_comms.rules.signed_notes import Checkpoint, Note, PrivateKey

pytestmark = pytest.mark.clause("P-2", "R-3")

ENTRY = ledger.ENTRY
INTERACTION = "Client Interaction"
PASSWORD = "correct horse"


# Earlier ledger entries, because names of deleted records are reused.
EARLIER = []


@pytest.fixture(autouse=True)
def earlier(isolated):
	EARLIER[:] = frappe.get_all(ENTRY, pluck="name")


def entries(name=None, **filters):
	"""The ledger entries of this test, in the order of writing."""
	filters["name"] = ("not in", EARLIER)
	if name:
		filters["reference_name"] = name
	return frappe.get_all(
		ENTRY,
		filters=filters,
		fields=["action", "user", "confidentiality_level", "reason", "rule", "via"],
		order_by="creation asc, name asc",
	)


def actions(name):
	return [entry.action for entry in entries(name)]


@pytest.fixture
def chained(empty_ledger):
	"""Five chained entries; their names in order."""
	for number in range(5):
		ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive", reason=f"number {number}")
	ledger.chain()
	return frappe.get_all(ENTRY, pluck="name", order_by="sequence asc")


# --- the tree ----------------------------------------------------------------------------------


def faults(**period):
	return [(each["sequence"], each["last"], each["fault"]) for each in api.verify_ledger(**period)["faults"]]


def sql(statement, *values):
	"""What is done with the rights of the database."""
	frappe.db.sql(
		statement.replace("ENTRY", f"`tab{ENTRY}`").replace("CHECKPOINT", f"`tab{ledger.CHECKPOINT}`"), values
	)


def intact(checked, waiting=0):
	return {
		"ok": True,
		"is_complete": True,
		"checked": checked,
		"first_fault": None,
		"faults": [],
		"fault_count": 0,
		"by_doctype": {},
		"waiting": waiting,
		"is_behind": False,
	}


def test_entries_wait_until_the_scheduler_places_them_in_the_order_of_writing(empty_ledger):
	for number in range(3):
		ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive")
	assert api.verify_ledger() == intact(0, waiting=3)
	assert ledger.chain() == 3
	assert api.verify_ledger() == intact(3)
	assert frappe.get_all(ENTRY, pluck="reference_name", order_by="sequence asc") == ["CI-0", "CI-1", "CI-2"]


def test_entries_of_one_moment_keep_the_order_of_writing(empty_ledger, clock_at):
	with clock_at("2026-11-24 10:00"):
		for number in range(20):
			ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive")
	ledger.chain()
	names = frappe.get_all(ENTRY, pluck="reference_name", order_by="sequence asc")
	assert names == [f"CI-{number}" for number in range(20)]


def test_chaining_twice_changes_nothing(chained):
	before = frappe.get_all(ENTRY, fields=["name", "sequence", "digest"], order_by="sequence asc")
	assert ledger.chain() == 0
	assert frappe.get_all(ENTRY, fields=["name", "sequence", "digest"], order_by="sequence asc") == before
	assert frappe.db.count(ledger.CHECKPOINT) == 1


def test_more_than_a_chunk_is_placed_signed_and_verified(empty_ledger, monkeypatch):
	monkeypatch.setattr(chaining, "CHUNK", 3)
	monkeypatch.setattr(chaining, "_LEAVES", 2)
	monkeypatch.setattr(verification, "_CHUNK", 3)
	monkeypatch.setattr(checkpoints, "_CHUNK", 2)
	for round in range(1, 4):
		for number in range(7):
			ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive")
		assert ledger.chain() == 7
		assert api.verify_ledger() == intact(7 * round)


def test_twice_the_backlog_costs_twice_as_much(empty_ledger, monkeypatch):
	"""Counted in rows that the database reads, which neither other processes nor caches change."""
	monkeypatch.setattr(chaining, "CHUNK", 20)

	def rows_read():
		return sum(int(value) for _name, value in frappe.db.sql("show session status like 'Handler_read%'"))

	def cost(count):
		ledger.write([ledger.entry(ledger.VIEW, INTERACTION, "CI", "Sensitive") for _number in range(count)])
		before = rows_read()
		assert ledger.chain() == count
		return rows_read() - before

	cost(20)  # what is only loaded once
	fewer, more = cost(400), cost(800)
	assert more < 2.5 * fewer
	assert cost(400) < 1.5 * fewer, "what is placed already costs nothing"


def test_a_checkpoint_is_a_signed_note_with_the_root_of_the_tree(chained):
	(row,) = frappe.get_all(ledger.CHECKPOINT, ["*"])
	note = Note.parse(row.note)
	ring = keys.ring()
	assert note.signers(ring.public) == [ring.current.public]
	said = Checkpoint.parse(note.text)
	digests = frappe.get_all(ENTRY, pluck="digest", order_by="sequence asc")
	assert (said.size, said.root) == (5, merkle.root(bytes.fromhex(each) for each in digests))
	assert said.root.hex() == row.root_hash


def test_a_changed_entry_is_found(chained):
	sql("update ENTRY set user = 'somebody@example.com' where name = %s", chained[2])
	assert faults() == [(3, 3, "changed")]


@pytest.mark.parametrize(
	"field", [*rules.KEPT_FIELDS[1:], *rules.PERSONAL_FIELDS, "salt", "personal_digest", "digest"]
)
def test_every_field_is_protected(chained, field):
	value = "2020-01-01" if field == "at" else "Export"
	sql(f"update ENTRY set `{field}` = %s where name = %s", value, chained[1])
	assert (2, 2, "changed") in faults()


def test_a_changed_entry_with_new_digests_is_found_by_the_checkpoint(chained):
	row = frappe.get_all(ENTRY, {"name": chained[1]}, ["*"])[0]
	row.user = "forged@example.com"
	frappe.db.set_value(ENTRY, row.name, {"user": row.user, **ledger_entries.sealed(row)})
	assert faults() == [(1, 5, "not-as-checkpointed")]


def test_every_fault_is_reported_by_doctype(chained):
	ledger.record(ledger.GRANT, "Issue", "ISS-1", "Sensitive")
	ledger.chain()
	sql("update ENTRY set user = 'x' where sequence in (1, 2, 6)")
	sql("delete from ENTRY where sequence = 4")
	found = api.verify_ledger()
	assert faults() == [(1, 2, "changed"), (4, 4, "removed"), (1, 5, "unproved"), (6, 6, "changed")]
	assert found["by_doctype"] == {INTERACTION: 1, ENTRY: 2, "Issue": 1}
	assert found["first_fault"] == found["faults"][0]
	assert found["faults"][0]["message"] == "1–2: the content differs from what was recorded."


def test_an_inserted_entry_is_found(chained):
	row = frappe.db.get_value(ENTRY, chained[1], "*", as_dict=True)
	row.update({"name": "zzzz", "user": "forged@example.com"})
	columns = ", ".join(f"`{column}`" for column in row)
	sql(f"insert into ENTRY ({columns}) values ({', '.join(['%s'] * len(row))})", *row.values())
	assert faults() == [(2, 2, "inserted"), (1, 5, "unproved")]


@pytest.mark.parametrize("place", [-1, 6])
def test_an_entry_inserted_outside_of_the_tree_is_found(chained, place):
	ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
	sql("update ENTRY set sequence = %s where sequence = 0", place)
	if place < 0:
		assert faults() == [(-1, -1, "inserted"), (1, 5, "unproved")]
	else:  # it is in the tree as soon as the scheduler comes; until then it is one more that waits
		ledger.chain()
		assert api.verify_ledger() == intact(6)


def test_swapped_entries_are_found(chained):
	sql("update ENTRY set sequence = 7 - sequence where sequence in (3, 4)")
	assert faults() == [(1, 5, "not-as-checkpointed")]


def test_a_cut_is_found_and_stays_found(chained):
	sql("delete from ENTRY where sequence > 3")
	assert faults() == [(4, 5, "removed"), (1, 3, "unproved")]
	ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
	ledger.chain()
	assert faults() == [(4, 5, "removed"), (1, 3, "unproved")]
	assert frappe.db.get_value(ENTRY, {"reference_name": "CI-9"}, "sequence") == 6


@pytest.mark.parametrize("since", [None, "2026-11-24", "2026-11-25"])
def test_a_cut_with_its_checkpoint_is_found_by_the_seal(empty_ledger, clock_at, since):
	with clock_at("2026-11-24 10:00"):
		for number in range(2):
			ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive")
			ledger.chain()
	assert not faults(since=since)
	sql("delete from ENTRY where sequence = 2")
	sql("delete from CHECKPOINT where sequence = 2")
	assert faults(since=since) == [(2, 2, "removed")]
	with clock_at("2026-11-24 11:00"):
		ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
		ledger.chain()
	assert faults() == [(2, 2, "removed"), (2, 3, "unproved")]


def test_a_ledger_without_any_entry_or_checkpoint_left_is_found(chained):
	frappe.db.delete(ENTRY)
	frappe.db.delete(ledger.CHECKPOINT)
	assert faults() == [(1, 5, "removed")]


def rebuild():
	"""With the rights of the database, and without those of the server: all entries, digests and checkpoints."""
	sql("update ENTRY set sequence = 0, user = 'other@example.com'")
	for row in frappe.get_all(ENTRY, ["*"]):
		frappe.db.set_value(ENTRY, row.name, ledger_entries.sealed(row), update_modified=False)
	frappe.db.delete(ledger.CHECKPOINT)


def test_a_rebuilt_ledger_is_found_by_the_seal(chained):
	rebuild()
	with mock.patch.object(seal, "read", lambda: None), mock.patch.object(seal, "write"):
		ledger.chain()
		assert faults() == [], "with the signing key and without the seal it would look like any other"
	assert faults() == [(1, 5, "not-as-checkpointed")]


def test_a_rebuilt_ledger_without_the_signing_key_is_found_by_the_signature(chained):
	rebuild()
	thief = keys.KeyRing.of([PrivateKey.generate(keys.ring().current.name).to_text()])
	with mock.patch.object(keys, "ring", lambda: thief), mock.patch.object(seal, "read", lambda: None):
		ledger.chain()
	(found,) = [each for each in api.verify_ledger()["faults"] if each["doctype"] == ledger.CHECKPOINT]
	assert found["message"] == "The checkpoint of 5 entries is not signed by a key of this site."


@pytest.mark.parametrize(
	("change", "message"),
	[
		("note = 'nothing'", "The checkpoint of 5 entries is not signed by a key of this site."),
		("root_hash = repeat('0', 64)", "The checkpoint of 5 entries differs from what was signed."),
		("root_hash = 'none'", "The checkpoint of 5 entries differs from what was signed."),
		("tree = ''", "The checkpoint of 5 entries differs from what was signed."),
		("sequence = 4, tree = ''", "The checkpoint of 4 entries differs from what was signed."),
	],
)
def test_a_changed_checkpoint_is_found(chained, change, message):
	sql(f"update CHECKPOINT set {change}")
	found = api.verify_ledger()
	assert [(each["doctype"], each["message"]) for each in found["faults"]] == [(ledger.CHECKPOINT, message)]
	assert found["checked"] == 5


def test_a_seal_is_never_taken_back_and_half_a_file_counts_as_none(chained):
	sealed = seal.read()
	seal.write("earlier", merkle.CompactRange())
	assert seal.read() == sealed and sealed.size == 5
	seal.path().write_text('{"note": "half')
	assert seal.read() is None
	assert ledger.chain() == 0 and faults() == []


def test_two_processes_do_not_write_one_file_of_the_seal(chained, monkeypatch):
	read, write, replace = json.loads(seal.path().read_text()), seal.write, os.replace
	tree = merkle.CompactRange()
	for number in range(9):
		tree.append(rules.leaf(str(number)))

	def replace_after_another(new, path):
		monkeypatch.undo()
		monkeypatch.setattr(seal, "path", lambda: path)
		write("another", tree)
		replace(new, path)

	path = seal.path()
	monkeypatch.setattr(os, "replace", replace_after_another)
	seal.write(read["note"], tree)
	assert json.loads(path.read_text())["note"] == read["note"]
	assert [each.name for each in path.parent.glob("ledger.*")] == ["ledger.json"]


def test_a_checkpoint_whenever_something_happened(empty_ledger):
	for expected in (1, 2):
		ledger.record(ledger.GRANT, INTERACTION, "CI-1", "Sensitive")
		ledger.chain()
		ledger.chain()
		assert frappe.db.count(ledger.CHECKPOINT) == expected


def test_verification_of_a_period_starts_at_a_checkpoint(empty_ledger, clock_at):
	for day in ("2026-11-23 10:00", "2026-11-24 10:00", "2026-11-25 10:00"):
		with clock_at(day):
			ledger.record(ledger.GRANT, INTERACTION, day, "Sensitive")
			ledger.chain()
	assert api.verify_ledger(since="2026-11-24")["checked"] == 2
	assert api.verify_ledger(until="2026-11-24")["checked"] == 1
	assert api.verify_ledger(since="2026-11-24", until="2026-11-25")["checked"] == 1
	sql("update ENTRY set user = 'other' where sequence = 1")
	assert api.verify_ledger(since="2026-11-24")["ok"]
	assert not api.verify_ledger(until="2026-11-24")["ok"]


def test_placing_that_was_interrupted_before_the_signature_is_finished(empty_ledger):
	ledger.record(ledger.GRANT, INTERACTION, "CI-1", "Sensitive")
	chaining._place_chunk()
	assert api.verify_ledger() == intact(1) and not frappe.db.count(ledger.CHECKPOINT)
	assert ledger.chain() == 0
	assert frappe.get_all(ledger.CHECKPOINT, pluck="sequence") == [1]


# --- the key -----------------------------------------------------------------------------------


@pytest.fixture
def own_key(monkeypatch, tmp_path):
	monkeypatch.setitem(frappe.local.conf, keys.KEY_FILE, str(tmp_path / "ledger.key"))


def test_a_site_without_a_key_gets_one_that_no_one_else_can_read(own_key, chained):
	first = keys.ring().current
	assert keys.path().stat().st_mode & 0o777 == 0o600
	assert keys.ring().current == first and keys.path().parent.name != "private"


def test_a_replaced_key_is_vouched_for_by_the_old_one(own_key, chained):
	old = keys.ring().current
	new = keys.rotate()
	ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
	ledger.chain()
	note = Note.parse(frappe.get_last_doc(ledger.CHECKPOINT, order_by="sequence desc").note)
	assert note.signers([old.public]) and note.signers([new])
	assert Checkpoint.parse(note.text).new_key == new, "the old one signs its name"
	assert old.to_text() not in keys.path().read_text(), "its private part is not kept"
	ledger.record(ledger.GRANT, INTERACTION, "CI-10", "Sensitive")
	ledger.chain()
	note = Note.parse(frappe.get_last_doc(ledger.CHECKPOINT, order_by="sequence desc").note)
	assert note.signers([new]) and not note.signers([old.public])
	assert Checkpoint.parse(note.text).new_key is None
	assert api.verify_ledger() == intact(7)


def rotated_meanwhile(patch):
	"""Another process begins to use a new key after a checkpoint was signed, before the run has ended."""
	write = seal.write

	def rotate_and_write(*args):
		keys.rotate()
		write(*args)

	patch.setattr(seal, "write", rotate_and_write)


def test_a_key_that_is_replaced_during_a_run_vouches_for_the_new_one_first(own_key, chained, monkeypatch):
	old = keys.ring().current
	ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
	with monkeypatch.context() as patch:
		rotated_meanwhile(patch)
		ledger.chain()
	new = keys.ring().current.public
	assert old in keys.ring().signers and new != old.public
	ledger.record(ledger.GRANT, INTERACTION, "CI-10", "Sensitive")
	ledger.chain()
	note = Note.parse(frappe.get_last_doc(ledger.CHECKPOINT, order_by="sequence desc").note)
	assert note.signers([old.public]) and Checkpoint.parse(note.text).new_key == new
	assert old.to_text() not in keys.path().read_text()


def test_of_two_processes_that_make_the_first_key_one_is_faster(own_key, chained, monkeypatch):
	"""Neither finds it empty, or replaces the other's."""
	link, found = os.link, []

	def link_after_another(new, path):
		monkeypatch.setattr(os, "link", link)
		found.append(keys.ring().current)
		link(new, path)

	monkeypatch.setattr(os, "link", link_after_another)
	keys.path().unlink()
	assert [keys.ring().current] == found
	assert [each.name for each in keys.path().parent.glob("ledger.key*")] == ["ledger.key"]


def test_a_file_system_without_hard_links_gets_a_key(own_key, chained, monkeypatch):
	keys.path().unlink()
	monkeypatch.setattr(os, "link", mock.Mock(side_effect=PermissionError))
	assert keys.ring().current == keys.ring().current
	assert [each.name for each in keys.path().parent.glob("ledger.key*")] == ["ledger.key"]


def test_a_key_is_on_disk_before_it_replaces_another(own_key, chained, monkeypatch):
	"""Both the file and its place in the folder."""
	done = []

	def noted(name, call):
		return lambda *args: (done.append(name), call(*args))[1]

	for name in ("fsync", "replace"):
		monkeypatch.setattr(os, name, noted(name, getattr(os, name)))
	keys.rotate()
	assert done == ["fsync", "replace", "fsync"]


def test_a_lost_key_is_told(own_key, chained):
	keys.path().unlink()
	assert [each["doctype"] for each in api.verify_ledger()["faults"]] == [ledger.CHECKPOINT]


def test_a_damaged_key_is_not_replaced(own_key, chained):
	keys.path().write_text("damaged")
	with pytest.raises(frappe.ValidationError, match="Restore"):
		ledger.verify()


def test_the_key_can_stand_in_the_configuration(own_key, monkeypatch, chained):
	old, new = keys.ring().current, PrivateKey.generate("elsewhere.example/ledger")
	monkeypatch.setitem(frappe.local.conf, keys.KEY, [new.to_text(), str(old.public)])
	ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
	ledger.chain()
	assert api.verify_ledger() == intact(6)
	with pytest.raises(frappe.ValidationError, match="as a list"):
		keys.rotate()


# --- erasing -----------------------------------------------------------------------------------


def test_an_erased_entry_keeps_what_names_no_one_and_the_ledger_stays_valid(chained):
	ledger.record(ledger.GRANT, INTERACTION, "CI-5", "Sensitive", reason="waits")
	waiting = frappe.db.get_value(ENTRY, {"sequence": 0})
	assert ledger.erase_payload([chained[1], waiting, chained[1]], reason="DSR-1") == 2
	row = frappe.get_all(ENTRY, {"name": chained[1]}, ["*"])[0]
	assert [row[field] for field in (*rules.PERSONAL_FIELDS, "salt")] == [None] * 8
	assert (row.action, row.reference_doctype, row.confidentiality_level) == (
		"Grant",
		INTERACTION,
		"Sensitive",
	)
	assert ledger.chain() == 2
	assert api.verify_ledger() == intact(7)
	assert ledger.erase_payload([chained[1]]) == 0
	assert ledger.chain() == 0


@pytest.mark.parametrize("erased_by", [None, "none", "another"])
def test_an_erasure_that_is_not_on_the_ledger_is_found(chained, erased_by):
	if erased_by == "another":
		ledger.erase_payload([chained[0]])
		ledger.chain()
		erased_by = frappe.db.get_value(ENTRY, chained[0], "erased_by")
	emptied = dict.fromkeys((*rules.PERSONAL_FIELDS, "salt"))
	frappe.db.set_value(ENTRY, chained[2], {**emptied, "erased_by": erased_by})
	assert faults() == [(3, 3, "erased-without-record")]


def test_an_erasure_is_committed_or_rolled_back_with_its_entries(chained):
	frappe.db.savepoint("before_the_erasure")
	ledger.erase_payload(chained)
	frappe.db.rollback(save_point="before_the_erasure")
	assert ledger.chain() == 0 and api.verify_ledger() == intact(5)


def test_more_than_a_chunk_is_erased(chained, monkeypatch):
	monkeypatch.setattr(erasure, "CHUNK", 2)
	assert ledger.erase_payload(chained) == 5
	ledger.chain()
	assert api.verify_ledger() == intact(8)


# --- from before there was a tree --------------------------------------------------------------


@pytest.fixture
def old_chain(empty_ledger):
	"""Five entries as the app before had chained them, a checkpoint and its seal."""
	previous = ledger_chain.FIRST
	for number in range(1, 6):
		ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive", reason=f"number {number}")
		row = frappe.get_all(ENTRY, {"sequence": 0}, ["*"])[0]
		content = ledger_entries.texts(row, ledger_chain.FIELDS)
		hashed = ledger_chain.entry_hash(previous, number, content)
		old = dict.fromkeys(("salt", "digest", "personal_digest"))
		old.update(sequence=number, previous_hash=previous, entry_hash=hashed)
		frappe.db.set_value(ENTRY, row.name, old, update_modified=False)
		previous = hashed
	ledger.record(ledger.GRANT, INTERACTION, "CI-6", "Sensitive")
	frappe.db.set_value(ENTRY, {"sequence": 0}, dict.fromkeys(("salt", "digest", "personal_digest")))
	checkpoint = frappe.new_doc(ledger.CHECKPOINT)
	checkpoint.update({"made_on": "2026-11-20", "sequence": 5, "entry_count": 5, "entry_hash": previous})
	checkpoint.db_insert()
	seal.path().write_text(json.dumps({"sequence": 5, "entry_hash": previous}))


def migrated():
	seal_ledger_entries.execute()
	seal_ledger_entries.execute()
	(row,) = frappe.get_all(ENTRY, {"action": "Ledger Migrated"}, ["state", "reason"])
	return json.loads(row.state)["correct_entries"], row.reason


def test_a_chain_from_before_is_in_the_tree_and_stays_verifiable(old_chain, monkeypatch):
	monkeypatch.setattr(seal_ledger_entries, "_CHUNK", 2)
	assert migrated() == (5, None)
	assert ledger.chain() == 2
	assert api.verify_ledger() == intact(7)
	names = frappe.get_all(ENTRY, pluck="name", order_by="sequence asc")
	frappe.db.set_value(ENTRY, names[3], "previous_hash", "f" * 64)
	assert faults() == [(4, 4, "changed")]


def test_what_was_wrong_with_the_chain_before_is_recorded(old_chain):
	sql("update ENTRY set user = 'other' where sequence = 3")
	assert migrated() == (2, "Entry 3 differs from what was recorded: its content or its hash was changed.")
	ledger.chain()
	assert faults() == [(3, 3, "changed")]


def test_an_entry_of_the_chain_from_before_can_be_erased(old_chain):
	migrated()
	ledger.chain()
	names = frappe.get_all(ENTRY, pluck="name", order_by="sequence asc")
	ledger.erase_payload([names[1]])
	ledger.chain()
	assert api.verify_ledger() == intact(8)
	assert not frappe.get_all(ENTRY, {"sequence": ("in", (2, 3)), "entry_hash": ("is", "set")})


def test_only_oversight_verifies(empty_ledger, as_user, make_user):
	for role in ("Compliance Officer", "Client Communications Manager"):
		with as_user(make_user(role)):
			assert api.verify_ledger()["ok"]
	with as_user(make_user("System Manager")), pytest.raises(frappe.PermissionError):
		api.verify_ledger()


# --- users cannot write it ---------------------------------------------------------------------


@pytest.mark.parametrize("doctype", [ENTRY, ledger.CHECKPOINT])
def test_administrator_neither_makes_nor_changes_nor_deletes(chained, doctype):
	name = frappe.get_all(doctype, pluck="name", limit=1, order_by="creation asc")[0]
	with pytest.raises(LedgerIsAppendOnlyError):
		frappe.get_doc({"doctype": doctype, "sequence": 9}).insert(ignore_permissions=True)
	with pytest.raises(LedgerIsAppendOnlyError):
		frappe.get_doc(doctype, name).save(ignore_permissions=True)
	with pytest.raises(LedgerIsAppendOnlyError):
		frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)
	with pytest.raises(LedgerIsAppendOnlyError):
		frappe.rename_doc(doctype, name, "other", force=True)


def test_only_a_compliance_officer_reads_it(chained, as_user, make_user):
	with as_user(make_user("Compliance Officer")):
		assert len(frappe.get_list(ENTRY, {"reference_doctype": INTERACTION})) == 5
		assert not frappe.has_permission(ENTRY, "write")
		assert not frappe.has_permission(ENTRY, "delete")
		assert not frappe.has_permission(ENTRY, "create")
	with as_user(make_user("System Manager", "Customer Support Manager", "Client Communications Manager")):
		assert not frappe.has_permission(ENTRY, "read")


# --- decisions about access --------------------------------------------------------------------


def test_grants_and_emergency_access_are_recorded(log, make_user, as_user):
	helper = make_user("Customer Support")
	doc = log("Feedback/Complaint")
	frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": doc.name,
			"user": helper,
			"valid_until": frappe.utils.add_to_date(None, hours=1),
			"reason": "Stands in",
		}
	).insert()
	(grant,) = entries(doc.name)
	assert (grant.action, grant.user) == ("Grant", "Administrator")
	assert helper in grant.reason and "Stands in" in grant.reason
	other = make_user("Customer Support")
	with as_user(other):
		access_api.break_glass(doc.name, "The client is on the phone")
	assert [(e.action, e.user) for e in entries(doc.name)][1:] == [("Emergency Access", other)]


def test_raising_and_lowering_are_recorded_at_every_level(log):
	doc = log("Initial Inquiry", responsible_staff="Administrator")
	doc = frappe.get_doc(INTERACTION, doc.name)
	doc.flags.from_intake = True
	doc.confidentiality_level = "Confidential"
	doc.save()
	doc.confidentiality_level = "Standard"
	doc.level_change_reason = "Nothing private in it"
	doc.save()
	raised, lowered = entries(doc.name)
	assert (raised.action, lowered.action) == ("Level Raised", "Level Lowered")
	assert "Nothing private in it" in lowered.reason


def test_the_level_of_a_governed_issue_is_recorded(set_settings):
	set_settings(govern_issues=1)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Roof", "raised_by": "a@example.org"}).insert()
	frappe.db.set_value("Issue", issue.name, "confidentiality_level", "Standard")
	access_api.change_level("Issue", issue.name, "Sensitive", "A complaint after all")
	(entry,) = entries(issue.name, action="Level Raised")
	assert "A complaint after all" in entry.reason


def test_a_share_is_recorded_once(log, make_user):
	doc = log("Initial Inquiry")
	user = make_user("Frontline Staff")
	frappe.share.add(INTERACTION, doc.name, user, read=1)
	(entry,) = entries(doc.name)
	assert (entry.action, entry.reason) == ("Share", f"{user}: read")


def test_a_record_of_a_change_goes_with_the_change(log):
	doc = log("Feedback/Complaint")
	frappe.db.savepoint("before_the_change")
	ledger.record(ledger.GRANT, INTERACTION, doc.name, "Sensitive")
	frappe.db.rollback(save_point="before_the_change")
	assert not entries(doc.name)


# --- use ---------------------------------------------------------------------------------------


def send(doc, **fields):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"subject": "Your complaint",
			"content": "We are sorry.",
			"recipients": "anna@example.org",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
			**fields,
		}
	).insert(ignore_permissions=True)


def test_an_email_from_a_record_is_recorded_with_its_recipients(log):
	doc = log("Feedback/Complaint")
	message = send(doc, cc="chief@example.org")
	(entry,) = entries(doc.name)
	assert entry.action == "Email"
	assert entry.reason == f"{message.name}: anna@example.org, chief@example.org"


def test_a_print_outside_of_a_request_is_recorded(log):
	doc = log("Feedback/Complaint")
	frappe.get_print(INTERACTION, doc.name)
	assert actions(doc.name) == ["Print"]


def test_nothing_is_recorded_of_a_level_that_does_not_log_views(log):
	doc = log("Initial Inquiry")
	frappe.get_print(INTERACTION, doc.name)
	send(doc)
	assert actions(doc.name) == []


# --- requests ----------------------------------------------------------------------------------


def end_request(status=200, path="/api/method/x", **form):
	"""What Frappe does at the end of a request."""
	from werkzeug.test import EnvironBuilder
	from werkzeug.wrappers import Request, Response

	frappe.local.request = Request(EnvironBuilder(path=path).get_environ())
	frappe.local.form_dict = frappe._dict(form)
	response = Response("secret", status=status)
	audit.after_request(response=response, request=frappe.local.request)
	return response


def test_an_export_is_one_entry_with_the_number_of_records_of_each_level(log):
	names = [log(kind).name for kind in ("Initial Inquiry", "Feedback/Complaint", "Feedback/Complaint")]
	frappe.get_doc(INTERACTION, names[1]).record("Answered")
	end_request(
		cmd="frappe.desk.reportview.export_query",
		doctype=INTERACTION,
		# A filter on child rows must not count a record once per row.
		filters=json.dumps([[INTERACTION, "name", "in", names], ["Interaction Event", "event", "is", "set"]]),
	)
	(entry,) = entries(action="Export")
	assert (entry.reason, entry.confidentiality_level) == ("Standard: 1, Sensitive: 2", "Sensitive")
	end_request(
		cmd="frappe.desk.reportview.export_query", doctype=INTERACTION, selected_items=json.dumps(names[:1])
	)
	assert len(entries(action="Export")) == 1


def test_an_export_of_a_report_is_recorded_with_what_it_is_about():
	report = frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": frappe.generate_hash(length=8),
			"ref_doctype": INTERACTION,
			"report_type": "Query Report",
			"is_standard": "No",
			"query": "select 1",
		}
	).insert()
	end_request(path="/api/v2/method/frappe.desk.query_report.export_query", report_name=report.name)
	(entry,) = entries(report.name)
	assert (entry.action, entry.reason) == ("Export", "A report on Client Interaction")


def test_an_export_by_the_name_of_an_override_is_recorded(log):
	name = log("Feedback/Complaint").name
	end_request(
		cmd="client_comms.enforcement.methods.exports.export_query",
		doctype=INTERACTION,
		filters=f'{{"name": "{name}"}}',
	)
	assert [entry.reason for entry in entries(action="Export")] == ["Sensitive: 1"]


def test_a_failed_request_gave_nothing_out(log):
	doc = log("Feedback/Complaint")
	frappe.local.response.docs = [frappe.get_doc(INTERACTION, doc.name)]
	end_request(status=500)
	assert actions(doc.name) == []
	end_request(status=200)
	assert actions(doc.name) == ["View"]


@pytest.mark.parametrize("doctype", ["Physical File", "Interaction Review"])
def test_a_view_of_a_paper_file_or_review_is_recorded(doctype, log):
	complaint = log("Feedback/Complaint")
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash()})
	doc.update({"interaction": complaint.name, "confidentiality_level": complaint.confidentiality_level})
	doc.db_insert()
	frappe.local.response.docs = [frappe.get_doc(doctype, doc.name)]
	end_request()
	assert actions(doc.name) == ["View"]


def test_the_rows_of_a_list_are_not_views(log):
	doc = log("Feedback/Complaint")
	frappe.local.response["message"] = frappe.get_list(INTERACTION, {"name": doc.name}, ["*"])
	end_request()
	assert actions(doc.name) == []


def test_what_cannot_be_recorded_is_not_given_out(log, monkeypatch):
	doc = log("Feedback/Complaint")
	frappe.local.response.docs = [frappe.get_doc(INTERACTION, doc.name)]
	monkeypatch.setattr(ledger, "write", lambda entries: 1 / 0)
	from werkzeug.wrappers import Response

	given = []
	real = answers.replace
	monkeypatch.setattr(
		answers, "replace", lambda response, *with_this: given.append(response) or real(response, *with_this)
	)
	with pytest.raises(ZeroDivisionError):
		end_request()
	(response,) = given
	assert isinstance(response, Response)
	assert response.status_code == 500
	assert b"secret" not in response.get_data()


def test_a_request_about_something_else_causes_no_queries(monkeypatch):
	frappe.local.response.docs = [frappe.get_doc("User", "Administrator")]
	governed.doctypes()  # cached for the site
	monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: pytest.fail("a query"))
	end_request()


@pytest.mark.committed
class TestOverHTTP:
	@pytest.fixture
	def login(self, http):
		def login(user, password=PASSWORD):
			session = requests.Session()
			session.post(f"{http}/api/method/login", data={"usr": user, "pwd": password}).raise_for_status()
			session.headers["X-Frappe-CSRF-Token"] = "none"
			return session

		return login

	@pytest.fixture
	def complaint(self, log):
		doc = log("Feedback/Complaint")
		frappe.db.commit()
		yield doc
		frappe.db.rollback()
		frappe.db.delete(ENTRY, {"reference_name": doc.name, "sequence": 0})
		frappe.db.commit()

	def recorded(self, name):
		frappe.db.rollback()
		return [(entry.action, entry.user) for entry in entries(name)]

	@pytest.mark.parametrize(
		"path",
		[
			"/api/method/frappe.desk.form.load.getdoc?doctype=Client Interaction&name={}",
			"/api/resource/Client Interaction/{}",
			"/api/v2/document/Client Interaction/{}",
			"/api/method/frappe.client.get?doctype=Client Interaction&name={}",
		],
	)
	def test_a_view_is_recorded_whichever_way_it_goes(self, http, login, make_user, complaint, path):
		officer = make_user("Compliance Officer", password=PASSWORD)
		login(officer).get(http + path.format(complaint.name)).raise_for_status()
		assert self.recorded(complaint.name) == [("View", officer)]

	def test_administrators_view_is_recorded(self, http, complaint):
		# Administrator's password is unknown, so the test logs in with its own API key.
		admin = frappe.get_doc("User", "Administrator")
		before = (admin.api_key, admin.get_password("api_secret", raise_exception=False))
		admin.api_key, admin.api_secret = "ledgertestkey", "ledgertestsecret"
		admin.save()
		frappe.db.commit()
		try:
			requests.get(
				f"{http}/api/resource/Client Interaction/{complaint.name}",
				headers={"Authorization": "token ledgertestkey:ledgertestsecret"},
			).raise_for_status()
			assert self.recorded(complaint.name) == [("View", "Administrator")]
		finally:
			frappe.db.rollback()
			admin.reload()
			admin.api_key, admin.api_secret = before
			admin.save()
			frappe.db.commit()

	def test_a_refusal_is_recorded_although_the_request_was_rolled_back(
		self, http, login, make_user, complaint
	):
		user = make_user("Customer Support", password=PASSWORD)
		answer = login(user).get(f"{http}/api/resource/Client Interaction/{complaint.name}")
		assert answer.status_code == 403
		assert self.recorded(complaint.name) == [("Refusal", user)]
		(entry,) = entries(complaint.name)
		assert entry.rule == "not-participant"
		assert entry.reason.startswith("read: ")

	def test_a_question_asked_on_trial_is_not_a_refusal(self, http, login, make_user, complaint):
		user = make_user("Customer Support", password=PASSWORD)
		login(user).get(
			f"{http}/api/method/client_comms.api.explain_access"
			f"?doctype=Client Interaction&name={complaint.name}"
		).raise_for_status()
		assert self.recorded(complaint.name) == []

	def test_a_print_view_is_recorded(self, http, login, make_user, complaint):
		officer = make_user("Compliance Officer", password=PASSWORD)
		login(officer).get(
			f"{http}/printview?doctype=Client Interaction&name={complaint.name}"
		).raise_for_status()
		assert self.recorded(complaint.name) == [("Print", officer)]

	def test_a_download_of_its_file_is_recorded_and_its_refusal(self, http, login, make_user, complaint):
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{frappe.generate_hash(length=8)}.txt",
				"content": "private",
				"attached_to_doctype": INTERACTION,
				"attached_to_name": complaint.name,
				"is_private": 1,
			}
		).insert()
		frappe.db.commit()
		officer = make_user("Compliance Officer", password=PASSWORD)
		stranger = make_user("Customer Support", password=PASSWORD)
		assert login(officer).get(http + file.file_url).text == "private"
		login(officer).get(
			f"{http}/api/method/frappe.core.doctype.file.file.download_file?file_url={file.file_url}"
		).raise_for_status()
		assert login(stranger).get(http + file.file_url).status_code == 403
		assert self.recorded(complaint.name) == [
			("Download", officer),
			("Download", officer),
			("Refusal", stranger),
		]

	def test_a_download_of_a_file_that_belongs_to_it_is_recorded(self, http, login, make_user, complaint):
		"""Such as a file of a comment or a to-do about it, which is as confidential."""
		about = {"reference_doctype": INTERACTION, "reference_name": complaint.name}
		to_do = frappe.get_doc({"doctype": "ToDo", "name": frappe.generate_hash(), "description": "Look"})
		to_do.update({"reference_type": INTERACTION, "reference_name": complaint.name})
		to_do.db_insert()
		comment = frappe.get_doc(
			{"doctype": "Comment", "comment_type": "Comment", "content": "Look", **about}
		).insert()
		files = [
			frappe.get_doc(
				{
					"doctype": "File",
					"file_name": f"{frappe.generate_hash(length=8)}.txt",
					"content": frappe.generate_hash(),
					"attached_to_doctype": owner.doctype,
					"attached_to_name": owner.name,
					"is_private": 1,
				}
			).insert()
			for owner in (to_do, comment)
		]
		frappe.db.commit()
		officer = make_user("Compliance Officer", "System Manager", password=PASSWORD)
		for file in files:
			login(officer).get(http + file.file_url).raise_for_status()
		try:
			assert self.recorded(complaint.name) == [("Download", officer)] * 2
		finally:
			for doc in (*files, to_do, comment):
				frappe.delete_doc(doc.doctype, doc.name, force=True)
			frappe.db.commit()

	def test_a_message_on_another_timeline_has_been_viewed(self, http, login, make_user, complaint):
		customer = frappe.get_doc(
			{"doctype": "Customer", "customer_name": frappe.generate_hash(length=8)}
		).insert()
		message = send(complaint)
		message.append("timeline_links", {"link_doctype": "Customer", "link_name": customer.name}).db_insert()
		frappe.db.commit()
		officer = make_user("Compliance Officer", "Sales User", password=PASSWORD)
		session = login(officer)
		load = f"{http}/api/method/frappe.desk.form.load.getdoc"
		try:
			session.get(f"{load}?doctype=Customer&name={customer.name}").raise_for_status()
			assert self.recorded(message.name) == [("View", officer)]
			session.get(f"{load}?doctype=Client Interaction&name={complaint.name}").raise_for_status()
			assert self.recorded(message.name) == [("View", officer)]
			assert self.recorded(complaint.name)[1:] == [("View", officer)]
		finally:
			frappe.db.rollback()
			frappe.delete_doc("Communication", message.name, force=True)
			frappe.delete_doc("Customer", customer.name, force=True)
			frappe.db.delete(ENTRY, {"reference_name": message.name, "sequence": 0})
			frappe.db.commit()

	def test_a_view_at_a_level_that_does_not_log_them_is_not_recorded(self, http, login, make_user, log):
		doc = log("Initial Inquiry")
		frappe.db.commit()
		officer = make_user("Compliance Officer", password=PASSWORD)
		login(officer).get(f"{http}/api/resource/Client Interaction/{doc.name}").raise_for_status()
		assert self.recorded(doc.name) == []


@pytest.mark.committed
def test_two_chaining_runs_at_once_make_one_tree(committed_ledger, elsewhere):
	"""The second waits for the first, and then continues where the first ended.

	An entry of a long transaction comes before those that the first run has placed, so a second run that does
	not wait would start with it, at the same place.
	"""

	def write_late():
		ledger.record(ledger.GRANT, INTERACTION, "third", "Sensitive")
		frappe.db.set_value(ENTRY, {"reference_name": "third"}, "creation", "2020-01-01")

	for mark in ("first", "second"):
		ledger.record(ledger.GRANT, INTERACTION, mark, "Sensitive")
	frappe.db.commit()
	chaining._lock()
	chaining._place_chunk()
	elsewhere(write_late).join()
	second = elsewhere(ledger.chain)
	second.join(timeout=2)
	assert second.is_alive()
	frappe.db.commit()
	second.join()
	frappe.db.rollback()
	assert frappe.get_all(ENTRY, pluck="reference_name", order_by="sequence asc") == [
		"first",
		"second",
		"third",
	]
	assert ledger.verify()["ok"]


@pytest.mark.committed
def test_eight_writers_at_once_lose_nothing_and_do_not_wait_for_each_other(committed_ledger, elsewhere):
	"""Each writes in one transaction, which stays open until all have written; meanwhile the scheduler comes."""
	written = threading.Barrier(9, timeout=30)

	def write(writer):
		for number in range(50):
			ledger.record(ledger.GRANT, INTERACTION, f"{writer}-{number}", "Sensitive")
		written.wait()

	writers = [elsewhere(lambda writer=writer: write(writer)) for writer in range(8)]
	ledger.record(ledger.GRANT, INTERACTION, "early", "Sensitive")
	frappe.db.commit()
	assert ledger.chain() >= 1
	written.wait()
	chains = [elsewhere(ledger.chain) for _ in range(2)]
	for thread in [*writers, *chains]:
		thread.join()
	ledger.chain()
	names = frappe.get_all(ENTRY, pluck="reference_name")
	assert sorted(names) == sorted(["early", *(f"{w}-{n}" for w in range(8) for n in range(50))])
	assert api.verify_ledger() == intact(401)


@pytest.fixture
def committed_key(monkeypatch, tmp_path):
	monkeypatch.setattr(keys, "path", lambda: tmp_path / "ledger.key")
	return keys.ring().current.public


@pytest.mark.committed
def test_a_key_is_replaced_after_a_run_that_has_begun(committed_ledger, committed_key, elsewhere):
	chaining._lock()
	rotation = elsewhere(ledger.rotate_key)
	rotation.join(timeout=2)
	assert rotation.is_alive() and keys.ring().current.public == committed_key
	frappe.db.commit()
	rotation.join()
	assert keys.ring().current.public != committed_key


@pytest.mark.committed
def test_one_run_at_a_time_writes_the_seal(committed_ledger, committed_key, elsewhere, monkeypatch):
	"""Otherwise one that was faster could be followed by an earlier end."""
	write, waited = seal.write, []

	def write_while_another_waits(*args):
		another = elsewhere(chaining._lock)
		another.join(timeout=1)
		waited.append(another.is_alive())
		write(*args)

	monkeypatch.setattr(seal, "write", write_while_another_waits)
	ledger.record(ledger.GRANT, INTERACTION, "CI-1", "Sensitive")
	ledger.chain()
	assert waited == [True]


@pytest.mark.committed
def test_keys_that_are_replaced_beside_the_scheduler_vouch_for_each_other(
	committed_ledger, committed_key, elsewhere
):
	at_once = threading.Barrier(6, timeout=30)

	def work(number):
		ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive")
		frappe.db.commit()
		at_once.wait()
		ledger.rotate_key() if number % 3 == 0 else ledger.chain()

	for thread in [elsewhere(lambda number=number: work(number)) for number in range(6)]:
		thread.join()
	frappe.db.rollback()
	ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
	ledger.chain()
	trusted = [committed_key]
	for text in frappe.get_all(ledger.CHECKPOINT, pluck="note", order_by="sequence asc"):
		note = Note.parse(text)
		assert note.signers(trusted)
		if new := Checkpoint.parse(note.text).new_key:
			trusted.append(new)
	assert keys.ring().signers[0].public in trusted and len(keys.ring().signers) == 1
	assert ledger.verify()["ok"]


@pytest.fixture
def committed_ledger(site, monkeypatch):
	"""A separate ledger that other connections see as well; what was there is put back."""
	monkeypatch.setattr(comparison, "unrecorded", lambda *args: iter(()))
	tables = (ENTRY, ledger.CHECKPOINT)
	kept = {doctype: frappe.db.sql(f"select * from `tab{doctype}`", as_dict=True) for doctype in tables}

	def empty():
		frappe.db.rollback()
		for doctype in tables:
			frappe.db.delete(doctype)

	empty()
	frappe.db.commit()
	yield
	empty()
	for doctype, rows in kept.items():
		if rows:
			frappe.db.bulk_insert(doctype, list(rows[0]), [list(row.values()) for row in rows])
	frappe.db.commit()


@pytest.fixture
def elsewhere(site_name, sites_path):
	"""`elsewhere(function)` starts it in a thread with a connection of its own, and commits."""
	errors = []

	def start(function):
		def run():
			frappe.init(site_name, sites_path=str(sites_path))
			frappe.connect()
			try:
				function()
				frappe.db.commit()
			except Exception as error:
				errors.append(error)
			finally:
				frappe.destroy()

		thread = threading.Thread(target=run)
		thread.start()
		return thread

	yield start
	assert not errors
