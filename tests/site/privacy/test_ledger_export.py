"""Exports of the ledger: auditors verify them without the site, against checkpoints that they kept."""

import gzip
import json
import subprocess
import sys

import frappe
import pytest

from client_comms import api, ledger
from client_comms.ledger import entries as ledger_entries
from client_comms.ledger import exporting, keys, seal
from client_comms.rules.signed_notes import Note, PrivateKey

pytestmark = [pytest.mark.clause("P-2", "R-3"), pytest.mark.usefixtures("empty_ledger")]

ENTRY = ledger.ENTRY
INTERACTION = "Client Interaction"


@pytest.fixture
def days(clock_at):
	"""Three entries on each of five days, and a checkpoint each evening."""
	for day in range(16, 21):
		with clock_at(f"2026-11-{day} 10:00"):
			for number in range(3):
				ledger.record(ledger.GRANT, INTERACTION, f"CI-{day}-{number}", "Sensitive", reason="for Anna")
			ledger.chain()


@pytest.fixture
def kept(days, tmp_path):
	"""The checkpoints of those days, as an auditor got them."""
	folder = tmp_path / "kept"
	folder.mkdir()
	for row in frappe.get_all(ledger.CHECKPOINT, ["sequence", "note"], order_by="sequence asc"):
		(folder / f"{row.sequence}.txt").write_text(row.note)
	return folder


def export(tmp_path, **wanted):
	file = tmp_path / "export.jsonl"
	file.write_text("".join(exporting.export(exporting.Wanted(**wanted))))
	return file


def verify(export, kept, *more):
	"""In a process of its own that cannot import Frappe."""
	program = (
		"import sys; sys.modules['frappe'] = None\n"
		"from client_comms.__main__ import main\n"
		"sys.exit(main(sys.argv[1:]))"
	)
	ran = subprocess.run(
		[sys.executable, "-c", program, "verify", str(export), str(kept), "--json", *more],
		capture_output=True,
		text=True,
		cwd=export.parent,
		check=False,
	)
	assert ran.returncode in (0, 1, 2, 3), ran.stderr
	return ran.returncode, json.loads(ran.stdout) if ran.stdout else ran.stderr


def faults(found):
	return [(each["first"], each["last"], each["fault"]) for each in found["faults"]]


def sql(statement, *values):
	"""What is done with the rights of the database."""
	statement = statement.replace("ENTRY", f"`tab{ENTRY}`").replace("CHECKPOINT", f"`tab{ledger.CHECKPOINT}`")
	frappe.db.sql(statement, values)


def test_a_whole_ledger_is_verified_without_the_site(kept, tmp_path):
	code, found = verify(export(tmp_path), kept)
	assert code == 0 and found["ok"]
	assert (found["size"], found["shown"], found["checked"], found["proved"]) == (15, 15, 15, 15)
	assert found["compared"] == [3, 6, 9, 12, 15]


def test_an_export_is_an_entry_itself(kept, tmp_path):
	export(tmp_path, since="2026-11-17")
	(row,) = frappe.get_all(ENTRY, {"action": "Export"}, ["reason"])
	assert row.reason == "since: 2026-11-17"


def test_a_period_shows_its_entries_alone_and_has_no_gaps(kept, tmp_path):
	file = export(tmp_path, since="2026-11-17", until="2026-11-19")
	code, found = verify(file, kept)
	assert code == 0 and (found["first"], found["last"], found["shown"]) == (4, 9, 6)
	assert "CI-17-0" in file.read_text() and "CI-19-0" not in file.read_text()
	sql("update ENTRY set user = 'x' where sequence = 5")
	assert faults(verify(export(tmp_path, since="2026-11-17", until="2026-11-19"), kept)[1]) == [
		(5, 5, "changed")
	]


def test_a_period_without_entries_shows_none(kept, tmp_path):
	code, found = verify(export(tmp_path, since="2027-01-01"), kept)
	assert code == 0 and found["shown"] == 0 and found["proved"] == 15


