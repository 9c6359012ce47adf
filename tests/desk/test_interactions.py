"""Interactions in the desk: view, act, log, ask why (D-1, C-3, C-4, D-5)."""

import re

import pytest
from browsing import shut
from playwright.sync_api import expect

from client_comms import clock

pytestmark = pytest.mark.clause("D-1", "C-3", "C-4", "D-5")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


def interactions_with(site, client):
	filters = {"party_type": "Customer", "party": client.name}
	return site.get_all(INTERACTION, filters, pluck="name", order_by="creation asc")


def open_form(page, name):
	page.goto(f"/app/client-interaction/{name}")
	banner = page.locator(".form-message:visible")
	banner.wait_for()
	return banner


def status(page):
	return page.locator(".page-head:visible .title-area .indicator-pill")


def button(page, label):
	return page.locator(".page-head:visible").get_by_role("button", name=label, exact=True)


def test_the_list_shows_level_and_deadline_and_no_complaint(frontline, login, received, client):
	received("Offer for a solar roof")
	received("Complaint about noise")
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction?party_name={client.name}")

	rows = page.locator(".list-row:visible")
	expect(rows.first).to_contain_text("Offer for a solar roof")
	assert rows.count() == 1
	expect(rows.first).to_contain_text(re.compile(r", \d+ (business day|hour|minute)s? left"))
	text = rows.first.inner_text()
	assert "Open" in text
	assert "Standard" in text
	assert "Complaint" not in page.locator(".frappe-list:visible").inner_text()


@pytest.mark.parametrize("size", [(1400, 900), (1280, 800), (390, 844)], ids=["desk", "laptop", "phone"])
def test_the_list_shows_the_client_beside_the_subject(frontline, login, received, client, shoot, size):
	received("Offer for a solar roof")
	page = login(frontline, PASSWORD)
	page.set_viewport_size({"width": size[0], "height": size[1]})
	page.goto(f"/app/client-interaction?party_name={client.name}")
	name = page.locator(".list-row:visible .client-comms-client").first
	expect(name).to_have_text(client.name)
	expect(name).to_be_in_viewport()
	due = page.locator(".list-row:visible .client-comms-due").first
	expect(due).to_be_in_viewport()
	expect(due).to_contain_text("left")
	page.wait_for_load_state("networkidle")
	assert due.evaluate("element => element.scrollHeight <= element.clientHeight + 1")
	shoot(page, f"list-{size[0]}")


def test_how_late_something_is_stands_whole_in_the_list(frontline, login, owed_by, client, shoot):
	owed_by(frontline, "Offer for a solar roof", hours=-45 * 24)
	page = login(frontline, PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 800})
	page.goto(f"/app/client-interaction?party_name={client.name}")
	due = page.locator(".list-row:visible .client-comms-due").first
	expect(due).to_contain_text("business days late")
	page.wait_for_load_state("networkidle")
	assert due.evaluate("element => element.scrollHeight <= element.clientHeight + 1")
	shoot(page, "late")


def test_an_answer_that_came_back_is_taken_back_by_clicks(site, frontline, login, received, client, shoot):
	name = received("Offer for a solar roof")
	doc = site.get_doc(INTERACTION, name)
	doc.record("Answered", by=frontline)
	doc.record("Bounced")
	site.db.commit()
	page = login(frontline, PASSWORD)
	banner = open_form(page, name)
	expect(banner).to_contain_text("An email came back after the answer.")
	shoot(page, "came-back")
	button(page, "Take the Answer Back").click()
	page.locator(".modal.show [data-fieldname=reason] textarea").fill("It came back.")
	shoot(page, "take-back")
	page.get_by_role("button", name="Confirm").click()
	expect(status(page)).to_have_text("Open")
	expect(banner).to_contain_text(f"owes {client.name} an answer by")
	expect(page.get_by_text("took the answer back")).to_be_visible()
	shoot(page, "taken-back")


