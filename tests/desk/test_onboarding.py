"""The steps of setting up the app stand in the workspace of those who configure it, until they are done."""

import pytest
from playwright.sync_api import expect

from client_comms import compat

PASSWORD = "Regenbogen-Kahn-42"
ONBOARDING = "Client Communications"


@pytest.fixture
def begun(site):
	"""Nothing is done yet, and onboardings are on."""
	steps = site.get_all("Onboarding Step Map", {"parent": ONBOARDING}, pluck="step", order_by="idx asc")
	before = site.db.get_single_value("System Settings", "enable_onboarding")

	def set_to(done, enabled):
		# Otherwise Frappe takes the rows for newer than the files that are shipped.
		kept = {"update_modified": False}
		values = {"is_complete": done, "is_skipped": 0}
		site.db.set_value("Onboarding Step", {"name": ("in", steps)}, values, **kept)
		site.db.set_value("Module Onboarding", ONBOARDING, "is_complete", done, **kept)
		site.db.set_single_value("System Settings", "enable_onboarding", enabled)
		site.db.commit()
		site.clear_cache()

	set_to(0, 1)
	yield steps
	site.db.rollback()
	set_to(0, before)


def take(page, label):
	"""Do what a step asks for, and wait until it is noted as done."""
	with page.expect_response("**/*update_onboarding_step*"):
		if compat.is_version_16():
			page.locator(".onb-step-left").filter(has_text=label).click()
		else:
			page.locator(".onboarding-step").filter(has_text=label).click()
			page.get_by_role("button", name=label).click()


def test_a_manager_sets_the_app_up_step_by_step(site, begun, login, make_user, shoot):
	page = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	page.goto("/app/client-communications")
	if compat.is_version_16():
		steps = page.locator(".onb-steps .step-title")
	else:
		steps = page.locator(".onboarding-step")
	expect(steps).to_have_count(10)
	shoot(page, "steps")
	take(page, "Check the communication matrix")
	page.wait_for_url("**/communication-matrix*")
	site.db.rollback()
	assert site.db.get_value("Onboarding Step", "Client Communications Matrix", "is_complete")


def test_the_steps_are_still_there_after_the_mailboxes(begun, login, make_user):
	page = login(
		make_user("Client Communications Manager", "System Manager", password=PASSWORD),
		PASSWORD,
	)
	page.goto("/app/client-communications")
	steps = page.locator(".onb-steps .step-title, .onboarding-step")
	expect(steps).to_have_count(10)
	take(page, "Connect the mailboxes")
	page.wait_for_url("**/email-account*")
	expect(page.locator(".page-head:visible")).to_contain_text("Email Account")
	page.go_back()
	page.wait_for_url("**/*ommunications*")
	expect(steps).to_have_count(10)
	done = page.locator(".is_complete, .onboarding-step.complete").filter(has_text="Connect the mailboxes")
	expect(done).to_have_count(1)


@pytest.mark.skipif(not compat.is_version_16(), reason="version 15 shows it beside the steps")
@pytest.mark.parametrize(
	("label", "address", "says"),
	[
		("Connect the mailboxes", "email-account", "Enable incoming email"),
		("Check the business hours", "response-calendar", "Deadlines count in these hours"),
	],
)
def test_what_a_step_says_stands_beside_its_page(begun, login, make_user, shoot, label, address, says):
	page = login(make_user("Client Communications Manager", "System Manager", password=PASSWORD), PASSWORD)
	page.goto("/app/client-communications")
	steps = page.locator(".onb-steps .step-title")
	expect(steps).to_have_count(10)
	take(page, label)
	page.wait_for_url(f"**/{address}*")
	hint = page.locator(".client-comms-step")
	expect(hint).to_contain_text(says)
	shoot(page, f"says-{address}")
	hint.get_by_role("button", name="All Steps").click()
	expect(steps).to_have_count(10)
	expect(hint).to_have_count(0)
	page.locator(".onb-step-left").filter(has_text=label).click()  # done; Frappe would do nothing
	page.wait_for_url(f"**/{address}*")
	hint.get_by_role("button", name="Close").click()
	expect(hint).to_have_count(0)


