"""The conversation of an interaction, for its form (D-1, P-2)."""

import frappe
from frappe.utils import cint

from client_comms.client_interactions import conversation as thread
from client_comms.client_interactions import presence

INTERACTION = "Client Interaction"


@frappe.whitelist()
def conversation(name: str, start: int | str = 0) -> dict:
	"""A page of an interaction's messages, calls, meetings, private notes and steps, the newest first.

	:param start: how many newer entries to skip
	:returns: as `client_interactions.conversation.page`, with `doctype` and `name` of the interaction, which counts as viewed
	:raises frappe.PermissionError: without read access to the interaction
	"""
	doc = frappe.get_doc(INTERACTION, name)
	doc.check_permission("read")
	return {"doctype": INTERACTION, "name": doc.name, **thread.page(doc, max(0, cint(start)))}


@frappe.whitelist(methods=["POST"])
def writing(name: str, active: bool | int | str = True) -> list[str]:
	"""The caller is writing to the client about an interaction, or has stopped.

	:returns: the full names of the other users who are writing at this moment
	:raises frappe.PermissionError: without read access to the interaction
	"""
	frappe.has_permission(INTERACTION, "read", doc=name, throw=True)
	return presence.note(name, bool(cint(active)))
