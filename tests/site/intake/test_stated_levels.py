"""A message that arrives with a level, as from an integration: the stricter of its level and that of its type applies (P-2)."""

from unittest import mock

import frappe
import pytest

from client_comms.intake import arrivals
from client_comms.patches.v1_0 import raise_conversations_of_meetings

pytestmark = pytest.mark.clause("P-2", "D-1")

INTERACTION = "Client Interaction"


@pytest.fixture
def arrive(make_client):
	"""`arrive("Sensitive")`: a message of a client, as an integration inserts it."""
	make_client("Anna Client", "anna@client.example")

	def insert(level=None, **fields):
		return frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": "anna@client.example",
				"recipients": "service@own.example",
				"subject": "Question",
				"content": "What does it cost?",
				"confidentiality_level": level,
				**fields,
			}
		).insert(ignore_permissions=True)

	return insert


def interaction_of(doc):
	return frappe.get_doc(INTERACTION, frappe.db.get_value(doc.doctype, doc.name, "client_interaction"))


def ledger_of(doc) -> list[tuple[str, str]]:
	found = {"reference_doctype": doc.doctype, "reference_name": doc.name, "action": ("like", "Level %")}
	return frappe.get_all("Compliance Ledger Entry", found, ["action", "confidentiality_level", "reason"])


@pytest.mark.parametrize(
	("stated", "level"),
	[
		(None, "Standard"),
		("Standard", "Standard"),
		("Confidential", "Confidential"),
		("Sensitive", "Sensitive"),
	],
)
def test_a_new_conversation(arrive, stated, level):
	message = arrive(stated)
	interaction = interaction_of(message)
	assert interaction.communication_type == "Initial Inquiry"
	assert interaction.confidentiality_level == level
	assert frappe.db.get_value("Communication", message.name, "confidentiality_level") == level
	is_raised = level != "Standard"
	assert (message.name in (interaction.events[0].note or "")) == is_raised
	entries = ledger_of(interaction)
	assert [entry.action for entry in entries] == ["Level Raised"] * is_raised
	assert all(message.name in entry.reason for entry in entries)


@pytest.mark.parametrize(("stated", "level"), [("Sensitive", "Sensitive"), ("Standard", "Confidential")])
def test_a_conversation_that_goes_on(arrive, stated, level):
	first = arrive("Confidential")
	interaction = interaction_of(first)
	again = arrive(stated, in_reply_to=first.name)
	interaction.reload()
	assert interaction_of(again).name == interaction.name
	assert interaction.confidentiality_level == level
	levels = {"client_interaction": interaction.name, "confidentiality_level": level}
	assert frappe.db.count("Communication", levels) == 2
	notes = [row.note for row in interaction.events if row.event == "Level Changed"]
	assert [again.name in note for note in notes] == [True] * (level == "Sensitive")
	raised = [entry for entry in ledger_of(interaction) if again.name in entry.reason]
	assert len(raised) == (level == "Sensitive")


@pytest.mark.parametrize(("there", "level"), [("Sensitive", "Sensitive"), (None, "Standard")])
def test_an_answer_that_is_filed_under_another_document(arrive, set_settings, there, level):
	first = arrive()
	interaction = interaction_of(first)
	set_settings(govern_issues=1)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Roof"}).insert(ignore_permissions=True)
	issue.db_set("confidentiality_level", there)
	answer = arrive(in_reply_to=first.name, reference_doctype=issue.doctype, reference_name=issue.name)
	assert interaction_of(answer).name == interaction.name
	assert interaction.reload().confidentiality_level == level
	assert frappe.db.get_value(answer.doctype, answer.name, "confidentiality_level") == level
	notes = [row.note for row in interaction.events if row.event == "Level Changed"]
	assert [issue.name in note for note in notes] == [True] * bool(there)


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("has_own", [False, True])
def test_the_issue_that_was_made_of_an_answer(arrive, set_settings, later, has_own):
	"""Frappe makes one if it does not find the conversation: it has the subject. Another conversation about it decides about its own."""
	set_settings(govern_issues=1, log_issues=int(has_own))
	first = arrive(None if later else "Sensitive")
	interaction = interaction_of(first)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "The neighbours"}).insert(ignore_permissions=True)
	answer = arrive(in_reply_to=first.name, reference_doctype=issue.doctype, reference_name=issue.name)
	assert interaction_of(answer).name == interaction.name
	if later:
		interaction.reload().update({"confidentiality_level": "Sensitive", "level_change_reason": "x"})
		interaction.save_by_app()
	assert (issue.reload().confidentiality_level == "Sensitive") == (not has_own)
	if not has_own:
		issue.db_set("confidentiality_level", None)
	raise_conversations_of_meetings.execute()
	assert (issue.reload().confidentiality_level == "Sensitive") == (not has_own)


def test_filed_under_the_interaction(arrive, set_settings):
	interaction = interaction_of(arrive())
	set_settings(log_inbound_email=0)  # so that it is not logged
	under = {"reference_doctype": INTERACTION, "reference_name": interaction.name}
	message = arrive("Sensitive", communication_medium="Event", **under)
	interaction.reload()
	assert interaction.confidentiality_level == "Sensitive"
	assert message.confidentiality_level == "Sensitive"
	lower = arrive("Standard", communication_medium="Event", **under)
	assert frappe.db.get_value("Communication", lower.name, "confidentiality_level") == "Sensitive"


