"""The three stories of docs/architecture.md are those that the code goes through."""

import inspect
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import frappe
import pytest
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.doctype.email_queue.email_queue import QueueBuilder

from client_comms.client_interactions.clocks import sweep
from client_comms.intake import acknowledgement

ROOT = Path(__file__).resolve().parents[3]
APP = ROOT / "client_comms"
PAGE = (ROOT / "docs" / "architecture.md").read_text()
LETTER = b"""From: Anna <anna@client-a.example>
To: sales@own.example
Subject: Solar roof
Date: Mon, 23 Nov 2026 10:00:00 +0100
Message-ID: <1@client-a.example>

Please send an offer.
"""


def story(title):
	"""Its files in order, and what is asked on the way: files, folders (`rules/`), functions (`alerts.py:managers`)."""
	((text),) = re.findall(rf"^### Story: {title}\n((?:(?!^#).*\n)*)", PAGE, re.MULTILINE)
	files = re.findall(r"^\d\. \[.*\]\(\.\./client_comms/(.*?)\)", text, re.MULTILINE)
	listed = re.findall(
		r"^Asked on (?:every|the) way: (.*?)\n\n", PAGE[: PAGE.index(text)] + text, re.M | re.S
	)
	common, *_others = listed
	return files, set(re.findall(r"`([\w/.:]+)`", common + listed[-1]))


class Walk:
	"""Notes the file of every function of ours that is called from another file of ours, or from outside."""

	def __init__(self, asked):
		self.asked = asked
		self.files: list[str] = []

	def __call__(self, frame, event, argument):
		if event != "call" or not (file := self.place(frame)):
			return
		while frame := frame.f_back:
			if before := self.place(frame):
				break
		if file != before and self.files[-1:] != [file]:
			self.files.append(file)

	def place(self, frame):
		"""The file of a frame below the app; None for other code, and for what is asked on the way."""
		code = frame.f_code
		if not code.co_filename.startswith(str(APP)) or not code.co_flags & inspect.CO_OPTIMIZED:
			return None  # such as the body of a module that is being imported
		if code.co_name.startswith("<"):
			return None  # a part of the function in which it is written
		file = Path(code.co_filename).relative_to(APP).as_posix()
		names = {file, f"{file}:{code.co_name}", *(f"{each}/" for each in Path(file).parents)}
		return None if names & self.asked else file


@contextmanager
def walked(title):
	"""Fails if what happens inside the block is not the story."""
	told, asked = story(title)
	walk = Walk(asked)
	sys.setprofile(walk)
	try:
		yield
	finally:
		sys.setprofile(None)
	assert list(dict.fromkeys(walk.files)) == told
	assert [file for file in told if walk.files.count(file) > 2] == []


@pytest.fixture
def account(site, mailbox):
	frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Stories",
			"email_id": "sales@own.example",
			"append_to": "Communication",
		}
	).db_insert()
	return frappe.get_doc("Email Account", "Stories")


def test_an_inbound_email(account, make_user, clock_at, set_settings, monkeypatch):
	make_user("Frontline Staff")
	set_settings(send_acknowledgement=1)
	server = mock.Mock(settings={})
	server.get_messages.return_value = {"latest_messages": [LETTER]}
	monkeypatch.setattr(EmailAccount, "get_incoming_server", lambda *args, **kwargs: server)
	account.update({"enable_incoming": 1, "email_sync_option": "ALL"})
	sent = mock.Mock()
	# What it sends is an outgoing email.
	monkeypatch.setattr(acknowledgement, "_send", sent)
	with clock_at("2026-11-23 10:05"), walked("an inbound email"):
		account.receive()
	assert sent.called


def test_an_outgoing_email(log, mailbox, set_settings, make_client):
	set_settings(identity_mode="Off", consent_mode="Warn", template_mode="Off")
	client = make_client("Anna Client", "anna@client-a.example")
	update = log("Service Update", party_type=client.party_type, party=client.party)
	with walked("an outgoing email"):
		QueueBuilder(
			recipients=["anna@client-a.example", "someone@adviser.example"],
			sender="service@own.example",
			subject="Solar roof",
			message="<p>Hello</p>",
			reference_doctype=update.doctype,
			reference_name=update.name,
		).process()
	assert frappe.db.count("Client Disclosure", {"client_interaction": update.name}) == 2


def test_a_missed_deadline(inquiry, mailbox, make_user, set_calendar, set_settings, clock_at, monkeypatch):
	set_calendar(["09:00-17:00"])
	step = {"clock": "All", "after_working_hours": 0, "to": "Responsible Staff"}
	set_settings(warning_share=0, escalation_steps=[{**step, "notification": 1, "email": 1, "todo": 1}])
	# An email to staff is an outgoing email.
	sent = mock.Mock()
	monkeypatch.setattr(frappe, "sendmail", sent)
	monkeypatch.setitem(frappe.flags, "mute_emails", False)
	case = inquiry(responsible_staff=make_user("Frontline Staff"))
	with clock_at("2026-11-24 17:05"), walked("a missed deadline"):
		sweep.run()
	assert sent.called
	assert frappe.db.exists("ToDo", {"reference_name": case.name, "priority": "High"})
