"""Web forms (P-2): Frappe lets owners read and delete what they entered there, even if they may no longer read it, answers with
all that ERPNext added to it, such as the name and number of the Lead whose address was entered, offers visitors every document
that a link field can name, with its title, and shows messages below a form by a part of their recipients' addresses."""

import json
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.rate_limiter import rate_limit

from client_comms import roles
from client_comms.enforcement import client_portal, guards, references, refusals
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.requests import numbers_of_others, portal
from client_comms.exceptions import ClearanceMissingError


class GuardedWebForm:
	"""Frappe's Web Form. Each of them answers for any DocType named in a request."""

	def has_web_form_permission(self, doctype, name, ptype="read"):
		return bool(super().has_web_form_permission(doctype, name, ptype) and _is_open(doctype, name, ptype))

	def load_form_data(self, context):
		super().load_form_data(context)
		_leave_out_hidden(self.name, context.web_form_doc.web_form_fields)
		if context.get("comment_list"):
			context.comment_list = _leave_out_messages(context.comment_list)


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def get_form_data(doctype: str, docname: str | None = None, web_form_name: str | None = None, **others):
	"""What a form shows; a link field offers documents that this app guards only to those who can read them."""
	shown = call_previous(
		"frappe.website.doctype.web_form.web_form.get_form_data",
		doctype=doctype,
		docname=docname,
		web_form_name=web_form_name,
		**others,
	)
	_leave_out_hidden(web_form_name, shown.web_form.web_form_fields)
	return shown


def _leave_out_hidden(web_form: str, fields: Iterable) -> None:
	"""Frappe has replaced the DocType of each link field by what it offers."""
	links = {"parent": web_form, "parenttype": "Web Form", "fieldtype": "Link"}
	doctypes = dict(
		frappe.get_all("Web Form Field", links, ["name", "options"], as_list=True, order_by="idx asc")
	)
	for field in fields:
		doctype = doctypes.get(field.name)
		if doctype and guards.is_held(guards.named(doctype)) and field.options:
			field.options = _readable(guards.named(doctype), field.options)


def _leave_out_messages(shown: list) -> list:
	"""Of the comments and messages below a form, without the messages that the session user can neither read nor has got (as in the portal): Frappe shows
	those of which the recipients contain the user's address, also as a part of another one."""
	found = {"name": ("in", [row.name for row in shown])}
	names = frappe.get_all("Communication", found, pluck="name", order_by=None)
	kept = guards.readable("Communication", names) if roles.has_desk() else client_portal.theirs(names)
	return [row for row in shown if row.name in kept or row.name not in names]


def _readable(doctype: str, offered: str | list) -> str | list:
	"""Of names on lines of their own, or of rows with `value` and `label`, also as JSON, those that the session user can read."""
	if isinstance(offered, str) and not offered.startswith("["):
		names = offered.split("\n")
		readable = guards.readable(doctype, names)
		return "\n".join(name for name in names if name in readable)
	rows = frappe.parse_json(offered)
	readable = guards.readable(doctype, [row["value"] for row in rows])
	left = [row for row in rows if row["value"] in readable]
	return json.dumps(left) if isinstance(offered, str) else left


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
@rate_limit(
	limit=100, seconds=10 * 60
)  # as Frappe's 10 in a minute, which would not count what is refused here
def accept(web_form: str, data: str, **others):
	"""Save what was entered; of a document that this app guards, the answer contains no more than that.

	:raises ClearanceMissingError: it names a record that the session user cannot read, neither in the desk nor in the portal
	"""
	sent = _pinned(web_form, frappe.parse_json(data), others.pop("docname", None))
	entered = _entered(web_form, sent)
	if entered.get("doctype"):
		if name := entered.get("name"):
			numbers_of_others.require(entered["doctype"], str(name))
		form, document = frappe.get_doc("Web Form", web_form), frappe.get_doc(entered)
		for named in references.named(document):
			numbers_of_others.require_existing(*named)
		references.refuse_in_memory(
			document,
			portal.is_open,
			lambda stored: form.has_web_form_permission(stored.doctype, stored.name, "write"),
		)
	saved = call_previous(
		"frappe.website.doctype.web_form.web_form.accept",
		web_form=web_form,
		data=frappe.as_json(sent),
		**others,
	)
	if not isinstance(saved, Document) or not guards.is_held(saved.doctype):
		return saved
	files = {field: saved.get(field) for field in _files(saved) if entered.get(field)}
	return {**entered, **files, "name": saved.name}


def _pinned(web_form: str, sent: dict, name: str | None) -> dict:
	"""What was sent, about a document of the form's DocType: the app payments saves one of whichever DocType was sent, also for visitors, and takes
	its name from another argument as well."""
	doctype = frappe.db.get_value("Web Form", web_form, "doc_type")
	return {**sent, "doctype": doctype, **({"name": name} if name else {})}


def _entered(web_form: str, sent: dict) -> dict:
	"""The document as it was sent, with the fields that the form has."""
	rows = {"parent": web_form, "parenttype": "Web Form"}
	fields = frappe.get_all("Web Form Field", rows, pluck="fieldname", order_by="idx asc")
	doctype = frappe.db.get_value("Web Form", web_form, "doc_type")
	return {"doctype": doctype, **{key: sent[key] for key in ("name", *fields) if sent.get(key)}}


def _files(doc) -> list[str]:
	"""Frappe stores these, and notes where."""
	return [field.fieldname for field in doc.meta.fields if field.fieldtype in ("Attach", "Attach Image")]


@frappe.whitelist()
def delete(web_form_name: str, docname: str | int, **others):
	_require(web_form_name, [docname])
	return call_previous(
		"frappe.website.doctype.web_form.web_form.delete",
		web_form_name=web_form_name,
		docname=docname,
		**others,
	)


@frappe.whitelist()
def delete_multiple(web_form_name: str, docnames: str, **others):
	_require(web_form_name, frappe.parse_json(docnames))
	return call_previous(
		"frappe.website.doctype.web_form.web_form.delete_multiple",
		web_form_name=web_form_name,
		docnames=docnames,
		**others,
	)


def _require(web_form: str, names: list) -> None:
	doctype = frappe.db.get_value("Web Form", web_form, "doc_type")
	for name in names if doctype else ():
		numbers_of_others.require(doctype, str(name))
	if doctype and not all(_is_open(doctype, name, "delete") for name in names):
		frappe.throw(
			refusals.without_clearance(),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def _is_open(doctype: str, name: str, ptype: str) -> bool:
	return portal.is_open(doctype, name) or not guards.objects(doctype, name, ptype)
