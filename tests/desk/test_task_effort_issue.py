"""The tasks of test_task_effort with ERPNext's Issue: by users who have ERPNext's roles alone, on a site that logs no Issues."""

import re

import pytest
from effort import (
	ACCESS,
	ANSWER,
	COMPLAINT,
	EMPLOYEE,
	KNOWN,
	MATRIX,
	OWED,
	REASSIGN,
	UNKNOWN,
	UNKNOWN_COMPLAINT,
	add_user,
)
from playwright.sync_api import expect

from client_comms import compat

PASSWORD = "Regenbogen-Kahn-42"
SETTINGS = "Client Comms Settings"


@pytest.fixture
def plain(site):
	"""The app logs no Issues and governs none."""
	fields = ("log_issues", "govern_issues")
	before = {field: site.db.get_single_value(SETTINGS, field) for field in fields}
	site.get_doc(SETTINGS).update(dict.fromkeys(fields, 0)).save()
	site.db.commit()
	yield
	site.set_user("Administrator")
	site.db.rollback()
	site.get_doc(SETTINGS).update(before).save()
	site.db.commit()


@pytest.fixture
def supporter(plain, make_user):
	return make_user("Support Team", "Sales User", first_name="Sara", last_name="Lund", password=PASSWORD)


@pytest.fixture
def issue(site, plain, client):
	"""`issue(subject, user)`: an Issue of the client that is assigned to that user; returns its name. All go in the end."""

	def make(subject, user=None):
		doc = site.get_doc(
			{
				"doctype": "Issue",
				"subject": f"{subject} {client.key}",
				"raised_by": client.address,
				"customer": client.name,
			}
		).insert(ignore_permissions=True)
		if user:
			todo = {"reference_type": "Issue", "reference_name": doc.name, "description": subject}
			site.get_doc({"doctype": "ToDo", "allocated_to": user, **todo}).insert(ignore_permissions=True)
		site.db.commit()
		return doc.name

	yield make
	site.set_user("Administrator")
	site.db.rollback()
	for name in site.get_all("Issue", {"customer": client.name}, pluck="name"):
		site.delete_doc("Issue", name, force=True, ignore_permissions=True)
	for name in site.get_all("Issue", {"subject": ("like", f"%{client.key}")}, pluck="name"):
		site.delete_doc("Issue", name, force=True, ignore_permissions=True)
	site.db.commit()


@pytest.fixture
def erpnext(login):
	"""`erpnext(user, address)`: a page where ERPNext says nothing of Support Settings, which it would to users who cannot read them."""

	def open_page(user, address):
		page = login(user, PASSWORD)
		page.route(re.compile(r"Support(\+|%20)Settings"), lambda route: route.fulfill(json={}))
		page.goto(address)
		page.locator(".page-head:visible, .modal.show").first.wait_for()
		return page

	return open_page


def test_what_is_owed_is_searched_for_among_issues(issue, supporter, erpnext, beside, shoot):
	issue("Solar roof", supporter)
	issue("Heat pump")
	page = erpnext(supporter, "/app/support")
	if compat.is_version_16():
		shortcut = page.locator(".body-sidebar-container").get_by_text("Issue", exact=True).first
	else:
		shortcut = page.locator(".shortcut-widget-box:visible", has_text="Issue").first
	shortcut.wait_for()
	with beside(OWED).on(page) as hand:
		hand.click(shortcut)
		if compat.is_version_16():
			hand.click(page.locator(".list-row:visible .list-assignments .filterable").first)
		else:
			hand.click(page.locator(".list-sidebar:visible").get_by_text("Assigned To"))
			hand.click(
				page.locator(".group-by-item:visible, .dropdown-menu.show a").filter(has_text="Me").first
			)
		expect(page.locator(".list-row:visible")).to_have_count(1)
		hand.click(page.locator(".list-row:visible .list-subject a").first)
		hand.click(page.get_by_role("button", name="New Email"))
		expect(page.locator(".modal.show [data-fieldname=content]").first).to_be_visible()
	shoot(page, "issue-owed")


def new_issue(page, hand, subject):
	"""From anywhere in the desk to the whole form."""
	hand.click(page.locator("#navbar-search:visible, #navbar-modal-search:visible").first)
	expect(page.locator(".awesomplete input:focus")).to_be_visible()
	hand.type("New Issue")
	hand.click(page.locator(".awesomplete li:visible", has_text="New Issue").first)
	dialog = page.locator(".modal.show")
	expect(dialog.locator("[data-fieldname=subject] input")).to_be_focused()
	hand.type(subject)
	hand.click(dialog.get_by_role("button", name="Edit Full Form"))
	page.locator("[data-fieldname=description] .ql-editor:visible").first.wait_for()


def describe(page, hand, text):
	hand.click(page.locator("[data-fieldname=description] .ql-editor:visible").first)
	hand.type(text)


