"""A second person signs a feedback review off as it was prepared (F-3)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("F-3")

PASSWORD = "Regenbogen-Kahn-42"


def test_a_review_is_not_changed_and_signed_off_in_one(site, make_user, removed, login, shoot):
	from client_comms.client_interactions import feedback

	review = feedback.make(site.utils.getdate("2020-09-01"), site.utils.getdate("2020-09-30"))
	removed(review.doctype, review.name)
	preparer = make_user("Compliance Officer")
	review.db_set({"prepared_by": preparer, "findings": "Fewer complaints"})
	site.db.commit()
	page = login(make_user("Compliance Officer", password=PASSWORD), PASSWORD)
	page.goto(f"/app/feedback-review/{review.name}")
	sign = page.locator(".page-head:visible").get_by_role("button", name="Sign Off", exact=True)
	sign.wait_for()
	page.evaluate("() => cur_frm.set_value('findings', 'Far fewer complaints')")
	sign.click()
	message = page.locator(".modal.show:has(.msgprint)")
	expect(message).to_contain_text("Someone else can then sign it off")
	shoot(page, "changed")
	site.db.rollback()
	assert site.db.get_value(review.doctype, review.name, "prepared_by") == preparer
	message.get_by_role("button", name="Discard My Changes").click()
	expect(message).to_have_count(0)
	page.wait_for_function("() => !cur_frm.is_dirty()")
	sign.click()
	expect(page.locator(".desk-alert")).to_contain_text("Signed off.")
	site.db.rollback()
	signed = site.db.get_value(review.doctype, review.name, ["status", "prepared_by", "findings"])
	assert signed == ("Signed Off", preparer, "Fewer complaints")
