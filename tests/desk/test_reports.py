"""The reports, and links from and to them in the desk (C-3, C-4, M-1, D-5)."""

import re
import uuid
from urllib.parse import quote

import pytest
from browsing import choose
from playwright.sync_api import expect

from client_comms import procedure

pytestmark = pytest.mark.clause("C-3", "C-4", "M-1", "D-5")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


# Of cells, the texts that have too little room. A cell without width tells how much its text needs.
CUT = """cells => cells.filter((cell) => {
	const room = cell.clientWidth;
	cell.style.width = "0";
	const needed = cell.scrollWidth;
	cell.style.width = "";
	return cell.innerText.trim() && needed >= room;
}).map((cell) => cell.innerText.trim())"""


@pytest.fixture
def supervisor(make_user):
	return make_user(
		procedure.CUSTOMER_SUPPORT_MANAGER, first_name="Sina", last_name="Voss", password=PASSWORD
	)


@pytest.fixture
def client(site, supervisor):
	"""A client with an inquiry and an answered complaint; in the end all of it goes."""
	customer = site.get_doc(
		{"doctype": "Customer", "customer_name": f"Meyer Dental Clinic {uuid.uuid4().hex[:8]}"}
	).insert(ignore_permissions=True)
	made = {}
	for kind in (procedure.INITIAL_INQUIRY, procedure.FEEDBACK):
		doc = site.get_doc(
			{
				"doctype": INTERACTION,
				"company": site.db.get_value("Company", {}),
				"party_type": "Customer",
				"party": customer.name,
				"communication_type": kind,
				"channel": "Phone",
				"direction": "Inbound",
				"occurred_on": site.utils.add_to_date(site.utils.now_datetime(), minutes=-5),
				"subject": f"About {kind}",
				"summary": "The client called.",
				"responsible_staff": supervisor if kind == procedure.FEEDBACK else None,
			}
		)
		doc.flags.from_intake = True
		doc.append_event("Received", doc.occurred_on)
		made[kind] = doc.insert(ignore_permissions=True)
	made[procedure.FEEDBACK].record("Answered")
	site.db.commit()

	yield site._dict(name=customer.name, complaint=made[procedure.FEEDBACK].name)

	site.set_user("Administrator")
	site.db.rollback()
	for doc in made.values():
		site.delete_doc(INTERACTION, doc.name, force=True, ignore_permissions=True)
	site.delete_doc("Customer", customer.name, force=True, ignore_permissions=True)
	site.db.commit()


@pytest.fixture
def unanswered(site, client):
	"""The complaint, which is not answered: the Team Board only counts what was."""
	site.db.set_value(INTERACTION, client.complaint, "status", "Acknowledged")
	site.db.commit()
	return client.complaint


def open_report(page, report, client):
	page.goto(f"/app/query-report/{quote(report)}?party_type=Customer&party={quote(client.name)}")
	page.locator(".dt-row-0 .dt-cell__content").first.wait_for()


def cell(page, group, column):
	header = page.locator(".dt-header .dt-cell")
	header.filter(has_text=column).first.wait_for(state="attached")
	# Not `inner_text`, which is empty for columns that the table has not laid out yet.
	index = [text.strip() for text in header.all_text_contents()].index(column)
	row = page.locator(".dt-scrollable .dt-row", has_text=group)
	return row.locator(".dt-cell").nth(index)


def test_a_number_of_the_report_opens_the_list_behind_it(login, supervisor, client, shoot):
	page = login(supervisor, PASSWORD)
	open_report(page, "Response Compliance", client)
	expect(
		page.get_by_text(
			"Only interactions that you can read are counted; in a file that you export, those that you can export."
		)
	).to_be_visible()
	expect(page.locator(".chart-wrapper .y-markers")).to_contain_text("Target: 90 %")
	shoot(page, "target")
	number = cell(page, "Sina Voss", "Answered in Time")
	expect(number).to_have_text("1")
	number.locator("a").click()

	rows = page.locator(".list-row:visible")
	expect(rows).to_have_count(1)
	expect(rows.first).to_contain_text("About Feedback/Complaint")


