"""A word that was found in a message is as confidential as the message (C-5, P-2)."""

import json

import frappe
import pytest
from frappe.desk import query_report

from client_comms.communication_governance.wording import FINDING

pytestmark = pytest.mark.clause("C-5", "P-2")

REPORT = "Wording Findings"


@pytest.fixture
def people(make_user):
	"""Both read findings by their role; only the officer reads complaints."""
	return frappe._dict(
		officer=make_user("Compliance Officer"),
		manager=make_user("Client Communications Manager", "Frontline Staff"),
	)


@pytest.fixture
def found(log):
	"""`found(type, term)` makes a finding in a message of an interaction of this type."""

	def make(communication_type, term, **fields):
		interaction = log(communication_type)
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": "Event",
				"sent_or_received": "Sent",
				"content": term,
				"reference_doctype": interaction.doctype,
				"reference_name": interaction.name,
			}
		).insert()
		values = {"found_on": frappe.utils.now_datetime(), "kind": "Term", "term": term, "user": "Guest"}
		finding = {"doctype": FINDING, **values, "communication": message.name, **fields}
		return frappe.get_doc(FINDING, frappe.get_doc(finding).insert(ignore_permissions=True).name)

	return make


def is_shown(doc, user, as_user) -> set[bool]:
	"""In the list, in the form, in the report, and in a count by the term."""
	with as_user(user):
		report = query_report.run(REPORT, filters={"user": "Guest"})
		return {
			bool(frappe.get_list(FINDING, {"name": doc.name})),
			bool(doc.has_permission("read")),
			doc.term in frappe.as_json(report["result"]),
			doc.term in frappe.as_json(report.get("chart")),
			bool(frappe.get_list(FINDING, {"term": doc.term}, limit=1)),
		}


def test_a_term_of_a_hidden_message(found, people, as_user):
	hidden, free = found("Feedback/Complaint", "divorce"), found("Initial Inquiry", "asap")
	assert is_shown(hidden, people.manager, as_user) == {False}
	assert is_shown(hidden, people.officer, as_user) == {True}
	for user in people.values():
		assert is_shown(free, user, as_user) == {True}


def test_one_whose_message_is_gone(found, people, as_user):
	hidden = found("Initial Inquiry", "divorce")
	hidden.db_set("communication", "deleted")
	assert is_shown(hidden, people.manager, as_user) == {False}


def test_a_request_that_says_it_was_in_another_message(found, people, as_user):
	hidden, free = found("Feedback/Complaint", "divorce"), found("Initial Inquiry", "asap")
	hidden.communication = free.communication
	with as_user(people.manager):
		assert not hidden.has_permission("read")


def test_the_report_says_what_it_counts_and_its_file_agrees(found, people, as_user):
	found("Feedback/Complaint", "divorce"), found("Initial Inquiry", "asap")
	with as_user(people.manager):
		assert "that you can read" in query_report.run(REPORT, filters={"user": "Guest"})["message"]
		filters = json.dumps({"user": "Guest"})
		frappe.local.form_dict = frappe._dict(
			report_name=REPORT,
			file_format_type="CSV",
			filters=filters,
			visible_idx="[]",
			include_indentation=0,
		)
		query_report.export_query()
	file = frappe.as_unicode(frappe.response["filecontent"])
	assert "asap" in file and "divorce" not in file
