"""What decisions rely on about a user: the address, and what Frappe caches of roles and User Permissions (D-5)."""

import frappe
from frappe import _
from frappe.permissions import get_role_permissions

_KEYS = ("roles", "user_permissions")


def forget_at_end(doc, method=None) -> None:
	"""Forget it again when the transaction ends: Frappe does so only while it saves, so that what was read between
	then and a rollback would stay."""
	user = doc.user if doc.doctype == "User Permission" else doc.name

	def forget() -> None:
		for key in _KEYS:
			frappe.cache.hdel(key, user)

	frappe.db.after_commit.add(forget)
	frappe.db.after_rollback.add(forget)


def use_stored_name(login_manager) -> None:
	"""`on_login`: the user of a session is called as stored.

	Frappe takes the name from a login link or another server as it is written there, and the database finds a user by other letters too. To a
	comparison, that would be someone else, who approves what they made, or makes themselves an account manager.
	"""
	if stored := frappe.db.get_value("User", {"name": login_manager.user}, "name"):
		login_manager.user = stored


def refuse_rename(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`before_rename` of User, which changes the address: Frappe shares every user with themselves, to write as well, so that each login,
	of the portal too, could take the address of a client, who then is them, or of someone outside, who then is a colleague.

	:raises frappe.PermissionError: no role of the session user lets them change users
	"""
	if not get_role_permissions(doc.meta, frappe.session.user).get("write"):
		frappe.throw(
			_(
				"Only users whose role lets them change users can change the address of a login. Ask a System Manager."
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
