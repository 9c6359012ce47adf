"""Staff ask clients how they want to be contacted, several at once, or enter what one said (C-1)."""

import pytest
from playwright.sync_api import expect

PASSWORD = "Regenbogen-Kahn-42"
REPORT = "/app/query-report/Preferences to Ask For"


@pytest.fixture
def met(site, client, received):
	"""The client has written."""
	received("Solar roof")
	yield client
	site.set_user("Administrator")
	site.db.rollback()
	for doctype in ("Client Access Link", "Communication Preference"):
		for name in site.get_all(doctype, {"party": client.name}, pluck="name"):
			site.delete_doc(doctype, name, force=True, ignore_permissions=True)
	site.db.commit()


@pytest.fixture
def page(make_user, login, met):
	page = login(make_user("Account Manager", "Sales User", password=PASSWORD), PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 720})
	page.goto(REPORT)
	page.locator(".dt-row", has_text=met.key).first.wait_for()
	return page


@pytest.mark.clause("C-1")
def test_selected_clients_get_the_link(site, met, page, shoot, outgoing):
	page.locator(".dt-row", has_text=met.key).locator("input[type=checkbox]").first.check()
	shoot(page, "selected")
	page.get_by_role("button", name="Send Link to Selected").click()
	question = page.locator(".modal.show")
	expect(question).to_contain_text("a link to their preferences")
	question.get_by_role("button", name="Yes").click()
	expect(page.locator(".desk-alert", has_text="Links on their way: 1").first).to_be_visible()
	shoot(page, "sent")
	site.db.rollback()
	assert site.db.count("Client Access Link", {"party": met.name, "kind": "Preferences"}) == 1


@pytest.mark.clause("C-1")
def test_what_a_client_said_is_entered(site, met, page, shoot):
	page.locator(".dt-row", has_text=met.key).get_by_role("button", name="Enter Preference").click()
	page.wait_for_function("window.cur_frm?.doctype === 'Communication Preference'")
	page.wait_for_timeout(1000)  # the form empties the client of another type
	assert page.evaluate("[cur_frm.doc.party_type, cur_frm.doc.party]") == ["Customer", met.name]
	shoot(page, "entering")
