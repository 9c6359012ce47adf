"""Controls with a mode: Off lets pass, Warn says so, Enforce refuses."""

import frappe

OFF, WARN, ENFORCE = "Off", "Warn", "Enforce"


def is_enforced(mode_field: str) -> bool:
	"""Whether Client Comms Settings refuse what is found wanting; so does a mode that nobody has set."""
	return (frappe.get_cached_doc("Client Comms Settings").get(mode_field) or ENFORCE) == ENFORCE


def enforce(mode_field: str, message: str, *, title: str, exc: type[Exception]) -> None:
	"""Apply the mode that Client Comms Settings hold in `mode_field` to something found wanting.

	:raises exc: the mode is Enforce
	"""
	mode = frappe.get_cached_doc("Client Comms Settings").get(mode_field) or ENFORCE
	if mode == ENFORCE:
		frappe.throw(message, exc=exc, title=title)
	if mode == WARN:
		frappe.msgprint(message, title=title, indicator="orange")
