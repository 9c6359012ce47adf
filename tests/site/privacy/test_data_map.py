"""The data map as a record of processing activities: report, JSON and command, and what no one has decided yet (P-2)."""

import json

import frappe
import pytest
from frappe.desk import query_report

from client_comms import procedure
from client_comms.api import subject_requests
from client_comms.client_privacy.report.data_map import data_map as report
from client_comms.client_privacy.requests import data_map, processing_record

pytestmark = pytest.mark.clause("P-2")


def rows_of(doctype):
	return {row["fieldname"]: row for row in processing_record.rows() if row["doctype"] == doctype}


def test_every_personal_field_has_purpose_basis_and_retention(site):
	rows = processing_record.rows()
	decided = [row for row in rows if not row["to_decide"]]
	keys = ("purpose", "basis", "retention", "erasure", "recipients", "subjects", "transfers")
	assert all(row[key] for row in decided for key in keys)
	assert rows_of("Client Interaction").keys() >= {"summary", "party", "contact", "events.note"}
	assert rows_of("Contact").keys() >= {"first_name", "email_ids.email_id", "phone_nos.phone"}
	own_rule = {entry.doctype for entry in data_map.OWN_RULE}
	assert {*data_map.MASTERS, *own_rule} <= {row["doctype"] for row in decided}


@pytest.fixture
def custom_field(site, transaction):
	"""`custom_field("Customer", "passport_number")` adds one, without a column."""
	changed = set()

	def add(doctype, fieldname, fieldtype="Data"):
		field = frappe.new_doc("Custom Field")
		field.update({"dt": doctype, "fieldname": fieldname, "label": fieldname, "fieldtype": fieldtype})
		field.name = f"{doctype}-{fieldname}"
		field.db_insert()
		changed.add(doctype)
		frappe.clear_cache(doctype=doctype)

	yield add
	frappe.db.rollback()
	for doctype in changed:
		frappe.clear_cache(doctype=doctype)


def test_custom_fields_that_look_personal_are_pointed_out(custom_field):
	custom_field("Customer", "passport_number")
	custom_field("Customer", "favourite_colour")
	custom_field("Warehouse", "birth_date", "Date")
	customer = rows_of("Customer")
	assert customer["passport_number"]["to_decide"] and not customer["favourite_colour"]["to_decide"]
	warehouse = rows_of("Warehouse")["birth_date"]
	assert warehouse["to_decide"] and not warehouse["purpose"]
	(activity,) = [row for row in data_map.record_of_processing() if row["doctype"] == "Customer"]
	assert activity["unknown_fields"] == ["passport_number"]


def test_document_types_outside_of_the_map_are_pointed_out(site, monkeypatch):
	project = rows_of("Project")["customer"]
	assert data_map.HOOK in project["to_decide"]
	entry = {
		"doctype": "Project",
		"purpose": "Building",
		"basis": "Contract: GDPR Art. 6(1)(b)",
		"erasure": "Anonymise",
		"recipients": "Builders",
		"transfers": "None",
	}
	real = frappe.get_hooks
	monkeypatch.setattr(
		frappe,
		"get_hooks",
		lambda hook=None, *a, **k: [entry] if hook == data_map.HOOK else real(hook, *a, **k),
	)
	project = rows_of("Project")["customer"]
	assert (project["purpose"], project["recipients"], project["transfers"]) == (
		"Building",
		"Builders",
		"None",
	)
	assert not project["to_decide"]


def test_the_report_is_for_officers(officer, make_user, as_user):
	with as_user(officer):
		columns, rows, *_message = report.execute({"document_type": "Contact"})
		assert rows and {row["doctype"] for row in rows} == {"Contact"}
		assert {column["fieldname"] for column in columns} == set(rows[0]) - {"fieldtype"}
		assert all(row["to_decide"] for row in report.execute({"to_decide": 1})[1])
		shown = query_report.run("Data Map", filters={})
		assert len(shown["result"]) == len(processing_record.rows())
		assert frappe.has_permission("Data Subject Request", "export")
	with as_user(make_user(procedure.CUSTOMER_SUPPORT_MANAGER)):
		with pytest.raises(frappe.PermissionError):
			report.execute()
		with pytest.raises(frappe.PermissionError):
			query_report.run("Data Map", filters={})
		with pytest.raises(frappe.PermissionError):
			subject_requests.processing_record()


def test_the_whole_record_as_json(officer, as_user):
	with as_user(officer):
		record = subject_requests.processing_record()
	assert record == json.loads(json.dumps(record))
	assert record["controllers"] == frappe.get_all("Company", pluck="name", order_by="name asc")
	assert record["measures"] and record["activities"] == data_map.record_of_processing()
	assert record["to_decide"] == [row for row in processing_record.rows() if row["to_decide"]]


def test_the_command_prints_it(bench):
	printed = bench("data-map", "--json")
	assert json.loads(printed.output)["activities"] == data_map.record_of_processing()
	table = bench("data-map").output
	assert "Client Interaction" in table and "Legal basis" in table


def test_officers_find_a_document_type_by_a_part_of_its_name(make_user, as_user):
	"""By the filters as the desk sends them: version 16 checks what links in them a user can read."""
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		shown = query_report.run("Data Map", filters={"document_type": "interaction"})
	assert {row["doctype"] for row in shown["result"]} >= {"Client Interaction"}
	assert all("interaction" in row["doctype"].lower() for row in shown["result"])
