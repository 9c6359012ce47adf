"""Common fixtures of all tests. The unit tests need none of them and run without Frappe.

Tests against a site (`tests/site`, `tests/desk`, `tests/scale`) take the site from

- `CLIENT_COMMS_SITE`, by default `test.localhost`, and
- `CLIENT_COMMS_SITES_PATH`, by default the `sites` folder of the bench in the current folder or of
  `~/frappe-bench`.

`scripts/run-tests` sets both to a site of its own. The site must allow tests (`allow_tests`).
"""

import contextlib
import gc
import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from pathlib import Path
from unittest import mock

import pytest

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(os.environ.get("CLIENT_COMMS_RESULTS") or ROOT / "test-results")

SERVER_START_SECONDS = 120
SAVEPOINT = "client_comms_test"

# Cached values that depend only on the installed code and schema. They are expensive to build, and a test
# that changes them sets a new metadata version.
STRUCTURE_KEYS = [
	"all_apps",
	"app_hooks",
	"app_modules",
	"db_tables",
	"doctype_meta",
	"installed_app_modules",
	"table_columns",
]

with contextlib.suppress(ImportError):
	from hypothesis import settings

	# A busy machine is not a defect of the code, so there are no deadlines. CI draws the same examples every time.
	settings.register_profile("client_comms", deadline=None, derandomize="CI" in os.environ)
	settings.load_profile("client_comms")


# The site


@pytest.fixture(scope="session")
def site_name():
	return os.environ.get("CLIENT_COMMS_SITE", "test.localhost")


@pytest.fixture(scope="session")
def results():
	"""The folder for logs and pictures of this bench."""
	return RESULTS


@pytest.fixture(scope="session")
def sites_path():
	"""The absolute path of the `sites` folder."""
	return sites_folder()


def sites_folder():
	if given := os.environ.get("CLIENT_COMMS_SITES_PATH"):
		return Path(given).resolve()
	here = Path.cwd() / "sites"
	return here if here.is_dir() else Path.home() / "frappe-bench" / "sites"


def pytest_sessionstart():
	"""Frappe 16 opens a log file, relative to `sites`, while this module is imported; test modules import it anywhere."""
	before, sites = Path.cwd(), sites_folder()
	if sites.is_dir():
		os.chdir(sites)
		with contextlib.suppress(ImportError):
			import frappe.utils.pdf  # noqa: F401
		os.chdir(before)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
	"""Where tests may run out of time, each commit begins with another file: what was left out of one run is not always the same."""
	if commit := os.environ.get("CLIENT_COMMS_TESTS_COMMIT"):
		files = list(dict.fromkeys(item.path for item in items))
		first = int(commit, 16) % max(len(files), 1)
		place = {file: at for at, file in enumerate(files[first:] + files[:first])}
		items.sort(key=lambda item: place[item.path])


def pytest_collection_finish():
	"""What was collected stays to the end. Without this, Python looks through all of it again whenever it collects
	garbage: a quarter of a second, which some test that measures times would count as its own."""
	gc.collect()
	gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
	"""`scripts/run-tests --minutes` says when no test begins any more; it counts those as not run."""
	if time.time() > float(os.environ.get("CLIENT_COMMS_TESTS_UNTIL") or "inf"):
		pytest.skip("out of time")


@pytest.fixture(scope="session")
def site(site_name, sites_path):
	"""`frappe`, connected to the site as Administrator, for the whole session.

	Tests take it only for its effect or to import nothing: `import frappe` gives the same.
	"""
	import frappe

	before = Path.cwd()
	os.chdir(sites_path)  # Frappe reads and logs relative to it
	frappe.init(site_name, sites_path=str(sites_path))
	if not frappe.conf.allow_tests:
		pytest.exit(f"{site_name} does not allow tests: bench --site {site_name} set-config allow_tests true")
	frappe.connect()
	frappe.db.delete("Error Log")  # of a run that was killed
	fresh_state()
	yield frappe
	frappe.destroy()
	os.chdir(before)


