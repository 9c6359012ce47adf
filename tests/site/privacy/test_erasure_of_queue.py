"""Emails to an erased client that wait, that Frappe gave up on, or that others get as well (P-2)."""

import time
from email import message_from_string as email_of
from email.message import EmailMessage
from email.policy import SMTP

import frappe
import pytest

from client_comms.client_privacy import disclosures
from client_comms.client_privacy.erasure import runs

pytestmark = pytest.mark.clause("P-2")
QUEUE, RECIPIENT = "Email Queue", "Email Queue Recipient"
ADDRESS, NAME = "zoe.quiche@client.example", "Zoë Quichemüller"
OTHER = "bert.other@client.example"


@pytest.fixture
def client(make_client):
	return make_client(NAME, ADDRESS, customer_type="Individual")


@pytest.fixture
def erased(client, approve_erasure, officer, as_user):
	"""`erased()` is a finished run of the erasure of the client. The job has the login of the officer who approved it."""

	def make():
		name = approve_erasure(client)
		with as_user(officer):
			runs.work(name)
		run = frappe.get_doc(runs.RUN, name)
		assert (run.status, run.error, run.failed_count) == (runs.FINISHED, None, 0)
		return run

	return make


@pytest.fixture
def queued(site):
	"""`queued("Error", {address: status, …})` is a row of the queue, about nothing."""

	def make(status, recipients, text="Hello", **fields):
		message = EmailMessage(policy=SMTP)
		message["Subject"] = text[:60]
		message["From"] = "service@own.example"
		message.set_content(text)
		doc = frappe.get_doc(
			{
				"doctype": QUEUE,
				"sender": "service@own.example",
				"message": message.as_string().replace("\r\n", "\n"),
				"status": status,
				**fields,
			}
		)
		doc.name = frappe.generate_hash()
		doc.db_insert()
		for address, state in recipients.items():
			row = {"recipient": address, "status": state, "parent": doc.name, "parenttype": QUEUE}
			row = frappe.get_doc({"doctype": RECIPIENT, "parentfield": "recipients", **row})
			row.name = frappe.generate_hash()
			row.db_insert()
		return doc

	return make


def recipients_of(doc):
	return dict(frappe.get_all(RECIPIENT, {"parent": doc.name}, ["recipient", "status"], as_list=True))


@pytest.mark.parametrize("status", ["Not Sent", "Sending", "Partially Sent", "Error", "Sent"])
def test_an_email_to_the_client_goes_whether_or_not_it_was_sent(status, erased, queued):
	arrived = "Sent" if status == "Sent" else "Not Sent"
	mine = queued(status, {ADDRESS.upper(): arrived}, error="Could not reach the client")
	others = queued(status, {OTHER: arrived})
	run = erased()
	assert not frappe.db.exists(QUEUE, mine.name) and not recipients_of(mine)
	assert recipients_of(others) == {OTHER: arrived}
	assert mine.name in run.certificate


def test_others_still_get_what_they_get_as_well(erased, queued):
	both = queued("Partially Sent", {ADDRESS: "Not Sent", OTHER: "Not Sent", "c@client.example": "Sent"})
	erased()
	assert recipients_of(both) == {OTHER: "Not Sent", "c@client.example": "Sent"}
	assert frappe.db.get_value(QUEUE, both.name, "status") == "Partially Sent"


@pytest.mark.parametrize(("status", "outcome"), [("Not Sent", "Not Sent"), ("Sent", "Sent")])
def test_the_register_says_whether_it_left(status, outcome, client, erased, queued, make_client):
	email = queued("Not Sent", {ADDRESS: status, OTHER: "Not Sent"})
	names = {}
	for address in (ADDRESS, OTHER):
		entry = {
			"party_type": "Customer",
			"party": client.party,
			"recipient": address,
			"description": "Minutes",
			"email_queue": email.name,
			"outcome": "Sent",
		}
		doc = frappe.get_doc({"doctype": disclosures.DISCLOSURE, **entry})
		doc.name = names[address] = frappe.generate_hash()
		doc.db_insert()
	erased()
	assert frappe.db.get_value(disclosures.DISCLOSURE, names[ADDRESS], "outcome") == outcome
	assert frappe.db.get_value(disclosures.DISCLOSURE, names[OTHER], "outcome") == "Sent"


