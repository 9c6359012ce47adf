"""A real browser, for the tests that need one.

The browser is Chromium: the program `CHROMIUM` names, or the one installed on the machine. What the
pages showed when a test failed lies in the `desk` folder of the results.
"""

import os
import re
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
]
VIEWPORT = {"width": 1400, "height": 900}
# Of every action and expectation. A new desk on a busy machine takes more than the five seconds that Playwright
# allows an expectation; only a failure waits for the end of them.
TIMEOUT_MILLISECONDS = 60_000

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
	report = yield
	if report.failed:
		item.stash[FAILED] = True
	return report


@pytest.fixture(scope="session")
def browser():
	from playwright.sync_api import expect, sync_playwright

	expect.set_options(timeout=TIMEOUT_MILLISECONDS)
	program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
	if not program:
		pytest.skip("no Chromium on this machine; CHROMIUM may name one")
	with sync_playwright() as playwright:
		chromium = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGS)
		yield chromium
		chromium.close()


@pytest.fixture
def screenshots(results):
	folder = results / "desk"
	folder.mkdir(parents=True, exist_ok=True)
	return folder


@pytest.fixture
def shoot(request, screenshots):
	"""`shoot(page, "sent")` takes a picture for people to look at."""
	walk = request.path.stem.removeprefix("test_").replace("_", "-")
	return lambda page, name: page.screenshot(path=screenshots / f"{walk}-{name}.png", full_page=True)


@pytest.fixture
def login(request, site, browser, http, screenshots):
	"""`login(user, password)` returns a Playwright page, logged in, whose addresses start at the site.

	Each call is a browser session of its own, so two users can be logged in at once:
	`page = login(make_user("Sales User", password="…"), "…"); page.goto("/app/lead")`.
	"""
	pages = []

	def open_page(user, password):
		context = browser.new_context(base_url=http, viewport=VIEWPORT)
		context.set_default_timeout(TIMEOUT_MILLISECONDS)
		answer = context.request.post("/api/method/login", form={"usr": user, "pwd": password})
		assert answer.ok, f"{user} could not log in: {answer.status} {answer.text()[:300]}"
		pages.append(at_the_desk(context.new_page(), site.__version__))
		return pages[-1]

	yield open_page

	for number, page in enumerate(pages, start=1):
		if request.node.stash.get(FAILED, False):
			name = re.sub(r"\W+", "-", request.node.name)
			page.screenshot(path=screenshots / f"{name}-{number}.png", full_page=True)
		page.context.close()


def at_the_desk(page, version):
	"""The page, for which `/app` is `/desk` in version 16: its redirect loses what follows a question mark."""
	if int(version.split(".")[0]) >= 16:
		go = page.goto
		page.goto = lambda address, **options: go(address.replace("/app", "/desk", 1), **options)
	return page


def choose(scope, fieldname, value):
	"""Choose what a link field offers for a value, in a page or dialog."""
	box = scope.locator(f"[data-fieldname={fieldname}] input:visible")
	box.click()  # Frappe offers nothing in a field that lost the focus in the meantime
	box.fill(value)
	scope.locator("[role=option]:visible", has_text=value).first.click()


def shut(dialog):
	"""Close a message or dialog: while it still comes in, Bootstrap ignores the click."""
	dialog.evaluate(
		"""(modal) => new Promise((done) => {
			const look = () => ($(modal).data("bs.modal")?._isTransitioning ? requestAnimationFrame(look) : done());
			look();
		})"""
	)
	dialog.locator(".btn-modal-close").click()
