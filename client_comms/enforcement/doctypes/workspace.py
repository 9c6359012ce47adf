"""What all users of the desk click on (D-5). A workspace shows blocks with scripts, which run as the user who opens it; version 15 takes from every user of
the desk one that is said to be another's."""

import re

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms.i18n import bold

_MANAGER = "Workspace Manager"
# Browsers pass over control characters and blanks before and in the name of a scheme.
_BLANKS = re.compile(r"[\x00-\x20]+")
_ADDRESSES = ("url", "link", "route", "external_link")
_SCRIPT = re.compile(r"(javascript|vbscript|data):", re.IGNORECASE)


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


def refuse_scripts(doc, method=None) -> None:
	"""`validate` of Workspace, Workspace Sidebar and Desktop Icon: in version 16, every user of the desk can change the last two for all, and
	an address that is a script runs as the user who clicks on it.

	:raises frappe.ValidationError: an address is a script
	"""
	for row in (doc, *doc.get_all_children()):
		for field in _ADDRESSES:
			if _SCRIPT.match(_BLANKS.sub("", cstr(row.get(field)))):
				frappe.throw(
					_("{0} cannot be a script. Enter the address of a page.").format(
						bold(_(row.meta.get_label(field)))
					),
					title=_("Invalid Address"),
				)
