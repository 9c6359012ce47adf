"""Who would be locked out is shown before a level requires training; the team's trainings by role (R-1, T-1)."""

import json

import pytest
from playwright.sync_api import expect

from client_comms import procedure

pytestmark = pytest.mark.clause("R-1", "T-1")

PASSWORD = "Regenbogen-Kahn-42"


def test_who_would_be_locked_out_is_shown_before_a_level_requires_training(site, make_user, login, shoot):
	admin = make_user("Client Communications Manager", password=PASSWORD)
	untrained = make_user("Customer Support", first_name="Petra Ungeschult")
	page = login(admin, PASSWORD)
	page.goto("/app/confidentiality-level/Sensitive")
	expect(page.get_by_text("Every view is logged.")).to_be_visible()  # the form is complete
	page.get_by_role("checkbox", name="Require Training").check()
	dialog = page.locator(".modal.show")
	expect(dialog).to_contain_text("Training Missing")
	expect(dialog).to_contain_text("Petra Ungeschult")
	shoot(page, "locked-out")
	page.keyboard.press("Escape")
	site.db.rollback()
	assert not site.db.get_value("Confidentiality Level", "Sensitive", "require_training"), "nothing is saved"
	assert untrained


def test_who_is_locked_out_is_read_although_the_level_is_saved_at_once(site, make_user, login, shoot):
	admin = make_user("Client Communications Manager", password=PASSWORD)
	make_user("Customer Support", first_name="Petra Ungeschult")
	page = login(admin, PASSWORD)
	page.goto("/app/confidentiality-level/Sensitive")
	expect(page.get_by_text("Every view is logged.")).to_be_visible()
	answered, saved = [], "**/api/method/frappe.desk.form.save.savedocs"
	page.on("response", lambda each: answered.append(each.url) if "savedocs" in each.url else None)
	# The answer of the save, with a message, comes while the dialog opens.
	said = [json.dumps({"message": "Saved with a message", "alert": 1})]

	def save(route):
		page.locator(".modal.show").first.wait_for(state="attached")
		route.fulfill(json={"docs": [], "_server_messages": json.dumps(said)})

	page.route(saved, save)
	page.get_by_role("checkbox", name="Require Training").check()
	page.keyboard.press("Control+s")
	page.wait_for_timeout(3000)
	assert answered
	dialog = page.locator(".modal.show")
	shoot(page, "locked-out-and-saved")
	expect(dialog).to_have_count(1)
	expect(dialog).to_contain_text("Petra Ungeschult")
	site.db.rollback()
	assert not site.db.get_value("Confidentiality Level", "Sensitive", "require_training"), "nothing is saved"


@pytest.mark.parametrize("role", ["Customer Support Manager", "Compliance Officer"])
def test_team_leads_filter_the_training_status_by_role(make_user, login, shoot, role):
	support, sales = "Sabine Service", "Karl Kontakt"
	make_user("Customer Support", first_name=support)
	make_user("Account Manager", first_name=sales)
	page = login(make_user(role, password=PASSWORD), PASSWORD)
	page.goto("/app/query-report/Training Status")
	table = page.locator(".dt-scrollable")
	expect(table.get_by_text(support, exact=True).first).to_be_visible()
	page.locator(".page-form [data-fieldname=role] select").select_option("Account Manager")
	expect(table.get_by_text(support, exact=True)).to_have_count(0)
	expect(table.get_by_text(sales, exact=True).first).to_be_visible()
	expect(page.locator(".modal.show")).to_have_count(0)
	shoot(page, f"status-{role.split()[0].lower()}")


@pytest.fixture
def closed(site, frontline, owed_by):
	"""A late inquiry of a user without the training that its level requires from now on; returns its name."""
	LEVEL = ("Confidentiality Level", procedure.STANDARD)
	name = owed_by(frontline, "Solar roof")
	site.db.set_value(*LEVEL, "require_training", 1)
	site.db.commit()
	yield name
	site.db.rollback()
	site.db.set_value(*LEVEL, "require_training", 0)
	site.db.delete("SOP Training Record", {"user": frontline})
	site.db.commit()


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_whose_training_is_missing_is_not_told_that_nothing_is_owed(
	site, language, frontline, closed, login, shoot
):
	site.db.set_value("User", frontline, "language", language)
	site.db.commit()
	site.clear_cache(user=frontline)
	page = login(frontline, PASSWORD)
	said = {
		"en": "Until you complete it",
		"de": "Bis Sie sie absolvieren",
		"fr": "Tant que vous ne l'avez pas suivie",
	}[language]
	nothing = {"en": "Nothing is late", "de": "Nichts ist verspätet", "fr": "Rien n'est en retard"}[language]

	page.goto("/app/client-communications")
	block = page.locator(".owed-today")
	expect(block.locator(".closes")).to_contain_text(said)
	expect(block.locator(".none")).to_have_count(0)
	shoot(page, f"workspace-{language}")

	page.goto("/app/client-interaction")
	empty = page.locator(".no-result:visible").first
	expect(empty).to_contain_text(said)
	expect(empty.locator(".btn-new-doc")).to_have_count(0)
	shoot(page, f"list-{language}")

	page.goto("/app/owed-today")
	warning = page.locator(".alert-warning", has_text=said)
	expect(warning).to_be_visible()
	expect(page.get_by_text(nothing)).to_have_count(0)
	shoot(page, f"owed-{language}")
	warning.get_by_role("button").click()
	page.locator(".take-training [type=submit]").click()
	expect(page.locator(".take-training .alert-success")).to_be_visible()

	page.goto("/app/owed-today")
	expect(page.locator(f".owed-work li[data-interaction='{closed}']")).to_be_visible()
	expect(page.get_by_text(said)).to_have_count(0)
