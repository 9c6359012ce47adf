"""Users who keep policies and trainings choose the roles for which they are, without being System Manager (R-1)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("R-1")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.mark.parametrize("form", ["sop-policy", "sop-training"])
def test_roles_are_chosen(login, make_user, form, shoot):
	page = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	page.goto(f"/app/{form}/new")
	field = page.locator("[data-fieldname=roles]:visible")
	field.locator("input").click()
	field.locator("input").fill("Account Man")
	field.locator("[role=option]", has_text="Account Manager").first.click()
	expect(field.locator(".tb-selected-value")).to_contain_text("Account Manager")
	shoot(page, form)
	expect(page.locator(".modal.show")).to_have_count(0)
