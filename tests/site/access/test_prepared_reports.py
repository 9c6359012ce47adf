"""What a report showed to one user does not come back to another (P-2)."""

import json

import frappe
import pytest
from frappe.core.doctype.prepared_report import prepared_report
from frappe.core.doctype.prepared_report.prepared_report import (
	convert_json_to_csv,
	create_json_gz_file,
	download_attachment,
	process_filters_for_prepared_report,
)

from client_comms.patches.v1_0 import leave_variables_out_of_reports

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


@pytest.fixture
def stored(report, prepare, complaint):
	"""`stored(owner)`: a result of two rows and their total, of which the first names the complaint."""

	def make(owner):
		name = prepare(owner)
		for file in frappe.get_all("File", {"attached_to_name": name}, pluck="name"):
			frappe.delete_doc("File", file)
		link = {
			"fieldname": "interaction",
			"label": "Interaction",
			"fieldtype": "Link",
			"options": INTERACTION,
		}
		data = {
			"columns": [link, {"fieldname": "a", "label": "A"}],
			"result": [{"interaction": complaint.name, "a": WORDS}, {"a": "open"}, ["Total", 2]],
			"add_total_row": 1,
			"chart": {"data": WORDS},
		}
		create_json_gz_file(data, "Prepared Report", name, report.name)
		return name

	return make


def test_who_has_lost_access_since(report, stored, staff, as_user):
	stored(staff.cleared)
	filters = {"company": "x"}
	with as_user(staff.cleared):
		result = run(report.name, filters=filters)
		assert len(result["result"]) == 3 and WORDS in frappe.as_json(result)
	user = frappe.get_doc("User", staff.cleared)
	user.add_roles("Frontline Staff")
	user.remove_roles("Customer Support Manager", "Compliance Officer")
	with as_user(staff.cleared):
		result = run(report.name, filters=filters)
		assert [row["a"] for row in result["result"]] == ["open"]
		assert WORDS not in frappe.as_json(result)


def test_others_who_open_the_result_of_a_report_on_other_documents(report, stored, staff, as_user):
	name = stored(staff.cleared)
	report.db_set("ref_doctype", "Customer")
	frappe.clear_document_cache("Report", report.name)
	file = frappe.get_last_doc("File", {"attached_to_name": name})
	found = {}
	for who in ("cleared", "uncleared"):
		with as_user(staff[who]):
			download_attachment(name)
			found[who] = WORDS in frappe.safe_decode(frappe.local.response.filecontent)
			found[who, "file"] = bool(frappe.has_permission("File", doc=file))
	assert found == {
		"cleared": True,
		("cleared", "file"): True,
		"uncleared": False,
		("uncleared", "file"): False,
	}


def test_nor_by_a_conversion_in_the_background(report, prepare, staff, as_user):
	theirs = prepare(staff.cleared)
	files = {"attached_to_name": theirs, "file_name": ("like", "%.csv")}
	with as_user(staff.uncleared), pytest.raises(frappe.PermissionError):
		convert_json_to_csv(theirs)
	assert not frappe.db.exists("File", files)
	with as_user(staff.cleared):
		convert_json_to_csv(theirs)
	assert frappe.db.exists("File", files)


@pytest.fixture
def mail_report(mailbox, complaint, staff):
	"""`mail_report(doctype)`: the report of the cleared user on that DocType, and the email of it that waits in the queue."""

	def mail(doctype):
		listing = {"ref_doctype": doctype, "report_type": "Report Builder", "is_standard": "No"}
		listing |= {"report_name": f"All {doctype}", "json": json.dumps({"fields": [["name", doctype]]})}
		listing = frappe.get_doc({"doctype": "Report", **listing}).insert()
		emailed = {"report": listing.name, "report_type": listing.report_type, "user": staff.cleared}
		emailed |= {"email_to": staff.cleared, "format": "HTML", "frequency": "Daily", "filters": "{}"}
		emailed = frappe.get_doc({"doctype": "Auto Email Report", **emailed}).insert()
		emailed.send()
		queued = {"reference_doctype": emailed.doctype, "reference_name": emailed.name}
		return emailed, frappe.get_doc("Email Queue", queued)

	return mail


def is_seen(doc):
	"""Whether the session user finds and opens a document; they agree."""
	listed = bool(frappe.get_list(doc.doctype, {"name": doc.name}))
	assert doc.has_permission("read") == listed
	return listed


def test_a_queued_email_of_a_report_is_for_its_user(mail_report, complaint, staff, as_user):
	emailed, queued = mail_report(INTERACTION)
	assert complaint.name in queued.message
	with as_user(staff.uncleared):
		assert not is_seen(queued)
		assert not frappe.get_list(
			"Email Queue Recipient", {"parent": queued.name}, parent_doctype="Email Queue"
		)
		assert not is_seen(emailed)
	with as_user(staff.cleared):
		assert is_seen(queued)
		assert is_seen(emailed)
	emailed.delete()
	with as_user(staff.uncleared):
		assert not is_seen(queued)


def test_that_of_a_report_on_other_documents_is_for_all_who_see_the_queue(mail_report, staff, as_user):
	emailed, queued = mail_report("Currency")
	with as_user(staff.uncleared):
		assert is_seen(queued)
		assert is_seen(emailed)


def test_of_a_report_that_fails_nothing_is_kept_that_it_worked_on(site, monkeypatch):
	"""It may be rows that the user for whom it is computed cannot read."""

	def fail(*_args, **_kwargs):
		rows = ["Anna is insolvent"]
		raise ValueError(f"Only {len(rows)} row")

	monkeypatch.setattr(prepared_report, "generate_report_result", fail)
	report = {"doctype": "Prepared Report", "report_name": "Lead Details", "filters": "{}"}
	name = frappe.get_doc(report).insert(ignore_permissions=True).name
	prepared_report.generate_report(name)

	def told():
		return frappe.db.get_value("Prepared Report", name, "error_message")

	assert "insolvent" not in told()
	assert "Only 1 row" in told() and "in fail" in told()

	before = told() + "\n      rows = ['Anna is insolvent']\n"
	frappe.db.set_value("Prepared Report", name, "error_message", before)
	leave_variables_out_of_reports.execute()
	assert "insolvent" not in told()
