"""Nothing that a mailbox received stays unlogged (D-1)."""

from unittest import mock

import frappe
import pytest
from frappe.email.doctype.email_account import email_account
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.receive import InboundMail

from client_comms import api, health
from client_comms.intake import inbound_mail, mailboxes, retry, unlogged, unprocessed

pytestmark = pytest.mark.clause("D-1", "F-1")

MONDAY = "2026-11-23 10:00"
NESTED = b"".join(
	b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (level, level + 1) for level in range(1000)
)


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

	yield fetch
	frappe.db.delete("Error Log", {"method": ("like", "%EmailAccount.receive%")})


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


def test_what_could_not_be_stored_is_listed_and_taken_in(pull, raw_mail, monkeypatch, clock_at, staff):
	fail_for(monkeypatch, "Broken", ValueError("a broken PDF"))
	(row,) = pull(raw_mail("The roof leaks.", Subject="Broken roof"))
	with clock_at("2026-11-24 12:00"):
		(listed,) = [
			each for each in unlogged.find(frappe.utils.get_datetime("2026-11-20")) if each.name == row.name
		]
		assert (listed.sender, listed.subject, listed.reason) == (
			"anna@client-a.example",
			"Broken roof",
			"a broken PDF",
		)
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
		each for each in unlogged.find(frappe.utils.get_datetime("2026-11-20")) if each.name == row.name
	]


def test_a_message_without_a_readable_sender_is_taken_in(pull, raw_mail, monkeypatch):
	fail_for(monkeypatch, "Roof", ValueError("no sender"))
	(row,) = pull(raw_mail("It leaks.", Subject="Roof", From="Anna <<>>"))
	(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": row.name}])
	assert frappe.db.get_value("Client Interaction", done["interaction"], "summary") == "It leaks."


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


def test_what_deadlocks_every_time_is_stored_by_the_next_job(pull, raw_mail, monkeypatch):
	monkeypatch.setattr(inbound_mail.time, "sleep", lambda seconds: None)
	with monkeypatch.context() as patch:
		fail_for(patch, "Solar", frappe.QueryDeadlockError("deadlock"))
		(row,) = pull(raw_mail())
	assert row.status == "Waiting"
	retry.store_unprocessed()
	(row,) = kept()
	assert row.status == "Taken In"
	assert frappe.db.get_value("Communication", row.communication, "client_interaction")


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


def test_a_message_that_the_server_did_not_hand_over_is_listed(pull, accounts, monkeypatch):
	account = frappe.get_doc("Email Account", accounts["Lead"].name)
	account.unread = []
	server = mock.Mock()
	server.make_error_msg.return_value = (
		"\nDate: x\nFrom: anna@client-a.example\nSubject: Roof\n\n\nTraceback: …"
	)
	mailboxes.watch(server, account)
	try:
		raise ValueError("the line is too long")
	except ValueError:
		server.make_error_msg("7", 1)
	unprocessed.keep_all(account, account.unread)
	assert [(row.sender, row.subject, row.reason) for row in kept()] == [
		("anna@client-a.example", "Roof", "the line is too long")
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
		(("Client Communications Manager",), False),
	):
		with as_user(make_user(*roles, "System Manager")):
			assert bool(frappe.get_list(unprocessed.UNPROCESSED)) == readable
			assert frappe.has_permission(unprocessed.UNPROCESSED, "read", row.name) == readable
			if unlogged.sees_all():
				(listed,) = unlogged.find(frappe.utils.get_datetime("2026-11-20"))
				assert bool(listed.subject) == bool(listed.sender) == readable


# --- mailboxes that are not fetched ----------------------------------------------------------------------


def test_a_mailbox_that_is_not_fetched_is_told_once(pull, raw_mail, clock_at, set_settings, make_user):
	manager = make_user("Customer Support Manager")
	set_settings(mailbox_silent_minutes=60)
	pull(raw_mail())
	name = frappe.db.get_value("Email Account", {"enable_incoming": 1})
	assert str(frappe.db.get_value("Email Account", name, "last_fetched_on")).startswith(MONDAY)
	frappe.db.set_value("Email Account", name, "modified", "2026-11-20", update_modified=False)
	for at, silent in (("2026-11-23 10:59", False), ("2026-11-23 11:01", True), ("2026-11-23 11:30", True)):
		with clock_at(at):
			mailboxes.tell_silent()
			assert bool(mailboxes.silent()) == silent
			assert any(name in fault for fault in health.incoming_mail().faults) == silent
	told = {"document_type": "Email Account", "for_user": manager}
	assert frappe.db.count("Notification Log", told) == 1
	set_settings(mailbox_silent_minutes=0)
	with clock_at("2026-11-25 10:00"):
		assert mailboxes.silent() == []


def test_nights_and_weekends_do_not_count(pull, raw_mail, clock_at, set_settings):
	set_settings(mailbox_silent_minutes=60)
	pull(raw_mail(), at="2026-11-27 16:30")
	name = frappe.db.get_value("Email Account", {"enable_incoming": 1})
	frappe.db.set_value("Email Account", name, "modified", "2026-11-20", update_modified=False)
	with clock_at("2026-11-30 09:15"):
		assert mailboxes.silent() == []
	with clock_at("2026-11-30 09:45"):
		assert [found for found, _since in mailboxes.silent()] == [name]
