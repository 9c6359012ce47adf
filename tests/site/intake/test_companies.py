"""What arrives in a mailbox counts for the company that has it, by that one's matrix (M-1, C-3)."""

import frappe
import pytest

pytestmark = pytest.mark.clause("M-1", "C-3", "D-1")

COMPANY = "Second Company"
INQUIRY = "Initial Inquiry"


@pytest.fixture
def second(site):
	"""A company with a version of its own, by which inquiries are Confidential and answered within five days."""
	company = frappe.new_doc("Company")
	company.update({"name": COMPANY, "company_name": COMPANY, "abbr": "SC", "default_currency": "EUR"})
	company.db_insert()
	version = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	version.update({"company": COMPANY, "version_label": "Own", "effective_from": "2025-01-01"})
	for rule in version.rules:
		if rule.communication_type == INQUIRY:
			rule.update({"confidentiality_level": "Confidential", "respond_within_days": 5})
	version.flags.shipped = True
	return version.insert().submit()


def interaction_of(message):
	return frappe.get_doc("Client Interaction", message.client_interaction)


@pytest.mark.parametrize("made", ["Lead", "Issue"])
def test_mail_counts_for_the_company_of_its_mailbox(second, accounts, deliver, raw_mail, made):
	usual = interaction_of(deliver(raw_mail(), made))
	assert usual.company != COMPANY and usual.matrix != second.name
	accounts[made].db_set("client_comms_company", COMPANY)
	frappe.clear_document_cache("Email Account", accounts[made].name)
	message = deliver(raw_mail(From="Ben <ben@client-b.example>", Message_ID="<2@client-b.example>"), made)
	doc = interaction_of(message)
	assert (doc.company, doc.matrix) == (COMPANY, second.name)
	assert frappe.db.get_value(made, message.reference_name, "company") == COMPANY
	if doc.communication_type == INQUIRY:
		assert doc.confidentiality_level == "Confidential" and doc.respond_by > usual.respond_by


def test_who_corrects_the_company_gets_its_matrix_with_a_reason(second, deliver, raw_mail):
	doc = interaction_of(deliver(raw_mail()))
	assert doc.confidentiality_level == "Standard"
	doc.company = COMPANY
	with pytest.raises(frappe.ValidationError, match="Give a reason"):
		doc.save()
	doc.reload()
	doc.update({"company": COMPANY, "reclassification_reason": "It is about the second company."})
	doc.save()
	assert (doc.matrix, doc.confidentiality_level) == (second.name, "Confidential")
	changed = {row.event: row.note for row in doc.events}
	assert "Matrix Changed" in changed and "second company" in changed["Company Changed"]
	later = frappe.get_doc(doc.doctype, doc.name)
	later.subject = "Solar roof and battery"
	later.save()
	assert later.matrix == second.name
