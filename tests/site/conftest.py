"""Tests against a real ERPNext site, each inside a transaction that is rolled back."""

import subprocess
import sys
from email import message_from_string
from email.header import decode_header, make_header
from textwrap import dedent
from unittest import mock

import pytest
from click.testing import CliRunner


@pytest.fixture(autouse=True)
def isolated(request, site, transaction, tmp_path, monkeypatch):
	"""Every test here; see `transaction` for what that means and for the `committed` mark.

	The ledger is sealed elsewhere, because the file would outlast the entries of a test; and the site knows its address.
	One person can submit a matrix version: most tests are about what it does, and all of them are Administrator.
	"""
	if not request.node.get_closest_marker("committed"):
		site.db.set_single_value("Client Comms Settings", "four_eyes_on_matrix", 0)
	import frappe

	from client_comms.ledger import seal
	from client_comms.outgoing import departures

	# Where a test before replaced it, pytest has put the connection's own function on it, without what stands around that of its class.
	if getattr(vars(frappe.local.db).get("sql"), "__self__", None) is frappe.local.db:
		del frappe.local.db.sql
	monkeypatch.setattr(seal, "path", lambda: tmp_path / "ledger.json")
	monkeypatch.setitem(frappe.local.conf, "host_name", "https://own.example")
	if request.node.get_closest_marker("committed"):
		return
	monkeypatch.setattr(departures, "folder", lambda: tmp_path / "sent")
	# What it sent last is not stored by the rollback that ends the test.
	request.addfinalizer(lambda: frappe.flags.pop(departures.WAITING, None))


@pytest.fixture
def in_another_process(site):
	"""What a process of Frappe prints that begins as those do in which a worker runs a job: `in_another_process(code)`, of which
	`in_another_process.job` is how a job begins."""

	def run(code):
		begin = "import frappe, frappe.utils.background_jobs, frappe.utils.scheduler"
		ran = subprocess.run(
			[sys.executable, "-c", begin + dedent(code), site.local.site],
			cwd=site.local.sites_path,
			capture_output=True,
			text=True,
			check=False,
		)
		assert ran.returncode == 0, ran.stderr
		return ran.stdout.splitlines()[-1]

	run.job = """
	import sys
	frappe.init(sys.argv[1], sites_path="."); frappe.connect();
	before = {*sys.modules}
	for hook in frappe.get_hooks("before_job", app_name="client_comms"):
		frappe.call(hook, method="frappe.ping", kwargs={"text": "as it is"}, transaction_type="job")
"""
	return run


@pytest.fixture
def officer(make_user):
	return make_user("Compliance Officer")


@pytest.fixture
def frontline(make_user):
	"""With what ERPNext wants of who works with its clients."""
	return make_user("Frontline Staff", "Sales User")


@pytest.fixture
def log(request, site, transaction):
	"""`log("Service Update", …)` logs an interaction of yesterday and returns it.

	The responsible staff and the level are written past all checks, for a test may need what a user
	could not bring about; any other field goes through them. In a `committed` test it is deleted in the end.
	"""
	made = []

	def make(
		communication_type="Initial Inquiry", *, responsible_staff=None, confidentiality_level=None, **fields
	):
		doc = site.get_doc(
			{
				"doctype": "Client Interaction",
				"company": site.db.get_value("Company", {}),
				"communication_type": communication_type,
				"channel": "Phone",
				"direction": "Outbound",
				"occurred_on": site.utils.add_days(site.utils.now_datetime(), -1),
				"subject": "Solar roof",
				"summary": "The client asked for an offer.",
				**fields,
			}
		)
		doc.flags.from_intake = True
		doc.append_event("Logged", site.utils.now_datetime())
		doc.insert(ignore_permissions=True)
		made.append(doc.name)
		doc.db_set(
			{
				"responsible_staff": responsible_staff,
				"confidentiality_level": confidentiality_level or doc.confidentiality_level,
			},
			update_modified=False,
		)
		return doc

	yield make

	if request.node.get_closest_marker("committed"):
		site.set_user("Administrator")
		site.db.rollback()
		for name in made:
			site.delete_doc(
				"Client Interaction", name, force=True, ignore_permissions=True, ignore_missing=True
			)
		site.db.commit()


@pytest.fixture(scope="session")
def answering_portal(site):
	"""Version 16.10 has no template for a list page of the portal whose DocType brings none, and answers 500.

	Here it has one: what keeps a list from a reader must be this app.
	"""
	from frappe.model.meta import Meta

	own = Meta.get_list_template
	with mock.patch.object(
		Meta, "get_list_template", lambda self: own(self) or "templates/includes/list/list.html"
	):
		yield


