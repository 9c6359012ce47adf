"""What is filed under something that belongs to a record, or is about one, is as confidential as that (P-2)."""

import frappe
import pytest
from erpnext.crm.doctype.email_campaign import email_campaign
from frappe.utils import add_days, now_datetime

from client_comms.enforcement import levels, places
from client_comms.intake import messages, threads
from client_comms.leak_check.bait.record import insert_row
from client_comms.patches.v1_0 import note_leads_of_campaigns

pytestmark = pytest.mark.clause("D-5", "P-2")

TEXT = "What the neighbours said about the chimney"


@pytest.fixture
def message(held):
	"""`message("ToDo", name)`: a message filed under a document, and in the timeline of a Lead that is open to all."""
	timeline = held("Lead", None, lead_name="Open")

	def make(doctype, name, **fields):
		doc = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Event",  # not logged
				"sent_or_received": "Sent",
				"subject": "Chimney",
				"content": TEXT,
				"reference_doctype": doctype,
				"reference_name": name,
				"timeline_links": [{"link_doctype": "Lead", "link_name": timeline.name}],
				**fields,
			}
		)
		return doc.insert(ignore_permissions=True)

	make.timeline = timeline.name
	return make


@pytest.fixture
def sees(as_user, request_as):
	"""Whether a user sees a message in lists, forms and a timeline, which agree."""

	def look(user, message, timeline=None):
		with as_user(user):
			listed = bool(frappe.get_list("Communication", {"name": message.name}))
			conditions = bool(frappe.get_list("Communication", {"content": ("like", f"%{TEXT}%")}))
		assert listed == conditions
		if timeline:
			request_as(user, "frappe.desk.form.load.get_docinfo", doctype="Lead", name=timeline)
			assert listed == (TEXT in frappe.as_json(frappe.local.response))
		return listed

	return look


OF_ISSUE = {
	"ToDo": lambda issue: {"description": "Call", "reference_type": "Issue", "reference_name": issue},
	"Comment": lambda issue: {
		"comment_type": "Comment",
		"reference_doctype": "Issue",
		"reference_name": issue,
	},
	"File": lambda issue: {
		"file_name": "x",
		"file_url": "/private/files/x",
		"attached_to_doctype": "Issue",
		"attached_to_name": issue,
	},
	"Event": lambda issue: {
		"subject": "Talk",
		"event_type": "Public",
		"starts_on": now_datetime(),
		"reference_doctype": "Issue",
		"reference_docname": issue,
	},
	"Communication": lambda issue: {
		"subject": "x",
		"communication_type": "Communication",
		"reference_doctype": "Issue",
		"reference_name": issue,
	},
}


@pytest.mark.parametrize("kind", OF_ISSUE)
def test_a_message_under_what_belongs_to_an_issue(kind, message, sees, held, staff):
	issue = held("Issue", subject="Roof")
	doc = message(kind, insert_row(kind, name="PLACE", **OF_ISSUE[kind](issue.name)))
	assert not sees(staff.uncleared, doc, message.timeline)
	assert sees(staff.cleared, doc, message.timeline)


def test_a_message_under_a_call_of_a_lead_at_a_level(message, sees, held, staff):
	call = insert_row("Call Log", name="CALL")
	about = {"link_doctype": "Lead", "link_name": held("Lead", lead_name="Anna").name}
	insert_row("Dynamic Link", parent=call, parenttype="Call Log", parentfield="links", **about)
	assert not sees(staff.uncleared, message("Call Log", call), message.timeline)


@pytest.fixture
def sent_campaign(held, outgoing_account):
	"""An Email Campaign for a Lead at a level, whose email ERPNext has sent."""
	frappe.conf.pop("mute_emails", None)
	lead = held("Lead", lead_name="Anna Chimney", email_id="anna@chimney.example")
	template = frappe.get_doc(
		{
			"doctype": "Email Template",
			"name": "Greeting",
			"subject": "Hello {{ doc.lead_name }}",
			"response": TEXT,
		}
	).insert()
	campaign = frappe.get_doc(
		{
			"doctype": "Campaign",
			"campaign_name": "Chimneys",
			"campaign_schedules": [{"email_template": template.name, "send_after_days": 0}],
		}
	).insert()
	doc = frappe.get_doc(
		{
			"doctype": "Email Campaign",
			"campaign_name": campaign.name,
			"email_campaign_for": "Lead",
			"recipient": lead.name,
			"start_date": frappe.utils.today(),
			"sender": "Administrator",
		}
	).insert()
	email_campaign.send_email_to_leads_or_contacts()
	return doc


