"""The next step for an interaction with an unknown caller: its client (D-1)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-1")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


@pytest.fixture
def unknown(site, make_user, removed):
	"""An inquiry by phone of someone who is not recorded, with its responsible staff."""
	staff = make_user("Frontline Staff", "Sales User", password=PASSWORD)
	doc = site.get_doc(
		{
			"doctype": INTERACTION,
			"company": site.db.get_value("Company", {}),
			"communication_type": "Initial Inquiry",
			"channel": "Phone",
			"direction": "Inbound",
			"occurred_on": site.utils.add_to_date(site.utils.now_datetime(), minutes=-5),
			"party_name": "Olga Winter, 0170 5551234",
			"responsible_staff": staff,
			"subject": "A roof",
			"summary": "She asks for an offer.",
		}
	).insert()
	site.db.commit()
	removed(INTERACTION, doc.name)
	return doc


def test_the_card_leads_to_the_client(site, unknown, client, login, shoot):
	page = login(unknown.responsible_staff, PASSWORD)
	page.goto(f"/app/client-interaction/{unknown.name}")
	page.get_by_role("button", name="Choose Client").click()
	dialog = page.locator(".modal.show", has_text="Choose Client")
	caller = dialog.get_by_label("Client", exact=True)
	expect(caller).to_be_focused()
	expect(caller).to_have_value("Olga Winter")
	page.get_by_role("option", name="Unknown caller").click()
	expect(dialog.get_by_role("button", name="New Lead")).to_have_attribute(
		"data-text", "Olga Winter, 0170 5551234"
	)
	shoot(page, "begin")

	caller.select_text()
	page.keyboard.type("Nobody Known 0170 555", delay=20)
	page.get_by_role("option", name="Unknown caller").click()
	expect(dialog.get_by_role("status")).to_contain_text("Record them first")
	expect(dialog.get_by_role("button", name="New Lead")).to_be_visible()
	shoot(page, "unknown")
	dialog.get_by_role("button", name="Confirm").click()
	expect(caller).to_be_focused()

	caller.fill("")
	caller.press_sequentially(f"Anna {client.key}", delay=20)
	page.get_by_role("option", name=f"Anna {client.key}").first.click()
	expect(dialog.get_by_role("status")).to_be_hidden()
	shoot(page, "chosen")
	dialog.get_by_role("button", name="Confirm").click()
	expect(dialog).to_be_hidden()
	expect(page.get_by_role("button", name="Choose Client")).to_be_hidden()
	shoot(page, "done")
	site.db.rollback()
	unknown.reload()
	assert (unknown.party, bool(unknown.contact)) == (client.name, True)
