"""Mailboxes of the organisation, and ways into them."""

import contextlib
import email
import email.utils
from unittest import mock
from zoneinfo import ZoneInfo

import frappe
import pytest
from frappe.email.doctype.email_account import email_account
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.receive import InboundMail
from frappe.utils import get_datetime

MONDAY = "2026-11-23 10:00"
DOMAIN = "nordlicht.example"


@pytest.fixture
def staff(make_user):
	"""One user for each responsible role."""
	return {
		"Frontline Staff": make_user("Frontline Staff", "Sales User", "Support Team"),
		"Customer Support": make_user("Customer Support", "Support Team"),
		"Customer Support Manager": make_user("Customer Support Manager", "Support Team"),
	}


@pytest.fixture
def accounts(staff, set_settings, set_calendar):
	"""Mailboxes whose mail becomes a Lead, an Issue, or nothing but a Communication."""
	set_settings(own_email_domains=DOMAIN)
	set_calendar(["09:00-17:00"])
	return {
		append_to: frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": f"Test {append_to}",
				"email_id": f"{append_to.lower()}@{DOMAIN}",
				"append_to": append_to if append_to != "Communication" else None,
				"enable_incoming": 0,
				"enable_outgoing": int(append_to == "Communication"),
				"default_outgoing": int(append_to == "Communication"),
				"smtp_server": "127.0.0.1",
				"no_smtp_authentication": 1,
			}
		).insert()
		for append_to in ("Lead", "Issue", "Communication")
	}


@pytest.fixture
def deliver(accounts, clock_at):
	"""`deliver(letter(…), "Lead")` fetches a raw message into that mailbox when it is dated; returns its Communication.

	:param at: when it is fetched, if not at its date
	"""

	def fetch(raw, to="Lead", at=None):
		with clock_at(at or date_of(raw) or MONDAY):
			return frappe.get_doc("Communication", InboundMail(raw, accounts[to]).process().name)

	return fetch


@pytest.fixture
def fetch(monkeypatch, clock_at):
	"""`fetch(account, letter(…))`: Frappe fetches the raw message into the mailbox, as by its button; its
	Communication."""

	def press(account, raw):
		server = mock.Mock(settings={})
		server.get_messages.return_value = {"latest_messages": [raw]}
		monkeypatch.setattr(EmailAccount, "get_incoming_server", lambda *args, **kwargs: server)
		monkeypatch.setattr(email_account, "get_jobs", lambda **kwargs: {frappe.local.site: []})
		account.db_set({"enable_incoming": 1, "email_sync_option": "ALL"})
		with clock_at(date_of(raw)):
			email_account.pull_emails(account.name)
		return frappe.get_last_doc(
			"Communication",
			{"message_id": email.message_from_bytes(raw)["Message-ID"].strip("<>")},
			order_by="creation desc",
		)

	return press


@pytest.fixture
def raw_mail():
	"""`raw_mail("text", Subject="…", …)`: a message from a client, of Monday at ten unless it has another Date."""

	def build(body="Please send an offer.", **headers):
		named = {
			"From": "Anna Client <anna@client-a.example>",
			"To": f"lead@{DOMAIN}",
			"Subject": "Solar roof",
			"Message-ID": "<1@client-a.example>",
			"MIME-Version": "1.0",
			"Content-Type": "text/plain; charset=utf-8",
			"Date": email.utils.format_datetime(
				get_datetime(MONDAY).replace(tzinfo=ZoneInfo("Europe/Berlin"))
			),
			**{name.replace("_", "-"): value for name, value in headers.items()},
		}
		lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
		return (
			"\n".join(lines).encode() + b"\n\n" + (body if isinstance(body, bytes) else body.encode()) + b"\n"
		)

	return build


def date_of(raw):
	date = email.message_from_bytes(raw)["Date"]
	return date and email.utils.parsedate_to_datetime(date).astimezone(ZoneInfo("Europe/Berlin")).replace(
		tzinfo=None
	)


# Documents of other apps

