"""What a report showed to one user does not come back to another (P-2)."""

import json

import frappe
import pytest
from frappe.core.doctype.prepared_report.prepared_report import (
	convert_json_to_csv,
	create_json_gz_file,
	process_filters_for_prepared_report,
)

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain"
INTERACTION = "Client Interaction"


@pytest.fixture
def report(staff):
	"""On interactions, for both users; prepared in the background."""
	return frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": f"Complaints {frappe.generate_hash(length=6)}",
			"ref_doctype": INTERACTION,
			"report_type": "Query Report",
			"query": "select 1",
			"is_standard": "No",
			"prepared_report": 1,
			"roles": [{"role": "System Manager"}],
		}
	).insert()


@pytest.fixture
def prepare(report):
	"""`prepare(owner)` is a result that `owner` was shown."""

	def make(owner):
		doc = frappe.get_doc(
			{
				"doctype": "Prepared Report",
				"name": frappe.generate_hash(),
				"report_name": report.name,
				"status": "Completed",
				"filters": process_filters_for_prepared_report({"company": "x"}),
			}
		)
		doc.db_insert()
		doc.db_set("owner", owner)
		data = {"columns": [{"fieldname": "a", "label": "A"}], "result": [{"a": WORDS}]}
		create_json_gz_file(data, doc.doctype, doc.name, report.name)
		return doc.name

	return make


def run(report, **arguments):
	"""As a request does it."""
	method = frappe.get_attr(frappe.override_whitelisted_method("frappe.desk.query_report.run"))
	return frappe.call(method, report_name=report, **arguments)


def shown(report, **arguments):
	return WORDS in frappe.as_json(run(report, **arguments))


def test_whose_it_is_gets_it(report, prepare, staff, as_user):
	prepare(staff.cleared)
	with as_user(staff.cleared):
		assert shown(report.name, filters={"company": "x"})
		assert shown(report.name, filters={"company": "x"}, user=staff.cleared)


def test_another_user_is_not_named(report, prepare, staff, as_user):
	prepare(staff.cleared)
	with as_user(staff.uncleared):
		assert not shown(report.name, filters={"company": "x"})
		with pytest.raises(frappe.PermissionError):
			run(report.name, filters={"company": "x"}, user=staff.cleared)


def test_nor_a_result_in_the_filters_of_a_saved_report(report, prepare, staff, as_user):
	theirs = prepare(staff.cleared)
	saved = frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": f"Saved {report.name}",
			"ref_doctype": INTERACTION,
			"reference_report": report.name,
			"report_type": "Custom Report",
			"is_standard": "No",
			"prepared_report": 1,
			"json": json.dumps({"filters": {"prepared_report_name": theirs}}),
			"roles": [{"role": "System Manager"}],
		}
	).insert()
	with as_user(staff.uncleared):
		assert not shown(saved.name)
	with as_user(staff.cleared):
		assert shown(saved.name)


def test_nor_by_a_conversion_in_the_background(report, prepare, staff, as_user):
	theirs = prepare(staff.cleared)
	files = {"attached_to_name": theirs, "file_name": ("like", "%.csv")}
	with as_user(staff.uncleared), pytest.raises(frappe.PermissionError):
		convert_json_to_csv(theirs)
	assert not frappe.db.exists("File", files)
	with as_user(staff.cleared):
		convert_json_to_csv(theirs)
	assert frappe.db.exists("File", files)
