"""Timelines omit messages that the reader cannot see, and tell staff how many (P-2).

Frappe reads a timeline with SQL and checks only the document to which it belongs, although a message is also
linked to the contact, the customer and the lead behind its addresses. The methods that return timelines are
wrapped: their results are filtered by the row condition, with one query per timeline.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import frappe
from frappe import _
from frappe.permissions import rights
from frappe.utils import add_user_info

from client_comms import roles
from client_comms.enforcement import answer_rows, former_names, governed, link_titles, policy, readers
from client_comms.enforcement.compose import call_previous
from client_comms.rules import access

_LISTS = ("communications", "automated_messages")


@frappe.whitelist()
def getdoc(doctype: str, name: str, **others):
	with _read_once(doctype, name):
		said = len(frappe.local.message_log)
		call_previous("frappe.desk.form.load.getdoc", doctype=doctype, name=name, **others)
		if _opened_with_interaction():
			# Frappe says which permissions the user lacks for what it is about.
			del frappe.local.message_log[said:]
		if doctype == governed.INTERACTION and not frappe.response.get("docs"):
			if merged := former_names.readable(name):  # otherwise as if there had never been one
				return getdoc(doctype, merged, **others)
		_trim_docinfo()
		_name_users()
		link_titles.trim(frappe.response.get("_link_titles"))


@frappe.whitelist()
def get_docinfo(doc: str | dict | None = None, doctype: str | None = None, name: str | None = None, **others):
	# Requests pass documents only by name; Frappe itself calls its own function with a document.
	with _read_once(doctype, name):
		call_previous("frappe.desk.form.load.get_docinfo", doctype=doctype, name=name, **others)
		_trim_docinfo()


@frappe.whitelist(methods=["POST", "PUT"])
def savedocs(doc: str, action: str, **others):
	_answer_with_timeline("frappe.desk.form.save.savedocs", doc=doc, action=action, **others)


@frappe.whitelist(methods=["POST", "PUT"])
def cancel(doctype: str | None = None, name: str | None = None, **others):
	_answer_with_timeline("frappe.desk.form.save.cancel", doctype=doctype, name=name, **others)


@frappe.whitelist(methods=["POST", "PUT"])
def discard(doctype: str, name: str, **others):
	_answer_with_timeline("frappe.desk.form.save.discard", doctype=doctype, name=name, **others)


def _answer_with_timeline(original: str, **arguments) -> None:
	"""What was saved comes back with its timeline."""
	call_previous(original, **arguments)
	_trim_docinfo()
	_name_users()


@frappe.whitelist()
def get_communications(**arguments):
	return visible(call_previous("frappe.desk.form.load.get_communications", **arguments))


def _name_users() -> None:
	"""The forms of this app show users by their names, which come with the document."""
	docinfo = frappe.response.get("docinfo")
	if not docinfo or docinfo.get("user_info") is None:
		return
	own = frappe.get_module_list("client_comms")
	docs = [each for each in frappe.response.get("docs") or () if each.get("doctype")]
	users = {user for doc in docs if _meta(doc).module in own for user in _users_of(doc)}
	# Browsers know their own user.
	add_user_info(users - {None, "", frappe.session.user}, docinfo["user_info"])


def _meta(doc):
	return frappe.get_meta(doc.get("doctype"))


def _users_of(doc) -> Iterator[str | None]:
	"""The users in the fields of a document and its rows."""
	rows = (row for table in _meta(doc).get_table_fields() for row in doc.get(table.fieldname) or ())
	for each in (doc, *rows):
		yield from (each.get(df.fieldname) for df in _meta(each).get_link_fields() if df.options == "User")


def _read_once(doctype: str | None, name: str | None) -> ExitStack:
	"""Loading a form checks permission many times and changes neither the record nor its reader."""
	held = ExitStack()
	held.enter_context(readers.holding())
	if doctype == governed.INTERACTION and name:
		held.enter_context(policy.holding(name))
	return held


def visible(messages: list) -> list:
	"""The messages of a timeline that the session user can read, in order."""
	allowed = governed.readable(governed.COMMUNICATION, [message.name for message in messages])
	return [message for message in messages if message.name in allowed]


def _visible_calls(entries: list) -> list:
	"""Filter the calls that ERPNext adds, with their full content, to a document's timeline."""
	calls = [entry["template_data"].name for entry in entries if _is_call(entry)]
	allowed = governed.readable(governed.CALL, calls)
	return [entry for entry in entries if not _is_call(entry) or entry["template_data"].name in allowed]


def _is_call(entry: dict) -> bool:
	return entry.get("template") == "call_link"


def _opened_with_interaction() -> bool:
	"""Whether the document was loaded although the user has no permission of Frappe's to read it (see `linked_records.OpensWithInteraction`)."""
	docinfo = frappe.response.get("docinfo") or {}
	permissions = docinfo.get("permissions")
	return (
		docinfo.get("doctype") in governed.bound() and bool(permissions) and not permissions.get(access.READ)
	)


def _trim_docinfo() -> None:
	docinfo = frappe.response.get("docinfo")
	if not docinfo:
		return
	if _opened_with_interaction():
		# To be read and no more. Frappe's form would go by the roles for what is left out.
		docinfo["permissions"] = {**dict.fromkeys(rights, 0), access.READ: 1}
	answer_rows.forget_timeline(docinfo.get("doctype"), docinfo.get("name"))
	left_out = 0
	for key in _LISTS:
		kept = visible(docinfo.get(key) or [])
		left_out += len(docinfo.get(key) or []) - len(kept)
		docinfo[key] = kept
	added = docinfo.get("additional_timeline_content") or []
	docinfo["additional_timeline_content"] = _visible_calls(added)
	left_out += len(added) - len(docinfo["additional_timeline_content"])
	# A client can enter any number or address in a contact of their own, and the count would tell whether it is one of ours.
	if left_out and not roles.is_outside():
		docinfo["additional_timeline_content"].append(
			{
				"icon": "lock",
				"is_card": False,
				"creation": frappe.utils.now(),
				"content": _("Confidential entries that are not shown: {0}").format(left_out),
			}
		)
