"""The communication matrix as one grid: edited in a draft, read in a version in force, telling of types without a rule (M-1, T-4)."""

import uuid

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("M-1", "T-4")

PASSWORD = "Regenbogen-Kahn-42"
MATRIX = "Communication Matrix"


@pytest.fixture
def manager(make_user):
	return make_user("Client Communications Manager", password=PASSWORD)


@pytest.fixture
def unknown_type(site):
	"""A communication type for which no version has a rule."""
	name = f"Site Visit {uuid.uuid4().hex[:6]}"
	site.get_doc({"doctype": "Communication Type", "type_name": name, "expects_reply": 1}).insert()
	site.db.commit()
	yield name
	site.set_user("Administrator")
	site.db.rollback()
	for parent in site.get_all("Communication Matrix Rule", {"communication_type": name}, pluck="parent"):
		site.delete_doc(MATRIX, parent, force=True)
	site.delete_doc("Communication Type", name, force=True)
	site.db.commit()


def fits(page):
	return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_new_version_is_written_in_the_grid(site, login, manager, unknown_type, shoot):
	page = login(manager, PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 900})
	in_force = site.get_last_doc(MATRIX, {"docstatus": 1})
	page.goto(f"/app/communication-matrix/{in_force.name}")
	grid = page.locator(".client-comms-matrix:visible")
	row = grid.locator("tr[data-type='Feedback/Complaint']")
	expect(row).to_contain_text("Sensitive")
	expect(row).to_contain_text("Escalation Report")
	expect(grid.locator("select, input")).to_have_count(0)
	expect(grid.locator(f"tr[data-type='{unknown_type}']")).to_contain_text("Nothing can be logged")
	assert fits(page)
	shoot(page, "in-force")

	page.get_by_role("button", name="New Version", exact=True).click()
	expect(row.locator("select").first).to_have_value("Sensitive")
	empty = page.evaluate(
		"['version_label', 'effective_from', 'approved_by', 'approved_on', 'next_review_on', 'change_summary'].filter((f) => cur_frm.doc[f])"
	)
	assert empty == []

	grid.get_by_label("Confidentiality Level: Initial Inquiry").select_option("Confidential")
	days = grid.get_by_label("Acknowledge Within: Initial Inquiry")
	days.fill("0.5")
	page.keyboard.press("Tab")
	expect(grid.get_by_label("Answer Within: Initial Inquiry")).to_be_focused()
	grid.get_by_label("Add a document: Initial Inquiry").select_option(label="Meeting Notes")
	grid.get_by_label("Remove Escalation Report").click()
	added = grid.locator(f"tr[data-type='{unknown_type}']")
	added.get_by_role("button", name="Add Rule").press("Enter")
	expect(added.locator("select").first).to_be_focused()
	expect(added.locator("select").first).to_have_value("Sensitive")
	added.get_by_label("Add a responsible party").select_option(label="Assigned Staff")
	assert fits(page)
	shoot(page, "draft")

	page.locator("[data-fieldname=version_label] input:visible").fill(f"grid {unknown_type[-6:]}")
	page.keyboard.press("Tab")
	page.evaluate("cur_frm.set_value('effective_from', '2100-01-01 00:00:00')")
	page.wait_for_function("cur_frm.doc.version_label && cur_frm.doc.effective_from")
	page.get_by_role("button", name="Save", exact=True).click()
	page.wait_for_function("cur_frm.doc.name.startsWith('CM-grid')")
	page.wait_for_load_state("networkidle")
	said = page.locator(".form-message:visible", has_text="someone else must submit")
	expect(said).to_have_count(1)  # although Frappe refreshes the form twice
	expect(page.locator(".form-message:visible", has_text="Submit this document")).to_have_count(0)

	site.db.rollback()
	draft = site.get_doc(MATRIX, page.evaluate("cur_frm.doc.name"))
	rules = {rule.communication_type: rule for rule in draft.rules}
	assert rules["Initial Inquiry"].confidentiality_level == "Confidential"
	assert rules["Initial Inquiry"].acknowledge_within_days == 0.5
	assert rules[unknown_type].confidentiality_level == "Sensitive"
	documents = {(row.communication_type, row.documentation_method) for row in draft.documentation}
	assert ("Initial Inquiry", "Meeting Notes") in documents
	assert ("Feedback/Complaint", "Escalation Report") not in documents
	assert [(p.party, p.role) for p in draft.parties if p.communication_type == unknown_type] == [
		("Assigned Staff", None)
	]
	assert len(draft.parties) == len(in_force.parties) + 1


def test_the_keyboard_alone_adds_and_removes(site, login, manager, shoot):
	page = login(manager, PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 900})
	in_force = site.get_last_doc(MATRIX, {"docstatus": 1})
	page.goto(f"/app/communication-matrix/{in_force.name}")
	page.get_by_role("button", name="New Version", exact=True).press("Enter")
	parties = "cur_frm.doc.parties.filter((row) => row.communication_type === 'Initial Inquiry').map((row) => row.role || row.party)"
	before = page.evaluate(parties)

	adder = page.locator(".client-comms-matrix:visible").get_by_label(
		"Add a responsible party: Initial Inquiry"
	)
	adder.press("ArrowDown")
	adder.press("ArrowDown")
	adder.press("c")
	page.wait_for_timeout(300)
	assert page.evaluate(parties) == before
	adder.press("Enter")
	added = page.evaluate(parties)[-1]
	assert [*before, added] == page.evaluate(parties)
	assert added.startswith("C")
	expect(adder).to_be_focused()

	adder.press("ArrowDown")
	page.keyboard.press("Tab")
	assert page.evaluate(parties) == [*before, added, "Assigned Staff"]
	expect(adder).to_be_focused()
	page.keyboard.press("Tab")
	expect(page.get_by_label("Remove CRM Log").first).to_be_focused()
	assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
	shoot(page, "keyboard")

	page.get_by_label("Remove Assigned Staff").first.press("Enter")
	expect(adder).to_be_focused()
	assert page.evaluate(parties) == [*before, added]
