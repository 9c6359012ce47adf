"""Restricted use of a client's data in the desk: the banner, the form that can only be read, the mark in lists (P-2)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-2")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def restricted(site, client):
	"""The client's data is restricted, until the end of the test."""
	doc = site.new_doc("Processing Restriction")
	doc.update(
		{
			"party_type": "Customer",
			"party": client.name,
			"status": "Active",
			"restricted_on": site.utils.now_datetime(),
			"restricted_by": "Administrator",
			"ground": "Accuracy Contested",
			"reason": "The address is wrong",
		}
	)
	doc.flags.by_the_app = True
	doc.insert(ignore_permissions=True)
	site.db.commit()
	yield doc.name
	site.db.delete("Processing Restriction", {"name": doc.name})
	site.db.commit()


def test_forms_and_lists_say_it_and_staff_can_ask(site, login, client, restricted, make_user):
	agent = make_user("Customer Support", "Sales User", "Sales Master Manager", password=PASSWORD)
	page = login(agent, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	banner = page.locator(".client-comms-restriction:visible")
	expect(banner).to_contain_text("GDPR Art. 18")
	expect(page.locator(".page-head:visible .primary-action", has_text="Save")).to_be_hidden()
	expect(page.locator('[data-fieldname="website"] input:visible')).to_have_count(0)
	banner.get_by_role("button", name="Ask for an Exception").click()
	dialog = page.locator(".modal.show")
	dialog.locator('[data-fieldname="reason"] textarea').fill("The court wants the letter")
	dialog.get_by_role("button", name="Ask", exact=True).click()
	expect(page.locator(".desk-alert", has_text="on its way")).to_be_visible()
	site.db.rollback()
	assert site.db.exists("Comment", {"reference_name": restricted, "comment_email": agent})

	page.goto("/app/customer")
	row = page.locator(".list-row-container", has=page.locator(f'a[data-name="{client.name}"]'))
	expect(row.locator(".client-comms-restricted")).to_have_text("Restricted")


def test_a_list_asks_nothing_more_while_no_data_is_restricted(login, make_user, written):
	"""What every page of it would ask again comes with the desk."""
	written("The roof", "When will you come?")
	page = login(make_user("Customer Support", "Client Communications Manager", password=PASSWORD), PASSWORD)
	asked = []
	page.on("request", lambda request: asked.append(request.url))
	page.goto("/app/client-interaction")
	level = page.locator(".list-row .indicator-pill", has_text="Standard").first
	expect(level).to_be_visible()
	page.wait_for_function("!frappe.request.ajax_count")
	assert not [url for url in asked if "restricted" in url or "Confidentiality" in url]
	# A restriction that begins meanwhile says so to the desk.
	page.evaluate("frappe.realtime.socket.listeners('client_comms_restricted').forEach((told) => told())")
	with page.expect_request(lambda request: "restrictions.restricted" in request.url):
		page.evaluate("client_comms.restriction.mark(cur_list)")
