"""Keeps the actions of feedback reviews and the ToDos of their owners in sync (F-3).

Who has to do one mostly cannot read the review: they close their ToDo. An open action is carried over with its ToDo, so that
several reviews have it.
"""

from datetime import date

import frappe

from client_comms import alerts, transactions
from client_comms.client_interactions.doctype.feedback_review.feedback_review import DRAFT

REVIEW, ACTION, TODO = "Feedback Review", "Feedback Review Action", "ToDo"
OPEN, DONE = "Open", "Done"
# An action whose ToDo is cancelled is still to be done.
_STATES = {"Open": OPEN, "Closed": DONE}


def open_before(end: date) -> list[dict]:
	"""The open actions of all reviews that end by a day, for the one that ends then; a later review already has them.

	Several can end on the same day, one can be early, and one can be signed off after the next was made: each action is carried over once,
	as the latest review has it.
	"""
	if frappe.db.exists(REVIEW, {"to_date": (">", end)}):
		return []
	reviews = frappe.get_all(REVIEW, pluck="name", order_by="to_date desc, creation desc")
	fields = ["parent", "description", "assigned_to", "due_on", "carried_over_from", "todo", "status"]
	rows_of: dict[str, list] = {}
	for row in frappe.get_all(ACTION, {"parenttype": REVIEW}, fields, order_by="idx asc"):
		rows_of.setdefault(row.parent, []).append(row)
	known: set[object] = set()
	found = []
	for review in reviews:
		rows = [row for row in rows_of.get(review, ()) if known.isdisjoint(_marks(row))]
		known.update(mark for row in rows for mark in _marks(row))
		found += [
			{**row, "carried_over_from": _origin(row), "parent": None} for row in rows if row.status == OPEN
		]
	return found


def _marks(row) -> set[object]:
	"""By what the same action is known in another review: that of a draft has no ToDo yet."""
	return {(_origin(row), row.description), *filter(None, [row.todo])}


def _origin(row) -> str:
	return row.carried_over_from or row.parent


def assign(doc) -> None:
	"""Give the owner of every open action a ToDo that says what the action says."""
	for row in doc.actions:
		if row.status != OPEN:
			continue
		row.todo = row.todo or _todo_elsewhere(row)
		status = row.todo and frappe.db.get_value(TODO, row.todo, "status")
		if status == OPEN:
			_update(row.todo, allocated_to=row.assigned_to, date=row.due_on, description=row.description)
		else:
			row.todo = alerts.assign(row, REVIEW, doc.name)


def _todo_elsewhere(row) -> str | None:
	"""The ToDo of the same action in a review that was signed off meanwhile: this one had it from a draft, or that one from this draft."""
	same = {
		"parent": ("!=", row.parent),
		"description": row.description,
		"assigned_to": row.assigned_to,
		"todo": ("is", "set"),
	}
	from_there = {"parent": _origin(row), "carried_over_from": _origin(row)}
	return next(iter(frappe.get_all(ACTION, same, pluck="todo", or_filters=from_there, limit=1)), None)


def follow_review(doc, method=None) -> None:
	"""`on_update` of Feedback Review: the ToDo of an action that is done is closed, and opened again with it."""
	before = doc.get_doc_before_save()
	states = {row.name: row.status for row in before.actions} if before else {}
	for row in doc.actions:
		if row.todo and states.get(row.name, row.status) != row.status:
			_update(row.todo, status="Closed" if row.status == DONE else "Open")


def follow_todo(todo, method=None) -> None:
	"""`on_update` of ToDo: an action that is done, or open again, is so in every review that has it, and a new assignee is its owner in the
	reviews that are not signed off yet."""
	if todo.reference_type != REVIEW:
		return
	for name in sorted(set(frappe.get_all(ACTION, {"todo": todo.name}, pluck="parent"))):
		doc = transactions.locked(REVIEW, name)
		changed = False
		for row in doc.actions:
			if row.todo != todo.name:
				continue
			wanted = {"status": _STATES.get(todo.status, row.status)}
			if doc.status == DRAFT and todo.allocated_to:
				wanted["assigned_to"] = todo.allocated_to
			if any(row.get(field) != value for field, value in wanted.items()):
				row.update(wanted)
				changed = True
		if changed:
			doc.save_by_app()


def _update(name: str, **values) -> None:
	if not frappe.db.exists(TODO, name):
		return
	todo = transactions.locked(TODO, name)
	if any(str(todo.get(field) or "") != str(value or "") for field, value in values.items()):
		todo.update(values)
		todo.save(ignore_permissions=True)
