"""What all users of the desk click on (D-5). A workspace shows blocks with scripts, which run as the user who opens it; version 15 takes from every user of
the desk one that is said to be another's."""

import re

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms import roles
from client_comms.enforcement.harmless_addresses import has_markup
from client_comms.i18n import bold

MANAGER = "Workspace Manager"
# Browsers pass over control characters and blanks before and in the name of a scheme.
_BLANKS = re.compile(r"[\x00-\x20]+")
_CONDITION = "display_depends_on"
_LABELS = ("Data", "Icon", "Text", "Small Text", "Autocomplete")
ADDRESSES = ("url", "link", "route", "external_link")
_SCRIPT = re.compile(r"(javascript|vbscript|data):", re.IGNORECASE)


def refuse_of_others(doc, method=None) -> None:
	"""`validate` of Workspace. Frappe asks whether it is public after the change, so that every user of the desk could make a public one their own,
	and version 15 not even whose it is.

	:raises frappe.PermissionError: the workspace is that of all, or a private one is, or would become, that of another user
	"""
	if _is_manager():
		return
	user, before = frappe.session.user, doc.get_doc_before_save()
	if before and before.public:
		roles.refuse([MANAGER])
	if any(each and not each.public and each.for_user and each.for_user != user for each in (doc, before)):
		frappe.throw(
			_("This workspace is another user's. Make one of your own instead."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def refuse_rename(doc, method=None, *_names) -> None:
	"""`before_rename` of Workspace, which has its address by its name.

	:raises frappe.PermissionError: the workspace is that of all, or of another user
	"""
	if not _is_own(doc.name):
		roles.refuse([MANAGER])


def check_row(doc, method=None) -> None:
	"""`validate` and `on_trash` of a row of a workspace or sidebar by its own name, for which Frappe asks about the DocType of its document alone: the
	filters of a shortcut or list run as each user who sees them.

	:raises frappe.PermissionError: the workspace is not the user's own, or the condition of an item is a new one
	:raises frappe.ValidationError: an address is a script
	"""
	if method != "on_trash":
		refuse_scripts(doc)
	stored = not doc.is_new() and frappe.db.get_value(doc.doctype, doc.name, ["parenttype", "parent"])
	for parenttype, parent in {(doc.parenttype, doc.parent), stored or (None, None)}:
		if parenttype == "Workspace" and not _is_own(parent):
			frappe.throw(
				_("This row cannot be changed on its own. Open {0} {1} and change the row there.").format(
					_(parenttype), bold(parent)
				),
				exc=frappe.PermissionError,
				title=_("Row Belongs to a Document"),
			)


def _is_own(workspace: str | None) -> bool:
	if _is_manager():
		return True
	public, user = frappe.db.get_value("Workspace", workspace, ["public", "for_user"]) or (1, None)
	return not public and user == frappe.session.user


def _is_manager() -> bool:
	user = frappe.session.user
	return user == "Administrator" or MANAGER in frappe.get_roles(user)


def refuse_scripts(doc, method=None) -> None:
	"""`validate` of Workspace, Workspace Sidebar and Desktop Icon: in version 16, every user of the desk can change the last two for all. An address
	that is a script runs as the user who clicks on it, the condition of an item as each user who opens the desk.

	:raises frappe.ValidationError: an address is a script, or a label would end the attribute of a tag, into which Frappe writes it as it is
	:raises frappe.PermissionError: an item has a condition that no stored one has, and the user is not a Workspace Manager
	"""
	for row in (doc, *doc.get_all_children()):
		_refuse_new(row)
		for field in ADDRESSES:
			if is_script(row.get(field)):
				frappe.throw(
					_("{0} cannot be a script. Enter the address of a page.").format(
						bold(_(row.meta.get_label(field)))
					),
					title=_("Invalid Address"),
				)


def is_script(address: str | None) -> bool:
	return bool(_SCRIPT.match(_BLANKS.sub("", cstr(address))))


def _refuse_new(row) -> None:
	"""What apps and managers have stored is in order: a user who sorts a sidebar saves it as well."""
	if _is_manager():
		return
	if _is_new(row, _CONDITION):
		roles.refuse([MANAGER], _("Only users with one of these roles can enter a condition: {0}."))
	for df in row.meta.fields:
		if df.fieldtype in _LABELS and has_markup(cstr(row.get(df.fieldname))) and _is_new(row, df.fieldname):
			frappe.throw(
				_("{0} cannot contain HTML. Leave out angle brackets and quotation marks.").format(
					bold(_(df.label))
				)
			)


def _is_new(row, field: str) -> bool:
	value = row.get(field)
	return bool(
		isinstance(value, str) and value.strip() and not frappe.db.exists(row.doctype, {field: value})
	)
