"""What is confidential stays so when it is moved, and is not destroyed by those who cannot read it (D-5, P-2, R-3)."""

import frappe
import pytest
from frappe.website.doctype.web_form import web_form as web_forms

from client_comms.enforcement.doctypes import web_form
from client_comms.enforcement.methods import relink
from client_comms.enforcement.requests import backups
from client_comms.exceptions import ClearanceMissingError, LegalHoldError

pytestmark = pytest.mark.clause("D-5", "P-2", "R-3")

# --- messages ----------------------------------------------------------------------------------------


@pytest.fixture
def filed(held):
	"""`filed("Issue", level)`: a document and a message under it that has no interaction."""

	def make(doctype="Issue", level="Confidential", **fields):
		doc = held(doctype, level, **(fields or {"subject": "Solar roof"}))
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Other",
				"sent_or_received": "Sent",
				"status": "Linked",
				"subject": "Among ourselves",
				"content": "The neighbours called the police",
				"reference_doctype": doc.doctype,
				"reference_name": doc.name,
			}
		)
		message.name = frappe.generate_hash()
		message.db_insert()
		return doc, message.name

	return make


def listed(user, as_user, message) -> bool:
	with as_user(user):
		return bool(frappe.get_list("Communication", {"name": message}))


def level_of(message):
	return frappe.db.get_value("Communication", message, "confidentiality_level")


def by_relink(message, doctype, name):
	relink.relink(message, doctype, name)


def by_saving(message, doctype, name):
	doc = frappe.get_doc("Communication", message)
	doc.update({"reference_doctype": doctype, "reference_name": name})
	doc.save(ignore_permissions=True)


@pytest.mark.parametrize("move", [by_relink, by_saving])
def test_a_message_keeps_its_level_where_it_is_moved(move, filed, make_client, staff, as_user):
	_issue, message = filed()
	customer = make_client("Anna Client", "anna@client.example").party
	assert listed(staff.cleared, as_user, message)
	with as_user(staff.cleared):
		move(message, "Customer", customer)
	assert level_of(message) == "Confidential"
	assert frappe.db.get_value("Communication", message, "reference_name") == customer
	assert not listed(staff.uncleared, as_user, message)
	assert listed(staff.cleared, as_user, message)


@pytest.mark.parametrize("move", [by_relink, by_saving])
def test_a_message_follows_a_document_that_is_at_least_as_confidential(move, filed, held, staff, as_user):
	_issue, message = filed()
	other = held("Issue", "Sensitive", subject="Another matter")
	with as_user(staff.cleared):
		move(message, "Issue", other.name)
	assert not level_of(message)
	assert not listed(staff.uncleared, as_user, message)


@pytest.mark.parametrize(
	("doctype", "fields"), [("Issue", {"subject": "Roof"}), ("Lead", {"lead_name": "Anna"})]
)
def test_a_message_outlives_its_document(doctype, fields, filed, staff, as_user):
	doc, message = filed(doctype, **fields)
	_forget_interactions(doc)
	frappe.delete_doc(doctype, doc.name)
	assert not frappe.db.get_value("Communication", message, "reference_name")
	assert level_of(message) == "Confidential"
	assert not listed(staff.uncleared, as_user, message)


def _forget_interactions(doc):
	"""As on a site where the document is older than the app."""
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	for name in frappe.get_all("Client Interaction", about, pluck="name"):
		for doctype in ("Interaction Evidence", "Interaction Event"):
			frappe.db.delete(doctype, {"parent": name})
		frappe.db.delete("Client Interaction", {"name": name})
		frappe.db.delete("Communication", {"client_interaction": name})


# --- web forms ---------------------------------------------------------------------------------------


@pytest.fixture
def form():
	frappe.db.set_value("Web Form", "issues", "allow_delete", 1)
	frappe.clear_document_cache("Web Form", "issues")
	return "issues"


DELETIONS = {
	"one": lambda form, name: web_form.delete(form, name),
	"several": lambda form, name: web_form.delete_multiple(form, frappe.as_json([name])),
}


@pytest.mark.parametrize("way", DELETIONS)
def test_an_owner_without_clearance_does_not_delete(way, form, held, staff, as_user):
	issue = held("Issue", subject="Solar roof")
	_forget_interactions(issue)
	issue.db_set("owner", staff.uncleared)
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		DELETIONS[way](form, issue.name)
	assert frappe.db.exists("Issue", issue.name)
	issue.db_set("owner", staff.cleared)
	with as_user(staff.cleared):
		DELETIONS[way](form, issue.name)
	assert not frappe.db.exists("Issue", issue.name)


def test_the_wrapped_methods_are_those_of_frappe():
	assert callable(web_forms.delete) and callable(web_forms.delete_multiple)


# --- all transactions of a company -----------------------------------------------------------------------


@pytest.fixture
def deletion(set_settings):
	set_settings(govern_issues=1)
	company = frappe.db.get_value("Company", {})
	return lambda: frappe.get_doc({"doctype": "Transaction Deletion Record", "company": company})


def test_deleting_all_transactions_requires_clearance(deletion, staff, as_user):
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		deletion().insert()


def test_deleting_all_transactions_keeps_evidence(deletion, complaint):
	record = deletion().insert()
	record.db_set("docstatus", 1)  # as while it runs
	for doctype in ("Client Interaction", "Response Calendar", "Issue"):
		record.populate_doctypes_table([], doctype, "company", 0)
	assert {row.doctype_name for row in record.doctypes} == {"Issue"}


def test_a_hold_stops_the_deletion(deletion, make_client, complaint):
	record = deletion().insert()
	frappe.get_doc(
		{
			"doctype": "Legal Hold",
			"hold_on": "Interaction",
			"client_interaction": complaint.name,
			"reason": "Court",
		}
	).insert()
	with pytest.raises(LegalHoldError):
		deletion().insert()
	with pytest.raises(LegalHoldError):
		record.delete_company_transactions()


# --- backups and the help page ---------------------------------------------------------------------------


def test_a_backup_requires_clearance(staff, as_user, monkeypatch):
	for path, is_refused in (("/backups/site-database.sql.gz", True), ("/app/backups", False)):
		monkeypatch.setattr(frappe.local, "request", frappe._dict(path=path), raising=False)
		with as_user(staff.uncleared):
			if is_refused:
				with pytest.raises(ClearanceMissingError):
					backups.refuse()
			else:
				backups.refuse()
		backups.refuse()  # Administrator


def test_the_help_page_does_not_search_confidential_documents():
	def save(doctype):
		settings = frappe.get_doc("Support Settings")
		row = {"source_name": "Help", "source_type": "Link", "source_doctype": doctype}
		fields = dict.fromkeys(("result_title_field", "result_preview_field", "result_route_field"), "Name")
		settings.append("search_apis", {**row, **fields})
		settings.save()

	save("Help Article")
	for doctype in ("Client Interaction", "Issue", "Communication"):
		with pytest.raises(ClearanceMissingError):
			save(doctype)
