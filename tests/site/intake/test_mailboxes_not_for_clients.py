"""Mailboxes that are not for clients, such as those of applicants and employees (D-1, F-1)."""

import frappe
import pytest
from frappe.core.doctype.communication.email import make

from client_comms import health_mail
from client_comms.intake import backfill, mailboxes, unlogged

pytestmark = pytest.mark.clause("D-1", "F-1")

HERE, MONDAY = "Communication", "2026-11-23 10:00"
ADDRESS = "communication@nordlicht.example"


@pytest.fixture
def apart(accounts):
	"""The mailbox without *Append To* is that of the personnel department."""
	account = accounts[HERE]
	account.db_set({mailboxes.NOT_FOR_CLIENTS: 1})
	frappe.clear_document_cache("Email Account", account.name)
	return account


@pytest.fixture
def application(raw_mail):
	return lambda body="I apply.", **headers: raw_mail(body, **{"To": ADDRESS, **headers})


def test_what_arrives_there_becomes_no_inquiry_and_is_not_confirmed(
	accounts, deliver, application, set_settings
):
	usual = deliver(application(Message_ID="<0@client-a.example>"), HERE)
	assert usual.client_interaction  # without the mark, as ever
	accounts[HERE].db_set({mailboxes.NOT_FOR_CLIENTS: 1})
	frappe.clear_document_cache("Email Account", accounts[HERE].name)
	message = deliver(application(Subject="Application"), HERE)
	assert not message.client_interaction and not message.reference_name
	assert not frappe.db.exists("Interaction Event", {"source_name": message.name})


def test_what_belongs_to_a_conversation_continues_it(apart, deliver, raw_mail, application):
	first = deliver(raw_mail(), "Lead")
	again = application(
		"It is urgent.", Message_ID="<2@client-a.example>", In_Reply_To="<1@client-a.example>"
	)
	assert deliver(again, HERE).client_interaction == first.client_interaction


@pytest.mark.parametrize("order", [(HERE, "Lead"), ("Lead", HERE)])
def test_a_copy_in_a_mailbox_of_clients_is_an_inquiry_whichever_comes_first(
	apart, deliver, raw_mail, application, order
):
	raw = application(To=f"{ADDRESS}, lead@nordlicht.example")
	stored = {to: deliver(raw, to) for to in order}
	assert stored["Lead"].client_interaction
	logged = {"source_name": stored["Lead"].name, "event": "Received"}
	assert frappe.db.count("Interaction Event", logged) == 1
	assert deliver(raw, "Lead").name == stored["Lead"].name


@pytest.mark.parametrize("known", [False, True])
def test_what_staff_write_from_there_is_no_first_contact_unless_to_a_client(
	apart, staff, as_user, make_client, known
):
	to = "anna@client-a.example"
	if known:
		make_client("Client A", to)
	with as_user(staff["Frontline Staff"]):
		sent = make(
			subject="Your application",
			content="Thank you.",
			recipients=to,
			sender=ADDRESS,
			communication_medium="Email",
			sent_or_received="Sent",
		)["name"]
	assert bool(frappe.db.get_value("Communication", sent, "client_interaction")) is known


def test_a_client_who_writes_there_is_listed_and_can_be_logged(
	apart, deliver, application, make_client, clock_at
):
	make_client("Client A", "anna@client-a.example")
	message = deliver(application(), HERE)
	with clock_at("2026-11-23 11:00"):
		assert message.name in [each.name for each in unlogged.find(unlogged.since()).rows]
		assert unlogged.log("Communication", message.name)


def test_a_backfill_leaves_it_out(apart, deliver, application):
	message = deliver(application(), HERE)
	counts = backfill.run(frappe.utils.get_datetime(MONDAY), ["Communication"])["Communication"]
	assert not frappe.db.get_value("Communication", message.name, "client_interaction"), counts


def test_it_is_not_watched_and_health_names_it(apart, set_settings, clock_at):
	set_settings(mailbox_silent_minutes=30)
	apart.db_set({"enable_incoming": 1, "no_failed": 3, "last_fetched_on": "2026-11-20"})
	frappe.db.set_value("Email Account", apart.name, "modified", "2026-11-01", update_modified=False)
	with clock_at(MONDAY):
		assert apart.name not in [name for name, _since in mailboxes.silent()]
		line = health_mail.incoming_mail()
	assert f"Not for clients: {apart.name}" in line.text
	assert not any(apart.name in fault for fault in line.faults)


@pytest.mark.parametrize("append_to", ["Issue", "Lead", "Opportunity", "ToDo", None])
def test_it_makes_no_documents_of_clients(accounts, append_to):
	account = accounts[HERE].reload()
	account.update({mailboxes.NOT_FOR_CLIENTS: 1, "append_to": append_to})
	if append_to in (None, "ToDo"):
		account.run_method("validate") if not append_to else mailboxes.refuse_documents_of_clients(account)
	else:
		with pytest.raises(frappe.ValidationError, match="Choose something else in Append To"):
			mailboxes.refuse_documents_of_clients(account)
		account.append_to = None
		account.append("imap_folder", {"folder_name": "INBOX", "append_to": append_to})
		with pytest.raises(frappe.ValidationError, match=append_to):
			mailboxes.refuse_documents_of_clients(account)
