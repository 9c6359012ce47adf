"""How this app's documents are printed: within the page, with users by their names, and without "None" in a letterhead."""

import frappe
from frappe.utils import get_fullname

_TABLE = "client_comms/templates/print/table.html"


class _Told(frappe._dict):
	"""A document as a letterhead asks for it: what it does not have is printed as nothing. ERPNext's asks for the company of each."""

	def __getattr__(self, key):
		value = self.get(key)
		return "" if value is None else value


def prepare(doc) -> None:
	"""`before_print`: Frappe's tables run off the page, and name users by their addresses."""
	doc.flags.is_printed = True
	own = {field.fieldname: _TABLE for field in doc.meta.get_table_fields()}
	doc.print_templates = {**own, **(doc.get("print_templates") or {})}
	titles = doc.get("__link_titles") or {}
	setattr(doc, "__link_titles", {**{f"User::{user}": get_fullname(user) for user in _users(doc)}, **titles})


def for_letterhead(values: dict) -> dict:
	return _Told(values)


def _users(doc) -> set[str]:
	return {
		each.get(field.fieldname)
		for each in (doc, *doc.get_all_children())
		for field in each.meta.get("fields", {"fieldtype": "Link", "options": "User"})
		if each.get(field.fieldname)
	}
