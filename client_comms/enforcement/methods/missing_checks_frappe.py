"""Adds permission checks to methods of Frappe that read or change a document without one (D-5, P-2)."""

import frappe
from frappe import _
from frappe.utils import cint

from client_comms import roles
from client_comms.enforcement import governed, guards, refusals, restrictions
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.doctypes import deleted_document
from client_comms.exceptions import ClearanceMissingError
from client_comms.flags import flagged
from client_comms.rules import access, html_text

ONLY_STORED = "client_comms_only_stored"  # the message that a request makes is not sent


@frappe.whitelist()
def toggle_like(doctype: str, name: str, **others):
	guards.require(doctype, name)
	return call_previous("frappe.desk.like.toggle_like", doctype=doctype, name=name, **others)


@frappe.whitelist()
def add_tag(dt: str, dn: str, **others):
	guards.require(dt, dn)
	return call_previous("frappe.desk.doctype.tag.tag.add_tag", dt=dt, dn=dn, **others)


@frappe.whitelist()
def add_tags(dt: str, docs: str, **others):
	for name in frappe.parse_json(docs):
		guards.require(dt, name)
	return call_previous("frappe.desk.doctype.tag.tag.add_tags", dt=dt, docs=docs, **others)


@frappe.whitelist()
def remove_tag(dt: str, dn: str, **others):
	guards.require(dt, dn)
	return call_previous("frappe.desk.doctype.tag.tag.remove_tag", dt=dt, dn=dn, **others)


@frappe.whitelist()
def get_follow_users(doctype: str, doc_name: str, **others):
	guards.require(doctype, doc_name)
	return call_previous(
		"frappe.desk.form.document_follow.get_follow_users", doctype=doctype, doc_name=doc_name, **others
	)


@frappe.whitelist()
def get_latest_submissions(doctype: str, docname: str, **others):
	guards.require(doctype, docname)
	return call_previous(
		"frappe.core.doctype.submission_queue.submission_queue.get_latest_submissions",
		doctype=doctype,
		docname=docname,
		**others,
	)


@frappe.whitelist()
def create_email_flag_queue(names: str, action: str):
	"""Mark messages as read or unread, in the mailbox as well."""
	for name in frappe.parse_json(names) or ():
		guards.require("Communication", name)
	return call_previous("frappe.email.inbox.create_email_flag_queue", names=names, action=action)