def test_the_email_of_a_campaign_for_a_lead_at_a_level(sent_campaign, sees, staff, as_user, request_as):
	filed = {"reference_doctype": sent_campaign.doctype, "reference_name": sent_campaign.name}
	doc = frappe.get_last_doc("Communication", filed)
	assert doc.subject == "Hello Anna Chimney"
	assert sees(staff.cleared, doc)
	assert not sees(staff.uncleared, doc)
	with as_user(staff.uncleared):
		assert not frappe.get_list("Email Queue", {"communication": doc.name})
		(listed,) = frappe.get_list("Email Campaign", {"name": sent_campaign.name}, ["*"])
	assert TEXT not in frappe.as_json(listed)
	shown = {"doctype": sent_campaign.doctype, "name": sent_campaign.name}
	request_as(staff.uncleared, "frappe.desk.form.load.getdoc", **shown)
	assert TEXT not in frappe.as_json(frappe.local.response)


def test_emails_of_campaigns_from_before(sent_campaign, sees, staff):
	filed = {"reference_doctype": sent_campaign.doctype, "reference_name": sent_campaign.name}
	doc = frappe.get_last_doc("Communication", filed)
	doc.db_set({"about_doctype": None, "about_name": None})
	sent_campaign.db_set("_comments", frappe.as_json([{"comment": TEXT, "by": "x", "name": doc.name}]))
	assert sees(staff.uncleared, doc)
	note_leads_of_campaigns.execute()
	assert not sees(staff.uncleared, doc)
	assert TEXT not in frappe.db.get_value(sent_campaign.doctype, sent_campaign.name, "_comments")


def test_frappes_copy_of_a_meeting_in_the_timeline_of_another_participant(message, sees, held, staff):
	about = [("Issue", held("Issue", subject="Roof").name), ("Lead", message.timeline)]
	event = frappe.get_doc(
		{
			"doctype": "Event",
			"subject": "Talk",
			"description": TEXT,
			"starts_on": add_days(now_datetime(), 7),
			"event_type": "Public",
			"event_participants": [
				{"reference_doctype": doctype, "reference_docname": name} for doctype, name in about
			],
		}
	).insert(ignore_permissions=True)
	copy = frappe.get_last_doc("Communication", {"reference_doctype": "Event", "reference_name": event.name})
	assert not sees(staff.uncleared, copy, message.timeline)
	assert sees(staff.cleared, copy, message.timeline)


def test_it_follows_the_level_of_the_document_and_who_takes_part(message, sees, held, staff, make_user):
	owner = make_user("Customer Support", "Inbox User", "Sales User", "System Manager")
	lead = held("Lead", None, lead_name="Anna")
	doc = message("ToDo", insert_row("ToDo", name="PLACE", reference_type="Lead", reference_name=lead.name))
	assert sees(staff.uncleared, doc, message.timeline)
	levels.set_level("Lead", lead.name, "Sensitive")
	assert not sees(staff.uncleared, doc, message.timeline)
	assert not sees(owner, doc, message.timeline)
	lead.db_set("lead_owner", owner)
	assert sees(owner, doc, message.timeline)


def test_under_a_todo_about_an_interaction_it_belongs_to_that(message, sees, complaint, staff):
	about = {"reference_type": complaint.doctype, "reference_name": complaint.name}
	doc = message("ToDo", insert_row("ToDo", name="PLACE", **about))
	assert doc.client_interaction == complaint.name
	assert doc.confidentiality_level == complaint.confidentiality_level
	assert not sees(staff.uncleared, doc, message.timeline)


@pytest.mark.parametrize(
	("kind", "fields"),
	[
		("Physical File", {"title": "Paper", "state": "In Place", "confidentiality_level": "Sensitive"}),
		("Data Package", {"confidentiality_level": "Sensitive"}),
		("Event", {"subject": "Talk", "starts_on": "2026-01-02", "confidentiality_level": "Sensitive"}),
		("Interaction Review", {}),
		("Interaction Access Grant", {}),
		("Data Subject Request", {}),
		("Legal Hold", {}),
		("Unhandled Email", {}),
	],
)
def test_under_anything_else_it_gets_the_level_that_it_finds(kind, fields, message, sees, complaint, staff):
	if frappe.get_meta(kind).has_field("interaction"):
		fields = {"interaction": complaint.name}
	doc = message(kind, insert_row(kind, name="PLACE", **fields))
	assert doc.confidentiality_level == "Sensitive"
	assert not doc.client_interaction
	assert not sees(staff.uncleared, doc, message.timeline)


