"""Notes of a Lead that ERPNext copies into a Prospect are not read there once the Lead is confidential (P-2)."""

import frappe
import pytest
from erpnext.crm.doctype.prospect.prospect import make_opportunity

from client_comms.enforcement import levels

pytestmark = pytest.mark.clause("P-2")

NOTE, OWN = "<p>They are insolvent</p>", "<p>Call on Monday</p>"


@pytest.fixture
def make(held):
	"""`make(level)`: a Lead at the level, and the Prospect that ERPNext makes of it."""

	def made(level):
		name = frappe.generate_hash(length=8)
		lead = held("Lead", level=level, lead_name=name, company_name=name)
		lead.append("notes", {"note": NOTE, "added_by": "Administrator", "added_on": frappe.utils.now()})
		lead.save()
		lead.create_prospect(name)
		return lead, frappe.get_doc("Prospect", name)

	return made


def notes_of(prospect) -> list[str]:
	rows = {"parenttype": "Prospect", "parent": prospect.name}
	return frappe.get_all("CRM Note", rows, pluck="note", order_by="idx asc")


@pytest.mark.parametrize(("level", "found"), [(None, [NOTE]), ("Standard", [NOTE]), ("Sensitive", [])])
def test_a_prospect_that_is_made_of_a_lead(make, level, found):
	lead, prospect = make(level)
	assert notes_of(prospect) == found
	assert len(lead.reload().notes) == 1


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_lead_that_becomes_confidential_later(make, is_changed):
	"""What staff noted in the Prospect itself stays."""
	lead, prospect = make("Standard")
	prospect.append("notes", {"note": OWN})
	prospect.save()
	opened = frappe.get_doc("Prospect", prospect.name)
	note = NOTE
	if is_changed:
		note = "<p>They are insolvent, and know it</p>"
		frappe.db.set_value("CRM Note", lead.reload().notes[0].name, "note", note)
	levels.set_level("Lead", lead.name, "Sensitive")
	assert notes_of(prospect) == [OWN]
	opened.save()
	assert notes_of(prospect) == [OWN]
	assert [row.note for row in lead.reload().notes] == [note]


def test_an_opportunity_that_is_made_of_the_prospect(make):
	lead, prospect = make("Standard")
	opportunity = make_opportunity(prospect.name)
	opportunity.company = frappe.db.get_value("Company", {})
	opportunity.insert()
	before = [row.note for row in opportunity.notes]
	levels.set_level("Lead", lead.name, "Sensitive")
	assert before in ([], [NOTE])  # as the version copies them
	assert not opportunity.reload().notes


def test_a_level_that_is_no_longer_open_to_all_with_a_role(make):
	_lead, prospect = make("Standard")
	level = frappe.get_doc("Confidentiality Level", "Standard")
	level.need_to_know = "Participants"
	level.save()
	assert not notes_of(prospect)
