"""The scorecard and a feedback review in the desk, and the auditor's view as a PDF (F-3, R-3)."""

import io
import re
import unicodedata

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

pytestmark = pytest.mark.clause("F-3", "R-3")

PASSWORD = "Regenbogen-Kahn-42"
FILTERS_OF_LIST = """(doctype) => cur_list?.doctype === doctype && cur_list.filter_area
	? cur_list.filter_area.get().map((filter) => filter.slice(0, 4)) : []"""

ROWS = """() => [...document.querySelectorAll(".client-comms-scorecard tr[data-clause]")].map((row) => ({
	clause: row.dataset.clause, state: row.dataset.state, text: row.innerText.replace(/\\s+/g, " ")}))"""


@pytest.fixture
def officer(make_user):
	return make_user("Compliance Officer", password=PASSWORD)


def in_words(condition):
	"""A list says the number 1 of a checkbox where a figure says "1"."""
	return " ".join(map(str, condition))


def listed(doctype, of, field, operator, given):
	"""The condition of a figure as its list has it, which knows whole days, and no "=" for the fields of its rows."""
	if operator == "between":
		return [of, field, "Between", [day[:10] for day in given]]
	if operator == "=" and of != doctype:
		return [of, field, "in", [given]]
	return [of, field, operator, given]


def test_the_page_says_what_the_api_says_and_every_figure_opens_the_list_behind_it(officer, login, shoot):
	page = login(officer, PASSWORD)
	page.goto("/app/scorecard")
	expect(page.locator(".client-comms-scorecard").get_by_text("T-4").first).to_be_visible()
	shoot(page, "page")
	card = page.evaluate("frappe.xcall('client_comms.api.scorecard')")
	shown = page.evaluate(ROWS)
	assert [each["clause"] for each in shown] == [each["clause"] for each in card["clauses"]]
	for row, clause in zip(shown, card["clauses"], strict=True):
		assert row["state"] == clause["state"] and clause["rule"] in row["text"], clause["clause"]
		for control in clause["controls"]:
			assert f"{control['name']} {control['state']} {control['message']}" in row["text"], clause[
				"clause"
			]
		for figure in clause["figures"]:
			value = "–" if figure["value"] is None else f"{figure['value']}{figure['unit'] and ' %'}"
			assert f"{figure['name']}: {value}" in row["text"], clause["clause"]
	wrong = {}
	for row, clause in enumerate(card["clauses"]):
		for number, figure in enumerate(clause["figures"]):
			if figure["value"] is None:
				continue
			page.goto("/app/scorecard")
			page.locator(f'[data-figure="{row}:{number}"]').click()
			doctype = figure["doctype"]
			filters = figure["filters"] or [(doctype, "creation", "is", "set")]
			expected = [listed(doctype, *condition) for condition in filters]
			shown = []
			for _attempt in range(60):
				shown = page.evaluate(FILTERS_OF_LIST, doctype)
				if sorted(map(in_words, shown)) == sorted(map(in_words, expected)):
					break
				page.wait_for_timeout(500)
			else:
				wrong[clause["clause"], figure["name"]] = shown, expected
	assert wrong == {}


def test_on_a_phone_nothing_of_a_clause_lies_beside_the_screen(officer, login, shoot):
	page = login(officer, PASSWORD)
	page.set_viewport_size({"width": 375, "height": 800})
	page.goto("/app/scorecard")
	table = page.locator(".client-comms-scorecard .table-responsive")
	expect(table.get_by_text("T-4").first).to_be_visible()
	shoot(page, "phone")
	assert table.evaluate("table => table.scrollWidth <= table.clientWidth + 1")
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_the_auditors_view_prints_to_pdf_in_one_go(site, officer, removed, login, shoot):
	"""One click opens the snapshot as one page; as a PDF it holds every clause with its state, controls and figures."""
	page = login(officer, PASSWORD)
	page.goto("/app/scorecard")
	expect(page.locator(".client-comms-scorecard").get_by_text("T-4").first).to_be_visible()
	with page.expect_popup() as opened:
		page.locator(".page-head:visible").get_by_role("button", name="Print", exact=True).click()
	printed = opened.value
	expect(printed.get_by_text("Scorecard of the Client Communication Procedure")).to_be_visible()
	site.db.rollback()
	snapshot = site.get_last_doc("Scorecard Snapshot", {"taken_by": officer})
	removed(snapshot.doctype, snapshot.name)
	shoot(printed, "print")
	text = " ".join(
		each.extract_text() for each in PdfReader(io.BytesIO(printed.pdf(format="A4", landscape=True))).pages
	)
	text = unicodedata.normalize("NFKC", re.sub(r"\s+", " ", text))  # without ligatures
	for clause in snapshot.contents()["clauses"]:
		assert f"{clause['clause']} {clause['title']}" in text
		for control in clause["controls"]:
			assert f"{control['name']}: {control['message']}" in text, clause["clause"]
		for figure in clause["figures"]:
			assert f"{figure['name']}:" in text, clause["clause"]


def test_a_feedback_review_shows_its_figures(site, officer, removed, login, shoot):
	from client_comms.client_interactions import feedback

	review = feedback.make(site.utils.getdate("2020-10-01"), site.utils.getdate("2020-10-31"))
	removed(review.doctype, review.name)
	site.db.commit()
	page = login(officer, PASSWORD)
	page.goto(f"/app/feedback-review/{review.name}")
	expect(page.get_by_text("In brackets: per 100 interactions.")).to_be_visible()
	expect(page.get_by_text("No feedback was recorded in this period.")).to_be_visible()
	shoot(page, "review")


@pytest.mark.parametrize("refused", [False, True])
def test_the_print_opens_with_the_click_and_not_when_the_snapshot_is_made(officer, login, refused):
	"""A browser blocks a window that is opened some seconds after the click."""
	page = login(officer, PASSWORD)
	page.goto("/app/scorecard")
	expect(page.locator(".client-comms-scorecard").get_by_text("T-4").first).to_be_visible()
	held = []
	page.route("**/client_comms.api.scorecard_snapshot", lambda route: held.append(route))
	button = page.locator(".page-head:visible").get_by_role("button", name="Print", exact=True)
	with page.expect_popup(timeout=5000) as opened:
		button.dblclick()
	page.wait_for_timeout(300)
	assert len(held) == 1
	window = opened.value
	if refused:
		held[0].fulfill(status=417, json={"exc_type": "ValidationError"})
		expect(button).to_be_enabled()
		page.wait_for_timeout(300)
		assert window.is_closed()
	else:
		held[0].fulfill(json={"message": "x"})
		window.wait_for_url("**/printview?*name=x*")


def test_a_simulation_of_a_level_opens_with_the_click(make_user, login):
	page = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	page.goto("/app/confidentiality-level/Sensitive")
	held = []
	page.route("**/client_comms.api.simulate_change", lambda route: held.append(route))
	with page.expect_popup(timeout=5000) as opened:
		page.locator(".page-head:visible").get_by_role("button", name="Simulate", exact=True).dblclick()
	page.wait_for_timeout(300)
	assert len(held) == 1
	held[0].fulfill(json={"message": "x"})
	opened.value.wait_for_url("**/simulate-change/x")


def test_what_opens_the_proof_looks_like_it(officer, login):
	page = login(officer, PASSWORD)
	page.goto("/app/scorecard")
	for opens in ("[data-control]", "[data-figure]:not(:disabled)"):
		expect(page.locator(opens).first).to_have_css("text-decoration-line", "underline")
