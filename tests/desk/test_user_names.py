"""Users stand in lists, forms and dialogs by their names; what is stored, and filtered by, is the address (R-1)."""

import pytest
from browsing import choose
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("R-1")
PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


@pytest.fixture
def fiona(make_user):
	return make_user("Frontline Staff", first_name="Fiona", last_name="Bergengruen")


@pytest.fixture
def otto(make_user):
	return make_user("Frontline Staff", first_name="Otto", last_name="Zwingenberger")


@pytest.fixture
def name(site, received, fiona):
	made = received("A question")
	site.db.set_value(INTERACTION, made, "responsible_staff", fiona)
	site.db.commit()
	return made


@pytest.fixture
def page(make_user, login):
	return login(make_user("Customer Support Manager", password=PASSWORD), PASSWORD)


def test_a_list_shows_names_and_filters_by_addresses(site, page, name, fiona, client, login, shoot):
	page.set_viewport_size({"width": 1920, "height": 900})  # version 15 shows staff only there
	page.goto(f"/app/client-interaction?party={client.name}")
	shown = page.locator(".frappe-list:visible .result").get_by_text("Fiona Bergengruen")
	expect(shown).to_be_visible()
	expect(page.locator(".frappe-list:visible .result")).not_to_contain_text(fiona)
	shoot(page, "list")
	shown.click()
	page.wait_for_function(
		"user => JSON.stringify(cur_list.get_filters_for_args()).includes(user)", arg=fiona
	)


def test_rows_stay_ticked_while_names_come(page, name, client):
	page.set_viewport_size({"width": 1920, "height": 900})
	asked = []
	page.route("**/api/method/client_comms.api.user_names", lambda route: asked.append(route))
	page.goto(f"/app/client-interaction?party={client.name}")
	tick = page.locator(".frappe-list:visible .list-row-checkbox").first
	tick.check()
	page.wait_for_timeout(500)
	assert asked
	for route in asked:
		route.continue_()
	expect(page.locator(".frappe-list:visible .result").get_by_text("Fiona Bergengruen")).to_be_visible()
	expect(tick).to_be_checked()


def test_the_report_of_a_list_shows_names(page, name, fiona, client, shoot):
	page.goto(f"/app/client-interaction/view/report?party={client.name}")
	cells = page.locator(".datatable:visible .dt-scrollable")
	expect(cells).to_contain_text("Fiona Bergengruen")
	expect(cells).not_to_contain_text(fiona)
	shoot(page, "report")


def test_a_kanban_board_shows_names(page, name, fiona, client, shoot):
	page.goto("/app/client-interaction/view/kanban/Client Interactions by Status")
	card = page.locator(".kanban-card:visible", has_text=client.name)
	expect(card).to_contain_text("Fiona Bergengruen")
	expect(card).not_to_contain_text(fiona)
	shoot(page, "kanban")


def test_a_field_shows_the_name_of_who_is_chosen(site, page, name, fiona, otto, shoot):
	page.goto(f"/app/client-interaction/{name}")
	page.get_by_role("tab", name="Details").click()
	entry = page.locator(".layout-main:visible [data-fieldname=responsible_staff] input:visible")
	expect(entry).to_have_value("Fiona Bergengruen")
	entry.click()
	entry.fill("Otto Zwingen")
	page.locator("[role=option]:visible", has_text="Otto Zwingenberger").first.click()
	expect(entry).to_have_value("Otto Zwingenberger")
	page.keyboard.press("Tab")
	expect(entry).to_have_value("Otto Zwingenberger")
	shoot(page, "field")
	assert page.evaluate("() => cur_frm.doc.responsible_staff") == otto
	page.locator(".page-head:visible").get_by_role("button", name="Save", exact=True).click()
	page.wait_for_function("() => !cur_frm.is_dirty()")
	expect(entry).to_have_value("Otto Zwingenberger")
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "responsible_staff") == otto


