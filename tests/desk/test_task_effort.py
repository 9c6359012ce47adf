"""What the tasks of each role cost in clicks and seconds, beside the same task with ERPNext's Issue (C-3, C-4, D-1, D-2, D-5).

The walks write the table of docs/effort.md to `effort.md` in the results. The number of clicks may not grow: what a task
took when it was measured is its limit. With an Issue the work is done by a user who has ERPNext's roles alone, on a
site that logs no Issues.
"""

import email
import re

import pytest
from effort import (
	ACCESS,
	ACKNOWLEDGE,
	ANSWER,
	CLOSE,
	COMPLAINT,
	CONSENT,
	EMPLOYEE,
	KNOWN,
	MATRIX,
	OWED,
	PROMISE,
	REASSIGN,
	UNKNOWN,
	UNKNOWN_COMPLAINT,
	add_user,
)
from log_dialog import log_button, opened, ready
from playwright.sync_api import expect

from client_comms.client_privacy import mailed_secrets

pytestmark = pytest.mark.clause("C-3", "C-4", "D-1", "D-2", "D-5")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"
SETTINGS = "Client Comms Settings"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", first_name="Ada", last_name="Vogt", password=PASSWORD)


@pytest.fixture
def unknown(site):
	"""A name; in the end every interaction with it goes."""
	name = f"Karl {site.generate_hash(length=8)}"
	yield name
	site.set_user("Administrator")
	site.db.rollback()
	for each in site.get_all(INTERACTION, {"party_name": ("like", f"{name}%")}, pluck="name"):
		site.delete_doc(INTERACTION, each, force=True, ignore_permissions=True)
	site.db.commit()


@pytest.fixture
def assigned(site, received):
	"""`assigned(subject, user)`: an inquiry that is that user's and whose acknowledgement is late; returns its name."""

	def make(subject, user):
		name = received(subject)
		due = site.utils.add_to_date(site.utils.now_datetime(), hours=-1)
		values = {"responsible_staff": user, "acknowledge_by": due, "next_deadline": due}
		site.db.set_value(INTERACTION, name, values)
		site.db.commit()
		return name

	return make


def conversation(page):
	return page.locator(".client-comms-conversation:visible")


def open_form(page, name):
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .facts section").first.wait_for()


def test_what_is_owed_is_two_clicks_from_its_reply(frontline, assigned, login, effort, shoot):
	assigned("Solar roof", frontline)
	page = login(frontline, PASSWORD)
	page.goto("/app/client-communications")
	everything = page.locator(".owed-today:visible").get_by_text("All", exact=True)
	everything.wait_for()
	page.wait_for_load_state("networkidle")  # the workspace is still being drawn below it
	with effort(OWED).on(page) as hand:
		hand.click(everything)
		hand.click(page.locator(".owed-work li [data-action=reply]:visible").first)
		expect(page.locator(".modal.show [data-fieldname=content]").first).to_be_visible()
	shoot(page, "owed")


# Logging


@pytest.fixture
def logging(frontline, login):
	"""A page of the frontline, anywhere in the desk."""
	page = login(frontline, PASSWORD)
	page.goto("/app/todo")
	ready(page)
	return page


def log_call(page, hand, caller, about, subject, level, name=None):
	"""Everything that is typed while someone is on the telephone."""
	hand.click(log_button(page))
	dialog = opened(page)
	hand.type(caller)
	hand.click(dialog.locator("[data-fieldname=caller] li").filter(has_text=about).first)
	if name:
		expect(dialog.locator("[data-fieldname=caller_name] input")).to_be_focused()
		hand.type(name)
		hand.click(dialog.locator("[data-fieldname=subject] input"))
	else:
		expect(dialog.locator("[data-fieldname=subject] input")).to_be_focused()
	hand.type(subject, leave=True)
	hand.type("Asks for a price.")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text(level)
	hand.click(dialog.get_by_role("button", name="Log", exact=True))
	told = page.locator(".desk-alert").filter(has_text="Logged as CI-")
	expect(told).to_be_visible()
	return told