def test_someone_uncleared_sees_no_trace_of_the_complaint(make_user, login, client):
	page = login(make_user(procedure.FRONTLINE_STAFF, password=PASSWORD), PASSWORD)
	open_report(page, "Response Compliance", client)
	total = cell(page, "All", "Interactions")
	expect(total).to_have_text("1")
	assert "Sina Voss" not in page.locator(".layout-main-section:visible").last.inner_text()


def test_the_team_board_opens_an_interaction(login, supervisor, client, unanswered):
	page = login(supervisor, PASSWORD)
	open_report(page, "Team Board", client)
	page.locator(".dt-scrollable a", has_text="About Feedback/Complaint").click()
	expect(page).to_have_url(re.compile(f"/{client.complaint}$"))


@pytest.mark.clause("R-2")
def test_a_supervisor_ticks_and_reassigns(site, login, supervisor, make_user, client, shoot, unanswered):
	colleague = make_user(procedure.CUSTOMER_SUPPORT, first_name="Ada", last_name="Vogt")
	page = login(supervisor, PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 800})
	open_report(page, "Team Board", client)
	row = page.locator(".dt-scrollable .dt-row", has_text="About Feedback/Complaint")
	row.locator("input[type=checkbox]").click()
	shoot(page, "team-board")
	table = page.locator(".dt-scrollable").first
	assert table.evaluate("table => table.scrollWidth <= table.clientWidth + 1")
	page.locator(".page-head:visible").get_by_role("button", name="Reassign", exact=True).click()
	choose(page.locator(".modal.show"), "user", colleague)
	page.locator(".modal.show").get_by_role("button", name="Confirm").click()
	expect(page.locator(".desk-alert").filter(has_text="1 interaction changed")).to_be_visible()
	site.db.rollback()
	assert site.db.get_value(INTERACTION, client.complaint, "responsible_staff") == colleague
	# At the place of what was ticked, something else may stand now.
	expect(page.locator(".dt-scrollable .dt-row", has_text="Ada Vogt")).to_be_visible()
	ticked = "() => frappe.query_report.datatable.rowmanager.getCheckedRows()"
	assert page.evaluate(ticked) == []
	expect(page.locator(".dt-scrollable input[type=checkbox]:checked")).to_have_count(0)


@pytest.mark.clause("M-1")
def test_who_could_not_be_responsible_is_not_offered(login, supervisor, make_user, client, shoot, unanswered):
	"""A complaint is not for the front line; a colleague is found among many."""
	key = f"Zyx {client.name[-8:]}"
	make_user(procedure.FRONTLINE_STAFF, first_name=key, last_name="Frontline")
	for number in range(22):
		make_user(procedure.CUSTOMER_SUPPORT, first_name=key, last_name=f"Support {number:02}")
	page = login(supervisor, PASSWORD)
	open_report(page, "Team Board", client)
	row = page.locator(".dt-scrollable .dt-row", has_text="About Feedback/Complaint")
	row.locator("input[type=checkbox]").click()
	page.locator(".page-head:visible").get_by_role("button", name="Reassign", exact=True).click()
	dialog = page.locator(".modal.show")
	box = dialog.locator("[data-fieldname=user] input:visible")
	box.click()
	box.fill(key)
	options = dialog.locator("[role=option]:visible")
	expect(options.filter(has_text="Support 00")).to_have_count(1)
	expect(options.filter(has_text="Frontline")).to_have_count(0)
	shoot(page, "reassign-offers")
	box.fill(f"{key} Support 21")
	expect(options.filter(has_text="Support 21")).to_have_count(1)
	offered = options.filter(has_text="Support 21")
	expect(offered.locator("strong")).to_have_text(f"{key} Support 21")
	assert offered.inner_text().count("Support 21") == 1, "not said again below"
	offered.click()
	expect(box).to_have_value(f"{key} Support 21")


