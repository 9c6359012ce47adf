"""The pages for administrators and auditors: who can access what, and what a user can really see (D-5, P-2, R-3)."""

import re
import uuid

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-5", "P-2", "R-3")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"
OFFICER, MANAGER = "Compliance Officer", "Client Communications Manager"


@pytest.fixture
def officer(make_user):
	return make_user(OFFICER, password=PASSWORD)


@pytest.fixture
def manager(make_user):
	return make_user(MANAGER, password=PASSWORD)


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", first_name="Anouk", last_name="A" * 60)


@pytest.fixture
def complaint(site, agent):
	"""An interaction about a complaint that the agent is responsible for; returns its name and its subject."""
	doc = site.get_doc(
		{
			"doctype": INTERACTION,
			"company": site.db.get_value("Company", {}),
			"communication_type": "Feedback/Complaint",
			"channel": "Phone",
			"direction": "Outbound",
			"occurred_on": site.utils.add_days(site.utils.now_datetime(), -1),
			"subject": f"Hidden {uuid.uuid4().hex}",
			"summary": "Hidden words",
			"responsible_staff": agent,
		}
	)
	doc.flags.from_intake = True
	doc.insert(ignore_permissions=True)
	site.db.commit()
	yield doc.name, doc.subject
	site.set_user("Administrator")
	site.db.rollback()
	site.delete_doc(INTERACTION, doc.name, force=True, ignore_permissions=True)
	site.db.commit()


def button(page, label):
	return page.locator(".page-head:visible").get_by_role("button", name=label, exact=True)


def fill_link(page, fieldname, value):
	field = page.locator(f"[data-fieldname={fieldname}]:visible")
	field.locator("input").fill(value)
	field.locator("[role=option]").filter(has_text=value).first.click()