def test_the_oversight_role_sees_the_complaint_in_the_same_list(site, make_user, login, received, client):
	received("Complaint about noise")
	page = login(make_user("Customer Support Manager", password=PASSWORD), PASSWORD)
	page.goto(f"/app/client-interaction?party_name={client.name}")

	row = page.locator(".list-row:visible").first
	expect(row).to_contain_text("Complaint about noise")
	expect(row).to_contain_text("Sensitive")
	if site.__version__.startswith("16."):  # version 15 has no room for this column
		kind = row.locator("[data-filter^='communication_type,']").first
		assert kind.text_content().strip() == "Feedback/Complaint" and "/<wbr>" in kind.inner_html()


def test_a_user_who_can_only_read_sees_the_banner_and_no_actions(make_user, login, received):
	name = received("Complaint about noise")
	page = login(make_user("Compliance Officer", password=PASSWORD), PASSWORD)
	banner = open_form(page, name)
	expect(banner).to_contain_text("an acknowledgement by")
	expect(button(page, "Why?")).to_be_visible()
	assert button(page, "Done Elsewhere").count() == 0
	assert button(page, "Snooze").count() == 0
	assert page.locator(".modal.show").count() == 0  # asking what is possible shows no error


def test_acknowledge_answer_and_close_by_clicks(site, frontline, login, received, client):
	name = received("Offer for a solar roof")
	page = login(frontline, PASSWORD)
	banner = open_form(page, name)
	expect(status(page)).to_have_text("Open")
	expect(banner).to_contain_text(f"owes {client.name} an acknowledgement by")
	expect(banner).to_contain_text("Standard")
	assert button(page, "Close").count() == 0  # nothing is closed while a reply is owed

	done_elsewhere(page, "Acknowledgement")
	expect(page.locator(".modal.show")).to_contain_text("Nothing is sent to the client.")
	by(page, "Phone")
	page.get_by_role("button", name="Confirm").click()
	expect(status(page)).to_have_text("Acknowledged")
	expect(page.locator(".form-message:visible")).not_to_contain_text("acknowledgement")
	expect(page.locator(".form-message:visible")).to_contain_text(f"owes {client.name} an answer by")

	done_elsewhere(page, "Full Answer")
	page.locator(".modal.show [data-fieldname=note] textarea").fill("Sent the offer.")
	by(page, "Letter")
	page.get_by_role("button", name="Confirm").click()
	expect(status(page)).to_have_text("Answered")
	expect(page.locator(".form-message:visible")).to_contain_text("No reply is owed")

	button(page, "Close").click()
	expect(status(page)).to_have_text("Closed")

	site.db.rollback()
	doc = site.get_doc(INTERACTION, name)
	done = [(row.event, row.by_user, row.note) for row in doc.events][-3:]
	assert done == [
		("Acknowledged", frontline, "Phone"),
		("Answered", frontline, "Letter: Sent the offer."),
		("Closed", frontline, None),
	]


def test_who_closes_reads_which_action_items_stay_open_and_with_whom(
	site, frontline, login, received, make_user, shoot
):
	name = received("Offer for a solar roof")
	colleague = make_user("Frontline Staff", first_name="Otto", last_name="Zwingenberger")
	doc = site.get_doc(INTERACTION, name)
	item = {"assigned_to": colleague, "due_on": "2030-01-02"}
	doc.append("action_items", {"description": "Send <b>the</b> brochure", **item})
	doc.append("action_items", {"description": "Call the roofer", "status": "Closed", **item})
	doc.record("Answered", by=frontline)
	doc.save()
	site.db.commit()
	page = login(frontline, PASSWORD)
	open_form(page, name)
	button(page, "Close").click()
	dialog = page.locator(".modal.show")
	expect(dialog.locator(".modal-title")).to_have_text("Open Action Items")
	expect(dialog.locator("li")).to_have_count(1)
	expect(dialog.locator("li")).to_contain_text("Send <b>the</b> brochure · Otto Zwingenberger · Due On ")
	expect(dialog).to_contain_text("They stay in Owed Today of those to whom they are assigned")
	shoot(page, "open-items")
	dialog.get_by_role("button", name="Cancel").click()
	expect(dialog).to_have_count(0)
	expect(status(page)).to_have_text("Answered")
	button(page, "Close").click()
	dialog.get_by_role("button", name="Close the Interaction").click()
	expect(status(page)).to_have_text("Closed")
	site.db.rollback()
	assert [row.status for row in doc.reload().action_items] == ["Open", "Closed"]


