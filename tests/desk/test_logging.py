"""Logging what is not one's own, and handing over what one may not send (D-1, D-5, F-2)."""

import re

import pytest
from browsing import choose
from frappe.utils.background_jobs import get_queue
from playwright.sync_api import expect

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"
COMPLAINT = "Feedback/Complaint"


def run_jobs(site):
	"""Run what the server has queued for this site, as no worker does."""
	for job in get_queue("short").jobs:
		if job.kwargs["site"] == site.local.site:
			site.call(job.kwargs["method"], **job.kwargs["kwargs"])
			job.delete()
	site.db.commit()


@pytest.fixture
def agent(site, make_user, client):
	"""A user in Customer Support who is the account manager and therefore gets the complaint."""
	user = make_user("Customer Support", first_name="Ada", last_name="Vogt", password=PASSWORD)
	site.db.set_value("Customer", client.name, "account_manager", user)
	site.db.commit()
	yield user
	site.db.rollback()
	site.db.set_value("Customer", client.name, "account_manager", None)
	site.db.commit()


def logged(site, client):
	site.db.rollback()
	(name,) = site.get_all(INTERACTION, {"party": client.name}, pluck="name")
	return site.get_doc(INTERACTION, name)


def button(page, label):
	return page.locator(".page-head:visible").get_by_role("button", name=label, exact=True)


def open_dialog(page, client, script=None):
	page.goto(f"/app/customer/{client.name}")
	button(page, "Create").click()
	if script:
		page.evaluate(script)
	page.locator(".dropdown-menu.show").get_by_text("Log Interaction", exact=True).click()
	dialog = page.locator(".modal.show").first
	expect(dialog.locator("[data-fieldname=subject] input")).to_be_focused()
	choose(dialog, "communication_type", COMPLAINT)
	return dialog


def fill_in(dialog):
	choose(dialog, "channel", "Phone")
	dialog.locator("[data-fieldname=subject] input").fill("Noise at night")
	dialog.locator("[data-fieldname=summary] textarea").fill("The heat pump is loud.")


def test_a_complaint_by_phone_goes_to_eligible_staff(site, frontline, agent, login, client):
	page = login(frontline, PASSWORD)
	dialog = open_dialog(page, client)
	becomes = dialog.locator("[data-fieldname=becomes]")
	expect(becomes).to_contain_text("Sensitive")
	expect(becomes).to_contain_text("Ada Vogt becomes responsible and is notified.")
	expect(becomes).to_contain_text("After logging it, you will not be able to read it.")
	fill_in(dialog)
	page.get_by_role("button", name="Log", exact=True).click()

	alert = page.locator(".desk-alert").filter(has_text="Logged as CI-")
	expect(alert).to_contain_text("Ada Vogt is now responsible and has been notified.")
	assert alert.locator("a[href*=client-interaction]").count() == 0  # opening it would be refused
	expect(page.locator(".modal.show")).to_have_count(0)

	doc = logged(site, client)
	assert (doc.responsible_staff, doc.confidentiality_level) == (agent, "Sensitive")
	run_jobs(site)
	assert site.db.exists("Notification Log", {"for_user": agent, "document_name": doc.name})


SLOW_PROPOSAL = """() => {
	const { set_value } = frappe.ui.FieldGroup.prototype;
	let slow = true;
	frappe.ui.FieldGroup.prototype.set_value = async function (field, value) {
		if (field === "responsible_staff" && slow) {
			slow = false;
			await new Promise((done) => setTimeout(done, 2000));
		}
		return set_value.call(this, field, value);
	};
}"""


def test_a_slow_proposal_does_not_take_the_place_of_a_later_one(frontline, agent, login, client):
	"""The first type makes the user responsible; the one that they choose meanwhile, a colleague."""
	page = login(frontline, PASSWORD)
	dialog = open_dialog(page, client, SLOW_PROPOSAL)
	page.wait_for_timeout(3000)
	assert page.evaluate("() => cur_dialog.get_value('responsible_staff')") == agent
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Ada Vogt becomes responsible")


