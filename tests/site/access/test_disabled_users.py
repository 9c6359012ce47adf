"""A disabled user reads nothing, whatever still runs or asks in their name (D-5, P-2)."""

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms.enforcement import governed, guards
from client_comms.enforcement.requests import tokens

pytestmark = pytest.mark.clause("D-5", "P-2")

INTERACTION = "Client Interaction"


@pytest.fixture
def left(staff):
	"""The colleague with clearance has left: their login is disabled, their roles are as before."""

	def leave():
		user = frappe.get_doc("User", staff.cleared)
		user.enabled = 0
		user.save()

	return leave


def test_no_record_is_open_to_them(complaint, staff, left, as_user):
	def decided():
		return governed.decide(INTERACTION, complaint.name, "read", staff.cleared).allowed

	assert decided() and guards.readable(INTERACTION, [complaint.name], staff.cleared)
	left()
	assert not decided() and not guards.readable(INTERACTION, [complaint.name], staff.cleared)
	with as_user(staff.cleared):
		assert not frappe.get_list(INTERACTION, {"name": complaint.name})
		assert not frappe.get_doc(INTERACTION, complaint.name).has_permission("read")


@pytest.mark.parametrize(
	("report", "report_type"),
	[("Response Compliance", "Script Report"), ("Client Interaction", "Report Builder")],
)
def test_their_report_is_emailed_without_records(report, report_type, complaint, staff, left):
	"""Frappe goes on sending it, to addresses that may be their own."""
	if report_type == "Report Builder":
		frappe.get_doc(
			{
				"doctype": "Report",
				"report_name": report,
				"ref_doctype": INTERACTION,
				"report_type": report_type,
				"is_standard": "No",
				"json": frappe.as_json({"fields": [["name", INTERACTION], ["subject", INTERACTION]]}),
			}
		).insert()
	emailed = frappe.get_doc(
		{
			"doctype": "Auto Email Report",
			"report": report,
			"report_type": report_type,
			"user": staff.cleared,
			"enabled": 1,
			"email_to": "left@example.org",
			"frequency": "Daily",
			"format": "CSV",
			"filters": frappe.as_json(
				{"group_by": "Communication Type"} if report_type == "Script Report" else {}
			),
		}
	)
	shown = "Feedback/Complaint" if report_type == "Script Report" else complaint.subject
	assert shown in emailed.get_report_content()
	left()
	assert shown not in str(emailed.get_report_content())


def test_their_token_logs_them_in_no_more(staff, left, as_user):
	"""Frappe asks of an API key whether its user is enabled, of an OAuth token not, and renews it."""
	client = frappe.get_doc(
		{
			"doctype": "OAuth Client",
			"app_name": "Reader",
			"redirect_uris": "https://reader.example",
			"default_redirect_uri": "https://reader.example",
			"scopes": "all",
		}
	).insert()
	token = frappe.get_doc(
		{
			"doctype": "OAuth Bearer Token",
			"client": client.name,
			"user": staff.cleared,
			"scopes": "all",
			"access_token": frappe.generate_hash(),
			"refresh_token": frappe.generate_hash(),
			"expiration_time": add_to_date(now_datetime(), hours=1),
			"expires_in": 3600,
			"status": "Active",
		}
	).insert()

	def asks():
		with as_user("Guest"):
			headers = {"Authorization": f"Bearer {token.access_token}"}
			environ = EnvironBuilder("/api/method/frappe.ping", headers=headers).get_environ()
			frappe.local.request = Request(environ)
			frappe.local.form_dict = frappe._dict()
			tokens.authenticate()
			return frappe.session.user

	assert asks() == staff.cleared
	left()
	with pytest.raises(frappe.AuthenticationError):
		asks()
