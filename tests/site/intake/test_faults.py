"""When the database, Redis or the disk fails in the middle, nothing is left half-done, and doing it again completes it.

A path is run once without a fault, which shows how many statements and commits it takes. Then it is run again with a
fault at one statement after the other: what is there afterwards must be what was there before, or at one of the
commits of the faultless run, and trying again must end where that ended.
"""

import contextlib
import random
import re
from collections import Counter
from unittest import mock

import frappe
import pytest
from frappe.core.doctype.communication.email import make
from frappe.email.receive import InboundMail
from frappe.utils.redis_wrapper import RedisWrapper
from redis.exceptions import ConnectionError as RedisIsGone

from client_comms import api
from client_comms.api.self_service import submit
from client_comms.client_interactions.clocks import sweep
from client_comms.intake import retry
from client_comms.rules import consent as rules

pytestmark = pytest.mark.clause("D-1", "C-3", "P-2")

INTERACTION = "Client Interaction"
POINTS = 6  # of each path and fault
HERE = "before_the_fault"
KEPT = {
	INTERACTION: ["status", "clock_state", "confidentiality_level"],
	"Interaction Event": ["event"],
	"Interaction Evidence": [],
	"Communication": ["communication_type", "reference_doctype"],
	"Client Consent": ["status"],
	"Email Queue": [],
	"Lead": [],
	"Issue": [],
	"ToDo": [],
}


def state():
	"""How many rows there are of each kind, of what the paths write."""
	found = Counter()
	for doctype, fields in KEPT.items():
		for row in frappe.get_all(doctype, fields=fields or ["docstatus"], order_by=None, limit=0):
			found[(doctype, *map(str, row.values()))] += 1
	return frozenset(found.items())


class Fault:
	"""Raises at the `at`th call of what it stands before; without a number, it only counts."""

	def __init__(self, at=None):
		self.at, self.calls, self.raised = at, 0, False

	def strike(self) -> bool:
		self.calls += 1
		if self.calls == self.at:
			self.raised = True
		return self.raised


class DatabaseGone(Fault):
	"""The connection is lost: this statement fails and all after it."""

	@contextlib.contextmanager
	def active(self):
		run = frappe.db.sql

		def sql(*args, **kwargs):
			if self.strike():
				raise frappe.db.OperationalError(2013, "Lost connection to server during query")
			return run(*args, **kwargs)

		with mock.patch.object(frappe.db, "sql", sql):
			yield


class DiskFull(Fault):
	"""One write finds no room; the connection stays."""

	WRITE = re.compile(r"\s*(insert|update|replace)\b", re.IGNORECASE)

	@contextlib.contextmanager
	def active(self):
		run = frappe.db.sql

		def sql(query, *args, **kwargs):
			if self.WRITE.match(str(query)) and not self.raised and self.strike():
				raise frappe.db.OperationalError(1114, "The table is full")
			return run(query, *args, **kwargs)

		with mock.patch.object(frappe.db, "sql", sql):
			yield


class RedisGone(Fault):
	"""Neither the cache nor the queue answers from now on."""

	@contextlib.contextmanager
	def active(self):
		execute = RedisWrapper.execute_command

		def command(cache, *args, **kwargs):
			if self.strike():
				raise RedisIsGone("Connection refused")
			return execute(cache, *args, **kwargs)

		with mock.patch.object(RedisWrapper, "execute_command", command):
			yield


@pytest.fixture
def an_email(accounts, raw_mail, clock_at):
	raw = raw_mail(Message_ID="<faults@client-a.example>")

	def act():
		with clock_at("2026-11-23 10:00"):
			InboundMail(raw, accounts["Lead"]).process()

	return act


