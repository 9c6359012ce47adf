"""Who would be locked out is shown before a level requires training; the team's trainings by role (R-1, T-1)."""

import pytest
from playwright.sync_api import expect

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
