"""Verifying in the background: with progress, and from where it stopped."""

import json
from unittest import mock

import frappe
import pytest

from client_comms import api, ledger
from client_comms.exceptions import ActionNotPossibleError
from client_comms.ledger import comparison, runs, seal, verification

pytestmark = pytest.mark.clause("R-3")


@pytest.fixture(autouse=True)
def long_ledger(site, transaction, monkeypatch):
	"""Twelve entries with a checkpoint after every second one, of which a part takes four."""
	monkeypatch.setattr(comparison, "unrecorded", lambda: iter(()))
	monkeypatch.setattr(verification, "_PART", 4)
	site.db.delete(ledger.ENTRY)
	site.db.delete(ledger.CHECKPOINT)
	seal.remove()
	for number in range(12):
		ledger.record(ledger.VIEW, "Client Interaction", f"CI-{number}", "Sensitive")
		if number % 2:
			ledger.chain()


@pytest.fixture
def queued(monkeypatch):
	jobs = mock.Mock()
	monkeypatch.setattr(frappe, "enqueue", jobs)
	return jobs


def tamper():
	for sequence in (2, 7):
		frappe.db.sql(f"update `tab{ledger.ENTRY}` set user = 'x' where sequence = %s", sequence)
	frappe.db.sql(f"delete from `tab{ledger.ENTRY}` where sequence = 11")


def places(name):
	doc = frappe.get_doc(runs.RUN, name)
	return [(each["sequence"], each["last"], each["fault"]) for each in json.loads(doc.faults)]


EXPECTED = [(2, 2, "changed"), (7, 7, "changed"), (11, 11, "removed"), (11, 12, "unproved")]


def test_it_finds_what_a_verification_at_once_finds(queued):
	tamper()
	name = api.start_ledger_verification()
	runs.run(name)
	doc = frappe.get_doc(runs.RUN, name)
	assert (doc.status, doc.checked, doc.fault_count, doc.verified_up_to) == ("Finished", 9, 4, 12)
	assert places(name) == EXPECTED
	at_once = api.verify_ledger()
	assert at_once["checked"] == 9 and json.loads(doc.faults) == at_once["faults"]


def test_a_job_whose_time_is_over_lets_the_next_go_on(queued, monkeypatch):
	monkeypatch.setattr(runs, "_SECONDS", -1)
	tamper()
	name = api.start_ledger_verification()
	seen = []
	for _ in range(4):
		runs.run(name)
		seen.append(frappe.db.get_value(runs.RUN, name, ["status", "verified_up_to"]))
	assert seen == [("Running", 4), ("Running", 8), ("Running", 12), ("Finished", 12)]
	assert queued.call_count == 4
	assert places(name) == EXPECTED
	assert frappe.db.get_value(runs.RUN, name, "checked") == 9


@pytest.mark.parametrize("part", [1, 2, 3])
def test_one_that_was_killed_goes_on_and_finds_nothing_twice(queued, monkeypatch, part):
	tamper()
	name = api.start_ledger_verification()
	frappe.db.commit()
	parts, went = verification.parts, []

	def killed(*args):
		for number, each in enumerate(parts(*args), 1):
			if number == part:
				raise SystemError("killed")
			went.append(each)
			yield each

	with monkeypatch.context() as patched, pytest.raises(SystemError):
		patched.setattr(verification, "parts", killed)
		runs.run(name)
	assert frappe.db.get_value(runs.RUN, name, ["status", "error"]) == ("Failed", "killed")
	api.continue_ledger_verification(name)
	runs.run(name)
	assert places(name) == EXPECTED and len(went) == part - 1
	assert frappe.db.get_value(runs.RUN, name, "checked") == 9
	runs.run(name)
	assert places(name) == EXPECTED
	with pytest.raises(ActionNotPossibleError):
		api.continue_ledger_verification(name)


def test_a_period_is_verified_in_the_background_as_well(queued):
	tamper()
	until = frappe.utils.add_to_date(None, days=1)
	name = api.start_ledger_verification(until=str(until))
	runs.run(name)
	assert places(name) == EXPECTED


def test_only_those_who_audit_or_configure_start_one(queued, as_user, make_user):
	for role in ("Compliance Officer", "Client Communications Manager"):
		with as_user(make_user(role)):
			assert api.start_ledger_verification()
	with as_user(make_user("System Manager")):
		with pytest.raises(frappe.PermissionError):
			api.start_ledger_verification()
		with pytest.raises(frappe.PermissionError):
			api.continue_ledger_verification("x")
