"""A user who cannot read a record learns nothing by asking whether something is true of one (D-5, P-2)."""

import frappe
import pytest

from client_comms import compat
from client_comms.enforcement import governed
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("D-5", "P-2")

INTERACTION = governed.INTERACTION
TEXT, OTHER = "The neighbours called the police", "Nothing of the kind"
# A request that finds an interaction by its text: method and arguments
WAYS = {
	"conditions": lambda text: ("frappe.client.get", {"doctype": INTERACTION, "filters": like(text)}),
	"conditions in another case": lambda text: (
		"frappe.client.get",
		{"doctype": INTERACTION.lower(), "filters": frappe.as_json(like(text))},
	),
	"conditions on a row": lambda text: (
		"frappe.client.get",
		{"doctype": "Interaction Event", "parent": INTERACTION, "filters": {"note": text}},
	),
	"conditions as a name": lambda text: ("frappe.client.get", {"doctype": INTERACTION, "name": like(text)}),
	"a change": lambda text: (
		"frappe.client.set_value",
		{"doctype": INTERACTION, "name": like(text), "fieldname": "subject", "value": "Changed"},
	),
	"a change of several": lambda text: (
		"frappe.client.bulk_update",
		{"docs": frappe.as_json([{"doctype": INTERACTION, "docname": like(text), "subject": "Changed"}])},
	),
	"a change in the calendar": lambda text: (
		"frappe.desk.calendar.update_event",
		{
			"args": frappe.as_json({"doctype": INTERACTION, "name": like(text), "occurred_on": "2026-01-01"}),
			"field_map": '{"start": "occurred_on", "end": "occurred_on"}',
		},
	),
	"a change in the list": lambda text: (
		"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
		{
			"doctype": INTERACTION,
			"docnames": frappe.as_json([like(text)]),
			"action": "update",
			"data": '{"subject": "Changed"}',
		},
	),
	"deletion in the list": lambda text: (
		"frappe.desk.reportview.delete_items",
		{"doctype": INTERACTION, "items": frappe.as_json([like(text)])},
	),
	"tags": lambda text: (
		"frappe.desk.doctype.tag.tag.add_tags",
		{"tags": '["late"]', "dt": INTERACTION, "docs": frappe.as_json([like(text)])},
	),
	"a file": lambda text: (
		"frappe.core.api.file.move_file",
		{
			"file_list": frappe.as_json([{"name": {"file_name": ["like", f"%{text}%"]}}]),
			"new_parent": "Home",
			"old_parent": "Home",
		},
	),
	"deletion": lambda text: ("frappe.client.delete", {"doctype": INTERACTION, "name": like(text)}),
	"a method": lambda text: (
		"run_doc_method",
		{"dt": INTERACTION, "dn": like(text), "method": "add_comment", "args": {"text": "x"}},
	),
	"conditions in a list": lambda text: (
		"frappe.client.delete",
		{"doctype": INTERACTION, "name": [["summary", "like", f"%{text}%"]]},
	),
	"one condition in a list": lambda text: (
		"frappe.client.delete",
		{"doctype": INTERACTION, "name": ["summary", "like", f"%{text}%"]},
	),
	"conditions among names": lambda text: (
		"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
		{
			"doctype": INTERACTION,
			"docnames": frappe.as_json([[["summary", "like", f"%{text}%"]]]),
			"action": "update",
			"data": '{"subject": "Changed"}',
		},
	),
	"conditions on a file in a list": lambda text: (
		"frappe.core.api.file.move_file",
		{
			"file_list": frappe.as_json([{"name": [["file_name", "like", f"%{text}%"]]}]),
			"new_parent": "Home",
			"old_parent": "Home",
		},
	),
	"conditions as a party": lambda text: (
		"erpnext.accounts.doctype.payment_entry.payment_entry.get_party_details",
		{"company": "x", "party_type": INTERACTION, "party": like(text), "date": "2026-01-01"},
	),
	"conditions as an order": lambda text: (
		"erpnext.controllers.subcontracting_controller.make_rm_stock_entry",
		{"subcontract_order": like(text), "rm_items": "[]", "order_doctype": INTERACTION},
	),
	"conditions in a list as an order": lambda text: (
		"erpnext.controllers.subcontracting_controller.get_materials_from_supplier",
		{
			"subcontract_order": [["summary", "like", f"%{text}%"]],
			"rm_details": "[]",
			"order_doctype": INTERACTION,
		},
	),
	"conditions as a template of taxes": lambda text: (
		"erpnext.controllers.accounts_controller.get_default_taxes_and_charges",
		{"master_doctype": INTERACTION, "tax_template": like(text), "company": ""},
	),
	"a new row": lambda text: ("frappe.client.insert", {"doc": row_of(text)}),
	"a new row, as text": lambda text: ("frappe.client.insert", {"doc": frappe.as_json(row_of(text))}),
	"several new rows": lambda text: ("frappe.client.insert_many", {"docs": [row_of(text)]}),
	"a call": lambda text: (
		"erpnext.telephony.doctype.call_log.call_log.add_call_summary_and_call_type",
		{"call_log": {"summary": ["like", f"%{text}%"]}, "summary": "x", "call_type": None},
	),
}


