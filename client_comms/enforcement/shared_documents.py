"""What was shared with a user is asked in plain SQL (D-5).

Frappe asks it for each document that no role allows, and for each list with any condition, through its query builder: that takes longer
than the condition of a page.
"""

import frappe
import frappe.share
from frappe.utils import cint, cstr

_RIGHTS = frozenset(("read", "write", "submit", "share"))


def get_shared(previous, doctype, user=None, rights=None, *, filters=None, limit=None) -> list[str]:
	rights = rights or ["read"]
	match filters or []:
		case []:
			of_one = ""
		case [["share_name", "=", _name]]:
			of_one = " and `share_name` = %(name)s"
		case _:
			of_one = None
	if of_one is None or not _RIGHTS.issuperset(rights) or not _is_frappes(previous):
		return previous(doctype, user, rights, filters=filters, limit=limit)
	user = user or frappe.session.user
	return frappe.db.sql_list(
		"select `share_name` from `tabDocShare` where `share_doctype` = %(doctype)s"
		" and (`user` = %(user)s or (`everyone` = 1 and %(user)s != 'Guest'))"
		f" and {' and '.join(f'`{right}` = 1' for right in rights)}{of_one}"
		f"{f' limit {cint(limit)}' if limit else ''}",
		{"doctype": doctype, "user": user, "name": cstr(filters[0][2]) if filters else None},
	)


def _is_frappes(function) -> bool:
	"""Whether it is Frappe's own, and not one that another app has put in its place."""
	code = getattr(function, "__code__", None)
	return bool(code) and code.co_filename == frappe.share.__file__
