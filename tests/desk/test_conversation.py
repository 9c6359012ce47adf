"""The form of an interaction: one reads and replies on it, and the card beside it says what is owed (C-3, C-4, D-1, P-2)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-3", "C-4", "D-1", "P-2")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture
def frontline(make_user):
	return make_user("Frontline Staff", "Sales User", first_name="Fiona", last_name="Berg", password=PASSWORD)


@pytest.fixture
def outgoing(site, client):
	"""An account that sends; nothing leaves the site, because no one works on the queue."""
	account = site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": f"Desk {client.key}",
			"email_id": f"desk.{client.key}@own.example",
			"enable_outgoing": 1,
			"default_outgoing": 0
			if site.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1})
			else 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()
	site.db.commit()
	yield account
	site.set_user("Administrator")
	site.db.rollback()
	messages = site.get_all("Communication", {"recipients": ("like", f"%{client.address}%")}, pluck="name")
	queued = site.get_all("Email Queue", {"communication": ("in", [*messages, ""])}, pluck="name")
	for doctype, filters in (
		("Email Queue Recipient", {"parent": ("in", queued)}),
		("Email Queue", {"name": ("in", queued)}),
		("Client Disclosure", {"party": client.name}),
		("Communication Link", {"parent": ("in", messages)}),
		("Communication", {"name": ("in", messages)}),
	):
		site.db.delete(doctype, filters)
	site.delete_doc("Email Account", account.name, force=True)
	site.db.commit()


@pytest.fixture
def quiet(login):
	"""`quiet(user)`: a page of the user that must show no error in its console and have no failed request."""
	seen = []

	def open_page(user):
		page = login(user, PASSWORD)
		page.on("console", lambda message: seen.append(said(message)) if message.type == "error" else None)
		page.on("pageerror", lambda error: seen.append(str(error)))
		page.on("response", lambda answer: seen.append(answer.url) if answer.status >= 400 else None)
		return page

	yield open_page
	# Frappe's server for realtime does not run here.
	assert [each for each in seen if "socket.io" not in each] == []


def said(message):
	return f"{message.text} {message.location['url']}"


def open_form(page, name, size=DESKTOP):
	page.set_viewport_size(size)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .facts section").first.wait_for()


def conversation(page):
	return page.locator(".client-comms-conversation:visible")


def open_reply(page):
	conversation(page).locator(".reply-bar").get_by_role("button", name="Reply", exact=True).click()


def write(page, text):
	editor = conversation(page).locator("[data-fieldname=content] .ql-editor[contenteditable=true]")
	editor.click()
	page.keyboard.type(text)


def test_a_promise_is_written_where_one_reads(site, frontline, quiet, received, client, outgoing, shoot):
	name = received("Offer for a solar roof")
	page = quiet(frontline)
	open_form(page, name)
	entry = conversation(page).locator(".entry.client")
	expect(entry).to_contain_text("Please get back to me.")
	facts = conversation(page).locator(".facts")
	expect(facts).to_contain_text(client.name)
	expect(facts).to_contain_text("left")
	expect(page.locator(".form-footer:visible")).to_have_count(0)
	shoot(page, "read")

	open_reply(page)
	write(page, "We measure the roof first.")
	box = conversation(page).locator(".reply-box")
	box.locator("[data-fieldname=client_comms_send_as] select").select_option("promise")
	day = box.locator("[data-fieldname=client_comms_promised_until] input")
	expect(day).to_be_visible()
	assert day.input_value(), "no day is proposed"
	shoot(page, "write")
	box.get_by_role("button", name="Send", exact=True).click()

	sent = conversation(page).locator(".entry.staff", has_text="We measure the roof first.")
	expect(sent).to_contain_text("Promise:")
	expect(box).to_have_count(0)
	shoot(page, "sent")
	site.db.rollback()
	doc = site.get_doc(INTERACTION, name)
	assert (doc.promise_status, doc.respond_status, doc.status) == ("Running", "Met", "Acknowledged")
	message = site.get_last_doc("Communication", {"client_interaction": name, "sent_or_received": "Sent"})
	assert message.recipients.strip(" ,") == client.address
	assert message.in_reply_to


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_sticks_out(frontline, quiet, received, shoot, size):
	page = quiet(frontline)
	open_form(page, received("Offer for a solar roof"), size)
	open_reply(page)
	expect(conversation(page).locator(".reply-box .ql-editor[contenteditable=true]")).to_be_visible()
	shoot(page, f"width-{size['width']}")
	wide = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
	assert wide <= 0, f"{wide} pixels are beside the screen"