@frappe.whitelist()
def update_attending_status(event_name: str, attendee: str, status: str):
	"""Accept or decline an event; for others, only the user who created it can do so."""
	guards.require("Event", event_name)
	user = frappe.session.user
	own = (user, frappe.db.get_value("User", user, "email"))
	if attendee not in own and frappe.db.get_value("Event", event_name, "owner") != user:
		frappe.throw(
			_("Only the user who created this event can accept or decline it for others."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	restrictions.require_unlocked(frappe.get_doc("Event", event_name))
	return call_previous(
		"frappe.desk.doctype.event.event.update_attending_status",
		event_name=event_name,
		attendee=attendee,
		status=status,
	)


@frappe.whitelist()
def update_reference(docname: str, reference: str):
	"""Let an Auto Repeat copy another document, which Frappe writes past its checks."""
	guards.require(frappe.db.get_value("Auto Repeat", docname, "reference_doctype"), reference)
	return call_previous(
		"frappe.automation.doctype.auto_repeat.auto_repeat.update_reference",
		docname=docname,
		reference=reference,
	)


@frappe.whitelist()
def bulk_apply(doctype: str, docnames: str):
	"""Let Assignment Rules assign several documents again."""
	for name in frappe.parse_json(docnames):
		guards.require(doctype, name, access.WRITE)
	return call_previous(
		"frappe.automation.doctype.assignment_rule.assignment_rule.bulk_apply",
		doctype=doctype,
		docnames=docnames,
	)


@frappe.whitelist()
def unlock_document(doctype: str | None = None, name: str | None = None, args: str | dict | None = None):
	"""Free a document that a job has locked; version 15 takes both in `args` as well."""
	given = frappe.parse_json(args) if args else {}
	guards.require(doctype or given.get("doctype"), name or given.get("name"), access.WRITE)
	return call_previous(
		"frappe.model.document.unlock_document",
		**({"doctype": doctype, "name": name} if doctype or name else {"args": args}),
	)


@frappe.whitelist()
def get_next(
	doctype: str,
	value: str,
	prev: str | int,
	filters: dict | str | list | None = None,
	sort_order: str = "desc",
	sort_field: str = "modified",
	**others,
):
	"""The record before or after another one in a list; after a hidden one there is none, because where it stands in the
	order tells its values. Frappe 15.104 and later look at no permission, so what they find is passed over if the list does not have it."""
	place = {"doctype": doctype, "value": value, "prev": prev}
	order = {"filters": filters, "sort_order": sort_order, "sort_field": sort_field}
	if not guards.is_held(doctype):
		return call_previous("frappe.desk.form.utils.get_next", **place, **order, **others)
	found = None
	if guards.readable(doctype, [value]):
		found = call_previous("frappe.desk.form.utils.get_next", **place, **order, **others)
		if not found or guards.readable_names(doctype, {"name": found}):
			return found
		found = _next_listed(**place, **order)
	if not found:
		frappe.msgprint(_("No further records"))
	return found


def _next_listed(doctype, value, prev, filters, sort_order, sort_field) -> str | None:
	"""The next record among those that the user's list has, in Frappe's order: by the column, and by the name among equals."""
	sign, direction = ("<", "desc") if bool(cint(prev)) == (sort_order.lower() == "asc") else (">", "asc")
	at = frappe.db.get_value(doctype, value, sort_field)
	if at is None:
		return None
	asked = frappe.parse_json(filters) or []
	if isinstance(asked, dict):
		asked = [[field, *(one if isinstance(one, list) else ("=", one))] for field, one in asked.items()]
	names = frappe.get_list(
		doctype,
		filters=[*asked, [sort_field, f"{sign}=", at]],
		or_filters=[[sort_field, sign, at], ["name", sign, value]],
		order_by=f"`tab{doctype}`.`{sort_field}` {direction}, `tab{doctype}`.`name` {direction}",
		limit=1,
		pluck="name",
	)
	return names[0] if names else None


@frappe.whitelist()
def make(**arguments):
	"""A message written in the desk. Frappe lets every login write one that is about no document, in the name of any sender, and sends one
	without a word, which would count as the answer to a client."""
	roles.require_desk()
	if cint(arguments.get("send_email")) and arguments.get("doctype") in governed.doctypes():
		_require_words(arguments)
	with flagged(ONLY_STORED, not cint(arguments.get("send_email"))):
		return call_previous("frappe.core.doctype.communication.email.make", **arguments)


def _require_words(message: dict) -> None:
	"""
	:raises frappe.ValidationError: it says nothing but the user's signature, and has neither a picture nor an attachment
	"""
	content = message.get("content") or ""
	attached = frappe.parse_json(message.get("attachments") or "[]")
	if "<img" in content or attached or message.get("print_format"):
		return
	written = html_text.plain(content).split()
	signature = frappe.db.get_value("User", frappe.session.user, "email_signature")
	if not written or written == html_text.plain(signature).split():
		frappe.throw(_("Please write your message first."), title=_("Message Missing"))


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def add_comment(**arguments):
	"""A comment from the website."""
	guards.require(arguments.get("reference_doctype"), arguments.get("reference_name"))
	return call_previous("frappe.templates.includes.comments.comments.add_comment", **arguments)


@frappe.whitelist()
def restore(name: str, **others):
	"""Restore a deleted document; access to its content is checked, because the user who restores it becomes
	its owner."""
	if not deleted_document.is_open(frappe.get_doc("Deleted Document", name), frappe.session.user):
		frappe.throw(
			refusals.without_clearance(
				_("You have no clearance for the record to which this deleted document belonged.")
			),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
	return call_previous("frappe.core.doctype.deleted_document.deleted_document.restore", name=name, **others)


@frappe.whitelist()
def bulk_restore(docnames: str, **others):
	"""The same for several; those without clearance count as failed, as in Frappe."""
	names = frappe.parse_json(docnames)
	user = frappe.session.user
	open_ones = [
		name for name in names if deleted_document.is_open(frappe.get_doc("Deleted Document", name), user)
	]
	result = call_previous(
		"frappe.core.doctype.deleted_document.deleted_document.bulk_restore", docnames=open_ones, **others
	)
	return {**result, "failed": [*result["failed"], *(name for name in names if name not in open_ones)]}


@frappe.whitelist()
def get_documents_for_today(notification: str, **others):
	"""The names of the documents about which a Notification tells today; its condition can be about any of their text."""
	found = call_previous(
		"frappe.email.doctype.notification.notification.get_documents_for_today",
		notification=notification,
		**others,
	)
	about = frappe.db.get_value("Notification", notification, "document_type")
	if not found or not guards.is_held(about):
		return found
	readable = guards.readable(about, found)
	return [name for name in found if name in readable]


@frappe.whitelist()
def get_password(doctype: str, name: str, fieldname: str, **others):
	"""Frappe returns any field of any document to a System Manager, not only passwords."""
	frappe.get_doc(doctype, name).check_permission()
	return call_previous(
		"frappe.client.get_password", doctype=doctype, name=name, fieldname=fieldname, **others
	)


@frappe.whitelist()
def update_comment_publicity(name: str, **others):
	"""Whether a comment is shown on the website; System Managers can change it for every comment."""
	if guards.objects("Comment", name, "write"):
		frappe.throw(
			refusals.without_clearance(
				_("You have no clearance for the record to which this comment belongs.")
			),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
	restrictions.require("Comment", name)
	return call_previous("frappe.desk.form.utils.update_comment_publicity", name=name, **others)
