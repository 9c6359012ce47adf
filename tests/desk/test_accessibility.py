"""What the app adds to the desk and the pages for clients can be used by everyone: axe finds nothing of ours, and nothing
needs scrolling sideways, from a phone to a wide screen (C-1).

Of the desk only what the app draws is looked at: Frappe's navigation bar, sidebars and fields are not the app's to change.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-1")

PASSWORD = "Regenbogen-Kahn-42"
AXE = Path(__file__).parents[2] / "lint" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (390, 768, 1280, 1440)
# WCAG 2.1, levels A and AA
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# What Frappe draws within that: the toolbar of the text editor, and descriptions of fields, too pale in version 16.
FRAPPES = [".ql-toolbar", ".help-box.text-extra-muted"]
# What has a scroll bar of its own: `.result-container` is that of every list in version 16.
SCROLLS = "[style*=overflow-x], .table-responsive, .ql-toolbar, .list-view .result-container"
# A page, and what of it the app draws.
PAGES = {
	"/app/owed-today": ".page-container:visible .layout-main-section",
	"/app/scorecard": ".page-container:visible .layout-main-section",
	"/app/access-explorer": ".page-container:visible .layout-main-section",
	"/app/leak-check": ".page-container:visible .layout-main-section",
	"/app/client-comms-health": ".page-container:visible .layout-main-section",
	"/app/simulate-change": ".page-container:visible .layout-main-section",
	"/app/approve-templates": ".page-container:visible .layout-main-section",
}


@pytest.fixture(scope="module")
def axe():
	if not AXE.exists():
		pytest.skip("axe-core is not installed: npm ci --prefix lint")
	return AXE.read_text()


@pytest.fixture
def everyone(make_user):
	"""A login that sees every page of the app."""
	roles = (
		"System Manager",
		"Client Communications Manager",
		"Compliance Officer",
		"Customer Support Manager",
	)
	return make_user(*roles, password=PASSWORD)


def found(page, axe, within):
	"""What axe finds: `[(rule, what is wrong, element), …]`."""
	page.evaluate(axe)
	result = page.evaluate(
		"""([within, exclude, rules]) => axe.run(
			{ include: [within], exclude }, { runOnly: rules, resultTypes: ["violations"] }
		)""",
		[within, FRAPPES, RULES],
	)
	return [
		(each["id"], each["help"], node["html"][:200])
		for each in result["violations"]
		for node in each["nodes"]
	]


def overflow(page, within):
	"""What reaches beyond the screen, by width: `[(width, element), …]`; what has a scroll bar of its own may be wider."""
	return [
		(width, each)
		for width in WIDTHS
		for each in resized(page, width).evaluate(
			"""([within, scrolls]) => [...document.querySelectorAll(`${within} *`)]
				.filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
				.filter((each) => !each.closest(scrolls))
				.map((each) => `${each.tagName}.${each.className}`)""",
			[within, SCROLLS],
		)
	]


def resized(page, width):
	page.set_viewport_size({"width": width, "height": 900})
	page.wait_for_timeout(300)  # Frappe redraws a little later
	return page


def faultless(page, axe, within):
	assert "\n".join(map(str, found(page, axe, within))) == ""
	assert overflow(page, within) == []


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_the_desk(address, everyone, login, axe, shoot):
	page = login(everyone, PASSWORD)
	page.goto(address)
	expect(page.locator(PAGES[address]).first).to_be_visible()
	page.wait_for_load_state("networkidle")
	shoot(page, address.rpartition("/")[2])
	faultless(page, axe, PAGES[address].replace(":visible", ""))


@pytest.fixture
def conversation(site, written, everyone):
	"""A client's email, of which the login is the responsible staff."""
	name = written("The roof of our clinic", "When will you come?")
	site.db.set_value("Client Interaction", name, "responsible_staff", everyone)
	site.db.commit()
	return name


def test_the_conversation_and_its_reply_box(conversation, everyone, login, axe, shoot):
	page = login(everyone, PASSWORD)
	page.goto(f"/app/client-interaction/{conversation}")
	page.locator(".client-comms-conversation .reply-bar button").first.click()
	expect(page.locator(".client-comms-conversation .reply-box")).to_be_visible()
	shoot(page, "conversation")
	faultless(page, axe, ".client-comms-conversation")


