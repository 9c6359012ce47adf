"""Logging from anywhere: by the button, by a key, by the search bar (D-1, D-2, C-4). What it costs: test_task_effort."""

import pytest
from browsing import shut
from log_dialog import log_button, opened, ready
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-1", "D-2")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


def open_dialog(login, frontline):
	page = login(frontline, PASSWORD)
	page.goto("/app/todo")
	ready(page)
	log_button(page).click()
	return page, opened(page)


def search(dialog, text, choose):
	dialog.locator("[data-fieldname=caller] input").press_sequentially(text, delay=30)
	option = dialog.locator("[data-fieldname=caller] li").filter(has_text=choose).first
	option.click()


def write(page, text):
	"""Into the field that has the focus, then on to the next one."""
	page.keyboard.type(text)
	page.keyboard.press("Tab")


@pytest.mark.parametrize(
	("typed", "subject_follows"), [("Rosa Unbekannt 0170 555123", True), ("Rosa Unbekannt", False)]
)
def test_tab_chooses_who_calls_and_passes_over_no_field(frontline, login, typed, subject_follows):
	page, dialog = open_dialog(login, frontline)
	page.keyboard.type(typed)
	dialog.locator("[data-fieldname=caller] li", has_text="Unknown caller").wait_for()
	page.keyboard.press("Tab")
	expect(dialog.get_by_label("Name of the Caller")).to_have_value("Rosa Unbekannt")
	expect(
		dialog.get_by_label("Subject" if subject_follows else "Number or Email", exact=True)
	).to_be_focused()


@pytest.mark.clause("C-1")
def test_who_calls_is_entered_and_left_by_keys(frontline, login):
	"""Also what appears only for a caller who is not known has a name for screen readers."""
	page = login(frontline, PASSWORD)
	page.goto("/app/todo")
	ready(page)
	log_button(page).focus()
	page.keyboard.press("Enter")
	dialog = opened(page)
	expect(dialog.locator("[data-fieldname=caller] input")).to_be_focused()
	page.keyboard.type("Rosa Unbekannt")
	dialog.locator("[data-fieldname=caller] li", has_text="Unknown caller").wait_for()
	page.keyboard.press("ArrowUp")
	page.keyboard.press("Enter")
	expect(dialog.get_by_label("Name of the Caller")).to_have_value("Rosa Unbekannt")
	expect(dialog.get_by_label("Number or Email")).to_be_focused()
	log = dialog.get_by_role("button", name="Log", exact=True)
	log.focus()
	page.keyboard.press("Tab")  # not into the list behind
	assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
	page.keyboard.press("Shift+Tab")
	expect(log).to_be_focused()
	expect(log).to_have_css("outline-style", "solid")
	page.keyboard.press("Escape")
	discard = page.get_by_role("button", name="Discard")
	discard.click()
	expect(page.locator(".modal.show")).to_have_count(0)
	expect(log_button(page)).to_be_focused()


def test_the_type_follows_the_words_until_it_is_chosen(frontline, make_user, client, login):
	make_user("Customer Support", first_name="Ada", last_name="Vogt")
	page, dialog = open_dialog(login, frontline)
	search(dialog, client.key, "Anna")
	kind = dialog.locator("[data-fieldname=communication_type] input")
	page.keyboard.type("Complaint about noise")
	expect(kind).to_have_value("Feedback/Complaint")
	expect(dialog.locator(".frappe-control[data-fieldname=communication_type]")).to_contain_text(
		"Mentioned: complaint"
	)
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("you will not be able to read it")
	kind.fill("Initial")
	dialog.locator("[data-fieldname=communication_type] [role=option]").filter(
		has_text="Initial Inquiry"
	).first.click()
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Standard")
	dialog.locator("[data-fieldname=summary] textarea").fill("A complaint, really.")
	expect(kind).to_have_value("Initial Inquiry")


