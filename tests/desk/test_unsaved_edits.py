"""What was entered in a form is stored before one of its actions loads it again (F-2)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("F-2")

PASSWORD = "Regenbogen-Kahn-42"
ENTERED = "As it was entered before the action."


@pytest.fixture
def officer(make_user):
	return make_user("Compliance Officer", "Client Communications Manager", password=PASSWORD)


@pytest.fixture
def hold(site, client, removed):
	values = {"hold_on": "Client", "party_type": "Customer", "party": client.name, "reason": "A dispute."}
	doc = site.get_doc({"doctype": "Legal Hold", **values}).insert()
	return removed(doc.doctype, doc.name)


@pytest.fixture
def request_of_client(site, client, removed):
	values = {"right": "Rectification", "party_type": "Customer", "party": client.name}
	doc = site.get_doc({"doctype": "Data Subject Request", **values}).insert()
	return removed(doc.doctype, doc.name)


@pytest.fixture
def paper(site, client, removed):
	place = site.get_doc(
		{"doctype": "Physical Location", "location_name": f"Cabinet {client.key}", "location_type": "Cabinet"}
	).insert()
	doc = site.get_doc(
		{
			"doctype": "Physical File",
			"title": "Contract",
			"location": place.name,
			"custodian": "Administrator",
			"confidentiality_level": "Standard",
		}
	).insert()
	removed(doc.doctype, doc.name)
	removed(place.doctype, place.name)
	return doc.name


def enter(page, fieldname):
	box = page.locator(f".form-page:visible [data-fieldname={fieldname}] :is(textarea, input):visible").first
	box.fill(ENTERED)
	expect(page.locator(".page-head:visible .indicator-pill", has_text="Not Saved")).to_be_visible()


def act(page, label, reason):
	page.locator(".page-head:visible").get_by_role("button", name=label, exact=True).first.click()
	dialog = page.locator(".modal.show")
	dialog.locator("textarea").first.fill(reason)
	dialog.locator(".btn-primary:visible").click()
	expect(dialog).to_have_count(0)


def test_a_hold_is_released_with_its_reason_as_entered(site, hold, officer, login):
	page = login(officer, PASSWORD)
	page.goto(f"/app/legal-hold/{hold}")
	enter(page, "reason")
	act(page, "Release", "It ended.")
	expect(page.locator(".page-head:visible .indicator-pill", has_text="Released")).to_be_visible()
	site.db.rollback()
	fields = ["status", "reason", "release_reason"]
	assert site.db.get_value("Legal Hold", hold, fields) == ("Released", ENTERED, "It ended.")


def test_a_file_is_destroyed_with_its_description_as_entered(site, paper, make_user, login):
	page = login(make_user("Customer Support Manager", password=PASSWORD), PASSWORD)
	page.goto(f"/app/physical-file/{paper}")
	enter(page, "description")
	act(page, "Record Destruction", "Shredded.")
	expect(page.locator("[data-fieldname=movements]:visible").get_by_text("Shredded.")).to_be_visible()
	site.db.rollback()
	fields = ["state", "description"]
	assert site.db.get_value("Physical File", paper, fields) == ("Destroyed", ENTERED)


def test_an_identity_is_confirmed_with_the_details_as_entered(site, request_of_client, officer, login):
	page = login(officer, PASSWORD)
	page.goto(f"/app/data-subject-request/{request_of_client}")
	enter(page, "details")
	page.locator(".page-head:visible").get_by_role("button", name="Identity Is Confirmed").click()
	refusal = page.locator(".modal.show")
	expect(refusal).to_contain_text("Choose Verify Identity on the request")  # a button of this form
	site.db.rollback()
	assert site.db.get_value("Data Subject Request", request_of_client, "details") == ENTERED
