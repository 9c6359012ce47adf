"""A matrix version is simulated and compared in the desk before it acts (M-1, T-4)."""

import json
import re

import pytest
from browsing import shut
from playwright.sync_api import expect

from client_comms import clock
from client_comms.communication_governance import matrix
from client_comms.policy_changes import exchange

pytestmark = pytest.mark.clause("M-1", "T-4")

PASSWORD = "Regenbogen-Kahn-42"
MATRIX = "Communication Matrix"
DISABLED = re.compile(r"\bdisabled\b")


@pytest.fixture
def manager(make_user):
	return make_user("Client Communications Manager", password=PASSWORD)


@pytest.fixture
def draft(site):
	"""A draft in which a Service Update is no longer confidential."""
	doc = site.copy_doc(site.get_last_doc(MATRIX, {"docstatus": 1}))
	doc.update(
		{"docstatus": 0, "version_label": "Laxer", "effective_from": "2100-01-01", "approved_by": None}
	)
	next(
		row for row in doc.rules if row.communication_type == "Service Update"
	).confidentiality_level = "Standard"
	doc.insert(ignore_permissions=True)
	site.db.commit()
	yield doc.name
	site.set_user("Administrator")
	site.db.rollback()
	site.db.delete("Policy Change Run", {"reference_name": doc.name})
	site.delete_doc(MATRIX, doc.name, force=True, ignore_permissions=True)
	site.db.commit()


def test_a_draft_is_simulated_from_its_form(login, manager, draft, shoot):
	page = login(manager, PASSWORD)
	page.goto(f"/app/communication-matrix/{draft}")
	page.get_by_role("button", name="Simulate", exact=True).click()
	simulation = page.locator(".client-comms-simulation")
	expect(simulation.locator("[data-fieldname=matrix] input")).to_have_value(draft)
	simulation.get_by_role("button", name="Simulate", exact=True).click()
	expect(simulation.locator("[data-new-access='1']")).to_contain_text("Service Update")
	expect(simulation.get_by_role("heading", name="Interactions by Level")).to_be_visible()
	expect(simulation.get_by_role("heading", name="Deadlines in Hindsight")).to_be_visible()
	shoot(page, "simulate-change")


def test_who_started_a_run_stands_there_by_name(login, manager, make_user, draft, site):
	"""Also a colleague whom Frappe has not shown to this user yet."""
	colleague = make_user("Compliance Officer", first_name="Cora", last_name="Lind")
	site.get_doc(
		{
			"doctype": "Policy Change Run",
			"kind": "Simulation",
			"status": "Finished",
			"reference_doctype": MATRIX,
			"reference_name": draft,
			"started_by": colleague,
			"started_on": clock.now(),
		}
	).save_by_app()
	site.db.commit()
	page = login(manager, PASSWORD)
	page.goto("/app/simulate-change")
	recent = page.locator(".client-comms-simulation .recent")
	expect(recent).to_contain_text("Cora Lind")
	expect(recent).not_to_contain_text(colleague)


@pytest.fixture
def label(site):
	"""The label of a version that a test brings into force; in the end the one before is in force again."""
	label = f"Stricter {site.generate_hash(length=6)}"
	yield label
	site.set_user("Administrator")
	site.db.rollback()
	for name in site.get_all(MATRIX, {"version_label": label}, pluck="name"):
		site.db.delete("Policy Change Run", {"reference_name": name})
		site.db.set_value(MATRIX, name, "docstatus", 2)
		site.delete_doc(MATRIX, name, force=True, ignore_permissions=True)
	site.db.commit()


def test_a_version_is_written_simulated_and_brought_into_force(site, login, manager, make_user, label, shoot):
	page = login(manager, PASSWORD)
	page.goto(f"/app/communication-matrix/{site.get_last_doc(MATRIX, {'docstatus': 1}).name}")
	page.get_by_role("button", name="New Version", exact=True).click()
	grid = page.locator(".client-comms-matrix:visible")
	grid.get_by_label("Confidentiality Level: Initial Inquiry").select_option("Confidential")
	page.locator("[data-fieldname=version_label] input:visible").fill(label)
	page.keyboard.press("Tab")
	begins = str(site.utils.add_to_date(site.utils.now_datetime(), minutes=-1))
	page.evaluate("(begins) => cur_frm.set_value('effective_from', begins)", begins)
	page.locator("[data-fieldname=change_summary] textarea:visible").fill("Inquiries are confidential")
	page.keyboard.press("Tab")
	page.get_by_role("button", name="Save", exact=True).click()
	page.wait_for_function("cur_frm.doc.name.startsWith('CM-Stricter')")
	name = page.evaluate("cur_frm.doc.name")
	warning = page.locator(".modal.show", has_text="Responsible Role Without Access")
	shut(warning)
	expect(warning).to_have_count(0)

	page.get_by_role("button", name="Simulate", exact=True).click()
	simulation = page.locator(".client-comms-simulation")
	expect(simulation.locator("[data-fieldname=matrix] input")).to_have_value(name)
	simulation.get_by_role("button", name="Simulate", exact=True).click()
	expect(simulation.get_by_role("heading", name="Interactions by Level")).to_be_visible()

	# Who wrote it does not submit it.
	second = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	second.goto(f"/app/communication-matrix/{name}")
	second.get_by_role("button", name="Submit", exact=True).click()
	second.locator(".modal.show").get_by_role("button", name="Yes").click()
	expect(second.locator(".page-head:visible .indicator-pill", has_text="Submitted")).to_be_visible()
	expect(second.locator(".client-comms-matrix:visible select")).to_have_count(0)
	shoot(second, "in-force")
	site.db.rollback()
	assert matrix.in_force(None, clock.now()) == name