@pytest.fixture
def transaction(request, site):
	"""Nothing that a test does outlasts it, neither in the database nor in caches, flags or messages.

	`frappe.db.commit()` and `frappe.db.rollback()` behave as always towards the code under test, but
	move a savepoint inside one transaction that is rolled back in the end. DDL would commit that
	transaction; Frappe raises ImplicitCommitError instead.

	A test marked `committed` (another process, such as the web server, must see its data) has the real
	ones: it removes what it made, and calls `frappe.db.rollback()` before it reads what the other
	process wrote, for a transaction goes on seeing what it saw first.

	There is no error of an earlier test in the Error Log.

	Jobs that notify after a commit run at once, because no commit ends a test; not in one marked `after_commit`.
	"""
	if not request.node.get_closest_marker("after_commit"):
		from client_comms.client_interactions import work_notices

		# Not by `monkeypatch`: what a test replaces is to be in its place again before this rolls back.
		patched = pytest.MonkeyPatch()
		request.addfinalizer(patched.undo)
		patched.setattr(work_notices, "after_commit", work_notices.tell_responsible)
	errors = {*site.get_all("Error Log", pluck="name")}
	site.db.rollback()
	metadata = site.cache.get_value("metadata_version")
	if request.node.get_closest_marker("committed"):
		yield
	else:
		with savepoints_for_commits():
			yield
	site.db.rollback()
	# Its table is not transactional, and the names of records that were rolled back are given again. A module may keep what it has made.
	site.db.delete("Error Log", {"name": ("not in", [*errors, ""])})
	site.db.rollback()
	fresh_state(metadata)


@pytest.fixture(scope="session")
def rolled_back(site):
	"""`with rolled_back(): …` is a `transaction` for part of a test, or for several tests of a module."""

	@contextlib.contextmanager
	def transaction():
		metadata = site.cache.get_value("metadata_version")
		with savepoints_for_commits():
			yield
		site.db.rollback()
		fresh_state(metadata)

	return transaction


def fresh_state(metadata=None):
	"""Administrator, no flags but those of a test, no messages, no caches.

	What is cached about the structure stays if its version still is `metadata`.
	"""
	import frappe

	from client_comms.communication_governance import calendars

	calendars.forget()  # which last as long as a request
	if metadata and metadata == frappe.cache.get_value("metadata_version"):
		with persistent_cache_keys(STRUCTURE_KEYS):
			frappe.clear_cache()
	else:
		frappe.clear_cache()

	frappe.local.flags.clear()
	frappe.local.flags.update(currently_saving=[], in_test=True, mute_emails=True)
	if hasattr(frappe, "in_test"):  # Frappe 16 asks here
		frappe.in_test = True
	for log in ("message_log", "error_log", "debug_log", "locked_documents"):
		setattr(frappe.local, log, [])
	frappe.local.response = frappe._dict(docs=[])
	frappe.local.request_ip = None
	for kept in ("request", "outgoing_email_account"):
		if hasattr(frappe.local, kept):
			delattr(frappe.local, kept)
	frappe.local.lang = frappe.conf.lang or "en"
	frappe.db.set_execution_timeout(
		0
	)  # what counts open documents sets one second, for the rest of the connection
	frappe.set_user("Administrator")


@contextlib.contextmanager
def persistent_cache_keys(keys):
	import frappe

	get_hooks = frappe.get_hooks

	def with_keys(hook=None, *args, **kwargs):
		return keys if hook == "persistent_cache_keys" else get_hooks(hook, *args, **kwargs)

	with mock.patch.object(frappe, "get_hooks", with_keys):
		yield


@contextlib.contextmanager
def savepoints_for_commits():
	import frappe

	db = frappe.local.db
	real_rollback = db.rollback

	def commit(**_kwargs):
		db.before_rollback.reset()
		db.after_rollback.reset()
		db.before_commit.run()
		db.savepoint(SAVEPOINT)
		db.value_cache.clear()
		db.after_commit.run()

	def rollback(*, save_point=None, **_kwargs):
		if save_point:
			return real_rollback(save_point=save_point)
		db.before_commit.reset()
		db.after_commit.reset()
		db.before_rollback.run()
		real_rollback(save_point=SAVEPOINT)
		db.after_rollback.run()

	db.rollback()
	db.savepoint(SAVEPOINT)
	with mock.patch.object(db, "commit", commit), mock.patch.object(db, "rollback", rollback):
		yield


# The clock


@pytest.fixture
def clock_at(site):
	"""`with clock_at("2026-11-23 10:00"): …` is that moment in the site's time zone, for the app and for Frappe."""
	from client_comms import clock

	@contextlib.contextmanager
	def move(moment):
		moment = site.utils.get_datetime(moment)
		precise = moment.replace(
			microsecond=1
		)  # without any, Frappe takes a document saved twice for another
		with (
			clock.moved_to(moment),
			mock.patch("frappe.utils.data.now_datetime", lambda: precise),
			mock.patch("frappe.model.create_new.now_datetime", lambda: precise),
		):
			yield

	return move


# What Frappe does alone


HOOKS = (
	"doc_events",
	"has_permission",
	"permission_query_conditions",
	"extend_doctype_class",
	"override_doctype_class",
)


