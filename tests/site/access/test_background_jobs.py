"""What a background job was given, and why it failed, tells administrators without clearance nothing of a record (P-2)."""

import frappe
import pytest
from frappe.desk import reportview

from client_comms.enforcement.doctypes import rq_job

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain"
FAILURE = f"""Traceback (most recent call last):
  File "apps/frappe/frappe/utils/background_jobs.py", line 260, in execute_job
    retval = method(**kwargs)
frappe.exceptions.ValidationError: {WORDS}
{WORDS} at night
"""


@pytest.fixture
def job():
	given = {"doctype": "Notification Log", "document_name": "CI-2026-00001", "subject": WORDS}
	job = frappe.enqueue(
		"frappe.ping", queue="short", enqueue_after_commit=False, doc=given, users=["a@b.example"]
	)
	yield job
	job.delete()


def shown(job, user, as_user) -> list[str]:
	"""In the form, and in the list."""
	with as_user(user):
		form = frappe.get_doc("RQ Job", job.id)
		frappe.local.form_dict = frappe._dict(
			doctype="RQ Job", fields='["name"]', filters="[]", start=0, page_length=500
		)
		frappe.local.form_dict.order_by = "modified desc"
		(row,) = (each for each in reportview.get_list() if each.name == job.id)
		return [form.arguments, row.arguments]


def test_texts_that_a_job_was_given_are_left_out(job, staff, as_user):
	for text in shown(job, staff.uncleared, as_user):
		assert WORDS not in text
		assert "CI-2026-00001" in text and "a@b.example" in text
	assert all(WORDS in text for text in shown(job, "Administrator", as_user))


def test_so_is_what_an_error_says():
	told = rq_job.without_messages(FAILURE)
	assert WORDS not in told
	assert "execute_job" in told and "frappe.exceptions.ValidationError: …" in told


def test_names_paths_and_numbers_stay():
	given = {"name": "CI-1", "on": None, "count": 3, "list": ["a.b.c", "two words", "<p>x</p>", "x" * 200]}
	assert rq_job.without_texts(given) == {
		"name": "CI-1",
		"on": None,
		"count": 3,
		"list": ["a.b.c", "…", "…", "…"],
	}
