"""An Auto Repeat copies a record, and emails its print, when no one is asked: it is as confidential as the record (P-2)."""

import frappe
import pytest

from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")

UPDATE = "frappe.automation.doctype.auto_repeat.auto_repeat.update_reference"


@pytest.fixture
def people(make_user):
	roles = ("System Manager", "Accounts Manager", "Support Team")
	return frappe._dict(
		cleared=make_user("Customer Support Manager", *roles), uncleared=make_user("Frontline Staff", *roles)
	)


@pytest.fixture
def repeat(held):
	"""`repeat("Sensitive")`: the Auto Repeat of an Issue at that level, as someone with clearance has made it."""

	def make(level):
		issue = held("Issue", subject="The roof leaks", raised_by="anna@client.example", level=level)
		doc = frappe.get_doc(
			{
				"doctype": "Auto Repeat",
				"name": frappe.generate_hash(),
				"reference_doctype": "Issue",
				"reference_document": issue.name,
				"frequency": "Daily",
				"start_date": frappe.utils.today(),
				"subject": "The roof again",
			}
		)
		doc.db_insert()
		return doc

	return make


@pytest.mark.parametrize(
	("user", "level", "expected"),
	[("cleared", "Sensitive", True), ("uncleared", "Sensitive", False), ("uncleared", "Standard", True)],
)
def test_who_reads_and_changes_it(user, level, expected, repeat, people, as_user):
	doc = repeat(level)
	with as_user(people[user]):
		assert bool(frappe.get_list("Auto Repeat", {"name": doc.name})) == expected
		stored = frappe.get_doc("Auto Repeat", doc.name)
		assert [stored.has_permission(each) for each in ("read", "write", "delete")] == [expected] * 3


@pytest.mark.parametrize("user", ["cleared", "uncleared"])
def test_one_of_a_readable_record_does_not_turn_to_a_hidden_one(user, repeat, people, request_as):
	"""Frappe writes the name past all checks."""
	own, hidden = repeat("Standard"), repeat("Sensitive").reference_document
	if user == "cleared":
		assert request_as(people.cleared, UPDATE, docname=own.name, reference=hidden) == "success"
	else:
		with pytest.raises(ClearanceMissingError):
			request_as(people.uncleared, UPDATE, docname=own.name, reference=hidden)
	stored = frappe.db.get_value("Auto Repeat", own.name, "reference_document")
	assert (stored == hidden) == (user == "cleared")