@pytest.fixture(scope="session")
def without_app(site):
	"""`with without_app(): …`: the site as it is when nothing of this app is hooked in."""

	def without(hooks):
		if isinstance(hooks, dict):
			others = {key: without(value) for key, value in hooks.items()}
			return site._dict({key: value for key, value in others.items() if value})
		if isinstance(hooks, list):
			return [method for method in hooks if not str(method).startswith("client_comms.")]
		return hooks

	# What Frappe keeps of hooks in memory, so that neither side has to find it out again each time.
	kept = {"controllers": {}, "lazy_controllers": {}, "events": None}

	def swap():
		"""What is in force for what is kept."""
		for name in ("controllers", "lazy_controllers"):
			if hasattr(site, name):
				of_sites = getattr(site, name)
				of_sites[site.local.site], kept[name] = kept[name], of_sites.get(site.local.site, {})
		in_force = getattr(site.local, "doc_events_hooks", None)
		site.local.doc_events_hooks, kept["events"] = kept["events"], in_force

	@contextlib.contextmanager
	def removed():
		get_hooks = site.get_hooks

		def others(*args, **kwargs):
			found = get_hooks(*args, **kwargs)
			return without(found) if args and args[0] in HOOKS else found

		swap()
		try:
			with mock.patch.object(site, "get_hooks", others):
				yield
		finally:
			swap()

	return removed


# Users


@pytest.fixture
def as_user(site):
	"""`with as_user("a@example.com"): …` acts as that user and comes back to the one before."""

	@contextlib.contextmanager
	def switch(user):
		before = site.session.user
		site.set_user(user)
		try:
			yield
		finally:
			site.set_user(before)

	return switch


@pytest.fixture
def make_user(request, site, transaction):
	"""`make_user("Sales User", …)` makes a user with these roles and returns its name.

	Keywords: `email`, by default a fresh one; `password`, by default none (no login over HTTP); any
	other field of User. In a `committed` test the user is committed, and deleted in the end.
	"""
	committed = request.node.get_closest_marker("committed")
	numbers = itertools.count(1)
	made = []

	def make(*roles, password=None, **fields):
		from frappe.utils.password import update_password

		user = site.new_doc("User")
		user.update(
			{
				"email": f"user{next(numbers)}.{uuid.uuid4().hex[:8]}@example.com",
				"first_name": " ".join(roles) or "User",
				"send_welcome_email": 0,
				"roles": [{"role": role} for role in roles],
				**fields,
			}
		)
		user.flags.no_welcome_mail = True
		user.insert(ignore_permissions=True)
		made.append(user.name)
		if password:
			update_password(user.name, password)
		if committed:
			site.db.commit()
		return user.name

	yield make

	if committed:
		site.set_user("Administrator")
		site.db.rollback()
		for name in made:
			site.delete_doc("User", name, force=True, ignore_permissions=True, ignore_missing=True)
			# Frappe makes one for every user, called after the user's role here, and keeps it.
			for contact in site.get_all("Contact", {"email_id": name}, pluck="name"):
				site.delete_doc("Contact", contact, force=True, ignore_permissions=True)
		site.db.commit()


# The web server


@pytest.fixture(scope="session")
def http(site, site_name, sites_path):
	"""The address (`http://127.0.0.1:<port>`) of a web server for the site, started for this session.

	The site has it as its address meanwhile, without which no link is sent to a client. The server is a process of its
	own: tests that use it are marked `committed`.
	"""
	from frappe.installer import update_site_config
	from frappe.utils.password import get_encryption_key

	# The first to need the site's key makes it. Both processes would, on a new site: two keys, and neither reads
	# what the other has encrypted.
	get_encryption_key()
	port = free_port()
	url = f"http://127.0.0.1:{port}"
	configured = site.conf.get("host_name")
	update_site_config("host_name", url)  # before the server reads it
	RESULTS.mkdir(parents=True, exist_ok=True)
	log = RESULTS / "server.log"
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", site_name]
	with log.open("w") as output:
		server = subprocess.Popen(
			[*command, "serve", "--port", str(port), "--noreload"],
			cwd=sites_path,
			env={**os.environ, "PYTHONPATH": str(ROOT)},
			stdin=subprocess.DEVNULL,
			stdout=output,
			stderr=subprocess.STDOUT,
		)
	try:
		wait_until_it_answers(f"{url}/api/method/ping", server, log)
		yield url
	finally:
		server.terminate()
		try:
			server.wait(timeout=20)
		except subprocess.TimeoutExpired:
			server.kill()
			server.wait()
		update_site_config("host_name", configured or "None")  # which removes it
		site.conf.host_name = configured


def free_port():
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		return probe.getsockname()[1]


def wait_until_it_answers(url, server, log):
	deadline = time.monotonic() + SERVER_START_SECONDS
	while time.monotonic() < deadline and server.poll() is None:
		with contextlib.suppress(OSError):
			with urllib.request.urlopen(url, timeout=10):
				return
		time.sleep(0.3)
	pytest.fail(f"The web server did not come up. {log} ends:\n{log.read_text()[-2000:]}", pytrace=False)