@pytest.mark.clause("C-4")
def test_a_client_who_calls_again_continues_what_is_open(site, frontline, received, client, login):
	name = received("Offer for a solar roof")
	page, dialog = open_dialog(login, frontline)
	search(dialog, client.key, "Anna")
	dialog.locator("[data-continue]").click()
	expect(dialog).to_contain_text("The client calls again about Offer for a solar roof")
	expect(dialog.locator("[data-fieldname=subject] input")).to_be_hidden()
	page.keyboard.type("Wants it in writing.")
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".desk-alert").filter(has_text=f"Logged as {name}")).to_be_visible()
	site.db.rollback()
	event = site.get_doc(INTERACTION, name).events[-1]
	assert (event.event, event.note) == ("Received", "Wants it in writing.")
	assert site.db.count(INTERACTION, {"party": client.name}) == 1


def test_from_a_form_it_says_who_the_client_is_and_what_is_open(
	site, frontline, received, client, login, shoot
):
	name = received("Solar roof")
	page = login(frontline, PASSWORD)
	page.goto(f"/app/customer/{client.name}")
	page.wait_for_load_state("networkidle")
	page.evaluate(
		"() => cur_frm.page.inner_toolbar.find('.dropdown-item').get().find(\
		(item) => item.textContent.trim() === 'Log Interaction').click()"
	)
	dialog = page.locator(".modal.show")
	expect(dialog.locator("[data-fieldname=known]")).to_contain_text(client.name)
	expect(dialog.locator("[data-fieldname=found]")).to_contain_text(f"Solar roof {client.key}")
	shoot(page, "from-form")
	dialog.locator("[data-continue]").click()
	dialog.locator("[data-fieldname=summary] textarea").fill("When does it begin?")
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".desk-alert", has_text=name)).to_be_visible()
	site.db.rollback()
	assert site.db.count("Client Interaction", {"party": client.name}) == 1


def test_the_workspace_counts_what_was_just_logged(frontline, client, login):
	page = login(frontline, PASSWORD)
	page.goto("/app/client-communications")
	figure = page.locator(".figures a").filter(has_text="Open Interactions").locator(".number")
	before = int(figure.inner_text())
	ready(page)
	log_button(page).click()
	dialog = opened(page)
	search(dialog, client.key, "Anna")
	write(page, "Solar roof")
	write(page, "Asks for a price.")
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(figure).to_have_text(str(before + 1))


UNCOVERED = """() => {
	const { x, y, width, height } = document.activeElement.getBoundingClientRect();
	const there = document.elementFromPoint(x + width / 2, y + height / 2);
	return document.activeElement.contains(there) || Boolean(there.closest(".datepicker")); // its own
}"""


def test_tab_leaves_the_action_items_for_the_button_that_logs(frontline, login):
	page, dialog = open_dialog(login, frontline)
	rows = dialog.locator("[data-fieldname=action_items] .rows .grid-row")
	dialog.get_by_text("Action Items", exact=True).click()
	dialog.locator("[data-fieldname=action_items] .grid-add-row").press("Enter")
	dialog.locator("[data-fieldname=action_items] [data-fieldname=description] input").focus()
	page.keyboard.type("Send a brochure")
	log = dialog.get_by_role("button", name="Log", exact=True)
	for _press in range(12):
		page.keyboard.press("Tab")
		page.wait_for_timeout(150)  # Frappe adds a row after 100 milliseconds
		if log.evaluate("button => button === document.activeElement"):
			break
		assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
		assert page.evaluate(UNCOVERED)
	expect(log).to_be_focused()
	expect(rows).to_have_count(1)


def test_action_items_are_entered_in_it(site, frontline, client, login):
	page, dialog = open_dialog(login, frontline)
	search(dialog, client.key, "Anna")
	write(page, "Solar roof")
	write(page, "Asks for a price.")
	dialog.get_by_text("Action Items", exact=True).click()
	dialog.locator("[data-fieldname=action_items] .grid-add-row").click()
	dialog.locator("[data-fieldname=action_items] [data-fieldname=description] input").fill("Send a brochure")
	page.keyboard.press("Tab")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".desk-alert").filter(has_text="Logged as CI-")).to_be_visible()
	site.db.rollback()
	(name,) = site.get_all(INTERACTION, {"party": client.name}, pluck="name")
	(item,) = site.get_doc(INTERACTION, name).action_items
	assert (item.description, item.assigned_to) == ("Send a brochure", frontline)


