"""Action items of an interaction are ToDos of the people who owe them, and back (D-2, F-2)."""

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from client_comms.enforcement import sharing

INTERACTION = "Client Interaction"
_SYNCING = "client_comms_syncing_todos"
_STATUS_FROM_TODO = {"Open": "Open", "Closed": "Closed", "Cancelled": "Cancelled"}


def validate(doc) -> None:
	"""Whoever is newly assigned must be cleared for the level.

	:raises client_comms.exceptions.ClearanceMissingError: somebody is not
	"""
	before = doc.stored()
	known = {row.assigned_to for row in before.action_items} if before else set()
	for user in {row.assigned_to for row in doc.action_items if row.assigned_to} - known:
		sharing.require_clearance(user, doc.confidentiality_level)


def sync_todos(doc) -> None:
	"""Give every action item its ToDo, and every ToDo the state of its item."""
	if frappe.flags.get(_SYNCING):
		return
	frappe.flags[_SYNCING] = True
	try:
		before = doc.get_doc_before_save()
		_cancel_removed(doc, before)
		for row in doc.action_items:
			_sync(doc, row)
	finally:
		frappe.flags[_SYNCING] = False


def _cancel_removed(doc, before) -> None:
	kept = {row.todo for row in doc.action_items}
	for row in before.action_items if before else ():
		if row.todo and row.todo not in kept and frappe.db.exists("ToDo", row.todo):
			todo = frappe.get_doc("ToDo", row.todo)
			todo.status = "Cancelled"
			todo.save(ignore_permissions=True)


def _sync(doc, row) -> None:
	wanted = {
		"allocated_to": row.assigned_to,
		"date": row.due_on,
		"status": row.status,
		"description": row.description,
	}
	if row.todo and frappe.db.exists("ToDo", row.todo):
		todo = frappe.get_doc("ToDo", row.todo)
		if all(str(todo.get(field) or "") == str(value or "") for field, value in wanted.items()):
			return
		todo.update(wanted)
		todo.save(ignore_permissions=True)
		return
	if row.status != "Open":
		return
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"reference_type": doc.doctype,
			"reference_name": doc.name,
			"assigned_by": frappe.session.user,
			**wanted,
		}
	).insert(ignore_permissions=True)
	row.db_set("todo", todo.name, update_modified=False)


def check_assignee(todo, method=None) -> None:
	"""An assignment makes somebody take part, so it asks for the clearance that an action item asks for.

	:raises client_comms.exceptions.ClearanceMissingError: the assignee has none for the interaction's level
	"""
	if todo.reference_type == INTERACTION and not frappe.flags.get(_SYNCING):
		level = frappe.db.get_value(INTERACTION, todo.reference_name, "confidentiality_level")
		sharing.require_clearance(todo.allocated_to, level)


def adopt_todo(todo, method=None) -> None:
	"""What is assigned in the desk becomes an action item, by somebody who may write the interaction (F-2)."""
	if todo.reference_type != INTERACTION or todo.status != "Open" or frappe.flags.get(_SYNCING):
		return
	doc = frappe.get_doc(INTERACTION, todo.reference_name, for_update=True)
	doc.check_permission("write")
	doc.append(
		"action_items",
		{
			"description": todo.description,
			"assigned_to": todo.allocated_to,
			"due_on": todo.date,
			"todo": todo.name,
		},
	)
	doc.flags.from_record = True
	doc.save(ignore_permissions=True)


def follow_todo(todo, method=None) -> None:
	"""A ToDo that is closed, reopened or cancelled changes its action item."""
	if todo.reference_type != INTERACTION or frappe.flags.get(_SYNCING):
		return
	item = frappe.db.get_value(
		"Interaction Action Item", {"todo": todo.name}, ["name", "status"], as_dict=True
	)
	status = _STATUS_FROM_TODO[todo.status]
	if item and item.status != status:
		frappe.db.set_value("Interaction Action Item", item.name, "status", status)
		frappe.clear_document_cache(INTERACTION, todo.reference_name)
		sharing.end_lapsed(todo.reference_name)


def forget_todo(todo, method=None) -> None:
	"""A ToDo that somebody deletes leaves its action item cancelled, not dangling."""
	if todo.reference_type != INTERACTION or frappe.flags.get(_SYNCING):
		return
	if item := frappe.db.get_value("Interaction Action Item", {"todo": todo.name}):
		frappe.db.set_value("Interaction Action Item", item, {"todo": None, "status": "Cancelled"})
		frappe.clear_document_cache(INTERACTION, todo.reference_name)


def delete_todos(doc) -> None:
	"""The ToDos of an interaction go with it."""
	frappe.flags[_SYNCING] = True
	try:
		for name in frappe.get_all(
			"ToDo", {"reference_type": INTERACTION, "reference_name": doc.name}, pluck="name"
		):
			# Forced, for the action item still links to it.
			frappe.delete_doc("ToDo", name, ignore_permissions=True, force=True)
	finally:
		frappe.flags[_SYNCING] = False


def assign_overdue(doc, what: str) -> None:
	"""Give the responsible staff one open ToDo for a missed deadline, however often it is asked for."""
	if not doc.responsible_staff:
		return
	description = _("{0} is overdue: {1}").format(what, get_link_to_form(INTERACTION, doc.name))
	filters = {
		"reference_type": INTERACTION,
		"reference_name": doc.name,
		"allocated_to": doc.responsible_staff,
		"description": description,
	}
	if not frappe.db.exists("ToDo", filters):
		frappe.get_doc({"doctype": "ToDo", "priority": "High", "status": "Open", **filters}).insert(
			ignore_permissions=True
		)
