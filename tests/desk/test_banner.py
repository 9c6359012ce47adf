"""What clients are owed, on ERPNext's forms and on the workspace; logging unlogged documents with one click
(C-3, C-4, D-1)."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-3", "C-4", "D-1")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


@pytest.fixture
def logged(site, client, make_user):
	"""`logged(subject, staff, type)`: an inquiry of the client by phone; returns its name."""

	def make(subject, staff, communication_type="Initial Inquiry", **fields):
		doc = site.get_doc(
			{
				"doctype": INTERACTION,
				"company": site.db.get_value("Company", {}),
				"party_type": "Customer",
				"party": client.name,
				"communication_type": communication_type,
				"channel": "Phone",
				"direction": "Inbound",
				"occurred_on": site.utils.now_datetime(),
				"subject": subject,
				"summary": "Anna asks.",
				"responsible_staff": staff,
				**fields,
			}
		).insert(ignore_permissions=True)
		site.db.commit()
		return doc.name

	return make


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", "Sales User", first_name="Aron", last_name="Tal", password=PASSWORD)


def banner(page):
	return page.locator(".client-comms-banner:visible")


def test_the_customer_form_says_who_owes_what_by_when_and_nothing_of_a_complaint(
	login, client, logged, frontline, agent
):
	logged("Offer for a roof", frontline)
	logged("Noise at night", agent, "Feedback/Complaint")

	page = login(frontline, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	expect(banner(page)).to_contain_text(
		f"Offer for a roof: Fiona Berg owes {client.name} an acknowledgement by"
	)
	expect(banner(page)).not_to_contain_text("Noise")
	assert banner(page).locator("> div").count() == 1
	banner(page).get_by_role("link", name="Offer for a roof").click()
	expect(page.locator(".page-head:visible .title-area")).to_contain_text("Offer for a roof")

	page = login(agent, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	expect(banner(page)).to_contain_text("Noise at night: Aron Tal owes")


def test_what_is_overdue_is_red_and_comes_first(site, login, client, logged, frontline):
	logged("New question", frontline)
	late = logged("Old question", frontline)
	past = site.utils.add_days(site.utils.now_datetime(), -3)
	site.db.set_value(INTERACTION, late, {"acknowledge_by": past, "next_deadline": past})
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	first = banner(page).locator("> div").first
	expect(first).to_contain_text("Old question: Fiona Berg has owed")
	expect(first).to_contain_text(re.compile(r"business days? late"))
	assert "red" in first.get_attribute("style")
	expect(page.locator(".form-message.red:visible")).to_be_visible()


def test_the_banner_goes_with_what_was_owed(site, login, client, logged, frontline):
	name = logged("Offer for a roof", frontline)
	page = login(frontline, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	expect(banner(page)).to_be_visible()
	site.get_doc(INTERACTION, name).record("Answered")
	site.db.commit()
	# What Frappe's server for realtime tells every reader of the DocType when a document of it changed.
	page.evaluate(
		"""name => frappe.realtime.socket.listeners("list_update").forEach(
			(listener) => listener({ doctype: "Client Interaction", name, user: "x" })
		)""",
		name,
	)
	expect(banner(page)).to_have_count(0)


def test_the_workspace_lists_what_one_owes_today(site, login, logged, frontline):
	late = logged("Old question", frontline)
	past = site.utils.add_days(site.utils.now_datetime(), -7)
	site.db.set_value(INTERACTION, late, {"acknowledge_by": past, "next_deadline": past})
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto("/app/client-communications")
	block = page.locator(".owed-today:visible")
	expect(block).to_contain_text("Old question")
	expect(block).to_contain_text(re.compile(r"\d business days late"))
	block.get_by_text("Old question").click()
	expect(page.locator(".page-head:visible .title-area")).to_contain_text("Old question")


def test_one_click_logs_what_no_one_logged(site, login, client, frontline, make_user):
	settings = site.get_doc("Client Comms Settings")
	before = settings.log_inbound_email
	settings.db_set("log_inbound_email", 0)
	site.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": client.address,
			"recipients": frontline,
			"subject": "Roof",
			"content": "Please get back to me.",
			"communication_date": site.utils.now_datetime(),
		}
	).insert(ignore_permissions=True)
	settings.db_set("log_inbound_email", before)
	site.db.commit()

	page = login(frontline, PASSWORD)
	page.goto("/app/query-report/Unlogged Interactions")
	row = page.locator(".dt-row:visible", has_text=client.name)
	expect(row).to_have_count(1)
	row.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".alert-message:visible")).to_contain_text("Logged as CI-")
	expect(row).to_have_count(0)
	site.db.rollback()
	assert site.db.count(INTERACTION, {"party": client.name}) == 1
