"""The reply box says what would be passed on from a more confidential record before the email is sent (P-2)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-2")

PASSWORD = "Regenbogen-Kahn-42"
PANEL = ".client-comms-write-down"
COMPLAINT = "She will not pay the third and the fourth instalment of the solar roof."


@pytest.fixture
def inquiry(site, client):
	"""An inquiry of the client, who has also complained; both go with the client."""
	made = {}
	for communication_type, summary in (
		("Initial Inquiry", "An offer, please."),
		("Feedback/Complaint", COMPLAINT),
	):
		doc = site.get_doc(
			{
				"doctype": "Client Interaction",
				"company": site.db.get_value("Company", {}),
				"party_type": "Customer",
				"party": client.name,
				"communication_type": communication_type,
				"channel": "Email",
				"direction": "Inbound",
				"occurred_on": site.utils.add_days(site.utils.now_datetime(), -1),
				"subject": "Solar roof",
				"summary": summary,
			}
		)
		doc.flags.from_intake = True
		doc.append_event("Logged", site.utils.now_datetime())
		doc.insert()
		made[communication_type] = doc.name
	site.db.commit()
	return made["Initial Inquiry"]


def write(page, html):
	page.evaluate(
		"""(html) => {
			const { quill } = client_comms.outgoing.composer.dialog.fields_dict.content;
			quill.setText("", "user");
			quill.clipboard.dangerouslyPasteHTML(html, "user");
		}""",
		html,
	)


@pytest.mark.parametrize("mode", ["Warn", "Enforce"])
def test_what_would_be_passed_on_is_named_while_one_types(mode, site, inquiry, login, make_user):
	settings = site.get_doc("Client Comms Settings")
	before = settings.write_down_mode
	settings.db_set("write_down_mode", mode)
	site.db.commit()
	try:
		page = login(make_user("Customer Support Manager", "Sales User", password=PASSWORD), PASSWORD)
		page.goto(f"/app/client-interaction/{inquiry}")
		page.wait_for_function("window.cur_frm?.doc.subject")
		page.evaluate("void cur_frm.email_doc('')")
		page.locator(".reply-box .ql-editor[contenteditable=true]").wait_for()
		panel = page.locator(f".reply-box {PANEL}")
		write(page, f"<p>You told us: {COMPLAINT}</p>")
		expect(panel).to_contain_text("which is more confidential")
		expect(panel).to_contain_text("Leave it out")
		assert ("text-danger" in panel.get_attribute("class")) is (mode == "Enforce")
		write(page, "<p>You find our offer attached.</p>")
		expect(panel).to_be_hidden()
	finally:
		settings.db_set("write_down_mode", before)
		site.db.commit()
