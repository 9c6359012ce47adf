"""Registrations in hooks.py that are the same for many DocTypes. Imports nothing, because Frappe reads
hooks.py before anything else."""

import contextlib
from importlib import import_module
from importlib.util import find_spec

# Dependents: documents that belong to another document and are as confidential as it.
# DocType -> the fields with the owner's DocType and name.
OWNER_FIELDS = {
	"Access Log": ("export_from", "reference_document"),
	"Activity Log": ("reference_doctype", "reference_name"),
	"Auto Repeat": ("reference_doctype", "reference_document"),
	"Comment": ("reference_doctype", "reference_name"),
	"Data Package Item": ("package_type", "package"),
	"Deleted Document": ("deleted_doctype", "deleted_name"),
	"Discussion Topic": ("reference_doctype", "reference_docname"),
	"DocShare": ("share_doctype", "share_name"),
	"Document Follow": ("ref_doctype", "ref_docname"),
	"Document Share Key": ("reference_doctype", "reference_docname"),
	"Email Queue": ("reference_doctype", "reference_name"),
	"Email Unsubscribe": ("reference_doctype", "reference_name"),
	"Energy Point Log": ("reference_doctype", "reference_name"),  # version 15, and the app eps
	"Erasure Item": ("reference_doctype", "reference_name"),
	"Error Log": ("reference_doctype", "reference_name"),
	"Integration Request": ("reference_doctype", "reference_docname"),
	"Intake Failure": ("reference_doctype", "reference_name"),
	"File": ("attached_to_doctype", "attached_to_name"),
	"Milestone": ("reference_type", "reference_name"),
	"Notification Log": ("document_type", "document_name"),
	"Reminder": ("reminder_doctype", "reminder_docname"),
	"Submission Queue": ("ref_doctype", "ref_docname"),
	"Tag Link": ("document_type", "document_name"),
	"ToDo": ("reference_type", "reference_name"),
	"Logging Exemption": ("reference_doctype", "reference_name"),
	"Version": ("ref_doctype", "docname"),
	"View Log": ("reference_doctype", "reference_name"),
	"Workflow Action": ("reference_doctype", "reference_name"),
}


# Documents about clients that are not governed themselves: as confidential as their client, with a row condition of their own.
# Of those of officers, what belongs to one is for users who can read the document itself.
OF_CLIENTS = ("Client Access Link", "Client Consent", "Communication Preference", "Identity Verification")
OF_OFFICERS = ("Data Subject Request", "Erasure Run", "Legal Hold", "Processing Restriction")
# What is as confidential as if it had the strictest level, because it is not known what it is about, or for one user alone.
WITHOUT_LEVEL = (
	"Data Import",
	"Unhandled Email",
	"Unprocessed Email",
	"SMS Log",
	"Prepared Report",
	"Personal Data Download Request",
)


# Locked while the use of a client's data is restricted: records about clients, what belongs to them, and rows that can be saved
# without their document. What decides about the client stays open: consents, identity checks, requests, holds, copies, access, the
# register, reviews and the place of paper files; so do documents of accounting and sales, which the law wants.
LOCKED = (
	"Address",
	"Appointment",
	"Call Log",
	"Client Interaction",
	"Comment",
	"Communication",
	"Communication Preference",
	"Contact",
	"Customer",
	"Event",
	"File",
	"Issue",
	"Lead",
	"Opportunity",
	"Prospect",
	"Supplier",
	"Tag Link",
)
LOCKED_ROWS = (
	"CRM Note",
	"Communication Link",
	"Competitor Detail",
	"Contact Email",
	"Contact Phone",
	"Dynamic Link",
	"Event Participants",
	"Interaction Action Item",
	"Interaction Event",
	"Interaction Evidence",
	"Opportunity Item",
	"Opportunity Lost Reason Detail",
)

# They can be filed under another client or document; a hold on the former one keeps them.
REFILED = (
	"Address",
	"Appointment",
	"Call Log",
	"Client Interaction",
	"Communication",
	"Contact",
	"Event",
	"Issue",
	"Opportunity",
)

# Their forms and lists show that the use of a client's data is restricted.
FORMS_OF_CLIENTS = (
	"Address",
	"Client Interaction",
	"Contact",
	"Customer",
	"Issue",
	"Lead",
	"Opportunity",
	"Prospect",
	"Supplier",
)


def put_first(doc_events: dict, event: str, doctypes: tuple[str, ...], handler: str) -> None:
	"""Register a handler for an event of these DocTypes, before all others."""
	for doctype in doctypes:
		others = doc_events.setdefault(doctype, {}).get(event, [])
		doc_events[doctype][event] = [handler, *([others] if isinstance(others, str) else others)]


def composed(guarded: dict[str, str]) -> dict[str, str]:
	"""`override_doctype_class` for the DocTypes of `extend_doctype_class`, which version 15 does not know:
	see `compose`."""
	if not find_spec("frappe"):
		return {}  # hooks.py is read without Frappe
	from client_comms import compat
	from client_comms.enforcement import compose

	if compat.is_version_16():
		return {}
	return {doctype: f"client_comms.enforcement.compose.{compose.class_name(doctype)}" for doctype in guarded}


def sources(own: dict[str, dict]) -> dict[str, tuple[str, ...]]:
	"""The DocTypes that this app (`own`) and other apps register in their hook `client_comms_sources` → DocTypes of their rows.

	Those of all apps on the bench, because a process reads hooks.py once for all of its sites; a hook for a DocType that a site
	does not have is never asked for.
	"""
	found = _with_rows(own)
	for app in _other_apps():
		# Frappe itself refuses to start a site whose app cannot be imported.
		with contextlib.suppress(Exception):
			found |= _with_rows(import_module(f"{app}.hooks").client_comms_sources)
	return found


def _with_rows(registered: dict[str, dict]) -> dict[str, tuple[str, ...]]:
	return {
		doctype: tuple(entry.get("rows", ())) if isinstance(entry, dict) else ()
		for doctype, entry in registered.items()
	}


def _other_apps() -> list[str]:
	if not find_spec("frappe"):
		return []  # hooks.py is read without Frappe
	import frappe

	try:
		apps = frappe.get_all_apps(sites_path=getattr(frappe.local, "sites_path", None) or ".")
	except (OSError, AttributeError):
		return []  # outside of a bench, or before Frappe has a site
	return [app for app in apps if app not in ("frappe", "erpnext", "client_comms")]
