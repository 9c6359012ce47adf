"""Data Import of existing documents tells nothing about those that its user cannot read (P-2)."""

import json
from pathlib import Path

import frappe
import pytest
from frappe.core.doctype.data_import import data_import as frappes

from client_comms.enforcement import compose
from client_comms.enforcement.doctypes import data_import

pytestmark = pytest.mark.clause("P-2")


@pytest.fixture
def manager(make_user):
	return make_user("Frontline Staff", "System Manager", "Sales Manager")


@pytest.fixture
def make_import(as_user, manager):
	def make(doctype, rows, **values):
		content = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
		file = {"doctype": "File", "file_name": f"{frappe.generate_hash()}.csv", "content": content}
		with as_user(manager):
			file = frappe.get_doc({**file, "is_private": 1}).insert()
			return frappe.get_doc(
				{
					"doctype": "Data Import",
					"reference_doctype": doctype,
					"import_type": "Update Existing Records",
					"import_file": file.file_url,
					**values,
				}
			).insert(ignore_permissions=True)

	return make


def run(made) -> list[dict]:
	"""As its job does, of which each row is kept in a savepoint here."""
	compose.stand_around()
	made.start_import()
	return frappe.get_all("Data Import Log", {"data_import": made.name}, ["success", "messages"])


@pytest.fixture(autouse=True)
def in_one_transaction(monkeypatch):
	monkeypatch.setattr(frappe.db, "commit", lambda *_args, **_options: None)
	monkeypatch.setattr(frappe.db, "rollback", lambda *_args, **_options: None)


def told_of(made, manager, as_user) -> str:
	with as_user(manager):
		(row,) = run(made)
	assert not row.success
	return " ".join(each["message"] for each in json.loads(row.messages))


@pytest.mark.parametrize("exchanged", [False, True])
def test_a_guess_about_a_hidden_document_is_not_answered(
	exchanged, held, make_import, manager, as_user, monkeypatch
):
	"""Nor if the file becomes another one while the job waits: its path stays the same."""
	lead = held("Lead", lead_name="Anna", company_name="Acme GmbH")
	own = frappe.get_doc({"doctype": "Lead", "lead_name": "Own"}).insert()
	told = set()
	for guess in ("Acme GmbH", "Another"):
		rows = [("ID", "Organization Name"), (own.name if exchanged else lead.name, guess)]
		made = make_import("Lead", rows)

		def wait(job, data_import, **_options):
			if exchanged:
				path = frappe.get_doc("File", {"file_url": made.import_file}).get_full_path()
				Path(path).write_text(f"ID,Organization Name\n{lead.name},{guess}\n")
			job(data_import=data_import)

		monkeypatch.setattr(frappes, "enqueue", wait)
		told.add(told_of(made, manager, as_user))
	assert len(told) == 1 and "No changes" not in str(told)
	assert frappe.db.get_value("Lead", lead.name, "company_name") == "Acme GmbH"


def test_of_open_documents_it_updates_and_tells(make_import, manager, as_user):
	names = [
		frappe.get_doc({"doctype": "Lead", "lead_name": "Anna", "company_name": name}).insert().name
		for name in ("Old", "New")
	]
	made = make_import("Lead", [("ID", "Organization Name"), *((name, "New") for name in names)])
	with as_user(manager):
		told = run(made)
	assert sorted(row.success for row in told) == [0, 1]
	assert "No changes to update" in json.dumps([row.messages for row in told])
	assert frappe.db.get_value("Lead", names[0], "company_name") == "New"


def test_rows_of_added_tables_stay_where_they_are(held, monkeypatch, make_import, manager, as_user):
	"""Frappe takes a row over that has the name of another document's; here as if its table had no condition of its own."""
	hidden = held("Lead", lead_name="Anna")
	hidden.append("notes", {"note": "It leaks"})
	hidden.save()
	own = frappe.get_doc({"doctype": "Lead", "lead_name": "Own"}).insert()
	monkeypatch.setattr(data_import.added_rows, "in_added_tables", lambda: ["CRM Note"])
	made = make_import(
		"Lead", [("ID", "ID (Notes)", "Note (Notes)"), (own.name, hidden.notes[0].name, "Mine")]
	)
	assert hidden.notes[0].note not in told_of(made, manager, as_user)
	assert frappe.db.get_value("CRM Note", hidden.notes[0].name, "parent") == hidden.name


