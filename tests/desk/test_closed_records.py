"""Forms of records that are closed, in which nothing can be changed any more (P-2, P-3, F-3)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-2", "P-3", "F-3")
PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def opened(site, make_user, login):
	"""`opened(doctype, name)`: the form, for a Compliance Officer who supervises; returns the page."""
	page = None

	def open_form(doctype, name, user=None):
		nonlocal page
		site.db.commit()
		page = page or login(
			user or make_user("Compliance Officer", "Customer Support Manager", password=PASSWORD), PASSWORD
		)
		page.goto(f"/app/{doctype.lower().replace(' ', '-')}/{name}")
		page.wait_for_function(
			"([doctype, name]) => window.cur_frm?.doctype === doctype && cur_frm.docname === name && cur_frm.doc",
			arg=[doctype, name],
		)
		page.wait_for_load_state("networkidle")
		return page

	return open_form


def save_of(page):
	return page.locator(".page-head:visible .primary-action:visible", has_text="Save")


def field(page, fieldname):
	return page.locator(f".layout-main:visible [data-fieldname={fieldname}]").locator(
		"input:visible, textarea:visible, select:visible, .ql-editor[contenteditable=true]:visible"
	)


def is_closed(page):
	expect(save_of(page)).to_have_count(0)
	expect(page.locator(".layout-main:visible .grid-add-row:visible")).to_have_count(0)
	assert page.evaluate("() => cur_frm.save_disabled")


def test_a_request_of_a_client_that_is_answered(site, client, opened, removed, make_user, shoot):
	request = site.get_doc(
		{
			"doctype": "Data Subject Request",
			"right": "Rectification",
			"party_type": "Customer",
			"party": client.name,
			"received_on": site.utils.now_datetime(),
			"details": "Hafenweg 12",
		}
	).insert()
	removed(request.doctype, request.name)
	page = opened(request.doctype, request.name)
	expect(save_of(page)).to_be_visible()
	expect(field(page, "details")).to_be_visible()
	officer = make_user("Compliance Officer", first_name="Otto", last_name="Zwingenberger")
	closed = {"status": "Answered", "answer": "Done.", "answered_by": officer, "answered_on": "2026-11-23"}
	site.db.set_value(request.doctype, request.name, closed)
	page = opened(request.doctype, request.name)
	page.reload()
	expect(page.locator(".layout-main:visible [data-fieldname=answer]")).to_contain_text("Done.")
	by = page.locator(".layout-main:visible [data-fieldname=answered_by] .control-value")
	expect(by).to_have_text("Otto Zwingenberger")
	is_closed(page)
	expect(field(page, "details")).to_have_count(0)
	shoot(page, "request")


def test_a_feedback_review_that_is_signed_off(site, opened, removed, make_user, shoot):
	"""Its actions can still be marked as done, as long as one is open."""
	from client_comms.client_interactions import feedback

	review = feedback.make(site.utils.getdate("2020-10-01"), site.utils.getdate("2020-10-31"))
	removed(review.doctype, review.name)
	owner = make_user("Customer Support Manager")
	review.findings = "Fewer complaints"
	review.append("actions", {"description": "Go on", "assigned_to": owner, "due_on": "2030-01-01"})
	review.save_by_app()
	site.db.set_value(review.doctype, review.name, {"status": "Signed Off", "signed_off_by": owner})
	page = opened(review.doctype, review.name)
	expect(field(page, "findings")).to_have_count(0)
	expect(page.locator("[data-fieldname=actions] .grid-add-row:visible")).to_have_count(0)
	row = page.locator("[data-fieldname=actions] .grid-body .grid-row").first
	row.locator("[data-fieldname=status]").click()
	row.locator("[data-fieldname=status] select").select_option("Done")
	for fixed in ("description", "assigned_to", "due_on"):
		for entry in row.locator(f"[data-fieldname={fixed}] :is(input, textarea):visible").all():
			expect(entry).to_be_disabled()
	shoot(page, "signed-off")
	save_of(page).click()
	expect(page.locator(".desk-alert", has_text="Saved")).to_be_visible()
	is_closed(page)
	site.db.rollback()
	assert site.db.get_value("Feedback Review Action", {"parent": review.name}, "status") == "Done"
	shoot(page, "all-done")


def test_emergency_access_that_has_ended(site, received, opened, removed, make_user, shoot):
	name = received("A question")
	grant = site.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": name,
			"user": make_user("Customer Support"),
			"reason": "Someone called",
			"valid_until": site.utils.add_to_date(site.utils.now_datetime(), hours=2),
		}
	).insert()
	removed(grant.doctype, grant.name)
	ended = {"valid_until": site.utils.add_to_date(site.utils.now_datetime(), hours=-2)}
	site.db.set_value(grant.doctype, grant.name, ended)
	page = opened(grant.doctype, grant.name)
	expect(page.get_by_text("This access has ended.")).to_be_visible()
	expect(field(page, "valid_until")).to_be_visible()  # it can be given again
	site.db.set_value(grant.doctype, grant.name, "break_glass", 1)
	site.db.commit()
	page.reload()
	expect(page.get_by_text("This access has ended.")).to_be_visible()
	is_closed(page)
	expect(field(page, "valid_until")).to_have_count(0)
	shoot(page, "emergency-access")


def test_a_consent_changes_only_by_the_word_of_the_client(site, client, opened, removed, shoot):
	consent = site.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": "Customer",
			"party": client.name,
			"purpose": "Marketing",
			"collected_through": "Phone",
			"valid_until": "2030-01-01 12:00:00",
		}
	)
	consent.flags.by_client = True
	consent.insert()
	removed(consent.doctype, consent.name)
	page = opened(consent.doctype, consent.name)
	expect(field(page, "collected_through")).to_be_visible()
	for fixed in ("party", "given_on", "valid_until", "data_categories", "notice"):
		expect(field(page, fixed)).to_have_count(0)
	shoot(page, "consent")


def test_what_only_records_has_no_save_for_administrators_either(site, login, removed, shoot):
	found = site.get_doc(
		{
			"doctype": "Wording Finding",
			"found_on": site.utils.now_datetime(),
			"kind": "Term",
			"term": "asap",
			"user": "Administrator",
		}
	).insert()
	removed(found.doctype, found.name)
	site.db.commit()
	page = login("Administrator", "admin")
	page.goto(f"/app/wording-finding/{found.name}")
	page.wait_for_function("() => window.cur_frm?.doctype === 'Wording Finding'")
	page.wait_for_load_state("networkidle")
	is_closed(page)
	shoot(page, "finding")
