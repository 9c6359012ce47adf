"""Timelines leave out messages that the reader may not see, and say how many (P-2).

Frappe reads a timeline by SQL and checks only the document it belongs to, while a message is linked to
the contact, the customer and the lead behind its addresses. The methods that return timelines are
wrapped: what they found is asked for once more through the row condition, one query a timeline.
"""

import frappe
from frappe import _
from frappe.desk.form import load

from client_comms.enforcement import governed

_LISTS = ("communications", "automated_messages")


@frappe.whitelist()
def getdoc(doctype: str, name: str):
	load.getdoc(doctype, name)
	_trim_docinfo()


@frappe.whitelist()
def get_docinfo(doc=None, doctype: str | None = None, name: str | None = None):
	# Only documents by name come over HTTP; Frappe itself calls its own function with a document.
	load.get_docinfo(doctype=doctype, name=name)
	_trim_docinfo()


@frappe.whitelist()
def get_communications(doctype: str, name: str, start: int = 0, limit: int = 20):
	return visible(load.get_communications(doctype, name, start, limit))


def visible(messages: list) -> list:
	"""The messages of a timeline that the session user may read, in their order."""
	restricted = messages and governed.condition(governed.COMMUNICATION, frappe.session.user)
	if not restricted:
		return messages
	names = ", ".join(frappe.db.escape(message.name) for message in messages)
	allowed = set(
		frappe.db.sql_list(
			"select `tabCommunication`.`name` from `tabCommunication`"
			f" where `tabCommunication`.`name` in ({names}) and {restricted}"
		)
	)
	return [message for message in messages if message.name in allowed]


def _trim_docinfo() -> None:
	docinfo = frappe.response.get("docinfo")
	if not docinfo:
		return
	left_out = 0
	for key in _LISTS:
		kept = visible(docinfo.get(key) or [])
		left_out += len(docinfo.get(key) or []) - len(kept)
		docinfo[key] = kept
	if left_out:
		docinfo.setdefault("additional_timeline_content", []).append(
			{
				"icon": "lock",
				"is_card": False,
				"creation": frappe.utils.now(),
				"content": _("{0} messages are confidential and not shown.").format(left_out),
			}
		)
