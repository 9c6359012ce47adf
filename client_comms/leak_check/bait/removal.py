"""Removes the test records and everything that requests made of them."""

import glob
import os

import frappe

from client_comms.enforcement import dependents, documents, source_doctypes
from client_comms.enforcement.requests import added_rows
from client_comms.leak_check.bait.planting import PARTIES
from client_comms.leak_check.bait.record import INTERACTION, MARK

# Documents that a request of the check may create: DocType -> the column that then contains the mark.
MADE_BY_REQUESTS = {
	"Communication": "subject",
	"File": "file_name",
	"Issue": "subject",
	"Lead": "email_id",
	"Error Log": "error",
	"Access Log": "filters",
	"Tag Link": "title",
	"ToDo": "description",
	"Comment": "content",
	"Version": "data",
	"Notification Log": "subject",
	"Console Log": "script",
	"Communication Preference": "client_name",
	"Physical File": "party_name",
}
_PLAIN = (  # DocTypes with the mark in their name
	INTERACTION,
	"Interaction Access Grant",
	"Communication",
	"Event",
	"Call Log",
	"Client Access Link",
	"Client Consent",
	"Client Disclosure",
	"Communication Preference",
	"Appointment",
	"Auto Email Report",
	"Data Import",
	"Data Import Log",
	"Personal Data Download Request",
	"Prepared Report",
	"Report",
	"Unhandled Email",
	"Unprocessed Email",
	"SMS Log",
	"Wording Finding",
	"Kanban Board",
	"Discussion Reply",
	"Interaction Review",
	"Legal Hold",
	"Notification",
	"Notification Log",
	"Physical File",
	"Physical Location",
	"Tag",
	*PARTIES,
)
_CHILDREN = (
	"Interaction Action Item",
	"Interaction Evidence",
	"Interaction Event",
	"Communication Link",
	"CRM Note",
	"Consent Data Category",
	"Consent Event",
	"Excluded Channel",
	"Contact Email",
	"Email Queue Recipient",
	"Event Participants",
	"Dynamic Link",
	"Portal User",
	"Kanban Board Column",
	"Physical File Interaction",
	"Has Role",
	"Workflow Action Permitted Role",
	"Opportunity Item",
)
_WITH_TABLES = (INTERACTION, *documents.SETTING)


def remove_made(doctype: str, name: str | None) -> None:
	"""Remove a document that a request created from a message, with what was logged about it."""
	if not name:
		return
	made = [
		name,
		*frappe.get_all(INTERACTION, {"reference_doctype": doctype, "reference_name": name}, pluck="name"),
	]
	if doctype == "Opportunity":
		lead = frappe.db.get_value(doctype, name, "party_name")
		frappe.db.delete("Lead", {"name": lead, "email_id": ("like", f"{MARK}%")})
		made.append(lead)
	_remove_named(("in", made))
	frappe.db.delete(doctype, {"name": name})


def remove_documents(doctype: str, filters: dict) -> None:
	"""Remove documents that requests created, with their rows."""
	if names := frappe.get_all(doctype, filters, pluck="name", order_by=None):
		for table in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(table.options, {"parent": ("in", names), "parenttype": doctype})
		frappe.db.delete(doctype, {"name": ("in", names)})


def remove_files(filters: dict) -> None:
	"""Remove File rows, with the log of their downloads."""
	if names := frappe.get_all("File", filters, pluck="name"):
		frappe.db.delete("Access Log", {"export_from": "File", "reference_document": ("in", names)})
		frappe.db.delete("File", {"name": ("in", names)})


def remove() -> None:
	"""Remove everything with the mark, from this run and from interrupted ones. Repeatable."""
	inside = ("like", f"%{MARK}%")
	_remove_from_disk()
	remove_files({"file_url": inside})
	# Interactions logged about documents created from a message have their own names.
	logged = frappe.get_all(INTERACTION, {"subject": inside}, pluck="name")
	for each in (("like", f"{MARK}%"), ("in", logged)):
		if each[1]:
			_remove_named(each)
	frappe.db.delete("Deleted Document", {"data": inside})
	for doctype, column in MADE_BY_REQUESTS.items():
		remove_documents(doctype, {column: inside})
	frappe.db.sql("delete from `__global_search` where content like %s", f"%{MARK}%")
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (also when the check failed)


def _remove_named(names: tuple) -> None:
	_remove_queued(names)
	for doctype, (_owner_type, owner_name) in dependents.OWNER_FIELDS.items():
		if frappe.db.table_exists(doctype):
			frappe.db.delete(doctype, {owner_name: names})
	# A served site writes entries; those that are already chained stay.
	frappe.db.delete("Compliance Ledger Entry", {"reference_name": names, "sequence": 0})
	added = [each.options for doctype in _WITH_TABLES for each in added_rows.tables(doctype)]
	for doctype in {*_CHILDREN, *added}:
		# Version 15 logs a print before it is refused.
		if rows := frappe.get_all(doctype, {"parent": names}, pluck="name", order_by=None):
			frappe.db.delete("Access Log", {"export_from": doctype, "reference_document": ("in", rows)})
		frappe.db.delete(doctype, {"parent": names})
	for doctype in ("Communication Link", "Dynamic Link"):
		frappe.db.delete(doctype, {"link_name": names})
	for doctype in (*_PLAIN, *source_doctypes.active()):
		frappe.db.delete(doctype, {"name": names})


def _remove_queued(names: tuple) -> None:
	"""Remove emails queued by the requests, which have their own names."""
	about = {"reference_name": names, "communication": names}
	if queued := frappe.get_all("Email Queue", or_filters=about, pluck="name", order_by=None):
		frappe.db.delete("Email Queue Recipient", {"parent": ("in", queued)})
		frappe.db.delete("Email Queue", {"name": ("in", queued)})


def _remove_from_disk() -> None:
	"""Also remove files without rows, such as those of rolled back requests."""
	for folder in ("public", "private"):
		for path in glob.glob(frappe.get_site_path(folder, "files", f"*{MARK}*")):
			os.remove(path)
