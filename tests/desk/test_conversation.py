"""The form of an interaction: one reads and replies on it, and the card beside it says what is owed (C-3, C-4, D-1, P-2)."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from client_comms import api
from client_comms.acting import acting_as

pytestmark = pytest.mark.clause("C-3", "C-4", "D-1", "P-2")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


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


def test_what_a_client_attached_is_opened_where_one_reads(site, frontline, quiet, received, shoot):
	"""Without a mailbox, which Frappe asks for; the message, to which documentation leads, as well."""
	name = received("The plan of the roof")
	message = site.db.get_value("Communication", {"client_interaction": name})
	attached = {"attached_to_doctype": "Communication", "attached_to_name": message}
	file = {"doctype": "File", "file_name": "plan.txt", "is_private": 1, "content": "Rafters", **attached}
	file = site.get_doc(file).insert()
	site.db.commit()
	page = quiet(frontline)
	open_form(page, name)
	with page.expect_popup() as opened:
		conversation(page).locator(".entry.client a.file").click()
	expect(opened.value.locator("body")).to_contain_text("Rafters")
	page.goto(f"/app/communication/{message}")
	expect(page.locator(".frappe-control[data-fieldname=subject]:visible").first).to_contain_text(
		"The plan of the roof"
	)
	shoot(page, "message")
	file.delete()
	site.db.commit()


def test_a_call_and_a_meeting_of_a_colleague_open_where_the_history_leads_to_them(
	site, frontline, quiet, received, shoot
):
	"""Frappe opens calls by a role of their own, and a private meeting for who entered it."""
	name = received("The plan of the roof")
	under = {"links": [{"link_doctype": INTERACTION, "link_name": name}]}
	meeting = {"starts_on": "2099-11-02 10:00:00", "subject": "On the roof", "event_type": "Private"}
	made = [
		site.get_doc({"doctype": "Call Log", "id": name, "type": "Incoming", "status": "Ringing", **under}),
		site.get_doc(
			{"doctype": "Event", "reference_doctype": INTERACTION, "reference_docname": name, **meeting}
		),
	]
	for each in made:
		each.insert()
	site.db.commit()
	page = quiet(frontline)
	for each in made:
		page.goto(f"/app/{each.doctype.lower().replace(' ', '-')}/{each.name}")
		expect(page.locator(".page-head:visible").first).to_contain_text(each.get_title())
		expect(page.locator(".page-head:visible .primary-action:visible")).to_have_count(0)
		expect(page.locator(".frappe-control[data-fieldname=status]:visible").first).to_be_visible()
		shoot(page, site.scrub(each.doctype))
	for each in made:
		each.delete()
	site.db.commit()


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


def test_escape_leaves_the_reply_and_the_note(frontline, quiet, received):
	"""As it leaves the email dialog: the keyboard is where it was, and the text is kept."""
	page = quiet(frontline)
	open_form(page, received("Solar roof"))
	bar, box = conversation(page).locator(".reply-bar"), conversation(page).locator(".reply-box")
	editor = box.locator("[data-fieldname=content] .ql-editor[contenteditable=true]")
	bar.get_by_role("button", name="Reply", exact=True).focus()
	page.keyboard.press("Enter")
	expect(editor).to_be_focused()
	page.keyboard.type("We come on Monday.")
	page.keyboard.press("Escape")
	expect(box).to_have_count(0)
	expect(bar.get_by_role("button", name="Reply", exact=True)).to_be_focused()
	page.keyboard.press("Enter")
	expect(editor).to_contain_text("We come on Monday.")
	box.get_by_role("button", name="Discard", exact=True).click()
	page.locator(".modal.show").get_by_role("button", name="Discard", exact=True).click()
	expect(box).to_have_count(0)

	note = conversation(page).locator(".note-box .ql-editor")
	bar.get_by_role("button", name="Private Note").focus()
	page.keyboard.press("Enter")
	expect(note).to_be_focused()
	page.keyboard.press("Escape")
	expect(note).to_have_count(0)
	expect(bar.get_by_role("button", name="Private Note")).to_be_focused()
	page.keyboard.press("Enter")
	expect(note).to_be_focused()
	page.keyboard.type("They are late.")
	page.keyboard.press("Escape")
	question = page.locator(".modal.show")
	question.get_by_role("button", name="Keep Writing").click()
	expect(note).to_contain_text("They are late.")
	# The buttons stand beside each other, and apart from what follows.
	add, cancel = (conversation(page).get_by_role("button", name=name) for name in ("Add Note", "Cancel"))
	assert add.bounding_box()["y"] == cancel.bounding_box()["y"]
	add.click()
	expect(note).to_have_count(0)
	expect(conversation(page).locator(".entry.note header").first).to_have_text(
		re.compile(r"Private Note\s+· ")
	)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_sticks_out(frontline, quiet, received, shoot, size):
	page = quiet(frontline)
	open_form(page, received("Offer for a solar roof"), size)
	open_reply(page)
	expect(conversation(page).locator(".reply-box .ql-editor[contenteditable=true]")).to_be_visible()
	shoot(page, f"width-{size['width']}")
	wide = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
	assert wide <= 0, f"{wide} pixels are beside the screen"


@pytest.fixture
def complaint(site, received, make_user):
	"""A complaint for which an agent is responsible, and a colleague without need-to-know."""
	name = received("Complaint about noise")
	rita = make_user("Customer Support", first_name="Rita", last_name="Sol", password=PASSWORD)
	aron = make_user("Customer Support", first_name="Aron", last_name="Tal", password=PASSWORD)
	site.db.set_value(INTERACTION, name, "responsible_staff", rita)
	site.db.commit()
	yield site._dict(name=name, rita=rita, aron=aron)
	site.set_user("Administrator")
	site.db.rollback()
	for doctype, field in (
		("Interaction Access Grant", "interaction"),
		("Notification Log", "document_name"),
	):
		site.db.delete(doctype, {field: name})
	site.db.commit()


def test_escalating_says_who_is_told_and_stands_in_the_conversation(site, quiet, make_user, complaint, shoot):
	manager = make_user("Customer Support Manager", first_name="Mara", last_name="Vogel", password=PASSWORD)
	page = quiet(complaint.rita)
	open_form(page, complaint.name)
	page.get_by_role("button", name="Escalate", exact=True).click()
	dialog = page.locator(".modal.show")
	expect(dialog).to_contain_text("Mara Vogel")
	dialog.get_by_label("Reason").fill("The client threatens to sue.")
	shoot(page, "dialog")
	dialog.get_by_role("button", name="Confirm").click()
	step = conversation(page).locator(".entry", has_text="escalated it")
	expect(step).to_contain_text("The client threatens to sue.")
	shoot(page, "conversation")
	site.db.rollback()
	about = {"document_name": complaint.name, "for_user": manager}
	assert "The client threatens to sue." in site.db.get_value("Notification Log", about, "subject")


@pytest.mark.parametrize("width", [1400, 1100])
def test_long_names_of_buttons_stay_beside_the_title(login, make_user, complaint, width):
	manager = make_user("Customer Support Manager", "Sales User", language="de", password=PASSWORD)
	page = login(manager, PASSWORD)
	open_form(page, complaint.name, {"width": width, "height": 900})
	head = page.locator(".page-head:visible")
	title, save, state = (
		head.locator(part).first.bounding_box()
		for part in (".title-text", ".primary-action", ".indicator-pill")
	)
	assert abs((title["y"] + title["height"] / 2) - (save["y"] + save["height"] / 2)) < 12  # in one line
	actions = head.locator(".page-actions").bounding_box()
	assert state["x"] + state["width"] <= actions["x"]


def test_a_refusal_leads_to_access(login, complaint, shoot):
	aron = login(complaint.aron, PASSWORD)
	aron.set_viewport_size(DESKTOP)
	aron.goto(f"/app/client-interaction/{complaint.name}")
	refusal = aron.locator(".client-comms-refusal:visible")
	expect(refusal).to_contain_text("You have no access to")
	expect(aron.locator(".modal.show")).to_have_count(0)
	shoot(aron, "refused")
	refusal.locator("summary").click()
	expect(refusal.locator("details")).to_contain_text("Aron Tal")
	assert refusal.locator("details p").count() > 1  # a sentence for itself each
	refusal.get_by_role("button", name="Ask for Access").click()
	dialog = aron.locator(".modal.show")
	dialog.locator("[data-fieldname=reason] textarea").fill("I stand in for Rita.")
	dialog.get_by_role("button", name="Ask", exact=True).click()
	expect(refusal).to_contain_text("You have asked for access.")

	rita = login(complaint.rita, PASSWORD)
	open_form(rita, complaint.name)
	asks = conversation(rita).locator(".facts section", has_text="Asks for Access")
	expect(asks).to_contain_text("Aron Tal: I stand in for Rita.")
	shoot(rita, "asked")
	asks.get_by_role("button", name="Grant for").click()
	expect(asks).to_have_count(0)

	open_form(aron, complaint.name)
	expect(conversation(aron)).to_contain_text("Please get back to me.")


def test_a_refusal_without_a_way_in_says_who_can_help(login, make_user, complaint, shoot):
	page = login(make_user("Frontline Staff", "Sales User", password=PASSWORD), PASSWORD)
	page.goto(f"/app/client-interaction/{complaint.name}")
	refusal = page.locator(".client-comms-refusal:visible")
	expect(refusal).to_contain_text("can be opened by users with one of these roles: Compliance Officer")
	shoot(page, "refused-for-good")
	refusal.locator("summary").click()
	expect(refusal.locator("details")).to_contain_text("has no role that the level Sensitive allows")
	expect(refusal).not_to_contain_text("controller")
	expect(refusal).not_to_contain_text("does not have access to this document")


def test_emergency_access_starts_at_the_refusal(login, complaint):
	page = login(complaint.aron, PASSWORD)
	page.goto(f"/app/client-interaction/{complaint.name}")
	page.locator(".client-comms-refusal:visible").get_by_role("button", name="Emergency Access").click()
	dialog = page.locator(".modal.show")
	dialog.locator("[data-fieldname=reason] textarea").fill("The client is at the door.")
	dialog.get_by_role("button", name="Open the Record", exact=True).click()
	expect(conversation(page)).to_contain_text("Please get back to me.")


def test_who_else_is_writing_is_shown_before_sending(
	site, frontline, make_user, quiet, login, received, client, outgoing
):
	name = received("Offer for a solar roof")
	felix = make_user("Frontline Staff", "Sales User", first_name="Felix", last_name="Ost", password=PASSWORD)
	other = login(felix, PASSWORD)
	open_form(other, name)
	with other.expect_response("**/api/method/client_comms.api.writing"):
		open_reply(other)
	page = quiet(frontline)
	open_form(page, name)
	open_reply(page)
	expect(conversation(page).locator(".reply-box .others")).to_contain_text("Felix Ost")
	write(page, "We measure the roof.")
	conversation(page).get_by_role("button", name="Send", exact=True).click()
	question = page.locator(".modal.show", has_text="Felix Ost is writing to the client")
	question.get_by_role("button", name="Send Anyway").click()
	expect(conversation(page).locator(".entry.staff", has_text="We measure the roof.")).to_be_visible()


def test_who_left_the_reply_is_not_shown_as_writing(frontline, quiet, received):
	"""To another record, for a second box, or to a list."""
	names, said = [received("Solar roof"), received("Heat pump")], []

	def note(request):
		if request.url.endswith("client_comms.api.writing"):
			told = parse_qs(request.post_data)
			said.append((told["name"][0], told["active"][0]))

	def is_quiet():
		page.wait_for_timeout(1500)  # what was on its way
		said.clear()
		page.wait_for_timeout(2500)
		return ("1" in {active for _name, active in said}) is False

	page = quiet(frontline)
	page.on("request", note)
	page.add_init_script(
		"""const own = window.setInterval;
		window.setInterval = (run, wait, ...others) => own(run, wait === 30000 ? 700 : wait, ...others);"""
	)
	open_form(page, names[0])
	box = conversation(page).locator(".reply-box")
	open_reply(page)
	expect(box).to_be_visible()
	page.wait_for_timeout(2500)
	assert said.count((names[0], "1")) > 1
	page.evaluate("name => frappe.set_route('Form', 'Client Interaction', name)", names[1])
	page.wait_for_function("name => cur_frm?.conversation?.docname === name", arg=names[1])
	page.wait_for_timeout(500)
	assert (names[0], "0") in said
	assert is_quiet()

	open_reply(page)
	expect(box).to_be_visible()
	page.evaluate("() => { cur_frm.conversation.open_reply({ subject: 'Another one' }); }")
	expect(box.locator("[data-fieldname=subject] input")).to_have_value("Another one")
	box.get_by_role("button", name="Keep as Draft", exact=True).click()
	expect(box).to_have_count(0)
	assert is_quiet()

	open_reply(page)
	expect(box).to_be_visible()
	page.evaluate("() => frappe.set_route('List', 'Client Interaction', 'List')")
	page.locator(".list-row-container:visible").first.wait_for()
	assert is_quiet()
	page.evaluate("name => frappe.set_route('Form', 'Client Interaction', name)", names[1])
	expect(box).to_be_visible()
	said.clear()
	page.wait_for_timeout(2500)
	assert (names[1], "1") in said, "it goes on where one comes back"


def test_earlier_messages_can_be_asked_for_again(frontline, login, received):
	page = login(frontline, PASSWORD)
	open_form(page, received("Solar roof"))
	page.evaluate(
		"() => client_comms.thread.add_page(cur_frm, cur_frm.conversation.$body.find('.thread'), [], true, 0)"
	)
	more = conversation(page).get_by_role("button", name="Show Earlier Messages")
	asked = "**/api/method/client_comms.api.conversation*"
	page.route(asked, lambda route: route.abort())
	more.click()
	page.wait_for_timeout(500)
	page.unroute(asked)
	expect(more).to_be_enabled()
	more.click()
	expect(more).to_have_count(0)
	expect(conversation(page).locator(".entry.client")).to_have_count(2)


@pytest.fixture
def answer_from_banner(site, frontline, quiet, shoot):
	"""`answer_from_banner(document, inquiry, picture)`: on the document's form, its inquiry is marked as answered; both go in the end."""
	made = []

	def answer(document, inquiry, picture):
		made.extend((inquiry, document))
		site.db.commit()
		page = quiet(frontline)
		page.set_viewport_size(DESKTOP)
		page.goto(f"/app/{document.doctype.lower()}/{document.name}")
		banner = page.locator(".client-comms-banner:visible")
		banner.get_by_role("button", name="Actions").click()
		expect(banner.get_by_role("menuitem", name="Reply")).to_be_visible()
		shoot(page, picture)
		banner.get_by_role("menuitem", name="Done Elsewhere: Full Answer").click()
		page.locator(".modal.show [data-fieldname=through] select").select_option("Phone")
		page.get_by_role("button", name="Confirm").click()
		expect(banner).to_have_count(0)
		site.db.rollback()
		assert site.db.get_value(INTERACTION, inquiry.name, "status") == "Answered"

	yield answer
	site.set_user("Administrator")
	site.db.rollback()
	for each in made:
		site.delete_doc(each.doctype, each.name, force=True)
	site.db.commit()