def row_of(text):
	"""Frappe loads the parent, to add the row to it."""
	row = {"doctype": "Interaction Action Item", "description": "x", "parentfield": "action_items"}
	return {**row, "parenttype": INTERACTION, "parent": like(text)}


def like(text):
	return {"summary": ["like", f"%{text}%"]}


@pytest.fixture
def hidden(complaint):
	complaint.db_set("summary", TEXT)
	frappe.db.set_value("Interaction Event", complaint.events[0].name, "note", TEXT)
	call = {"doctype": "Call Log", "id": "c1", "from": "0301", "to": "0302", "summary": TEXT}
	call = frappe.get_doc(call).insert(ignore_permissions=True)
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{TEXT}.txt",
			"content": "x",
			"is_private": 1,
			"attached_to_doctype": complaint.doctype,
			"attached_to_name": complaint.name,
		}
	).insert(ignore_permissions=True)
	call.db_set({"client_interaction": complaint.name, "confidentiality_level": "Sensitive"})
	return complaint


@pytest.mark.parametrize("way", WAYS)
def test_a_guess_is_not_answered(way, hidden, staff, request_as):
	def answer(text):
		method, arguments = WAYS[way](text)
		try:
			answered = request_as(staff.uncleared, method, **arguments)
		except Exception as error:
			return type(error)
		told = frappe.as_json([answered, frappe.local.message_log])
		frappe.clear_messages()
		return told.replace(text, "")

	assert answer(TEXT) == answer(OTHER)


def test_conditions_find_what_one_can_read(hidden, log, staff, request_as):
	open_one = log(summary=TEXT, confidentiality_level="Standard")
	frappe.db.set_value(INTERACTION, open_one.name, "modified", "2020-01-01", update_modified=False)

	def found(user, **asked):
		return request_as(user, "frappe.client.get", **asked)["name"]

	asked = {"doctype": INTERACTION, "filters": like(TEXT)}
	assert found(staff.cleared, **asked) == hidden.name  # changed last
	assert found(staff.uncleared, **asked) == open_one.name
	row = {"doctype": "Interaction Event", "parent": INTERACTION, "filters": {"note": TEXT}}
	assert found(staff.cleared, **row) == hidden.events[0].name
	assert found(staff.uncleared, doctype="User", filters={"name": staff.uncleared}) == staff.uncleared
	assert found(staff.uncleared, doctype=INTERACTION, name=open_one.name) == open_one.name


def test_the_fields_to_change_can_be_several(staff, as_user, request_as):
	with as_user(staff.uncleared):
		todo = frappe.get_doc({"doctype": "ToDo", "description": "Call"}).insert()
	changes = {"doctype": "ToDo", "name": todo.name, "fieldname": {"description": "Changed"}}
	request_as(staff.uncleared, "frappe.client.set_value", **changes)
	assert frappe.db.get_value("ToDo", todo.name, "description") == "Changed"


def test_the_documents_of_a_notification(hidden, log, staff, request_as):
	open_one = log(summary=TEXT, confidentiality_level="Standard")
	notification = frappe.get_doc(
		{
			"doctype": "Notification",
			"name": "Police",
			"subject": "Police",
			"document_type": INTERACTION,
			"event": "Days After",
			"days_in_advance": 1,
			"date_changed": "occurred_on",
			"condition": "'police' in (doc.summary or '')",
			"channel": "System Notification",
			"message": "Look",
			"recipients": [{"receiver_by_role": "System Manager"}],
		}
	).insert()
	method = "frappe.email.doctype.notification.notification.get_documents_for_today"
	assert request_as(staff.uncleared, method, notification=notification.name) == [open_one.name]
	assert set(request_as(staff.cleared, method, notification=notification.name)) == {
		open_one.name,
		hidden.name,
	}