@pytest.mark.clause("R-2")
def test_the_row_of_a_user_stands_for_all_that_they_have_open(
	site, login, supervisor, make_user, removed, client
):
	"""Also for what the board does not show, of which it has the ten that are due first."""
	leaving = make_user(procedure.FRONTLINE_STAFF, first_name="Lea", last_name="Vergangen")
	colleague = make_user(procedure.FRONTLINE_STAFF, first_name="Ada", last_name="Vogt")
	names = []
	for number in range(12):
		doc = site.get_doc(
			{
				"doctype": INTERACTION,
				"company": site.db.get_value("Company", {}),
				"party_type": "Customer",
				"party": client.name,
				"communication_type": procedure.INITIAL_INQUIRY,
				"channel": "Phone",
				"direction": "Inbound",
				"occurred_on": site.utils.add_to_date(site.utils.now_datetime(), minutes=-5),
				"subject": f"Offer {number}",
				"summary": "The client called.",
				"responsible_staff": leaving,
			}
		).insert()
		names.append(removed(INTERACTION, doc.name))
	site.db.commit()
	page = login(supervisor, PASSWORD)
	open_report(page, "Team Board", client)
	row = page.locator(".dt-scrollable .dt-row", has_text="Lea Vergangen")
	row.locator("input[type=checkbox]").click()
	page.locator(".page-head:visible").get_by_role("button", name="Reassign", exact=True).click()
	expect(page.locator(".modal.show .modal-title")).to_have_text("Reassign (12)")
	choose(page.locator(".modal.show"), "user", colleague)
	page.locator(".modal.show").get_by_role("button", name="Confirm").click()
	expect(page.locator(".desk-alert").filter(has_text="12 interactions changed")).to_be_visible()
	site.db.rollback()
	assert {site.db.get_value(INTERACTION, name, "responsible_staff") for name in names} == {colleague}


def test_a_long_deadline_is_read_on_the_team_board(site, login, supervisor, client, shoot):
	(inquiry,) = site.get_all(
		INTERACTION, {"party": client.name, "name": ("!=", client.complaint)}, pluck="name"
	)
	due = site.utils.add_to_date(site.utils.now_datetime(), days=-60)
	site.db.set_value(INTERACTION, inquiry, {"acknowledge_by": due, "respond_by": due, "next_deadline": due})
	site.db.set_value("User", supervisor, "language", "de")
	site.db.commit()
	page = login(supervisor, PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 800})
	open_report(page, "Team Board", client)
	deadline = page.locator(".dt-scrollable .client-comms-board-lines.late").first
	expect(deadline).to_contain_text("Arbeitstage zu spät")
	within, around = deadline.bounding_box(), deadline.locator("xpath=ancestor::div[1]").bounding_box()
	assert deadline.evaluate("each => each.scrollWidth <= each.clientWidth")
	assert within["y"] >= around["y"] and within["y"] + within["height"] <= around["y"] + around["height"]
	shoot(page, "team-board-german")


