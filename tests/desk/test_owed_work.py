"""Owed Today as the place where one works, the ready views of the list, and several interactions at once (C-3, C-4, F-2)."""

import functools
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-3", "C-4", "F-2")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"
LATE = re.compile(r"\d (minute|hour|business day)s? late")


@pytest.fixture
def owed(frontline, owed_by):
	"""`owed("Solar roof", hours=-1)`: an inquiry of `frontline` whose answer is due then; returns its name."""
	return functools.partial(owed_by, frontline)


def row(page, name):
	return page.locator(f".owed-work li[data-interaction='{name}']:visible")


def confirm(page):
	page.locator(".modal.show").get_by_role("button", name="Confirm").click()


def how(page, channel):
	page.locator(".modal.show [data-fieldname=through] select").select_option(channel)


def test_one_works_through_it_with_keys_and_clicks(site, frontline, owed, login, shoot):
	first, second = owed("Solar roof", -2), owed("Heat pump", -1)
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(row(page, first)).to_be_focused()
	expect(page.locator("[data-section=late]")).to_contain_text(LATE)
	expect(page.locator("[data-section=today]")).to_contain_text("Nothing is due today.")
	expect(page.locator("[data-section=waiting]")).to_contain_text("You are not waiting for any client.")
	shoot(page, "page")
	page.keyboard.press("j")
	expect(row(page, second)).to_be_focused()
	page.keyboard.press("k")
	expect(row(page, first)).to_be_focused()

	page.keyboard.press("a")
	how(page, "Phone")
	confirm(page)
	expect(row(page, first).locator("[data-action=acknowledge]")).to_have_count(0)
	expect(row(page, second)).to_be_focused()  # where the keyboard goes on, also after the dialog

	row(page, second).locator("[data-action=snooze]").click()
	page.locator(".modal.show [data-fieldname=note] textarea").fill("Sends photos.")
	confirm(page)
	expect(page.locator("[data-section=waiting]")).to_contain_text("Heat pump")
	site.db.rollback()
	assert site.db.get_value(INTERACTION, first, "acknowledge_status") in ("Met", "Met Late")
	assert site.db.get_value(INTERACTION, second, "clock_state") == "Paused"
	row(page, second).focus()
	page.keyboard.press("w")
	expect(page.locator("[data-section=waiting]")).to_contain_text("You are not waiting for any client.")
	site.db.rollback()
	assert site.db.get_value(INTERACTION, second, "clock_state") == "Running"


def test_what_waits_says_until_when(site, frontline, owed, login, shoot):
	name = owed("Solar roof", -2)
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(row(page, name)).to_be_focused()
	page.keyboard.press("s")
	day = site.utils.add_days(site.utils.nowdate(), 7)
	page.locator(".modal.show [data-fieldname=until] input").fill(site.utils.formatdate(day))
	page.locator(".modal.show [data-fieldname=note] textarea").fill("Sends photos.")
	confirm(page)
	expect(page.locator("[data-section=waiting]")).to_contain_text("The clocks are paused until")
	shoot(page, "waiting")
	row(page, name).get_by_role("button", name="Resume").click()
	expect(page.locator("[data-section=waiting]")).to_contain_text("You are not waiting for any client.")
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "clock_state") == "Running"


def test_an_action_item_without_a_day_has_its_place(site, frontline, owed, login, shoot):
	name = owed("Solar roof")
	doc = site.get_doc(INTERACTION, name)
	for what in ("Send the brochure", "Send the price list"):
		doc.append("action_items", {"description": what, "assigned_to": frontline})
	doc.save()
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	undated = page.locator("[data-section=undated]")
	expect(undated).to_contain_text("Without a Due Date (2)")
	shoot(page, "undated")
	brochure = undated.locator("li").filter(has_text="brochure")
	expect(brochure.locator("[data-action=snooze]")).to_have_count(0)
	brochure.get_by_role("button", name="Done").click()
	expect(undated).to_contain_text("Without a Due Date (1)")
	undated.locator("li").focus()
	page.keyboard.press("d")
	expect(undated).to_have_count(0)
	site.db.rollback()
	doc.reload()
	assert {row.status for row in doc.action_items} == {"Closed"}