def test_who_closes_several_reads_which_of_them_have_open_action_items(
	site, frontline, login, received, make_user, shoot
):
	names = [received(subject) for subject in ("Offer for a <b>roof</b>", "Offer for a wall")]
	for name in names:
		doc = site.get_doc(INTERACTION, name)
		if name == names[0]:
			for what in ("Send the brochure", "Call the roofer"):
				item = {
					"description": what,
					"assigned_to": make_user("Frontline Staff"),
					"due_on": "2030-01-02",
				}
				doc.append("action_items", item)
		doc.record("Answered", by=frontline)
		doc.save()
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto("/app/client-interaction/view/list")
	page.wait_for_function("window.cur_list?.data?.length")
	page.evaluate("(names) => void client_comms.work.close(names, () => cur_list.refresh())", names)
	dialog = page.locator(".modal.show")
	expect(dialog).to_contain_text("Close 2 interactions?")
	expect(dialog).to_contain_text("They stay in Owed Today of those to whom they are assigned")
	expect(dialog.locator("li")).to_have_count(1)
	expect(dialog.locator("li")).to_contain_text(f"{names[0]} Offer for a <b>roof</b>")
	shoot(page, "open-items-of-several")
	dialog.get_by_role("button", name="Yes").click()
	expect(dialog).to_have_count(0)
	expect(page.locator(".desk-alert:visible")).to_contain_text("2 interactions changed")
	site.db.rollback()
	assert {site.db.get_value(INTERACTION, name, "status") for name in names} == {"Closed"}


def done_elsewhere(page, what):
	button(page, "Done Elsewhere").click()
	page.locator(".dropdown-menu.show").get_by_text(what, exact=True).click()


def by(page, channel):
	page.locator(".modal.show [data-fieldname=through] select").select_option(channel)


def test_a_reply_by_another_channel_than_preferred_is_noted_with_a_reason(
	site, frontline, login, received, client
):
	name = received("Offer for a wind turbine")
	wish = site.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Customer",
			"party": client.name,
			"channels": [{"channel": "Email"}],
		}
	).insert(ignore_permissions=True)
	site.db.commit()
	try:
		page = login(frontline, PASSWORD)
		open_form(page, name)
		done_elsewhere(page, "Full Answer")
		dialog = page.locator(".modal.show", has=page.locator("[data-fieldname=through]"))
		dialog.locator("[data-fieldname=note] textarea").fill("Told her the price.")
		by(page, "Phone")
		dialog.get_by_role("button", name="Confirm").click()
		refusal = page.locator(".modal.show", has_text="Give a reason to proceed.")
		expect(refusal).to_contain_text("prefers Email")
		shut(refusal)
		expect(refusal).to_have_count(0)
		expect(dialog.locator("[data-fieldname=note] textarea")).to_have_value("Told her the price.")
		dialog.locator("[data-fieldname=outgoing_reason] textarea").fill("Her mailbox is full.")
		dialog.get_by_role("button", name="Confirm").click()
		expect(status(page)).to_have_text("Answered")
		site.db.rollback()
		told = site.get_all("Client Disclosure", {"client_interaction": name}, ["channel", "reason"])
		assert [tuple(each.values()) for each in told] == [("Phone", "Her mailbox is full.")]
	finally:
		site.db.rollback()
		site.delete_doc("Communication Preference", wish.name, force=True, ignore_permissions=True)
		site.db.commit()


def open_promise(page, name):
	open_form(page, name)
	done_elsewhere(page, "Promise")


