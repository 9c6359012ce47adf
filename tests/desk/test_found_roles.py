"""Roles that the site had before are confirmed in the settings (D-5)."""

import pytest
from playwright.sync_api import expect

from client_comms import procedure
from client_comms.communication_governance import found_roles

pytestmark = pytest.mark.clause("D-5")

PASSWORD = "Regenbogen-Kahn-42"
ROLE = procedure.ACCOUNT_MANAGER


@pytest.fixture
def waiting(site, make_user):
	make_user(ROLE)
	before = found_roles._stored()
	found_roles.hold_back([ROLE], [])
	site.db.commit()
	yield
	found_roles._store(before)
	site.db.commit()


def test_the_settings_name_them_until_they_are_confirmed(waiting, make_user, login, shoot):
	page = login(make_user(procedure.COMMUNICATIONS_MANAGER, password=PASSWORD), PASSWORD)
	page.goto("/app/client-comms-settings")
	expect(page.locator(".form-message:visible")).to_contain_text(ROLE)
	page.get_by_role("button", name="Roles From Before").click()
	dialog = page.get_by_role("dialog")
	expect(dialog).to_contain_text("Confidential")
	shoot(page, "roles-from-before")
	dialog.get_by_role("button", name="Leave Without Clearance").click()
	expect(dialog).to_be_hidden()
	expect(page.locator(".form-message:visible")).to_have_count(0)
	expect(page.get_by_role("button", name="Roles From Before")).to_have_count(0)
	page.wait_for_load_state("networkidle")
