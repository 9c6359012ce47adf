"""Files of governed records are private, and no second File row opens their content (P-2, D-6)."""

import frappe
from frappe import _

from client_comms.enforcement import belongings, governed, refusals
from client_comms.exceptions import ClearanceMissingError
from client_comms.rules import access

_BROUGHT_CONTENT = "client_comms_brought_content"


def has_permission(doc, ptype=None, user=None, debug=False):
	"""As any belonging. Before an insert it also notes whether content was brought along, or only an address.

	By the time other hooks run, Frappe has read the content behind the address, and both look alike.
	"""
	if ptype == "create":
		doc.flags[_BROUGHT_CONTENT] = bool(doc.get("content"))
	if ptype in ("write", "delete") and doc.name and not doc.is_new():
		# Frappe asks the document that the change names; the one it is taken from decides as well.
		owner = frappe.db.get_value("File", doc.name, ["attached_to_doctype", "attached_to_name"])
		if owner and owner[1] and owner[0] in governed.doctypes():
			user = user or frappe.session.user
			decision = governed.decide(*owner, access.WRITE, user)
			if decision is not None and not decision.allowed:
				return refusals.objection(*owner, access.WRITE, user, decision)
	return belongings.has_permission(doc, ptype, user, debug)


def refuse_alias(doc, method=None):
	"""A File made for the address of a governed record's file needs clearance for that record.

	Frappe serves an address to whoever may read any one File row with it, and lets anybody make one.

	:raises ClearanceMissingError: the session user may not read the record that the content belongs to
	"""
	if not doc.file_url or doc.flags.get(_BROUGHT_CONTENT):
		return
	if not doc.flags.new_file and not doc.has_value_changed("file_url"):
		return
	for row in frappe.get_all(
		"File",
		{
			"file_url": doc.file_url,
			"attached_to_doctype": ("in", governed.doctypes()),
			"name": ("!=", doc.name or ""),
		},
		["attached_to_doctype", "attached_to_name"],
	):
		decision = governed.decide(
			row.attached_to_doctype, row.attached_to_name, access.READ, frappe.session.user
		)
		if decision is not None and not decision.allowed:
			frappe.throw(
				_("This file belongs to a record that you have no clearance for."),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)


def keep_private(doc, method=None):
	"""Files attached to a governed record are private and do not become public, whoever asks for it."""
	if doc.is_private or doc.is_folder or not _is_governed(doc):
		return
	doc.is_private = 1
	if doc.flags.new_file:  # written to the public folder a moment ago; later changes Frappe moves by itself
		doc.handle_is_private_changed()


def make_private(doctype: str, name: str) -> None:
	"""Files that were attached before their document became confidential."""
	for file in frappe.get_all(
		"File",
		{"attached_to_doctype": doctype, "attached_to_name": name, "is_private": 0, "is_folder": 0},
		pluck="name",
	):
		frappe.get_doc("File", file).save(ignore_permissions=True)  # `keep_private` does it


def _is_governed(doc) -> bool:
	if doc.attached_to_doctype not in governed.doctypes():
		return False
	decision = governed.decide(doc.attached_to_doctype, doc.attached_to_name, access.READ, "Guest")
	return decision is not None
