"""Indexes on tables of Frappe and ERPNext that the app's queries need; Frappe's migrations do not remove them."""

import frappe

from client_comms import compat
from client_comms.enforcement.documents import SETTING
from client_comms.enforcement.policy import ACCOUNT_MANAGER_FIELD

INDEXED = (
	*ACCOUNT_MANAGER_FIELD.items(),  # for the row condition, on every list
	# To count documents by status, with what the row condition asks of most users.
	*((doctype, "status", "confidentiality_level") for doctype in SETTING),
	# For the row condition, which names what is assigned to the user; also for Frappe's own.
	("ToDo", "allocated_to", "status", "reference_type", "reference_name"),
	("ToDo", "assigned_by"),
	("Notification Log", "for_user", compat.list_order()),  # a user's newest
	# A list that is sorted by a column without an index reads, and therefore judges, every row before the first page.
	*(
		(doctype, compat.list_order())
		for doctype in (
			"File",
			"Communication Link",
			"Dynamic Link",
			"Interaction Action Item",
			"Interaction Evidence",
			"Interaction Event",
		)
	),
	(
		"File",
		"folder",
		compat.list_order(),
	),  # as the desk lists files; by time alone, it judges all for a folder with few
	("File", "content_hash"),  # for images in emails
	("Contact Email", "email_id"),  # for the author, with every message
	("Communication", "communication_date"),  # for recent unlogged documents
	("Communication", "owner"),  # for Frappe's own condition: users without a mailbox list what is theirs
	("Customer", "lead_name"),  # what a lead said counts for the customer, and the other way round
	("Opportunity", "party_name"),  # for the connections of a client's form
	("Call Log", "start_time", "creation"),  # calls without a beginning count from when they were stored
	("Event", "starts_on"),
	# What ERPNext makes of an Issue, and repeats of that, which follows when the Issue is raised.
	("Issue", "issue_split_from"),
	("Task", "issue"),
	("Task Depends On", "task"),
	# For the row condition: to which DocTypes rows belong; and for what was deleted since a document exists.
	("Deleted Document", "deleted_doctype", "creation"),
	("Email Queue", "reference_doctype"),
	("Notification Log", "document_type"),
	# For an erasure, which asks for what hangs on each hundred records.
	("Access Log", "reference_document"),
	("Activity Log", "link_name"),
	("Auto Repeat", "reference_document"),
	("Deleted Document", "deleted_name"),
	("Discussion Topic", "reference_docname"),
	("Email Unsubscribe", "reference_name"),
	("Integration Request", "reference_docname"),
	("Reminder", "reminder_docname"),
	("Unhandled Email", "uid"),
	("Unprocessed Email", "communication"),
	("Webhook Request Log", "reference_document"),
)


def add_indexes() -> None:
	"""Add one on each of these fields, or on several together, unless there is one that begins with them."""
	for doctype, *fields in INDEXED:
		indexes, ours = _columns(doctype), _name(fields[0])
		if any(columns[: len(fields)] == fields for columns in indexes.values()):
			continue
		if ours in indexes:  # an older version of the app added it, on other fields
			drop_index(doctype, ours)
		frappe.db.add_index(doctype, fields, index_name=ours)
	for doctype, field in _own_lists():
		if not any(sorts_a_list(field, columns) for columns in _columns(doctype).values()):
			frappe.db.add_index(doctype, [field], index_name=_name(field))


def sorts_a_list(field: str, columns: list[str]) -> bool:
	"""Whether an index has the order of a list that is sorted by the field: the desk of version 16 sorts what has the same value by name, except
	for these three. Each index ends with the name."""
	then = [] if field in ("name", "creation", "modified") else ["name"]
	return [*columns, "name"][: 1 + len(then)] == [field, *then]


def _own_lists() -> list[tuple[str, str]]:
	"""The app's own DocTypes with the column that their lists are sorted by: version 15 indexes `modified` alone."""
	found = frappe.get_all(
		"DocType",
		{"module": ("in", frappe.get_module_list("client_comms")), "istable": 0, "issingle": 0},
		["name", "sort_field"],
	)
	return [
		(doctype.name, (doctype.sort_field or "modified").split(",")[0].split(" ")[0]) for doctype in found
	]


def drop_indexes() -> None:
	for doctype, field, *_others in INDEXED:
		drop_index(doctype, _name(field))


def drop_index(doctype: str, name: str) -> None:
	if name in _columns(doctype):
		# nosemgrep: frappe-sql-format-injection (names from the code)
		frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index `{name}`")


def _columns(doctype: str) -> dict[str, list[str]]:
	"""Index → its columns in order."""
	found: dict[str, list[str]] = {}
	# nosemgrep: frappe-sql-format-injection (a DocType from the list above)
	for row in frappe.db.sql(f"show index from `tab{doctype}`", as_dict=True):
		found.setdefault(row.Key_name, []).append(row.Column_name)
	return found


def _name(field: str) -> str:
	return f"client_comms_{field}"
