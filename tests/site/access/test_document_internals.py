"""A request sets what a document contains, and nothing that Frappe keeps beside it (P-2)."""

import frappe
import pytest
from frappe.model import base_document

from client_comms import compat
from client_comms.enforcement.requests import document_internals
from client_comms.exceptions import MissingDetailsError

pytestmark = pytest.mark.clause("P-2")

COMPUTED = {"meta", "permitted_fieldnames", "_table_fieldnames", "_non_computed_table_fieldnames", "_weakref"}
WAYS = {
	"frappe.client.insert": lambda document: {"doc": frappe.as_json(document)},
	"frappe.client.insert_many": lambda document: {"docs": frappe.as_json([document])},
	"frappe.client.save": lambda document: {"doc": frappe.as_json(document)},
	"frappe.desk.form.save.savedocs": lambda document: {"doc": frappe.as_json(document), "action": "Save"},
}


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
	"""A process in which no request has been yet."""
	ours = COMPUTED | {"_action", "status_updater"}
	if compat.is_version_16():
		monkeypatch.setattr(base_document, "RESERVED_KEYWORDS", base_document.RESERVED_KEYWORDS - ours)
	else:
		kept = base_document.BaseDocument._reserved_keywords - {"status_updater"}
		monkeypatch.setattr(base_document.BaseDocument, "_reserved_keywords", kept)


def to_do_with(doctype, row):
	tables = {"made_up": doctype}
	return {
		"doctype": "ToDo",
		"__islocal": 1,
		"name": "new-to-do-1",
		"description": "Mine",
		"_table_fieldnames": tables,
		"_non_computed_table_fieldnames": tables,
		"made_up": [row],
	}


@pytest.mark.parametrize("method", WAYS)
def test_no_share_comes_with_a_document_of_ones_own(request_as, staff, complaint, method):
	user, record = staff.uncleared, {"share_doctype": complaint.doctype, "share_name": complaint.name}
	request_as(user, method, **WAYS[method](to_do_with("DocShare", {**record, "user": user, "read": 1})))
	assert frappe.db.exists("ToDo", {"owner": user, "description": "Mine"})
	assert not frappe.db.exists("DocShare", record)
	with pytest.raises(frappe.PermissionError):
		request_as(user, "frappe.client.get", doctype=complaint.doctype, name=complaint.name)


@pytest.mark.parametrize("sent", [{}, {"_action": "discard"}])
def test_a_change_does_not_say_that_it_need_not_be_checked(request_as, staff, complaint, sent):
	change = {"fieldname": frappe.as_json({"confidentiality_level": "Standard", **sent})}
	with pytest.raises(MissingDetailsError):
		request_as(
			staff.cleared,
			"frappe.client.set_value",
			doctype=complaint.doctype,
			name=complaint.name,
			**change,
		)
	assert frappe.db.get_value(complaint.doctype, complaint.name, "confidentiality_level") == "Sensitive"


@pytest.mark.skipif(not compat.is_version_16(), reason="the names of version 16")
@pytest.mark.parametrize("hook", ["before_request", "before_job"])
def test_nothing_that_frappe_computes_is_taken_from_what_is_sent(hook):
	assert f"{document_internals.__name__}.leave_out" in frappe.get_hooks(hook, app_name="client_comms")
	document_internals.leave_out(method="x", kwargs={}, transaction_type="job")
	names = (*COMPUTED, "_action")
	sent = {name: {"made_up": "DocShare"} for name in names}
	to_do = frappe.new_doc("ToDo", description="Mine", **sent)
	to_do.update(sent)
	for name in names:
		to_do.set(name, sent[name])
	assert sent["meta"] not in vars(to_do).values()
	assert to_do.insert().description == "Mine"


def test_rows_of_a_table_that_there_is_are_stored(request_as, staff):
	event = {
		"doctype": "Event",
		"subject": "Mine",
		"starts_on": "2026-12-01 10:00:00",
		"event_participants": [{"reference_doctype": "User", "reference_docname": staff.uncleared}],
	}
	made = request_as(staff.uncleared, "frappe.client.insert", doc=frappe.as_json(event))
	assert frappe.db.count("Event Participants", {"parent": made["name"]}) == 1


@pytest.fixture
def order(make_user, complaint, request_as):
	"""A draft of a Sales User, whose row names a hidden record where ERPNext expects what the row was made of."""
	today, item_group = frappe.utils.today(), frappe.db.get_value("Item Group", {"is_group": 0})
	item = {"item_code": "Roof", "item_group": item_group, "stock_uom": "Nos", "is_stock_item": 0}
	frappe.get_doc({"doctype": "Item", **item}).insert()
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Anna Client"}).insert()
	row = {"item_code": "Roof", "qty": 1, "rate": 5, "delivery_date": today}
	draft = {
		"doctype": "Sales Order",
		"company": frappe.db.get_value("Company", {}),
		"customer": customer.name,
		"transaction_date": today,
		"delivery_date": today,
		"items": [{**row, "customer_item_code": complaint.name}],
	}
	user = make_user("Frontline Staff", "Sales User")
	made = request_as(user, "frappe.client.insert", doc=frappe.as_json(draft))
	return frappe._dict(
		user=user, name=made["name"], row=frappe.db.get_value("Sales Order Item", {"parent": made["name"]})
	)


def submitted_with(updater) -> dict:
	updater = {"source_dt": "Sales Order Item", "source_field": "qty", **updater}
	return {"fieldname": frappe.as_json({"docstatus": 1, "status_updater": [updater]})}


def test_a_submitted_order_lowers_no_level(order, complaint, request_as):
	lowering = {
		"join_field": "customer_item_code",
		"target_dt": complaint.doctype,
		"target_field": "`confidentiality_level` = 'Standard', `idx`",
	}
	change = {"doctype": "Sales Order", "name": order.name, **submitted_with(lowering)}
	assert request_as(order.user, "frappe.client.set_value", **change)["docstatus"] == 1
	assert frappe.db.get_value(complaint.doctype, complaint.name, "confidentiality_level") == "Sensitive"


def test_a_submitted_order_reads_no_record(order, complaint, request_as):
	reading = {
		"join_field": "name",
		"second_source_dt": complaint.doctype,
		"second_source_field": "ascii(`summary`)",
		"second_join_field": "name",
		"second_source_extra_cond": f"or `name` = '{complaint.name}'",
		"target_dt": "Sales Order Item",
		"target_field": "`additional_notes`",
	}
	change = {"doctype": "Sales Order", "name": order.name, **submitted_with(reading)}
	assert request_as(order.user, "frappe.client.set_value", **change)["docstatus"] == 1
	assert not frappe.db.get_value("Sales Order Item", order.row, "additional_notes")
