"""A page of the app that one may not open says which roles can, and leads back; a refusal is never a blank page (D-5)."""

import pytest
from playwright.sync_api import expect

from client_comms import procedure
from client_comms.acting import acting_as

pytestmark = pytest.mark.clause("D-5")

PASSWORD = "Regenbogen-Kahn-42"


def test_a_refusal_says_which_roles_can_open_the_page(login, make_user, shoot):
	make_user("Compliance Officer", first_name="Aaron", last_name="Aaronson")
	page = login(make_user(procedure.FRONTLINE_STAFF, "Sales User", password=PASSWORD), PASSWORD)
	for address, title in (
		("access-explorer", "Access Explorer"),
		("team-board", "Team Board"),
		("query-report/Team Board", "Team Board"),
		("legal-hold", "Legal Hold"),
		("communication-governance", "Communication Governance"),
		("approve-templates", "Approve Texts"),
	):
		page.goto(f"/app/{address}")
		told = page.locator(".client-comms-refusal:visible")
		expect(told.locator("h4")).to_contain_text(f"{title} can be opened by users with one of these roles:")
		expect(told).to_contain_text("Compliance Officer")
		expect(page.locator(".modal.show")).to_have_count(0)
		shoot(page, address.rpartition("/")[2])
	told.get_by_role("button", name="Owed Today").click()
	page.wait_for_url("**/owed-today")
	expect(page.locator(".client-comms-refusal:visible")).to_have_count(0)


def test_without_the_procedure_there_is_a_way_back(login, make_user):
	page = login(make_user("Sales User", password=PASSWORD), PASSWORD)
	page.goto("/app/todo")
	page.wait_for_load_state("networkidle")
	page.evaluate("frappe.set_route('owed-today')")
	told = page.locator(".client-comms-refusal:visible")
	expect(told).to_contain_text("Frontline Staff")
	expect(told.get_by_role("button", name="Owed Today")).to_have_count(0)
	told.get_by_role("button", name="Back").click()
	page.wait_for_url("**/todo*")


def test_a_supervisor_who_types_the_name_of_a_report_gets_it(login, make_user):
	page = login(make_user(procedure.CUSTOMER_SUPPORT_MANAGER, password=PASSWORD), PASSWORD)
	page.goto("/app/team-board")
	page.wait_for_url("**/query-report/Team%20Board*")
	expect(page.locator(".modal.show")).to_have_count(0)


def test_what_forms_and_steps_lead_to_says_who_opens_it(login, make_user, shoot):
	make_user("System Manager", first_name="Aaron", last_name="Aaronson")
	user = make_user(procedure.COMMUNICATIONS_MANAGER, password=PASSWORD)
	page = login(user, PASSWORD)
	for address in ("role-profile", "user/Administrator"):
		page.goto("/app/user")
		page.locator(".page-head:visible .title-text, .page-head:visible").first.wait_for()
		page.evaluate("(route) => frappe.set_route(route)", address.split("/"))
		told = page.locator(".client-comms-refusal:visible")
		expect(told).to_contain_text("can be opened by users with one of these roles: System Manager.")
		expect(told).to_contain_text("Aaron Aaronson")
		expect(page.locator(".modal.show")).to_have_count(0)
		shoot(page, address.split("/")[0])
		told.get_by_role("button", name="Back").click()
		page.wait_for_url("**/user?*")


def test_refusals_of_others_are_left_to_frappe(login, make_user):
	page = login(make_user(procedure.FRONTLINE_STAFF, password=PASSWORD), PASSWORD)
	page.goto("/app/background_jobs")
	expect(page.locator(".modal.show")).to_be_visible()
	expect(page.locator(".client-comms-refusal:visible")).to_have_count(0)


def test_a_contact_that_an_officer_may_not_open_says_who_can(site, login, make_user, client, removed, shoot):
	contact = site.db.get_value("Contact Email", {"email_id": client.address}, "parent")
	make_user("Sales User", first_name="Aaron", last_name="Aaronson")
	officer = make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD)
	with acting_as(officer):
		asked = {
			"doctype": "Data Subject Request",
			"right": "Access",
			"party_type": "Customer",
			"party": client.name,
		}
		request = removed(asked["doctype"], site.get_doc({**asked, "contact": contact}).insert().name)
	site.db.commit()
	page = login(officer, PASSWORD)
	page.goto(f"/app/data-subject-request/{request}")
	page.locator("[data-fieldname=contact] a[data-doctype=Contact]:visible").click()
	told = page.locator(".client-comms-refusal:visible")
	expect(told).to_contain_text(f"You have no access to Contact {contact}.")
	expect(told).to_contain_text("Contact can be opened by users with one of these roles:")
	expect(told).to_contain_text("Sales User")
	expect(page.locator(".modal.show")).to_have_count(0)
	shoot(page, "contact")
	told.get_by_role("button", name="Back").click()
	page.wait_for_url("**/data-subject-request/**")


def test_who_cannot_log_is_told_who_can(login, make_user, shoot):
	page = login(make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD), PASSWORD)
	page.goto("/app/client-interaction")
	page.locator(".page-head:visible").get_by_text("Client Interaction").first.wait_for()
	page.evaluate("frappe.set_route('client-interaction', 'new')")
	told = page.locator(".client-comms-refusal:visible")
	expect(told).to_contain_text("They are logged by users with one of these roles: Frontline Staff")
	shoot(page, "log")
	told.get_by_role("button", name="Back").click()
	page.wait_for_url("**/client-interaction*")
	expect(told).to_have_count(0)


def test_who_can_log_gets_the_form(login, make_user):
	page = login(make_user(procedure.FRONTLINE_STAFF, "Sales User", password=PASSWORD), PASSWORD)
	page.goto("/app/client-interaction/new")
	expect(page.locator("[data-fieldname=subject] input:visible").first).to_be_editable()
