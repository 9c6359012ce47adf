"""The names of users (R-1)."""

import frappe
from frappe import _

from client_comms import validation


@frappe.whitelist()
def user_names(users: str | list) -> dict[str, str]:
	"""The full names of users of the desk, whose addresses its lists and fields have; every user of the desk can choose colleagues by name.

	:param users: their names in the database, or JSON of them
	:returns: user → full name, also of users who are disabled by now
	:raises frappe.PermissionError: the caller is not a desk user
	"""
	frappe.only_for("Desk User")
	asked = [str(each) for each in validation.require_list(_("Names"), users)]
	filters = {"name": ("in", [*asked, ""]), "user_type": "System User"}
	rows = frappe.get_all("User", filters, ["name", "full_name"], order_by=None)
	return {row.name: row.full_name or row.name for row in rows}
