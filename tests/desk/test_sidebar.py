"""The way to what one works with: the app's workspaces, and in version 16 the sidebar beside its pages."""

import pytest
from playwright.sync_api import expect

from client_comms import compat, procedure

PASSWORD = "Regenbogen-Kahn-42"
BELOW = "Communication Governance"
LABEL = "Governance Overview" if compat.is_version_16() else BELOW
LANGUAGES = ("en", "de", "fr")
ROLES = ("System Manager", "Client Communications Manager", "Compliance Officer", "Customer Support Manager")
only_16 = pytest.mark.skipif(
	not compat.is_version_16(), reason="version 15 has no sidebar beside lists and pages"
)
# What stands in the sidebar with fewer letters than it has; its head is Frappe's.
CUT = """() => [...document.querySelectorAll(".body-sidebar .sidebar-items .sidebar-item-label")]
	.filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth).map((each) => each.textContent.trim())"""


@pytest.mark.parametrize("role", [procedure.FRONTLINE_STAFF, procedure.CUSTOMER_SUPPORT_MANAGER])
def test_those_who_oversee_find_a_workspace_below_that_of_staff(role, login, make_user, shoot):
	page = login(make_user(role, "Sales User", password=PASSWORD), PASSWORD)
	page.goto("/app/client-communications")
	expect(page.get_by_text("Consents and Identity", exact=True).last).to_be_visible()
	below = page.locator(".body-sidebar, .desk-sidebar").get_by_text(LABEL, exact=True)
	if role == procedure.FRONTLINE_STAFF:
		expect(below).to_have_count(0)
		return
	if not compat.is_version_16():
		page.locator(".sidebar-item-container", has_text=LABEL).locator(".drop-icon").first.click()
	below.click()
	expect(page.locator(".widget").get_by_text("Feedback Review", exact=True)).to_be_visible()
	shoot(page, "below")


@pytest.mark.skipif(compat.is_version_16(), reason="version 16 has the sidebar instead")
@pytest.mark.parametrize(
	"address",
	[
		"client-interaction",
		"client-consent",
		"owed-today",
		"sop-policy",
		"take-training/Client Communication Procedure",
	],
)
def test_the_way_back_leads_to_the_workspace(address, login, make_user):
	page = login(make_user(procedure.FRONTLINE_STAFF, "Sales User", password=PASSWORD), PASSWORD)
	page.goto(f"/app/{address}")
	way = page.locator("#navbar-breadcrumbs").get_by_role("link", name="Client Communications")
	expect(way).to_have_attribute("href", "/app/client-communications")


@only_16
def test_one_sidebar_stands_beside_all_pages_of_the_app(login, make_user):
	page = login(make_user(procedure.FRONTLINE_STAFF, "Sales User", password=PASSWORD), PASSWORD)
	sidebar = page.locator(".body-sidebar")
	# The second is a list that no sidebar names; a whole page each time, so that none is left from the one before.
	for address in ("client-interaction", "consent-notice", "owed-today", "query-report/Interaction Ageing"):
		page.goto(f"/app/{address}")
		for label in ("Owed Today", "Client Interactions", "Log Interaction", "Reports"):
			expect(sidebar.get_by_text(label, exact=True)).to_have_count(1)
		for label in ("Team Board", "Compliance", LABEL):
			expect(sidebar.get_by_text(label, exact=True)).to_have_count(0)
	sidebar.get_by_text("Client Interactions", exact=True).click()
	page.wait_for_url("**/client-interaction*")


@only_16
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_sidebar_can_be_read(language, login, make_user, shoot):
	page = login(make_user(*ROLES, password=PASSWORD, language=language), PASSWORD)
	page.goto("/app/client-communications")
	sections = page.locator(".body-sidebar .sidebar-items .drop-icon")
	expect(sections.first).to_be_visible()
	for section in sections.all():
		section.click()
	expect(page.locator(".body-sidebar [href*=legal-hold]")).to_be_visible()
	shoot(page, language)
	assert page.evaluate(CUT) == []


@only_16
@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize(
	"address", ["client-interaction", "client-consent", "compliance-ledger-entry", "communication-template"]
)
def test_every_button_above_a_list_is_on_the_screen(address, width, login, make_user, shoot):
	"""In German, whose names are the longest."""
	page = login(make_user(*ROLES, password=PASSWORD, language="de"), PASSWORD)
	page.set_viewport_size({"width": width, "height": 900})
	page.goto(f"/app/{address}")
	page.wait_for_load_state("networkidle")
	expect(page.locator(".page-head .menu-btn-group:visible").first).to_be_visible()
	shoot(page, f"{address}-{width}")
	buttons = [button.bounding_box() for button in page.locator(".page-head button:visible").all()]
	assert max(box["x"] + box["width"] for box in buttons) <= width


def test_those_who_cannot_log_are_not_led_to_it(login, make_user, shoot):
	"""Nor is there a gap where the shortcut would be."""
	page = login(make_user("Compliance Officer", password=PASSWORD), PASSWORD)
	page.goto("/app/client-communications")
	shortcuts = page.locator(".shortcut-widget-box:visible")
	expect(shortcuts.first).to_have_text("Dashboard")
	expect(shortcuts.filter(has_text="Log Interaction")).to_have_count(0)
	heading = page.locator(".ce-header:visible", has_text="Your Shortcuts")
	assert abs(shortcuts.first.bounding_box()["x"] - heading.bounding_box()["x"]) < 20
	shoot(page, "who-cannot-log")