def test_versions_are_compared_in_the_form(login, manager, draft, shoot):
	page = login(manager, PASSWORD)
	page.goto(f"/app/communication-matrix/{draft}")
	page.get_by_role("button", name="Compare", exact=True).click()
	dialog = page.get_by_role("dialog")
	field = dialog.locator("[data-fieldname=other]:visible")
	expect(field.locator("input")).to_be_focused()  # else the dialog takes what is typed before it is there
	field.locator("input").fill("CM-1.0")
	field.locator("[role=option]").filter(has_text="CM-1.0").first.click()
	expect(dialog.locator("table")).to_contain_text("Confidential")
	shoot(page, "compare-versions")


def test_the_import_says_what_the_file_leaves_out(login, manager, site, shoot):
	"""A file of an earlier version of the app, or one with another site's words, leaves a part of the policy as it is."""
	policy = json.loads(json.dumps(exchange.export()))
	settings = policy["documents"]["Client Comms Settings"]["Client Comms Settings"]
	del settings["verification_mode"], policy["documents"]["Review Programme"]
	words = policy["documents"]["Complaint Word"]
	word = next(iter(words))
	del words[word]
	page = login(manager, PASSWORD)
	page.goto("/app/simulate-change")
	page.get_by_role("button", name="Menu", exact=True).click()
	page.locator(".dropdown-menu.show").get_by_text("Import Policy", exact=True).click()
	dialog = page.get_by_role("dialog")
	dialog.locator("input[type=file]").set_input_files(
		{"name": "policy.json", "mimeType": "application/json", "buffer": json.dumps(policy).encode()}
	)
	left_out = dialog.locator(".alert", has_text="The file says nothing about these")
	expect(left_out).to_contain_text("Verify Client Data Before Entry")
	expect(left_out).to_contain_text("Review Programme")
	expect(dialog.locator(".alert", has_text="Only this site has these")).to_contain_text(word)
	shoot(page, "import-policy")


def test_only_a_file_whose_preview_is_shown_can_be_imported(login, manager, site):
	policy = json.loads(json.dumps(exchange.export()))
	settings = policy["documents"]["Client Comms Settings"]["Client Comms Settings"]

	def choose(days):
		settings["unlogged_days"] = days
		dialog.locator("input[type=file]").set_input_files(
			{"name": "policy.json", "mimeType": "application/json", "buffer": json.dumps(policy).encode()}
		)

	page = login(manager, PASSWORD)
	page.goto("/app/simulate-change")
	page.get_by_role("button", name="Menu", exact=True).click()
	page.locator(".dropdown-menu.show").get_by_text("Import Policy", exact=True).click()
	dialog, held = page.get_by_role("dialog"), []
	changes, button = dialog.locator("[data-fieldname=changes]"), dialog.locator(".btn-modal-primary")
	page.route("**/api/method/client_comms.api.preview_policy", lambda route: held.append(route))
	choose(101)
	page.wait_for_timeout(500)
	choose(102)
	page.wait_for_timeout(500)
	held[0].continue_()
	page.wait_for_timeout(1500)
	expect(changes).to_have_text("")
	expect(button).to_have_class(DISABLED)
	held[1].continue_()
	expect(changes).to_contain_text("102")
	expect(button).not_to_have_class(DISABLED)
	choose(103)
	page.wait_for_timeout(500)
	held[2].abort()
	page.wait_for_timeout(500)
	expect(changes).to_have_text("")
	expect(button).to_have_class(DISABLED)


def test_what_failed_is_tried_again_on_the_page(login, manager, site):
	run = site.get_doc(
		{
			"doctype": "Policy Change Run",
			"kind": "Reclassification",
			"reference_doctype": MATRIX,
			"reference_name": matrix.in_force_everywhere(clock.now())[0],
			"status": "Finished",
			"open_only": 1,
			"started_by": manager,
			"started_on": clock.now(),
			"finished_on": clock.now(),
			"total": 1,
			"done": 1,
			"failed": 1,
			"failed_names": '["CI-of-no-one"]',
		}
	)
	run.set_new_name()
	run.db_insert()
	site.db.commit()
	try:
		page = login(manager, PASSWORD)
		page.goto(f"/app/simulate-change/{run.name}")
		shown = page.locator(".client-comms-simulation .run")
		expect(shown).to_contain_text("Interactions that could not be changed")
		with page.expect_response("**/client_comms.api.retry_policy_change") as answer:
			shown.get_by_role("button", name="Try Again").click()
		assert answer.value.ok
		expect(shown).not_to_contain_text("Interactions that could not be changed")
		site.db.rollback()
		assert site.db.get_value("Policy Change Run", run.name, "failed") == 0
	finally:
		site.db.rollback()
		site.db.delete("Policy Change Run", {"name": run.name})
		site.db.commit()