def test_a_client_sees_what_is_about_them_and_nothing_else(make_client, log, tmp_path):
	anna, ben = (make_client(f"{name} Client", f"{name}@client.example") for name in ("Anna", "Ben"))
	doc = log(party_type="Customer", party=anna.party)
	other = log(party_type="Customer", party=ben.party)
	for each in (doc, other, doc):
		ledger.record(ledger.VIEW, INTERACTION, each.name, "Sensitive")
	ledger.record(ledger.VIEW, "Customer", anna.party, None)
	ledger.chain()
	kept = tmp_path / "kept.txt"
	kept.write_text(frappe.get_last_doc(ledger.CHECKPOINT).note)
	file = export(tmp_path, party=("Customer", anna.party))
	shown = [json.loads(line) for line in file.read_text().splitlines()]
	names = [each["personal"]["reference_name"] for each in shown if "entry" in each]
	assert set(names) == {doc.name, anna.party} and names.count(doc.name) >= 2
	assert other.name not in file.read_text()
	assert verify(file, kept)[0] == 0


def test_a_client_without_interactions_sees_nothing_about_messages_of_others(make_client, tmp_path):
	anna = make_client("Anna Client", "anna@client.example")
	message = frappe.get_doc(
		{"doctype": "Communication", "subject": "About no interaction", "content": "x"}
	).insert(ignore_permissions=True)
	ledger.record(ledger.VIEW, "Communication", message.name, None)
	ledger.record(ledger.VIEW, "Customer", anna.party, None)
	ledger.chain()
	file = export(tmp_path, party=("Customer", anna.party))
	assert anna.party in file.read_text()
	assert message.name not in file.read_text()


def test_tampering_is_found_without_the_site(kept, tmp_path):
	whole = {row.name: row for row in frappe.get_all(ENTRY, ["*"])}
	acts = {
		"change": ("update ENTRY set user = 'x' where sequence = 5", (5, 5, "changed")),
		"delete": ("delete from ENTRY where sequence = 5", (5, 5, "changed")),
		"swap": (
			"update ENTRY set sequence = 11 - sequence where sequence in (5, 6)",
			(4, 6, "not-as-checkpointed"),
		),
		"cut": ("delete from ENTRY where sequence > 12", (13, 15, "changed")),
	}
	for act, (statement, expected) in acts.items():
		frappe.db.savepoint("before_the_act")
		sql(statement)
		code, found = verify(export(tmp_path), kept)
		assert code == 1, act
		first, last, _kind = faults(found)[0]
		assert first <= expected[0] <= last or (first, last) == expected[:2], (act, faults(found))
		frappe.db.rollback(save_point="before_the_act")
	assert len(whole) == 15


def test_a_cut_with_all_that_the_site_knows_is_found_by_what_was_kept(kept, tmp_path):
	sql("delete from ENTRY where sequence > 9")
	sql("delete from CHECKPOINT where sequence > 9")
	seal.remove()
	assert api.verify_ledger()["ok"], "on the site, no trace is left"
	code, found = verify(export(tmp_path), kept)
	assert code == 1 and faults(found) == [(10, 15, "removed")]


def test_a_rebuilt_ledger_is_found_by_what_was_kept(kept, tmp_path):
	sql("update ENTRY set sequence = 0, reason = 'for Ben'")
	for row in frappe.get_all(ENTRY, ["*"]):
		frappe.db.set_value(ENTRY, row.name, ledger_entries.sealed(row), update_modified=False)
	sql("delete from CHECKPOINT")
	seal.remove()
	ledger.chain()
	assert api.verify_ledger()["ok"], "on the site, no trace is left"
	code, found = verify(export(tmp_path), kept)
	assert code == 1 and faults(found)[0][2] == "not-as-checkpointed"


