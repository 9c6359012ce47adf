"""What is printed with a letterhead says nothing of what a document does not have, and names users (D-5)."""

import frappe
import pytest

from client_comms import procedure

pytestmark = pytest.mark.clause("D-5")

# As ERPNext's "Company Letterhead" asks for it.
LETTERHEAD = '<b>[{{ doc.company }}]</b> {% set site = frappe.db.get_value("Company", doc.company, "name") %}<i>[{{ site or "" }}]</i>'


@pytest.fixture
def letterhead():
	values = {
		"doctype": "Letter Head",
		"letter_head_name": frappe.generate_hash(),
		"source": "HTML",
		"content": LETTERHEAD,
	}
	return frappe.get_doc(values).insert().name


def test_a_letterhead_prints_nothing_without_a_company(letterhead, inquiry, make_user):
	doc = inquiry(responsible_staff=make_user(procedure.FRONTLINE_STAFF))
	doc.db_set("company", None)
	html = frappe.get_print(doc.doctype, doc.name, letterhead=letterhead)
	assert "<b>[]</b> <i>[]</i>" in html


def test_a_letterhead_prints_nothing_of_a_document_that_has_no_company(letterhead):
	level = frappe.get_all("Confidentiality Level", limit=1, pluck="name")[0]
	assert "<b>[]</b> <i>[]</i>" in frappe.get_print("Confidentiality Level", level, letterhead=letterhead)


def test_a_company_is_printed(letterhead, inquiry, make_user):
	company = frappe.get_all("Company", limit=1, pluck="name")[0]
	doc = inquiry(company=company, responsible_staff=make_user(procedure.FRONTLINE_STAFF))
	assert f"<b>[{doc.company}]</b>" in frappe.get_print(doc.doctype, doc.name, letterhead=letterhead)


def test_users_stand_by_their_names(inquiry, make_user):
	user = make_user(procedure.FRONTLINE_STAFF, first_name="Jana", last_name="Petersen")
	doc = inquiry(responsible_staff=user, action_items=[{"description": "Measure", "assigned_to": user}])
	html = frappe.get_print(doc.doctype, doc.name)
	assert html.count("Jana Petersen") >= 2
	assert user not in html


def test_heads_of_tables_are_in_the_words_of_the_form(inquiry, make_user, monkeypatch):
	user = make_user(procedure.FRONTLINE_STAFF)
	evidence = {"documentation_method": "CRM Log", "physical_location": "Cabinet 4", "custodian": user}
	doc = inquiry(responsible_staff=user, evidence=[evidence])
	monkeypatch.setattr(frappe.local, "lang", "de")
	html = frappe.get_print(doc.doctype, doc.name)
	assert "Depotbank" not in html