def test_the_settings_stay_open_after_the_message_about_the_step(begun, login, make_user):
	page = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	page.goto("/app/client-communications")
	expect(page.locator(".onb-steps .step-title, .onboarding-step")).to_have_count(10)
	take(page, "Name your own email domains")
	page.wait_for_url("**/client-comms-settings*")
	expect(page.locator("[data-fieldname=own_email_domains] textarea")).to_be_visible()
	if not compat.is_version_16():  # version 15 says what to do next
		page.locator(".modal.show").get_by_role("button", name="Continue").click()
		expect(page.locator(".modal-backdrop")).to_have_count(0)
	page.evaluate("() => frappe.msgprint('Something else')")
	page.locator(".modal.show").get_by_text("Something else").wait_for()
	page.locator(".modal.show .btn-modal-close").click()
	expect(page.locator(".modal.show")).to_have_count(0)
	page.wait_for_load_state("networkidle")
	assert "/client-comms-settings" in page.url


def test_a_mail_server_that_does_not_answer_is_one_message(begun, login, make_user, shoot):
	page = login(make_user("System Manager", password=PASSWORD), PASSWORD)
	page.goto("/app/email-account/new")
	page.wait_for_function("() => window.cur_frm?.doctype === 'Email Account' && cur_frm.doc")
	page.wait_for_load_state("networkidle")
	values = {
		"email_account_name": "Nowhere",
		"email_id": "nowhere@own.example",
		"enable_incoming": 1,
		"email_server": "nowhere.invalid",
		"password": "Regenbogen",
	}
	page.evaluate("(values) => cur_frm.set_value(values)", values)
	page.locator(".page-head:visible .primary-action:visible").click()
	told = page.locator(".modal.show")
	expect(told).to_contain_text("The mail server nowhere.invalid cannot be reached")
	page.wait_for_load_state("networkidle")
	expect(told).to_have_count(1)
	expect(told).not_to_contain_text("Invalid Mail Server")
	shoot(page, "mail-server")


def test_staff_do_not_see_it(begun, login, make_user):
	page = login(make_user("Frontline Staff", "Sales User", password=PASSWORD), PASSWORD)
	asked = []
	page.on("request", lambda request: asked.append(request.url))
	page.goto("/app/client-communications")
	expect(page.get_by_text("Your Shortcuts").first).to_be_visible()
	page.wait_for_load_state("networkidle")
	expect(page.get_by_text("Set Up Client Communications")).to_have_count(0)
	assert [url for url in asked if "get_onboarding_data" in url] == []


@pytest.mark.skipif(not compat.is_version_16(), reason="version 15 shows them on the workspace")
def test_the_steps_do_not_lie_over_a_dialog(begun, login, make_user, shoot):
	page = login(
		make_user("Client Communications Manager", "Frontline Staff", "System Manager", password=PASSWORD),
		PASSWORD,
	)
	page.set_viewport_size({"width": 390, "height": 844})
	page.goto("/app/client-communications")
	page.locator(".onb-panel").wait_for()
	page.keyboard.press("Control+Shift+L")
	log = page.locator(".modal.show").get_by_role("button", name="Log", exact=True)
	expect(log).to_be_visible()
	page.wait_for_function("() => window.cur_dialog?.display")
	shoot(page, "below-dialog")
	assert log.evaluate(
		"""each => {
			const { left, top, width, height } = each.getBoundingClientRect();
			return each.contains(document.elementFromPoint(left + width / 2, top + height / 2));
		}"""
	)


@pytest.mark.skipif(not compat.is_version_16(), reason="version 15 shows them on the workspace")
def test_the_steps_stay_in_their_panel_on_a_phone(begun, login, make_user, shoot):
	page = login(make_user("Client Communications Manager", "System Manager", password=PASSWORD), PASSWORD)
	page.set_viewport_size({"width": 375, "height": 800})
	page.goto("/app/client-communications")
	panel = page.locator(".onb-panel")
	panel.wait_for()
	shoot(page, "steps-on-a-phone")
	assert not panel.evaluate(
		"""panel => {
			const { left, width, bottom } = panel.getBoundingClientRect();
			const below = [2, 8, 14, 20].map((by) => document.elementFromPoint(left + width / 3, bottom + by));
			return below.some((each) => panel.contains(each));
		}"""
	)