def test_text_is_not_thrown_away_by_escape(frontline, agent, login, client):
	page = login(frontline, PASSWORD)
	dialog = open_dialog(page, client)
	fill_in(dialog)
	page.keyboard.press("Escape")
	question = page.locator(".modal.show").filter(has_text="Discard what you have typed?")
	question.get_by_role("button", name="Keep Writing").click()
	expect(page.locator(".modal.show")).to_have_count(1)
	expect(dialog.locator("[data-fieldname=summary] textarea")).to_have_value("The heat pump is loud.")

	dialog.locator(".btn-modal-close").click()
	question.get_by_role("button", name="Discard").click()
	expect(page.locator(".modal.show")).to_have_count(0)


def test_without_text_escape_closes(frontline, agent, login, client):
	page = login(frontline, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	button(page, "Create").click()
	page.locator(".dropdown-menu.show").get_by_text("Log Interaction", exact=True).click()
	expect(page.locator(".modal.show [data-fieldname=subject] input")).to_be_focused()
	page.keyboard.press("Escape")
	expect(page.locator(".modal.show")).to_have_count(0)


def test_the_whole_form_hands_it_over_too(site, frontline, agent, login, client):
	page = login(frontline, PASSWORD)
	dialog = open_dialog(page, client)
	fill_in(dialog)
	dialog.get_by_role("button", name="Edit in Full").click()
	form = page.locator(".form-layout:visible")
	expect(form.locator("[data-fieldname=summary] textarea")).to_have_value("The heat pump is loud.")
	becomes = form.locator(".frappe-control[data-fieldname=responsible_staff]")
	expect(becomes).to_contain_text("you will not be able to read it")
	expect(form.locator("[data-fieldname=party] input")).to_have_value(client.name)
	button(page, "Save").click()
	expect(page.locator(".desk-alert").filter(has_text="Ada Vogt is now responsible")).to_be_visible()
	# Version 16 keeps the tab of the form behind a #.
	page.wait_for_url(re.compile("client-interaction(/view/list)?([?#].*)?$"))
	assert page.locator(".modal.show").count() == 0
	assert logged(site, client).responsible_staff == agent


@pytest.fixture
def may_not_email(site):
	"""A site on which Customer Support may not email what is Sensitive."""

	def allow(may):
		level = site.get_doc("Confidentiality Level", "Sensitive")
		next(row for row in level.clearances if row.role == "Customer Support").can_email = may
		level.save()
		site.db.commit()

	allow(0)
	yield
	site.set_user("Administrator")
	site.db.rollback()
	allow(1)


def test_a_user_without_clearance_hands_over_before_writing(
	site, agent, make_user, login, received, client, may_not_email
):
	name = received("Complaint about noise")
	site.db.set_value(INTERACTION, name, "responsible_staff", agent)
	site.db.commit()
	manager = make_user("Customer Support Manager", first_name="Maren", last_name="Sand")
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	bar = page.locator(".reply-bar")
	reply = bar.get_by_role("button", name="Reply", exact=True)
	expect(reply).to_be_disabled()
	expect(reply).to_have_attribute("title", re.compile("Maren Sand"))
	bar.get_by_role("button", name="Hand Over").click()
	dialog = page.locator(".modal.show")
	expect(dialog).to_contain_text("You cannot write to the client about this.")
	dialog.locator("[data-fieldname=to] select").select_option(manager)
	dialog.locator("[data-fieldname=note] textarea").fill("We come on Monday.")
	dialog.get_by_role("button", name="Hand Over").click()
	expect(page.locator(".desk-alert").filter(has_text="Maren Sand was asked to write")).to_be_visible()

	site.db.rollback()
	(item,) = site.get_doc(INTERACTION, name).action_items
	assert (item.assigned_to, item.description) == (manager, "We come on Monday.")


def test_a_user_without_clearance_notes_beside_the_conversation_how_the_client_was_answered(
	site, agent, login, received, may_not_email, shoot
):
	name = received("Complaint about noise")
	site.db.set_value(INTERACTION, name, "responsible_staff", agent)
	site.db.commit()
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".facts").get_by_role("button", name="Done Elsewhere").click()
	dialog = page.locator(".modal.show")
	expect(dialog).to_contain_text("The Client Was Answered Elsewhere")
	dialog.locator("[data-fieldname=through] select").select_option("Email")
	dialog.get_by_role("button", name="Confirm").click()
	expect(page.locator(".modal.show", has_text="gives you no clearance to email")).to_be_visible()
	shoot(page, "emailed-elsewhere")