MESSAGE, CALL = "WhatsApp Message", "TP Call Log"
# DocType → fieldname → type and options
SOURCE_FIELDS = {
	MESSAGE: {
		"label": ("Data", None),
		"type": ("Select", "Outgoing\nIncoming"),
		"status": ("Data", None),
		"to": ("Data", None),
		"from": ("Data", None),
		"profile_name": ("Data", None),
		"use_template": ("Check", None),
		"template": ("Data", None),
		"message": ("HTML Editor", None),
		"message_type": ("Select", "Manual\nTemplate"),
		"message_id": ("Data", None),
		"conversation_id": ("Data", None),
		"content_type": (
			"Select",
			"text\ndocument\nimage\nvideo\naudio\nflow\nreaction\nlocation\ncontact\nbutton",
		),
		"attach": ("Attach", None),
		"whatsapp_account": ("Data", None),
		"is_reply": ("Check", None),
		"reply_to_message_id": ("Data", None),
		"reference_doctype": ("Link", "DocType"),
		"reference_name": ("Dynamic Link", "reference_doctype"),
		"bulk_message_reference": ("Data", None),
	},
	CALL: {
		"telephony_medium": ("Select", "\nManual\nTwilio\nExotel\nSIP"),
		"id": ("Data", None),
		"from": ("Data", None),
		"status": (
			"Select",
			"Initiated\nRinging\nIn Progress\nCompleted\nFailed\nBusy\nNo Answer\nQueued\nCanceled",
		),
		"duration": ("Duration", None),
		"medium": ("Data", None),
		"start_time": ("Datetime", None),
		"to": ("Data", None),
		"type": ("Select", "Incoming\nOutgoing"),
		"receiver": ("Link", "User"),
		"caller": ("Link", "User"),
		"recording_url": ("Data", None),
		"end_time": ("Datetime", None),
		"links": ("Table", "Dynamic Link"),
	},
	# Of Frappe HR.
	"Leave Application": {
		"employee": ("Link", "Employee"),
		"leave_type": ("Data", None),
		"from_date": ("Date", None),
		"to_date": ("Date", None),
		"half_day": ("Check", None),
		"half_day_date": ("Date", None),
		"status": ("Select", "Open\nApproved\nRejected\nCancelled"),
	},
	"Holiday List Assignment": {
		"applicable_for": ("Select", "Employee\nCompany"),
		"assigned_to": ("Dynamic Link", "applicable_for"),
		"holiday_list": ("Link", "Holiday List"),
		"from_date": ("Date", None),
	},
	"Job Applicant": {
		"applicant_name": ("Data", None),
		"email_id": ("Data", "Email"),
		"notes": ("Data", None),
	},
}
# What else they say of themselves.
SOURCE_PROPERTIES = {
	"Leave Application": {"module": "HR", "is_submittable": 1},
	"Holiday List Assignment": {"module": "HR", "is_submittable": 1},
	"Job Applicant": {
		"module": "HR",
		"email_append_to": 1,
		"sender_field": "email_id",
		"subject_field": "notes",
	},
}
ROLES = ("System Manager", "Support Team", "Sales User")


@pytest.fixture(scope="session")
def app_installed(site):
	"""`with app_installed("WhatsApp Message"): …`: stand-ins for DocTypes of other apps are there, with the same fields and no code.

	They are committed, because tables cannot be rolled back. `more` fields are those of a later version of the app.
	"""
	return _installed


@contextlib.contextmanager
def _installed(*doctypes, custom=1, more=None):
	from client_comms.setup import sources

	frappe.set_user("Administrator")
	frappe.flags.in_patch = True  # which may add standard DocTypes
	modules = {SOURCE_PROPERTIES.get(doctype, {}).get("module") for doctype in doctypes} - {None}
	for module in modules:
		frappe.get_doc(
			{"doctype": "Module Def", "module_name": module, "app_name": "erpnext", "custom": 1}
		).insert()
	for doctype in doctypes:
		fields = [
			{"fieldname": name, "label": frappe.unscrub(name), "fieldtype": kind, "options": options}
			for name, (kind, options) in {**SOURCE_FIELDS[doctype], **(more or {})}.items()
		]
		rights = dict.fromkeys(
			("read", "write", "create", "delete", "report", "export", "print", "email", "share"), 1
		)
		properties = SOURCE_PROPERTIES.get(doctype, {})
		if properties.get("is_submittable"):
			rights |= dict.fromkeys(("submit", "cancel"), 1)
		frappe.get_doc(
			{
				"doctype": "DocType",
				"name": doctype,
				"module": "Client Interactions",
				"custom": custom,
				"naming_rule": "Random",
				"autoname": "hash",
				"track_changes": 1,
				"fields": fields,
				"permissions": [{"role": role, **rights} for role in ROLES],
				**properties,
			}
		).insert()
	frappe.flags.in_patch = False
	sources.follow_installed("other")
	frappe.db.commit()
	try:
		yield
	finally:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		_remove(*doctypes)
		for module in modules:
			frappe.delete_doc("Module Def", module, force=True)
		sources.follow_removed("other")
		frappe.db.commit()


def _remove(*doctypes):
	"""As Frappe removes those of an app."""
	for doctype in doctypes:
		if frappe.db.exists("DocType", doctype):
			frappe.delete_doc("DocType", doctype, ignore_on_trash=True, force=True)
			frappe.db.sql_ddl(f"DROP TABLE IF EXISTS `tab{doctype}`")
	frappe.clear_cache()


@pytest.fixture
def employee(make_user):
	"""`employee(holiday_list=…)`: an active employee with a login; the login, and the employee's name."""

	def make(user=None, **fields):
		user = user or make_user("Frontline Staff")
		doc = frappe.get_doc(
			{
				"doctype": "Employee",
				"first_name": "Ada",
				"gender": frappe.db.get_value("Gender", {}),
				"date_of_birth": "1990-01-01",
				"date_of_joining": "2020-01-01",
				"company": frappe.db.get_value("Company", {}),
				"user_id": user,
				"status": "Active",
				**fields,
			}
		).insert(ignore_permissions=True, ignore_mandatory=True)
		return user, doc.name

	return make
