"""Indexes on tables of Frappe and ERPNext that the app's queries need; Frappe's migrations do not remove them."""

import frappe

from client_comms.enforcement.policy import ACCOUNT_MANAGER_FIELD

INDEXED = (
	*ACCOUNT_MANAGER_FIELD.items(),  # for the row condition, on every list
	("Contact Email", "email_id"),  # for the author, with every message
	("Communication", "communication_date"),  # for recent unlogged documents
	("Call Log", "start_time"),
	("Event", "starts_on"),
)


def add_indexes() -> None:
	"""Add one on each of these fields, unless it exists."""
	for doctype, field in _unindexed():
		frappe.db.add_index(doctype, [field], index_name=_name(field))


def drop_indexes() -> None:
	for doctype, field in INDEXED:
		if _name(field) in _indexes_of(doctype):
			# nosemgrep: frappe-sql-format-injection (names from the list above)
			frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index `{_name(field)}`")


def _unindexed() -> list[tuple[str, str]]:
	return [
		(doctype, field)
		for doctype, field in INDEXED
		if not frappe.get_meta(doctype).get_field(field).search_index
		and _name(field) not in _indexes_of(doctype)
	]


def _indexes_of(doctype: str) -> set[str]:
	# nosemgrep: frappe-sql-format-injection (a DocType from the list above)
	return {row.Key_name for row in frappe.db.sql(f"show index from `tab{doctype}`", as_dict=True)}


def _name(field: str) -> str:
	return f"client_comms_{field}"