def test_an_inserted_entry_is_found(kept, tmp_path):
	row = frappe.get_all(ENTRY, {"sequence": 5}, ["*"])[0]
	row.update(name="0000", user="forged@example.com")
	columns = ", ".join(f"`{column}`" for column in row)
	sql(f"insert into ENTRY ({columns}) values ({', '.join(['%s'] * len(row))})", *row.values())
	code, found = verify(export(tmp_path), kept)
	assert code == 1 and faults(found) == [(5, 5, "changed")]


def test_an_erased_client_leaves_the_export_valid(kept, tmp_path):
	names = frappe.get_all(ENTRY, {"sequence": ("in", (4, 5, 6))}, pluck="name")
	assert ledger.erase_payload(names, "DSR-1") == 3
	ledger.chain()
	(kept / "16.txt").write_text(frappe.get_last_doc(ledger.CHECKPOINT, order_by="sequence desc").note)
	for wanted in ({}, {"since": "2026-11-17", "until": "2026-11-18"}):
		code, found = verify(export(tmp_path, **wanted), kept)
		assert code == 0 and found["erased"] == 3, found
	assert "CI-17" not in (tmp_path / "export.jsonl").read_text()


def test_an_erasure_that_no_checkpoint_covers_yet_leaves_the_export_valid(kept, tmp_path):
	names = frappe.get_all(ENTRY, {"sequence": ("in", (4, 5, 6))}, pluck="name")
	ledger.erase_payload(names, "DSR-1")
	for wanted in ({}, {"since": "2026-11-17", "until": "2026-11-18"}):
		code, found = verify(export(tmp_path, **wanted), kept)
		assert code == 0 and found["erased"] == 3 and faults(found) == [], found


def test_checkpoints_between_those_of_a_day_are_compared_if_they_were_named(days, clock_at, tmp_path):
	with clock_at("2026-11-21 10:00"):
		for number in range(4):
			ledger.record(ledger.VIEW, INTERACTION, f"CI-{number}", "Sensitive")
			ledger.chain()
	kept = tmp_path / "kept.txt"
	kept.write_text("".join(frappe.get_all(ledger.CHECKPOINT, pluck="note", order_by="sequence asc")))
	code, found = verify(export(tmp_path, until="2026-11-17"), kept)
	assert code == 0 and found["uncovered"] == [17]
	code, found = verify(export(tmp_path, until="2026-11-17", sizes=(17, 99)), kept)
	assert code == 0 and found["uncovered"] == []


def test_an_export_without_the_last_checkpoint_proves_nothing_and_has_its_own_exit_code(
	days, clock_at, tmp_path
):
	with clock_at("2026-11-21 10:00"):
		for number in range(4):
			ledger.record(ledger.VIEW, INTERACTION, f"CI-{number}", "Sensitive")
			ledger.chain()
	kept = tmp_path / "kept.txt"
	kept.write_text(frappe.get_all(ledger.CHECKPOINT, {"sequence": 17}, pluck="note")[0])
	code, found = verify(export(tmp_path, until="2026-11-17"), kept)
	assert code == 3 and not found["ok"] and (found["faults"], found["uncovered"]) == ([], [17])
	code, found = verify(export(tmp_path, until="2026-11-17", sizes=(17,)), kept)
	assert code == 0 and found["proved"] == 17


@pytest.fixture
def replaced(monkeypatch, tmp_path, clock_at):
	"""A key that is replaced in the middle of a day; returns the old one, and where the checkpoints are kept."""
	monkeypatch.setitem(frappe.local.conf, keys.KEY_FILE, str(tmp_path / "ledger.key"))
	old = keys.ring().current.public
	with clock_at("2026-11-16 10:00"):
		for number in range(4):
			ledger.record(ledger.VIEW, INTERACTION, f"CI-{number}", "Sensitive")
			ledger.rotate_key() if number == 1 else ledger.chain()
	with clock_at("2026-11-17 10:00"):
		ledger.record(ledger.VIEW, INTERACTION, "CI-9", "Sensitive")
		ledger.chain()
	kept = tmp_path / "kept.txt"
	kept.write_text(frappe.get_last_doc(ledger.CHECKPOINT, order_by="sequence desc").note)
	return old, kept


