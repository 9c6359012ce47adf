"""A meeting or call without an interaction is as confidential as the documents that it is about (P-2)."""

import frappe
import pytest
from frappe.utils import add_days, now_datetime

from client_comms.enforcement import governed
from client_comms.exceptions import OutgoingRefusedError
from client_comms.intake import sources
from client_comms.outgoing import facts
from client_comms.patches.v1_0 import raise_conversations_of_meetings

pytestmark = [pytest.mark.clause("D-5", "P-2"), pytest.mark.usefixtures("every_condition")]

WAYS = ("participant", "reference", "link of an event", "link of a call")


@pytest.fixture
def planned(set_settings):
	"""`planned(way, document, …)`: a meeting of next week, or a call, that names these documents."""

	def make(way: str, *documents):
		if way == "link of a call":
			fields = {"doctype": "Call Log", "id": frappe.generate_hash(), "from": "030 1", "to": "030 2"}
		else:
			fields = {
				"doctype": "Event",
				"subject": "Talk about the neighbours",
				"starts_on": add_days(now_datetime(), 7),
				"event_type": "Public",
			}
		doc = frappe.get_doc(fields)
		for about in documents:
			named = {"reference_doctype": about.doctype, "reference_docname": about.name}
			if way == "participant":
				doc.append("event_participants", named)
			elif way == "reference":
				doc.update(named)
			else:
				doc.append("links", {"link_doctype": about.doctype, "link_name": about.name})
		doc.flags.ignore_links = True
		return doc.insert(ignore_permissions=True)

	set_settings(log_calls=0)
	return make


def seen_by(user, doc, as_user) -> bool:
	"""Lists and forms agree."""
	with as_user(user):
		listed = bool(frappe.get_list(doc.doctype, {"name": doc.name}))
		assert listed == frappe.has_permission(doc.doctype, "read", doc.name)
	return listed


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
	("doctype", "fields"), [("Issue", {"subject": "Roof"}), ("Lead", {"lead_name": "Anna"})]
)
def test_it_is_as_confidential_as_what_it_is_about(way, doctype, fields, planned, held, staff, as_user):
	doc = planned(way, held(doctype, **fields))
	assert not doc.client_interaction
	assert seen_by(staff.cleared, doc, as_user)
	assert not seen_by(staff.uncleared, doc, as_user)


@pytest.mark.parametrize("way", WAYS)
def test_about_what_is_not_confidential_it_is_open(way, planned, held, staff, as_user):
	assert seen_by(staff.uncleared, planned(way, held("Lead", None, lead_name="Anna")), as_user)


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_each_has_to_be_open(order, planned, held, staff, as_user):
	about = [held("Lead", None, lead_name="Anna"), held("Lead", lead_name="Bo")][::order]
	doc = planned("participant", *about)
	assert not seen_by(staff.uncleared, doc, as_user)
	about[0 if order == 1 else 1].db_set("confidentiality_level", "Confidential")
	about[1 if order == 1 else 0].db_set("confidentiality_level", None)
	assert seen_by(staff.cleared, doc, as_user)
	assert governed.decider("Event", doc.name, "Read") is not None


def test_those_who_take_part_in_one_of_two_do_not_see_it(planned, held, make_user, as_user):
	user = make_user("Customer Support", "Sales User")
	mine, other = held("Lead", lead_name="Anna"), held("Lead", lead_name="Bo")
	mine.db_set("lead_owner", user)
	assert seen_by(user, planned("participant", mine), as_user)
	assert not seen_by(user, planned("participant", mine, other), as_user)


def test_a_level_of_its_own_does_not_lower_it(planned, held, staff, as_user):
	doc = planned("participant", held("Lead", lead_name="Anna"))
	doc.db_set("confidentiality_level", "Standard")
	assert seen_by(staff.cleared, doc, as_user)
	assert not seen_by(staff.uncleared, doc, as_user)
	doc.db_set("confidentiality_level", "Sensitive")
	doc.event_participants[0].db_set({"reference_docname": held("Lead", None, lead_name="Bo").name})
	assert not seen_by(staff.uncleared, doc, as_user)


@pytest.mark.parametrize("way", WAYS)
def test_nor_after_it_no_longer_names_it(way, planned, held, staff, as_user):
	moved, left = (planned(way, held("Issue", subject=subject)) for subject in ("Roof", "Noise"))
	for doc in (moved, left):
		doc.db_set("confidentiality_level", "Standard")
	moved.reload()
	moved.update(
		{"reference_doctype": None, "reference_docname": None, "event_participants": [], "links": []}
	)
	moved.save(ignore_permissions=True)
	(issue,) = frappe.get_all("Issue", {"subject": "Noise"}, pluck="name")
	frappe.db.delete("Client Interaction", {"reference_name": issue})
	frappe.delete_doc("Issue", issue, force=True)
	for doc in (moved, left):
		assert doc.reload().confidentiality_level == "Sensitive"
		assert not seen_by(staff.uncleared, doc, as_user)