def save_issue(page, hand):
	hand.click(page.locator(".page-head:visible").get_by_role("button", name="Save", exact=True))
	page.wait_for_function("() => cur_frm?.doc?.name.startsWith('ISS-')")


def assign_to(page, hand, name):
	"""In the dialog of Frappe that assigns."""
	dialog = page.locator(".modal.show")
	field = dialog.locator(".frappe-control[data-fieldname=assign_to]")
	field.wait_for()
	page.wait_for_function("() => window.cur_dialog?.display")
	hand.search(field, name)
	hand.click(dialog.get_by_role("button", name="Add"))
	expect(page.locator(".modal.show")).to_have_count(0)


@pytest.mark.parametrize(("task", "subject"), [(KNOWN, "Solar roof"), (COMPLAINT, "Noise")])
def test_an_issue_of_a_known_client(
	issue, supporter, make_user, client, erpnext, beside, shoot, task, subject
):
	make_user("Support Team", first_name="Sven", last_name="Holm")
	page = erpnext(supporter, "/app/todo")
	with beside(task).on(page) as hand:
		new_issue(page, hand, f"{subject} {client.key}")
		hand.search(page.locator("[data-fieldname=customer]:visible"), client.key, "Meyer")
		if task == COMPLAINT:
			hand.search(page.locator("[data-fieldname=issue_type]:visible"), "Complaint")
		describe(page, hand, "Asks for a price.")
		save_issue(page, hand)
		if task == COMPLAINT:
			hand.click(
				page.locator(
					".form-assignments:visible button, .form-assignments:visible .add-assignment-btn"
				).first
			)
			assign_to(page, hand, "Sven")
	shoot(page, f"issue-{subject}")


@pytest.mark.parametrize(("task", "subject"), [(UNKNOWN, "Solar roof"), (UNKNOWN_COMPLAINT, "Noise")])
def test_an_issue_of_an_unknown_caller(
	issue, supporter, make_user, client, erpnext, beside, shoot, task, subject
):
	make_user("Support Team", first_name="Sven", last_name="Holm")
	page = erpnext(supporter, "/app/todo")
	with beside(task).on(page) as hand:
		new_issue(page, hand, f"{subject} {client.key}")
		if task == UNKNOWN_COMPLAINT:
			hand.search(page.locator("[data-fieldname=issue_type]:visible"), "Complaint")
		describe(page, hand, "Karl, 030 99887766, asks for a price.")
		save_issue(page, hand)
		if task == UNKNOWN_COMPLAINT:
			hand.click(
				page.locator(
					".form-assignments:visible button, .form-assignments:visible .add-assignment-btn"
				).first
			)
			assign_to(page, hand, "Sven")


def test_an_issue_is_answered_by_email(issue, supporter, outgoing, erpnext, beside, shoot):
	page = erpnext(supporter, f"/app/issue/{issue('Solar roof', supporter)}")
	button = page.get_by_role("button", name="New Email")
	button.wait_for()
	with beside(ANSWER).on(page) as hand:
		hand.click(button)
		dialog = page.locator(".modal.show")
		editor = dialog.locator("[data-fieldname=content] .ql-editor[contenteditable=true]")
		editor.wait_for()
		page.wait_for_function("() => window.cur_dialog?.display")
		hand.click(editor)
		hand.type("We measure the roof first.")
		hand.click(dialog.get_by_role("button", name="Send", exact=True))
		expect(page.locator(".timeline-item", has_text="We measure the roof first.").first).to_be_visible()
	shoot(page, "issue-answer")


def test_an_issue_is_shared_with_who_is_refused(issue, supporter, make_user, erpnext, beside, shoot):
	name = issue("Solar roof", supporter)
	aron = make_user("Sales User", first_name="Aron", last_name="Tal", password=PASSWORD)
	refused = erpnext(aron, f"/app/issue/{name}")
	shoot(refused, "issue-refused")
	page = erpnext(supporter, f"/app/issue/{name}")
	with beside(ACCESS).on(page) as hand:
		hand.click(page.locator(".form-shared:visible .share-doc-btn"))
		dialog = page.locator(".modal.show")
		field = dialog.locator(".input-wrapper-add-share")
		field.locator("input").wait_for()
		page.wait_for_function("() => window.cur_dialog?.display")
		hand.search(field, "Aron")
		hand.click(dialog.locator(".add-share-read"))
		hand.click(dialog.get_by_role("button", name="Add"))
		expect(dialog.locator(f".shared-user[data-user='{aron}']")).to_be_visible()
	shoot(page, "issue-access")


