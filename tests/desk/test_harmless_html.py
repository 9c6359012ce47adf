"""Nothing that a client writes runs in the desk, is loaded from elsewhere or asks the site for anything as the reader (P-2)."""

import json
import re
from itertools import product

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-2")

PASSWORD = "Regenbogen-Kahn-42"
RUN = "window.top.ran=1"
TAGS = (
	"img src=x {}",
	"svg {}",
	"svg><image href=x {}></svg",
	"details open {}",
	"video src=x {}",
	"audio src=x {}",
	"body {}",
	"p tabindex=1 autofocus {}",
	"input autofocus {}",
	"marquee {}",
	"x-words {}",
	"math><mtext {}",
	"table><td {}",
	"IMG/SRC=x/{}",
)
HANDLERS = ("onerror", "onload", "ontoggle", "onfocus", "onstart", "onanimationstart", "ONERROR")
WHOLE = (
	f"<script>{RUN}</script>",
	f"<iframe srcdoc='<script>parent.ran = 1</script>'></iframe><iframe src='javascript:{RUN}'></iframe>",
	f"<a class=press href='javascript:{RUN}'>press</a><a class=press href=' java\tscript:{RUN}'>press</a>",
	f"<form action='javascript:{RUN}'><button class=press>press</button></form>",
	f"<math><a class=press xlink:href='javascript:{RUN}'>press</a></math>",
	f"<svg><a class=press xlink:href='javascript:{RUN}'><text y=20>press</text></a></svg>",
	f"<object data='javascript:{RUN}'></object><embed src='javascript:{RUN}'>",
	f"<noscript><p title='</noscript><img src=x onerror={RUN!r}>'>x</p></noscript>",
	f"<form><math><mtext></form><form><mglyph><style></math><img src=x onerror='{RUN}'>",
	f"<template><img src=x onerror='{RUN}'></template>",
	f"<button class=press data-toggle=tooltip data-html=true title='<img src=x onerror={RUN!r}>'>press</button>",
)
FROM_ELSEWHERE = "https://tracker.example/seen.gif"
LOADING = (
	"<img src='{}'>",
	"<img src='\n{}'>",
	"<img srcset='x.gif 1x, {} 2x'>",
	"<picture><source srcset='{}'><img src='data:,'></picture>",
	"<p style='background: url({})'>x</p>",
	"<p style='background: image-set(\"{}\" 1x)'>x</p>",
	"<p style='background: ur\\6c({})'>x</p>",
	"<table background='{}'><td background='{}'>x</td></table>",
	"<video poster='{}'></video><video src='{}'></video><audio src='{}'></audio>",
	"<svg><image href='{}'></image></svg>",
	"<link rel=stylesheet href='{}'><style>@import '{}'; body {{ background: url({}) }}</style>",
	"<iframe src='{}'></iframe><object data='{}'></object><embed src='{}'><input type=image src='{}'>",
)
AS_THE_READER = "/api/method/logout"


def payloads():
	for tag, handler in product(TAGS, HANDLERS):
		yield f"<{tag.format(f'{handler}={RUN!r}')}>x"
	yield from WHOLE
	for text in LOADING:
		for address in (
			FROM_ELSEWHERE,
			"//tracker.example/seen.gif",
			"https:\\\\tracker.example/x",
			AS_THE_READER,
		):
			yield text.replace("{}", address).replace("{{", "{").replace("}}", "}")


@pytest.fixture
def watched(login, frontline):
	"""A page of the desk, and what it asked for that a message should not make it ask for."""
	page = login(frontline, PASSWORD)
	asked = []

	def note(route):
		asked.append(route.request.url)
		route.abort()

	page.route("**://tracker.example/**", note)
	page.route(f"**{AS_THE_READER}*", note)
	return page, asked


def show(page, name):
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .entry.client").first.wait_for()


def ran(page):
	page.wait_for_timeout(300)
	return page.evaluate("window.ran || 0")


def test_no_payload_runs_or_asks_for_anything(watched, received):
	page, asked = watched
	show(page, received("Offer"))
	found = []
	for payload in payloads():
		page.evaluate(
			"""(text) => {
				client_comms.thread.show_text($("<div id=shown>").appendTo("body"), { text });
				for (const each of document.querySelectorAll("#shown .press")) each.click();
			}""",
			payload,
		)
		page.evaluate("() => new Promise((done) => setTimeout(done, 20))")
		if page.evaluate("window.ran || 0") or asked:
			found.append(payload)
			asked.clear()
		page.evaluate("() => { $('#shown').remove(); window.ran = 0; }")
	assert not found
	assert not ran(page) and not asked


def test_images_from_elsewhere_are_loaded_when_asked_for_and_ask_the_site_for_nothing(watched, received):
	page, asked = watched
	show(page, received("Offer"))
	page.evaluate(
		"""(text) => client_comms.thread.show_text($("<div id=shown>").prependTo(".layout-main:visible"), { text })""",
		f"<p>Look: <img src='{FROM_ELSEWHERE}'><img src='{AS_THE_READER}'></p>",
	)
	assert not ran(page) and not asked
	page.locator("#shown").get_by_role("button", name="Load Images").click()
	page.wait_for_timeout(300)
	assert asked == [FROM_ELSEWHERE]


