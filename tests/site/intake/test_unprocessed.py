"""Nothing that a mailbox received stays unlogged (D-1)."""

import os
import pickle
import time
from unittest import mock

import frappe
import pytest
from frappe.email.doctype.email_account import email_account
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.receive import InboundMail
from rq.timeouts import JobTimeoutException

from client_comms import api, health_mail, scheduled
from client_comms.client_interactions import conversation
from client_comms.client_interactions.doctype.unprocessed_email.unprocessed_email import in_words
from client_comms.intake import (
	inbound_mail,
	mail_writers,
	mailboxes,
	retry,
	spool,
	unlogged,
	unprocessed,
)
from client_comms.patches.v1_0 import notice_stopped_mailboxes

pytestmark = pytest.mark.clause("D-1", "F-1")

MONDAY = "2026-11-23 10:00"
NESTED = b"".join(
	b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (level, level + 1) for level in range(1000)
)


@pytest.fixture(autouse=True)
def nothing_on_its_way():
	"""Files are not rolled back."""
	spool.remove()
	yield
	spool.remove()


@pytest.fixture
def pull(monkeypatch, clock_at, accounts):
	"""`pull(*raw)` fetches messages into a mailbox, as the scheduler does; an error of the fetch is Frappe's."""

	def fetch(*messages, at=MONDAY, to="Lead"):
		# What was there before the fetch stays when one of its messages fails.
		server = mock.Mock(settings={})
		server.get_messages.return_value = {"latest_messages": list(messages)}
		monkeypatch.setattr(EmailAccount, "get_incoming_server", lambda *args, **kwargs: server)
		accounts[to].db_set({"enable_incoming": 1, "email_sync_option": "ALL"})
		frappe.db.commit()
		with clock_at(at):
			try:
				email_account.pull_from_email_account(accounts[to].name)
			except Exception as error:
				if frappe.as_json([])[:1] not in str(error):
					raise
		return kept()

	return fetch


def kept():
	return frappe.get_all(
		unprocessed.UNPROCESSED,
		fields=["name", "status", "sender", "subject", "received_at", "reason", "communication", "attempts"],
		order_by="creation asc",
	)


def fail_for(monkeypatch, word, error):
	"""Storing a message fails, if its subject contains a word."""
	process = InboundMail.process

	def broken(self):
		if word in self.subject:
			raise error
		return process(self)

	monkeypatch.setattr(InboundMail, "process", broken)


def test_one_unreadable_message_stops_no_other(pull, raw_mail):
	odd = raw_mail(
		NESTED, Content_Type="multipart/mixed; boundary=b0", Message_ID="<2@x.example>", Subject="Odd"
	)
	(row,) = pull(odd, raw_mail())
	assert frappe.db.exists("Communication", {"message_id": "1@client-a.example"})
	assert (row.sender, row.subject) == ("anna@client-a.example", "Odd")
	assert str(row.received_at).startswith(MONDAY)
	assert "recursion" in row.reason