@pytest.mark.parametrize("subject", ["Solar roof", "Complaint about noise"])
def test_a_call_by_a_known_client(site, logging, frontline, agent, client, effort, shoot, subject):
	task, level = (KNOWN, "Standard") if subject == "Solar roof" else (COMPLAINT, "Sensitive")
	with effort(task).on(logging) as hand:
		log_call(logging, hand, client.key, "Anna", subject, level)
	shoot(logging, f"known-{level}")
	site.db.rollback()
	(name,) = site.get_all(INTERACTION, {"party": client.name}, pluck="name")
	doc = site.get_doc(INTERACTION, name)
	assert (doc.channel, doc.direction, doc.confidentiality_level) == ("Phone", "Inbound", level)
	assert (doc.subject, doc.summary) == (subject, "Asks for a price.")
	assert doc.contact
	if task == KNOWN:
		assert (doc.responsible_staff, doc.communication_type) == (frontline, "Initial Inquiry")


@pytest.mark.parametrize("subject", ["Solar roof", "Complaint about noise"])
def test_a_call_by_an_unknown_caller(site, logging, agent, unknown, effort, shoot, subject):
	task, level = (UNKNOWN, "Standard") if subject == "Solar roof" else (UNKNOWN_COMPLAINT, "Sensitive")
	with effort(task).on(logging) as hand:
		log_call(logging, hand, "030 99887766", "Unknown caller", subject, level, name=unknown)
	shoot(logging, f"unknown-{level}")
	site.db.rollback()
	assert site.db.exists(INTERACTION, {"party_name": f"{unknown}, 030 99887766", "subject": subject})


# Writing


@pytest.mark.parametrize(
	("task", "send_as", "shown"),
	[
		(ACKNOWLEDGE, "acknowledgement", "Acknowledgement"),
		(PROMISE, "promise", "Promise:"),
		(ANSWER, "answer", "Full Answer"),
	],
)
def test_an_email_says_what_it_is(frontline, assigned, login, outgoing, effort, shoot, task, send_as, shown):
	page = login(frontline, PASSWORD)
	open_form(page, assigned("Solar roof", frontline))
	with effort(task).on(page) as hand:
		hand.click(conversation(page).locator(".reply-bar").get_by_role("button", name="Reply", exact=True))
		box = conversation(page).locator(".reply-box")
		expect(box.locator("[data-fieldname=content] .ql-editor[contenteditable=true]")).to_be_focused()
		hand.type("We measure the roof first.")
		if send_as != "answer":  # which is what is proposed
			hand.select(box.locator("[data-fieldname=client_comms_send_as] select"), send_as)
		hand.click(box.get_by_role("button", name="Send", exact=True))
		sent = conversation(page).locator(".entry.staff", has_text="We measure the roof first.")
		expect(sent).to_contain_text(shown)
	shoot(page, send_as)


def test_what_is_missing_is_provided_where_it_is_named(site, agent, received, removed, login, effort, shoot):
	name = received("Complaint about noise")
	category = removed("Feedback Category", f"Noise {name}")
	site.get_doc({"doctype": "Feedback Category", "category_name": category}).insert()
	known = {
		"feedback_category": category,
		"feedback_kind": "Complaint",
		"severity": "Low",
		"upheld": "Yes",
		"root_cause": "A bearing is worn.",
	}
	site.db.set_value(INTERACTION, name, {"responsible_staff": agent, **known})
	site.get_doc(INTERACTION, name).record("Answered")
	site.db.commit()
	page = login(agent, PASSWORD)
	open_form(page, name)
	shoot(page, "missing")
	needed = page.locator(".facts section:visible", has_text="Before It Is Closed")
	with effort(CLOSE).on(page) as hand:
		hand.click(needed.get_by_role("button", name="Generate"))
		hand.click(needed.get_by_role("button", name="Close", exact=True))
		expect(page.locator(".indicator-pill:visible", has_text="Closed").first).to_be_visible()
	shoot(page, "closed")
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "status") == "Closed"


# Working together


