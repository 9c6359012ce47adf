"""What staff log about a confidential Issue, Lead or Opportunity is as confidential as that, as what arrives there is (P-2)."""

import frappe
import pytest

from client_comms import api
from client_comms.exceptions import ClearanceMissingError, NotResponsibleError

pytestmark = pytest.mark.clause("P-2", "M-1")

INQUIRY = "Initial Inquiry"


@pytest.fixture(params=["Issue", "Lead", "Opportunity"])
def document(request, held):
	lead = held("Lead", level="Standard", lead_name="Anna")
	fields = {
		"Issue": {"subject": "The roof leaks", "raised_by": "anna@client.example"},
		"Lead": {"lead_name": "Berta"},
		"Opportunity": {"opportunity_from": "Lead", "party_name": lead.name},
	}
	return held(request.param, **fields[request.param])


@pytest.fixture(autouse=True)
def of_the_test(site, staff):
	"""No one else deals with clients."""
	site.db.delete("Has Role", {"role": "Frontline Staff", "parent": ("!=", staff.uncleared)})


def call(**fields):
	return {
		"communication_type": INQUIRY,
		"company": frappe.db.get_value("Company", {}),
		"party_name": "Anna",
		"channel": "Phone",
		"direction": "Inbound",
		"subject": "The roof",
		"summary": "The client told what has happened.",
		**fields,
	}


def level_of(name):
	return frappe.db.get_value("Client Interaction", name, "confidentiality_level")


def test_a_log_about_it_is_as_confidential_and_that_is_told_before(document, staff, as_user):
	about = {"reference_doctype": document.doctype, "reference_name": document.name}
	with as_user(staff.cleared):
		told = api.simulate_log(INQUIRY, **about)["level"]
		name = api.log_interaction(**call(**about))["name"]
	assert told == level_of(name) == "Sensitive"
	with as_user(staff.uncleared):
		assert not frappe.has_permission("Client Interaction", "read", doc=name)


def test_so_is_one_that_becomes_about_it(document, staff, as_user):
	with as_user(staff.cleared):
		name = api.log_interaction(**call())["name"]
		assert level_of(name) == "Standard"
		doc = frappe.get_doc("Client Interaction", name)
		doc.reference_doctype, doc.reference_name = document.doctype, document.name
		doc.save()
	assert level_of(name) == "Sensitive"
	(note,) = (row.note for row in doc.events if row.event == "Level Changed")
	assert note == f"Standard → Sensitive: {document.doctype} {document.name} → Sensitive"


def test_an_issue_about_which_a_conversation_is_said_to_be_later_is_raised_to_its_level(held, staff, as_user):
	issue = held("Issue", level="Standard", subject="The roof leaks", raised_by="anna@client.example")
	with as_user(staff.cleared):
		name = api.log_interaction(**call(communication_type="Feedback/Complaint"))["name"]
		doc = frappe.get_doc("Client Interaction", name)
		doc.reference_doctype, doc.reference_name = "Issue", issue.name
		doc.save()
	assert issue.reload().confidentiality_level == "Sensitive"


def test_a_stricter_type_stays_stricter_and_what_is_open_raises_nothing(held, staff, as_user):
	issue = held("Issue", level="Standard", subject="The roof leaks", raised_by="anna@client.example")
	about = {"reference_doctype": "Issue", "reference_name": issue.name}
	with as_user(staff.cleared):
		assert level_of(api.log_interaction(**call(**about))["name"]) == "Standard"
		complaint = call(communication_type="Feedback/Complaint", **about)
		assert level_of(api.log_interaction(**complaint)["name"]) == "Sensitive"


def test_it_can_be_lowered_again_with_clearance_and_a_reason(document, staff, as_user):
	about = {"reference_doctype": document.doctype, "reference_name": document.name}
	with as_user(staff.cleared):
		doc = frappe.get_doc("Client Interaction", api.log_interaction(**call(**about))["name"])
		doc.confidentiality_level, doc.level_change_reason = "Standard", "It was only about the date."
		doc.save()
	assert level_of(doc.name) == "Standard"


def test_what_cannot_be_read_is_not_told_by_a_preview(document, staff, as_user):
	about = {"reference_doctype": document.doctype, "reference_name": document.name}
	with as_user(staff.uncleared), pytest.raises(frappe.PermissionError):
		api.simulate_log(INQUIRY, **about)


def test_whom_the_type_wants_has_no_clearance_so_who_has_it_is_responsible(document, staff, as_user):
	about = {"reference_doctype": document.doctype, "reference_name": document.name}
	with as_user(staff.cleared):
		doc = frappe.get_doc("Client Interaction", api.log_interaction(**call(**about))["name"])
		assert doc.responsible_staff == staff.cleared
		doc.responsible_staff = staff.uncleared
		with pytest.raises(ClearanceMissingError):
			doc.save()


def test_whom_the_type_wants_is_responsible_where_they_have_clearance(staff, as_user):
	with as_user(staff.cleared):
		name = api.log_interaction(**call())["name"]
		assert frappe.db.get_value("Client Interaction", name, "responsible_staff") == staff.uncleared
		with pytest.raises(NotResponsibleError):
			api.log_interaction(**call(responsible_staff=staff.cleared))
		frappe.db.delete("Has Role", {"parent": staff.uncleared, "role": "Frontline Staff"})
		frappe.clear_cache(user=staff.uncleared)
		name = api.log_interaction(**call())["name"]  # who has the manager role
		assert frappe.db.get_value("Client Interaction", name, "responsible_staff") == staff.cleared


@pytest.mark.parametrize(
	"fields",
	[
		{"doctype": "Event", "subject": "Roof", "starts_on": "2026-12-01 10:00:00", "event_type": "Public"},
		{"doctype": "Call Log", "from": "+49301234", "to": "+4930999"},
		{"doctype": "Communication", "subject": "Roof", "content": "Roof"},
	],
	ids=lambda fields: fields["doctype"],
)
def test_what_names_its_interaction_when_it_is_entered_has_its_level(fields, complaint):
	identity = {"id": frappe.generate_hash()} if fields["doctype"] == "Call Log" else {}
	doc = frappe.get_doc({**fields, **identity, "client_interaction": complaint.name})
	doc.insert(ignore_permissions=True)
	assert doc.reload().confidentiality_level == "Sensitive"
