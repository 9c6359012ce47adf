"""What the app's workspace, list and form take in a browser, beside ERPNext's Support workspace, Issue list and Issue form (D-5).

Both are opened in turn, whole pages with warm caches, until they show their content and wait for nothing. At 200,000
interactions, or as many as CLIENT_COMMS_SCALE says; the table goes to `page-loads.md` in the results.
"""

import os
import statistics
from contextlib import contextmanager

import population
import pytest
from frappe.desk.doctype.notification_settings.notification_settings import create_notification_settings
from frappe.utils.password import update_password

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-5")]

SIZE = population.Size(int(os.environ.get("CLIENT_COMMS_SCALE") or 200_000))
PASSWORD = "scale-Test-2026"
PAIRS = 25
PATIENCE = 60_000  # milliseconds
RATIO = 1.2
# Milliseconds since the page began to load until its content was visible and no request under way, and how many there were.
READY = """([selector, patience]) => new Promise((done, give_up) => {
	let since = null;
	const asked = () => performance.getEntriesByType("resource").filter(({ name }) => name.includes("/api/")).length;
	// A block of a workspace lies right below its widget's body.
	const blocks = () => [...document.querySelectorAll("[data-widget-name] > .widget-body > *")].map((each) => each.shadowRoot);
	const roots = () => [document, ...blocks()];
	const found = () => roots().flatMap((root) => [...(root?.querySelectorAll(selector) || [])]);
	const look = () => {
		const asking = window.frappe?.request?.ajax_count;
		// To look for it makes the page be laid out, which costs time itself.
		const shown = !asking && found().some((each) => each.checkVisibility());
		const now = performance.now();
		if (now > patience) give_up(new Error(`${selector}: ${shown}, ${asking} requests`));
		if (!shown) since = null;
		else since ??= now;
		if (since !== null && now - since > 400) done({ ready: since, requests: asked() });
		else requestAnimationFrame(look);
	};
	look();
})"""


@pytest.fixture(scope="module", autouse=True)
def filled(site):
	population.fill(SIZE)


def pages(site, user):
	"""What → our address and ERPNext's, each with what of it is to be visible."""
	site.set_user(user)
	(interaction,) = site.get_list("Client Interaction", {"status": "Open"}, pluck="name", limit=1)
	(issue,) = site.get_list("Issue", {"status": "Open"}, pluck="name", limit=1)
	site.set_user("Administrator")
	return {
		"workspace": (
			("/app/client-communications", ".owed-today .head"),
			# What Frappe shows until a workspace is drawn has boxes as well, but no blocks.
			("/app/support", ".ce-block .shortcut-widget-box, .ce-block .links-widget-box"),
		),
		"list": (
			("/app/client-interaction", ".list-row .level-left"),
			("/app/issue", ".list-row .level-left"),
		),
		"form": (
			(f"/app/client-interaction/{interaction}", ".client-comms-conversation .facts section"),
			(f"/app/issue/{issue}", "[data-fieldname=subject] input"),
		),
	}


def opened(page, address, selector) -> dict:
	"""`{"ready": milliseconds, "requests": number}`"""
	page.goto(address, wait_until="commit")
	return page.evaluate(READY, [selector, PATIENCE])


@contextmanager
def watched(page):
	"""What the browser complains about meanwhile: errors in its console, and requests that failed. To be told of them takes time."""
	faults = []

	def said(message):
		if message.type == "error":
			faults.append(f"{message.text} {message.location['url']}")

	def answered(answer):
		if answer.status >= 400:
			faults.append(f"{answer.status} {answer.url}")

	told = {"console": said, "pageerror": lambda error: faults.append(str(error)), "response": answered}
	for event, listener in told.items():
		page.on(event, listener)
	yield faults
	for event, listener in told.items():
		page.remove_listener(event, listener)


@pytest.mark.parametrize("whose", [population.one_of, population.first_of], ids=["usual", "with 5 %"])
def test_pages_load_as_fast_as_those_of_erpnext(site, login, results, whose):
	user = whose("Customer Support", SIZE)
	update_password(user, PASSWORD)
	create_notification_settings(user)  # without which the desk does not open
	site.db.commit()
	page = login(user, PASSWORD)
	table, faults = [], []
	for what, both in pages(site, user).items():
		loads = ([], [])
		with watched(page) as complaints:
			opened(page, *both[0])
		faults += complaints
		opened(page, *both[1])  # the first of both fills the caches
		for _pair in range(PAIRS):
			for side, (address, selector) in zip(loads, both, strict=True):
				side.append(opened(page, address, selector))
		table.append((what, *map(median, loads)))
	write(results / "page-loads.md", table)
	# Frappe's server for realtime does not run here.
	assert [each for each in faults if "socket.io" not in each] == []
	assert {
		what: (ours, theirs) for what, ours, theirs in table if ours["ready"] > RATIO * theirs["ready"]
	} == {}


def median(loads: list[dict]) -> dict:
	return {key: statistics.median(load[key] for load in loads) for key in loads[0]}


def write(path, table) -> None:
	"""For docs/performance.md."""
	lines = ["| page | ms | ERPNext's | ratio | requests | ERPNext's |", "|---|---|---|---|---|---|"]
	lines += [
		f"| {what} | {ours['ready']:.0f} | {theirs['ready']:.0f} | {ours['ready'] / theirs['ready']:.2f}"
		f" | {ours['requests']:.0f} | {theirs['requests']:.0f} |"
		for what, ours, theirs in table
	]
	path.write_text("\n".join(lines) + "\n")
	print(*lines, sep="\n")
