"""From a refusal to the disclosure, by clicks: the client is asked, says yes, and the email goes out (P-1 to P-3)."""

import email
import re

import frappe
import pytest
from playwright.sync_api import expect

from client_comms.client_privacy import mailed_secrets

pytestmark = pytest.mark.clause("P-1", "P-2", "P-3")

PASSWORD = "Regenbogen-Kahn-42"
MODES = {
	"consent_mode": "Enforce",
	"identity_mode": "Off",
	"channel_mode": "Enforce",
	"template_mode": "Enforce",
	"wording_mode": "Enforce",
}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def case(site, client, make_user):
	"""A Service Update to a client whose identity is confirmed; their adviser is not recorded anywhere."""
	account = site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": f"Gate {client.key}",
			"email_id": f"service.{client.key}@own.example",
			"enable_outgoing": 1,
			"default_outgoing": 0
			if site.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1})
			else 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()
	staff = make_user("Account Manager", "Sales User", password=PASSWORD)
	doc = site.get_doc(
		{
			"doctype": "Client Interaction",
			"company": site.db.get_value("Company", {}),
			"communication_type": "Service Update",
			"channel": "Phone",
			"direction": "Inbound",
			"occurred_on": site.utils.add_days(site.utils.now_datetime(), -1),
			"party_type": "Customer",
			"party": client.name,
			"contact": site.db.get_value("Contact Email", {"email_id": client.address}, "parent"),
			"responsible_staff": staff,
			"subject": "Solar roof",
			"summary": "She asks how it goes.",
		}
	).insert()
	site.get_doc(
		{
			"doctype": "Identity Verification",
			"party_type": "Customer",
			"party": client.name,
			"method": "Document Seen",
			"result": "Confirmed",
		}
	).insert()
	site.db.commit()
	third_party = f"Adviser {client.key}"
	yield frappe._dict(
		name=doc.name, staff=staff, eve=f"eve@adviser-{client.key}.example", third_party=third_party
	)
	_remove(site, client, doc.name, third_party, account.name)


def _remove(site, client, interaction, third_party, account):
	site.set_user("Administrator")
	site.db.rollback()
	messages = site.get_all("Communication", {"client_interaction": interaction}, pluck="name")
	consents = site.get_all("Client Consent", {"party": client.name}, pluck="name")
	queued = site.get_all(
		"Email Queue", {"reference_name": ("in", [interaction, *messages, *consents])}, pluck="name"
	)
	for doctype, filters in (
		("Email Queue Recipient", {"parent": ("in", queued)}),
		("Email Queue", {"name": ("in", queued)}),
		("Consent Event", {"parent": ("in", consents)}),
		("Client Access Link", {"party": client.name}),
		("Client Consent", {"name": ("in", consents)}),
		("Client Disclosure", {"party": client.name}),
		("Identity Verification", {"party": client.name}),
		("Notification Log", {"document_name": ("in", [interaction, *messages, *consents])}),
		("Compliance Ledger Entry", {"reference_name": ("in", [interaction, *messages])}),
		("Communication Link", {"parent": ("in", messages)}),
		("Communication", {"name": ("in", messages)}),
	):
		site.db.delete(doctype, filters)
	site.delete_doc("Client Interaction", interaction, force=True)
	if site.db.exists("Third Party", third_party):
		site.delete_doc("Third Party", third_party, force=True)
	site.delete_doc("Email Account", account, force=True)
	site.db.commit()


def write_reply(staff, text, **addresses):
	"""Open the reply box of the interaction on the screen and fill it in."""
	staff.locator(".reply-bar").get_by_role("button", name="Reply", exact=True).click()
	dialog = staff.locator(".reply-box")
	expect(dialog.locator("[data-fieldname=content] .ql-editor[contenteditable]")).to_be_visible()
	staff.evaluate(
		"""async (values) => {
			const { dialog } = cur_frm.conversation.reply_box;
			for (const [field, value] of Object.entries(values)) await dialog.set_value(field, value);
		}""",
		{**addresses, "content": f"<p>{text}</p>"},
	)
	return dialog


def test_refused_asked_agreed_sent_registered(case, client, site, login, browser, http, shoot):
	staff = login(case.staff, PASSWORD)
	staff.goto(f"/app/client-interaction/{case.name}")
	expect(staff.get_by_text("The client's identity is confirmed until")).to_be_visible()
	staff.get_by_role("button", name="Privacy").click()
	expect(staff.get_by_role("link", name="Ask for Consent")).to_be_visible()
	shoot(staff, "interaction")
	staff.keyboard.press("Escape")

	dialog = write_reply(staff, "The roof is done.", cc=case.eve)
	dialog.get_by_role("button", name="Send", exact=True).click()

	refusal = staff.locator(".modal.show", has_text="Not Sent")
	expect(refusal).to_contain_text(case.eve)
	shoot(staff, "refusal")
	refusal.get_by_role("button", name="Ask for Consent").click()
	request = staff.locator(".modal.show", has_text="The information goes to")
	add_third_party(staff, request, case, shoot)
	shoot(staff, "request")
	request.get_by_role("button", name="Send Link").click()
	expect(staff.get_by_text("The client was asked")).to_be_visible()

	agree(browser, http, link(site, client), shoot)

	dialog.get_by_role("button", name="Send", exact=True).click()
	expect(dialog).to_be_hidden()
	expect(staff.locator(".entry.staff", has_text="The roof is done.").first).to_be_visible()
	site.db.rollback()
	consent = frappe.get_last_doc("Client Consent", {"party": client.name})
	entry = frappe.get_last_doc("Client Disclosure", {"recipient": case.eve})
	assert (entry.basis, entry.consent, entry.disclosed_by) == ("Consent", consent.name, case.staff)
	assert frappe.get_all("Email Queue Recipient", {"recipient": case.eve})

	staff.reload()
	expect(staff.get_by_text("The client consented on")).to_be_visible()
	shoot(staff, "sent")
	staff.goto("/app/query-report/Disclosure Register")
	expect(staff.locator(".dt-cell", has_text=case.eve).first).to_be_visible()
	shoot(staff, "register")