def test_a_promise_names_its_moment(site, frontline, login, received):
	name, page = received("Guided tour"), login(frontline, PASSWORD)
	open_promise(page, name)
	page.locator(".modal.show [data-fieldname=until] input").fill(
		f"{site.utils.formatdate('2099-12-01')} 12:00"
	)
	page.locator(".modal.show [data-fieldname=note] textarea").click()
	by(page, "Phone")
	page.get_by_role("button", name="Confirm").click()
	expect(page.locator(".form-message:visible")).to_contain_text("promised")
	step = page.locator(".client-comms-conversation:visible .entry.step").first
	expect(step).to_contain_text("noted a promise: Tue 1 Dec, 12:00")
	expect(step).not_to_contain_text("left")  # nor late once it is past, for it may have been kept

	site.db.rollback()
	promised_for, promise_status = site.db.get_value(INTERACTION, name, ["promised_for", "promise_status"])
	assert str(promised_for) == "2099-12-01 12:00:00"
	assert promise_status == "Running"


def test_the_keyboard_alone_promises_an_answer(site, frontline, login, received):
	"""The calendar, which opens while a date is typed, leaves it alone."""
	name, page = received("Guided tour"), login(frontline, PASSWORD)
	open_promise(page, name)
	dialog = page.locator(".modal.show")
	expect(dialog.locator("[data-fieldname=note] textarea")).to_be_focused()
	page.keyboard.press("Shift+Tab")
	expect(dialog.locator("[data-fieldname=until] input")).to_be_focused()
	page.keyboard.type(f"{site.utils.formatdate('2099-12-01')} 12:00")
	page.keyboard.press("Tab")
	page.keyboard.type("Told her.")
	page.keyboard.press("Tab")
	page.keyboard.type("Phone")
	confirm = dialog.get_by_role("button", name="Confirm")
	for _field in range(4):
		page.keyboard.press("Tab")
		if confirm.evaluate("(button) => button === document.activeElement"):
			break
	page.keyboard.press("Enter")
	expect(page.locator(".form-message:visible")).to_contain_text("promised")
	site.db.rollback()
	assert str(site.db.get_value(INTERACTION, name, "promised_for")) == "2099-12-01 12:00:00"


def test_what_was_typed_is_kept_when_an_action_is_refused(site, frontline, login, received):
	name, page = received("Guided tour"), login(frontline, PASSWORD)
	open_promise(page, name)
	until = page.locator(".modal.show [data-fieldname=until] input")
	note = page.locator(".modal.show [data-fieldname=note] textarea")
	until.fill(f"{site.utils.formatdate('2020-12-01')} 12:00")
	note.fill("Told her.")
	by(page, "Phone")
	page.get_by_role("button", name="Confirm").click()
	message = page.locator(".modal.show").filter(has_text="The promised answer must be due after")
	shut(message)

	expect(note).to_have_value("Told her.")
	until.fill(f"{site.utils.formatdate('2099-12-01')} 12:00")
	note.click()
	page.get_by_role("button", name="Confirm").click()
	expect(page.locator(".form-message:visible")).to_contain_text("promised")
	expect(page.locator(".modal.show")).to_have_count(0)
	site.db.rollback()
	assert site.get_doc(INTERACTION, name).events[-1].note == "Phone: Told her."


def test_who_changes_what_decides_a_deadline_gives_a_reason(site, frontline, login, received):
	name, page = received("Guided tour"), login(frontline, PASSWORD)
	open_form(page, name)
	page.get_by_role("tab", name="Details").click()
	reason = page.locator("[data-fieldname=reclassification_reason] textarea:visible")
	expect(reason).to_have_count(0)  # nothing is asked before something is changed
	field = page.locator(".frappe-control[data-fieldname=communication_type]:visible")
	field.locator("input").fill("Resolution")
	field.locator("[role=option]").filter(has_text="Resolution/Closure").first.click()
	expect(reason).to_be_visible()
	button(page, "Save").click()
	message = page.locator(".modal.show").filter(has_text="Give a reason")
	shut(message)
	expect(message).to_have_count(0)
	reason.fill("It thanks us for the tour.")
	page.keyboard.press("Tab")
	page.wait_for_function("() => cur_frm.doc.reclassification_reason && !frappe.request.ajax_count")
	button(page, "Save").click()
	expect(page.locator(".form-message:visible")).to_contain_text("No reply is owed")
	site.db.rollback()
	doc = site.get_doc(INTERACTION, name)
	assert doc.communication_type == "Resolution/Closure"
	assert any((row.note or "").endswith(": It thanks us for the tour.") for row in doc.events)


