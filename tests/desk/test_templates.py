"""A text is approved by a click, and then offered where emails are written (D-3, C-1)."""

import uuid

import pytest
from browsing import choose
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-3", "C-1")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def template(site):
	"""A draft; it goes in the end, with its text."""
	name = f"Offer {uuid.uuid4().hex[:8]}"
	site.get_doc(
		{
			"doctype": "Email Template",
			"subject": "Re: {{ subject }}",
			"response": "<p>Dear {{ party_name }}</p>",
		}
	).insert(set_name=name)
	site.get_doc(
		{
			"doctype": "Communication Template",
			"template_name": name,
			"email_template": name,
			"language": "en",
			"highest_level": "Standard",
		}
	).insert()
	site.db.commit()
	yield name
	site.set_user("Administrator")
	site.db.rollback()
	site.delete_doc("Communication Template", name, force=True)
	site.delete_doc("Email Template", name, force=True)
	for log in site.get_all("Version", {"docname": name}, pluck="name"):
		site.delete_doc("Version", log, force=True)
	site.db.commit()


@pytest.fixture
def interaction(site):
	"""An inquiry by an unknown sender; it is deleted at the end."""
	doc = site.get_doc(
		{
			"doctype": "Client Interaction",
			"company": site.db.get_value("Company", {}),
			"communication_type": "Initial Inquiry",
			"channel": "Email",
			"direction": "Inbound",
			"occurred_on": site.utils.add_days(site.utils.now_datetime(), -1),
			"party_name": "Anna Client",
			"subject": "Solar roof",
			"summary": "Please send an offer.",
		}
	)
	doc.flags.from_intake = True
	doc.append_event("Logged", site.utils.now_datetime())
	doc.insert()
	site.db.commit()
	yield doc.name
	site.set_user("Administrator")
	site.db.rollback()
	site.delete_doc(doc.doctype, doc.name, force=True)
	site.db.commit()


def test_from_a_text_it_is_one_click_to_its_approval(site, removed, login, make_user):
	name = removed("Email Template", f"Offer {uuid.uuid4().hex[:8]}")
	site.get_doc({"doctype": "Email Template", "subject": "Offer", "response": "<p>Soon.</p>"}).insert(
		set_name=name
	)
	site.db.commit()
	author = login(make_user("System Manager", "Client Communications Manager", password=PASSWORD), PASSWORD)
	author.goto(f"/app/email-template/{name}")
	author.get_by_role("button", name="Have It Approved for Clients").click()
	form = author.locator(".form-page:visible")
	expect(form.locator("[data-fieldname=email_template] input")).to_have_value(name)
	removed("Communication Template", name)
	choose(form, "language", "en")
	choose(form, "highest_level", "Standard")
	author.get_by_role("button", name="Save", exact=True).click()
	expect(author.get_by_text("The current text is not approved")).to_be_visible()
	author.goto(f"/app/email-template/{name}")
	author.get_by_role("button", name="Communication Template", exact=True).click()
	author.wait_for_url("**/communication-template/**")


def test_what_the_dialog_says_of_the_texts_is_true_without_approvals_too(site, interaction, login, make_user):
	site.db.set_single_value("Client Comms Settings", "offer_approved_templates_only", 0)
	site.clear_document_cache("Client Comms Settings")
	site.db.commit()
	try:
		staff = login(make_user("Frontline Staff", password=PASSWORD), PASSWORD)
		staff.goto(f"/app/client-interaction/{interaction}")
		staff.locator(".reply-bar").get_by_role("button", name="Reply", exact=True).click()
		staff.locator(".reply-box [data-fieldname=email_template] input").click()
		expect(staff.get_by_text("whether approved for clients or not")).to_be_visible()
		expect(staff.get_by_text("Once texts are approved")).to_have_count(0)
	finally:
		site.db.set_single_value("Client Comms Settings", "offer_approved_templates_only", 1)
		site.clear_document_cache("Client Comms Settings")
		site.db.commit()


def test_an_approved_text_is_offered_in_the_email_dialog(template, interaction, login, make_user):
	approver = login(make_user("Compliance Officer", password=PASSWORD), PASSWORD)
	approver.goto(f"/app/communication-template/{template}")
	approver.get_by_role("button", name="Approve").click()
	approver.locator(".modal.show .btn-primary").click()
	expect(approver.get_by_text("Version 1 is approved.")).to_be_visible()

	staff = login(make_user("Frontline Staff", password=PASSWORD), PASSWORD)
	staff.goto(f"/app/client-interaction/{interaction}")
	staff.locator(".reply-bar").get_by_role("button", name="Reply", exact=True).click()
	dialog = staff.locator(".reply-box")
	field = dialog.locator("[data-fieldname=email_template] input")
	field.click()
	field.press_sequentially(template[:9])
	dialog.get_by_role("option").filter(has_text=template).click()
	dialog.get_by_role("button", name="Add Template").click()
	expect(dialog.locator(".ql-editor[contenteditable=true]")).to_contain_text("Dear Anna Client")
