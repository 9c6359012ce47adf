"""Staff state to whom they spoke who called or came, and name the third party with whom it was (P-1, P-3)."""

import pytest
from browsing import choose
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-1", "P-3")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", "Sales User", password=PASSWORD)


@pytest.fixture
def adviser(site):
	name = f"Adviser {site.generate_hash(length=8)}"
	site.get_doc({"doctype": "Third Party", "third_party_name": name}).insert()
	site.db.commit()
	yield name
	site.db.rollback()
	site.db.set_value(INTERACTION, {"third_party": name}, "third_party", None)
	site.delete_doc("Third Party", name, force=True, ignore_permissions=True)
	site.db.commit()


@pytest.fixture
def set_mode(site):
	"""`set_mode("identity_mode", "Off")` changes a setting until the end of the test."""
	before = {}

	def change(field, value):
		before.setdefault(field, site.db.get_single_value("Client Comms Settings", field))
		site.db.set_single_value("Client Comms Settings", field, value)
		site.clear_document_cache("Client Comms Settings", "Client Comms Settings")
		site.db.commit()

	yield change
	site.db.rollback()
	for field, value in before.items():
		change(field, value)


@pytest.fixture
def dialog(agent, login, client):
	"""The dialog of a complaint by phone, and its page."""
	page = login(agent, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	page.locator(".page-head:visible").get_by_role("button", name="Create", exact=True).click()
	page.locator(".dropdown-menu.show").get_by_text("Log Interaction", exact=True).click()
	dialog = page.locator(".modal.show").first
	expect(dialog.locator("[data-fieldname=subject] input")).to_be_focused()
	dialog.locator("[data-fieldname=subject] input").fill("Noise at night")
	dialog.locator("[data-fieldname=summary] textarea").fill("The heat pump is loud.")
	choose(dialog, "communication_type", "Feedback/Complaint")
	return dialog, page


def logged(site, client):
	site.db.rollback()
	(name,) = site.get_all(INTERACTION, {"party": client.name}, pluck="name")
	return site.get_doc(INTERACTION, name)


def log(page):
	page.get_by_role("button", name="Log", exact=True).click()


def test_the_dialog_asks_who_called_and_closing_asks_those_who_did_not_say(
	site, dialog, client, shoot, set_mode
):
	set_mode("identity_mode", "Warn")
	dialog, page = dialog
	caller = dialog.locator("[data-fieldname=caller_identity] select")
	expect(caller).to_be_hidden()
	choose(dialog, "channel", "Phone")
	expect(caller).to_be_visible()
	caller.select_option("Not Confirmed")
	expect(dialog.locator("[data-fieldname=outgoing_reason] textarea")).to_be_visible()
	shoot(page, "asked")
	choose(dialog, "channel", "Letter")
	expect(caller).to_be_hidden()
	expect(dialog.locator("[data-fieldname=outgoing_reason] textarea")).to_be_hidden()
	choose(dialog, "channel", "Phone")
	expect(caller).to_have_value("")
	log(page)
	expect(page.locator(".modal.show")).to_have_count(0)
	doc = logged(site, client)
	assert (doc.caller_identity or "", doc.direction) == ("", "Inbound")

	page.goto(f"/app/client-interaction/{doc.name}")
	needed = page.locator(".facts section:visible", has_text="Before It Is Closed")
	expect(needed).to_contain_text("○ Identity of the caller")
	needed.locator("[data-remedy=caller]").click()
	page.locator(".modal.show [data-fieldname=caller_identity] select").select_option("Nothing Disclosed")
	shoot(page, "stated")
	page.locator(".modal.show").get_by_role("button", name="Save", exact=True).click()
	expect(needed).to_contain_text("✓ Identity of the caller")
	assert logged(site, client).caller_identity == "Nothing Disclosed"


def test_the_consent_for_a_third_party_is_asked_for_from_the_dialog(
	site, dialog, client, adviser, shoot, set_mode
):
	set_mode("identity_mode", "Off")
	set_mode("consent_mode", "Enforce")
	dialog, page = dialog
	choose(dialog, "channel", "Phone")
	dialog.locator("[data-fieldname=direction] select").select_option("Outbound")
	dialog.locator(".section-head", has_text="Third Party").click()
	choose(dialog, "third_party", adviser)
	log(page)
	refusal = page.locator(".modal.show", has_text="Not Sent")
	expect(refusal).to_contain_text(adviser)
	shoot(page, "refused")
	refusal.get_by_role("button", name="Ask for Consent").click()
	asking = page.locator(".modal.show", has_text="Ask for Consent").last
	expect(asking.locator("[data-fieldname=third_party] input")).to_have_value(adviser)
	shoot(page, "consent")
	assert not site.get_all(INTERACTION, {"party": client.name})
