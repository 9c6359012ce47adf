"""What a dialog says when a colleague has changed the interaction since the form was opened (C-3, C-4)."""

import pytest
from playwright.sync_api import expect

from client_comms import api

pytestmark = pytest.mark.clause("C-3", "C-4")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def opened(site, received, login, make_user):
	"""`opened()`: the form of an inquiry, in the browser of who is responsible for it; returns the page and the name."""
	before = site.db.get_single_value("Client Comms Settings", "evidence_mode")
	user = make_user("Customer Support Manager", "Sales User", password=PASSWORD)

	def set_mode(mode):
		site.db.set_single_value("Client Comms Settings", "evidence_mode", mode)
		site.db.commit()
		site.clear_cache()

	def open_form(answered=False):
		name = received("Solar roof")
		if answered:
			api.answer(name, note="By telephone")
		site.db.set_value("Client Interaction", name, "responsible_staff", user)
		site.db.commit()
		page = login(user, PASSWORD)
		page.goto(f"/app/client-interaction/{name}")
		expect(page.locator(f"button[data-label={'Close' if answered else 'Snooze'}]")).to_be_visible()
		return page, name

	set_mode("Off")
	yield open_form
	site.db.rollback()
	set_mode(before)


def test_a_refusal_shows_what_happened_meanwhile_and_keeps_what_was_entered(site, opened, shoot):
	page, name = opened()
	api.answer(name, note="By telephone")
	api.close(name)
	site.db.commit()
	page.get_by_role("button", name="Snooze", exact=True).click()
	dialog = page.locator(".modal.show", has_text="The clocks resume")
	dialog.locator("textarea[data-fieldname=note]").fill("She looks for the plan")
	dialog.get_by_role("button", name="Confirm").click()
	expect(page.locator(".modal.show", has_text="The record is closed. Reopen it first.")).to_be_visible()
	expect(page.get_by_role("button", name="Reopen", exact=True)).to_be_attached()
	expect(dialog.locator("textarea[data-fieldname=note]")).to_have_value("She looks for the plan")
	shoot(page, "snooze")


def test_what_a_colleague_has_closed_says_so(site, opened, shoot):
	page, name = opened(answered=True)
	api.close(name)
	site.db.commit()
	page.locator("button[data-label=Close]").click()
	expect(page.locator(".modal.show", has_text="A colleague has changed this interaction")).to_be_visible()
	expect(page.get_by_role("button", name="Reopen", exact=True)).to_be_attached()
	shoot(page, "close")
