"""Texts for clients are approved in a queue, beside their last approved version (D-3, R-2)."""

import uuid

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-3", "R-2")

PASSWORD = "Regenbogen-Kahn-42"
TEMPLATE = "Communication Template"


@pytest.fixture
def supervisor(make_user):
	return make_user("Customer Support Manager", password=PASSWORD)


@pytest.fixture
def texts(site, make_user):
	"""The only two that wait: one that was approved before, and a new one; by someone else than the supervisor."""
	key = uuid.uuid4().hex[:6]
	others = site.get_all(TEMPLATE, {"status": "Draft"}, pluck="name")
	site.db.set_value(TEMPLATE, {"name": ("in", others)}, "status", "Withdrawn", update_modified=False)
	names = [f"Changed {key}", f"New {key}"]
	for name in names:
		site.get_doc(
			{
				"doctype": "Email Template",
				"subject": "Your inquiry",
				"response": "<p>Dear {{ party_name }},</p><p>we call you within two days.</p>",
			}
		).insert(set_name=name)
		site.get_doc(
			{
				"doctype": TEMPLATE,
				"template_name": name,
				"email_template": name,
				"language": "en",
				"highest_level": "Standard",
			}
		).insert()
	site.set_user(make_user("Compliance Officer"))
	site.get_doc(TEMPLATE, names[0]).approve()
	site.set_user("Administrator")
	text = site.get_doc("Email Template", names[0])
	text.response = text.response.replace("two days", "five days")
	text.save()
	site.db.commit()
	yield names
	site.set_user("Administrator")
	site.db.rollback()
	site.db.set_value(TEMPLATE, {"name": ("in", others)}, "status", "Draft", update_modified=False)
	for name in names:
		site.delete_doc(TEMPLATE, name, force=True)
		site.delete_doc("Email Template", name, force=True)
		site.db.delete("Version", {"docname": name})
		site.db.delete("Notification Log", {"document_name": name})
	site.db.commit()


def test_a_supervisor_approves_one_and_sends_the_other_back(site, login, supervisor, texts, shoot):
	changed, new = texts
	page = login(supervisor, PASSWORD)
	page.goto("/app/owed-today")
	page.locator("[data-section=duties]").get_by_text("2 texts").click()
	queue = page.locator(".client-comms-queue:visible")
	expect(queue).to_contain_text("1 of 2")
	while_shown = queue.locator("h2")
	if while_shown.inner_text() != changed:
		page.get_by_role("button", name="Next", exact=True).click()
	expect(while_shown).to_have_text(changed)
	expect(queue.locator("tr[data-kind=changed] mark").last).to_have_text("five")
	shoot(page, "changed")
	page.get_by_role("button", name="Approve", exact=True).click()

	expect(while_shown).to_have_text(new)
	expect(queue).to_contain_text("No version was approved before.")
	shown, screen = queue.locator("iframe").bounding_box(), page.viewport_size
	assert shown["height"] > screen["height"] / 2  # of a long text, too, most is seen before it is approved
	shoot(page, "new")
	page.get_by_role("button", name="Send Back", exact=True).click()
	dialog = page.locator(".modal.show")
	dialog.locator("textarea").fill("Say who calls.")
	dialog.get_by_role("button", name="Send Back").click()
	expect(queue).to_contain_text("No text waits for your approval.")
	shoot(page, "empty")
	site.db.rollback()
	assert site.db.get_value(TEMPLATE, changed, "status") == "Approved"
	assert site.db.get_value(TEMPLATE, new, "status") == "Sent Back"

	page.goto(f"/app/communication-template/{new}")
	expect(page.get_by_text("Sent back: Say who calls.")).to_be_visible()
	shoot(page, "sent-back")