def test_the_banner_of_a_lead_offers_the_same_actions(site, frontline, client, answer_from_banner):
	lead = site.get_doc(
		{
			"doctype": "Lead",
			"first_name": f"Lena {client.key}",
			"email_id": f"lena.{client.key}@lead.example",
			"lead_owner": frontline,
		}
	).insert(ignore_permissions=True)
	inquiry = site.get_doc(
		{
			"doctype": INTERACTION,
			"company": site.db.get_value("Company", {}),
			"party_type": "Lead",
			"party": lead.name,
			"communication_type": "Initial Inquiry",
			"channel": "Phone",
			"direction": "Inbound",
			"occurred_on": site.utils.now_datetime(),
			"subject": "Offer for a roof",
			"summary": "Lena asks.",
			"responsible_staff": frontline,
		}
	).insert(ignore_permissions=True)
	others = {"party_type": "Lead", "party": lead.name, "name": ("!=", inquiry.name)}
	for name in site.get_all(INTERACTION, others, pluck="name"):
		site.delete_doc(INTERACTION, name, force=True)
	answer_from_banner(lead, inquiry, "banner")


def test_the_banner_of_an_opportunity_offers_the_same_actions(site, frontline, client, answer_from_banner):
	opportunity = site.get_doc(
		{
			"doctype": "Opportunity",
			"opportunity_from": "Customer",
			"party_name": client.name,
			"company": site.db.get_value("Company", {}),
			"title": f"Roof {client.key}",
			"opportunity_owner": frontline,
		}
	).insert(ignore_permissions=True)
	about = {"reference_doctype": "Opportunity", "reference_name": opportunity.name}
	inquiry = site.get_doc(INTERACTION, about)
	site.db.set_value(INTERACTION, inquiry.name, "responsible_staff", frontline)
	answer_from_banner(opportunity, inquiry, "banner-of-opportunity")


