"""An email passes on what its attachments contain: a file of a governed record asks for that record's consent and identity (P-1 to P-3)."""

import frappe
import pytest
from frappe.core.doctype.communication.email import make

from client_comms import api
from client_comms.exceptions import OutgoingRefusedError
from client_comms.outgoing import email

pytestmark = pytest.mark.clause("P-1", "P-2", "P-3")

ANNA, EVE = "anna@client.example", "eve@adviser.example"


@pytest.fixture(autouse=True)
def house(mailbox, set_settings, adviser):
	set_settings(own_email_domains="own.example", consent_mode="Enforce", identity_mode="Off", log_outbound=0)


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", ANNA)


@pytest.fixture
def attach():
	def make_file(doc, content=None):
		values = {"doctype": "File", "file_name": "plan.txt", "is_private": 1}
		about = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name}
		file = frappe.get_doc({**values, **about, "content": content or frappe.generate_hash()})
		return file.insert().name

	return make_file


@pytest.fixture
def agreed(client):
	"""`agreed()`: the client agrees to sharing with the adviser."""

	def agree():
		return frappe.get_doc(
			{
				"doctype": "Client Consent",
				"party_type": client.party_type,
				"party": client.party,
				"purpose": "Sharing with a Third Party",
				"third_party": "Adviser",
				"collected_through": "Phone",
				"notice_text": "I agree.",
				"status": "Given",
			}
		).insert()

	return agree


def send(about, recipient, *files):
	name = make(
		about.doctype,
		about.name,
		content="Hello",
		subject="S",
		recipients=recipient,
		attachments=[*files],
		send_email=1,
	)["name"]
	return frappe.get_last_doc("Email Queue", {"communication": name})


def disclosed(interaction):
	fields = ["recipient", "basis", "confidentiality_level", "description"]
	return [
		tuple(row.values())
		for row in frappe.get_all("Client Disclosure", {"client_interaction": interaction.name}, fields)
	]


def test_a_file_of_a_record_under_a_document_without_a_level(client, log, attach, agreed):
	update, customer = log("Service Update", **client), frappe.get_doc("Customer", client.party)
	plan = attach(update)
	for _again in range(2):
		with pytest.raises(OutgoingRefusedError, match=r"(?s)eve@adviser.*This is about the attached.*plan"):
			send(customer, EVE, plan)
	action = frappe.get_message_log()[-1]["primary_action"]
	assert (action["args"]["party"], action["client_action"]) == (
		client.party,
		"client_comms.outgoing.request_consent",
	)
	agreed()
	send(customer, EVE, plan)
	assert disclosed(update) == [(EVE, "Consent", "Confidential", "S: plan.txt")]


def test_once_sent_it_is_not_open(client, log, attach):
	update, customer = log("Service Update", **client), frappe.get_doc("Customer", client.party)
	plan = attach(update)
	send(customer, ANNA, plan)
	assert disclosed(update) == [(ANNA, "Own Information", "Confidential", "S: plan.txt")]
	sent = frappe.get_last_doc("File", {"attached_to_doctype": "Communication"})
	assert sent.file_url == frappe.db.get_value("File", plan, "file_url")
	with pytest.raises(OutgoingRefusedError):
		send(customer, EVE, sent.name)


def test_an_email_of_staff_that_becomes_an_interaction_opens_nothing(
	client, log, attach, agreed, make_user, as_user, set_settings
):
	"""As installed, an email of staff about a document begins an interaction, which is less confidential and has a copy of the file."""
	set_settings(log_outbound=1)
	update, customer = log("Service Update", **client), frappe.get_doc("Customer", client.party)
	plan = attach(update)
	staff = make_user("Customer Support", "Sales User", "Sales Manager")
	update.db_set("responsible_staff", staff)
	with as_user(staff):
		send(customer, ANNA, plan)
		(begun,) = frappe.get_all(
			"Client Interaction",
			{"party": client.party, "name": ("!=", update.name)},
			["name", "confidentiality_level"],
		)
		assert begun.confidentiality_level == "Standard"
		assert disclosed(update) == [(ANNA, "Own Information", "Confidential", "S: plan.txt")]
		sent = frappe.get_last_doc("File", {"attached_to_doctype": "Communication"}).name
		for file in (plan, sent):
			with pytest.raises(
				OutgoingRefusedError, match=r"(?s)eve@adviser.*This is about the attached.*plan"
			):
				send(customer, EVE, file)
	agreed()
	with as_user(staff):
		send(customer, EVE, plan)
	assert (EVE, "Consent", "Confidential", "S: plan.txt") in disclosed(update)


def test_a_file_that_a_program_names_by_its_address(client, log, attach, make_user, as_user):
	"""As a Newsletter names what it brings along."""
	update, customer = log("Service Update", **client), frappe.get_doc("Customer", client.party)
	address = frappe.db.get_value("File", attach(update), "file_url")
	staff = make_user("Customer Support", "Sales User", "Sales Manager")
	update.db_set("responsible_staff", staff)
	about = {"reference_doctype": customer.doctype, "reference_name": customer.name}
	with as_user(staff):
		for recipient in (EVE, ANNA):
			message = {"subject": "News", "message": "Hello", "attachments": [{"file_url": address}]}
			frappe.sendmail([recipient], **message, **about)
	queued = frappe.get_all("Email Queue", about, ["status", "error"], order_by="status asc")
	assert [each.status for each in queued] == ["Error", "Not Sent"]
	assert "plan.txt" in queued[0].error
	((recipient, basis, level, what),) = disclosed(update)
	assert (recipient, basis, level) == (ANNA, "Own Information", "Confidential") and "plan.txt" in what


def test_a_file_about_another_client(client, make_client, log, attach):
	other = make_client("Ben Client", "ben@other.example")
	theirs, own = log("Service Update", **other), log("Service Update", **client)
	with pytest.raises(OutgoingRefusedError, match=ANNA):
		send(own, ANNA, attach(theirs))
	send(own, ANNA, attach(own))
	assert disclosed(theirs) == []


def test_identity_is_asked_for(client, log, attach, set_settings):
	set_settings(identity_mode="Enforce")
	update, customer = log("Service Update", **client), frappe.get_doc("Customer", client.party)
	with pytest.raises(OutgoingRefusedError, match=r"(?s)identity.*plan"):
		send(customer, ANNA, attach(update))


def test_other_files_are_none_of_our_business(client, log, attach):
	update, customer = log("Service Update", **client), frappe.get_doc("Customer", client.party)
	inquiry = log("Initial Inquiry", **client)
	content = frappe.generate_hash()
	attach(update, content)
	for file in (attach(customer), attach(inquiry), attach(customer, content)):
		send(customer, EVE, file)
	assert disclosed(update) == []


def test_what_ends_while_it_waits_holds_it_back(client, log, attach, agreed):
	update, customer = log("Service Update", **client), frappe.get_doc("Customer", client.party)
	consent = agreed()
	queued = send(customer, EVE, attach(update))
	assert email.refusal_at_sending(queued) is None
	api.withdraw_consent(consent.name)
	queued.reload()
	assert queued.status == "Error"
	assert "withdrew" in queued.error
	assert frappe.db.get_value("Client Disclosure", {"email_queue": queued.name}, "outcome") == "Held Back"