def test_who_raises_an_interaction_above_their_clearance_reads_so_in_the_list(
	site, frontline, login, received, shoot
):
	name, page = received("Guided tour"), login(frontline, PASSWORD)
	open_form(page, name)
	page.get_by_role("tab", name="Details").click()
	field = page.locator(".frappe-control[data-fieldname=confidentiality_level]:visible")
	field.locator("input").fill("Sens")
	field.locator("[role=option]").filter(has_text="Sensitive").first.click()
	button(page, "Save").click()
	alert = page.locator(".desk-alert:visible").filter(has_text="so you can no longer open it")
	expect(alert).to_contain_text(f"{name} now has the level Sensitive")
	page.wait_for_url(re.compile(r"/client-interaction(\?|/view|$)"))
	page.wait_for_load_state("networkidle")
	shoot(page, "raised-out-of-sight")
	expect(page.locator(".modal.show")).to_have_count(0)
	expect(page.locator(".list-row:visible").filter(has_text="Guided tour")).to_have_count(0)
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "confidentiality_level") == "Sensitive"
	page.goto(f"/app/client-interaction/{name}")
	expect(page.locator(".client-comms-refusal")).to_contain_text("You have no access")


def test_the_history_speaks_the_users_language(site, make_user, login, received):
	reader = make_user("Frontline Staff", "Sales User", first_name="Fritz", language="de", password=PASSWORD)
	name = received("Guided tour")
	doc = site.get_doc(INTERACTION, name)
	for event, note in (
		("Breached", "respond 2026-11-03 17:00:00"),
		("Priority Changed", "Low → High: <b>Low</b> was wrong"),
	):
		doc.append_event(event, clock.now(), note)
		doc.events[-1].db_insert()
	site.db.commit()

	page = login(reader, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.get_by_role("tab", name="Verlauf").click()
	rows = page.locator("[data-fieldname=events] .rows .grid-row")
	moment = page.evaluate("() => frappe.format('2026-11-03 17:00:00', { fieldtype: 'Datetime' })")
	expect(rows.filter(has_text=f"Antwort {moment}")).to_have_count(1)
	expect(rows.filter(has_text="Niedrig → Hoch: <b>Low</b> was wrong")).to_have_count(1)


def test_why_names_the_rule_and_what_is_missing(frontline, login, received):
	page = login(frontline, PASSWORD)
	open_form(page, received("Offer for a solar roof"))
	button(page, "Why?").click()
	dialog = page.locator(".modal.show")
	answer = dialog.locator("[data-fieldname=answer]")
	expect(answer).to_contain_text("Rule: Role clearance")
	expect(answer.locator(".indicator-pill")).to_have_text("Allowed")
	expect(answer).to_contain_text("Frontline Staff")

	dialog.locator("[data-fieldname=action] select").select_option("share")
	expect(answer.locator(".indicator-pill")).to_have_text("Not Allowed")
	expect(answer).to_contain_text("Rule: No clearance")
	assert dialog.locator("[data-fieldname=user] input:enabled").count() == 0  # about oneself only


def begin_to_log(page):
	"""The dialog that a form offers, with an inquiry by telephone."""
	button(page, "Create").click()
	page.locator(".dropdown-menu.show").get_by_text("Log Interaction", exact=True).click()
	dialog = page.locator(".modal.show")
	expect(dialog.locator("[data-fieldname=subject] input")).to_be_focused()
	for fieldname, value in (("communication_type", "Initial Inquiry"), ("channel", "Phone")):
		field = dialog.locator(f"[data-fieldname={fieldname}] input")
		field.fill(value)
		dialog.locator(f"[data-fieldname={fieldname}] [role=option]").filter(has_text=value).first.click()
	return dialog


def test_log_interaction_from_a_customer_names_the_customer(site, frontline, login, client):
	page = login(frontline, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	dialog = begin_to_log(page)
	# Typed at once, as people do: what Frappe does after a choice must not take letters away.
	dialog.locator("[data-fieldname=subject] input").press_sequentially(
		"Grant for public buildings", delay=40
	)
	dialog.locator("[data-fieldname=summary] textarea").fill("Asks which grants can be combined.")
	page.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".form-message:visible")).to_contain_text(
		"Grant for public buildings: Fiona Berg owes"
	)

	site.db.rollback()
	(name,) = interactions_with(site, client)
	doc = site.get_doc(INTERACTION, name)
	assert (doc.communication_type, doc.channel, doc.responsible_staff) == (
		"Initial Inquiry",
		"Phone",
		frontline,
	)
	assert doc.confidentiality_level == "Standard"