# Of an Outlook in German; the picture would tell its sender who reads the message.
FROM_OUTLOOK = """<div><p>Can you come on Friday?</p><img src="https://tracker.example/seen.gif">
<p>Kind regards<br>Anna</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Lena &lt;lena@own.example&gt;<br>
<b>Gesendet:</b> Montag, 23. November 2026 10:12<br><b>An:</b> Anna<br><b>Betreff:</b> Roof</p></div><p>When does it suit you?</p></div>"""


def test_what_a_message_repeats_is_folded_and_nothing_is_loaded_from_elsewhere(
	site, frontline, login, written, shoot
):
	name = written("AW: Roof", FROM_OUTLOOK)
	site.db.set_value(INTERACTION, name, "responsible_staff", frontline)
	site.db.commit()
	page = login(frontline, PASSWORD)
	asked = []
	page.route("https://tracker.example/**", lambda route: asked.append(route.request.url) or route.abort())
	open_form(page, name)
	entry = conversation(page).locator(".entry.client")
	expect(entry).to_contain_text("Can you come on Friday?")
	expect(entry.get_by_text("When does it suit you?")).to_be_hidden()
	assert not asked, "the sender would know who reads it"
	shoot(page, "folded")
	entry.get_by_text("Quoted text").click()
	expect(entry.get_by_text("When does it suit you?")).to_be_visible()
	entry.get_by_role("button", name="Load Images").click()
	expect(entry.get_by_role("button", name="Load Images")).to_have_count(0)
	page.wait_for_timeout(500)
	assert asked


