"""What a background job was given, and why it failed, tells administrators without clearance nothing of a record (P-2)."""

import json

import frappe
import pytest
from frappe.desk import reportview

from client_comms.enforcement.doctypes import rq_job

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain"
WORD = "Insolvency"
FAILURE = f"""Traceback (most recent call last):
  File "apps/frappe/frappe/utils/background_jobs.py", line 260, in execute_job
    retval = method(**kwargs)
frappe.exceptions.ValidationError: {WORDS}
{WORDS} at night
  {WORDS}, quoted

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "apps/frappe/frappe/app.py", line 10, in application
    raise
  + Exception Group Traceback (most recent call last):
    | ValueError: {WORDS}
"""


@pytest.fixture
def job():
	given = {
		"doctype": "Notification Log",
		"name": "log-1",
		"subject": WORDS,
		"email_content": WORD,
		"document_type": WORD,
		"links": [{"doctype": "Dynamic Link", "link_name": WORD}],
		"amount": 4711,
	}
	job = frappe.enqueue(
		"frappe.ping",
		queue="short",
		enqueue_after_commit=False,
		doc=given,
		more=json.dumps({"subject": WORD}, separators=(",", ":")),
		receiver_list=["+494311234567"],
		subject=WORD,
		document_name="CI-2026-00001",
		users=["a@b.example"],
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
		assert not any(each in text for each in (WORDS, WORD, "4711", "+49431"))
		assert all(each in text for each in ("CI-2026-00001", "a@b.example", "log-1", "frappe.ping"))
	assert all(WORDS in text for text in shown(job, "Administrator", as_user))


def test_so_is_what_an_error_says():
	told = rq_job.without_messages(FAILURE)
	assert WORDS not in told
	assert "execute_job" in told and "frappe.exceptions.ValidationError: …" in told
	assert "in application" in told


def test_names_paths_and_numbers_stay():
	given = {"name": "CI-1", "on": None, "count": 3, "names": ["a.b.c", "two words", "<p>x</p>", "x" * 200]}
	assert rq_job.without_texts(given) == {
		"name": "CI-1",
		"on": None,
		"count": 3,
		"names": ["a.b.c", "…", "…", "…"],
	}


def test_the_method_of_a_document_stays():
	given = {"doctype": "Data Import", "name": "import-1", "doc_method": "start", "title": WORD}
	assert rq_job.of_job({"method": "a.b", "kwargs": given, "title": WORD}) == {
		"method": "a.b",
		"kwargs": {**given, "title": "…"},
		"title": "…",
	}