def test_who_can_see_a_record_is_asked_from_its_form(officer, agent, login, complaint):
	name, _subject = complaint
	page = login(officer, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	button(page, "Privacy").click()
	page.locator(".dropdown-menu.show .dropdown-item", has_text="Who Can See This?").click()

	row = page.locator(f"tr[data-user='{agent}']")
	expect(row).to_contain_text("Takes part")
	expect(row).to_contain_text("is the responsible staff of the record")
	expect(page.locator(f"tr[data-user='{officer}']")).to_contain_text("Oversight")


def test_who_reads_no_record_is_told_names_and_rules_only(manager, agent, login, complaint):
	name, subject = complaint
	page = login(manager, PASSWORD)
	page.goto("/app/access-explorer/record")
	page.locator("[data-fieldname=name]:visible input").fill(name)
	page.keyboard.press("Tab")
	expect(page.locator(f"tr[data-user='{agent}']")).to_contain_text("Takes part")

	row = page.locator(f"tr[data-user='{manager}']")
	expect(row).to_contain_text("No clearance")
	row.get_by_text("Why not?").click()
	expect(row).to_contain_text("has no role that the level")
	assert subject not in page.content()

	page.locator("[data-search]").fill("oversight")
	expect(row).to_be_hidden()


def test_what_a_user_reaches(site, officer, agent, login, complaint):
	page = login(officer, PASSWORD)
	page.goto("/app/access-explorer")
	expect(page.locator(".access-explorer")).to_contain_text("Choose a user")
	fill_link(page, "user", agent)
	cell = page.locator("[data-grid] td[data-level=Sensitive][data-type='Feedback/Complaint']")
	existing = site.db.count(INTERACTION, {"communication_type": "Feedback/Complaint"})
	expect(cell).to_contain_text(f"1 of {existing}")
	expect(cell).to_contain_text("Takes part")
	expect(cell.locator("[data-action=write]")).to_have_attribute("title", f"Write: 1 of {existing}")
	expect(cell.locator("[data-action=export]")).to_have_attribute("title", "Export: not allowed")


def test_what_a_role_would_open_and_what_a_clearance_would_close(manager, agent, login, complaint):
	page = login(manager, PASSWORD)
	page.goto("/app/access-explorer/what-if")
	change = page.locator("[data-fieldname=change]:visible select")
	compare = page.get_by_role("button", name="Compare")
	compare.click()
	expect(page.locator(".modal.show")).to_contain_text("Choose: Apply to All Interactions")
	page.locator(".modal.show .btn-modal-close").click()
	expect(page.locator(".modal.show")).to_have_count(0)

	change.select_option("role")
	fill_link(page, "user", agent)
	fill_link(page, "role", "Compliance Officer")
	compare.click()
	expect(page.locator(".access-explorer .result:visible")).to_contain_text("users: 1")

	change.select_option("clearance")
	fill_link(page, "level", "Sensitive")
	fill_link(page, "role", "Customer Support")
	read = page.locator("input[data-fieldname=can_read]")
	expect(read).to_be_checked()  # what the role has now
	read.uncheck()
	compare.click()
	row = page.locator(f"tr[data-user='{agent}']")
	expect(row).to_contain_text("Feedback/Complaint")
	expect(row).to_contain_text("−1")


def test_a_leak_check_is_started_followed_and_read(site, officer, agent, login):
	from client_comms.leak_check import job, run
	from client_comms.leak_check.surfaces import SURFACES

	page = login(officer, PASSWORD)
	page.goto("/app/leak-check")
	expect(page.locator(".leak-check")).to_contain_text("creates a record with a secret word")
	fill_link(page, "role", "Customer Support")
	fill_link(page, "user", agent)
	page.locator("input[data-fieldname=inside]").check()
	button(page, "Start").click()
	expect(page.locator("[data-progress]")).to_contain_text("Waiting for a background worker")
	expect(page.locator(".page-head:visible")).to_contain_text("Leak Check")

	# What a worker does.
	site.db.rollback()
	name = site.db.get_value(job.RUN, {"started_by": officer})
	queued = site.utils.background_jobs.get_job(job.job_id(name))
	try:
		with pytest.MonkeyPatch.context() as patch:
			check = run.check
			patch.setattr(run, "check", lambda *a, **k: check(*a, **k, surfaces=SURFACES[:3]))
			job.work(**queued.kwargs["kwargs"])

		expect(page.locator("[data-surfaces] tbody tr[data-open]")).to_have_count(3)
		expect(page.locator(".leak-check")).to_contain_text("Everything that should be closed is closed.")
		page.locator("[data-open-only]").check()
		expect(page.locator("[data-surfaces]")).to_contain_text("No surface is open.")
		with page.expect_download() as download:
			page.locator("[data-download]").click()
		assert download.value.suggested_filename.startswith(f"leak-check {agent}")
	finally:
		queued.delete()
		site.set_user("Administrator")
		site.db.rollback()
		site.db.delete(job.RUN, {"started_by": officer})
		site.db.commit()


@pytest.mark.parametrize("address", ["access-explorer", "leak-check"])
def test_the_pages_are_closed_to_others(address, make_user, login):
	page = login(make_user("Customer Support Manager", password=PASSWORD), PASSWORD)
	page.goto(f"/app/{address}")
	expect(page.locator("body")).to_contain_text("permitted")
	assert page.locator(".access-explorer, .leak-check").count() == 0


def test_health_leads_to_the_first_leak_check(officer, login, shoot):
	"""Nothing has been checked on this site: its tests remove the checks that they made."""
	page = login(officer, PASSWORD)
	page.goto("/app/client-comms-health")
	line = page.locator("[data-key=leak_check]")
	expect(line).to_contain_text("Not Checked")
	expect(line).to_contain_text("choose a user")
	shoot(page, "health")
	line.get_by_role("button", name="Open Leak Check").click()
	expect(page.locator(".leak-check")).to_contain_text("No check has run yet")


def test_health_says_who_can_do_what_its_reader_cannot(manager, officer, login, shoot):
	page = login(manager, PASSWORD)
	page.goto("/app/client-comms-health")
	line = page.locator("[data-key=leak_check]")
	expect(line).to_contain_text(
		"Leak Check can be opened by users with one of these roles: Compliance Officer"
	)
	expect(line.get_by_role("button")).to_have_count(0)
	shoot(page, "health-manager")


def test_a_red_line_of_health_opens_what_it_is_about(make_user, login):
	page = login(make_user("System Manager", "Client Communications Manager", password=PASSWORD), PASSWORD)
	page.goto("/app/client-comms-health")
	scheduler = page.locator("[data-key=scheduler]")
	expect(scheduler).to_contain_text("Does Not Work")  # it is paused on this site
	scheduler.get_by_role("button", name="Open Scheduler").click()
	expect(page).to_have_url(re.compile("/scheduled-job-type"))


def test_what_is_disabled_stands_above_the_page_and_leaves_its_width(manager, login, shoot):
	page = login(manager, PASSWORD)
	page.goto("/app/client-communications")
	expect(page.locator(".layout-main-section:visible").first).to_be_visible()
	page.evaluate(
		"""() => {
			frappe.boot.client_comms_takeovers = [["Another app replaces a control.", "Remove that app."]];
			$(document).trigger("app_ready");
		}"""
	)
	banner = page.locator(".client-comms-takeovers")
	expect(banner).to_contain_text("Remove that app.")
	shoot(page, "takeovers")
	told, below = banner.bounding_box(), page.locator(".layout-main-section:visible").first.bounding_box()
	assert told["y"] + told["height"] <= below["y"]
	assert below["x"] < told["x"] + told["width"]
