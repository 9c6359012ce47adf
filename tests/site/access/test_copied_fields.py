"""A Prospect does not show what is confidential about its Leads and Opportunities (P-2)."""

import frappe
import pytest

from client_comms.enforcement import copied_fields, levels

pytestmark = pytest.mark.clause("P-2")

AMOUNT = 4711


@pytest.fixture
def prospect(held):
	"""A Prospect with an open Lead, and an open Opportunity of the Lead."""
	lead = held("Lead", level=None, lead_name="Anna", email_id="anna@client.example")
	prospect = frappe.get_doc(
		{"doctype": "Prospect", "company_name": "Nordlicht", "leads": [{"lead": lead.name}]}
	).insert()
	held(
		"Opportunity",
		level=None,
		opportunity_from="Prospect",
		party_name=prospect.name,
		opportunity_amount=AMOUNT,
		company=frappe.db.get_value("Company", {}),
	)
	prospect.reload()
	return prospect


def shown(prospect):
	lead, opportunity = prospect.reload().leads[0], prospect.opportunities[0]
	return lead.lead_name, lead.email, opportunity.amount


def make_confidential(prospect):
	levels.set_level("Lead", prospect.leads[0].lead, "Sensitive")
	levels.set_level("Opportunity", prospect.opportunities[0].opportunity, "Sensitive")


def test_what_is_open_is_shown(prospect):
	assert shown(prospect) == ("Anna", "anna@client.example", AMOUNT)


def test_what_became_confidential(prospect):
	make_confidential(prospect)
	assert shown(prospect) == (None, None, 0)
	assert prospect.leads[0].lead and prospect.opportunities[0].opportunity


def test_what_is_written_later(prospect):
	make_confidential(prospect)
	for row in (prospect.leads[0].lead, prospect.opportunities[0].opportunity):
		doctype = "Lead" if row == prospect.leads[0].lead else "Opportunity"
		frappe.get_doc(doctype, row).save(ignore_permissions=True)
	assert shown(prospect) == (None, None, 0)
	prospect.save()
	assert shown(prospect) == (None, None, 0)


def test_what_was_copied_before(prospect):
	make_confidential(prospect)
	frappe.db.set_value("Prospect Opportunity", prospect.opportunities[0].name, "amount", AMOUNT)
	copied_fields.withdraw_all()
	assert shown(prospect) == (None, None, 0)