def test_the_whole_form_takes_over_what_was_entered(site, frontline, client, login):
	page, dialog = open_dialog(login, frontline)
	search(dialog, client.key, "Anna")
	write(page, "Solar roof")
	write(page, "Asks for a price.")
	dialog.get_by_text("Action Items", exact=True).click()
	dialog.locator("[data-fieldname=action_items] .grid-add-row").click()
	dialog.locator("[data-fieldname=action_items] [data-fieldname=description] input").fill("Send a brochure")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	dialog.get_by_role("button", name="Edit in Full").click()
	expect(page.locator("[data-fieldname=action_items]:visible")).to_contain_text("Send a brochure")
	page.get_by_role("button", name="Save", exact=True).click()
	page.wait_for_url("**/client-interaction/CI-*")
	site.db.rollback()
	(name,) = site.get_all(INTERACTION, {"party": client.name}, pluck="name")
	interaction = site.get_doc(INTERACTION, name)
	(item,) = interaction.action_items
	assert (interaction.subject, interaction.summary) == ("Solar roof", "Asks for a price.")
	assert (item.description, item.assigned_to) == ("Send a brochure", frontline)


def test_an_action_item_added_to_a_form_is_ones_own_as_in_the_dialog(site, frontline, received, login):
	name = received("Offer for a solar roof")
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .facts section").first.wait_for()
	page.get_by_role("tab", name="Details").click()
	items = page.locator("[data-fieldname=action_items]:visible")
	items.locator(".grid-add-row").click()
	items.locator("[data-fieldname=description] textarea").first.fill("Send a brochure")
	page.keyboard.press("Control+s")
	expect(
		page.locator(".desk-alert", has_text="Saved").or_(items.get_by_text("Send a brochure")).first
	).to_be_visible()
	page.wait_for_function("!cur_frm.is_dirty()")
	site.db.rollback()
	(item,) = site.get_doc(INTERACTION, name).action_items
	assert (item.description, item.assigned_to) == ("Send a brochure", frontline)


def test_a_key_and_the_search_bar_open_it(frontline, login):
	page = login(frontline, PASSWORD)
	page.goto("/app/todo")
	ready(page)
	page.keyboard.press("Control+Shift+L")
	dialog = opened(page)
	expect(dialog.locator("[data-fieldname=caller] input")).to_be_focused()
	page.keyboard.press("Escape")
	expect(page.locator(".modal.show")).to_have_count(0)

	page.locator("#navbar-search:visible, #navbar-modal-search:visible").first.click()
	bar = page.locator(
		"#navbar-search:visible, .search-dialog input:visible, .modal.show input:visible"
	).first
	bar.fill("Log Interaction")
	page.locator(".awesomplete li:visible", has_text="Log Interaction").first.click()
	opened(page)


def test_nothing_is_logged_without_a_client_and_nothing_typed_is_lost(frontline, login):
	page, dialog = open_dialog(login, frontline)
	dialog.locator("[data-fieldname=subject] input").fill("Solar roof")
	dialog.locator("[data-fieldname=summary] textarea").fill("Asks for a price.")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	page.wait_for_load_state("networkidle")  # the type is suggested once more after the last word
	dialog.get_by_role("button", name="Log", exact=True).click()
	message = page.locator(".modal.show").filter(has_text="Client Missing")
	shut(message)
	expect(dialog.locator("[data-fieldname=summary] textarea")).to_have_value("Asks for a price.")


@pytest.mark.parametrize(
	("typed", "name", "number", "focused"),
	[
		("Olga Winter 0170 5551234", "Olga Winter", "0170 5551234", "subject"),
		("+49 (170) 555-1234, Olga Winter", "Olga Winter", "+49 (170) 555-1234", "subject"),
		("Olga olga@winter.example", "Olga", "olga@winter.example", "subject"),
		("Olga Winter", "Olga Winter", "", "caller_number"),
		("0170 5551234", "", "0170 5551234", "caller_name"),
		("Studio 54", "Studio 54", "", "caller_number"),
	],
)
def test_an_unknown_caller_is_a_name_and_a_number(frontline, login, shoot, typed, name, number, focused):
	page, dialog = open_dialog(login, frontline)
	search(dialog, typed, "Unknown caller")
	expect(dialog.locator("[data-fieldname=caller_name] input")).to_have_value(name)
	expect(dialog.locator("[data-fieldname=caller_number] input")).to_have_value(number)
	expect(dialog.locator(f"[data-fieldname={focused}] input")).to_be_focused()
	if focused == "subject":
		shoot(page, "unknown-caller")