def test_an_email_without_a_sender_is_listed_as_that_and_shown_as_of_an_unknown_client(
	pull, raw_mail, clock_at
):
	(row,) = pull(raw_mail("The roof leaks.", From=None))
	with clock_at("2026-11-24 12:00"):
		listed = {each.name: each.reason for each in unlogged.find(frappe.utils.get_datetime(MONDAY)).rows}
		assert listed[row.name] == "It names no valid address as its sender."
		(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	page = conversation.page(frappe.get_doc("Client Interaction", done["interaction"]))
	assert page["entries"][-1]["author"] == "Unknown client"


class OverlapError(frappe.ValidationError):
	"""Of another app."""


@pytest.mark.parametrize(
	("error", "told"),
	[
		(frappe.InvalidEmailAddressError("bo@@x ist keine E-Mail-Adresse"), "bo@@x ist keine E-Mail-Adresse"),
		(OverlapError("Anna is on leave."), "Anna is on leave."),
		(type("OddError", (Exception,), {})("Anna is on leave."), "It could not be read."),
	],
)
def test_a_sentence_for_users_is_told_as_it_is(error, told, pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Told", error)
	(row,) = pull(raw_mail("The roof leaks.", Subject="Told"))
	assert in_words(frappe.get_doc(unprocessed.UNPROCESSED, row.name)) == told


def test_what_could_not_be_stored_is_listed_and_taken_in(pull, raw_mail, monkeypatch, clock_at, staff):
	fail_for(monkeypatch, "Broken", ValueError("a broken PDF"))
	(row,) = pull(raw_mail("The roof leaks.", Subject="Broken roof"))
	with clock_at("2026-11-24 12:00"):
		(listed,) = [
			each
			for each in unlogged.find(frappe.utils.get_datetime("2026-11-20")).rows
			if each.name == row.name
		]
		assert (listed.sender, listed.subject, listed.reason) == (
			"anna@client-a.example",
			"Broken roof",
			"Its attached PDF file is damaged.",
		)
		assert frappe.get_doc(unprocessed.UNPROCESSED, row.name).reason == "builtins.ValueError: a broken PDF"
		(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	interaction = frappe.get_doc("Client Interaction", done["interaction"])
	assert interaction.summary == "The roof leaks."
	assert str(interaction.occurred_on).startswith(MONDAY)  # its clocks run from when it was received
	(row,) = kept()
	assert row.status == "Taken In" and row.communication
	message = frappe.get_doc("Communication", row.communication)
	assert message.client_interaction == interaction.name
	(file,) = frappe.get_all("File", {"attached_to_name": message.name}, ["is_private", "file_name"])
	assert file.is_private and file.file_name.startswith("message")
	assert not [
		each for each in unlogged.find(frappe.utils.get_datetime("2026-11-20")).rows if each.name == row.name
	]


def test_a_message_without_a_readable_sender_is_taken_in(pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Roof", ValueError("no sender"))
	(row,) = pull(raw_mail("It leaks.", Subject="Roof", From="Anna <<>>"))
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert frappe.db.get_value("Client Interaction", done["interaction"], "summary") == "It leaks."


def test_of_html_that_is_taken_in_staff_read_the_text(pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Roof", ValueError("x"))
	html = "<p>The roof<br>leaks.</p><p>2 &lt; 3</p>"
	(row,) = pull(raw_mail(html, Subject="Roof", Content_Type="text/html; charset=utf-8"))
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	message = frappe.get_doc("Communication", kept()[0].communication)
	assert message.text_content == "The roof\nleaks.\n\n2 < 3"
	assert message.content == "The roof<br>leaks.<br><br>2 &lt; 3"
	assert (
		frappe.db.get_value("Client Interaction", done["interaction"], "summary") == "The roof\nleaks.\n2 < 3"
	)


def test_a_name_before_an_address_without_brackets_is_told_from_it(pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Roof", ValueError("x"))
	(row,) = pull(raw_mail(Subject="Roof", From="Weiß Anna anna@client-a.example"))
	assert row.sender == "anna@client-a.example"
	api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	message = frappe.get_doc("Communication", kept()[0].communication)
	assert (message.sender, message.sender_full_name) == ("anna@client-a.example", "Weiß Anna")


def test_the_same_message_fetched_again_is_kept_once(pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Broken", ValueError("x"))
	broken = raw_mail(Subject="Broken")
	pull(broken)
	assert len(pull(broken)) == 1


def test_a_deadlock_loses_no_message(pull, raw_mail, monkeypatch):
	process, calls = InboundMail.process, []

	def stopped_twice(self):
		calls.append(self)
		if len(calls) < 3:
			raise frappe.QueryDeadlockError("deadlock")
		return process(self)

	monkeypatch.setattr(InboundMail, "process", stopped_twice)
	monkeypatch.setattr(inbound_mail.time, "sleep", lambda seconds: None)
	assert pull(raw_mail()) == []
	assert frappe.db.exists("Communication", {"message_id": "1@client-a.example"})


@pytest.mark.parametrize("later", ["2026-11-23 10:05", "2027-01-23 10:05"])  # no job runs for two months
def test_what_deadlocks_every_time_is_stored_by_the_next_job(pull, raw_mail, monkeypatch, clock_at, later):
	monkeypatch.setattr(inbound_mail.time, "sleep", lambda seconds: None)
	with monkeypatch.context() as patch:
		fail_for(patch, "Solar", frappe.QueryDeadlockError("deadlock"))
		(row,) = pull(raw_mail())
	assert row.status == "Waiting"
	with clock_at(later):
		retry.store_unprocessed()
	(row,) = kept()
	assert row.status == "Taken In"
	assert frappe.db.get_value("Communication", row.communication, "client_interaction")


def test_an_email_whose_headers_are_read_when_the_time_of_the_job_ends_is_tried_again(
	pull, raw_mail, monkeypatch
):
	"""Otherwise it is stored as one whose headers cannot be read, which answers nothing."""

	def end_of_job(*_args):
		raise JobTimeoutException("300 seconds")

	with monkeypatch.context() as ending:
		ending.setattr(mail_writers.raw_mail, "headers_in", end_of_job)
		(row,) = pull(raw_mail())
	assert row.status == "Waiting"
	retry.store_unprocessed()
	assert [each.status for each in kept()] == ["Taken In"]


def test_what_fails_again_waits_for_staff(pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Broken", ValueError("x"))
	pull(raw_mail(Subject="Broken"))
	for _attempt in range(5):
		retry.store_unprocessed()
	(row,) = kept()
	assert (row.status, row.attempts) == ("Waiting", unprocessed.MOST_ATTEMPTS)


def test_what_frappe_put_aside_is_kept(accounts, raw_mail):
	frappe.get_doc(
		{
			"doctype": "Unhandled Email",
			"raw": raw_mail(Subject="Put aside").decode(),
			"uid": "7",
			"reason": "Traceback\nValueError: x",
			"email_account": accounts["Lead"].name,
		}
	).db_insert()
	unprocessed.collect()
	unprocessed.collect()
	assert [(row.subject, row.reason) for row in kept()] == [("Put aside", "ValueError: x")]


def test_fifty_of_the_same_block_no_other(accounts, raw_mail):
	"""Without a number, as mail from POP3, and with the same text."""

	def put_aside(raw, at):
		doc = frappe.get_doc(
			{
				"doctype": "Unhandled Email",
				"raw": raw.decode(),
				"reason": "x",
				"email_account": accounts["Lead"].name,
			}
		)
		doc.db_insert()
		doc.db_set("creation", at, update_modified=False)

	today = frappe.utils.now_datetime()
	for number in range(unprocessed.AT_ONCE + 5):
		put_aside(raw_mail(Subject="Same"), frappe.utils.add_to_date(today, minutes=number - 200))
	put_aside(raw_mail(Subject="Later"), today)
	unprocessed.collect()
	assert [row.subject for row in kept()] == ["Same"]
	unprocessed.collect()
	assert [row.subject for row in kept()] == ["Same", "Later"]


def test_one_that_cannot_be_kept_blocks_no_other(accounts, raw_mail, monkeypatch):
	attach = unprocessed._attach

	def broken(doctype, name, raw):
		if b"Subject: Bad" in raw:
			raise ValueError("no space left")
		attach(doctype, name, raw)

	monkeypatch.setattr(unprocessed, "_attach", broken)
	monkeypatch.setattr(unprocessed, "AT_ONCE", 1)
	account = accounts["Lead"].name
	for minutes, subject in ((-9, "Bad"), (-8, "Good")):
		raw = raw_mail(Subject=subject)
		doc = frappe.get_doc({"doctype": "Unhandled Email", "raw": raw.decode(), "email_account": account})
		doc.db_insert()
		at = frappe.utils.add_to_date(frappe.utils.now_datetime(), minutes=minutes)
		doc.db_set({"creation": at, "modified": at}, update_modified=False)
	for raw in (raw_mail(Subject="Bad", To="2@x.example"), raw_mail(Subject="Good", To="2@x.example")):
		spool.put(account, raw, None)
	frappe.db.commit()
	retry.store_unprocessed()
	assert [row.subject for row in kept()] == ["Good"], "left behind"
	retry.store_unprocessed()
	assert [row.subject for row in kept()] == ["Good", "Good"], "put aside by Frappe"
	assert [b"Subject: Bad" in raw for _account, _uid, raw in spool.left_behind()] == [True]
	monkeypatch.setattr(unprocessed, "_attach", attach)
	for _number in range(2):
		retry.store_unprocessed()
	assert sorted(row.subject for row in kept()) == ["Bad", "Bad", "Good", "Good"]
	assert not list(spool.left_behind())


def test_what_is_kept_as_it_arrived_is_not_kept_again_as_frappe_wrote_it(accounts, raw_mail):
	account, raw = accounts["Lead"].name, raw_mail("Größe".encode())
	unprocessed.keep(account, raw, "7", "x")
	frappe.get_doc(
		{
			"doctype": "Unhandled Email",
			"raw": raw.decode("ASCII", "replace"),
			"uid": "7",
			"email_account": account,
		}
	).db_insert()
	unprocessed.collect()
	assert len(kept()) == 1


class Killed(BaseException):
	"""What ends a process; no handler of errors sees it."""


def test_a_process_that_is_killed_loses_nothing_of_its_fetch(accounts, raw_mail, monkeypatch, clock_at):
	first, second = (
		raw_mail(Message_ID=f"<{number}@client-a.example>", Subject=f"Roof {number}") for number in (1, 2)
	)
	process = InboundMail.process

	def killed(self):
		if "Roof 2" in self.subject:
			raise Killed
		return process(self)

	server = mock.Mock(settings={}, seen_status={}, latest_messages=[])
	marked = []
	server._post_retrieve_cleanup = lambda uid, number: marked.append(uid)

	def get_messages(*args, **kwargs):
		for number, raw in enumerate((first, second)):
			server.latest_messages.append(raw)
			server._post_retrieve_cleanup(number, number)
			assert len(list(spool.folder().glob("*.eml"))) == number + 1, "before it is marked"
		return {"latest_messages": [first, second]}

	server.get_messages = get_messages
	monkeypatch.setattr(EmailAccount, "get_incoming_server", lambda *args, **kwargs: server)
	accounts["Lead"].db_set({"enable_incoming": 1, "email_sync_option": "ALL"})
	frappe.db.commit()
	with clock_at(MONDAY), monkeypatch.context() as patch:
		patch.setattr(InboundMail, "process", killed)
		with pytest.raises(Killed):
			email_account.pull_from_email_account(accounts["Lead"].name)
	frappe.db.rollback()
	assert len(marked) == 2 and kept() == []
	with clock_at("2026-11-23 10:05"):
		retry.store_unprocessed()
	(row,) = kept()
	assert (row.subject, row.status) == ("Roof 2", "Taken In")
	assert str(row.received_at) == f"{MONDAY}:00"
	assert (
		frappe.db.count("Communication", {"message_id": ("in", ["1@client-a.example", "2@client-a.example"])})
		== 2
	)
	assert list(spool.folder().glob("*.eml")) == []


def test_what_is_being_fetched_is_not_left_behind(accounts, raw_mail):
	name = accounts["Lead"].name
	spool.put(name, raw_mail(), "7")
	with spool.fetching(name):
		unprocessed.collect_left_behind()
		assert kept() == []
	unprocessed.collect_left_behind()
	assert [row.status for row in kept()] == ["Waiting"]
	assert not list(spool.left_behind())


def test_half_an_email_of_a_killed_process_is_removed_an_hour_later(accounts, raw_mail):
	spool.put(accounts["Lead"].name, raw_mail(), "7")
	old, new = (spool.folder() / f"{name}.4711.new" for name in ("old", "new"))
	for path in (old, new):
		path.write_bytes(b"Subject: Half of")
	os.utime(old, (time.time() - 3700,) * 2)
	unprocessed.collect_left_behind()
	assert not old.exists() and new.exists(), "which may still be written"
	assert [row.status for row in kept()] == ["Waiting"]


def test_what_is_stored_or_kept_or_our_own_is_settled(pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Broken", ValueError("x"))
	odd = raw_mail(NESTED, Content_Type="multipart/mixed; boundary=b0", Message_ID="<2@x.example>")
	own = raw_mail(From="lead@nordlicht.example", Message_ID="<3@x.example>", Auto_Submitted="auto-generated")
	pull(raw_mail(), raw_mail(Subject="Broken", Message_ID="<4@x.example>"), odd, own)
	assert len(kept()) == 2
	assert list(spool.folder().glob("*.eml")) == []


def test_of_what_only_the_headers_are_known_staff_are_sent_to_the_mailbox(accounts):
	name = accounts["Lead"].name
	raw = b"From: anna@client-a.example\nSubject: Roof\n\n"
	unprocessed.keep(name, raw, "7", "the line is too long", incomplete=True)
	for _number in range(2):
		retry.store_unprocessed()
	(row,) = kept()
	assert (row.status, row.attempts) == ("Waiting", 0), "no job takes it in"
	(listed,) = unlogged.find(frappe.utils.add_days(None, -1)).rows
	assert listed.name == row.name and f"Open the mailbox {name}" in listed.reason
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert f"Open the mailbox {name}" in frappe.db.get_value(
		"Client Interaction", done["interaction"], "summary"
	)


@pytest.mark.parametrize("use_imap", [0, 1])
def test_what_is_known_only_by_its_headers_stays_in_the_mailbox(accounts, raw_mail, use_imap):
	account = frappe.get_doc("Email Account", accounts["Lead"].name)
	account.unread, account.use_imap = [], use_imap
	server, cleaned = mock.Mock(settings={}, seen_status={}, latest_messages=[raw_mail()]), []
	server._post_retrieve_cleanup = lambda uid, number: cleaned.append(uid)
	server.make_error_msg = lambda uid, number: "\nFrom: anna@client-a.example\nSubject: Roof\n\nTraceback"
	mailboxes.watch(server, account, inbound_mail.ReceivedMail.quickly)
	server._post_retrieve_cleanup(b"1", 1)
	server.make_error_msg(b"2", 2)
	server._post_retrieve_cleanup(b"2", 2)
	# POP3 deletes, IMAP marks as read.
	assert cleaned == ([b"1", b"2"] if use_imap else [b"1"])
	assert [each.incomplete for each in account.unread] == [True]
	assert [raw for _account, _uid, raw in spool.left_behind()] == [raw_mail()]


def test_a_message_that_the_server_did_not_hand_over_is_listed(pull, accounts, monkeypatch):
	account = frappe.get_doc("Email Account", accounts["Lead"].name)
	account.unread = []
	server = mock.Mock()
	server.make_error_msg.return_value = (
		"\nDate: x\nFrom: anna@client-a.example\nSubject: Roof\n\n\nTraceback: …"
	)
	mailboxes.watch(server, account, inbound_mail.ReceivedMail.quickly)
	try:
		raise ValueError("the line is too long")
	except ValueError:
		server.make_error_msg("7", 1)
	unprocessed.keep_all(account, account.unread)
	assert [(row.sender, row.subject, row.reason) for row in kept()] == [
		("anna@client-a.example", "Roof", "builtins.ValueError: the line is too long")
	]


def test_a_large_message_is_kept_whole(accounts, raw_mail, monkeypatch):
	raw = raw_mail(b"x" * 30_000_000)
	unprocessed.keep(accounts["Lead"].name, raw, "1", "too large")
	(row,) = kept()
	assert unprocessed.raw_of(row.name) == raw


def test_only_users_with_access_to_everything_read_it(pull, raw_mail, monkeypatch, as_user, make_user):
	fail_for(monkeypatch, "Broken", ValueError("x"))
	(row,) = pull(raw_mail(Subject="Broken"))
	for roles, readable in (
		(("Customer Support Manager",), True),
		(("Client Communications Manager", "Frontline Staff"), False),
	):
		with as_user(make_user(*roles, "System Manager")):
			assert bool(frappe.get_list(unprocessed.UNPROCESSED)) == readable
			assert frappe.has_permission(unprocessed.UNPROCESSED, "read", row.name) == readable
			if unlogged.sees_all():
				(listed,) = unlogged.find(frappe.utils.get_datetime("2026-11-20")).rows
				assert bool(listed.subject) == bool(listed.sender) == bool(listed.reason) == readable
				if not readable:
					(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
					(aside,) = api.dismiss_unlogged(
						[{"doctype": unprocessed.UNPROCESSED, "name": row.name}], "Spam"
					)
					for refused in (done, aside):
						assert "clearance for every level" in refused["error"]
						assert "Compliance Officer" in refused["error"]


# --- emails from the mailbox itself -----------------------------------------------------------------------

MAILBOX = "lead@nordlicht.example"


def test_a_form_that_writes_as_the_mailbox_is_listed_and_taken_in(pull, raw_mail, clock_at):
	raw = raw_mail(
		"Anna, +49 40 1234: it leaks.", From=f"Website <{MAILBOX.title()}>", Subject="Contact form"
	)
	(row,) = pull(raw)
	assert "names the mailbox itself" in row.reason and row.sender == MAILBOX
	for _attempt in range(unprocessed.MOST_ATTEMPTS):
		retry.store_unprocessed()
	assert [each.status for each in kept()] == ["Waiting"], "no job stores it"
	with clock_at("2026-11-24 12:00"):
		assert row.name in [each.name for each in unlogged.find(frappe.utils.get_datetime("2026-11-20")).rows]
		(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	interaction = frappe.get_doc("Client Interaction", done["interaction"])
	assert (interaction.direction, interaction.summary) == ("Inbound", "Anna, +49 40 1234: it leaks.")
	assert str(interaction.occurred_on).startswith(MONDAY)
	assert interaction.respond_status == "Running"


def test_a_form_that_names_the_client_is_an_inquiry(pull, raw_mail):
	assert pull(raw_mail(From=MAILBOX, Reply_To="anna@client-a.example")) == []
	message = frappe.get_last_doc("Communication", {"message_id": "1@client-a.example"})
	assert message.sender == "anna@client-a.example" and message.client_interaction


@pytest.mark.parametrize("doctype", ["Communication", "Email Queue"])
def test_what_was_sent_from_here_is_not_listed(pull, raw_mail, doctype):
	values = {"doctype": doctype, "message_id": "1@client-a.example"}
	if doctype == "Communication":
		values["sent_or_received"] = "Sent"
	frappe.get_doc(values).db_insert()
	assert pull(raw_mail(From=MAILBOX)) == []
	assert not list(spool.left_behind())


def test_what_a_machine_sends_as_the_mailbox_is_not_listed(pull, raw_mail):
	assert pull(raw_mail(From=MAILBOX, Auto_Submitted="auto-generated")) == []


def test_what_staff_wrote_as_the_mailbox_in_their_mail_program_is_contact_by_staff(
	pull, raw_mail, make_client
):
	make_client("Anna", "anna@client-a.example")
	(row,) = pull(raw_mail(From=MAILBOX, To="anna@client-a.example", Cc=MAILBOX))
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert frappe.db.get_value("Client Interaction", done["interaction"], "direction") == "Outbound"


# --- mailboxes that are not fetched ----------------------------------------------------------------------


def test_a_mailbox_that_is_not_fetched_is_told_once(pull, raw_mail, clock_at, set_settings, make_user):
	manager = make_user("Customer Support Manager")
	set_settings(mailbox_silent_minutes=60)
	pull(raw_mail())
	name = frappe.db.get_value("Email Account", {"enable_incoming": 1})
	assert str(frappe.db.get_value("Email Account", name, "last_fetched_on")).startswith(MONDAY)
	frappe.db.set_value("Email Account", name, mailboxes.CHANGED, "2026-11-20", update_modified=False)
	for at, silent in (("2026-11-23 10:59", False), ("2026-11-23 11:01", True), ("2026-11-23 11:30", True)):
		with clock_at(at):
			mailboxes.tell_silent()
			assert bool(mailboxes.silent()) == silent
			assert any(name in fault for fault in health_mail.incoming_mail().faults) == silent
	told = {"document_type": "Email Account", "for_user": manager}
	assert frappe.db.count("Notification Log", told) == 1
	set_settings(mailbox_silent_minutes=0)
	with clock_at("2026-11-25 10:00"):
		assert mailboxes.silent() == []


def test_nights_and_weekends_do_not_count(pull, raw_mail, clock_at, set_settings):
	set_settings(mailbox_silent_minutes=60)
	pull(raw_mail(), at="2026-11-27 16:30")
	name = frappe.db.get_value("Email Account", {"enable_incoming": 1})
	frappe.db.set_value("Email Account", name, mailboxes.CHANGED, "2026-11-20", update_modified=False)
	with clock_at("2026-11-30 09:15"):
		assert mailboxes.silent() == []
	with clock_at("2026-11-30 09:45"):
		assert [found for found, _since in mailboxes.silent()] == [name]


@pytest.fixture
def fail_to_connect(monkeypatch):
	"""`fail_to_connect(name)`: Frappe could not connect to a mailbox so often that it stops fetching it, in a job of a worker."""

	def in_worker(method, description=None, **kwargs):
		if description:  # not that someone is told, on version 16
			pickle.loads(pickle.dumps(method))(description)  # noqa: S301 (as a worker does)

	def fail(name):
		account = frappe.get_doc("Email Account", name)
		account.set_failed_attempts_count(6)
		with monkeypatch.context() as patch:
			patch.setitem(frappe.flags, "in_test", False)
			patch.setattr(frappe, "in_test", False, raising=False)
			patch.setattr(frappe, "enqueue", in_worker)
			patch.setattr(email_account, "get_system_managers", lambda **kwargs: [])
			account.handle_incoming_connect_error(description="The password was changed.")
		account.set_failed_attempts_count(0)
		assert not frappe.db.get_value("Email Account", name, "enable_incoming")

	return fail


def told_of(name, manager):
	about = {"document_type": "Email Account", "document_name": name, "for_user": manager}
	return frappe.get_all("Notification Log", about, pluck="subject")


def test_a_mailbox_that_frappe_stops_fetching_is_told_at_once_and_stays_red(
	pull, raw_mail, clock_at, set_settings, make_user, fail_to_connect
):
	"""Frappe does so after half an hour of failures, before the mailbox counts as silent."""
	manager = make_user("Customer Support Manager")
	set_settings(mailbox_silent_minutes=60)
	pull(raw_mail())
	name = frappe.db.get_value("Email Account", {"enable_incoming": 1})
	with clock_at("2026-11-23 10:30"):
		fail_to_connect(name)
		for _run in range(2):
			scheduled.tell_silent()
		(subject,) = told_of(name, manager)
		assert name in subject and "Frappe" in subject
	with clock_at("2026-11-30 10:30"):
		scheduled.tell_silent()
		assert len(told_of(name, manager)) == 1
		(fault,) = health_mail.incoming_mail().faults
		assert name in fault and "Enable Incoming" in fault
		assert health_mail.incoming_mail().figures["silent_mailboxes"] == 1
	frappe.get_doc("Email Account", name).update({"enable_incoming": 1}).save()
	frappe.db.set_value("Email Account", name, "enable_incoming", 0)
	with clock_at("2026-11-30 10:35"):
		assert mailboxes.silent() == [] and not health_mail.incoming_mail().faults


def test_a_mailbox_that_a_user_switched_off_is_not_red(pull, raw_mail, clock_at, set_settings):
	set_settings(mailbox_silent_minutes=60)
	pull(raw_mail())
	name = frappe.db.get_value("Email Account", {"enable_incoming": 1})
	frappe.get_doc("Email Account", name).update({"enable_incoming": 0}).save()
	with clock_at("2026-11-30 10:30"):
		assert mailboxes.silent() == [] and not health_mail.incoming_mail().faults


def test_a_mailbox_that_is_given_up_is_no_longer_red(accounts, fail_to_connect):
	name = accounts["Lead"].name
	frappe.db.set_value("Email Account", name, "enable_incoming", 1)
	fail_to_connect(name)
	assert [found for found, _since in mailboxes.stopped()] == [name]
	frappe.get_doc("Email Account", name).update({mailboxes.STOPPED: None}).save()
	assert mailboxes.stopped() == [] and not health_mail.incoming_mail().faults


def test_a_mailbox_that_cannot_be_told_of_does_not_silence_the_others(accounts, make_user, monkeypatch):
	manager = make_user("Customer Support Manager")
	first, second = sorted(accounts[each].name for each in ("Lead", "Issue"))
	for name in (first, second):
		frappe.db.set_value("Email Account", name, mailboxes.STOPPED, MONDAY)
	tell = mailboxes.alerts.tell

	def tell_or_fail(users, subject, doctype, name, *link):
		if name == first:
			raise frappe.ValidationError("This mailbox has no words")
		tell(users, subject, doctype, name, *link)

	with monkeypatch.context() as failing:
		failing.setattr(mailboxes.alerts, "tell", tell_or_fail)
		mailboxes.tell_silent()
	assert (len(told_of(first, manager)), len(told_of(second, manager))) == (0, 1)
	mailboxes.tell_silent()
	assert (len(told_of(first, manager)), len(told_of(second, manager))) == (1, 1)


def test_an_update_finds_what_frappe_has_stopped_before_it(accounts):
	lead, issue, other = (accounts[each].name for each in ("Lead", "Issue", "Communication"))
	for name in (lead, issue):
		frappe.db.set_value("Email Account", name, {"enable_incoming": 1, "last_fetched_on": MONDAY})
	frappe.get_doc("Email Account", issue).update({"enable_incoming": 0}).save(ignore_version=False)
	frappe.db.set_value("Email Account", lead, "enable_incoming", 0)
	notice_stopped_mailboxes.execute()
	assert [found for found, _since in mailboxes.stopped()] == [lead]
	assert other not in dict(mailboxes.stopped())


def test_what_a_killed_process_left_silences_no_other(accounts, raw_mail, monkeypatch, make_user):
	manager = make_user("Customer Support Manager")
	told = {"document_type": unprocessed.UNPROCESSED, "for_user": manager}
	account = accounts["Lead"].name
	left, broken = raw_mail(Subject="Left"), raw_mail(Subject="Broken", Message_ID="<2@x.example>")
	unprocessed.keep(account, left, "1", "Stopped", tell=False)
	assert not frappe.db.count("Notification Log", told)
	unprocessed.keep(account, broken, "2", "Broken")
	assert frappe.db.count("Notification Log", told) == 1


def test_what_was_left_and_fails_every_time_is_told(accounts, raw_mail, monkeypatch, make_user):
	told = {"document_type": unprocessed.UNPROCESSED, "for_user": make_user("Customer Support Manager")}
	fail_for(monkeypatch, "Left", ValueError("x"))
	unprocessed.keep(accounts["Lead"].name, raw_mail(Subject="Left"), "1", "Stopped", tell=False)
	for _attempt in range(unprocessed.MOST_ATTEMPTS):
		assert not frappe.db.exists("Notification Log", told)
		retry.store_unprocessed()
	assert frappe.db.exists("Notification Log", told)


def test_what_staff_took_in_meanwhile_is_not_stored_again(accounts, raw_mail, monkeypatch):
	unprocessed.keep(accounts["Lead"].name, raw_mail(), "1", "Stopped")
	(row,) = kept()
	found = unprocessed.to_try()
	monkeypatch.setattr(unprocessed, "to_try", lambda: found)
	frappe.db.set_value(unprocessed.UNPROCESSED, row.name, "status", unprocessed.TAKEN_IN)
	retry.store_unprocessed()
	(row,) = kept()
	assert row.attempts == 0 and not row.communication


# --- emails that are meant to be too much --------------------------------------------------------------


def test_an_email_that_frappe_would_search_for_hours_stops_no_other(pull, raw_mail):
	text = "On " * 5_000
	(row,) = pull(raw_mail(text, Message_ID="<slow@x.example>", Subject="On and on"), raw_mail())
	assert frappe.db.exists("Communication", {"message_id": "1@client-a.example"})
	assert row.subject == "On and on" and row.status == "Waiting"
	retry.store_unprocessed()
	(row,) = kept()
	assert row.status == "Taken In"
	message = frappe.get_doc("Communication", row.communication)
	assert message.client_interaction and message.content.count("On ") == 5_000
	assert frappe.db.exists("File", {"attached_to_name": message.name}), "as it arrived"


def test_a_text_that_the_database_does_not_take_is_taken_in_with_what_it_takes(pull, raw_mail):
	text = "Please send an offer. " * 500_000
	(row,) = pull(raw_mail(text, Message_ID="<long@x.example>", Subject="Long"), raw_mail())
	assert frappe.db.exists("Communication", {"message_id": "1@client-a.example"})
	assert "too long" in row.reason
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert frappe.db.get_value("Client Interaction", done["interaction"], "summary").startswith("Please send")


def test_not_every_recipient_becomes_a_contact(pull, raw_mail):
	everyone = ", ".join(f"someone{number}@many.example" for number in range(300))
	(row,) = pull(raw_mail(To=everyone, Message_ID="<many@x.example>"))
	retry.store_unprocessed()
	(row,) = kept()
	assert row.status == "Taken In"
	assert frappe.db.count("Contact", {"email_id": ("like", "%@many.example")}) <= 200
	assert unprocessed.raw_of(row.name).count(b"@many.example") == 300


def test_an_email_that_ends_the_process_is_tried_a_few_times(pull, raw_mail, monkeypatch):
	with monkeypatch.context() as patch:
		fail_for(patch, "Deadly", ValueError("x"))
		pull(raw_mail(Subject="Deadly"))
	monkeypatch.setattr(inbound_mail, "store", mock.Mock(side_effect=SystemExit))
	for _attempt in range(unprocessed.MOST_ATTEMPTS):
		with pytest.raises(SystemExit):
			retry.store_unprocessed()
		frappe.db.rollback()
	retry.store_unprocessed()
	(row,) = kept()
	assert (row.status, row.attempts) == ("Waiting", unprocessed.MOST_ATTEMPTS)


def test_what_frappe_puts_aside_is_no_longer_than_the_database_takes(accounts):
	account = accounts["Lead"]
	account.use_imap = 1
	account.handle_bad_emails("1", b"x" * 6_000_000, "too long")
	assert not frappe.db.exists("Unhandled Email", {"email_account": account.name})
	account.handle_bad_emails("2", b"Subject: short\n\nx", "broken")
	assert frappe.db.exists("Unhandled Email", {"email_account": account.name})


@pytest.mark.parametrize(
	"headers",
	[
		{"From": "<>", "X_Failed_Recipients": "anna@client-a.example"},
		{"From": None, "List_Id": "<news.client-a.example>"},
	],
)
def test_an_email_of_a_machine_is_only_stored(pull, raw_mail, monkeypatch, headers):
	with monkeypatch.context() as patch:
		fail_for(patch, "Machine", ValueError("x"))
		(row,) = pull(raw_mail(Subject="Machine", **headers), to="Communication")
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert done["interaction"] is None and "error" not in done
	(row,) = kept()
	assert row.status == "Taken In"
	assert not frappe.db.get_value("Communication", row.communication, "client_interaction")


def test_an_address_that_frappe_does_not_accept_prevents_nothing(pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Roof", ValueError("x"))
	(row,) = pull(raw_mail(Subject="Roof", To="x@under_score.example", From="anna@under_score.example"))
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert done.get("interaction"), done


def test_who_takes_in_an_email_sees_no_error_of_the_attempt_to_store_it(pull, raw_mail, monkeypatch):
	monkeypatch.setattr(InboundMail, "process", lambda self: frappe.throw("Not a valid address"))
	(row,) = pull(raw_mail())
	frappe.clear_messages()
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert done["interaction"] and not frappe.local.message_log


def test_an_email_of_a_mailbox_that_was_removed_is_taken_in(site, raw_mail):
	unprocessed.keep("Removed", raw_mail(), "1", "x")
	(row,) = kept()
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert done.get("interaction"), done


def test_a_date_with_other_letters_prevents_nothing(pull, raw_mail):
	assert pull(raw_mail(Date="Mon, 23 Nov 2026 10:00:00 +0100 (Zürich)")) == []
	assert frappe.db.exists("Communication", {"message_id": "1@client-a.example"})
