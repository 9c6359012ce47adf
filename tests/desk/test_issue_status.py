"""Closing an Issue tells what its client is still owed, and notes an answer that was given elsewhere (C-4, D-1)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-4", "D-1")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


@pytest.fixture
def agent(make_user):
	# The form of ERPNext reads Support Settings, and shows a refusal to those who cannot.
	return make_user(
		"Customer Support", "Frontline Staff", "Support Team", "System Manager", password=PASSWORD
	)


@pytest.fixture
def issue(site, client, agent):
	"""An Issue with its interaction, which was a call; both go in the end."""
	before = site.db.get_single_value("Client Comms Settings", "issue_channel")
	site.db.set_single_value("Client Comms Settings", "issue_channel", "Phone")
	site.clear_document_cache("Client Comms Settings", "Client Comms Settings")
	doc = site.get_doc({"doctype": "Issue", "subject": f"Noise {client.key}", "raised_by": client.address})
	doc.insert()
	name = site.db.get_value(INTERACTION, {"reference_name": doc.name})
	site.db.set_value(INTERACTION, name, "responsible_staff", agent)
	site.db.commit()
	yield site._dict(name=doc.name, interaction=name)
	site.set_user("Administrator")
	site.db.rollback()
	site.db.set_single_value("Client Comms Settings", "issue_channel", before)
	site.delete_doc(INTERACTION, name, force=True, ignore_permissions=True, ignore_missing=True)
	site.delete_doc("Issue", doc.name, force=True, ignore_permissions=True)
	site.db.commit()


def test_closing_an_issue_offers_what_its_client_is_owed(site, login, agent, issue, shoot):
	page = login(agent, PASSWORD)
	page.goto(f"/app/issue/{issue.name}")
	page.wait_for_function("window.cur_frm?.doc?.name && cur_frm.doctype === 'Issue'")
	page.evaluate("cur_frm.set_value('status', 'Closed').then(() => cur_frm.save())")
	told = page.locator(".msgprint-dialog:visible")
	expect(told).to_contain_text("The client has the answer")
	expect(told).to_contain_text(issue.interaction)  # version 16 takes links out of messages
	shoot(page, "told")
	told.get_by_role("button", name="The Client Was Answered Elsewhere").click()
	dialog = page.locator(".modal.show").filter(has_text="The Client Was Answered Elsewhere").last
	dialog.locator("[data-fieldname=note] textarea:visible").fill("Told her")
	dialog.locator("[data-fieldname=through] select").select_option("Phone")
	shoot(page, "answered")
	dialog.get_by_role("button", name="Confirm").click()
	expect(page.locator(".modal.show")).to_have_count(0)
	site.db.rollback()
	assert site.db.get_value("Issue", issue.name, "status") == "Closed"
	assert site.db.get_value(INTERACTION, issue.interaction, "status") == "Closed"


def test_open_action_items_are_told_before_the_interaction_of_an_issue_closes(
	site, login, agent, issue, make_user, shoot
):
	colleague = make_user("Frontline Staff", first_name="Otto", last_name="Zwingenberger")
	doc = site.get_doc(INTERACTION, issue.interaction)
	item = {"description": "Call the roofer", "assigned_to": colleague, "due_on": "2030-01-02"}
	doc.append("action_items", item)
	doc.save(ignore_permissions=True)
	site.db.commit()
	page = login(agent, PASSWORD)
	page.goto(f"/app/issue/{issue.name}")
	page.wait_for_function("window.cur_frm?.doc?.name && cur_frm.doctype === 'Issue'")
	page.evaluate("cur_frm.set_value('status', 'Closed').then(() => cur_frm.save())")
	told = page.locator(".msgprint-dialog:visible")
	told.get_by_role("button", name="The Client Was Answered Elsewhere").click()
	dialog = page.locator(".modal.show").filter(has_text="The Client Was Answered Elsewhere").last
	dialog.locator("[data-fieldname=through] select").select_option("Phone")
	dialog.get_by_role("button", name="Confirm").click()
	question = page.locator(".modal.show").filter(has_text="Open Action Items")
	expect(question.locator("li")).to_contain_text("Call the roofer · Otto Zwingenberger")
	shoot(page, "open-items")
	with page.expect_response("**/client_comms.api.close"):
		question.get_by_role("button", name="Close the Interaction").click()
	expect(page.locator(".modal.show")).to_have_count(0)
	site.db.rollback()
	assert site.db.get_value(INTERACTION, issue.interaction, "status") == "Closed"
