"""The Opportunity of a confidential Lead, into which ERPNext copies its name and numbers, is as confidential (P-2)."""

import frappe
import pytest

from client_comms import acting
from client_comms.enforcement import level_spread

pytestmark = pytest.mark.clause("P-2")

SENSITIVE = "Sensitive"


def level(opportunity) -> str | None:
	return frappe.db.get_value("Opportunity", opportunity.name, "confidentiality_level")


@pytest.fixture
def create(site, monkeypatch):
	"""As a request does."""
	from erpnext.crm.doctype.lead.lead import make_opportunity

	monkeypatch.setattr(acting, "is_unattended", lambda: False)
	return lambda lead: make_opportunity(lead.name).insert()


@pytest.mark.parametrize("logged", (1, 0))
def test_new(logged, create, set_settings, held, staff, as_user):
	lead = held("Lead", lead_name="Quillfeather")
	set_settings(log_opportunities=logged)
	with as_user(staff.cleared):
		opportunity = create(lead)

	assert opportunity.customer_name == "Quillfeather"
	assert level(opportunity) == SENSITIVE
	with as_user(staff.uncleared):
		assert not frappe.get_list("Opportunity", {"name": opportunity.name})


def test_that_a_job_of_another_app_makes(set_settings, held, staff, as_user):
	"""It may fill in itself what it knows of the Lead."""
	lead = held("Lead", lead_name="Quillfeather")
	set_settings(log_opportunities=0)
	values = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": lead.name}
	opportunity = frappe.get_doc({**values, "company": lead.company, "title": "Quillfeather"}).insert()

	assert level(opportunity) == SENSITIVE
	with as_user(staff.uncleared):
		assert not frappe.get_list("Opportunity", {"name": opportunity.name})
	opportunity.reload().save()
	assert opportunity.customer_name == "Quillfeather"


def test_of_an_open_lead(create, held, staff, as_user):
	lead = held("Lead", lead_name="Quillfeather", level="Standard")
	with as_user(staff.cleared):
		opportunity = create(lead)
	with as_user(staff.uncleared):
		assert frappe.get_list("Opportunity", {"name": opportunity.name})


def test_where_opportunities_are_not_governed(create, set_settings, held, staff, as_user):
	lead = held("Lead", lead_name="Quillfeather")
	set_settings(govern_opportunities=0)
	with as_user(staff.cleared):
		assert not level(create(lead))


def test_lead_that_is_raised_later(create, held, staff, as_user):
	lead = held("Lead", lead_name="Quillfeather", level="Standard")
	other = held("Lead", lead_name="Merriweather", level="Standard")
	with as_user(staff.cleared):
		opportunity, of_other = create(lead), create(other)
		level_spread.change_level("Lead", lead.name, SENSITIVE, "They asked for it.")
		assert (level(opportunity), level(of_other)) == (SENSITIVE, "Standard")
		level_spread.change_level("Lead", lead.name, "Standard", "They changed their mind.")

	assert level(opportunity) == SENSITIVE  # lowered for itself alone


def test_that_was_there_before_does_not_get_the_name(create, set_settings, held, staff, as_user):
	"""Until it is raised as well; users without clearance read it."""
	lead = held("Lead", lead_name="Quillfeather", level="Standard")
	with as_user(staff.cleared):
		opportunity = create(lead)
	neutral = {"title": "Confidential Lead", "customer_name": "Confidential Lead"}
	frappe.db.set_value("Opportunity", opportunity.name, neutral)
	lead.db_set("confidentiality_level", SENSITIVE)

	with as_user(staff.cleared):
		saved = frappe.get_doc("Opportunity", opportunity.name).save()
		assert saved.customer_name == "Confidential Lead"
		level_spread.change_level("Opportunity", opportunity.name, SENSITIVE, "So is the lead.")
		saved = frappe.get_doc("Opportunity", opportunity.name).save()
		assert saved.customer_name == "Quillfeather"
