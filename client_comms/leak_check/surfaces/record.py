"""The interaction itself: its form, the client API and REST."""

import frappe
from frappe.utils.verified_command import get_signed_params

from client_comms import compat
from client_comms.leak_check.bait import INTERACTION, MARK
from client_comms.leak_check.surfaces.surface import BY_EVENT, BY_REQUEST, about, overridden, surface

_STEP = "frappe.workflow.doctype.workflow_action.workflow_action.apply_action"


@surface("form")
def form(visitor, bait, planted):
	return visitor.call("frappe.desk.form.load.getdoc", doctype=INTERACTION, name=bait.name)


@surface("comments, versions, files and to-dos of the form")
def docinfo(visitor, bait, planted):
	return visitor.call("frappe.desk.form.load.get_docinfo", doctype=INTERACTION, name=bait.name)


@surface("client.get")
def client_get(visitor, bait, planted):
	return visitor.call("frappe.client.get", doctype=INTERACTION, name=bait.name)


@surface("client.get_list")
def client_list(visitor, bait, planted):
	return visitor.call(
		"frappe.client.get_list",
		doctype=INTERACTION,
		fields=["subject", "summary"],
		filters={"name": bait.name},
	)


@surface("client.get_list of the rows through their parent")
def client_list_of_rows(visitor, bait, planted):
	return visitor.call(
		"frappe.client.get_list",
		doctype=INTERACTION,
		fields=["`tabInteraction Event`.note", "`tabInteraction Evidence`.note as evidence"],
		filters={"name": bait.name},
	)


# A DocType without documents of its own, whose row condition version 16 would apply instead.
_PARENT = "System Settings"


@surface("list with another DocType as its parent", BY_REQUEST)
def list_by_parent(visitor, bait, planted):
	asked = {"fields": ["summary"], "filters": {"name": bait.name}}
	about = {"doctype": INTERACTION, **asked}
	message = {
		"doctype": "Communication",
		"fields": ["content"],
		"filters": {"name": bait.names["Communication"]},
	}
	answers = [
		visitor.call("frappe.client.get_list", parent=_PARENT, **about),
		visitor.call("frappe.client.get_list", parent=_PARENT, **message),
		visitor.call("frappe.client.get_value", parent=_PARENT, **{**about, "fieldname": "summary"}),
		visitor.get(f"/api/resource/{INTERACTION}", parent=_PARENT, **asked),
		visitor.call("frappe.desk.reportview.get", parent_doctype=_PARENT, **about),
		visitor.request(
			"POST",
			"/api/resource/User",
			{
				"cmd": "frappe.client.get_list",
				"parent": _PARENT,
				"doctype": INTERACTION,
				"fields": '["summary"]',
			},
		),
	]
	return any(bait.word in each.text for each in answers)


@surface("count with another DocType as its parent", BY_REQUEST)
def count_by_parent(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.reportview.get_count",
		doctype=INTERACTION,
		parent_doctype=_PARENT,
		filters=about(bait),
		fields=[],
		distinct=False,
	).message


@surface("client.get_value")
def client_value(visitor, bait, planted):
	return visitor.call(
		"frappe.client.get_value",
		doctype=INTERACTION,
		fieldname=["subject", "summary"],
		filters={"name": bait.name},
	)


_VALIDATE, _FETCHED = compat.link_validation()


@surface("client.validate_link")
def validate_link(visitor, bait, planted):
	fields = {_FETCHED: ["subject", "summary"]}
	return visitor.call(_VALIDATE, doctype=INTERACTION, docname=bait.name, **fields)


@surface("existence by client.validate_link", overridden(_VALIDATE))
def link_exists(visitor, bait, planted):
	found = visitor.call(_VALIDATE, doctype=INTERACTION, docname=bait.name).message
	return bool(found and found.get("name"))


@surface("client.get_count")
def client_count(visitor, bait, planted):
	return visitor.call("frappe.client.get_count", doctype=INTERACTION, filters=about(bait)).message


@surface("REST v1")
def rest_1(visitor, bait, planted):
	return visitor.get(f"/api/resource/{INTERACTION}/{bait.name}")


@surface("REST v1 list")
def rest_1_list(visitor, bait, planted):
	return visitor.get(
		f"/api/resource/{INTERACTION}", fields=["subject", "summary"], filters={"name": bait.name}
	)


@surface("REST v2")
def rest_2(visitor, bait, planted):
	return visitor.get(f"/api/v2/document/{INTERACTION}/{bait.name}")


@surface("REST v2 list")
def rest_2_list(visitor, bait, planted):
	return visitor.get(
		f"/api/v2/document/{INTERACTION}", fields=["subject", "summary"], filters={"name": bait.name}
	)


@surface("REST v2 copy")
def rest_2_copy(visitor, bait, planted):
	return visitor.get(f"/api/v2/document/{INTERACTION}/{bait.name}/copy")


@surface("methods of the document")
def document_method(visitor, bait, planted):
	return visitor.call(
		"run_doc_method", dt=INTERACTION, dn=bait.name, method="add_comment", args={"text": "leakbait remark"}
	)


@surface("merge of a message of one's own into a hidden one", BY_EVENT, control=False)
def merge_of_message(visitor, bait, planted):
	"""Without Frappe's checks it is open to users who can read the one that is merged."""
	hidden = bait.names["Communication"]
	own = frappe.get_doc(
		{"doctype": "Communication", "name": f"{hidden}-OWN", "subject": MARK, "owner": visitor.user}
	)
	own.db_insert()
	answer = visitor.call(
		"run_doc_method",
		dt="Communication",
		dn=own.name,
		method="rename",
		args={"name": hidden, "merge": 1, "force": 1, "validate_rename": 0},
	)
	frappe.db.delete("Communication", {"name": own.name})
	return answer


@surface("portal list")
def portal_list(visitor, bait, planted):
	return visitor.ask(
		"frappe.www.list.get_list_data", doctype=INTERACTION, party=planted.parties["Customer"], limit=100
	)


@surface("a field as a password", overridden("frappe.client.get_password"))
def password(visitor, bait, planted):
	"""Frappe's method for passwords returns any field."""
	return visitor.call(
		"frappe.client.get_password", doctype=INTERACTION, name=bait.name, fieldname="summary"
	)


@surface("link of a step of a workflow, from an email of before", overridden(_STEP))
def workflow_link(visitor, bait, planted):
	"""Frappe shows the state of the record, and who changed it last."""
	named = {"doctype": INTERACTION, "docname": bait.name, "action": MARK, "current_state": MARK}
	signature = get_signed_params(named).rpartition("=")[2]
	answer = visitor.get(f"/api/method/{_STEP}", **named, _signature=signature)
	return f"<strong>{bait.name}</strong>" in answer.text