def test_an_inquiry_without_a_receipt_is_snoozed_with_a_reason(site, frontline, owed, login):
	"""As on its form."""
	name = owed("Solar roof")
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(row(page, name)).to_be_focused()
	page.keyboard.press("s")
	expect(page.locator(".modal.show [data-fieldname=note] .reqd")).to_be_visible()
	expect(page.locator(".modal.show")).to_contain_text("Receipt was not acknowledged yet")
	confirm(page)
	expect(page.locator(".modal.show").filter(has_text="Reason").first).to_be_visible()
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "clock_state") == "Running"


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_what_is_due_next_is_shown_to_those_who_owe_nothing_before(
	language, site, frontline, owed, login, shoot
):
	name = owed("Solar roof", 24 * 5)
	site.db.set_value("User", frontline, "language", language)
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(row(page, name)).to_be_focused()
	heading = {"en": "Due Next (1)", "de": "Als Nächstes fällig (1)", "fr": "Prochaines échéances (1)"}
	expect(page.locator("[data-section=later] h2")).to_have_text(heading[language])
	shoot(page, f"next-{language}")
	page.goto("/app/client-communications")
	block = page.locator(".owed-today:visible")
	expect(block.locator("a.owed-item", has_text="Solar roof").first).to_have_attribute(
		"href", re.compile(f"/{name}$")
	)
	expect(block.locator(".none")).to_contain_text(
		re.compile(heading[language].removesuffix(" (1)"), re.IGNORECASE)
	)
	shoot(page, f"next-block-{language}")


def test_enter_opens_it(frontline, owed, login):
	name = owed("Solar roof", -2)
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(row(page, name)).to_be_focused()
	page.keyboard.press("Enter")
	page.wait_for_url(f"**/client-interaction/{name}")


def test_the_email_dialog_opens_with_the_client(frontline, owed, login, client):
	name = owed("Solar roof", -2)
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	row(page, name).locator("[data-action=reply]").click()
	dialog = page.locator(".modal.show")
	expect(dialog.locator("[data-fieldname=recipients]").first).to_contain_text(client.address)
	send_as = dialog.locator("[data-fieldname=client_comms_send_as] select")
	expect(send_as.locator("option")).to_have_text(["Full Answer", "Promise", "Acknowledgement"])
	send_as.select_option("promise")
	expect(dialog.locator("[data-fieldname=client_comms_promised_until] input")).to_be_visible()


def test_it_fits_a_phone(frontline, owed, login, shoot):
	name = owed("Solar roof", -2)
	page = login(frontline, PASSWORD)
	page.set_viewport_size({"width": 390, "height": 844})
	page.goto("/app/owed-today")
	expect(row(page, name)).to_be_visible()
	shoot(page, "phone")
	assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def views(page, label):
	page.locator(".page-head:visible").get_by_role("button", name="Views", exact=True).click()
	page.locator(".dropdown-menu.show").get_by_text(label, exact=True).click()


def test_ready_views_put_the_most_overdue_first(frontline, owed, login, shoot):
	owed("Heat pump", -1)
	owed("Solar roof", -3)
	owed("Garage door", 30)
	page = login(frontline, PASSWORD)
	page.goto("/app/client-interaction")
	page.locator(".list-row:visible").first.wait_for()
	views(page, "Late")
	rows = page.locator(".list-row:visible")
	expect(page.locator(".frappe-list:visible")).not_to_contain_text("Garage door")
	expect(rows.first).to_contain_text("Solar roof")
	expect(rows.first).to_contain_text(LATE)
	expect(rows.nth(1)).to_contain_text("Heat pump")
	views(page, "Mine")
	expect(rows.filter(has_text="Garage door")).to_have_count(1)
	shoot(page, "views")


