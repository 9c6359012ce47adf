"""Frappe's reminder of unanswered emails quotes a message to fixed addresses; it goes where the message itself can go (D-5, P-2)."""

from datetime import datetime, timedelta

import frappe
import pytest
from frappe.email.doctype.email_account.email_account import notify_unreplied

pytestmark = pytest.mark.clause("D-5", "P-2")

TEXT = "The roof leaks, and I want my money back."


@pytest.fixture
def remind(log, mailbox, staff):
	"""`remind("a@b.example", …)`: the emails that wait in the queue about a Sensitive message, which is filed under an open Lead."""

	def run(*addresses):
		lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna", "status": "Open"}).insert()
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": "anna@client.example",
				"subject": "Complaint",
				"content": TEXT,
				"reference_doctype": "Lead",
				"reference_name": lead.name,
				"email_account": "Test mailbox",
			}
		).insert(ignore_permissions=True)
		interaction = log("Feedback/Complaint", responsible_staff=staff.cleared)
		message.db_set(
			{
				"client_interaction": interaction.name,
				"confidentiality_level": "Sensitive",
				"creation": datetime.now() - timedelta(minutes=40),
			}
		)
		frappe.db.set_value(
			"Email Account",
			"Test mailbox",
			{
				"enable_incoming": 1,
				"append_to": "Lead",
				"notify_if_unreplied": 1,
				"unreplied_for_mins": 30,
				"send_notification_to": "\n".join(addresses),
			},
		)
		known = frappe.get_all("Email Queue", pluck="name")
		notify_unreplied()
		assert frappe.db.get_value("Communication", message.name, "unread_notification_sent")
		new = frappe.get_all("Email Queue", {"name": ("not in", [*known, ""])}, pluck="name")
		return message, [frappe.get_doc("Email Queue", name) for name in new]

	return run


def waiting(queued) -> set[str]:
	return {row.recipient for each in queued if each.status == "Not Sent" for row in each.recipients}


def test_colleagues_without_clearance_get_none(remind, staff):
	_message, queued = remind(staff.uncleared, staff.cleared)
	assert waiting(queued) == {staff.cleared}


def test_nor_does_anyone_outside(remind, staff, set_settings):
	set_settings(consent_mode="Enforce")
	_message, queued = remind("someone@elsewhere.example")
	assert waiting(queued) == set()


def test_it_waits_in_the_queue_as_confidential_as_the_message(remind, staff, as_user):
	message, (queued,) = remind(staff.cleared)
	assert (queued.reference_doctype, queued.reference_name) == ("Communication", message.name)
	with as_user(staff.uncleared):
		assert not frappe.get_list("Email Queue", {"name": queued.name})
		assert not queued.has_permission("read")
	with as_user(staff.cleared):
		assert queued.has_permission("read")
