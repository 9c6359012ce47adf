"""Private workspaces (D-5). A workspace shows blocks with scripts, which run as the user who opens it; version 15 takes from every user of
the desk one that is said to be another's."""

import frappe
from frappe import _

_MANAGER = "Workspace Manager"


def refuse_of_others(doc, method=None) -> None:
	"""`validate` of Workspace, as in version 16.

	:raises frappe.PermissionError: a private workspace is, or would become, that of another user
	"""
	user = frappe.session.user
	if user == "Administrator" or _MANAGER in frappe.get_roles(user):
		return
	before = doc.get_doc_before_save()
	if any(each and not each.public and each.for_user and each.for_user != user for each in (doc, before)):
		frappe.throw(
			_("This workspace is another user's."), exc=frappe.PermissionError, title=_("Not Permitted")
		)
