"""Tests of the user interface: a served site in a real browser.

The browser is Chromium: the program `CHROMIUM` names, or the one installed on the machine. What the
pages showed when a test failed lies in the `desk` folder of the results.
"""

import os
import re
import shutil
import uuid
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

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


def pytest_collection_modifyitems(items):
	"""The web server must see what a test here makes."""
	for item in items:
		if HERE in item.path.parents:
			item.add_marker("committed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
	report = yield
	if report.failed:
		item.stash[FAILED] = True
	return report


@pytest.fixture(autouse=True)
def isolated(transaction):
	"""Every test here begins as Administrator with fresh caches, and is marked `committed`."""


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


@pytest.fixture
def removed(site):
	"""`removed(doctype, name)`: a document that goes in the end, whatever its controller says."""
	made = []
	yield lambda doctype, name: made.append((doctype, name)) or name
	site.set_user("Administrator")
	site.db.rollback()
	for doctype, name in made:
		for table in site.get_meta(doctype).get_table_fields():
			site.db.delete(table.options, {"parenttype": doctype, "parent": name})
		site.db.delete(doctype, {"name": name})
	site.db.commit()


@pytest.fixture
def written(site, client):
	"""`written("The roof", "When will you come?")` is an email of the client; returns the name of its interaction."""

	def receive(subject, content):
		message = site.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"subject": subject,
				"sender": client.address,
				"recipients": "service@own.example",
				"content": content,
			}
		).insert(ignore_permissions=True)
		site.db.commit()
		return site.db.get_value("Communication", message.name, "client_interaction")

	return receive


@pytest.fixture
def client(site, make_user):
	"""A customer with a contact; in the end it goes, and every interaction with it."""
	key = uuid.uuid4().hex[:8]
	customer = site.get_doc(
		{
			"doctype": "Customer",
			"customer_name": f"Meyer Dental Clinic {key}",
			"customer_type": "Company",
		}
	).insert(ignore_permissions=True)
	contact = site.get_doc(
		{
			"doctype": "Contact",
			"first_name": f"Anna {key}",
			"email_ids": [{"email_id": f"anna.{key}@meyer.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert(ignore_permissions=True)
	site.db.commit()
	client = site._dict(name=customer.name, address=f"anna.{key}@meyer.example", key=key)

	yield client

	site.set_user("Administrator")
	site.db.rollback()
	for name in site.get_all(
		"Client Interaction", {"party_type": "Customer", "party": client.name}, pluck="name"
	):
		site.delete_doc("Client Interaction", name, force=True, ignore_permissions=True)
	for name in site.get_all("Communication", {"sender": client.address}, pluck="name"):
		site.delete_doc("Communication", name, force=True, ignore_permissions=True)
	for doc in (contact, customer):  # a test may have erased them
		site.delete_doc(doc.doctype, doc.name, force=True, ignore_permissions=True, ignore_missing=True)
	site.db.commit()


@pytest.fixture
def received(site, client):
	"""`received(subject)`: an email of the client arrives; returns the name of its interaction."""

	def receive(subject):
		communication = site.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": client.address,
				"subject": f"{subject} {client.key}",
				"content": "Please get back to me.",
			}
		).insert(ignore_permissions=True)
		site.db.commit()
		return site.db.get_value("Communication", communication.name, "client_interaction")

	return receive
