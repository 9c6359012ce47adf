"""A click on Save right after typing saves, in every form: Frappe draws the label again as the field is left (M-1)."""

import uuid

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("M-1")

PASSWORD = "Regenbogen-Kahn-42"
MATRIX = "Communication Matrix"


def click_save(page, field, text):
	"""Type into a field of the form, and press on the label of Save before Frappe has noticed what was typed."""
	page.wait_for_load_state("networkidle")
	box = page.locator(".page-head:visible .primary-action:visible", has_text="Save").bounding_box()
	page.locator(f"[data-fieldname={field}] :is(input, textarea):visible").click()
	page.keyboard.type(text)
	page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
	page.mouse.down()
	page.mouse.up()


def test_a_new_version_of_the_matrix_is_saved(site, login, make_user, removed):
	page = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	in_force = site.get_last_doc(MATRIX, {"docstatus": 1})
	page.goto(f"/app/communication-matrix/{in_force.name}")
	page.get_by_role("button", name="New Version", exact=True).click()
	row = page.locator(".client-comms-matrix:visible tr[data-type='Feedback/Complaint']")
	expect(row.locator("select").first).to_have_value("Sensitive")
	label = f"click {uuid.uuid4().hex[:6]}"
	page.locator("[data-fieldname=version_label] input:visible").fill(label)
	page.evaluate("cur_frm.set_value('effective_from', '2100-01-01 00:00:00')")
	click_save(page, "change_summary", "What it changes")
	page.wait_for_function("cur_frm.doc.name.startsWith('CM-click')", timeout=10_000)
	name = removed(MATRIX, page.evaluate("cur_frm.doc.name"))
	site.db.rollback()
	assert site.db.get_value(MATRIX, name, "change_summary") == "What it changes"


def test_so_is_a_form_of_frappe(site, login, make_user, removed):
	page = login(make_user("System Manager", password=PASSWORD), PASSWORD)
	page.goto("/app/note/new")
	title = f"click {uuid.uuid4().hex[:6]}"
	click_save(page, "title", title)
	page.wait_for_function("!cur_frm.doc.__islocal", timeout=10_000)
	removed("Note", page.evaluate("cur_frm.doc.name"))