@pytest.fixture
def is_valid_link(site, transaction):
	"""`is_valid_link("Customer", name)`: whether a link field accepts the name from the session user."""
	from frappe.handler import execute_cmd

	from client_comms import compat

	def ask(doctype, name, **others):
		site.local.request = site._dict(method="POST")
		site.local.form_dict = site._dict(doctype=doctype, docname=name, **others)
		return bool(execute_cmd(compat.link_validation()[0]).get("name"))

	return ask


@pytest.fixture
def outgoing_account(site):
	"""An account that emails go out from."""
	return site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Test mailbox",
			"email_id": "service@own.example",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()


@pytest.fixture
def mailbox(site, outgoing_account):
	"""The same; returns `texts(reference)`: content type → text of the last one about a document."""
	from client_comms.client_privacy import mailed_secrets

	def texts(reference):
		queued = site.get_last_doc("Email Queue", {"reference_name": reference})
		parts = [*message_from_string(mailed_secrets.as_sent(queued)).walk()]
		found = {
			part.get_content_type(): part.get_payload(decode=True).decode()
			for part in parts
			if part.get_content_maintype() == "text"
		}
		return {**found, "subject": str(make_header(decode_header(parts[0]["Subject"])))}

	return texts


@pytest.fixture
def count_queries(site, monkeypatch):
	"""`count_queries(lambda: …)`: how many queries it takes, the second time, when what is cached is cached."""

	def count(do):
		asked, real = [], site.db.sql

		def sql(query, *args, **kwargs):
			asked.append(str(query))
			return real(query, *args, **kwargs)

		do()
		with monkeypatch.context() as patch:
			patch.setattr(site.local.db, "sql", sql)
			do()
		return len(asked)

	return count


@pytest.fixture
def make_client(site):
	"""`make_client("Anna Client", "anna@client.example", language="de")`: a customer with a contact of that address.

	`person` has further fields of the contact, by default the name of the customer.
	"""

	def make(name, address, person=None, **fields):
		customer = site.get_doc({"doctype": "Customer", "customer_name": name, **fields}).insert()
		contact = site.get_doc(
			{
				"doctype": "Contact",
				"first_name": name,
				"email_ids": [{"email_id": address, "is_primary": 1}],
				"links": [{"link_doctype": "Customer", "link_name": customer.name}],
				**(person or {}),
			}
		).insert()
		return site._dict(party_type="Customer", party=customer.name, contact=contact.name)

	return make


@pytest.fixture
def adviser(site):
	"""A third party, to whose addresses information goes with consent."""
	values = {"third_party_name": "Adviser", "email_domains": "adviser.example"}
	return site.get_doc({"doctype": "Third Party", **values}).insert()


@pytest.fixture
def approve_erasure(site, make_user, as_user):
	"""`approve_erasure(client)`: the run of the erasure of a client that one officer planned and another approved, which can begin; `meanwhile()` between
	both."""
	from client_comms import procedure
	from client_comms.api import retention as runs_api
	from client_comms.api import subject_requests as requests
	from client_comms.client_privacy import identity
	from client_comms.client_privacy.erasure import runs

	officers = [make_user(procedure.COMPLIANCE_OFFICER) for _each in range(2)]

	def approve(client, meanwhile=None):
		identity.confirm(client.party_type, client.party, client.contact, "Document Seen")
		asked = {"doctype": requests.REQUEST, "right": "Erasure", **client}
		with as_user(officers[0]):
			name = requests.plan_erasure(site.get_doc(asked).insert().name)
		runs.work(name)
		if meanwhile:
			meanwhile()
		with as_user(officers[1]):
			runs_api.approve_run(name, "We erase it", "Letter of today")
		return name

	yield approve
	site.db.rollback()
	# A rollback does not reach the search index.
	site.db.sql("delete from `__global_search` where concat_ws(' ', name, title, content) like '%quiche%'")


@pytest.fixture
def rows_with(site):
	"""`rows_with(markers)`: (table, name) of every row with one of them, as a dump would contain it."""
	from client_comms.client_privacy.requests import erased_texts

	def find(markers):
		found = set()
		for table, columns in erased_texts._tables():
			text = ", ".join(f"`{column}`" for column in columns)
			for marker in markers:
				name = "name" if "name" in columns else "''"
				# nosemgrep: frappe-sql-format-injection (tables and columns of the schema)
				rows = site.db.sql(
					f"select {name} from `{table}` where concat_ws(' ', {text}) like %s", f"%{marker}%"
				)
				found.update((table, row[0]) for row in rows)
		return found

	return find