def test_under_the_consent_of_a_lead_at_a_level(message, sees, held, staff):
	client = {"party_type": "Lead", "party": held("Lead", lead_name="Anna").name}
	doc = message("Client Consent", insert_row("Client Consent", name="PLACE", **client))
	assert not sees(staff.uncleared, doc, message.timeline)


def test_it_stays_so_when_what_it_was_filed_under_is_gone(message, sees, held, staff):
	issue = held("Issue", subject="Roof")
	doc = message("ToDo", insert_row("ToDo", name="PLACE", **OF_ISSUE["ToDo"](issue.name)))
	frappe.delete_doc("ToDo", "PLACE", force=True)
	assert not sees(staff.uncleared, doc.reload(), message.timeline)
	frappe.db.delete("Client Interaction", {"reference_name": issue.name})
	frappe.delete_doc("Issue", issue.name, force=True)
	assert doc.reload().confidentiality_level == "Sensitive"
	assert not sees(staff.uncleared, doc, message.timeline)


def test_it_stays_so_when_it_is_moved(message, sees, held, staff, request_as):
	issue = held("Issue", subject="Roof")
	doc = message("ToDo", insert_row("ToDo", name="PLACE", **OF_ISSUE["ToDo"](issue.name)))
	doc.reload().update({"reference_doctype": "Lead", "reference_name": message.timeline})
	doc.save(ignore_permissions=True)
	assert doc.confidentiality_level == "Sensitive"
	assert not sees(staff.uncleared, doc, message.timeline)


def test_a_request_cannot_say_what_it_is_about(message, sees, held, staff):
	issue, other = held("Issue", subject="Roof"), held("Issue", None, subject="Open")
	doc = message(
		"ToDo",
		insert_row("ToDo", name="PLACE", **OF_ISSUE["ToDo"](issue.name)),
		about_doctype="Issue",
		about_name=other.name,
	)
	assert not sees(staff.uncleared, doc, message.timeline)
	doc.reload().about_name = other.name
	doc.save(ignore_permissions=True)
	assert not sees(staff.uncleared, doc, message.timeline)


def test_of_a_meeting_with_two_it_is_as_confidential_as_both(message, sees, held, staff):
	event = insert_row("Event", name="EVENT", subject="Talk", starts_on=now_datetime())
	for level, name in ((None, "Open"), ("Sensitive", "Anna"), ("Confidential", "Bo")):
		about = {"reference_doctype": "Lead", "reference_docname": held("Lead", level, lead_name=name).name}
		insert_row(
			"Event Participants", parent=event, parenttype="Event", parentfield="event_participants", **about
		)
	doc = message("Event", event)
	assert not sees(staff.uncleared, doc, message.timeline)
	assert sees(staff.cleared, doc, message.timeline)


def test_what_is_logged_of_it_is_as_confidential(message, held, set_settings):
	set_settings(log_inbound_email=1)
	issue = held("Issue", subject="Roof")
	place = insert_row("ToDo", name="PLACE", **OF_ISSUE["ToDo"](issue.name))
	received = {
		"sent_or_received": "Received",
		"communication_medium": "Email",
		"sender": "anna@client.example",
	}
	doc = message("ToDo", place, **received)
	assert doc.client_interaction
	assert (
		frappe.db.get_value("Client Interaction", doc.client_interaction, "confidentiality_level")
		== "Sensitive"
	)


def test_what_is_under_a_todo_about_an_interaction_continues_it(message, complaint):
	about = {"reference_type": complaint.doctype, "reference_name": complaint.name}
	doc = message("ToDo", insert_row("ToDo", name="PLACE", **about))
	assert threads.find(messages.read(doc)).name == complaint.name


def test_messages_of_before_are_noted(message, sees, held, staff):
	issue = held("Issue", subject="Roof")
	doc = message("ToDo", insert_row("ToDo", name="PLACE", **OF_ISSUE["ToDo"](issue.name)))
	doc.db_set({"about_doctype": None, "about_name": None})
	assert sees(staff.uncleared, doc, message.timeline)
	places.note_existing(chunk=1)
	assert not sees(staff.uncleared, doc, message.timeline)
