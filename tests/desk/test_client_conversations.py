"""Clients in the portal: their conversations, on a phone too, in a language they choose (P-2, C-3)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-2", "C-3", "C-4")

PASSWORD = "Regenbogen-Kahn-42"
PHONE = {"width": 390, "height": 800}


@pytest.fixture
def visitor(site, client, make_user):
	user = make_user("Customer", user_type="Website User", password=PASSWORD)
	contact = site.db.get_value("Contact Email", {"email_id": client.address}, "parent")
	site.db.set_value("Contact", contact, "user", user)
	site.db.commit()
	yield user
	site.set_user("Administrator")
	site.db.rollback()
	site.db.set_value("Contact", contact, "user", None)
	for name in site.get_all("Communication", {"sender": user}, pluck="name"):
		site.delete_doc("Communication", name, force=True, ignore_permissions=True)
	site.db.commit()


@pytest.fixture
def conversation(site, written):
	"""A client's email with its quotation, which staff promised to answer."""
	name = written("The roof of our clinic", "When will you come?\n\n> On 20 November we wrote:\n> Soon.")
	doc = site.get_doc("Client Interaction", name)
	doc.record("Promised", promised_until=site.utils.add_days(site.utils.now_datetime(), 3))
	site.db.commit()
	return name


def test_a_client_sees_the_promised_day_and_writes_to_staff(
	visitor, conversation, site, make_user, login, shoot
):
	page = login(visitor, PASSWORD)
	page.set_viewport_size(PHONE)
	page.goto("/client-conversations")
	row = page.get_by_role("link", name="The roof of our clinic")
	expect(row).to_contain_text("We are working on it")
	expect(row).to_contain_text("You will hear from us by")
	sign = page.locator(".navbar-toggler .icon")  # of the menu, which is how one comes to the consents
	assert sign.evaluate("sign => getComputedStyle(sign).stroke") != "none"
	shoot(page, "list")
	row.click()
	expect(page.get_by_role("heading", name="The roof of our clinic")).to_be_visible()
	expect(page.get_by_text("When will you come?")).to_be_visible()
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
	page.get_by_label("Your Message").fill("Please come on Monday.\nThank you!")
	shoot(page, "write")
	page.get_by_role("button", name="Send").click()
	expect(page.locator("article").filter(has_text="Please come on Monday.")).to_be_visible()
	expect(page.get_by_label("Your Message")).to_have_value("")
	site.db.rollback()
	doc = site.get_doc("Client Interaction", conversation)
	assert doc.events[-1].event == "Received" and doc.events[-1].source_doctype == "Communication"

	# Staff read it in the desk, and are owed nothing new: the client added to what they had asked.
	staff = login(make_user("Frontline Staff", "Sales User", password=PASSWORD), PASSWORD)
	staff.goto(f"/app/client-interaction/{conversation}")
	reply = staff.locator(
		".client-comms-conversation:visible .entry.client", has_text="Please come on Monday."
	)
	expect(reply).to_be_visible()
	shoot(staff, "staff")


def test_a_closed_conversation_says_how_it_goes_on(visitor, conversation, site, login, shoot):
	page = login(visitor, PASSWORD)
	page.set_viewport_size(PHONE)
	page.goto(f"/client-conversations?conversation={conversation}")
	hint = page.get_by_text("Is it not settled for you?")
	expect(page.get_by_label("Your Message")).to_be_visible()
	expect(hint).to_have_count(0)
	doc = site.get_doc("Client Interaction", conversation)
	for event in ("Answered", "Closed"):
		doc.record(event)
	site.db.commit()
	page.reload()
	expect(hint).to_be_visible()
	shoot(page, "closed")


def test_the_page_speaks_the_language_that_the_client_chooses(visitor, conversation, login, shoot):
	page = login(visitor, PASSWORD)
	page.goto("/client-conversations")
	page.get_by_role("navigation", name="Language").get_by_role("link", name="Deutsch").click()
	expect(page.locator("html")).to_have_attribute("lang", "de")
	row = page.get_by_role("link", name="The roof of our clinic")
	expect(row).to_contain_text("Wir arbeiten daran")
	shoot(page, "german")
	row.click()
	expect(page.get_by_label("Ihre Nachricht")).to_be_visible()
