"""Lists of addresses and numbers are made of records that the user can read (P-2): Frappe and ERPNext take all there are."""

import frappe
import pytest
from frappe.email.doctype.email_group.email_group import import_from

pytestmark = pytest.mark.clause("P-2")


@pytest.fixture
def staff(make_user):
	return frappe._dict(
		cleared=make_user("Customer Support Manager", "Newsletter Manager", "System Manager"),
		uncleared=make_user("Frontline Staff", "Newsletter Manager", "System Manager"),
	)


@pytest.fixture
def received():
	"""`received(address, interaction)`: a message from there."""

	def make(address, about):
		return frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": address,
				"subject": "Noise",
				"content": "Noise",
				"reference_doctype": about.doctype,
				"reference_name": about.name,
			}
		).insert(ignore_permissions=True)

	return make


@pytest.fixture
def imported(as_user):
	"""`imported(user, "Lead")`: the addresses in a new email group of the user."""

	def make(user, doctype):
		with as_user(user):
			group = frappe.get_doc({"doctype": "Email Group", "title": frappe.generate_hash()}).insert()
			count = import_from(group.name, doctype)
			members = frappe.get_all(
				"Email Group Member", {"email_group": group.name}, pluck="email", order_by="email asc"
			)
		assert count == len(members)
		return {member for member in members if member.endswith(".test-group.example")}

	return make


HIDDEN, OPEN = "hidden@a.test-group.example", "open@a.test-group.example"


@pytest.mark.parametrize("doctype", ["Lead", "Issue", "Communication", "lead "])
def test_an_email_group_of_records(doctype, held, log, received, complaint, staff, imported):
	for address, level, interaction in ((HIDDEN, "Sensitive", complaint), (OPEN, "Standard", log())):
		held("Lead", level, lead_name=address, email_id=address)
		held("Issue", level, subject="Noise", raised_by=address)
		received(address, interaction)
	assert imported(staff.uncleared, doctype) == {OPEN}
	assert imported(staff.cleared, doctype) == {HIDDEN, OPEN}


def test_an_email_group_of_other_documents(staff, imported):
	address = "contact@a.test-group.example"
	frappe.get_doc(
		{"doctype": "Contact", "first_name": "Anna", "email_ids": [{"email_id": address, "is_primary": 1}]}
	).insert()
	assert address in imported(staff.uncleared, "Contact")


def test_numbers_of_leads(held, staff, as_user):
	"""In *SMS Center*."""
	held("Lead", lead_name="Hidden Anna", mobile_no="+49 170 1234567", status="Open")
	held("Lead", "Standard", lead_name="Open Bert", mobile_no="+49 170 7654321", status="Open")

	def listed(user):
		center = frappe.get_doc({"doctype": "SMS Center", "send_to": "All Lead (Open)"})
		with as_user(user):
			center.create_receiver_list()
		return center.receiver_list

	assert "Hidden" not in listed(staff.uncleared)
	assert "Open Bert - +49 170 7654321" in listed(staff.uncleared)
	assert "Hidden Anna - +49 170 1234567" in listed(staff.cleared)
