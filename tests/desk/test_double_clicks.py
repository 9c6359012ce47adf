"""A double click does what a click does, once (D-1, C-3)."""

import pytest
from log_dialog import log_button, opened
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-1", "C-3")

PASSWORD = "Regenbogen-Kahn-42"
SEND = "frappe.core.doctype.communication.email.make"


@pytest.fixture
def page(login, make_user):
	return login(make_user("Frontline Staff", "Sales User", password=PASSWORD), PASSWORD)


@pytest.fixture
def calls(page):
	"""`calls(method)`: how often the page has called it."""
	seen = []
	page.on("request", lambda request: seen.append(request.url))
	return lambda method: sum(url.endswith(f"/{method}") for url in seen)


def test_an_interaction_is_logged_once(page, calls, client):
	page.goto("/app/todo")
	page.locator(".frappe-list:visible").wait_for()  # arriving closes dialogs
	log_button(page).click()
	dialog = opened(page)
	dialog.locator("[data-fieldname=caller] input").press_sequentially(client.key, delay=30)
	dialog.locator("[data-fieldname=caller] li").filter(has_text="Anna").first.click()
	dialog.locator("[data-fieldname=subject] input").fill("Roof")
	dialog.locator("[data-fieldname=summary] textarea").fill("When?")
	expect(dialog.locator("[data-fieldname=becomes]")).to_contain_text("Level: Standard")
	dialog.get_by_role("button", name="Log", exact=True).dblclick()
	expect(page.locator(".desk-alert").filter(has_text="Logged as CI-")).to_be_visible()
	expect(page.locator(".modal.show")).to_have_count(0)
	assert calls("client_comms.api.log_interaction") == 1


def test_a_reply_is_sent_once(page, calls, received, outgoing):
	page.goto(f"/app/client-interaction/{received('The invoice')}")
	conversation = page.locator(".client-comms-conversation:visible")
	conversation.locator(".reply-bar").get_by_role("button", name="Reply", exact=True).click()
	box = conversation.locator(".reply-box")
	box.locator("[data-fieldname=content] .ql-editor[contenteditable=true]").click()
	page.keyboard.type("It is attached.")
	box.get_by_role("button", name="Send", exact=True).dblclick()
	expect(conversation.locator(".entry.staff", has_text="It is attached.")).to_be_visible()
	expect(page.locator(".msgprint:visible")).to_have_count(0)
	assert calls(SEND) == 1


@pytest.mark.clause("D-2")
def test_a_report_is_made_once(site, login, make_user, received):
	name = received("A complaint about your fitter")
	manager = make_user("Customer Support Manager", "Sales User", password=PASSWORD)
	page = login(manager, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	card = page.locator(".client-comms-conversation:visible .facts")
	card.locator("[data-remedy=generate]").first.dblclick()
	expect(card.locator("[data-remedy=generate]")).to_have_count(0)
	site.db.rollback()
	attached = {"attached_to_doctype": "Client Interaction", "attached_to_name": name}
	assert site.db.count("File", attached) == 1


@pytest.fixture
def reader(login, make_user):
	"""A page of a user who can read both reports."""
	return login(make_user("Customer Support Manager", "Frontline Staff", password=PASSWORD), PASSWORD)


def visit(page, *reports):
	"""Reports, one after the other: all share one page, on which each of them is begun again."""
	for place, report in enumerate(reports):
		with page.expect_response(lambda answer: ".query_report.run" in answer.url):  # it has begun before
			if not place:
				page.goto(f"/app/query-report/{report}")
			else:
				page.evaluate("(report) => frappe.set_route('query-report', report)", report)


def test_a_row_of_a_report_is_logged_once_after_other_reports(reader):
	held = []
	reader.route("**/client_comms.api.log_unlogged", lambda route: held.append(route))
	visit(reader, "Unlogged Interactions", "Late Logs", "Unlogged Interactions")
	reader.evaluate("""() => $(`<button class="client-comms-log" data-doctype="ToDo" data-name="x">Log it</button>`)
		.prependTo(frappe.query_report.page.main)""")
	reader.get_by_role("button", name="Log it").dblclick()
	reader.wait_for_timeout(500)
	assert len(held) == 1
	held[0].fulfill(json={"message": []})
	expect(reader.get_by_role("button", name="Log it")).to_be_enabled()


def test_a_late_log_opens_its_list_once_after_other_reports(reader):
	visit(reader, "Late Logs", "Unlogged Interactions", "Late Logs")
	opened = reader.evaluate("""() => {
		let opened = 0;
		frappe.set_route = () => (opened += 1);
		$(`<button class="client-comms-late" data-staff="x">5</button>`)
			.prependTo(frappe.query_report.page.main).trigger("click");
		return opened;
	}""")
	assert opened == 1


@pytest.mark.clause("T-1")
def test_answers_are_handed_in_once_and_kept_in_their_order(page, calls):
	"""A double click on it, and a tick that is slower than the next one."""
	page.route(
		"**/client_comms.api.open_training*",
		lambda route: route.fulfill(json={"message": TRAINING}),
	)
	kept = []
	page.route("**/client_comms.api.keep_training_answers", lambda route: kept.append(route))
	finished = []
	page.route("**/client_comms.api.finish_training", lambda route: finished.append(route))
	page.goto("/app/take-training/x")
	form = page.locator(".take-training form")
	form.get_by_label("One").check()
	form.get_by_label("Two").check()
	page.wait_for_timeout(300)
	assert len(kept) == 1, "the second one waits for the first one"
	kept[0].fulfill(json={"message": None})
	page.wait_for_timeout(300)
	assert len(kept) == 2
	form.locator("[type=submit]").dblclick()
	page.wait_for_timeout(300)
	kept[1].fulfill(json={"message": None})
	page.wait_for_timeout(300)
	assert calls("client_comms.api.finish_training") == 1
	finished[0].fulfill(status=500, json={})
	expect(form.locator("[type=submit]")).to_be_enabled()


TRAINING = {
	"attempt": "x",
	"training": "x",
	"answers": {},
	"content": "",
	"content_url": None,
	"files": [],
	"pass_mark": 100,
	"questions": [
		{
			"key": "a",
			"question": "Which?",
			"multiple": 1,
			"options": [{"number": 1, "text": "One"}, {"number": 2, "text": "Two"}],
		}
	],
}
