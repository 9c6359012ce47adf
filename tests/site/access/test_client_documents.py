"""What belongs to a document about a client is as confidential as the client (P-1, P-2)."""

import frappe
import pytest

pytestmark = pytest.mark.clause("P-1", "P-2")


@pytest.fixture
def consent(held):
	"""A consent of a Lead that is Sensitive."""
	doc = frappe.get_doc(
		{
			"doctype": "Client Consent",
			"name": frappe.generate_hash(),
			"party_type": "Lead",
			"party": held("Lead", lead_name="Anna").name,
			"notice_text": "About the divorce",
		}
	)
	doc.db_insert()
	return doc


def a_comment(consent):
	return consent.add_comment("Comment", "About the divorce")


def a_file(consent):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "divorce.txt",
			"content": "About the divorce",
			"is_private": 1,
			"attached_to_doctype": consent.doctype,
			"attached_to_name": consent.name,
		}
	).insert(ignore_permissions=True)


def a_file_of_a_comment(consent):
	return a_file(a_comment(consent))


def a_version(consent):
	version = {"doctype": "Version", "ref_doctype": consent.doctype, "docname": consent.name, "data": "{}"}
	return frappe.get_doc(version).insert(ignore_permissions=True)


def a_todo(consent):
	todo = {"doctype": "ToDo", "reference_type": consent.doctype, "reference_name": consent.name}
	return frappe.get_doc({**todo, "description": "The divorce"}).insert(ignore_permissions=True)


@pytest.mark.parametrize("make", [a_comment, a_file, a_file_of_a_comment, a_version, a_todo])
def test_who_cannot_see_the_client(make, consent, staff, as_user):
	dependent = make(consent)

	def is_shown(user):
		with as_user(user):
			found = bool(frappe.get_list(dependent.doctype, {"name": dependent.name}))
			return found, frappe.get_doc(dependent.doctype, dependent.name).has_permission("read")

	assert is_shown(staff.uncleared) == (False, False)
	assert is_shown(staff.cleared) == (True, True)


@pytest.mark.parametrize("make", [a_comment, a_version])
def test_an_open_client_hides_nothing(make, consent, staff, as_user):
	frappe.db.set_value("Lead", consent.party, "confidentiality_level", None)
	dependent = make(consent)
	with as_user(staff.uncleared):
		assert frappe.get_list(dependent.doctype, {"name": dependent.name})
		assert frappe.get_doc(dependent.doctype, dependent.name).has_permission("read")