def test_a_row_without_a_value_and_a_name_in_other_letters(make_import, manager, as_user):
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna", "company_name": "Old"}).insert()
	rows = [("ID", "Organization Name", "Sum"), (lead.name.lower(), "New", ""), ("", "", "1")]
	made = make_import("Lead", rows)
	with as_user(manager):
		run(made)
	assert frappe.db.get_value("Lead", lead.name, "company_name") == "New"


# --- what an import contains ------------------------------------------------------------------------------


@pytest.fixture
def imported():
	"""`imported(doctype, owner)`: an import that ran, with its file and what it says about a row."""

	def make(doctype, owner):
		values = {"reference_doctype": doctype, "owner": owner, "template_warnings": "The roof leaks"}
		made = frappe.get_doc({"doctype": "Data Import", "name": frappe.generate_hash(), **values})
		made.db_insert()
		log = {"data_import": made.name, "messages": "The roof leaks", "name": frappe.generate_hash()}
		log = frappe.get_doc({"doctype": "Data Import Log", **log})
		log.db_insert()
		attached = {"attached_to_doctype": made.doctype, "attached_to_name": made.name}
		content = "Subject,Summary\nThe roof,It leaks"
		file = {"doctype": "File", "file_name": f"{frappe.generate_hash()}.csv", "content": content}
		file = frappe.get_doc({**file, **attached, "is_private": 1}).insert(ignore_permissions=True)
		return made, log, file

	yield make
	frappe.db.delete("Data Import Log", {"messages": "The roof leaks"})  # its table is not transactional


def is_open(doc):
	"""In the list, and by its name; they agree."""
	found = bool(frappe.get_list(doc.doctype, {"name": doc.name}))
	assert found == bool(frappe.get_doc(doc.doctype, doc.name).has_permission("read")), doc.doctype
	return found


@pytest.mark.parametrize("doctype", ["Client Interaction", "Lead", "Communication"])
def test_an_import_of_what_can_be_confidential_is_for_who_entered_it(
	doctype, imported, staff, set_settings, as_user
):
	set_settings(govern_leads=1)
	parts = imported(doctype, staff.cleared)
	for user, found in ((staff.uncleared, False), (staff.cleared, True), ("Administrator", True)):
		with as_user(user):
			assert [is_open(each) for each in parts] == [found] * 3, user


@pytest.mark.parametrize("way", ["owner", "reference_doctype"])
def test_nor_for_who_says_that_it_is_something_else(way, imported, staff, as_user):
	made, _log, _file = imported("Client Interaction", staff.cleared)
	with as_user(staff.uncleared):
		made.set(way, {"owner": staff.uncleared, "reference_doctype": "Item"}[way])
		assert not made.has_permission("write")


def test_other_imports_stay_open(imported, staff, set_settings, as_user):
	set_settings(govern_leads=0)
	with as_user(staff.uncleared):
		for doctype in ("Item", "Lead"):
			assert all(map(is_open, imported(doctype, staff.cleared)))
		assert all(map(is_open, imported("Client Interaction", staff.uncleared)))


def test_what_is_said_about_the_rows_of_a_bank_statement_stays_open(imported, staff, as_user):
	made, log, _file = imported("Client Interaction", staff.cleared)
	frappe.db.delete("Data Import", {"name": made.name})  # a name of a Bank Statement Import
	with as_user(staff.uncleared):
		assert is_open(log)


def test_its_rows_are_not_previewed(imported, staff, request_as):
	made, _log, file = imported("Client Interaction", staff.cleared)
	for method, asked in (
		("get_preview_from_template", {"data_import": made.name, "import_file": file.file_url}),
		("get_import_logs", {"data_import": made.name}),
		("download_errored_template", {"data_import_name": made.name}),
	):
		with pytest.raises(frappe.PermissionError):
			request_as(staff.uncleared, f"frappe.core.doctype.data_import.data_import.{method}", **asked)
