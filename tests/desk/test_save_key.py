"""Ctrl+S in a dialog does what the dialog is for and leaves the keyboard where it was; what is written to a client it only keeps (C-1, C-3)."""

import functools

import pytest
from log_dialog import log_button, opened, ready
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-1", "C-3")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def owed(frontline, owed_by):
	return functools.partial(owed_by, frontline)


def text_of(box):
	return box.locator("[data-fieldname=content] .ql-editor[contenteditable=true]")


def sent(site, name):
	site.db.rollback()
	return site.db.count("Communication", {"client_interaction": name, "sent_or_received": "Sent"})


def test_the_reply_box_keeps_what_was_written(site, frontline, owed, login, shoot):
	name = owed("Solar roof")
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .reply-bar button").first.click()
	box = page.locator(".client-comms-conversation .reply-box")
	expect(text_of(box)).to_be_focused()
	page.keyboard.type("We come on Monday.")
	page.keyboard.press("Control+s")
	expect(page.locator(".desk-alert", has_text="Not sent yet")).to_be_visible()
	shoot(page, "reply-box")
	page.wait_for_timeout(500)
	expect(text_of(box)).to_be_focused()
	expect(page.locator(".modal.show")).to_have_count(0)
	assert sent(site, name) == 0
	page.keyboard.type(" At nine.")
	page.wait_for_timeout(500)
	page.reload()
	page.locator(".client-comms-conversation .reply-box").wait_for()
	expect(text_of(page.locator(".client-comms-conversation .reply-box"))).to_contain_text("Monday")


def test_so_does_the_email_dialog(site, frontline, owed, login):
	name = owed("Solar roof")
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(page.locator(f".owed-work li[data-interaction='{name}']:visible")).to_be_focused()
	page.keyboard.press("r")
	dialog = page.locator(".modal.show")
	expect(text_of(dialog)).to_be_focused()
	page.keyboard.type("We come on Monday.")
	page.keyboard.press("Control+s")
	expect(page.locator(".desk-alert", has_text="Not sent yet")).to_be_visible()
	page.wait_for_timeout(500)
	expect(dialog).to_have_count(1)
	expect(text_of(dialog)).to_be_focused()
	assert sent(site, name) == 0


def test_what_the_dialog_lacks_is_said_and_the_keyboard_is_back(frontline, login, shoot):
	page = login(frontline, PASSWORD)
	page.goto("/app/todo")
	ready(page)
	log_button(page).click()
	dialog = opened(page)
	dialog.get_by_label("Summary").click()
	page.keyboard.type("Asks for a price.")
	page.keyboard.press("Control+s")
	said = page.locator(".modal.show", has_text="Missing Values Required")
	expect(said).to_be_visible()
	page.wait_for_function(
		"() => cur_dialog === frappe.msg_dialog"
	)  # while it fades in, Escape does not close it
	shoot(page, "missing")
	page.keyboard.press("Escape")
	expect(said).to_have_count(0)
	expect(dialog.get_by_label("Summary")).to_be_focused()
	expect(dialog.get_by_label("Summary")).to_have_value("Asks for a price.")
	page.keyboard.press("Escape")
	question = page.locator(".modal.show", has_text="Discard what you have typed?")
	expect(question).to_be_visible()
	page.wait_for_function("() => cur_dialog?.confirm_dialog")
	page.keyboard.press("Escape")  # closes the question alone
	expect(question).to_have_count(0)
	page.wait_for_timeout(1000)
	expect(page.locator(".modal.show")).to_have_count(1)


def test_escape_leaves_a_comparison_with_a_link_field(site, make_user, login):
	page = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	in_force = site.get_last_doc("Communication Matrix", {"docstatus": 1})
	page.goto(f"/app/communication-matrix/{in_force.name}")
	compare = page.get_by_role("button", name="Compare", exact=True)
	compare.click()
	dialog = page.locator(".modal.show")
	expect(dialog.locator("[data-fieldname=other] input")).to_be_focused()
	page.wait_for_timeout(500)
	page.keyboard.press("Escape")
	if dialog.count():
		page.wait_for_timeout(500)
		page.keyboard.press("Escape")  # the first closed the list of the field
	expect(dialog).to_have_count(0)
	expect(compare).to_be_focused()
