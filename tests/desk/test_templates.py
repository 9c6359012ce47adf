"""A text is approved by a click, and then offered where emails are written (D-3, C-1)."""

import uuid

import pytest
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
