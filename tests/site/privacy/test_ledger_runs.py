"""Verifying in the background: with progress, and from where it stopped."""

import json
from contextlib import contextmanager
from unittest import mock

import frappe
import pytest

from client_comms import api, background_work, ledger
from client_comms.exceptions import ActionNotPossibleError
from client_comms.ledger import comparison, following, runs, seal, verification

pytestmark = pytest.mark.clause("R-3")


@pytest.fixture(autouse=True)
def long_ledger(site, transaction, monkeypatch):
	"""Twelve entries with a checkpoint after every second one, of which a part takes four."""
	monkeypatch.setattr(comparison, "unrecorded", lambda *args: iter(()))
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

	with monkeypatch.context() as patched:
		patched.setattr(verification, "parts", killed)
		runs.run(name)
	status, error = frappe.db.get_value(runs.RUN, name, ["status", "error"])
	assert (status, error) == ("Queued" if part == 1 else "Running", "killed"), "the scheduler tries it again"
	runs.run(name)
	assert frappe.db.get_value(runs.RUN, name, "error") is None
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


# --- what keeps it from being endless, or from ending too early ---------------------------------


def strange(monkeypatch, count=6):
	"""Documents that the ledger does not know: `unrecorded` finds one in each of `count` chunks."""

	def unrecorded(after=""):
		begin = int(after.strip(":") or 0)
		for number in range(begin + 1, count + 1):
			asked.append(number)
			yield f":{number}", [{"doctype": "User", "name": str(number), "fault": "unrecorded"}]

	asked = []
	monkeypatch.setattr(comparison, "unrecorded", unrecorded)
	return asked


def test_comparing_documents_is_interrupted_and_goes_on_as_well(queued, monkeypatch):
	asked = strange(monkeypatch)
	name = api.start_ledger_verification()
	monkeypatch.setattr(runs, "_SECONDS", -1)
	jobs = 0
	while frappe.db.get_value(runs.RUN, name, "status") != "Finished":
		runs.run(name)
		jobs += 1
		assert jobs < 20
	assert jobs > 6 and asked == [1, 2, 3, 4, 5, 6], "none is compared twice"
	doc = frappe.get_doc(runs.RUN, name)
	assert [each["name"] for each in json.loads(doc.faults)] == ["1", "2", "3", "4", "5", "6"]