@pytest.mark.parametrize("language", ["de", "fr", "ar"])
def test_the_button_that_saves_is_on_the_screen(language, make_user, login, received, shoot):
	"""German has the longest words, and Arabic begins on the right."""
	user = make_user("Customer Support Manager", "Sales User", password=PASSWORD, language=language)
	page = login(user, PASSWORD)
	open_form(page, received("Complaint about noise"))
	page.wait_for_load_state("networkidle")
	save = page.locator(".page-head:visible .primary-action:visible").bounding_box()
	shoot(page, f"save-{language}")
	assert 0 <= save["x"] and save["x"] + save["width"] <= DESKTOP["width"]


def test_a_long_title_leaves_the_form_free_on_a_phone(site, make_user, login, received, shoot):
	"""Beside the state of a long name, the title had one letter in a line and covered the tabs."""
	user = make_user("Frontline Staff", "Sales User", language="fr", password=PASSWORD)
	doc = site.get_doc(
		"Client Interaction", received("The heat pump on the roof of the second building is loud at night")
	)
	doc.record("Acknowledged")
	site.db.commit()
	page = login(user, PASSWORD)
	page.set_viewport_size({"width": 375, "height": 740})
	page.goto(f"/app/client-interaction/{doc.name}")
	tabs = page.locator(".form-tabs .nav-link:visible")
	tabs.first.wait_for()
	page.wait_for_load_state("networkidle")
	shoot(page, "long-title")
	title = page.locator(
		".page-head:visible .title-text:visible, .page-head:visible .navbar-breadcrumbs li:last-child"
	).first.bounding_box()
	head = page.locator(".page-head:visible").bounding_box()
	assert (
		title["width"] > 75
		and head["y"] <= title["y"]
		and title["y"] + title["height"] <= head["y"] + head["height"]
	)
	is_free = """tab => {
		const { x, y, width, height } = tab.getBoundingClientRect();
		return tab.contains(document.elementFromPoint(x + width / 2, y + height / 2));
	}"""
	assert tabs.first.evaluate(is_free)