# As the editor of Frappe stores it, and what emails are made of.
HONEST = """
	<div class="ql-editor read-mode">
	<ol><li data-list="bullet"><span class="ql-ui" contenteditable="false"></span>Slate</li></ol>
	<ol><li data-list="ordered"><span class="ql-ui" contenteditable="false"></span>Measure</li></ol>
	<ol><li data-list="checked"><span class="ql-ui" contenteditable="false"></span>Gutter</li></ol>
	<ol><li data-list="unchecked"><span class="ql-ui" contenteditable="false"></span>Ladder</li></ol>
	<p class="ql-indent-1"><strong style="color: rgb(230, 0, 0)">Please</strong> <em>call</em> <u>us</u>.</p>
	<p><a href="https://roofs.example/slate" rel="nofollow">Slate</a> <a href="/app/todo">Task</a>
	<a href="mailto:anna@client.example">Anna</a></p>
	<table border="1" width="90%"><tbody><tr><td colspan="2" style="width: 50%">Price</td></tr></tbody></table>
	<p><img src="/assets/frappe/images/frappe-framework-logo.svg" alt="Plan" width="40"></p>
	</div>"""
MARKS = {"bullet": '"•"', "checked": '"☑"', "unchecked": '"☐"'}


def test_lists_links_tables_and_own_images_stay_as_they_were_written(watched, received):
	page, _asked = watched
	page.context.route(
		re.compile(r"//roofs\.example/|/app/todo$"), lambda route: route.fulfill(body="Opened")
	)
	show(page, received("Offer"))
	page.evaluate(
		"""(text) => client_comms.thread.show_text($("<div id=shown>").prependTo(".layout-main:visible"), { text })""",
		HONEST,
	)
	shown = page.locator("#shown")
	for kind in ("bullet", "ordered", "checked", "unchecked"):
		mark = shown.locator(f"li[data-list={kind}] .ql-ui").evaluate(
			"(each) => getComputedStyle(each, '::before').content"
		)
		assert mark == MARKS.get(kind, mark) and mark not in ("none", "normal"), kind
	expect(shown.locator("p.ql-indent-1 strong")).to_have_css("color", "rgb(230, 0, 0)")
	expect(shown.locator("td[colspan='2']")).to_have_attribute("style", "width: 50%")
	expect(shown.locator("img[alt=Plan]")).to_have_js_property("complete", True)
	assert shown.locator("img[alt=Plan]").evaluate("(image) => image.naturalWidth")
	expect(shown.get_by_role("link", name="Anna")).to_have_attribute("href", "mailto:anna@client.example")
	# The desk stays where it is: someone may be writing there.
	for name in ("Slate", "Task"):
		with page.context.expect_page() as opened:
			shown.get_by_role("link", name=name).click()
		expect(opened.value.locator("body")).to_have_text("Opened")
		assert opened.value.evaluate("window.opener") is None
		opened.value.close()
	assert "/client-interaction/" in page.url and not ran(page)


def test_a_title_in_a_report_is_a_text_and_leads_to_what_its_reader_can_open(watched):
	page, _asked = watched
	page.goto("/app/client-interaction")
	page.wait_for_function("!!window.client_comms?.cell_html")
	title = f"Meyer & Sons <img src=x onerror={RUN!r}>"
	page.evaluate("$('<div id=shown>').appendTo('body')")
	for (about, links), fieldtype in product(
		{"Customer": 1, "Legal Hold": 0}.items(), ("Link", "Dynamic Link")
	):
		page.evaluate(
			"""([about, fieldtype, title]) => {
				frappe.utils.add_link_title(about, "A-1", title);
				const column = { fieldtype, options: fieldtype === "Link" ? about : "about" };
				const format = (value, _row, column, data) => frappe.format(value, column, {}, data);
				$("#shown").html(client_comms.cell_html("A-1", [], column, { about }, format));
			}""",
			[about, fieldtype, title],
		)
		assert page.locator("#shown").inner_text() == title, (about, fieldtype)
		assert page.locator("#shown a[data-name='A-1']").count() == links, (about, fieldtype)
	assert not ran(page)


# What Frappe stores as it is: a plain text beside the HTML, and every text that is JSON. The app cleans the latter, which sites
# may have stored before.
HIDDEN = f"<p>Hi there</p><img src=x onerror='{RUN}'>"
QUOTED = json.dumps(HIDDEN)


@pytest.mark.parametrize(
	"message", [{"content": "Hello", "text_content": HIDDEN}, {"content": QUOTED}], ids=["beside", "quoted"]
)
def test_a_message_shows_what_its_plain_text_says_and_runs_nothing(site, client, watched, message, removed):
	page, _asked = watched
	doc = site.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": client.address,
			"subject": "Offer",
			**message,
		}
	).insert(ignore_permissions=True)
	doc.db_set(message)
	site.db.commit()
	show(page, site.db.get_value("Communication", doc.name, "client_interaction"))
	expect(page.locator(".client-comms-conversation .entry.client .text")).to_contain_text("Hi there")
	assert not ran(page)


@pytest.mark.parametrize("doctype", ["Intake Failure", "Unprocessed Email"])
def test_the_error_of_what_could_not_be_logged_runs_nothing(watched, doctype):
	page, _asked = watched
	refused = [{"interaction": None, "error": f"No <b>client</b> <img src=x onerror={RUN!r}>"}]
	page.route("**/client_comms.api.log_unlogged", lambda route: route.fulfill(json={"message": refused}))
	page.goto("/app/client-interaction")
	page.wait_for_function("!!window.client_comms?.harmless_html")
	page.evaluate(
		"""(doctype) => frappe.model.with_doctype(doctype, () => {
			(0, eval)(frappe.get_meta(doctype).__js);
			const frm = { doctype, docname: "x", doc: { doctype, name: "x", status: "Waiting" }, disable_save() {} };
			frm.add_custom_button = (_label, run) => run();
			frappe.ui.form.handlers[doctype].refresh[0](frm);
		})""",
		doctype,
	)
	message = page.locator(".msgprint:visible")
	expect(message).to_contain_text("No client")
	assert not ran(page)
