"""A reply counts when the client gets it, and as its author's (C-3, C-4, P-2): one that leaves later, that nothing sends, or in a colleague's name."""

import frappe
import pytest
from frappe.email import queue

from client_comms import procedure
from client_comms.client_interactions.clocks import sweep
from client_comms.exceptions import OutgoingRefusedError

pytestmark = pytest.mark.clause("C-3", "C-4", "P-2")

ANNA = "anna@client.example"
MAKE = "frappe.core.doctype.communication.email.make"
ASKED, TUESDAY = "2026-11-23 10:00:00", "2026-11-24 09:30:00"


@pytest.fixture
def handler(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT, "Support Team", "Sales User")


@pytest.fixture
def asked(mailbox, handler, make_client, set_settings, set_calendar, clock_at, monkeypatch):
	"""An interaction with a question of Anna."""
	set_settings(own_email_domains="own.example", identity_mode="Off")
	set_calendar(["09:00-17:00"])
	frappe.db.delete("Email Queue")
	frappe.flags.mute_emails = False
	monkeypatch.setitem(frappe.local.conf, "mute_emails", 0)
	make_client("Anna Client", ANNA)
	with clock_at(ASKED):
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"subject": "Solar roof",
				"content": "What does it cost?",
				"sender": ANNA,
				"recipients": "service@own.example",
			}
		).insert(ignore_permissions=True)
	message.reload()
	frappe.db.set_value("Client Interaction", message.client_interaction, "responsible_staff", handler)
	return message.client_interaction


@pytest.fixture
def write(asked, handler, request_as):
	def send(**arguments):
		about = {"doctype": "Client Interaction", "name": asked, "recipients": ANNA, "send_email": 1}
		text = {"subject": "Solar roof", "content": "It costs 9,000."}
		return request_as(handler, MAKE, **{**about, **text, **arguments})

	return send


def read(name):
	frappe.clear_document_cache("Client Interaction", name)
	return frappe.get_doc("Client Interaction", name)


def events(name):
	return [row.event for row in read(name).events]


def test_an_email_that_leaves_later_answers_when_it_has_left(asked, handler, write, clock_at):
	with clock_at("2026-11-23 11:00:00"):
		write(send_after=TUESDAY)
	doc = read(asked)
	assert doc.respond_status == "Running" and not doc.answered_on
	assert doc.events[-1].event == "Email Scheduled" and doc.events[-1].by_user == handler
	assert not any(row.reference_doctype == "Communication" and row.idx > 1 for row in doc.evidence)
	with clock_at("2026-11-24 09:35:00"):
		# The database's clock, by which Frappe takes what is due, is not that of the test.
		frappe.db.set_value("Email Queue", {"reference_name": asked}, "send_after", None)
		queue.flush()
		queue.flush()
	doc = read(asked)
	assert events(asked)[-2:] == ["Email Scheduled", "Answered"]
	assert (doc.status, doc.respond_status) == ("Answered", "Met")
	assert doc.events[-1].by_user == handler
	assert str(doc.answered_on) == "2026-11-24 09:35:00"


def test_what_its_author_said_counts_then(asked, write, clock_at):
	with clock_at("2026-11-23 11:00:00"):
		write(
			send_after=TUESDAY, client_comms_send_as="promise", client_comms_promised_until="2026-11-26 12:00"
		)
	assert read(asked).promise_status == "Not Required"
	with clock_at("2026-11-24 09:35:00"):
		frappe.db.set_value("Email Queue", {"reference_name": asked}, "send_after", None)
		queue.flush()
	doc = read(asked)
	assert (doc.promise_status, str(doc.promised_for)) == ("Running", "2026-11-26 12:00:00")


def test_a_deadline_before_it_leaves_is_missed(asked, write, clock_at):
	with clock_at("2026-11-23 11:00:00"):
		write(send_after="2099-01-01 09:00:00")
	with clock_at("2026-11-30 09:00:00"):
		sweep.run()
	assert read(asked).respond_status == "Breached"


@pytest.mark.parametrize("entered", ["made", "inserted"])
def test_an_email_that_nothing_sends_passes_the_gate_and_is_on_the_register(
	asked, handler, write, request_as, clock_at, entered
):
	with clock_at("2026-11-23 11:00:00"):
		if entered == "made":
			name = write(send_email=0)["name"]
		else:
			frappe.get_doc("User", handler).add_roles("System Manager")
			sent = {
				"doctype": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Sent",
				"subject": "Solar roof",
				"content": "It costs 9,000.",
				"recipients": ANNA,
				"reference_doctype": "Client Interaction",
				"reference_name": asked,
			}
			name = request_as(handler, "frappe.client.insert", doc=frappe.as_json(sent))["name"]
	assert not frappe.db.exists("Email Queue", {"communication": name})
	assert events(asked)[-1] == "Answered"
	assert frappe.db.get_value("Client Disclosure", {"communication": name}, "recipient_kind") == "Client"


@pytest.mark.parametrize("sends", [1, 0])
def test_it_is_refused_as_any_email(asked, write, set_settings, clock_at, sends):
	set_settings(consent_mode="Enforce")
	frappe.db.set_value("Client Interaction", asked, "confidentiality_level", "Sensitive")
	with (
		clock_at("2026-11-23 11:00:00"),
		pytest.raises(OutgoingRefusedError, match=r"adviser@elsewhere\.example"),
	):
		write(recipients="adviser@elsewhere.example", send_email=sends)


def test_one_that_is_sent_is_on_the_register_once(asked, write, clock_at):
	with clock_at("2026-11-23 11:00:00"):
		name = write()["name"]
	assert frappe.db.count("Client Disclosure", {"communication": name}) == 1


def test_who_wrote_it_is_not_who_they_say(asked, handler, make_user, write, clock_at):
	colleague = make_user(procedure.CUSTOMER_SUPPORT, "Support Team")
	with clock_at("2026-11-23 11:00:00"):
		write(sender=colleague)
	last = read(asked).events[-1]
	assert (last.event, last.by_user) == ("Answered", handler)