@pytest.mark.parametrize("doctype", ["Call Log", "Event"])
def test_calls_and_events(make_client, set_settings, doctype):
	set_settings(log_calls=1, log_events=1)
	client = make_client("Anna Client", "anna@client.example")
	frappe.get_doc("Contact", client.contact).append("phone_nos", {"phone": "+49 30 1234567"})
	fields = {
		"Call Log": {
			"id": "call-1",
			"from": "+49301234567",
			"to": "+4930999",
			"type": "Incoming",
			"status": "Completed",
		},
		"Event": {
			"subject": "Visit",
			"starts_on": "2026-11-01 10:00",
			"ends_on": "2026-11-01 11:00",
			"event_type": "Public",
			"event_participants": [{"reference_doctype": "Customer", "reference_docname": client.party}],
		},
	}[doctype]
	doc = frappe.get_doc({"doctype": doctype, "confidentiality_level": "Sensitive", **fields}).insert(
		ignore_permissions=True
	)
	row = frappe.db.get_value(
		doctype, doc.name, ["client_interaction", "confidentiality_level"], as_dict=True
	)
	assert row.client_interaction and row.confidentiality_level == "Sensitive"
	assert frappe.db.get_value(INTERACTION, row.client_interaction, "confidentiality_level") == "Sensitive"


def arrived(kind, lead):
	"""Something about a Lead, as it arrives."""
	if kind == "Communication":
		return {
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": lead.email_id,
			"recipients": "service@own.example",
			"subject": "My illness",
			"content": "Can we talk?",
			"reference_doctype": lead.doctype,
			"reference_name": lead.name,
		}
	if kind == "Event":
		participant = {"reference_doctype": lead.doctype, "reference_docname": lead.name}
		started = frappe.utils.add_days(frappe.utils.now_datetime(), -1)
		return {"subject": "My illness", "starts_on": started, "event_participants": [participant]}
	return {
		"id": frappe.generate_hash(length=8),
		"type": "Incoming",
		"status": "Completed",
		"from": lead.mobile_no,
		"to": "+49301112223",
	}


def test_the_level_of_what_it_is_about_is_looked_up_once(set_settings, monkeypatch):
	set_settings(govern_leads=1, log_leads=0)
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna", "email_id": "anna@kruse.example"}).insert()
	looked_up = mock.Mock(return_value="Sensitive")
	monkeypatch.setattr(arrivals, "_level_of_reference", looked_up)
	message = {"doctype": "Communication", **arrived("Communication", lead)}
	doc = frappe.get_doc(message).insert(ignore_permissions=True)
	assert interaction_of(doc).confidentiality_level == "Sensitive"
	assert looked_up.call_count == 1


@pytest.mark.parametrize("level", [None, "Sensitive"])
@pytest.mark.parametrize("kind", ["Communication", "Event", "Call Log"])
def test_what_is_about_a_document_with_a_level(kind, level, set_settings, make_user, as_user):
	"""Filed under a confidential Lead, it is as confidential, and stays so when it is logged."""
	set_settings(govern_leads=1, log_leads=0, log_calls=1, log_events=1)
	lead = frappe.get_doc(
		{
			"doctype": "Lead",
			"lead_name": "Anna Kruse",
			"email_id": "anna@kruse.example",
			"mobile_no": "+494311234567",
		}
	).insert()
	lead.db_set("confidentiality_level", level)
	officer = make_user("Customer Support Manager", "Compliance Officer", "Sales User", "System Manager")
	with as_user(officer):
		doc = frappe.get_doc({"doctype": kind, **arrived(kind, lead)}).insert(ignore_permissions=True)
	interaction = interaction_of(doc)
	assert interaction.reference_name == lead.name
	is_raised = level == "Sensitive"
	assert (interaction.confidentiality_level == "Sensitive") == is_raised
	assert frappe.db.get_value(kind, doc.name, "confidentiality_level") == interaction.confidentiality_level
	assert [lead.name in entry.reason for entry in ledger_of(interaction)] == [True] * is_raised
	if is_raised:
		assert lead.name in interaction.events[0].note
		with as_user(make_user("Frontline Staff", "Sales User", "System Manager")):
			assert not frappe.get_list(kind, {"name": doc.name})
			assert not frappe.get_list(INTERACTION, {"name": interaction.name})


def test_an_opportunity_made_of_a_lead_with_a_level(set_settings):
	set_settings(govern_leads=1, log_leads=0)
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna Kruse"}).insert()
	lead.db_set("confidentiality_level", "Sensitive")
	made = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": lead.name}
	opportunity = frappe.get_doc({**made, "company": frappe.db.get_value("Company", {})}).insert()
	about = {"reference_doctype": "Opportunity", "reference_name": opportunity.name}
	assert frappe.get_all(INTERACTION, about, pluck="confidentiality_level") == ["Sensitive"]