def test_a_refusal_ends_in_access(site, agent, make_user, received, login, effort, shoot):
	name = received("Complaint about noise")
	aron = make_user("Customer Support", first_name="Aron", last_name="Tal", password=PASSWORD)
	site.db.set_value(INTERACTION, name, "responsible_staff", agent)
	site.db.commit()
	cost = effort(ACCESS)
	refused, granting = login(aron, PASSWORD), login(agent, PASSWORD)
	refused.goto(f"/app/client-interaction/{name}")
	refusal = refused.locator(".client-comms-refusal:visible")
	refusal.get_by_role("button", name="Ask for Access").wait_for()
	with cost.on(refused) as hand:
		hand.click(refusal.get_by_role("button", name="Ask for Access"))
		dialog = refused.locator(".modal.show")
		expect(dialog.locator("[data-fieldname=reason] textarea")).to_be_focused()
		hand.type("I stand in for Ada.")
		hand.click(dialog.get_by_role("button", name="Ask", exact=True))
		expect(refusal).to_contain_text("You have asked for access.")
	open_form(granting, name)
	with cost.on(granting) as hand:
		hand.click(granting.get_by_role("button", name="Grant for"))
		expect(granting.locator(".facts section", has_text="Asks for Access")).to_have_count(0)
	open_form(refused, name)
	shoot(refused, "access")
	site.set_user("Administrator")
	site.db.rollback()
	site.db.delete("Interaction Access Grant", {"interaction": name})
	site.db.delete("Notification Log", {"document_name": name})
	site.db.commit()


def test_ten_are_reassigned_at_once(site, frontline, make_user, client, assigned, login, effort, shoot):
	names = [assigned(f"Solar roof {number}", frontline) for number in range(10)]
	felix = make_user("Frontline Staff", "Sales User", first_name="Felix", last_name="Ost")
	manager = make_user("Customer Support Manager", "Sales User", password=PASSWORD)
	page = login(manager, PASSWORD)
	page.goto(f"/app/client-interaction?party={client.name}")
	expect(page.locator(".list-row:visible")).to_have_count(10)
	with effort(REASSIGN).on(page) as hand:
		hand.click(page.locator(".list-check-all:visible"))
		hand.click(page.locator(".page-head:visible").get_by_role("button", name="Actions"))
		hand.click(page.locator(".dropdown-menu.show").get_by_text("Reassign", exact=True))
		dialog = page.locator(".modal.show")
		dialog.wait_for()
		page.wait_for_function("() => window.cur_dialog?.display")
		hand.search(dialog.locator("[data-fieldname=user]"), "Felix")
		hand.click(dialog.get_by_role("button", name="Confirm"))
		expect(page.locator(".desk-alert", has_text="10 interactions changed")).to_be_visible()
	shoot(page, "reassigned")
	site.db.rollback()
	assert {site.db.get_value(INTERACTION, name, "responsible_staff") for name in names} == {felix}


# Setting up


@pytest.fixture
def set_up(site):
	"""The steps of setting up the app are done. Until then, version 16 shows them above every page of those who take them."""

	def done(value):
		# Otherwise Frappe takes the row for newer than the file that is shipped.
		site.db.set_value(
			"Module Onboarding", "Client Communications", "is_complete", value, update_modified=False
		)
		site.db.commit()
		site.clear_document_cache("Module Onboarding", "Client Communications")

	done(1)
	yield
	site.db.rollback()
	done(0)