@pytest.fixture
def a_reply(mailbox, log, make_client, make_user, as_user):
	client = make_client("Anna Client", "anna@faults.example")
	user = make_user("Frontline Staff", "Customer Support", "Sales User", "Support Team")
	interaction = log(
		"Initial Inquiry", responsible_staff=user, party_type=client.party_type, party=client.party
	)

	def act():
		with as_user(user):
			make(
				doctype=INTERACTION,
				name=interaction.name,
				content="The offer is attached.",
				subject="Solar roof",
				recipients="anna@faults.example",
				send_email=1,
				communication_medium="Email",
				sender="service@own.example",
			)

	return act


@pytest.fixture
def a_yes_of_a_client(mailbox, make_client):
	client = make_client("Anna Client", "anna@faults.example")
	third = frappe.get_doc(
		{"doctype": "Third Party", "third_party_name": "Adviser", "email_domains": "adviser.example"}
	).insert()
	name = api.request_consent(party_type=client.party_type, party=client.party, third_party=third.name)
	token = re.search(r"client-link\?token=([\w-]+)", mailbox(name)["text/html"])[1]
	return lambda: submit({name: rules.GIVEN}, token)


@pytest.fixture
def a_deadline(inquiry, clock_at, make_user, set_calendar):
	set_calendar(["09:00-17:00"])
	inquiry(at="2026-11-23 10:00", responsible_staff=make_user("Frontline Staff"))

	def act(later=False):
		# A record on which the sweep failed is tried again after an hour.
		with clock_at("2026-11-26 11:01" if later else "2026-11-26 10:00"):
			while sweep.run():
				pass

	return act


@pytest.fixture
def a_call(make_client, make_user, as_user):
	client = make_client("Anna Client", "anna@faults.example")
	user = make_user("Frontline Staff")

	def act():
		with as_user(user):
			api.log_interaction(
				party_type=client.party_type,
				party=client.party,
				communication_type="Initial Inquiry",
				channel="Phone",
				direction="Inbound",
				subject="Roof",
				summary="Asks for an offer.",
			)

	return act


PATHS = ["an_email", "a_reply", "a_yes_of_a_client", "a_deadline", "a_call"]


@pytest.mark.parametrize("kind", [DatabaseGone, DiskFull, RedisGone])
@pytest.mark.parametrize("path", PATHS)
def test_a_fault_leaves_nothing_half_done(path, kind, request):
	act = request.getfixturevalue(path)
	frappe.db._conn.query(f"savepoint {HERE}")
	frappe.db.commit()
	before, seen, whole = state(), set(), kind()
	with whole.active(), noting_commits(seen):
		act()
	frappe.db.commit()
	after = state()
	assert after != before
	draw = random.Random(f"{path} {kind.__name__}")
	for at in sorted(draw.sample(range(1, whole.calls + 1), min(POINTS, whole.calls))):
		go_back()
		assert state() == before
		fault, failed = kind(at), None
		with fault.active():
			try:
				act()
				frappe.db.commit()
			except Exception as error:
				failed = error
		frappe.db.rollback()
		left, kept = state(), frappe.db.count("Intake Failure")
		# What arrived is kept, and listed as not logged yet, rather than lost with its interaction.
		assert kept or left in {before, after, *seen}, (at, repr(failed), left ^ before)
		if left != after:
			if failed or path == "a_deadline":  # whose job runs again anyway
				act(later=True) if path == "a_deadline" else act()
			retry.run()
			frappe.db.commit()
		assert state() == after, (at, repr(failed), state() ^ after)
		assert not frappe.db.count("Intake Failure")
	go_back()


@contextlib.contextmanager
def noting_commits(seen):
	commit = frappe.db.commit

	def noted(**how):
		commit(**how)
		seen.add(state())

	with mock.patch.object(frappe.db, "commit", noted):
		yield


def go_back():
	for callbacks in ("before_commit", "after_commit", "before_rollback", "after_rollback"):
		getattr(frappe.db, callbacks).reset()
	frappe.db._conn.query(f"rollback to savepoint {HERE}")
	frappe.db.commit()
	frappe.clear_cache()
	frappe.set_user("Administrator")
