"""What was shared with a user is asked in plain SQL (D-5).

For a list with any condition Frappe asks which documents were shared with its user, through its query builder: that takes longer than the
condition of a page.
"""

import frappe
import frappe.share

from client_comms.enforcement import compose

_READ = ["read"]


def ask_plainly(**_job) -> None:
	"""`before_request` and `before_job`; does not query the database."""
	compose.around(frappe.share, "get_shared", _names)


def _names(previous, doctype, user=None, rights=None, *, filters=None, limit=None) -> list[str]:
	if filters or limit or (rights or _READ) != _READ:
		return previous(doctype, user, rights, filters=filters, limit=limit)
	user = user or frappe.session.user
	return frappe.db.sql_list(
		"""select `share_name` from `tabDocShare`
		where `share_doctype` = %(doctype)s and `read` = 1
			and (`user` = %(user)s or (`everyone` = 1 and %(user)s != 'Guest'))""",
		{"doctype": doctype, "user": user},
	)
