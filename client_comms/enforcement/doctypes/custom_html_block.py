"""Blocks with scripts (D-5). Frappe runs the script of a block in each browser that opens its form or a workspace with it, and every user of the
desk can make one, public or not."""

import frappe
from frappe import _
from frappe.utils import escape_html

from client_comms import roles

MANAGERS = {"Workspace Manager", "System Manager"}  # to whom alone Frappe's form offers public ones


def keep_private(doc, method=None) -> None:
	"""`validate`: what others make is private, and only its owner changes it.

	:raises frappe.PermissionError: a user changes a private block of another one, or without a role for it a public one
	"""
	user, before = frappe.session.user, doc.get_doc_before_save()
	if before:
		doc.owner = before.owner
	if before and before.private and user not in (before.owner, "Administrator"):
		frappe.throw(
			_("This block is another user's. Make one of your own instead."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	if user == "Administrator" or MANAGERS & {*frappe.get_roles(user)}:
		return
	if before and not before.private:
		what = _("Only users with one of these roles can change what a block shows to others: {0}.")
		roles.refuse(MANAGERS, what)
	doc.private = 1


def show_to_owner(doc, method=None) -> None:
	"""`onload`, for a form or a workspace: a private block runs nothing for others, also if it is shared with them."""
	if doc.private and doc.owner != frappe.session.user:
		doc.html = f"<p>{escape_html(_('Only the owner of this block sees what it shows.'))}</p>"
		doc.script = ""