def test_documents_are_found_from_where_an_earlier_run_came(monkeypatch):
	monkeypatch.undo()
	monkeypatch.setattr(following, "_CHUNK", 1)
	monkeypatch.setattr(comparison, "_USERS", 1)
	chunks = list(comparison.unrecorded())
	assert len({at for at, _found in chunks}) == len(chunks) > 3 and any(found for _at, found in chunks)
	for number in range(0, len(chunks), max(1, len(chunks) // 5)):
		assert list(comparison.unrecorded(chunks[number][0])) == chunks[number + 1 :]


def test_all_faults_are_counted_and_the_first_ones_kept(queued, monkeypatch):
	strange(monkeypatch)
	tamper()
	monkeypatch.setattr(runs, "MOST_FAULTS", 6)
	name = api.start_ledger_verification()
	runs.run(name)
	doc = frappe.get_doc(runs.RUN, name)
	assert doc.fault_count == 10
	assert [each["fault"] for each in json.loads(doc.faults)] == [
		*(fault for _first, _last, fault in EXPECTED),
		"unrecorded",
		"unrecorded",
	]
	at_once = api.verify_ledger()
	assert (at_once["fault_count"], at_once["faults"]) == (10, json.loads(doc.faults))


def test_an_abandoned_one_goes_on_and_one_that_is_running_does_not_begin_twice(queued, monkeypatch):
	name = api.start_ledger_verification()
	frappe.db.set_value(runs.RUN, name, "status", "Running")
	finished = api.start_ledger_verification()
	runs.run(finished)
	queued.reset_mock()
	long_ago = frappe.utils.add_to_date(None, minutes=-2)
	frappe.db.set_value(runs.RUN, {"name": name}, {"modified": long_ago}, update_modified=False)
	monkeypatch.setattr(background_work, "is_job_enqueued", lambda job: True)
	runs.continue_verifications()
	with pytest.raises(ActionNotPossibleError, match="still running"):
		api.continue_ledger_verification(name)
	assert queued.call_count == 0
	monkeypatch.setattr(background_work, "is_job_enqueued", lambda job: False)
	runs.continue_verifications()
	assert [call.kwargs["name_of_run"] for call in queued.call_args_list] == [name]
	api.continue_ledger_verification(name)
	assert queued.call_count == 2
	assert (
		"client_comms.scheduled.continue_verifications" in frappe.get_hooks("scheduler_events")["hourly_long"]
	)


@pytest.mark.parametrize("error", [frappe.QueryDeadlockError("deadlock"), ValueError("unreadable")])
def test_one_that_an_error_ended_is_tried_again_some_times(queued, monkeypatch, is_continued, error):
	"""As an erasure or a copy of data: a deadlock passes; what does not pass is failed in the end, and said so."""
	name = api.start_ledger_verification()
	frappe.db.commit()
	doc = frappe.get_doc(runs.RUN, name)
	with monkeypatch.context() as patched:
		patched.setattr(verification, "parts", mock.Mock(side_effect=error))
		for _attempt in range(background_work.ATTEMPTS):
			runs.run(name)
			assert is_continued(runs.continue_verifications, doc)
		runs.run(name)
		assert not is_continued(runs.continue_verifications, doc)
		assert frappe.db.get_value(runs.RUN, name, ["status", "error"]) == ("Failed", str(error))
	api.continue_ledger_verification(name)
	runs.run(name)
	assert frappe.db.get_value(runs.RUN, name, ["status", "error"]) == ("Finished", None)


def test_one_that_is_only_killed_ends_after_some_attempts_and_staff_start_it_again(
	queued, monkeypatch, is_continued
):
	"""Such as for want of memory, which the operating system tells no one of."""
	name = api.start_ledger_verification()
	doc = frappe.get_doc(runs.RUN, name)
	attempts = 0
	while is_continued(runs.continue_verifications, doc):
		attempts += 1
		assert attempts < 20
	doc.reload()
	assert attempts == background_work.ATTEMPTS
	assert (doc.status, bool(doc.error), bool(doc.finished_on)) == ("Failed", True, True)
	api.continue_ledger_verification(name)
	doc.reload()
	assert (doc.status, doc.error, doc.attempts, doc.finished_on) == ("Queued", None, 0, None)
	assert is_continued(runs.continue_verifications, doc)
	with monkeypatch.context() as patched:
		patched.setattr(runs, "_SECONDS", -1)
		runs.run(name)
	doc.reload()
	assert (doc.status, doc.attempts) == ("Running", 0), "what makes progress is not given up"


def test_of_two_jobs_at_once_the_second_does_nothing(queued, monkeypatch):
	name = api.start_ledger_verification()

	@contextmanager
	def taken(*args, **kwargs):
		raise background_work.LockTimeoutError
		yield

	with monkeypatch.context() as patched:
		patched.setattr(background_work, "filelock", taken)
		runs.run(name)
	assert frappe.db.get_value(runs.RUN, name, "status") == "Queued"


def test_of_a_long_ledger_a_request_verifies_the_beginning_and_says_so(monkeypatch):
	monkeypatch.setattr(api.ledger, "_MOST_AT_ONCE", 5)
	found = api.verify_ledger()
	assert (found["ok"], found["is_complete"], found["checked"]) == (False, False, 8)
	assert (found["first_fault"], found["faults"]) == (None, [])
	monkeypatch.setattr(api.ledger, "_MOST_AT_ONCE", 9)
	found = api.verify_ledger()
	assert (found["ok"], found["is_complete"], found["checked"]) == (True, True, 12)


def test_faults_in_the_beginning_of_a_long_ledger_are_told_at_once(monkeypatch):
	monkeypatch.setattr(api.ledger, "_MOST_AT_ONCE", 1)
	tamper()
	found = api.verify_ledger()
	assert (found["is_complete"], found["first_fault"]["sequence"]) == (False, 2)
