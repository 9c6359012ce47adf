"""Mailboxes of the organisation, and ways into them."""

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