@pytest.mark.parametrize("way", WAYS)
def test_it_stays_so_when_it_no_longer_names_it(way, planned, held, staff, as_user):
	doc = planned(way, held("Issue", subject="Roof"))
	if way == "reference":
		doc.update({"reference_doctype": None, "reference_docname": None})
	else:
		doc.set("event_participants" if way == "participant" else "links", [])
	doc.save(ignore_permissions=True)
	assert doc.confidentiality_level == "Sensitive"
	assert not seen_by(staff.uncleared, doc, as_user)


@pytest.mark.parametrize("way", WAYS)
def test_it_outlives_what_it_is_about(way, planned, held, staff, as_user):
	issue = held("Issue", subject="Roof")
	doc = planned(way, issue)
	frappe.db.delete("Client Interaction", {"reference_name": issue.name})
	frappe.delete_doc("Issue", issue.name, force=True)
	assert not seen_by(staff.uncleared, doc.reload(), as_user)


@pytest.mark.parametrize("way", ["participant", "link of a call"])
def test_it_stays_as_confidential_as_another_document_when_one_is_deleted(way, planned, held, staff, as_user):
	issue, lead = held("Issue", "Standard", subject="Roof"), held("Lead", lead_name="Anna")
	doc = planned(way, issue, lead)
	frappe.db.delete("Client Interaction", {"reference_name": issue.name})
	frappe.delete_doc("Issue", issue.name, force=True)
	assert doc.reload().confidentiality_level == "Sensitive"
	assert not seen_by(staff.uncleared, doc, as_user)


@pytest.mark.parametrize("way", WAYS)
def test_its_level_is_the_strictest_of_what_it_is_about(way, planned, held):
	doc = planned(way, held("Lead", "Confidential", lead_name="Anna"), held("Issue", subject="Roof"))
	assert governed.level(doc.doctype, doc.name) == "Sensitive"
	lower = planned(way, held("Lead", "Confidential", lead_name="Bo"))
	assert governed.level(doc.doctype, lower.name) == "Confidential"
	lower.db_set("confidentiality_level", "Sensitive")
	assert governed.level(doc.doctype, lower.name) == "Sensitive"
	assert governed.level(doc.doctype, planned(way, held("Lead", None, lead_name="Cleo")).name) is None


@pytest.mark.parametrize("way", ["participant", "link of a call"])
def test_it_stays_so_when_it_is_logged(way, planned, held, staff, as_user):
	"""The conversation is about the first document, and the second is more confidential."""
	open_one, closed_one = held("Issue", None, subject="Door"), held("Lead", lead_name="Bo")
	doc = planned(way, open_one, closed_one)
	assert not seen_by(staff.uncleared, doc, as_user)
	doc.db_set(
		{"starts_on": add_days(now_datetime(), -1)} if doc.doctype == "Event" else {"status": "Completed"}
	)
	interaction = sources.LOG[doc.doctype](doc.reload())
	assert doc.reload().client_interaction == interaction.name
	assert not seen_by(staff.uncleared, doc, as_user)
	assert seen_by(staff.cleared, doc, as_user)


@pytest.mark.parametrize("way", ["participant", "link of a call"])
def test_nor_by_a_less_confidential_conversation_about_the_same_document(way, planned, held, staff, as_user):
	"""An Issue is raised by one conversation about it, and another keeps its level."""
	doc = planned(way, held("Issue", subject="Door"))
	conversation = frappe.get_doc("Client Interaction", {"subject": "Door"})
	assert conversation.confidentiality_level == "Standard"
	doc.db_set(
		{"starts_on": add_days(now_datetime(), -1)} if doc.doctype == "Event" else {"status": "Completed"}
	)
	assert sources.LOG[doc.doctype](doc.reload()).name == conversation.name
	assert not seen_by(staff.uncleared, doc, as_user)
	assert seen_by(staff.cleared, doc, as_user)


@pytest.mark.parametrize(("level", "raised"), [("Sensitive", True), (None, False)])
def test_those_of_before_are_raised(level, raised, planned, held):
	"""Only by what a meeting names beside the document that the conversation is about."""
	issue, lead = held("Issue", "Sensitive", subject="Door"), held("Lead", level, lead_name="Bo")
	conversation = frappe.get_doc("Client Interaction", {"reference_name": issue.name})
	doc = planned("participant", issue, lead)
	bound = {"client_interaction": conversation.name, "confidentiality_level": "Standard"}
	frappe.db.set_value(doc.doctype, doc.name, bound)
	conversation.db_set("confidentiality_level", "Standard")
	for _again in range(2):
		raise_conversations_of_meetings.execute()
		for stored in (conversation, doc):
			stored.reload()
			assert (stored.confidentiality_level == "Sensitive") == raised
	assert [row.event for row in conversation.events].count("Level Changed") == raised


@pytest.mark.parametrize("way", WAYS)
def test_no_link_with_a_key_opens_it(way, planned, held):
	doc = planned(way, held("Lead", lead_name="Anna"))
	with pytest.raises(OutgoingRefusedError):
		doc.get_document_share_key()


@pytest.mark.parametrize("way", WAYS[:-1])
def test_the_gate_takes_an_email_about_it_for_one_about_that(way, planned, held):
	doc = planned(way, held("Lead", lead_name="Anna"))
	assert facts.context_of(doc.doctype, doc.name).level == "Sensitive"
