"""A link in an email about a step of a workflow opens a record only to those who can read it now (P-2)."""

import frappe
import pytest
from frappe.utils import get_fullname
from frappe.utils.verified_command import get_signed_params
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms.enforcement.methods import workflow_links

pytestmark = pytest.mark.clause("P-2")

METHODS = ("apply_action", "confirm_action")


@pytest.fixture
def opened(as_user):
	"""`opened(method, doc, named, by)`: the page behind a link that names a user, opened by one, or by a visitor."""

	def open_link(method, doc, named, by="Guest", signed=True):
		asked = {"doctype": doc.doctype, "docname": doc.name, "user": named, "action": "Close"}
		asked |= {"current_state": "Open"} if method == "apply_action" else {}
		query = get_signed_params(asked) if signed else f"docname={doc.name}"
		with as_user(by):
			frappe.local.request = Request(EnvironBuilder("/", query_string=query).get_environ())
			frappe.local.form_dict = frappe._dict(asked)
			frappe.local.response = frappe._dict(docs=[])
			frappe.local.flags.pop("signed_query_string", None)
			getattr(workflow_links, method)(**asked)
			return frappe.local.response.get("route") and frappe.local.message

	return open_link


@pytest.mark.parametrize("way", ["raised", "role removed", "disabled"])
@pytest.mark.parametrize("logged_in", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_who_lost_access_sees_nothing(method, logged_in, way, held, staff, opened):
	issue = held("Issue", "Standard", subject="Solar roof")
	user = staff.uncleared if way == "raised" else staff.cleared
	assert get_fullname("Administrator") in opened(
		"apply_action", issue, user, user if logged_in else "Guest"
	)
	if way == "raised":
		issue.db_set("confidentiality_level", "Sensitive")
	elif way == "role removed":
		issue.db_set("confidentiality_level", "Sensitive")
		frappe.get_doc("User", user).remove_roles("Customer Support Manager", "Compliance Officer")
	else:
		frappe.get_doc("User", user).update({"enabled": 0}).save()
	assert "invalid or expired" in opened(method, issue, user, user if logged_in else "Guest")


def test_a_link_of_a_colleague_opens_nothing_that_one_cannot_read(held, staff, opened):
	issue = held("Issue", subject="Solar roof")
	assert get_fullname("Administrator") in opened("apply_action", issue, staff.cleared, staff.cleared)
	assert "invalid or expired" in opened("apply_action", issue, staff.cleared, staff.uncleared)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("there", [True, False])
def test_without_a_signature_it_tells_nothing(there, method, held, staff, opened):
	issue = held("Issue", subject="Solar roof")
	if not there:
		issue.name = "ISS-NONE"
	assert "invalid or expired" in opened(method, issue, staff.cleared, signed=False)