def test_the_list_with_its_levels(site, conversation, everyone, login, axe, shoot, received):
	for level in ("Confidential", "Sensitive"):
		site.db.set_value("Client Interaction", received("The roof leaks"), "confidentiality_level", level)
	site.db.commit()
	page = login(everyone, PASSWORD)
	page.goto("/app/client-interaction")
	for level in ("Standard", "Confidential", "Sensitive"):
		expect(page.locator(".list-row .indicator-pill", has_text=level).first).to_be_visible()
	shoot(page, "list")
	faultless(page, axe, ".frappe-list .result .indicator-pill")


def test_the_dialog_that_logs_from_anywhere(everyone, login, axe, shoot):
	page = login(everyone, PASSWORD)
	page.goto("/app/owed-today")
	page.keyboard.press("Shift+Control+L")
	expect(page.locator(".modal:visible")).to_be_visible()
	shoot(page, "log")
	faultless(page, axe, ".modal.show .modal-body")


@pytest.mark.parametrize("address", ["/client-conversations", "/client-privacy"])
def test_a_page_for_clients(address, site, client, conversation, make_user, login, axe, shoot):
	visitor = make_user("Customer", user_type="Website User", password=PASSWORD)
	contact = site.db.get_value("Contact Email", {"email_id": client.address}, "parent")
	site.db.set_value("Contact", contact, "user", visitor)
	site.db.commit()
	page = login(visitor, PASSWORD)
	page.goto(address)
	expect(page.get_by_role("heading", level=1)).to_be_visible()
	shoot(page, address.rpartition("/")[2])
	faultless(page, axe, "main")
	if address == "/client-conversations":
		page.get_by_role("link", name="The roof of our clinic").click()
		faultless(page, axe, "main")
	site.db.set_value("Contact", contact, "user", None)
	site.db.commit()


def test_the_tabs_of_an_interaction_show_the_keyboard(client, received, make_user, login):
	page = login(make_user("Frontline Staff", "Sales User", password=PASSWORD), PASSWORD)
	page.goto(f"/app/client-interaction/{received('Offer')}")
	tab = page.locator(".form-tabs .nav-link:visible").nth(1)
	tab.wait_for()
	page.locator(".form-tabs .nav-link:visible").first.focus()
	page.keyboard.press("Tab")
	expect(tab).to_be_focused()
	expect(tab).to_have_css("outline-style", "solid")


def test_the_keyboard_is_seen_on_breadcrumbs_and_on_duties(site, client, received, make_user, login):
	user = make_user("Frontline Staff", "Sales User", password=PASSWORD)
	page = login(user, PASSWORD)
	page.goto(f"/app/client-interaction/{received('Offer')}")
	if site.__version__.startswith("15."):
		page.locator("#navbar-breadcrumbs a", has_text="Client Interaction").wait_for()
		page.keyboard.press("Tab")
		page.keyboard.press("Tab")
		crumb = page.locator("#navbar-breadcrumbs a:focus")
		expect(crumb).to_have_css("outline-style", "solid")
	page.goto("/app/owed-today")
	duty = page.locator("[data-section=duties] a").first
	duty.wait_for()
	page.keyboard.press("Tab")  # what is focused by a program counts as reached by keys from here
	duty.focus()
	expect(duty).to_have_css("outline-style", "solid")


def test_all_that_is_owed_on_a_form_is_reached_by_keys(client, received, make_user, login):
	for number in range(4):
		received(f"Offer {number}")
	page = login(make_user("Frontline Staff", "Sales User", password=PASSWORD), PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	more = page.locator(".client-comms-banner:visible").get_by_role("button", name="Show All")
	more.focus()
	page.keyboard.press("Enter")
	page.wait_for_url("**/client-interaction/**")


def test_late_logs_are_reached_by_keys(everyone, login):
	page = login(everyone, PASSWORD)
	page.goto("/app/query-report/Late Logs")
	page.wait_for_function("() => window.frappe?.query_reports?.['Late Logs'] && client_comms.cell_html")
	cell = page.evaluate("""() => frappe.query_reports["Late Logs"].formatter(
		5, [], { fieldname: "late", fieldtype: "Int" }, { late: 5, staff: "x@own.example" }, (value) => `${value}`)""")
	assert cell.startswith("<button") and ">5</button>" in cell