def test_a_deadline_is_changed_by_a_new_version(site, set_up, make_user, login, effort, shoot):
	author = make_user("Client Communications Manager", password=PASSWORD)
	second = make_user("Client Communications Manager", password=PASSWORD)
	in_force = site.get_last_doc("Communication Matrix", {"docstatus": 1})
	page, other = login(author, PASSWORD), login(second, PASSWORD)
	page.goto(f"/app/communication-matrix/{in_force.name}")
	page.get_by_role("button", name="New Version", exact=True).wait_for()
	cost = effort(MATRIX)
	try:
		with cost.on(page) as hand:
			hand.click(page.get_by_role("button", name="New Version", exact=True))
			days = page.get_by_label("Answer Within: Initial Inquiry")
			hand.click(days)
			page.keyboard.press("Control+A")
			hand.type("1")
			hand.click(page.locator("[data-fieldname=version_label] input:visible"))
			hand.type(f"effort {site.generate_hash(length=4)}")
			hand.click(page.locator("[data-fieldname=effective_from] input:visible"))
			calendar = page.locator(".datepicker.active")
			hand.click(calendar.locator("[data-action=next]"))
			hand.click(calendar.locator(".datepicker--cell-day:not(.-other-month-)").first)
			page.keyboard.press("Tab")
			hand.click(page.locator("[data-fieldname=change_summary] textarea:visible"))
			hand.type("One day")
			page.keyboard.press("Tab")
			hand.click(page.locator(".page-head:visible").get_by_role("button", name="Save", exact=True))
			page.wait_for_function("cur_frm.doc.name.startsWith('CM-effort')")
		name = page.evaluate("cur_frm.doc.name")
		other.goto(f"/app/communication-matrix/{name}")
		submit = other.locator(".page-head:visible").get_by_role("button", name="Submit", exact=True)
		submit.wait_for()
		with cost.on(other) as hand:
			hand.click(submit)
			hand.click(other.locator(".modal.show").get_by_role("button", name="Yes"))
			expect(other.locator(".page-head:visible .indicator-pill", has_text="Scheduled")).to_be_visible()
		shoot(other, "matrix")
		site.db.rollback()
		made = site.get_doc("Communication Matrix", name)
		rule = next(row for row in made.rules if row.communication_type == "Initial Inquiry")
		assert (made.docstatus, rule.respond_within_days) == (1, 1)
	finally:
		site.set_user("Administrator")
		site.db.rollback()
		for name in site.get_all("Communication Matrix", {"name": ("like", "CM-effort%")}, pluck="name"):
			site.db.set_value("Communication Matrix", name, "docstatus", 2)
			site.delete_doc("Communication Matrix", name, force=True)
		site.db.commit()


def test_a_new_employee_gets_the_role_profile_of_their_job(site, make_user, employee, login, effort, shoot):
	page = login(make_user("System Manager", password=PASSWORD), PASSWORD)
	page.goto("/app/user")
	page.locator(".list-row:visible").first.wait_for()
	with effort(EMPLOYEE).on(page) as hand:
		dialog = add_user(page, hand, employee)
		# A user has several profiles in version 16.
		profile = (
			".frappe-control[data-fieldname=role_profile_name], .frappe-control[data-fieldname=role_profiles]"
		)
		hand.search(dialog.locator(profile), "Customer Support")
		page.keyboard.press("Tab")  # version 16 offers more profiles
		shoot(page, "employee")
		hand.click(dialog.get_by_role("button", name="Save"))
		expect(dialog).to_have_count(0)
	site.db.rollback()
	roles = site.get_all("Has Role", {"parent": employee}, pluck="role")
	assert {"Customer Support", "Support Team", "Sales User"} <= set(roles)


# The client


def test_a_client_agrees_with_two_taps(site, client, outgoing, browser, http, effort, shoot):
	from client_comms.client_privacy import invitations

	invitations.request_consent("Customer", client.name, "Marketing")
	site.db.commit()
	consent = site.get_last_doc("Client Consent", {"party": client.name})
	queued = site.get_last_doc("Email Queue", {"reference_name": consent.name})
	link = re.search(r"/client-link\?token=[\w-]+", mailed_text(queued))[0]
	page = browser.new_context(base_url=http, viewport=PHONE).new_page()
	page.goto(link)
	with effort(CONSENT).on(page) as hand:
		hand.click(page.get_by_text("I agree", exact=True))
		hand.click(page.locator(".self-service [type=submit]"))
		expect(page.get_by_text("Thank you")).to_be_visible()
	shoot(page, "consent")
	page.context.close()
	site.db.rollback()
	assert site.db.get_value("Client Consent", consent.name, "status") == "Given"
	for doctype, field in (("Email Queue Recipient", "parent"), ("Email Queue", "name")):
		site.db.delete(doctype, {field: queued.name})
	site.db.delete("Client Access Link", {"party": client.name})
	site.db.delete("Consent Event", {"parent": consent.name})
	site.db.delete("Client Consent", {"name": consent.name})
	site.db.commit()


def mailed_text(queued):
	parts = email.message_from_string(mailed_secrets.as_sent(queued)).walk()
	return " ".join(part.get_payload(decode=True).decode() for part in parts if not part.is_multipart())
