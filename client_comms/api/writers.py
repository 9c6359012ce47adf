"""The users who can write to a client, and handing over to them (D-5, F-2)."""

import frappe

from client_comms import validation
from client_comms.outgoing import writers


@frappe.whitelist()
def who_may_write(doctype: str, name: str) -> dict:
	"""Whether the caller can write to the client about a record, otherwise the users who can.

	:returns: as `outgoing.writers.of`
	:raises frappe.PermissionError: without read access to the record
	"""
	validation.require_doctype(doctype)
	frappe.has_permission(doctype, "read", doc=name, throw=True)
	return writers.of(doctype, name)


@frappe.whitelist(methods=["POST"])
def hand_over(
	doctype: str, name: str, to: str, note: str | None = None, responsible: bool | int | str = False
) -> None:
	"""Ask a user who can write to the client to do so, and notify them.

	:param responsible: whether they become the responsible staff of the interaction; else they get an action item
	:raises client_comms.exceptions.ClearanceMissingError: `to` cannot write to the client either
	:raises frappe.PermissionError: without write access to the record
	"""
	validation.require_doctype(doctype)
	frappe.has_permission(doctype, "write", doc=name, throw=True)
	writers.hand_over(doctype, name, to, note, bool(frappe.utils.cint(responsible)))