@pytest.mark.parametrize(
	("doctype", "values", "role"),
	[
		("Prospect", {"company_name": "Weber & Sons"}, "Sales User"),
		(
			"Supplier",
			{"supplier_name": "Weber & Sons", "supplier_group": "All Supplier Groups"},
			"Purchase User",
		),
	],
)
def test_other_kinds_of_clients_are_logged_from_their_forms_as_customers_are(
	doctype, values, role, site, make_user, login, removed, shoot
):
	if doctype == "Prospect":
		values = {**values, "company": site.get_all("Company", pluck="name")[0]}
	name = removed(doctype, site.get_doc({"doctype": doctype, **values}).insert().name)
	site.db.commit()
	page = login(make_user("Frontline Staff", "Compliance Officer", role, password=PASSWORD), PASSWORD)
	page.goto(f"/app/{doctype.lower()}/{name}")
	dialog = begin_to_log(page)
	dialog.locator("[data-fieldname=subject] input").fill("Which grants are there?")
	dialog.locator("[data-fieldname=summary] textarea").fill("Asks which grants can be combined.")
	page.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".form-message:visible")).to_contain_text("Which grants are there?")
	shoot(page, f"banner-{doctype.lower()}")
	button(page, "View").click()
	page.locator(".dropdown-menu.show").get_by_text("Communication Preference", exact=True).click()
	page.wait_for_url("**/communication-preference/new-**")
	page.go_back()
	button(page, "Privacy").click()
	expect(page.locator(".dropdown-menu.show").get_by_text("New Consent", exact=True)).to_be_visible()
	page.keyboard.press("Escape")

	site.db.rollback()
	(logged,) = site.get_all(INTERACTION, {"party_type": doctype, "party": name}, pluck="name")
	removed(INTERACTION, logged)