def test_a_hold_that_keeps_an_email_is_named(client, erased, queued):
	note = frappe.get_doc({"doctype": "Note", "title": "Case", "content": "A claim"}).insert()
	about = {"reference_doctype": "Note", "reference_name": note.name}
	hold = {"doctype": "Legal Hold", "hold_on": "Matter", "reason": "A claim", **about}
	hold = frappe.get_doc(hold).insert()
	kept = queued("Error", {ADDRESS: "Not Sent"}, **about)
	run = erased()
	assert recipients_of(kept) == {ADDRESS: "Not Sent"}
	reasons = [
		row["reason"] for row in frappe.parse_json(run.certificate)["kept"] if row["name"] == kept.name
	]
	assert f"Legal Hold {hold.name} keeps it." in reasons


def test_what_is_encoded_names_the_client_no_more(erased, queued):
	"""Frappe stores an email as it is sent: letters with accents are encoded, and long lines are broken."""
	text = f"{'We have met ' * 5}{NAME} ({ADDRESS}), who sings."
	email = queued("Error", {OTHER: "Not Sent"}, text, error="Gone")
	aside = frappe.get_doc({"doctype": "Unhandled Email", "uid": "2", "raw": email.message})
	aside.name = frappe.generate_hash()
	aside.db_insert()
	untouched = queued("Sent", {OTHER: "Sent"}, f"{'We have met ' * 5}Zoë Other")
	erased()
	for left in (
		frappe.db.get_value(QUEUE, email.name, "message"),
		frappe.db.get_value("Unhandled Email", aside.name, "raw"),
	):
		parsed = email_of(left, policy=SMTP)
		assert "[erased] ([erased]), who sings." in parsed.get_content().replace("\n", " ")
	assert frappe.db.get_value(QUEUE, untouched.name, "message") == untouched.message


def test_an_email_that_cannot_be_read_in_full_is_named(erased, queued):
	"""Its headers name the client no more, and the certificate asks to look at the rest."""
	email = queued("Error", {OTHER: "Not Sent"}, "Zoë", error="Gone")
	unknown = email.message.replace('charset="utf-8"', 'charset="no-such-charset"')
	assert unknown != email.message
	email.db_set("message", f"X-For: {NAME} <{ADDRESS}>\n{unknown}")
	run = erased()
	assert (
		email_of(frappe.db.get_value(QUEUE, email.name, "message"), policy=SMTP)["X-For"]
		== "[erased] <[erased]>"
	)
	kept = {row["name"]: row["reason"] for row in frappe.parse_json(run.certificate)["kept"]}
	assert "cannot be read in full" in kept[email.name]


def test_an_email_that_is_written_to_make_reading_slow_keeps_no_erasure_waiting(erased, queued):
	"""Anyone can send it; Frappe keeps what it cannot process."""
	raw = f"""To: {'"' * 200_000}\nSubject: {NAME}\nContent-Type: text/plain\n\n{ADDRESS}\n"""
	aside = frappe.get_doc({"doctype": "Unhandled Email", "uid": "3", "raw": raw})
	aside.name = frappe.generate_hash()
	aside.db_insert()
	slow = aside.as_dict() | {"raw": raw.replace("text/plain", "text/plain; x=" + ',"' * 100_000)}
	other = frappe.get_doc({**slow, "name": frappe.generate_hash()})
	other.db_insert()
	began = time.process_time()
	run = erased()
	assert time.process_time() - began < 60  # minutes for each of both
	parsed = email_of(frappe.db.get_value("Unhandled Email", aside.name, "raw"))
	assert parsed["Subject"] == "[erased]" and ADDRESS not in parsed.get_payload()
	kept = {row["name"]: row["reason"] for row in frappe.parse_json(run.certificate)["kept"]}
	assert "cannot be read in full" in kept[other.name] and aside.name not in kept
