"""Records of other types that read like a complaint are pointed out, and one click changes their type (F-1)."""

import frappe
import pytest

from client_comms import api, procedure
from client_comms.communication_governance import complaint_words
from client_comms.exceptions import ActionNotPossibleError

pytestmark = pytest.mark.clause("F-1", "M-1")


@pytest.fixture
def frontline(make_user):
	return make_user(procedure.FRONTLINE_STAFF)


@pytest.fixture
def support(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT)


@pytest.mark.parametrize(
	("text", "words"),
	[
		("I am very disappointed. This is unacceptable!", ["disappointed", "unacceptable"]),
		("We complained twice.", ["complained"]),
		("Ich bin enttäuscht und werde mich beschweren.", ["enttäuscht", "beschweren"]),
		("Ihre Beschwerden werden bearbeitet", ["Beschwerden"]),
		("Ich bin entta\u0308uscht", ["enttäuscht"]),  # the letter and its dots as two signs
		("Could you send me an offer for a solar roof?", []),
		("Können Sie mir ein Angebot senden?", []),
		("", []),
	],
)
def test_words_of_every_language(text, words):
	assert complaint_words.found_in(text) == words


def test_words_are_data():
	doc = frappe.get_doc({"doctype": "Complaint Word", "phrase": "rip-off", "language": "en"}).insert()
	assert complaint_words.found_in("What a rip-off") == ["rip-off"]
	doc.disabled = 1
	doc.save()
	assert complaint_words.found_in("What a rip-off") == []
	with pytest.raises(frappe.DuplicateEntryError, match="already listed"):
		frappe.get_doc({"doctype": "Complaint Word", "phrase": "rip-off", "language": "en"}).insert()


def test_a_record_of_another_type_is_pointed_out(inquiry, frontline):
	plain = inquiry(responsible_staff=frontline)
	assert plain.complaint_words is None
	doc = inquiry(responsible_staff=frontline, summary="Anna is disappointed about the delay.")
	assert doc.complaint_words == "disappointed"
	feedback = inquiry(procedure.FEEDBACK, summary="Anna is disappointed.", responsible_staff="Administrator")
	assert feedback.complaint_words is None


def test_a_later_message_is_read_as_well(inquiry, frontline):
	doc = inquiry(responsible_staff=frontline)
	for content in ("<p>Thank you.</p>", "<p>This is <b>unacceptable</b>.</p>"):
		frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": "anna@client.example",
				"subject": "Solar roof",
				"content": content,
				"reference_doctype": doc.doctype,
				"reference_name": doc.name,
			}
		).insert(ignore_permissions=True)
	assert frappe.db.get_value(doc.doctype, doc.name, "complaint_words") == "unacceptable"


def test_one_click_brings_type_level_and_staff(inquiry, frontline, support, as_user):
	doc = inquiry(responsible_staff=frontline, summary="Anna is disappointed.")
	with as_user(frontline):
		done = api.retype_as_feedback(doc.name)
	assert done == {
		"name": doc.name,
		"communication_type": procedure.FEEDBACK,
		"responsible_name": frappe.utils.get_fullname(
			frappe.db.get_value(doc.doctype, doc.name, "responsible_staff")
		),
		"may_read": False,
	}
	doc.reload()
	assert (doc.communication_type, doc.confidentiality_level) == (procedure.FEEDBACK, procedure.SENSITIVE)
	assert doc.responsible_staff != frontline
	assert procedure.CUSTOMER_SUPPORT in frappe.get_roles(doc.responsible_staff)
	assert doc.complaint_words is None
	notes = [row.note for row in doc.events if row.event == "Type Changed"]
	assert len(notes) == 1 and "Reads like a complaint: disappointed" in notes[0]


def test_staff_who_may_keep_it_do(inquiry, make_user, as_user):
	both = make_user(procedure.FRONTLINE_STAFF, procedure.CUSTOMER_SUPPORT)
	doc = inquiry(responsible_staff=both, summary="Anna is disappointed.")
	with as_user(both):
		assert api.retype_as_feedback(doc.name)["may_read"]
	assert frappe.db.get_value(doc.doctype, doc.name, "responsible_staff") == both


def test_a_decision_holds_until_the_client_writes_such_words_again(inquiry, frontline, as_user):
	doc = inquiry(responsible_staff=frontline, summary="Anna would be disappointed without an offer.")
	with as_user(frontline):
		api.not_a_complaint(doc.name)
	doc.reload()
	assert (doc.not_a_complaint, doc.complaint_words) == (1, "disappointed")
	doc.complaint_words, doc.not_a_complaint = None, 0
	doc.save()
	assert (doc.not_a_complaint, doc.complaint_words) == (1, "disappointed")
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": "anna@client.example",
			"subject": "Solar roof",
			"content": "I want to complain.",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		}
	).insert(ignore_permissions=True)
	doc.reload()
	assert (doc.not_a_complaint, doc.complaint_words) == (0, "disappointed, complain")


def test_others_neither_retype_nor_decide(inquiry, frontline, make_user, as_user):
	doc = inquiry(responsible_staff=frontline, summary="Anna is disappointed.")
	with as_user(make_user("Sales User")):
		for method in (api.retype_as_feedback, api.not_a_complaint):
			with pytest.raises(frappe.PermissionError):
				method(doc.name)


def test_without_a_feedback_type_the_message_says_what_to_do(inquiry, frontline, as_user):
	doc = inquiry(responsible_staff=frontline, summary="Anna is disappointed.")
	frappe.db.set_value("Communication Type", {"is_feedback": 1}, "is_feedback", 0)
	frappe.clear_document_cache("Communication Type", procedure.FEEDBACK)
	with as_user(frontline), pytest.raises(ActionNotPossibleError, match="counts as feedback"):
		api.retype_as_feedback(doc.name)