def test_no_other_way_into_the_email_dialog_lets_them_write(
	site, agent, make_user, login, received, may_not_email
):
	name = received("Complaint about noise")
	site.db.set_value(INTERACTION, name, "responsible_staff", agent)
	site.db.commit()
	make_user("Customer Support Manager", first_name="Maren", last_name="Sand")
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".reply-bar").get_by_role("button", name="Reply", exact=True).wait_for()
	# Its form knows; anywhere else the dialog asks.
	page.evaluate(
		"name => { new frappe.views.CommunicationComposer({ doc: { doctype: 'Client Interaction', name } }); }",
		name,
	)
	dialog = page.locator(".modal.show")
	expect(dialog.filter(has_text="You May Not Send This")).to_be_visible()
	expect(page.locator(".modal.show [data-fieldname=content]")).to_have_count(0)
	dialog.locator(".btn-modal-close").click()
	page.locator(".form-tabs").get_by_role("tab", name="Clocks and History").click()
	page.get_by_role("button", name="New Email").click()
	expect(dialog.filter(has_text="You May Not Send This")).to_be_visible()


def test_a_user_with_clearance_replies_with_one_click(site, agent, login, received):
	name = received("Complaint about noise")
	site.db.set_value(INTERACTION, name, "responsible_staff", agent)
	site.db.commit()
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".reply-bar").get_by_role("button", name="Reply", exact=True).click()
	expect(page.locator(".reply-box [data-fieldname=content]").first).to_be_visible()


@pytest.fixture
def confidential(site, make_user, client):
	"""A confidential Issue of the client, and a user who can read it."""
	site.set_user("Administrator")
	before = site.db.get_single_value("Client Comms Settings", "govern_issues")
	site.db.set_single_value("Client Comms Settings", "govern_issues", 1)
	site.db.commit()
	site.clear_cache()
	issue = site.get_doc({"doctype": "Issue", "subject": "The roof leaks", "customer": client.name})
	issue.flags.ignore_mandatory = True
	issue.insert()
	issue.db_set("confidentiality_level", "Sensitive")
	# Without System Manager, ERPNext's form says that there is no permission for Support Settings.
	roles = ("Compliance Officer", "Customer Support Manager", "Support Team", "System Manager")
	user = make_user(*roles, password=PASSWORD)
	site.db.commit()
	yield site._dict(issue=issue.name, user=user)
	site.set_user("Administrator")
	site.db.rollback()
	for name in site.get_all(INTERACTION, {"reference_name": issue.name}, pluck="name"):
		site.delete_doc(INTERACTION, name, force=True)
	site.delete_doc("Issue", issue.name, force=True)
	site.db.set_single_value("Client Comms Settings", "govern_issues", before)
	site.db.commit()
	site.clear_cache()


def test_a_log_from_a_confidential_issue_is_as_confidential(site, confidential, login, screenshots):
	page = login(confidential.user, PASSWORD)
	page.goto(f"/app/issue/{confidential.issue}")
	button(page, "Create").click()
	page.locator(".dropdown-menu.show").get_by_text("Log Interaction", exact=True).click()
	dialog = page.locator(".modal.show").first
	choose(dialog, "communication_type", "Initial Inquiry")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Sensitive")
	fill_in(dialog)
	page.screenshot(path=screenshots / "log-from-a-confidential-issue.png")
	page.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".desk-alert").filter(has_text="Logged as CI-")).to_be_visible()
	site.db.rollback()
	about = {"reference_name": confidential.issue, "subject": "Noise at night"}
	assert site.db.get_value(INTERACTION, about, "confidentiality_level") == "Sensitive"
