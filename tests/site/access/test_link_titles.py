"""The title of a confidential record is not given out by the documents that link to it (P-2)."""

import frappe
import pytest
from frappe.core.doctype.version import version
from frappe.www import printview

from client_comms.enforcement import levels, link_titles, printing
from client_comms.enforcement.methods import form_load

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain"


def linked(doctype, name, parent="Contact"):
	"""A document of the session user's own that links to a record."""
	own = {
		"Contact": {"first_name": "Own"},
		"Address": {"address_line1": "x", "city": "x", "country": "Germany"},
	}
	links = [{"link_doctype": doctype, "link_name": name}]
	return frappe.get_doc({"doctype": parent, **own[parent], "links": links}).insert(ignore_permissions=True)


def shown(doc) -> str:
	return frappe.db.get_value("Dynamic Link", {"parent": doc.name, "parenttype": doc.doctype}, "link_title")


@pytest.fixture
def records(complaint, held):
	"""DocType -> a record of the complaint, whose title has the words."""
	about = {"reference_doctype": complaint.doctype, "reference_name": complaint.name}
	complaint.db_set("subject", WORDS)
	made = {
		"Client Interaction": complaint,
		"Communication": frappe.get_doc(
			{"doctype": "Communication", "communication_medium": "Event", "subject": WORDS, **about}
		).insert(ignore_permissions=True),
		"Event": frappe.get_doc(
			{"doctype": "Event", "subject": WORDS, "starts_on": "2026-11-01", "event_type": "Public"}
		).insert(),
		"ToDo": frappe.get_doc(
			{
				"doctype": "ToDo",
				"description": WORDS,
				"allocated_to": "Administrator",
				"reference_type": complaint.doctype,
				"reference_name": complaint.name,
			}
		).insert(),
		"File": frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{WORDS}.txt",
				"content": "x",
				"attached_to_doctype": complaint.doctype,
				"attached_to_name": complaint.name,
			}
		).insert(),
		"Issue": held("Issue", subject=WORDS),
		"Lead": held("Lead", lead_name=WORDS),
	}
	made["Event"].db_set("client_interaction", complaint.name)
	return made


@pytest.mark.parametrize("parent", ["Contact", "Address"])
@pytest.mark.parametrize(
	"doctype", ["Client Interaction", "Communication", "Event", "ToDo", "File", "Issue", "Lead"]
)
def test_a_stored_title(records, staff, as_user, doctype, parent):
	with as_user(staff.uncleared):
		assert shown(linked(doctype, records[doctype].name, parent)) == records[doctype].name


def test_an_open_title_stays(make_client, held):
	customer = make_client("Anna Client", "anna@client.example").party
	assert shown(linked("Customer", customer)) == "Anna Client"
	assert shown(linked("Lead", held("Lead", level=None, lead_name="Bert Client").name)) == "Bert Client"


def test_a_title_that_was_stored_before(held):
	lead = held("Lead", level=None, lead_name="Bert Client")
	contact = linked("Lead", lead.name)
	levels.set_level("Lead", lead.name, "Sensitive")
	assert shown(contact) == lead.name
	frappe.db.set_value("Dynamic Link", {"parent": contact.name}, "link_title", "Bert Client")
	link_titles.withdraw_all()
	assert shown(contact) == lead.name


@pytest.fixture
def titled_issue(held):
	"""An Issue where links show the subject, and a task that links to it."""
	frappe.get_meta("Issue")
	for field, value in (("title_field", "subject"), ("show_title_field_in_link", 1)):
		frappe.make_property_setter(
			{
				"doctype": "Issue",
				"doctype_or_field": "DocType",
				"property": field,
				"value": value,
				"property_type": "Data",
			},
			validate_fields_for_doctype=False,
		)
	frappe.clear_cache(doctype="Issue")
	issue = held("Issue", subject=WORDS)
	yield issue, frappe.get_doc({"doctype": "Task", "subject": "x", "issue": issue.name}).insert()
	frappe.clear_cache(doctype="Issue")


def test_a_title_beside_a_form(titled_issue, staff, as_user, make_user):
	issue, task = titled_issue
	key = f"Issue::{issue.name}"
	reader = make_user("Frontline Staff", "Projects User")
	for user, title in (("Administrator", WORDS), (reader, issue.name)):
		with as_user(user):
			form_load.getdoc("Task", task.name)
			assert frappe.local.response["_link_titles"][key] == title


def noted(before, doc):
	"""What the version notes of a change."""
	version = frappe.new_doc("Version")
	assert version.update_version_info(before, doc)
	return frappe.parse_json(version.data)


