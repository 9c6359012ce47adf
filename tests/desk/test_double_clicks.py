"""A double click does what a click does, once (D-1, C-3)."""

import pytest
from log_dialog import log_button, opened
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-1", "C-3")

PASSWORD = "Regenbogen-Kahn-42"
SEND = "frappe.core.doctype.communication.email.make"


@pytest.fixture
def page(login, make_user):
	return login(make_user("Frontline Staff", "Sales User", password=PASSWORD), PASSWORD)


@pytest.fixture
def calls(page):
	"""`calls(method)`: how often the page has called it."""
	seen = []
	page.on("request", lambda request: seen.append(request.url))
	return lambda method: sum(url.endswith(f"/{method}") for url in seen)


def test_an_interaction_is_logged_once(page, calls, client):
	page.goto("/app/todo")
	page.locator(".frappe-list:visible").wait_for()  # arriving closes dialogs
	log_button(page).click()
	dialog = opened(page)
	dialog.locator("[data-fieldname=caller] input").press_sequentially(client.key, delay=30)
	dialog.locator("[data-fieldname=caller] li").filter(has_text="Anna").first.click()
	dialog.locator("[data-fieldname=subject] input").fill("Roof")
	dialog.locator("[data-fieldname=summary] textarea").fill("When?")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	dialog.get_by_role("button", name="Log", exact=True).dblclick()
	expect(page.locator(".desk-alert").filter(has_text="Logged as CI-")).to_be_visible()
	expect(page.locator(".modal.show")).to_have_count(0)
	assert calls("client_comms.api.log_interaction") == 1


def test_a_reply_is_sent_once(page, calls, received, outgoing):
	page.goto(f"/app/client-interaction/{received('The invoice')}")
	conversation = page.locator(".client-comms-conversation:visible")
	conversation.locator(".reply-bar").get_by_role("button", name="Reply", exact=True).click()
	box = conversation.locator(".reply-box")
	box.locator("[data-fieldname=content] .ql-editor[contenteditable=true]").click()
	page.keyboard.type("It is attached.")
	box.get_by_role("button", name="Send", exact=True).dblclick()
	expect(conversation.locator(".entry.staff", has_text="It is attached.")).to_be_visible()
	expect(page.locator(".msgprint:visible")).to_have_count(0)
	assert calls(SEND) == 1


@pytest.mark.clause("D-2")
def test_a_report_is_made_once(site, login, make_user, received):
	name = received("A complaint about your fitter")
	manager = make_user("Customer Support Manager", "Sales User", password=PASSWORD)
	page = login(manager, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	card = page.locator(".client-comms-conversation:visible .facts")
	card.locator("[data-remedy=generate]").first.dblclick()
	expect(card.locator("[data-remedy=generate]")).to_have_count(0)
	site.db.rollback()
	attached = {"attached_to_doctype": "Client Interaction", "attached_to_name": name}
	assert site.db.count("File", attached) == 1