# --- rows ------------------------------------------------------------------------------------------

LISTEN = (
	("frappe.realtime.has_permission", "name")
	if compat.is_version_16()
	else ("frappe.realtime.can_subscribe_doc", "docname")
)


def test_a_row_of_a_hidden_record(hidden, staff, request_as):
	row = {"doctype": "Interaction Event", "docname": hidden.events[0].name}
	asked = {"doctype": row["doctype"], LISTEN[1]: row["docname"]}
	assert request_as(staff.cleared, "frappe.client.has_permission", **row) == {"has_permission": True}
	assert request_as(staff.cleared, LISTEN[0], **asked)
	assert request_as(staff.uncleared, "frappe.client.has_permission", **row) == {"has_permission": False}
	with pytest.raises(frappe.PermissionError):
		request_as(staff.uncleared, LISTEN[0], **asked)


def test_a_row_of_an_open_record(log, staff, request_as):
	row = log(confidentiality_level="Standard").events[0].name
	assert request_as(
		staff.uncleared, "frappe.client.has_permission", doctype="Interaction Event", docname=row
	) == {"has_permission": True}


# --- documents that are not stored ---------------------------------------------------------------------


@pytest.fixture
def repeated(hidden, make_client):
	client = make_client("Anna Client", "anna@client.example")
	hidden.db_set("contact", client.contact)
	return {
		"doctype": "Auto Repeat",
		"__islocal": 1,
		"reference_doctype": hidden.doctype,
		"reference_document": hidden.name,
		"frequency": "Daily",
		"start_date": "2026-01-01",
	}


def test_the_contacts_of_a_hidden_record(repeated, staff, request_as):
	def ask(user):
		request_as(user, "run_doc_method", docs=frappe.as_json(repeated), method="fetch_linked_contacts")
		return frappe.local.response.docs[0].recipients

	assert ask(staff.cleared) == "anna@client.example"
	with pytest.raises(ClearanceMissingError):
		ask(staff.uncleared)


def test_what_a_document_is_copied_into(held, staff, make_user, request_as):
	"""ERPNext fills the copy with what its party says, whatever the request says it is."""
	company = frappe.db.get_value("Company", {})
	delivery = frappe.get_doc({"doctype": "Delivery Note", "name": "copied", "company": company})
	delivery.db_insert()
	lead = held("Lead", lead_name="Anna", email_id="anna@client.example")
	target = {"doctype": "Quotation", "quotation_to": "Lead", "party_name": lead.name}

	def copied(user):
		method = "erpnext.stock.doctype.delivery_note.delivery_note.make_packing_slip"
		asked = {"source_name": delivery.name, "target_doc": frappe.as_json(target)}
		return request_as(user, method, **asked).contact_email

	assert copied(staff.cleared) == "anna@client.example"
	with pytest.raises(ClearanceMissingError):
		copied(staff.uncleared)


def test_a_stored_reference_does_not_stop_a_method(held, staff, make_client, request_as):
	"""A user who can read the Customer can work with it, even if it was made from a Lead that they cannot read."""
	lead = held("Lead", lead_name="Anna")
	client = make_client("Anna Client", "anna@client.example", lead_name=lead.name)
	customer = frappe.get_doc("Customer", client.party).as_dict()
	request_as(
		staff.uncleared,
		"run_doc_method",
		docs=frappe.as_json(customer),
		method="add_comment",
		args={"text": "Called"},
	)
	customer.lead_name = held("Lead", lead_name="Bert").name
	with pytest.raises(ClearanceMissingError):
		request_as(
			staff.uncleared,
			"run_doc_method",
			docs=frappe.as_json(customer),
			method="add_comment",
			args={"text": "Called"},
		)


@pytest.mark.parametrize(
	("doctype", "fields"),
	[
		("Auto Repeat", ("reference_doctype", "reference_document")),
		("Email Campaign", ("email_campaign_for", "recipient")),
	],
)
def test_a_hidden_record_is_not_used_later(doctype, fields, held, staff, as_user):
	lead = held("Lead", lead_name="Anna")
	doc = frappe.get_doc({"doctype": doctype, fields[0]: "Lead", fields[1]: lead.name})
	(check,) = frappe.get_hooks("doc_events")[doctype]["validate"]
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_attr(check)(doc)
	with as_user(staff.cleared):
		frappe.get_attr(check)(doc)