@pytest.fixture
def strict(site, case, client):
	"""The client wants no email; templates and wording are enforced, and nothing else is."""
	settings = site.get_doc("Client Comms Settings")
	before = {field: settings.get(field) for field in MODES}
	settings.update({**MODES, "consent_mode": "Off"})
	settings.save()
	preference = site.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Customer",
			"party": client.name,
			"channels": [{"channel": "Phone"}],
		}
	).insert()
	site.db.commit()
	yield preference.name
	site.set_user("Administrator")
	site.db.rollback()
	site.delete_doc("Communication Preference", preference.name, force=True)
	settings = site.get_doc("Client Comms Settings")
	settings.update(before)
	settings.save()
	site.db.commit()


def test_every_refusal_leads_on(case, client, strict, login, shoot):
	staff = login(case.staff, PASSWORD)
	staff.goto(f"/app/client-interaction/{case.name}")
	dialog = write_reply(staff, "We utilise the roof.", recipients=client.address)
	refusal = staff.locator(".modal.show", has_text="Not Sent")

	def refused():
		dialog.get_by_role("button", name="Send", exact=True).click()
		expect(refusal).to_contain_text("(C-2)")
		return refusal

	refused()
	expect(refusal).to_contain_text("(D-3)")
	expect(refusal).to_contain_text("Change the wording")
	shoot(staff, "refusal-steps")
	with staff.context.expect_page() as opened:
		refusal.get_by_role("button", name="View Preference").click()
	expect(opened.value).to_have_url(re.compile(f"communication-preference/{strict}"))
	opened.value.close()
	refused().get_by_role("button", name="Choose a Template").click()
	expect(dialog.locator("input[data-fieldname=email_template]")).to_be_focused()
	refused().get_by_role("button", name="View Wording").click()
	expect(dialog.locator(".client-comms-wording")).to_be_in_viewport()

	# What the server itself refuses lists the same behind one button.
	staff.evaluate(
		"""([doctype, name, recipients]) => void frappe.call({
			method: "frappe.core.doctype.communication.email.make",
			args: { doctype, name, recipients, subject: "Roof", content: "We utilise it.", send_email: 1 },
		})""",
		["Client Interaction", case.name, client.address],
	)
	staff.get_by_role("button", name="What to Do").click()
	listed = staff.locator(".modal.show", has_text="What to Do")
	expect(listed).to_contain_text("(C-5)")
	shoot(staff, "what-to-do")
	listed.get_by_role("button", name="Choose a Template").click()
	expect(dialog.locator("input[data-fieldname=email_template]")).to_be_focused()


def add_third_party(staff, request, case, shoot):
	"""The adviser is unknown; the third party created here must be the email's recipient."""
	field = request.locator("input[data-fieldname=third_party]")
	expect(field).to_have_value("")
	expect(
		field
	).to_be_focused()  # when the dialog is there, Frappe moves the focus, which closes a list of choices
	field.fill(case.third_party)
	request.get_by_text("Create a new Third Party").click()
	entry = staff.locator(".modal.show", has=staff.locator(".modal-title", has_text="New Third Party"))
	entry.locator("input[data-fieldname=third_party_name]").fill(case.third_party)
	expect(entry.locator("textarea[data-fieldname=email_domains]")).to_have_value(case.eve)
	shoot(staff, "third-party")
	entry.get_by_role("button", name="Save").click()
	expect(entry).to_be_hidden()
	staff.wait_for_function(
		"([name]) => cur_dialog?.get_value('third_party') === name", arg=[case.third_party]
	)


def link(site, client) -> str:
	"""The address in the email to the client."""
	site.db.rollback()
	consent = frappe.get_last_doc("Client Consent", {"party": client.name})
	queued = frappe.get_last_doc("Email Queue", {"reference_name": consent.name})
	assert [row.recipient for row in queued.recipients] == [client.address]
	parts = email.message_from_string(mailed_secrets.as_sent(queued)).walk()
	text = " ".join(part.get_payload(decode=True).decode() for part in parts if not part.is_multipart())
	return "/client-link?token=" + re.search(r"client-link\?token=([\w-]+)", text)[1]


def agree(browser, http, address, shoot):
	"""As the client, who is logged in nowhere: on a computer they only look, on the telephone they answer."""
	for viewport in (None, PHONE):
		context = browser.new_context(base_url=http, **({"viewport": viewport} if viewport else {}))
		page = context.new_page()
		page.goto(address)
		expect(page.get_by_text("I agree that you pass on information")).to_be_visible()
		assert fits(page)
		shoot(page, "client-phone" if viewport else "client")
		if viewport:
			page.get_by_text("I agree", exact=True).click()
			page.locator(".self-service [type=submit]").click()
			expect(page.get_by_text("Thank you")).to_be_visible()
			expect(page.get_by_role("button", name="Download Receipt")).to_be_visible()
			assert fits(page)
			shoot(page, "client-thanks")
		context.close()


def fits(page):
	return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
