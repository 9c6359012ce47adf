"""People and records for tests of access."""

import frappe
import pytest


@pytest.fixture
def staff(make_user):
	"""The first can do everything with a complaint, the second nothing; Frappe and ERPNext allow both everything."""
	roles = ("System Manager", "Sales User", "Sales Manager", "Support Team")
	return frappe._dict(
		cleared=make_user("Customer Support Manager", "Compliance Officer", *roles),
		uncleared=make_user("Frontline Staff", *roles),
	)


@pytest.fixture
def complaint(log):
	"""A complaint, which is Sensitive as shipped."""
	return log("Feedback/Complaint")


@pytest.fixture
def held(set_settings):
	"""`held("Lead", lead_name="Anna")` creates a document at the level Sensitive, or at `level`."""
	set_settings(govern_issues=1, govern_leads=1, govern_opportunities=1)

	def make(doctype, level="Sensitive", **fields):
		doc = frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)
		doc.db_set("confidentiality_level", level)
		return doc

	return make
