"""Interactions are put in order from their form: merge, split off, move, with a preview before saving (D-1, C-4, P-2)."""

import pytest
from browsing import choose
from playwright.sync_api import expect

from client_comms import api

pytestmark = pytest.mark.clause("D-1", "C-4", "P-2")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


@pytest.fixture
def others_interaction(site, frontline):
	"""Returns the name of an interaction with another client, which the staff can read."""

	def make():
		subject = f"Of another client {site.generate_hash(length=6)}"
		doc = site.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": f"{site.generate_hash(length=8)}@elsewhere.example",
				"subject": subject,
				"content": "Please get back to me.",
			}
		).insert(ignore_permissions=True)
		site.db.commit()
		return site.db.get_value("Communication", doc.name, "client_interaction")

	return make


def open_form(page, name):
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .facts section").first.wait_for()


def open_merge(page):
	page.locator(".page-head:visible .menu-btn-group > button").click()
	page.locator(".menu-btn-group .dropdown-menu:visible").get_by_text("Merge into…").click()


def conversation(page):
	return page.locator(".client-comms-conversation:visible")


def modal(page):
	return page.locator(".modal.show")


def test_two_of_one_matter_become_one(site, frontline, login, received, shoot):
	one, other = received("Offer for a solar roof"), received("Again: the roof")
	page = login(frontline, PASSWORD)
	open_form(page, one)
	open_merge(page)
	choose(modal(page), "into", other)
	expect(modal(page).locator(".client-comms-becomes")).to_contain_text(
		"Again: the roof"
	)  # a number says little
	expect(modal(page).locator(".client-comms-becomes")).to_contain_text("Owed")
	expect(modal(page).locator(".client-comms-becomes")).to_contain_text("everyone with these roles")
	shoot(page, "before")
	modal(page).get_by_role("button", name="Merge", exact=True).click()
	expect(conversation(page).locator(".entry.step")).to_contain_text(["merged another interaction"])
	expect(conversation(page).locator(".entry.client")).to_have_count(2)
	shoot(page, "after")
	site.db.rollback()
	assert not site.db.exists(INTERACTION, one)

	# The old number leads to the one that stands.
	page.goto(f"/app/client-interaction/{one}")
	page.wait_for_url(f"**/{other}")
	expect(conversation(page).locator(".entry.client")).to_have_count(2)


def test_a_message_is_moved_and_another_one_split_off(
	site, frontline, login, received, others_interaction, shoot
):
	one, other = received("Offer for a solar roof"), received("Again: the roof")
	page = login(frontline, PASSWORD)
	open_form(page, one)
	open_merge(page)
	choose(modal(page), "into", other)
	modal(page).get_by_role("button", name="Merge", exact=True).click()
	messages = conversation(page).locator(".entry.client")
	expect(messages).to_have_count(2)

	messages.first.get_by_role("button", name="Split Off").click()
	expect(modal(page).locator(".client-comms-becomes")).to_contain_text("Initial Inquiry")
	expect(modal(page).get_by_role("listbox").locator("visible=true")).to_have_count(0)  # nothing over it
	modal(page).locator("[data-fieldname=subject] input").fill("The bill of May")
	modal(page).locator("[data-fieldname=subject] input").press("Tab")
	expect(modal(page).locator(".client-comms-becomes")).to_contain_text("The bill of May")
	shoot(page, "split")
	modal(page).get_by_role("button", name="Split Off", exact=True).click()
	expect(page.locator(".desk-alert", has_text="The message belongs to")).to_be_visible()
	expect(messages).to_have_count(1)
	expect(conversation(page).locator(".entry.step").first).to_contain_text("split off a message")
	shoot(page, "afterwards")
	site.db.rollback()
	made = site.get_last_doc(INTERACTION, order_by="creation desc").name
	assert made not in (one, other)
	assert site.db.get_value(INTERACTION, made, "subject") == "The bill of May"
	expect(conversation(page).locator(f".entry.step a[href$='/client-interaction/{made}']")).to_have_text(
		made
	)

	messages.first.get_by_role("button", name="Move to…").click()
	foreign = others_interaction()
	box = modal(page).locator("[data-fieldname=to] input:visible")
	box.click()
	with page.expect_response(lambda answer: "search_link" in answer.url and answer.request.post_data):
		box.fill(foreign)
	expect(modal(page).get_by_role("option").filter(has_text=foreign)).to_have_count(0)
	box.fill("")
	modal(page).get_by_label("Those of Other Clients, Too").check()
	choose(modal(page), "to", foreign)
	# It is the only message of its interaction: the refusal says what to do instead.
	expect(page.locator(".msgprint")).to_contain_text("Merge it into")
	shoot(page, "refused")


