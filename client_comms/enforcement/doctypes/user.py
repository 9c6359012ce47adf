"""What Frappe caches about a user, and decisions rely on: roles and User Permissions (D-5)."""

import frappe

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