def test_a_fast_user_logs_before_type_and_staff_are_proposed(site, frontline, client, login):
	page = login(frontline, PASSWORD)
	page.goto("/app/todo")
	ready(page)
	page.evaluate("""() => {
		const propose = client_comms.what_becomes;
		client_comms.what_becomes = async (log) => {
			await new Promise((go_on) => setTimeout(go_on, 3000));
			return propose(log);
		};
	}""")
	log_button(page).click()
	dialog = opened(page)
	search(dialog, client.key, "Anna")
	dialog.locator("[data-fieldname=subject] input").fill("Solar roof")
	dialog.locator("[data-fieldname=summary] textarea").fill("Asks for a price.")
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".desk-alert").filter(has_text="Logged as CI-")).to_be_visible()
	assert page.get_by_text("Missing Values").count() == 0
	site.db.rollback()
	assert site.db.count(INTERACTION, {"party": client.name}) == 1


def test_a_user_who_cannot_log_has_no_button(make_user, login):
	page = login(make_user("Sales User", password=PASSWORD), PASSWORD)
	page.goto("/app/todo")
	page.locator(".page-head:visible").wait_for()
	assert page.locator(".client-comms-log").count() == 0


def test_it_fits_a_phone(frontline, client, login, shoot):
	page = login(frontline, PASSWORD)
	page.set_viewport_size({"width": 390, "height": 844})
	page.goto("/app/todo")
	page.locator(".page-head:visible").wait_for()
	page.keyboard.press("Control+Shift+L")
	dialog = opened(page)
	search(dialog, client.key, "Anna")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	shoot(page, "phone")
	assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_another_name_is_another_client_until_one_is_chosen(frontline, received, client, login):
	received("Offer for a solar roof")
	page, dialog = open_dialog(login, frontline)
	search(dialog, client.key, "Anna")
	dialog.locator("[data-continue]").click()
	expect(dialog.locator("[data-fieldname=found]")).to_contain_text("The client calls again")
	caller = dialog.locator("[data-fieldname=caller] input")
	caller.fill("P")
	expect(dialog.locator("[data-fieldname=found]")).to_be_empty()
	expect(dialog.locator(".frappe-control[data-fieldname=caller] .help-box")).to_have_text("")
	dialog.locator("[data-fieldname=subject] input").fill("Gutter")
	dialog.locator("[data-fieldname=summary] textarea").fill("Asks for a price.")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	requests = []
	page.on("request", lambda request: requests.append(request.url))
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".modal.show:has(.msgprint)")).to_contain_text("Choose a client")
	assert not [url for url in requests if url.endswith(("log_interaction", "client_called_again"))]


@pytest.mark.clause("P-3")
def test_what_one_client_prefers_is_not_said_of_the_next(frontline, client, login):
	page, dialog = open_dialog(login, frontline)
	answer = {"message": {"name": "x", "description": "Never by phone", "message": None}}
	asked = "**/client_comms.api.communication_preference*"
	page.route(asked, lambda route: route.fulfill(json=answer))
	channel = dialog.locator(".frappe-control[data-fieldname=channel]")
	search(dialog, client.key, "Anna")
	expect(channel).to_contain_text("Never by phone")
	caller = dialog.locator("[data-fieldname=caller] input")
	caller.fill("")
	search(dialog, "Rosa Unbekannt", "Unknown caller")
	expect(dialog.get_by_label("Name of the Caller")).to_be_visible()
	expect(channel).not_to_contain_text("Never by phone")
	# The answer about a client comes when the caller is another one already.
	held = []
	page.unroute(asked)
	page.route(asked, lambda route: held.append(route))
	caller.fill("")
	search(dialog, client.key, "Anna")
	expect(dialog.get_by_label("Name of the Caller")).to_be_hidden()
	page.wait_for_timeout(200)
	assert held
	caller.fill("")
	search(dialog, "Rosa Unbekannt", "Unknown caller")
	expect(dialog.get_by_label("Name of the Caller")).to_be_visible()
	for route in held:
		route.fulfill(json=answer)
	page.wait_for_timeout(500)
	expect(channel).not_to_contain_text("Never by phone")


