"""The email dialog with the keyboard alone, and the texts that it keeps (C-3, F-2)."""

import functools

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-3", "F-2")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def owed(frontline, owed_by):
	"""`owed("Solar roof", hours=-1)`: an inquiry of `frontline` whose answer is due then; returns its name."""
	return functools.partial(owed_by, frontline)


def row(page, name):
	return page.locator(f".owed-work li[data-interaction='{name}']:visible")


def text_of(dialog):
	return dialog.locator("[data-fieldname=content] .ql-editor[contenteditable=true]")


def test_a_reply_is_written_and_left_without_the_mouse(frontline, owed, login):
	name = owed("Solar roof")
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(row(page, name)).to_be_focused()
	page.keyboard.press("r")
	dialog = page.locator(".modal.show")
	expect(text_of(dialog)).to_be_focused()
	page.keyboard.type("We come on Monday.")
	expect(text_of(dialog)).to_contain_text("We come on Monday.")
	page.keyboard.press("Escape")
	expect(dialog).to_have_count(0)
	expect(row(page, name)).to_be_focused()
	page.keyboard.press("r")
	expect(text_of(dialog)).to_contain_text("We come on Monday.")  # what was written is still there


def test_without_an_address_it_begins_with_the_address(site, frontline, owed, login):
	name = owed("Solar roof")
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	expect(row(page, name)).to_be_focused()
	page.evaluate(
		"""name => frappe.model.with_doc("Client Interaction", name).then((doc) => {
			new frappe.views.CommunicationComposer({ doc, subject: "The roof" });
		})""",
		name,
	)
	expect(page.locator(".modal.show [data-fieldname=recipients] input")).to_be_focused()


def test_an_unsent_text_does_not_come_back_in_an_email_about_another_interaction(frontline, owed, login):
	first, second = owed("Solar roof"), owed("Solar roof")
	assert first != second
	page = login(frontline, PASSWORD)
	page.goto("/app/owed-today")
	row(page, first).locator("[data-action=reply]").click()
	dialog = page.locator(".modal.show")
	text_of(dialog).press_sequentially("For the first.")
	dialog.locator(".btn-modal-close").click()
	expect(dialog).to_have_count(0)
	row(page, second).locator("[data-action=reply]").click()
	expect(dialog.locator("[data-fieldname=subject] input")).not_to_have_value("")
	page.wait_for_timeout(1000)
	expect(text_of(dialog)).not_to_contain_text("For the first.")


def test_on_a_phone_the_address_has_the_room_that_there_is(frontline, owed, login, shoot):
	name = owed("Solar roof")
	page = login(frontline, PASSWORD)
	page.set_viewport_size({"width": 390, "height": 844})
	page.goto("/app/owed-today")
	row(page, name).locator("[data-action=reply]").click()
	address = page.locator(".modal.show [data-fieldname=recipients] input")
	expect(address).not_to_have_value("")
	shoot(page, "phone")
	room = page.locator(".modal.show .to_section form").bounding_box()["width"]
	assert address.bounding_box()["width"] > 0.75 * room
