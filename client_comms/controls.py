"""Controls with a mode: Off does nothing, Warn shows a message, Enforce refuses."""

import frappe

OFF, WARN, ENFORCE = "Off", "Warn", "Enforce"


def is_enforced(mode_field: str) -> bool:
	"""Whether the mode in Client Comms Settings is Enforce; so is a mode that was never set."""
	return (frappe.get_cached_doc("Client Comms Settings").get(mode_field) or ENFORCE) == ENFORCE


def enforce(
	mode_field: str, message: str, *, title: str, exc: type[Exception], primary_action: dict | None = None
) -> None:
	"""Apply the mode of `mode_field` in Client Comms Settings to a problem.

	:param primary_action: the next step, as a button of the message
	:raises exc: the mode is Enforce
	"""
	mode = frappe.get_cached_doc("Client Comms Settings").get(mode_field) or ENFORCE
	if mode == ENFORCE:
		frappe.throw(message, exc=exc, title=title, primary_action=primary_action)
	if mode == WARN:
		frappe.msgprint(message, title=title, indicator="orange", primary_action=primary_action)
