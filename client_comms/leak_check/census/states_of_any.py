"""States and arguments of methods of Frappe that work with documents of any DocType."""

import frappe

from client_comms.leak_check.census.scene import INTERACTION
from client_comms.leak_check.census.state import ELSE, REASON, Of, Row, State

_REPORT = "leakbait report"


def _whole(doctype: str):
	return lambda of: frappe.get_doc(doctype, of(doctype)).as_dict()


def _stored(doctype: str, field: str):
	return lambda of: str(frappe.db.get_value(doctype, of(doctype), field))


def _submitted(doctype: str) -> State:
	return State({"doctype": doctype, "name": Of(doctype)}, (Row(doctype, {"docstatus": 1}),))


_OF_TODO = (
	"creation",
	"modified",
	"owner",
	"reference_type",
	"reference_name",
	"allocated_to",
	"assigned_by",
)
_CLOSING = "leakbait close"
# A workflow of Issues, by which those who can write an open one close it.
_WORKFLOW = (
	Row(
		"Workflow",
		{
			"workflow_name": "leakbait workflow",
			"document_type": "Issue",
			"is_active": 1,
			"workflow_state_field": "status",
		},
	),
	*(
		Row(
			"Workflow Document State",
			{
				"parenttype": "Workflow",
				"parent": Of("Workflow"),
				"parentfield": "states",
				"state": state,
				"doc_status": "0",
				"allow_edit": "All",
				"idx": number,
			},
			added=True,
		)
		for number, state in enumerate(("Open", "Closed"), 1)
	),
	Row(
		"Workflow Transition",
		{
			"parenttype": "Workflow",
			"parent": Of("Workflow"),
			"parentfield": "transitions",
			"state": "Open",
			"action": _CLOSING,
			"next_state": "Closed",
			"allowed": "All",
			"allow_self_approval": 1,
			"idx": 1,
		},
		added=True,
	),
	Row("Issue", {"status": "Open"}),
)
_ISSUE = {"doctype": "Issue", "name": Of("Issue")}


def _forget_workflows(_of) -> None:
	"""Frappe remembers that Issues have none."""
	frappe.cache.delete_value("workflow")
	frappe.clear_cache(doctype="Workflow")


def _in_workflow(**given) -> State:
	return State({"doctype": "Issue", **given}, _WORKFLOW, _forget_workflows)


_FORM = (
	Row(
		"Web Form",
		{
			"title": "leakbait form",
			"route": "leakbait-form",
			"doc_type": "Issue",
			"module": "Support",
			"published": 1,
			"login_required": 1,
			"allow_edit": 1,
			"is_standard": 0,
		},
	),
	Row(
		"Web Form Field",
		{
			"parenttype": "Web Form",
			"parent": Of("Web Form"),
			"parentfield": "web_form_fields",
			"fieldname": "subject",
			"fieldtype": "Data",
			"label": "Subject",
			"idx": 1,
		},
	),
)


def _review_points(of) -> None:
	"""Every login can give some."""
	for user in frappe.get_all("User", {"enabled": 1}, pluck="name"):
		log = frappe.get_doc({"doctype": "Energy Point Log", "type": "Review", "user": user, "points": 9})
		log.db_insert()
		frappe.cache.hdel("energy_points", user)


