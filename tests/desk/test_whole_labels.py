"""What heads the columns of lists and grids is read whole, in every language and on a small screen; of a text that can be of any length, a
pointer reads the rest (F-2)."""

import pytest
from playwright.sync_api import expect

from client_comms import procedure

pytestmark = pytest.mark.clause("F-2")

PASSWORD = "Regenbogen-Kahn-42"
LANGUAGES = ["en", "de", "fr"]
SMALL = {"width": 1280, "height": 900}
# A heading that is cut: what of it there is no room for.
CUT = """(which) => [...document.querySelectorAll(which)]
	.filter((each) => each.offsetParent && each.textContent.trim())
	.filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 4)
	.map((each) => `${each.textContent.trim()}: ${each.clientWidth}x${each.clientHeight} of ${each.scrollWidth}x${each.scrollHeight}`)"""
# Version 16 lets columns run on below what stands at the right of a row.
HIDDEN = """(which) => [...document.querySelectorAll(which)]
	.filter((each) => {
		const right = each.closest(".list-row").querySelector(".level-right");
		return each.offsetParent && each.getBoundingClientRect().right > right.getBoundingClientRect().left + 1;
	})
	.map((each) => `${each.textContent.trim()} is hidden`)"""
PILLS = ".list-row .list-row-col .indicator-pill"
# Rows with each state, level, kind or the like that the list can show, also where there is no record yet.
SHOW_PILLS = """() => {
	const fields = cur_list.meta.fields.filter(
		({ fieldtype, fieldname, in_list_view }) => fieldtype === "Select" && (in_list_view || fieldname === "status"),
	);
	const options = fields.map(({ options }) => options.split("\\n").filter(Boolean));
	fields.push({ fieldname: "confidentiality_level" });
	options.push(["Standard", "Confidential", "Sensitive"]);
	const now = frappe.datetime.now_datetime();
	cur_list.data = [...Array(Math.max(...options.map(({ length }) => length))).keys()].map((row) => ({
		...Object.fromEntries(fields.map(({ fieldname }, at) => [fieldname, options[at][row % options[at].length]])),
		name: `X${row}`, docstatus: 0, modified: now, creation: now, idx: 0, _comment_count: 0,
	}));
	cur_list.toggle_result_area();
	cur_list.render_list();
	cur_list.apply_column_widths?.();
}"""
# A row with long texts in each column.
SHOW_LONG_ROWS = """() => {
	const long = Object.fromEntries(cur_list.meta.fields
		.filter(({ in_list_view }) => in_list_view)
		.map(({ fieldname, fieldtype, options }) => [fieldname, fieldtype === "Datetime" ? "2026-11-30 10:15:00"
			: fieldtype === "Select" ? options.split("\\n").at(-1) : "Association of the Dental Clinics"]));
	const now = frappe.datetime.now_datetime();
	cur_list.data = [{ ...long, name: "X-2026-00001", docstatus: 0, modified: now, creation: now, idx: 0, _comment_count: 0 }];
	cur_list.toggle_result_area();
	cur_list.render_list();
	cur_list.apply_column_widths?.();
}"""
# Also where there is no record yet.
SHOW_HEADS = """async () => {
	cur_list.render_header(true);
	cur_list.$result.show();
}"""
SHOW_TABS = """() => {
	cur_frm.$wrapper.find(".tab-pane").addClass("show active");
	cur_frm.$wrapper.find(".section-body, .form-section").removeClass("hide");
}"""


# Those with the longest headings, of all that were looked at.
LISTS = ["Client Interaction", "Terminology Rule", "SOP Policy"]
# Those with the most columns or the longest texts, of all that were looked at.
MANY_COLUMNS = [
	*LISTS,
	"Client Disclosure",
	"Compliance Ledger Entry",
	"Data Package Item",
	"Interaction Review",
	"Policy Change Run",
]
PILLS_IN = [
	"Identity Verification",
	"SOP Policy",
	"Processing Restriction",
	"Client Interaction",
	"Policy Change Run",
]
REASON = (
	"Kept until 31-12-2032, because the commercial code asks to keep letters and invoices for six years, and a legal hold "
	"applies to it as well."
)
FORMS = ["client-comms-settings", "communication-matrix/new", "review-programme/new", "sop-training/new"]