def test_a_title_in_the_version_of_any_document(titled_issue):
	issue, task = titled_issue
	before = frappe.get_doc("Task", task.name)
	task.update({"issue": None, "subject": "y"})
	assert sorted(noted(before, task).changed) == [["issue", issue.name, None], ["subject", "x", "y"]]
	assert sorted(noted(task, before).changed) == [["issue", None, issue.name], ["subject", "y", "x"]]


def test_a_title_in_a_version_of_version_15(titled_issue, monkeypatch):
	"""Which notes names."""
	issue, task = titled_issue
	titles = {"added": [], "removed": [], "row_changed": [], "changed": [("issue", WORDS, "")]}
	monkeypatch.setattr(version, "get_diff", lambda *args: titles)
	before = frappe.get_doc("Task", task.name)
	task.issue = None
	assert noted(before, task).changed == [["issue", issue.name, None]]


def test_a_title_in_the_version_of_a_document_with_rows(complaint, log, staff):
	"""A paper file is for those with access to all its interactions; its inventory is for others as well."""
	location = frappe.get_doc({"doctype": "Physical Location", "location_name": "Cellar"}).insert()
	about = {"location": location.name, "custodian": staff.cleared, "confidentiality_level": "Standard"}
	hidden, other = (
		frappe.get_doc(
			{
				"doctype": "Physical File",
				"title": title,
				"interactions": [{"interaction": record.name}],
				**about,
			}
		)
		.insert(ignore_permissions=True)
		.name
		for title, record in ((WORDS, complaint), ("Roof", log()))
	)
	inventory = frappe.get_doc({"doctype": "Physical Inventory", "files": [{"physical_file": other}]})
	inventory.files[0].name = "row"
	changed = frappe.copy_doc(inventory)
	changed.files[0].update({"name": "row", "physical_file": hidden})
	((_table, _index, _row, changes),) = noted(inventory, changed).row_changed
	assert ["physical_file", other, hidden] in changes
	inventory.name = "Cancelled"  # rows of an amended document have other names
	changed.amended_from = "Cancelled"
	changed.files[0].update({"name": "copy", "_amended_from": "row"})
	((_table, _index, _row, changes),) = noted(inventory, changed).row_changed
	assert ["physical_file", other, hidden] in changes


def test_a_document_of_another_app_is_amended():
	"""Frappe compares its rows, which have other names, with those of the cancelled document."""
	order = {"doctype": "Sales Order", "items": [{"item_code": "Roof", "qty": 1}]}
	cancelled = frappe.get_doc({**order, "name": "SO-1"})
	cancelled.items[0].name = "row"
	amended = frappe.get_doc({**order, "name": "SO-1-1", "amended_from": "SO-1"})
	amended.items[0].update({"name": "copy", "_amended_from": "row", "qty": 2})
	((table, index, row, _changes),) = noted(cancelled, amended).row_changed
	assert (table, index, row) == ("items", 0, "copy")


def test_a_title_in_a_print_of_any_document(titled_issue, staff, as_user, make_user):
	issue, task = titled_issue
	reader = make_user("Frontline Staff", "Projects User")
	cleared = make_user("Customer Support Manager", "Projects User")
	for user, is_shown in ((cleared, True), (reader, False)):
		with as_user(user):
			html = printview.get_html_and_style("Task", task.name)["html"]
			assert (WORDS in html) == is_shown
			assert issue.name in html or is_shown
		# Administrator prints it for the email of the user.
		with printing.for_email(frappe._dict(owner=user)):
			assert (WORDS in frappe.get_print("Task", task.name)) == is_shown


def test_a_title_in_a_print(complaint, staff, as_user):
	location = frappe.get_doc({"doctype": "Physical Location", "location_name": "Cellar"}).insert()
	file = frappe.get_doc(
		{
			"doctype": "Physical File",
			"title": WORDS,
			"location": location.name,
			"custodian": staff.cleared,
			"interactions": [{"interaction": complaint.name}],
		}
	).insert(ignore_permissions=True)
	given = {"doctype": "Physical Inventory", "files": [{"physical_file": file.name}]}
	for user, is_shown in ((staff.cleared, True), (staff.uncleared, False)):
		frappe.get_doc("User", user).add_roles("Client Communications Manager")
		with as_user(user):
			html = printview.get_html_and_style(frappe.as_json(given))["html"]
			assert file.name in html or is_shown
			assert (WORDS in html) == is_shown