def test_a_user_who_cannot_log_is_offered_no_button(make_user, login, client):
	page = login(make_user("Sales User", password=PASSWORD), PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	expect(button(page, "Create")).to_be_visible()
	button(page, "Create").click()
	expect(page.locator(".dropdown-menu.show")).to_be_visible()
	assert page.locator(".dropdown-menu.show").get_by_text("Log Interaction").count() == 0


def test_the_workspace_counts_what_its_reader_may_see(site, frontline, make_user, login, received, as_user):
	received("Offer for a solar roof")
	received("Complaint about noise")
	counts = {}
	for user in (frontline, make_user("Customer Support Manager", password=PASSWORD)):
		with as_user(user):
			counts[user] = len(
				site.get_list(INTERACTION, filters={"status": ("!=", "Closed")}, limit_page_length=0)
			)
		page = login(user, PASSWORD)
		page.goto("/app/client-communications")
		figure = page.locator(".owed-today .figures a", has_text="Open Interactions")
		expect(figure.locator(".number")).to_have_text(str(counts[user]))
	figure.click()
	page.wait_for_url("**/client-interaction**")
	expect(page.locator(".list-count:visible")).to_contain_text(f"of {counts[user]}")
	assert len(set(counts.values())) == 2


@pytest.mark.parametrize(("role", "links"), [("Frontline Staff", 1), ("Client Communications Manager", 0)])
def test_the_workspace_leads_to_owed_today_those_who_can_open_it(role, links, make_user, login):
	page = login(make_user(role, password=PASSWORD), PASSWORD)
	page.goto("/app/client-communications")
	head = page.locator(".owed-today .head")
	expect(head).to_be_visible()
	expect(head.get_by_role("link", name="All")).to_have_count(links)


@pytest.mark.parametrize(
	"answered",
	[lambda route: route.abort(), lambda route: route.fulfill(status=500), lambda route: None],
	ids=["broken", "failed", "not at all"],
)
def test_the_workspace_is_there_without_what_was_asked_ahead(answered, frontline, login, received):
	received("Offer for a solar roof")
	page = login(frontline, PASSWORD)
	page.route("**/client_comms.api.workspace_block*", answered)
	page.goto("/app/client-communications")
	expect(page.locator(".owed-today .figures a:visible", has_text="Open Interactions")).to_be_visible()
	expect(page.locator(".links-widget-box:visible").first).to_be_visible()


def test_a_workspace_that_is_drawn_again_asks_again_what_is_on_it(frontline, login):
	"""It was customized meanwhile. Where it shows no block, no block takes what was asked ahead."""
	page = login(frontline, PASSWORD)
	page.goto("/app/client-communications")
	expect(page.locator(".owed-today .figures a:visible").first).to_be_visible()
	asked = []
	page.on("request", lambda request: asked.append(request.url))
	page.evaluate(
		"""async () => {
			client_comms.owed_ahead = client_comms.ask_owed_ahead();
			for (let time = 0; time < 2; time++) {
				await frappe.workspace.get_data({ name: "Client Communications", title: "Client Communications", public: 1 });
			}
		}"""
	)
	assert len([url for url in asked if "get_desktop_page" in url]) == 1


def test_the_workspace_asks_once_for_what_is_owed(frontline, login, received):
	received("Offer for a solar roof")
	page = login(frontline, PASSWORD)
	asked = []
	page.on("request", lambda request: asked.append(request.url))

	def of_the_block():
		page.wait_for_load_state("networkidle")
		found = [
			re.search(r"client_comms\.api\.(workspace_block|owed_today)|owed_today\.js", url) for url in asked
		]
		asked.clear()
		return sorted(each[0] for each in found if each)

	page.goto("/app/client-communications")
	figure = page.locator(".owed-today .figures a:visible", has_text="Open Interactions")
	expect(figure).to_be_visible()
	page.wait_for_load_state("networkidle")
	assert [url for url in asked if re.search(r"get_count|load\.getdoc\?|get_desktop_page", url)] == []
	assert of_the_block() == ["client_comms.api.workspace_block", "owed_today.js"]

	before = int(figure.locator(".number").inner_text())
	figure.click()
	expect(page.locator(".list-row:visible").first).to_be_visible()
	received("Offer for a heat pump")
	of_the_block()
	page.go_back()
	expect(figure.locator(".number")).to_have_text(str(before + 1))
	assert of_the_block() == ["client_comms.api.owed_today"]
	figure.click()
	expect(page.locator(".list-row:visible").first).to_be_visible()


def test_a_long_subject_leaves_the_status_on_the_screen(written, make_user, login, shoot):
	written("A subject that is as long as a sentence, and goes on and on about " + "the roof " * 6, "When?")
	page = login(make_user("Customer Support", password=PASSWORD), PASSWORD)
	page.goto("/app/client-interaction")
	row = page.locator(".list-row", has_text="as long as a sentence")
	status = row.locator(".indicator-pill.orange:visible")
	expect(status).to_be_visible()
	page.wait_for_load_state("networkidle")
	shoot(page, "long-subject")
	right = status.bounding_box()["x"] + status.bounding_box()["width"]
	assert right <= row.locator(".level-right").bounding_box()["x"]
