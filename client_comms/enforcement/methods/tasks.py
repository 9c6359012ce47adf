"""A Task of an Issue is open to everyone who can read tasks (P-2), so ERPNext does not copy the words of a confidential Issue into it."""

import frappe
from frappe.model.document import Document

from client_comms.enforcement import copied_fields, governed
from client_comms.enforcement.compose import call_previous

_ISSUE = "Issue"


@frappe.whitelist()
def make_task(source_name: str, target_doc: Document | str | None = None):
	"""At a level that is not open to everyone with a role, the Task has the number of the Issue, and no description."""
	task = call_previous(
		"erpnext.support.doctype.issue.issue.make_task", source_name=source_name, target_doc=target_doc
	)
	if copied_fields.keeps_words(governed.level(_ISSUE, source_name)):
		task.subject, task.description = source_name, None
	return task
