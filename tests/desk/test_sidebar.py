"""The way to what one works with: the app's workspaces, and in version 16 the sidebar beside its pages."""

import pytest
from playwright.sync_api import expect

from client_comms import compat, procedure

PASSWORD = "Regenbogen-Kahn-42"
BELOW = "Communication Governance"


@pytest.mark.parametrize("role", [procedure.FRONTLINE_STAFF, procedure.CUSTOMER_SUPPORT_MANAGER])
def test_those_who_oversee_find_a_workspace_below_that_of_staff(role, login, make_user, shoot):
	page = login(make_user(role, "Sales User", password=PASSWORD), PASSWORD)
	page.goto("/app/client-communications")
	expect(page.get_by_text("Consents and Identity", exact=True).last).to_be_visible()
	below = page.locator(".body-sidebar, .desk-sidebar").get_by_text(BELOW, exact=True)
	if role == procedure.FRONTLINE_STAFF:
		expect(below).to_have_count(0)
		return
	if not compat.is_version_16():
		page.locator(".sidebar-item-container", has_text=BELOW).locator(".drop-icon").first.click()
	below.click()
	expect(page.locator(".widget").get_by_text("Feedback Review", exact=True)).to_be_visible()
	shoot(page, "below")


@pytest.mark.skipif(not compat.is_version_16(), reason="version 15 has no sidebar beside lists and pages")
def test_one_sidebar_stands_beside_all_pages_of_the_app(login, make_user):
	page = login(make_user(procedure.FRONTLINE_STAFF, "Sales User", password=PASSWORD), PASSWORD)
	sidebar = page.locator(".body-sidebar")
	# The second is a list that no sidebar names; a whole page each time, so that none is left from the one before.
	for address in ("client-interaction", "consent-notice", "owed-today", "query-report/Interaction Ageing"):
		page.goto(f"/app/{address}")
		for label in ("Owed Today", "Client Interactions", "Log Interaction", "Reports"):
			expect(sidebar.get_by_text(label, exact=True)).to_have_count(1)
		for label in ("Team Board", "Compliance", BELOW):
			expect(sidebar.get_by_text(label, exact=True)).to_have_count(0)
	sidebar.get_by_text("Client Interactions", exact=True).click()
	page.wait_for_url("**/client-interaction*")
