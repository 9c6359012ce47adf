"""A leak check from the desk: one at a time, with a stored result that cannot be changed; the check itself
is tested elsewhere."""

import functools
import http.server
import json
import threading
from unittest import mock

import frappe
import pytest

from client_comms import clock
from client_comms.api import leak_check as api
from client_comms.exceptions import ActionNotPossibleError, ResultIsFixedError
from client_comms.leak_check import bait, job, run
from client_comms.leak_check.surfaces import SURFACES

pytestmark = pytest.mark.clause("R-3")

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def frontline(make_user):
	return make_user("Frontline Staff")


@pytest.fixture
def queue():
	"""What is queued, instead of queueing it."""
	with mock.patch.object(frappe, "enqueue") as enqueue:
		yield enqueue


@pytest.fixture
def short():
	"""The first three surfaces instead of all of them."""
	check = functools.partial(run.check, surfaces=SURFACES[:3])
	with mock.patch.object(job.checks, "check", check):
		yield


@pytest.fixture
def removed(officer):
	"""Delete the runs that a committed test started."""
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.db.delete(job.RUN, {"started_by": officer})
	frappe.db.commit()


def start(officer, as_user, user, over_http=False):
	with as_user(officer):
		return api.start_leak_check(user, over_http)


@pytest.mark.parametrize(
	"role", ["Client Communications Manager", "Customer Support Manager", "System Manager"]
)
def test_only_a_compliance_officer_starts_and_sees_checks(
	role, make_user, as_user, officer, frontline, queue
):
	name = start(officer, as_user, frontline)
	with as_user(make_user(role)):
		with pytest.raises(frappe.PermissionError):
			api.start_leak_check(frontline)
		with pytest.raises(frappe.PermissionError):
			api.get_leak_check(name)
		assert not frappe.has_permission(job.RUN, "read")
	with as_user(officer):
		assert frappe.has_permission(job.RUN, "read", name)
		assert not frappe.has_permission(job.RUN, "write", name)


def test_a_start_is_queued_once_at_a_time(as_user, officer, frontline, queue):
	name = start(officer, as_user, frontline)
	assert queue.call_args.kwargs["queue"] == "long" and queue.call_args.kwargs["name_of_run"] == name
	with pytest.raises(ActionNotPossibleError, match=frontline):
		start(officer, as_user, "Administrator")
	assert queue.call_count == 1
	with as_user(officer):
		answer = api.get_leak_check()
	assert (answer["run"]["name"], answer["run"]["status"], answer["run"]["result"]) == (
		name,
		job.QUEUED,
		None,
	)
	assert [each["name"] for each in answer["recent"]][:1] == [name]
	with pytest.raises(frappe.DoesNotExistError, match=r"nobody.*Choose one"):
		start(officer, as_user, "nobody@example.com")


def test_a_run_whose_job_is_gone_has_failed_and_holds_up_no_one(as_user, officer, frontline, queue):
	name = start(officer, as_user, frontline)
	with clock.moved_to(frappe.utils.add_to_date(clock.now(), minutes=5)):
		again = start(officer, as_user, frontline)
	status, error = frappe.db.get_value(job.RUN, name, ["status", "error"])
	assert (status, again != name) == (job.FAILED, True) and "Start the check again" in error


def test_a_waiting_run_is_cancelled_at_once_and_holds_up_no_one(as_user, officer, frontline, queue):
	name = start(officer, as_user, frontline)
	with as_user(frontline), pytest.raises(frappe.PermissionError):
		api.cancel_leak_check(name)
	with as_user(officer):
		api.cancel_leak_check(name)
		assert api.get_leak_check(name)["run"]["status"] == job.CANCELLED
	job.work(name)
	assert frappe.db.get_value(job.RUN, name, "status") == job.CANCELLED
	assert start(officer, as_user, frontline) != name


@pytest.mark.committed
def test_a_running_check_ends_at_its_next_step(as_user, officer, frontline, queue, short, removed):
	name = start(officer, as_user, frontline)
	frappe.db.commit()

	def cancel_after_two(event=None, message=None, **others):
		if event == job.EVENT and message.get("done") == 2:
			with as_user(officer):
				api.cancel_leak_check(name)

	with mock.patch.object(frappe, "publish_realtime", side_effect=cancel_after_two) as told:
		job.work(name)
	doc = frappe.get_doc(job.RUN, name)
	assert (doc.status, doc.result) == (job.CANCELLED, None) and doc.finished_on
	steps = [call.args[1].get("done") for call in told.call_args_list if call.args[0] == job.EVENT]
	assert steps == [0, 1, 2, None]
	assert not job.progress(name)


@pytest.mark.committed
def test_the_result_is_kept_and_no_one_changes_it(as_user, officer, frontline, queue, short, removed):
	name = start(officer, as_user, frontline)
	with mock.patch.object(frappe, "publish_realtime") as told:
		job.work(name)
	doc = frappe.get_doc(job.RUN, name)
	assert (doc.status, doc.user, doc.started_by, doc.surface_count) == (job.FINISHED, frontline, officer, 3)
	assert doc.open_count == json.loads(doc.result)["open"] and doc.finished_on >= doc.started_on
	told = [call for call in told.call_args_list if call.args[0] == job.EVENT]
	assert {call.kwargs["user"] for call in told} == {officer}
	assert [call.args[1].get("done") for call in told] == [0, 1, 2, 3, 4, 5, None]
	with as_user(officer):
		assert api.get_leak_check(name)["run"]["result"]["user"] == frontline

	doc.open_count = 0
	for change in (doc.save, doc.delete, lambda: frappe.rename_doc(job.RUN, name, "Other", force=True)):
		with pytest.raises(ResultIsFixedError):
			change()
	with pytest.raises(ResultIsFixedError):
		frappe.get_doc({"doctype": job.RUN, "user": frontline, "status": job.FINISHED}).insert()

	before = frappe.db.get_value(job.RUN, name, "modified")
	job.work(name)
	assert frappe.db.get_value(job.RUN, name, "modified") == before, "a job that comes twice checks once"


@pytest.mark.committed
def test_it_says_when_the_site_does_not_answer(as_user, officer, frontline, queue, short, removed):
	with mock.patch.object(job, "get_url", lambda **_: NOWHERE):
		name = start(officer, as_user, frontline, over_http=True)
	with mock.patch.object(bait, "plant") as plant:
		job.work(name)
	status, error = frappe.db.get_value(job.RUN, name, ["status", "error"])
	assert status == job.FAILED
	assert NOWHERE in error and "host_name" in error
	assert not plant.called


class _AnotherSite(http.server.BaseHTTPRequestHandler):
	def do_POST(self):
		self.send_response(200)
		self.end_headers()
		self.wfile.write(b'{"message": "Guest"}')

	def log_message(self, *_args):
		pass


@pytest.mark.committed
def test_another_site_at_the_address_is_not_taken_for_this_one(frontline):
	sessions = frappe.db.count("Sessions")
	with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _AnotherSite) as server:
		threading.Thread(target=server.serve_forever, daemon=True).start()
		with mock.patch.object(bait, "plant") as plant:
			with pytest.raises(frappe.ValidationError, match="does not answer at"):
				run.check(frontline, f"http://127.0.0.1:{server.server_port}", surfaces=SURFACES[:1])
		server.shutdown()
	assert not plant.called
	assert frappe.db.count("Sessions") == sessions