def test_who_is_chosen_in_a_dialog(site, page, name, client, fiona, otto, shoot):
	"""The present owner is not offered."""
	page.goto(f"/app/client-interaction?party={client.name}")
	page.locator(".list-row-checkbox:visible").first.check()
	page.get_by_role("button", name="Actions").click()
	page.locator(".dropdown-menu:visible").get_by_text("Reassign", exact=True).click()
	dialog = page.locator(".modal.show")
	entry = dialog.locator("[data-fieldname=user] input")
	entry.click()
	entry.fill("ing")
	expect(page.locator("[role=option]:visible", has_text="Otto Zwingenberger")).to_be_visible()
	entry.fill("Bergengruen")
	page.wait_for_timeout(1500)
	expect(page.locator("[role=option]:visible", has_text=fiona)).to_have_count(0)
	choose(dialog, "user", "Otto Zwingen")
	expect(entry).to_have_value("Otto Zwingenberger")
	shoot(page, "dialog")
	dialog.get_by_role("button", name="Confirm").click()
	expect(page.locator(".desk-alert")).to_contain_text("1 interaction changed")
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "responsible_staff") == otto


def test_the_conversation_says_that_action_items_were_reassigned(site, page, name, fiona, otto, shoot):
	from client_comms.client_interactions.changes import REASSIGNED

	doc = site.get_doc(INTERACTION, name)
	doc.append_event(REASSIGNED, site.utils.now_datetime(), f"Action items: {fiona} → {otto}: user disabled")
	doc.save_by_app()
	site.db.commit()
	page.goto(f"/app/client-interaction/{name}")
	step = page.locator(".client-comms-conversation .entry.step", has_text="user disabled")
	expect(step).to_contain_text("Administrator reassigned action items")
	expect(step).to_contain_text("Action items: Fiona Bergengruen → Otto Zwingenberger: user disabled")
	shoot(page, "items")


def test_the_conversation_says_that_an_absence_changed_who_is_responsible(
	site, page, name, fiona, otto, shoot
):
	from client_comms.client_interactions.changes import HANDED_OVER, REASSIGNED, SUBSTITUTED

	doc, now = site.get_doc(INTERACTION, name), site.utils.now_datetime()
	doc.append_event(REASSIGNED, now, f"{fiona} → {otto}: away", action_key=HANDED_OVER)
	doc.append_event(REASSIGNED, now, f"Action items: {fiona} → {otto}: away", action_key=SUBSTITUTED)
	doc.save_by_app()
	site.db.commit()
	page.goto(f"/app/client-interaction/{name}")
	steps = page.locator(".client-comms-conversation .entry.step")
	expect(steps.filter(has_text="Because of an absence, the responsible staff changed")).to_have_count(1)
	expect(steps.filter(has_text="Because of an absence, action items were reassigned")).to_have_count(1)
	expect(steps.filter(has_text="Administrator")).to_have_count(0)
	shoot(page, "absence")


def test_the_conversation_says_that_work_was_taken_over_automatically(site, page, name, fiona, otto, shoot):
	from client_comms.client_interactions.changes import REASSIGNED, RELIEVED

	doc, now = site.get_doc(INTERACTION, name), site.utils.now_datetime()
	why = f"{fiona} → {otto}: user disabled"
	doc.append_event(REASSIGNED, now, why, action_key=RELIEVED)
	doc.append_event(REASSIGNED, now, f"Action items: {why}", action_key=RELIEVED)
	doc.save_by_app()
	site.db.commit()
	page.goto(f"/app/client-interaction/{name}")
	steps = page.locator(".client-comms-conversation .entry.step")
	for said in ("The responsible staff changed automatically", "Action items were reassigned automatically"):
		expect(steps.filter(has_text=said)).to_have_count(1)
		expect(steps.filter(has_text=said)).to_contain_text("Otto Zwingenberger: user disabled")
	expect(steps.filter(has_text="Administrator")).to_have_count(0)
	shoot(page, "automatically")