def test_more_that_is_open_than_is_shown_is_said(frontline, received, client, login):
	for number in range(5):
		received(f"Offer {number}")
	_page, dialog = open_dialog(login, frontline)
	search(dialog, client.key, "Anna")
	expect(dialog.locator("[data-continue]")).to_have_count(4)
	expect(dialog.locator("[data-fieldname=found]").get_by_role("button", name="Show All")).to_be_visible()


def test_it_is_logged_although_what_it_becomes_is_not_known(site, frontline, client, login):
	page, dialog = open_dialog(login, frontline)
	search(dialog, client.key, "Anna")
	write(page, "Solar roof")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	page.route("**/client_comms.api.simulate_log*", lambda route: route.fulfill(status=500, json={}))
	write(page, "Asks for a price.")
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".desk-alert").filter(has_text="Logged as CI-")).to_be_visible()
	site.db.rollback()
	assert site.db.count(INTERACTION, {"party": client.name, "subject": "Solar roof"}) == 1


@pytest.mark.parametrize("answer", ["none", "QueryTimeoutError"])
def test_it_is_logged_although_no_one_ever_says_what_it_becomes(answer, site, frontline, client, login):
	"""The request hangs, or ends with an error of which Frappe tells no caller."""

	def hang(route):
		if answer == "QueryTimeoutError":
			route.fulfill(status=500, json={"exception": f"frappe.exceptions.{answer}: too long"})

	page, dialog = open_dialog(login, frontline)
	search(dialog, client.key, "Anna")
	write(page, "Solar roof")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	page.route("**/client_comms.api.simulate_log*", hang)
	write(page, "Asks for a price.")
	page.wait_for_timeout(1000)
	page.evaluate("frappe.hide_msgprint(true)")  # that the server was too busy
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".desk-alert").filter(has_text="Logged as CI-")).to_be_visible(timeout=20_000)
	site.db.rollback()
	assert site.db.count(INTERACTION, {"party": client.name, "subject": "Solar roof"}) == 1


@pytest.mark.parametrize("where", ["customer", "contact", "client-interaction"])
def test_on_a_form_it_begins_with_the_client_whom_that_is_about(
	where, site, frontline, received, client, login, shoot
):
	about = received("Offer for a solar roof")
	contact = site.get_all("Contact", {"email_id": client.address}, pluck="name")[0]
	page = login(frontline, PASSWORD)
	page.goto(f"/app/{where}/" + {"customer": client.name, "contact": contact}.get(where, about))
	ready(page)
	page.keyboard.press("Control+Shift+L")
	dialog = opened(page)
	caller = dialog.locator("[data-fieldname=caller] input")
	expect(caller).to_be_focused()
	expect(caller).to_have_value(client.name)
	expect(dialog.locator("[data-continue]")).to_have_count(1)
	shoot(page, f"on-{where}")
	# It need not be who calls: what is typed takes the place of the name.
	page.keyboard.type("Rosa Unbekannt 0170 555123")
	expect(caller).to_have_value("Rosa Unbekannt 0170 555123")
	expect(dialog.locator("[data-continue]")).to_have_count(0)
	page.keyboard.press("Escape")
	page.get_by_role("button", name="Discard").click()
	# The proposal itself was not typed, so it is closed without a question.
	page.keyboard.press("Control+Shift+L")
	expect(opened(page).locator("[data-continue]")).to_have_count(1)
	page.keyboard.press("Escape")
	expect(page.locator(".modal.show")).to_have_count(0)
	page.keyboard.press("Control+Shift+L")
	dialog = opened(page)
	expect(dialog.locator("[data-continue]")).to_have_count(1)
	page.keyboard.press("Tab")
	dialog.locator("[data-fieldname=subject] input").fill("Which grants are there?")
	dialog.locator("[data-fieldname=summary] textarea").fill("Asks which grants can be combined.")
	dialog.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".desk-alert").filter(has_text="Logged as CI-")).to_be_visible()
	site.db.rollback()
	assert site.db.count(INTERACTION, {"party": client.name}) == 2
