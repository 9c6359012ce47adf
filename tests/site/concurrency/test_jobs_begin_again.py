"""A job that the database undid begins again: Frappe expects the driver's error, and raises the one that it makes of it (D-5)."""

import inspect
from types import SimpleNamespace

import frappe
import pytest

from client_comms import transactions
from client_comms.client_interactions import work_notices
from client_comms.client_privacy.requests import asking
from client_comms.enforcement import levels, sharing
from client_comms.intake import reassignment
from client_comms.people import policies

pytestmark = pytest.mark.clause("D-5")

UNDONE = (frappe.QueryDeadlockError, frappe.QueryTimeoutError)


@pytest.fixture(autouse=True)
def without_pause(monkeypatch):
	monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)


@pytest.fixture
def in_a_job(monkeypatch):
	monkeypatch.setattr(frappe.local, "job", frappe._dict(method="x"), raising=False)
	monkeypatch.setattr(frappe.local, "request", None, raising=False)


def undone(times: int, error: type, attempts: list):
	"""A job that the database undoes some times; it leaves a to-do."""

	@transactions.again_if_undone
	def job(what: str) -> int:
		attempts.append(what)
		frappe.get_doc({"doctype": "ToDo", "description": what}).insert(ignore_permissions=True)
		if len(attempts) <= times:
			raise error
		return frappe.db.count("ToDo", {"description": what})

	return job


@pytest.mark.parametrize("error", UNDONE)
@pytest.mark.parametrize("times", [0, 1, 4])
def test_a_job_begins_again_with_nothing_of_the_former_attempt(in_a_job, monkeypatch, times, error):
	attempts, rolled_back = [], []
	rollback = frappe.db.rollback
	# The test's own records are not committed.
	frappe.db.savepoint("before_the_job")

	def to_the_test(*, save_point=None, chain=False):
		rolled_back.append(save_point)
		rollback(save_point=save_point or "before_the_job")

	monkeypatch.setattr(frappe.db, "rollback", to_the_test)
	what = frappe.generate_hash()
	assert undone(times, error, attempts)(what) == 1
	assert attempts == [what] * (times + 1)
	assert rolled_back == [None] * times


def test_shares_are_ended_daily_also_after_a_deadlock(in_a_job, monkeypatch):
	attempts = []

	def end(*args):
		attempts.append(args)
		if len(attempts) == 1:
			raise frappe.QueryDeadlockError

	share = frappe._dict(name="x", doctype="ToDo", document="x")
	monkeypatch.setattr(sharing, "_those_in_doubt", lambda shares, follows: [("DocShare", share)])
	monkeypatch.setattr(sharing, "_end_if_lapsed", end)
	monkeypatch.setattr(frappe.db, "rollback", lambda **_kwargs: None)
	sharing.end_daily()
	assert len(attempts) == 2


def test_after_five_attempts_it_fails(in_a_job, monkeypatch):
	attempts = []
	monkeypatch.setattr(frappe.db, "rollback", lambda **kwargs: None)
	with pytest.raises(frappe.QueryDeadlockError):
		undone(9, frappe.QueryDeadlockError, attempts)("x")
	assert len(attempts) == 5


def test_another_error_ends_it(in_a_job):
	attempts = []
	with pytest.raises(frappe.DuplicateEntryError):
		undone(1, frappe.DuplicateEntryError, attempts)("x")
	assert len(attempts) == 1


@pytest.mark.parametrize(("job", "request_"), [(None, None), (frappe._dict(method="x"), SimpleNamespace())])
def test_in_a_request_the_user_is_told(monkeypatch, job, request_):
	attempts = []
	monkeypatch.setattr(frappe.local, "job", job, raising=False)
	monkeypatch.setattr(frappe.local, "request", request_, raising=False)
	with pytest.raises(frappe.QueryDeadlockError):
		undone(1, frappe.QueryDeadlockError, attempts)("x")
	assert len(attempts) == 1


@pytest.mark.parametrize(
	"job",
	[
		asking.send_link,
		levels.backfill_levels,
		policies.announce,
		reassignment.hand_over,
		work_notices.tell_responsible,
	],
)
def test_jobs_that_no_schedule_repeats_begin_again(job):
	assert inspect.unwrap(job) is not job
	assert f"{job.__module__}.{job.__qualname__}" == f"{inspect.unwrap(job).__module__}.{job.__name__}"