def test_several_are_acknowledged_with_one_report(site, frontline, owed, login, shoot):
	first, second = owed("Solar roof", -2), owed("Heat pump", -1)
	with_receipt = site.get_doc(INTERACTION, second)
	with_receipt.record("Acknowledged")
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction?name=%5B%22in%22%2C%22{first}%2C{second}%22%5D")
	rows = page.locator(".list-row:visible")
	expect(rows).to_have_count(2)
	for number in range(2):
		rows.nth(number).locator("input[type=checkbox]").click()
	page.locator(".page-head:visible").get_by_role("button", name="Actions").click()
	page.locator(".dropdown-menu.show").get_by_text("Acknowledge", exact=True).click()
	how(page, "Phone")
	shoot(page, "how")
	confirm(page)
	report = page.locator(".modal.show").filter(has_text="1 Not Changed")
	expect(report).to_contain_text("already acknowledged")
	expect(report).to_contain_text(second)
	shoot(page, "report")
	site.db.rollback()
	acknowledged = site.get_doc(INTERACTION, first)
	assert acknowledged.acknowledge_status in ("Met", "Met Late")
	assert "Phone" in [row.note for row in acknowledged.events]


def test_the_keyboard_stays_in_the_list_after_an_action_on_several(frontline, owed, login):
	first, second = owed("Solar roof", -2), owed("Heat pump", -1)
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction?name=%5B%22in%22%2C%22{first}%2C{second}%22%5D")
	boxes = page.locator(".list-row:visible input.list-row-checkbox")
	expect(boxes).to_have_count(2)
	boxes.first.focus()
	page.keyboard.press("Space")
	actions = page.locator(".page-head:visible").get_by_role("button", name="Actions")
	actions.focus()
	page.keyboard.press("Enter")
	page.keyboard.press("ArrowDown")
	page.keyboard.press("Enter")
	how(page, "Phone")
	confirm(page)
	expect(page.get_by_text("1 interaction changed")).to_be_visible()
	expect(boxes.first).to_be_focused()


def test_a_phone_shows_by_when(frontline, owed, client, login, shoot):
	owed("The roof of the clinic in Neumünster and its batteries", -200)
	page = login(frontline, PASSWORD)
	page.set_viewport_size({"width": 390, "height": 844})
	page.goto(f"/app/client-interaction?party={client.name}")
	deadline = page.locator(".list-row:visible .client-comms-due")
	expect(deadline).to_be_visible()
	assert_inside(page, deadline)
	shoot(page, "phone-list")
	page.goto("/app/client-communications")
	item = page.locator(".owed-today:visible .owed-item").first
	for part in (item.locator(".about"), item.locator(".due")):
		expect(part).to_be_visible()
		assert_inside(page, part)
	shoot(page, "phone-workspace")


def assert_inside(page, locator):
	"""It is on the screen of a phone, from its first letter to its last."""
	box = locator.bounding_box()
	assert box["width"] > 60
	assert box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]


@pytest.mark.parametrize(
	("language", "word", "wrong"), [("de", "Chat", "Unterhaltung"), ("fr", "Réunion", "La Réunion")]
)
def test_channels_are_translated_once(site, frontline, owed, login, language, word, wrong):
	"""Lists of options translate what is translated already: a French meeting became an island."""
	site.db.set_value("User", frontline, "language", language)
	site.db.commit()
	site.clear_cache(user=frontline)
	name = owed("Solar roof", -2)
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(row(page, name)).to_be_focused()
	page.keyboard.press("a")
	offered = page.locator(".modal.show [data-fieldname=through] option")
	expect(offered.filter(has_text=word).first).to_be_attached()
	words = offered.all_text_contents()
	assert word in words and wrong not in words
