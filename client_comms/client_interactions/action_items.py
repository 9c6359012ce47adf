"""Keeps the action items of an interaction and the ToDos of their assignees in sync (D-2, F-2)."""

import frappe
from frappe.utils import strip_html

from client_comms import clock, transactions
from client_comms.enforcement import sharing
from client_comms.flags import flagged

INTERACTION = "Client Interaction"
_SYNCING = "client_comms_syncing_todos"
_BY_RULE = "client_comms_assigned_by_rule"
_ADOPTED = "client_comms_adopted_todos"


def validate(doc) -> None:
	"""New assignees must have clearance for the level, and dates must be valid.

	:raises client_comms.exceptions.ClearanceMissingError: an assignee has no clearance
	"""
	for row in doc.action_items:
		row.due_on = row.due_on and clock.parse_day(row.due_on)
	before = doc.stored()
	_keep_whose_they_are(doc, before)
	known = {row.assigned_to for row in before.action_items} if before else set()
	for user in {row.assigned_to for row in doc.action_items if row.assigned_to} - known:
		sharing.require_clearance(user, doc.confidentiality_level)
	if not frappe.flags.get(_SYNCING):
		# An item's ToDo is never taken from a request, because saving writes to that ToDo.
		todos = {row.name: row.todo for row in before.action_items} if before else {}
		for row in doc.action_items:
			row.todo = todos.get(row.name)


def _keep_whose_they_are(doc, before) -> None:
	"""For whom an item is held, a substitution says; who assigns it to another decides whose it is."""
	if doc.flags.substituting_items:
		return
	held = (
		{(row.name, row.assigned_to): row.substituting_for for row in before.action_items} if before else {}
	)
	for row in doc.action_items:
		row.substituting_for = held.get((row.name, row.assigned_to))


def sync_todos(doc) -> None:
	"""Give every action item its ToDo, and every ToDo the state of its item."""
	if frappe.flags.get(_SYNCING):
		return
	with _syncing():
		before = doc.get_doc_before_save()
		_cancel_removed(doc, before)
		for row in doc.action_items:
			_sync(doc, row)


def are_syncing() -> bool:
	"""Whether an item follows its ToDo at the moment."""
	return bool(frappe.flags.get(_SYNCING))


def _syncing():
	"""Items and ToDos update each other; inside the block, changes of one side do not trigger the other."""
	return flagged(_SYNCING)


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


def adopt_todo(todo, method=None) -> None:
	"""An assignment in the desk becomes an action item, if the user can write the interaction (F-2)."""
	if todo.reference_type != INTERACTION or todo.status != "Open" or frappe.flags.get(_SYNCING):
		return
	doc = transactions.locked(INTERACTION, todo.reference_name)
	if not frappe.flags.get(_BY_RULE):
		doc.check_permission("write")
	doc.append(
		"action_items",
		{
			"description": strip_html(todo.description),
			"assigned_to": todo.allocated_to,
			"due_on": todo.date,
			"todo": todo.name,
		},
	)
	with _syncing():
		doc.save_by_app()
	frappe.flags.setdefault(_ADOPTED, set()).add(doc.name)


def assigned_by_rule():
	"""Assignments by an Assignment Rule inside the block are not the user's own, so write access is not required."""
	return flagged(_BY_RULE)


def came_meanwhile(doc) -> bool:
	"""Whether an item was added to the stored interaction since the last call, without the current document knowing."""
	adopted = frappe.flags.get(_ADOPTED) or set()
	if doc.name not in adopted:
		return False
	adopted.discard(doc.name)
	return True


def follow_todo(todo, method=None) -> None:
	"""A ToDo that is closed, reopened, cancelled, moved or reassigned changes its action item.

	:raises client_comms.exceptions.ClearanceMissingError: the new assignee has no clearance for the level
	:raises frappe.PermissionError: reassigning an item requires write access to the interaction
	"""
	_change_item(todo, status=todo.status, assigned_to=todo.allocated_to, due_on=todo.date)


def forget_todo(todo, method=None) -> None:
	"""A deleted ToDo cancels its action item, so that it does not refer to a missing ToDo."""
	_change_item(todo, status="Cancelled", todo=None)


def _change_item(todo, /, **values) -> None:
	if todo.reference_type != INTERACTION or frappe.flags.get(_SYNCING):
		return
	if not frappe.db.exists("Interaction Action Item", {"parent": todo.reference_name, "todo": todo.name}):
		return
	doc = transactions.locked(INTERACTION, todo.reference_name)
	row = next(row for row in doc.action_items if row.todo == todo.name)
	assignee = values.get("assigned_to") or row.assigned_to  # an item always has an assignee
	if assignee != row.assigned_to and not todo.flags.ignore_permissions:
		doc.check_permission("write")
	values["assigned_to"] = assignee
	if all(str(row.get(field) or "") == str(value or "") for field, value in values.items()):
		return
	row.update(values)
	with _syncing():
		doc.save_by_app()


def delete_todos(doc) -> None:
	"""The ToDos of an interaction are deleted with it."""
	with _syncing():
		for name in frappe.get_all(
			"ToDo", {"reference_type": INTERACTION, "reference_name": doc.name}, pluck="name"
		):
			# Forced, because the action item still links to it.
			frappe.delete_doc("ToDo", name, ignore_permissions=True, force=True)


def remind(doc, user: str, description: str, priority: str = "High") -> None:
	"""Give the user one open ToDo for their responsibility or an overdue deadline; another missed deadline updates it."""
	with _syncing():  # a reminder is not an action item
		for todo in _reminders(doc, user):
			if todo.description != description:
				todo.update({"description": description, "priority": priority})
				todo.save(ignore_permissions=True)
			return
		todo = frappe.get_doc(
			{
				"doctype": "ToDo",
				"reference_type": INTERACTION,
				"reference_name": doc.name,
				"allocated_to": user,
				"assigned_by": "Administrator",
				"description": description,
				"priority": priority,
				"status": "Open",
			}
		)
		# Without the assignment comment, and at a fifth of the cost: a sweep writes thousands.
		todo.db_insert()
		todo.update_in_reference()


def end_reminders(doc) -> None:
	"""Nothing is owed any more, or someone else is responsible: close the reminders."""
	before = doc.get_doc_before_save()
	if before is None:
		return
	taken_from = before.responsible_staff if before.responsible_staff != doc.responsible_staff else None
	ended = doc.clock_state == "Stopped" and before.clock_state != "Stopped"
	if not ended and not taken_from:
		return
	with _syncing():
		for todo in _reminders(doc):
			if ended or todo.allocated_to == taken_from:
				todo.status = "Closed"
				todo.save(ignore_permissions=True)


def _reminders(doc, user: str | None = None):
	"""Open ToDos of the interaction without an action item."""
	filters = {"reference_type": INTERACTION, "reference_name": doc.name, "status": "Open"}
	if user:
		filters["allocated_to"] = user
	items = {row.todo for row in doc.action_items}
	for name in frappe.get_all("ToDo", filters, pluck="name", order_by="creation asc"):
		if name not in items:
			yield frappe.get_doc("ToDo", name)
