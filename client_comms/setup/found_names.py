"""Which documents with a shipped name the site had before installation: they are kept on uninstall."""

from collections.abc import Iterable

import frappe

from client_comms import procedure

# Global default: documents with a shipped name that existed before installation, and are kept on uninstall.
_FOUND = "client_comms_found"
SHARED = {
	"Role": procedure.ROLES,
	"Role Profile": tuple(procedure.ROLE_PROFILES),
	"Issue Type": procedure.ISSUE_TYPES,
	"Email Template": tuple(row["name"] for row in (*procedure.ACKNOWLEDGEMENTS, *procedure.SUMMARIES)),
}


def remember_found(*doctypes: str) -> dict[str, list[str]]:
	"""Remember existing documents of these DocTypes with shipped names, in addition to those remembered before.

	:returns: all of them, by DocType; Frappe's cache of defaults does not follow during an installation
	"""
	found = frappe.parse_json(frappe.db.get_global(_FOUND) or "{}")
	for doctype in doctypes:
		found.setdefault(doctype, [name for name in SHARED[doctype] if frappe.db.exists(doctype, name)])
	frappe.db.set_global(_FOUND, frappe.as_json(found, indent=None))
	return found


def remember_found_names(doctype: str, names: Iterable[str]):
	"""Remember which of these names exist, when an upgrade ships more documents of a DocType."""
	found = frappe.parse_json(frappe.db.get_global(_FOUND) or "{}")
	existing = {name for name in names if frappe.db.exists(doctype, name)}
	found[doctype] = sorted(existing.union(found.get(doctype, ())))
	frappe.db.set_global(_FOUND, frappe.as_json(found, indent=None))


def made_here(doctype: str) -> list[str]:
	"""The shipped names of `Role`, `Role Profile`, `Issue Type` or `Email Template` that did not exist before installation."""
	found = frappe.parse_json(frappe.db.get_global(_FOUND) or "{}")
	return [name for name in SHARED[doctype] if name not in found.get(doctype, ())]


def forget_found():
	frappe.db.set_global(_FOUND, None)
