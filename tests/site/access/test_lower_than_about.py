"""A leak check names what is less confidential than what it is about, because it was so before raising one raised the other (P-2)."""

import frappe
import pytest

from client_comms.leak_check import existing_exposures

pytestmark = pytest.mark.clause("P-2")

ISSUE = {"subject": "The roof leaks", "raised_by": "anna@client.example"}


def about(log, held, doctype):
	fields = ISSUE if doctype == "Issue" else {"lead_name": "Anna"}
	document = held(doctype, level="Standard", **fields)
	return document, log("Initial Inquiry", reference_doctype=doctype, reference_name=document.name)


def with_message(log, held):
	document, conversation = held("Issue", level="Standard", **ISSUE), log("Initial Inquiry")
	message = frappe.get_doc(
		{"doctype": "Communication", "subject": "x", "client_interaction": conversation.name}
	)
	message.update({"reference_doctype": "Issue", "reference_name": document.name})
	message.set_new_name()
	message.db_insert()
	return document, conversation


def opportunity(log, held):
	lead = held("Lead", level="Standard", lead_name="Anna")
	made = {"opportunity_from": "Lead", "party_name": lead.name}
	return lead, held("Opportunity", level="Standard", **made)


def split(log, held):
	document = held("Issue", level="Standard", **ISSUE)
	return document, held("Issue", level="Standard", issue_split_from=document.name, **ISSUE)


CASES = {
	"a conversation about an Issue": lambda log, held: about(log, held, "Issue"),
	"a conversation about a Lead": lambda log, held: about(log, held, "Lead"),
	"a conversation with a message there": with_message,
	"an Opportunity": opportunity,
	"an Issue that was split off": split,
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_lower_than_what_it_is_about_is_named(case, log, held):
	document, lower = CASES[case](log, held)

	def named():
		review = {each["document"]: each["what"] for each in existing_exposures.to_review()}
		return review.get(f"{lower.doctype} {lower.name}")

	assert named() is None
	document.db_set("confidentiality_level", "Sensitive")
	assert f"(Standard) than {document.doctype} {document.name} (Sensitive)" in named()
	lower.db_set("confidentiality_level", "Sensitive")
	assert named() is None


def test_an_issue_is_raised_by_its_conversation_without_the_others(log, held):
	document, lower = about(log, held, "Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=document.name)
	assert frappe.db.get_value("Issue", document.name, "confidentiality_level") == "Sensitive"
	assert lower.name not in str(existing_exposures.to_review())