@pytest.fixture
def give_consent(site):
	"""`give_consent(client, "Adviser")`: a client agreed by phone to sharing with a third party; the Client Consent."""

	def give(client, third_party):
		return site.get_doc(
			{
				"doctype": "Client Consent",
				"party_type": client.party_type,
				"party": client.party,
				"purpose": "Sharing with a Third Party",
				"third_party": third_party,
				"collected_through": "Phone",
				"notice_text": "I agree.",
				"status": "Given",
				"given_on": site.utils.now_datetime(),
			}
		).insert()

	return give


@pytest.fixture
def set_calendar(site):
	"""`set_calendar(["09:00-17:00"], holidays=["2026-12-24"])`: the clocks' calendar, Monday to Friday, Berlin."""

	def change(windows, holidays=(), counting="Close of Business"):
		days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
		hours = [
			{"weekday": day, "start_time": window.split("-")[0], "end_time": window.split("-")[1]}
			for day in days
			for window in windows
		]
		holiday_list = site.get_doc(
			{
				"doctype": "Holiday List",
				"holiday_list_name": f"Test {site.generate_hash(length=8)}",
				"from_date": "2026-01-01",
				"to_date": "2026-12-31",
				"holidays": [{"holiday_date": day, "description": "Closed"} for day in holidays],
			}
		).insert()
		name = site.db.get_single_value("Client Comms Settings", "default_calendar")
		calendar = site.get_doc("Response Calendar", name)
		calendar.update(
			{"time_zone": "Europe/Berlin", "counting": counting, "holiday_list": holiday_list.name}
		)
		calendar.set("hours", hours)
		calendar.save()

	return change


@pytest.fixture
def business_in(site):
	"""`business_in("Pacific/Auckland")` moves the default calendar to another time zone than the site's."""
	from client_comms.communication_governance import calendars

	def move(zone):
		name = site.db.get_single_value("Client Comms Settings", "default_calendar")
		site.db.set_value("Response Calendar", name, "time_zone", zone)
		site.clear_document_cache("Response Calendar", name)
		calendars.forget()

	return move


@pytest.fixture
def set_settings(site):
	"""`set_settings(evidence_mode="Warn", …)` changes Client Comms Settings."""

	def change(**values):
		settings = site.get_doc("Client Comms Settings")
		settings.update(values)
		settings.save(ignore_permissions=True)
		return settings

	return change


@pytest.fixture
def set_clearance(site):
	"""`set_clearance("Sensitive", "Customer Support", can_email=0)` changes what a level allows to a role."""

	def change(level, role, **flags):
		doc = site.get_doc("Confidentiality Level", level)
		next(row for row in doc.clearances if row.role == role).update(flags)
		doc.save(ignore_permissions=True)

	return change


@pytest.fixture
def inquiry(site, clock_at):
	"""`inquiry(at="2026-11-23 10:00", responsible_staff=…)` logs by hand, at that moment, what a client
	asked by phone."""

	def make(communication_type="Initial Inquiry", *, at="2026-11-23 10:00", **fields):
		if not site.db.exists("Customer", "Anna Client"):
			site.get_doc({"doctype": "Customer", "customer_name": "Anna Client"}).insert(
				ignore_permissions=True
			)
		with clock_at(at):
			return site.get_doc(
				{
					"doctype": "Client Interaction",
					"company": site.db.get_value("Company", {}),
					"party_type": "Customer",
					"party": "Anna Client",
					"communication_type": communication_type,
					"channel": "Phone",
					"direction": "Inbound",
					"occurred_on": at,
					"subject": "Solar roof",
					"summary": "Anna asks for an offer.",
					**fields,
				}
			).insert()

	return make


@pytest.fixture
def errors(site):
	"""`errors()` gives the texts of the Error Logs of the test."""
	return lambda: site.get_all("Error Log", pluck="error")


@pytest.fixture
def bench(site, monkeypatch):
	"""`bench("health", "--json")`: what a command of the app prints, and its exit code. It has the connection of the test, until it
	disconnects."""
	from client_comms import commands

	def run(*arguments):
		kept = {}

		def disconnect():
			kept.update(session=site.local.session, db=site.local.db)
			del site.local.session, site.local.db

		with monkeypatch.context() as patched:
			patched.setattr(site, "init", lambda *_args, **_kwargs: None)
			patched.setattr(site, "connect", lambda *_args, **_kwargs: None)
			patched.setattr(site, "destroy", disconnect)
			try:
				obj = site._dict(sites=[site.local.site], profile=False)
				return CliRunner().invoke(commands.client_comms, arguments, obj=obj)
			finally:
				for name, value in kept.items():
					setattr(site.local, name, value)

	return run