def slug(doctype):
	return doctype.lower().replace(" ", "-")


@pytest.fixture
def reader(make_user, login):
	def make(language):
		user = make_user(*procedure.ROLES, "System Manager", language=language, password=PASSWORD)
		page = login(user, PASSWORD)
		page.set_viewport_size(SMALL)
		return page

	return make


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_head_of_a_list_is_cut(language, reader, shoot):
	page, cut = reader(language), {}
	for doctype in LISTS:
		page.goto(f"/app/{slug(doctype)}/view/list")
		page.wait_for_function(
			"doctype => window.cur_list?.doctype === doctype && cur_list.columns", arg=doctype
		)
		page.wait_for_timeout(300)
		page.evaluate(SHOW_HEADS)
		if found := page.evaluate(CUT, ".list-row-head .list-row-col"):
			cut[doctype] = found
		shoot(page, f"{slug(doctype)}-{language}")
	assert cut == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_pill_of_a_list_is_cut(language, reader, shoot):
	page, cut = reader(language), {}
	for doctype in PILLS_IN:
		page.goto(f"/app/{slug(doctype)}/view/list")
		page.wait_for_function(
			"doctype => window.cur_list?.doctype === doctype && cur_list.columns",
			arg=doctype,
		)
		page.wait_for_load_state("networkidle")
		# At once: the list draws what it has loaded whenever that arrives.
		pills, found, hidden = page.evaluate(
			f"([pills, texts]) => {{ ({SHOW_PILLS})(); return [document.querySelectorAll(pills).length, ({CUT})(texts), ({HIDDEN})(pills)]; }}",
			[PILLS, f"{PILLS}, {PILLS} .ellipsis"],
		)
		assert pills, doctype
		if doctype == "Client Interaction":
			found += hidden
		if found:
			cut[doctype] = found
		shoot(page, f"pills-{slug(doctype)}-{language}")
	assert cut == {}


@pytest.mark.parametrize(
	("doctype", "word"), [("Interaction Review", "Completed"), ("Erasure Item", "Anonymise")]
)
def test_a_state_is_one_word(doctype, word, reader, shoot):
	page = reader("en")
	page.goto(f"/app/{slug(doctype)}/view/list")
	page.wait_for_function("doctype => window.cur_list?.doctype === doctype && cur_list.columns", arg=doctype)
	page.wait_for_load_state("networkidle")
	heights = page.evaluate(
		f"""(pills) => {{
			({SHOW_PILLS})();
			const text = (pill) => {{
				const range = document.createRange();
				range.selectNodeContents(pill);
				return range.getClientRects();
			}};
			return [...document.querySelectorAll(pills)].map((pill) => {{
				const tops = [...text(pill)].filter(({{ width }}) => width).map(({{ top }}) => top);
				return [pill.innerText.trim(), Math.max(...tops) - Math.min(...tops) < 8 ? 1 : 2];
			}});
		}}""",
		PILLS,
	)
	assert word in [text for text, _lines in heights]
	assert {lines for _text, lines in heights} == {1}
	shoot(page, f"{slug(doctype)}-pills")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_of_a_list_is_seen(language, reader, shoot):
	page, hidden = reader(language), {}
	for doctype in MANY_COLUMNS:
		page.goto(f"/app/{slug(doctype)}/view/list")
		page.wait_for_function(
			"doctype => window.cur_list?.doctype === doctype && cur_list.columns", arg=doctype
		)
		page.wait_for_load_state("networkidle")
		# At once: the list draws what it has loaded whenever that arrives.
		columns, found = page.evaluate(
			f"(which) => {{ ({SHOW_LONG_ROWS})(); return [document.querySelectorAll(which).length, ({HIDDEN})(which)]; }}",
			".list-row-container:not(.hide) .list-row:not(.list-row-head) .level-left > .list-row-col:not(.hide)",
		)
		assert columns > 2, doctype
		if found:
			hidden[doctype] = found
		shoot(page, f"columns-{slug(doctype)}-{language}")
	assert hidden == {}


