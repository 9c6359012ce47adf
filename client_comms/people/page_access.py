"""Who can open a page of this app or the documents of any DocType: Frappe refuses them with words that name no role (D-5)."""

import frappe
from frappe import _
from frappe.core.doctype.custom_role.custom_role import get_custom_allowed_roles

from client_comms.roles import approving_roles, role_names, who_could_help

# What an address of the desk may stand for, in the order in which the desk takes it.
_KINDS = ("Workspace", "DocType", "Page", "Report")
# The roles of these are in Client Comms Settings, so that their pages name none.
_BY_SETTINGS = {"approve-templates": approving_roles}


def refusal(address: str) -> dict:
	"""What to tell the session user, to whom the desk has refused an address.

	:param address: the first part of the address, such as `access-explorer`, or the name of a report
	:returns: nothing unless it is this app's, or a DocType; `route` to a report that they can open, which is found under another address;
	    otherwise `title` and the `sentences` that say who can open it
	"""
	modules = frappe.get_all("Module Def", {"app_name": "client_comms"}, pluck="name")
	for kind in _KINDS:
		name = _named(kind, address, modules)
		if not name:
			continue
		roles = _roles(kind, name)
		# What names no role is open to all, so that the desk refuses it for another reason.
		if not roles or set(frappe.get_roles()) & roles:
			return {"route": ["query-report", name]} if kind == "Report" and name != address else {}
		return {"title": _title(kind, name), "sentences": _sentences(_title(kind, name), roles)}
	return {}


def _named(kind: str, address: str, modules: list[str]) -> str | None:
	# The forms, steps and messages of this app lead to DocTypes of Frappe and ERPNext, such as Role Profile, and the links to documents to any.
	whose = {"istable": 0} if kind == "DocType" else {"module": ("in", modules)}
	names = frappe.get_all(kind, whose, pluck="name")
	return next((name for name in names if address in (name, name.lower().replace(" ", "-"))), None)


def _roles(kind: str, name: str) -> set[str]:
	if kind == "DocType":
		return {
			row.role
			for row in frappe.get_meta(name).permissions
			if row.read and not row.permlevel and not row.if_owner
		}
	if kind == "Page" and name in _BY_SETTINGS:
		return set(_BY_SETTINGS[name]())
	own = set(frappe.get_all("Has Role", {"parenttype": kind, "parent": name}, pluck="role"))
	custom = get_custom_allowed_roles(kind.lower(), name) if kind in ("Page", "Report") else ()
	return set(custom) or own if kind == "Report" else own | set(custom)


def _title(kind: str, name: str) -> str:
	title = frappe.db.get_value(kind, name, "title") if kind == "Page" else name
	return _(title)


def _sentences(title: str, roles: set[str]) -> list[str]:
	return [
		_("{0} can be opened by users with one of these roles: {1}.").format(title, role_names(roles)),
		who_could_help(*roles),
	]