def test_who_knows_the_old_key_can_verify_what_the_new_one_signed(replaced, tmp_path):
	old, kept = replaced
	code, found = verify(export(tmp_path, since="2026-11-17"), kept, "--key", str(old))
	assert code == 0 and found["are_keys_noted"] and not found["untrusted"]


def test_a_signature_beside_the_one_of_the_site_makes_no_key_known(kept, tmp_path):
	"""The files of an auditor, an export, and a key of someone who could write to both."""
	thief = PrivateKey.generate(keys.ring().current.name)
	note = Note.parse((kept / "3.txt").read_text())
	(kept / "3.txt").write_text(str(note.signed_by(thief)))
	last = Note.parse((kept / "15.txt").read_text())
	(kept / "15.txt").write_text(str(Note(last.text).signed_by(thief)))
	file = export(tmp_path)
	header, *lines = file.read_text().splitlines()
	header = json.loads(header)
	header["keys"].append(str(thief.public))
	file.write_text("\n".join([json.dumps(header), *lines]) + "\n")
	code, found = verify(file, kept, "--key", str(keys.ring().current.public))
	assert code == 1 and found["untrusted"] == [15]


def test_a_compressed_file_and_an_email_are_read(kept, tmp_path):
	file = tmp_path / "export.jsonl.gz"
	with gzip.open(file, "wt", encoding="utf-8") as written:
		written.writelines(exporting.export(exporting.Wanted()))
	mail = tmp_path / "mail.eml"
	note = frappe.get_last_doc(ledger.CHECKPOINT, order_by="sequence desc").note
	mail.write_bytes(
		b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
		+ f"The checkpoint:\n\n{note}".replace("\n", "\r\n").encode()
	)
	code, found = verify(file, mail)
	assert code == 0 and found["proved"] == 15


def test_unusable_input_is_told_and_has_its_own_exit_code(kept, tmp_path):
	empty = tmp_path / "empty"
	empty.mkdir()
	file = export(tmp_path)
	assert verify(file, empty)[0] == 2
	assert verify(tmp_path / "none", kept)[0] == 2
	(tmp_path / "other.jsonl").write_text("{}\n")
	code, told = verify(tmp_path / "other.jsonl", kept)
	assert code == 2 and "not an export of a ledger" in told


def test_without_a_checkpoint_there_is_nothing_to_export():
	with pytest.raises(frappe.ValidationError, match="no signed checkpoint"):
		exporting.export(exporting.Wanted())


def test_only_a_compliance_officer_exports(days, as_user, make_user):
	for role in ("Client Communications Manager", "System Manager"):
		with as_user(make_user(role)), pytest.raises(frappe.PermissionError):
			api.export_ledger()
	with as_user(make_user("Compliance Officer")):
		api.export_ledger(since="2026-11-17", until="2026-11-18")
	lines = frappe.response.filecontent.decode().splitlines()
	assert sum('"entry":' in line for line in lines) == 3


def test_a_large_export_is_for_the_command(days, monkeypatch):
	monkeypatch.setattr(api.ledger, "_MOST_TO_DOWNLOAD", 14)
	with pytest.raises(frappe.ValidationError, match="export-ledger"):
		api.export_ledger()


def test_an_export_from_a_very_long_ledger_is_for_the_command_however_little_it_shows(days, monkeypatch):
	monkeypatch.setattr(api.ledger, "_LARGEST_TREE", 14)
	with pytest.raises(frappe.ValidationError, match="export-ledger"):
		api.export_ledger(since="2026-11-17", until="2026-11-18")