@pytest.mark.clause("P-2")
def test_why_a_record_is_kept_is_read_whole_in_the_list(reader):
	page = reader("en")
	page.goto("/app/erasure-item/view/list")
	page.wait_for_function("() => window.cur_list?.doctype === 'Erasure Item' && cur_list.columns")
	page.wait_for_load_state("networkidle")
	room = page.evaluate(
		"""(reason) => {
			cur_list.data = [{ name: "x", reference_name: "CI-2026-00001", reference_doctype: "Client Interaction",
				action: "Keep", state: "Kept", reason, docstatus: 0, modified: frappe.datetime.now_datetime() }];
			cur_list.toggle_result_area();
			cur_list.render_list();
			cur_list.apply_column_widths?.();
			const shown = document.querySelector(".list-row .client-comms-whole");
			const [row, box] = [shown.closest(".list-row"), shown].map((each) => each.getBoundingClientRect());
			return { text: shown.innerText, width: shown.scrollWidth - shown.clientWidth, below: box.bottom - row.bottom };
		}""",
		REASON,
	)
	assert room["text"] == REASON
	assert room["width"] <= 1
	assert room["below"] <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_head_of_a_grid_is_cut(language, reader, shoot):
	page, cut = reader(language), {}
	for form in FORMS:
		page.goto(f"/app/{form}")
		page.locator(".grid-heading-row").first.wait_for(state="attached")
		page.wait_for_timeout(1000)  # until Frappe has drawn all of them
		page.evaluate(SHOW_TABS)
		if found := page.evaluate(CUT, ".grid-heading-row .static-area"):
			cut[form] = found
		shoot(page, f"{form.partition('/')[0]}-{language}")
	assert cut == {}


def test_a_text_that_is_cut_in_a_grid_is_read_under_the_pointer(reader):
	page = reader("de")
	page.goto("/app/client-comms-settings")
	cells = page.locator("[data-fieldname=source_rules] .grid-body .static-area")
	cells.first.wait_for(state="attached")
	page.evaluate(SHOW_TABS)
	cut = cells.filter(has_text="Rückmeldung/Beschwerde").first
	cut.scroll_into_view_if_needed()
	assert cut.evaluate("each => each.scrollWidth > each.clientWidth")
	cut.hover()
	expect(cut).to_have_attribute("title", "Rückmeldung/Beschwerde")


@pytest.mark.parametrize(
	"address",
	[
		"owed-today",
		"scorecard",
		"take-training",
		"simulate-change",
		"client-comms-health",
		"approve-templates",
		"query-report/Team Board",
		"compliance-ledger-entry",
		"physical-file",
	],
)
def test_the_title_of_a_page_is_read_whole_on_a_phone(address, reader, shoot):
	page = reader("de")
	page.set_viewport_size({"width": 375, "height": 800})
	page.goto(f"/app/{address}")
	page.wait_for_load_state("networkidle")
	title = page.locator(
		".page-head:visible .title-text:visible, .page-head:visible .navbar-breadcrumbs li:last-child"
	).first
	title.wait_for()
	shoot(page, f"title-{address.rpartition('/')[2].replace(' ', '-')}")
	assert title.evaluate("each => each.scrollWidth - each.clientWidth") <= 1
	right = "each => Math.ceil(each.getBoundingClientRect().right)"
	around = page.locator(".page-head:visible .title-area")
	assert title.evaluate(right) <= around.evaluate(right)
	buttons = page.locator(".page-head:visible button:visible")
	assert max((button.evaluate(right) for button in buttons.all()), default=0) <= 375
	head = page.locator(".page-head:visible").bounding_box()
	bottoms = [box["y"] + box["height"] for box in (button.bounding_box() for button in buttons.all())]
	assert max(bottoms, default=0) <= head["y"] + head["height"]