@pytest.mark.parametrize("width", [1280, 1440])
def test_a_long_name_on_the_team_board_is_read_whole(
	width, site, login, supervisor, client, unanswered, shoot
):
	subject = "Offer for the roofs of the Western Districts, and when the scaffold is taken down"
	name = "Association of the Dental Clinics of the Western Districts and Their Suppliers"
	site.db.set_value(INTERACTION, client.complaint, {"subject": subject, "party_name": name})
	site.db.commit()
	page = login(supervisor, PASSWORD)
	page.set_viewport_size({"width": width, "height": 800})
	open_report(page, "Team Board", client)
	names = page.locator(".dt-scrollable .client-comms-board-lines.names", has_text=subject)
	expect(names.locator("b")).to_have_text(name)
	shoot(page, f"team-board-long-names-{width}")
	around = names.locator("xpath=ancestor::div[contains(@class, 'dt-cell__content')]")
	assert around.evaluate("each => each.scrollWidth <= each.clientWidth")
	within, room = names.bounding_box(), around.bounding_box()
	assert within["y"] >= room["y"] and within["y"] + within["height"] <= room["y"] + room["height"]
	table = page.locator(".dt-scrollable").first
	assert table.evaluate("table => table.scrollWidth <= table.clientWidth + 1"), "all columns are seen"


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_headers_of_the_team_board_are_whole(
	language, site, login, supervisor, client, shoot, unanswered
):
	site.db.set_value("User", supervisor, "language", language)
	site.db.commit()
	page = login(supervisor, PASSWORD)
	for width in (1280, 1440):
		page.set_viewport_size({"width": width, "height": 800})
		open_report(page, "Team Board", client)
		shoot(page, f"team-board-{language}-{width}")
		headers = page.locator(".dt-row-header .dt-cell__content")
		expect(headers.nth(10)).to_be_visible()
		assert headers.evaluate_all(CUT) == []
		statuses = page.locator(
			f".dt-scrollable .dt-cell--col-{status_column(page)} .client-comms-board-lines"
		)
		assert statuses.count() > 1 and statuses.evaluate_all(CUT) == []


def status_column(page) -> int:
	columns = "frappe.query_report.datatable.getColumns()"
	return page.evaluate(f"{columns}.find(({{ id }}) => id === 'status').colIndex")


def test_one_click_writes_the_escalation_report(site, login, supervisor, client):
	page = login(supervisor, PASSWORD)
	page.goto(f"/app/client-interaction/{client.complaint}")
	missing = page.locator(".facts section", has_text="Before It Is Closed")
	missing.locator("> div", has_text=procedure.ESCALATION_REPORT).get_by_role(
		"button", name="Generate"
	).click()
	expect(missing).to_contain_text(f"✓ {procedure.ESCALATION_REPORT}")
	page.locator(".form-tabs").get_by_role("tab", name="Documentation").click()
	expect(page.locator("[data-fieldname=evidence] .grid-body .grid-row")).to_have_count(1)

	site.db.rollback()
	(row,) = site.get_doc(INTERACTION, client.complaint).evidence
	file = site.get_doc("File", row.reference_name)
	assert file.is_private
	assert file.attached_to_name == client.complaint


def test_deadlines_are_on_the_calendar_and_stay_there(login, make_user, client):
	page = login(make_user(procedure.FRONTLINE_STAFF, password=PASSWORD), PASSWORD)
	page.goto("/app/client-interaction/view/calendar/default")
	event = page.locator(".fc-event", has_text=client.name).first
	event.wait_for()
	assert "fc-draggable" not in event.get_attribute("class")


def test_the_colours_of_ageing_have_whole_names_in_german(client, make_user, login, shoot):
	page = login(make_user("Customer Support Manager", password=PASSWORD, language="de"), PASSWORD)
	page.goto("/app/query-report/Interaction Ageing")
	legend = page.locator(".client-comms-legend:visible")
	expect(legend).to_contain_text("Überfällig > 5 Tage")
	expect(legend).to_contain_text("Keine Antwort geschuldet")
	expect(page.locator(".chart-legend:visible")).to_have_count(0)
	assert legend.evaluate("element => element.scrollWidth <= element.clientWidth")
	shoot(page, "legend")


