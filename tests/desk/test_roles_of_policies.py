"""Users who keep policies and trainings choose the roles for which they are, without being System Manager (R-1)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("R-1")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.mark.parametrize("form", ["sop-policy", "sop-training"])
def test_roles_are_chosen(login, make_user, form, shoot):
	page = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	page.goto(f"/app/{form}/new")
	field = page.locator("[data-fieldname=roles]:visible")
	field.locator("input").click()
	field.locator("input").fill("Account Man")
	field.locator("[role=option]", has_text="Account Manager").first.click()
	expect(field.locator(".tb-selected-value")).to_contain_text("Account Manager")
	shoot(page, form)
	expect(page.locator(".modal.show")).to_have_count(0)


@pytest.fixture
def draft(site, make_user, removed):
	"""A version that a manager has written, with that user."""
	author = make_user("Client Communications Manager", password=PASSWORD)
	site.set_user(author)
	doc = site.get_doc(
		{
			"doctype": "SOP Policy",
			"policy_title": "Use of Messengers",
			"policy_kind": "Other",
			"version_label": site.generate_hash(length=6),
			"change_summary": "First",
			"effective_from": "2026-11-01",
			"next_review_on": "2099-11-01",
			"policy_owner": author,
			"body": "<p>We write by email.</p>",
		}
	).insert()
	site.set_user("Administrator")
	removed(doc.doctype, doc.name)
	site.db.commit()
	doc.flags.writer = author
	return doc


@pytest.mark.clause("T-4")
def test_who_wrote_a_draft_reads_who_approves_it_instead_of_a_button(site, draft, make_user, login, shoot):
	approver = make_user("Compliance Officer", password=PASSWORD)
	site.db.commit()
	page = login(draft.flags.writer, PASSWORD)
	page.goto(f"/app/sop-policy/{draft.name}")
	expect(page.locator(".form-message:visible")).to_contain_text("Ask someone else to submit it")
	button = page.locator(".page-head:visible .primary-action:visible")
	expect(button).to_have_text("Save")
	shoot(page, "author")
	page.locator("[data-fieldname=change_summary] textarea:visible").fill("The first one")
	button.click()
	expect(page.locator(".page-head:visible .indicator-pill:visible").first).to_have_text("Draft")
	expect(button).to_have_text("Save")

	page = login(approver, PASSWORD)
	page.goto("/app/owed-today")
	duty = page.locator("section[data-section=duties]:visible").get_by_text(
		f"Use of Messengers ({draft.version_label})"
	)
	expect(duty).to_be_visible()
	shoot(page, "duties")
	duty.click()
	expect(page.locator(".page-head:visible .primary-action:visible")).to_have_text("Submit")
	expect(page.locator(".form-message:visible")).to_have_count(0)
	shoot(page, "approver")