def test_ten_issues_are_reassigned(site, issue, supporter, make_user, client, erpnext, beside, shoot):
	names = [issue(f"Solar roof {number}", supporter) for number in range(10)]
	sven = make_user("Support Team", first_name="Sven", last_name="Holm")
	page = erpnext(supporter, f"/app/issue?customer={client.name}")
	expect(page.locator(".list-row:visible")).to_have_count(10)
	actions = page.locator(".page-head:visible").get_by_role("button", name="Actions")
	with beside(REASSIGN).on(page) as hand:
		hand.click(page.locator(".list-check-all:visible"))
		hand.click(actions)
		hand.click(page.locator(".dropdown-menu.show").get_by_text("Clear Assignment", exact=True))
		hand.click(page.locator(".modal.show").get_by_role("button", name="Yes"))
		expect(page.locator(".modal.show")).to_have_count(0)
		expect(actions).to_be_hidden()
		hand.click(page.locator(".list-check-all:visible"))
		hand.click(actions)
		hand.click(page.locator(".dropdown-menu.show").get_by_text("Assign To", exact=True))
		assign_to(page, hand, "Sven")
	shoot(page, "issue-reassigned")
	site.db.rollback()
	about = {"reference_name": ("in", names), "status": "Open"}
	assert set(site.get_all("ToDo", about, pluck="allocated_to")) == {sven}


@pytest.fixture
def agreement(site, plain):
	"""A Service Level Agreement of Issues; it goes in the end."""
	before = site.db.get_single_value("Support Settings", "track_service_level_agreement")
	site.db.set_single_value("Support Settings", "track_service_level_agreement", 1)
	key = site.generate_hash(length=6)
	holidays = site.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": f"Effort {key}",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
		}
	).insert()
	doc = site.get_doc(
		{
			"doctype": "Service Level Agreement",
			"service_level": f"Effort {key}",
			"document_type": "Issue",
			"entity_type": "Customer",
			"default_service_level_agreement": 1,
			"holiday_list": holidays.name,
			"default_priority": "Medium",
			"priorities": [
				{
					"priority": "Medium",
					"default_priority": 1,
					"response_time": 28800,
					"resolution_time": 57600,
				}
			],
			"support_and_resolution": [
				{"workday": "Monday", "start_time": "09:00:00", "end_time": "17:00:00"}
			],
			"sla_fulfilled_on": [{"status": "Closed"}],
		}
	).insert()
	site.db.commit()
	yield doc.name
	site.set_user("Administrator")
	site.db.rollback()
	site.delete_doc(doc.doctype, doc.name, force=True)
	site.delete_doc("Holiday List", holidays.name, force=True)
	site.db.set_single_value("Support Settings", "track_service_level_agreement", before)
	site.db.commit()


def test_a_deadline_of_issues_is_changed(site, agreement, make_user, erpnext, beside, shoot):
	page = erpnext(
		make_user("System Manager", password=PASSWORD), f"/app/service-level-agreement/{agreement}"
	)
	row = page.locator("[data-fieldname=priorities] .grid-row[data-idx='1']")
	row.wait_for()
	with beside(MATRIX).on(page) as hand:
		hand.click(row.locator(".btn-open-row"))  # a duration cannot be typed into the grid itself
		duration = page.locator(".form-in-grid:visible input[data-fieldname=response_time]")
		duration.wait_for()
		page.wait_for_timeout(600)  # a row that is opening takes the focus away again
		hand.click(duration)
		hours = page.locator(".form-in-grid .duration-picker:visible [data-duration=hours]")
		hand.click(hours)
		page.keyboard.press("Control+A")
		hand.type("4", leave=True)
		hand.click(page.locator(".form-in-grid:visible .grid-collapse-row"))
		hand.click(page.locator(".page-head:visible").get_by_role("button", name="Save", exact=True))
		page.wait_for_function("() => !cur_frm.is_dirty()")
	shoot(page, "issue-agreement")
	site.db.rollback()
	(priority,) = site.get_doc("Service Level Agreement", agreement).priorities
	assert priority.response_time == 4 * 3600


def test_a_new_employee_of_erpnext(site, make_user, employee, erpnext, plain, beside, shoot):
	page = erpnext(make_user("System Manager", password=PASSWORD), "/app/user")
	page.locator(".list-row:visible").first.wait_for()
	with beside(EMPLOYEE).on(page) as hand:
		dialog = add_user(page, hand, employee)
		hand.click(dialog.get_by_role("button", name="Edit Full Form"))
		hand.click(page.locator(".page-head:visible").get_by_role("button", name="Save", exact=True))
		page.wait_for_function("(name) => cur_frm?.doc?.name === name", arg=employee)
		told = page.locator(".modal.show", has_text="Welcome email sent")
		hand.click(told.locator(".btn-modal-close"))
		expect(told).to_have_count(0)
		hand.click(page.get_by_role("tab", name="Roles & Permissions"))
		for role in ("Support Team", "Sales User"):
			hand.click(page.locator(f".checkbox input[data-unit='{role}']:visible"))
		hand.click(page.locator(".page-head:visible").get_by_role("button", name="Save", exact=True))
		page.wait_for_function("() => !cur_frm.is_dirty()")
	shoot(page, "issue-employee")
	site.db.rollback()
	assert {"Support Team", "Sales User"} <= set(site.get_all("Has Role", {"parent": employee}, pluck="role"))
