"""Wording findings are shown while a text is written, and the text changes only on a click (C-5, D-3)."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-5", "D-3")

PASSWORD = "Regenbogen-Kahn-42"
PANEL = ".client-comms-wording"


@pytest.fixture
def interaction(site, client):
	"""An inquiry of the client; it goes with the client."""
	doc = site.get_doc(
		{
			"doctype": "Client Interaction",
			"company": site.db.get_value("Company", {}),
			"party_type": "Customer",
			"party": client.name,
			"communication_type": "Initial Inquiry",
			"channel": "Email",
			"direction": "Inbound",
			"occurred_on": site.utils.add_days(site.utils.now_datetime(), -1),
			"subject": "Solar roof",
			"summary": "Please send an offer.",
		}
	)
	doc.flags.from_intake = True
	doc.append_event("Logged", site.utils.now_datetime())
	doc.insert()
	site.db.commit()
	return doc.name


@pytest.fixture
def page(interaction, login, make_user):
	page = login(make_user("Frontline Staff", password=PASSWORD), PASSWORD)
	page.goto(f"/app/client-interaction/{interaction}")
	expect(page.locator(".page-head:visible .title-area")).to_contain_text("Solar roof")
	return page


def test_the_summary_is_checked_as_one_types_and_a_click_applies(page):
	page.locator(".form-tabs").get_by_role("tab", name="Details").click()
	summary = page.locator("[data-fieldname=summary] textarea")
	panel = page.locator(f"[data-fieldname=summary] + {PANEL}")
	expect(panel).to_be_hidden()
	summary.fill("We utilise the roof.")
	expect(panel).to_contain_text("The short word says the same.")
	expect(panel).not_to_contain_text("salutation")
	assert summary.input_value() == "We utilise the roof."
	panel.get_by_role("button", name="Apply “use”").click()
	expect(summary).to_have_value("We use the roof.")
	expect(panel).to_be_hidden()


def test_the_email_is_checked_as_one_types_and_keeps_its_format(page):
	page.evaluate("void cur_frm.email_doc('')")
	dialog = page.locator(".reply-box")
	editor = dialog.locator("[data-fieldname=content] .ql-editor[contenteditable=true]")
	expect(editor).to_be_visible()
	page.wait_for_function("cur_frm.conversation.reply_box?.dialog.fields_dict.content.quill")
	# Typed character by character, Chromium keeps the bold type on or not as the machine is busy.
	page.evaluate(
		"""() => cur_frm.conversation.reply_box.dialog.fields_dict.content.quill.clipboard.dangerouslyPasteHTML(
			"Hello Anna, we <strong>utilise</strong> the roof.", "user"
		)"""
	)
	panel = dialog.locator(PANEL)
	expect(panel).to_contain_text("The short word says the same.")
	expect(panel).to_contain_text(re.compile("closing", re.IGNORECASE))
	assert "utilise" in editor.inner_text()
	panel.get_by_role("button", name="Apply “use”").click()
	expect(editor.locator("strong")).to_have_text("use")
	expect(editor).to_contain_text("Hello Anna, we use the roof.")
	expect(panel).not_to_contain_text("utilise")