def test_the_banner_has_the_width_of_a_phone(frontline, login, received, shoot):
	page = login(frontline, PASSWORD)
	open_form(page, received("Offer for a solar roof"), PHONE)
	banner = page.locator(".form-message:visible", has_text="an acknowledgement by")
	shoot(page, "banner-phone")
	sentence, pill = banner.get_by_text("an acknowledgement by"), banner.locator(".indicator-pill").first
	assert pill.bounding_box()["y"] >= sentence.bounding_box()["y"] + sentence.bounding_box()["height"]


def test_a_snoozed_interaction_says_until_when(site, frontline, quiet, received):
	name = received("Offer for a roof")
	with acting_as(frontline):
		api.pause(name, "On holiday", site.utils.add_days(site.utils.nowdate(), 30))
	site.db.commit()
	page = quiet(frontline)
	open_form(page, name)
	expect(page.locator(".form-message:visible")).to_contain_text("Snoozed until")
	expect(conversation(page).locator(".facts section", has_text="Owed")).to_contain_text("paused until")


def test_a_reply_goes_to_the_client_after_an_email_came_back(site, frontline, login, received, client):
	name = received("A question")
	message = site.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": f"mailer-daemon@{client.key}.example",
			"subject": "Undelivered mail",
			"content": "It could not be delivered.",
			"reference_doctype": "Client Interaction",
			"reference_name": name,
		}
	).insert(ignore_permissions=True)
	doc = site.get_doc("Client Interaction", name)
	doc.record("Bounced", source=message)
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	open_reply(page)
	expect(page.locator(".reply-box [data-fieldname=recipients] input:visible")).to_have_value(
		re.compile(re.escape(client.address))
	)
	site.delete_doc("Communication", message.name, force=True, ignore_permissions=True)
	site.db.commit()


@pytest.mark.parametrize(
	("roles", "links"), [(("Frontline Staff", "Sales User"), 2), (("Compliance Officer",), 0)]
)
def test_the_card_leads_only_to_records_that_its_reader_can_open(
	roles, links, make_user, received, client, quiet
):
	page = quiet(make_user(*roles, password=PASSWORD))
	open_form(page, received("Solar roof"))
	of_client = conversation(page).locator(".facts section", has_text=client.name)
	expect(of_client.locator("a")).to_have_count(links)


def test_a_field_for_responsible_staff_says_who_is_offered(frontline, received, quiet):
	page = quiet(frontline)
	open_form(page, received("Solar roof"))
	page.get_by_role("tab", name="Details").click()
	field = page.locator("[data-fieldname=responsible_staff] input:visible")
	field.click()
	field.fill("Nicolas")
	said = page.locator("[role=option]:visible")
	expect(said.first).to_contain_text("Only users with clearance for the level and a role")
	expect(said.filter(has_text="equals")).to_have_count(0)