# Of printed cells, the words that stand in two lines, and the numbers that do not stand at the right.
TORN = """() => [...document.querySelectorAll("table.table td")].flatMap((cell) => {
	const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
	const torn = [];
	while (walker.nextNode()) {
		const { data } = walker.currentNode;
		for (const { 0: word, index } of data.matchAll(/\\S+/g)) {
			const range = document.createRange();
			range.setStart(walker.currentNode, index);
			range.setEnd(walker.currentNode, index + word.length);
			const lines = new Set([...range.getClientRects()].map(({ bottom }) => Math.round(bottom)));
			if (lines.size > 1 && !word.includes("@")) torn.push(word); // of a user without a name, it can be long
		}
	}
	return torn;
})"""
LEFT = """() => {
	const heads = [...document.querySelectorAll("table.table th")];
	return [...document.querySelectorAll("table.table td")].filter((cell) => {
		if (!heads[cell.cellIndex].classList.contains("text-right") || !cell.innerText.trim()) return false;
		const range = document.createRange();
		range.selectNodeContents(cell);
		const texts = [...range.getClientRects()].map(({ right }) => right);
		return cell.getBoundingClientRect().right - Math.max(...texts) > 8;
	}).map((cell) => cell.innerText.trim());
}"""


def printed_report(page, report, orientation, size):
	"""The page that is printed of a report, as wide as its paper."""
	page.goto(f"/app/query-report/{quote(report)}")
	page.wait_for_function("() => frappe.query_report?.data?.length")
	page.wait_for_load_state("networkidle")
	with page.expect_popup() as opened:
		page.evaluate(
			f"frappe.query_report.print_report({{ orientation: '{orientation}', with_letter_head: 0 }})"
		)
	printed = opened.value
	printed.wait_for_load_state()
	printed.set_viewport_size(size)
	printed.emulate_media(media="print")
	return printed


@pytest.mark.parametrize("report", ["Team Board", "Response Compliance"])
def test_a_printed_report_has_whole_words_and_numbers_below_each_other(
	site, client, unanswered, supervisor, login, shoot, report
):
	site.db.set_value(INTERACTION, unanswered, "subject", "Confidentially acknowledged")
	site.db.commit()
	page = login(supervisor, PASSWORD)
	printed = printed_report(page, report, "Portrait", {"width": 680, "height": 900})
	shoot(printed, f"words-{report.split()[0]}")
	assert printed.evaluate(TORN) == []
	assert printed.evaluate(LEFT) == []


@pytest.mark.parametrize("report", ["Response Compliance", "Data Map"])
def test_a_printed_report_stays_on_the_page(site, client, make_user, login, shoot, report):
	user = make_user(
		procedure.CUSTOMER_SUPPORT_MANAGER, procedure.COMPLIANCE_OFFICER, language="de", password=PASSWORD
	)
	page = login(user, PASSWORD)
	printed = printed_report(page, report, "Landscape", {"width": 1123, "height": 794})
	if report == "Response Compliance":
		shoot(printed, "printed")
	beyond = printed.evaluate("document.documentElement.scrollWidth - innerWidth")
	assert beyond <= 1


@pytest.mark.parametrize("report", ["Response Compliance", "Late Logs", "Unlogged Interactions"])
def test_a_period_ends_today_on_the_site(report, supervisor, login):
	"""Where it is still yesterday, what has just happened would be left out."""
	page = login(supervisor, PASSWORD)
	page.goto("/app/client-interaction")
	expect(page.locator(".frappe-list:visible")).to_be_visible()
	# 25 hours apart, so at no hour of the same day.
	page.evaluate("moment.tz.add(['Test/East|E|-e0|0|', 'Test/West|W|b0|0|'])")
	page.evaluate("frappe.boot.time_zone = { system: 'Test/East', user: 'Test/West' }")
	page.evaluate("report => void frappe.set_route('query-report', report)", report)
	there = "frappe.query_report?.report_name === report && frappe.query_report.get_filter_value('to_date')"
	shown = page.wait_for_function(f"report => {there}", arg=report).json_value()
	assert shown == page.evaluate("moment.tz('Test/East').format('YYYY-MM-DD')")
	assert shown > page.evaluate("frappe.datetime.get_today()")
