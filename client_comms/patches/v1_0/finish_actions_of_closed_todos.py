"""Actions of feedback reviews are done whose owner has closed the to-do: until now, nothing told the review."""

import frappe


def execute():
	action, todo = frappe.qb.DocType("Feedback Review Action"), frappe.qb.DocType("ToDo")
	closed = (
		frappe.qb.from_(action)
		.join(todo)
		.on(todo.name == action.todo)
		.select(action.name)
		.where((action.status == "Open") & (todo.status == "Closed"))
	)
	for name in closed.run(pluck=True):
		frappe.db.set_value("Feedback Review Action", name, "status", "Done", update_modified=False)