@pytest.fixture
def closed(site, frontline, received):
	"""Returns the name of an interaction with the client which was answered and closed."""
	name = received("The roof of last year")
	site.db.set_value(INTERACTION, name, "responsible_staff", frontline)
	site.set_user(frontline)
	for act in (api.answer, api.close):
		act(name)
	site.set_user("Administrator")
	site.db.commit()
	return name


def expect_opened_again(page, shoot, name):
	"""The preview says so, before anything is saved."""
	becomes = modal(page).locator(".client-comms-becomes")
	expect(becomes).to_contain_text("The roof of last year")
	expect(becomes).to_contain_text("(opened again)")
	expect(becomes).to_contain_text("Acknowledgement:")
	shoot(page, name)


def test_what_is_merged_into_a_closed_one_opens_it_again(site, frontline, login, received, closed, shoot):
	one = received("Again: the roof")
	page = login(frontline, PASSWORD)
	open_form(page, one)
	open_merge(page)
	choose(modal(page), "into", closed)
	expect_opened_again(page, shoot, "closed-before")
	modal(page).get_by_role("button", name="Merge", exact=True).click()
	page.wait_for_url(f"**/{closed}")
	steps = conversation(page).locator(".entry.step")
	expect(steps.filter(has_text="merged another interaction")).to_contain_text(one)
	expect(steps.filter(has_text="closed the interaction")).to_have_count(1)
	expect(page.locator(".indicator-pill:visible", has_text="Open").first).to_be_visible()
	expect(page.locator(".form-message:visible").first).to_contain_text("an acknowledgement")
	shoot(page, "closed-after")
	page.goto(f"/app/client-interaction/{one}")
	page.wait_for_url(f"**/{closed}*")  # at the tab where the form was left
	site.db.rollback()
	assert site.db.get_value(INTERACTION, closed, "status") == "Open"


def test_a_message_that_is_moved_into_a_closed_one_opens_it_again(
	site, frontline, login, received, closed, shoot
):
	one = received("Offer for a solar roof")
	received(about=one, content="And the old roof leaks.")
	page = login(frontline, PASSWORD)
	open_form(page, one)
	moved = conversation(page).locator(".entry.client", has_text="And the old roof leaks.")
	moved.get_by_role("button", name="Move to…").click()
	choose(modal(page), "to", closed)
	expect_opened_again(page, shoot, "closed-move-before")
	modal(page).get_by_role("button", name="Move", exact=True).click()
	expect(page.locator(".desk-alert", has_text="The message belongs to")).to_be_visible()
	left = conversation(page).locator(".entry.step", has_text="moved a message to another interaction")
	expect(left).to_contain_text(closed)
	shoot(page, "closed-move-left")
	left.get_by_role("link", name=closed).click()
	page.wait_for_url(f"**/{closed}")
	came = conversation(page).locator(".entry.step", has_text="moved a message here")
	expect(came).to_contain_text(one)
	expect(conversation(page).locator(".entry.client", has_text="And the old roof leaks.")).to_be_visible()
	expect(page.locator(".form-message:visible").first).to_contain_text("an answer")
	shoot(page, "closed-move-after")
	site.db.rollback()
	assert site.db.get_value(INTERACTION, closed, "status") == "Open"
	assert site.db.exists(INTERACTION, one)
