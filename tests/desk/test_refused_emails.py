"""An email that the server refuses is written on: from the form of a client it would begin an interaction, at whose level it is checked (P-1, D-3)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-1", "D-3")

PASSWORD = "Regenbogen-Kahn-42"
MODES = ("consent_mode", "identity_mode", "channel_mode", "template_mode", "wording_mode")


@pytest.fixture
def modes(site, client, outgoing, make_user):
	"""`modes("Warn")`: of the identity check, the only one that is on."""
	settings = site.get_doc("Client Comms Settings")
	before = {field: settings.get(field) for field in (*MODES, "log_outbound")}

	def change(identity):
		settings = site.get_doc("Client Comms Settings")
		settings.update({**dict.fromkeys(MODES, "Off"), "identity_mode": identity, "log_outbound": 1})
		settings.save()
		site.db.commit()

	yield change
	site.set_user("Administrator")
	site.db.rollback()
	site.get_doc("Client Comms Settings").update(before).save()
	site.db.delete("Identity Verification", {"party": client.name})
	site.db.commit()


@pytest.fixture
def write(login, make_user, client):
	"""From the form of the client, an account manager sends an email; returns the page, and its dialog."""
	page = login(make_user("Account Manager", "Sales User", password=PASSWORD), PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	expect(page.locator(".page-head:visible")).to_contain_text(client.name)
	page.evaluate("() => { cur_frm.email_doc() }")
	dialog = page.locator(".modal.show", has=page.locator("[data-fieldname=recipients]"))
	expect(dialog.locator(".ql-editor[contenteditable=true]")).to_be_visible()
	page.evaluate(
		"""async (recipients) => {
			const { dialog, client_comms_filled } = client_comms.outgoing.composer;
			await client_comms_filled;
			const text = { recipients, subject: "Solar roof", content: "<p>We begin on Monday.</p>" };
			for (const [field, value] of Object.entries(text)) await dialog.set_value(field, value);
		}""",
		client.address,
	)
	dialog.get_by_role("button", name="Send", exact=True).click()
	return page, dialog


def is_sent(response):
	return response.ok and response.url.endswith("communication.email.make")


def message(site, client):
	site.db.rollback()
	sent = {"recipients": ("like", f"%{client.address}%"), "sent_or_received": "Sent"}
	return site.db.get_value("Communication", sent, ["client_interaction", "content"], as_dict=True)


def test_a_reason_can_be_given_for_what_only_the_server_finds(site, modes, client, request, shoot):
	modes("Warn")
	page, dialog = request.getfixturevalue("write")
	question = page.locator(".modal.show", has_text="Reason Required")
	expect(question).to_contain_text("The client's identity has not been confirmed.")
	shoot(page, "reason")
	assert message(site, client) is None
	question.locator("[data-fieldname=reason] textarea").fill("She asked for it at the counter.")
	with page.expect_response(is_sent):
		question.get_by_role("button", name="Send Anyway").click()
	expect(dialog).to_have_count(0)
	sent = message(site, client)
	assert sent.client_interaction and "We begin on Monday." in sent.content
	entry = site.get_last_doc("Client Disclosure", {"client_interaction": sent.client_interaction})
	assert entry.reason == "She asked for it at the counter."


def test_a_refused_email_stays_open_until_what_is_missing_is_there(site, modes, client, request, shoot):
	modes("Enforce")
	page, dialog = request.getfixturevalue("write")
	refusal = page.locator(".modal.show", has_text="Not Sent")
	expect(refusal).to_contain_text("The client's identity has not been confirmed.")
	expect(dialog).to_contain_text("We begin on Monday.")
	shoot(page, "refused")
	refusal.get_by_role("button", name="Verify Identity").click()
	check = page.locator(".modal.show", has=page.locator("[data-fieldname=method]"))
	check.locator("[data-fieldname=method] select").select_option("Document Seen")
	check.locator("[data-fieldname=result] select").select_option("Confirmed")
	check.get_by_role("button", name="Continue").click()
	expect(page.locator(".desk-alert", has_text="Recorded")).to_be_visible()
	with page.expect_response(is_sent):
		dialog.get_by_role("button", name="Send", exact=True).click()
	expect(dialog).to_have_count(0)
	assert "We begin on Monday." in message(site, client).content
