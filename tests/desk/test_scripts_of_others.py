"""What a client with a login, or a colleague, can store runs in no other browser (D-5, P-2)."""

import json
import uuid

import pytest
import requests

pytestmark = pytest.mark.clause("D-5", "P-2")

PASSWORD = "Regenbogen-Kahn-42"
RUN = "window.top.ran=1"
IMAGES = (
	f"/files/x\"'></span><img src=x onerror='{RUN}'>",
	f"/files/x' onanimationstart='{RUN}' class='avatar-frame' style='animation: spin 1s; x: (",
)


@pytest.fixture
def reader(make_user):
	return make_user("Frontline Staff", "Support Team", "Sales User", password=PASSWORD)


@pytest.fixture
def page(login, reader):
	return login(reader, PASSWORD)


@pytest.fixture
def asks(site, http, make_user):
	"""`asks(user, "post", "/api/resource/Note", {…})`: what the site answers."""

	def ask(user, verb, address, values):
		doc = site.get_doc("User", user)
		if not doc.api_key:
			doc.update({"api_key": uuid.uuid4().hex, "api_secret": PASSWORD}).save(ignore_permissions=True)
			site.db.commit()
		token = {"Authorization": f"token {doc.api_key}:{PASSWORD}"}
		answer = requests.request(verb, f"{http}{address}", json=values, headers=token, timeout=60)
		site.db.rollback()
		return answer

	return ask


def ran(page):
	page.wait_for_timeout(1500)
	return page.evaluate("window.ran || 0")


@pytest.mark.parametrize("image", IMAGES)
def test_the_picture_of_a_client(site, page, make_user, asks, removed, image):
	portal = make_user("Customer", user_type="Website User", password=PASSWORD)
	asks(portal, "put", f"/api/resource/User/{portal}", {"user_image": image}).raise_for_status()
	issue = site.get_doc({"doctype": "Issue", "subject": "Roof", "raised_by": portal, "owner": portal})
	issue.insert(ignore_permissions=True)
	issue.db_set("owner", portal)
	issue.add_comment("Comment", "The roof").db_set("owner", portal)
	site.db.commit()
	removed("Issue", issue.name)
	page.goto(f"/app/issue/{issue.name}")
	page.get_by_text("The roof").first.wait_for()
	assert not ran(page)


def test_a_block_of_a_colleague(site, page, reader, make_user, asks, removed):
	author = make_user("Projects User")
	name = f"Block {uuid.uuid4().hex[:6]}"
	values = {"name": name, "html": "<p>Our news</p>", "script": RUN, "private": 0}
	asks(author, "post", "/api/resource/Custom HTML Block", values).raise_for_status()
	removed("Custom HTML Block", name)
	page.goto(f"/app/custom-html-block/{name}")
	page.locator(".page-head:visible").first.wait_for()
	assert not ran(page)


def test_a_report_of_a_colleague(site, page, make_user, asks, removed):
	author, name = make_user("Support Team"), f"Report {uuid.uuid4().hex[:6]}"
	issue = site.get_doc({"doctype": "Issue", "subject": "Roof"}).insert(ignore_permissions=True)
	issue.db_set("first_response_time", 60)
	site.db.commit()
	removed("Issue", issue.name)
	label = f"Answered<img src=x onerror={RUN}>"
	day = site.utils.nowdate()
	values = {
		"reference_report": "First Response Time for Issues",
		"report_name": name,
		"columns": json.dumps([{"label": label, "fieldname": "creation_date", "fieldtype": "Date"}]),
		"filters": json.dumps({"from_date": day, "to_date": site.utils.add_days(day, 1)}),
	}
	asks(author, "post", "/api/method/frappe.desk.query_report.save_report", values).raise_for_status()
	removed("Report", name)
	page.goto(f"/app/query-report/{name}")
	page.locator(".dt-cell--header:visible", has_text="Answered").first.wait_for()
	assert not ran(page)


def test_the_name_of_a_file_in_an_email(site, page, removed):
	"""Which senders from outside choose; Frappe writes it beside the message as it is."""
	issue = site.get_doc({"doctype": "Issue", "subject": "Roof"}).insert(ignore_permissions=True)
	message = site.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Other",
			"subject": "Roof",
			"content": "The roof",
			"sender": "ann@outside.example",
			"sent_or_received": "Received",
			"reference_doctype": "Issue",
			"reference_name": issue.name,
			"has_attachment": 1,
		}
	).insert(ignore_permissions=True)
	name = f"<img src=x onerror={RUN}>.txt"
	file = site.get_doc(
		{
			"doctype": "File",
			"file_name": name,
			"content": "x",
			"is_private": 1,
			"attached_to_doctype": "Communication",
			"attached_to_name": message.name,
		}
	).insert(ignore_permissions=True)
	site.db.commit()
	for doc in (issue, message, file):
		removed(doc.doctype, doc.name)
	page.goto(f"/app/issue/{issue.name}")
	page.get_by_text("The roof").first.wait_for()
	assert not ran(page)