ANY: dict[str, State] = {
	# Others of the scene, which are submitted, name the interaction, so that it is not cancelled.
	"frappe.client.cancel": _submitted("Event"),
	"frappe.desk.form.save.cancel": _submitted("Event"),
	"frappe.desk.form.save.savedocs": State(
		{"doc": lambda of: frappe.as_json(_whole(INTERACTION)(of)), "action": "Save"}
	),
	"frappe.client.submit": State({"doc": _whole(INTERACTION)}),
	"frappe.client.insert_many": State(
		{
			"docs": [
				{
					"doctype": "Comment",
					"comment_type": "Comment",
					"content": REASON,
					"reference_doctype": INTERACTION,
					"reference_name": Of(INTERACTION),
				}
			]
		}
	),
	"frappe.client.rename_doc": State(
		{"doctype": "Issue", "old_name": Of("Issue"), "new_name": "LEAKBAIT-RENAMED", "merge": 0}
	),
	"frappe.rename_doc": State({"doctype": "Issue", "old": Of("Issue"), "new": "LEAKBAIT-RENAMED"}),
	"frappe.client.attach_file": State(
		{
			"doctype": INTERACTION,
			"docname": Of(INTERACTION),
			"filename": "leakbait own.txt",
			"filedata": "eA==",
			"decode_base64": 1,
		}
	),
	"frappe.desk.reportview.delete_items": State(
		{"doctype": "ToDo", "items": lambda of: frappe.as_json([of("ToDo")])}
	),
	"frappe.desk.calendar.get_events": State(
		{
			"doctype": INTERACTION,
			"start": "2000-01-01",
			"end": "2100-01-01",
			"field_map": '{"start": "creation", "end": "modified", "title": "subject"}',
			"filters": "[]",
			"fields": None,
		}
	),
	"frappe.desk.form.utils.get_next": State(
		{"doctype": INTERACTION, "value": Of(INTERACTION), "prev": "1", "filters": "[]"}
	),
	"frappe.desk.treeview.add_node": State(
		{
			"doctype": "ToDo",
			"name": Of("ToDo"),
			# What is not sent is emptied, and a to-do about nothing is open to everyone, with its versions.
			**{each: _stored("ToDo", each) for each in _OF_TODO},
			"description": REASON,
			"is_root": "false",
			"parent": "",
		},
		about="ToDo",
	),
	"frappe.desk.treeview.get_children": State({"doctype": "Territory", "parent": ""}),
	"frappe.desk.treeview.get_all_nodes": State(
		{
			"doctype": "Territory",
			"label": "x",
			"parent": "",
			"tree_method": "frappe.desk.treeview.get_children",
		}
	),
	"frappe.utils.nestedset.rebuild_tree": State({"doctype": "Territory"}),
	"frappe.model.mapper.make_mapped_doc": State(
		{
			"method": "erpnext.crm.doctype.opportunity.opportunity.make_quotation",
			"source_name": Of("Opportunity"),
			"selected_children": None,
			"args": None,
		}
	),
	"frappe.model.mapper.map_docs": State(
		{
			"method": "erpnext.crm.doctype.opportunity.opportunity.make_quotation",
			"source_names": lambda of: frappe.as_json([of("Opportunity")]),
			"target_doc": frappe.as_json({"doctype": "Quotation", "quotation_to": "Customer"}),
			"args": None,
		}
	),
	"frappe.model.workflow.apply_workflow": _in_workflow(doc=_ISSUE, action=_CLOSING),
	"frappe.model.workflow.get_transitions": _in_workflow(doc=_ISSUE),
	"frappe.model.workflow.get_common_transition_actions": _in_workflow(docs=[_ISSUE]),
	"frappe.model.workflow.can_cancel_document": _in_workflow(),
	"frappe.share.set_permission": State(
		{
			"doctype": INTERACTION,
			"name": Of(INTERACTION),
			"user": Of("user"),
			"permission_to": "read",
			"value": 1,
			"everyone": 0,
		}
	),
	"frappe.website.doctype.web_form.web_form.accept": State(
		{
			"web_form": Of("Web Form"),
			"data": lambda of: frappe.as_json({"name": of("Issue"), "subject": REASON}),
		},
		_FORM,
	),
	"frappe.email.inbox.mark_as_spam": State({"communication": Of("Communication"), "sender": ELSE}),
	"frappe.social.doctype.energy_point_log.energy_point_log.review": State(
		{
			"doc": lambda of: frappe.as_json({"doctype": INTERACTION, "name": of(INTERACTION)}),
			"points": 1,
			"to_user": Of("user"),
			"reason": REASON,
		},
		(),
		_review_points,
	),
	"frappe.utils.weasyprint.download_pdf": State(
		{"doctype": INTERACTION, "name": Of(INTERACTION), "print_format": Of("Print Format")},
		(
			Row(
				"Print Format",
				{
					"doc_type": INTERACTION,
					"print_format_builder_beta": 1,
					"format_data": '{"sections": []}',
				},
			),
		),
	),
	"frappe.desk.query_report.save_report": State(
		{
			"reference_report": Of("Report"),
			"report_name": "leakbait new report",
			"columns": "[]",
			"filters": "{}",
		}
	),
	"frappe.desk.reportview.delete_report": State(
		{"name": _REPORT},
		(
			Row(
				"Report",
				{
					"name": _REPORT,
					"report_name": _REPORT,
					"ref_doctype": INTERACTION,
					"report_type": "Report Builder",
					"is_standard": "No",
					"owner": ELSE,
				},
				added=True,
			),
		),
	),
}
