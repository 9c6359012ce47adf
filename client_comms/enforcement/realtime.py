"""Realtime messages to open browsers (P-2). Frappe sends new messages and comments, with their text, to
everyone who has opened the form of the document under which they are filed.

That may be a customer whom many users can see, and users who opened a form keep receiving messages, even if their access
has changed. So nothing confidential is sent: the form only reloads its timeline, which checks access.

It also tells every open list of a DocType which document was saved, and by whom: that would be the client who wrote in the portal,
also of a hidden record. So lists are told the name alone, and only those of desk users who can read documents of others.
"""

import frappe
from frappe.permissions import get_role_permissions

from client_comms.enforcement import dependents, governed, guards

EVENT = "client_comms_timeline_changed"


def leave_out_users(emit, event, message, room):
	"""Around what is sent to browsers: no list is told who saved a document; does not query the database."""
	if event == "list_update" and isinstance(message, dict):
		message = {key: value for key, value in message.items() if key != "user"}
	return emit(event, message, room)


def can_listen_to_list(doctype: str, user: str) -> bool:
	"""Whether the browser of a user who can read some documents of a DocType is told which of them change: the names of some,
	such as contacts and users, say whose they are.

	Portals have no lists that follow what is saved.
	"""
	meta = guards.meta_of(doctype)
	if meta is None or frappe.get_cached_value("User", user, "user_type") != "System User":
		return False
	return "read" not in get_role_permissions(meta, user).get("if_owner", {})


def is_confidential(doc) -> bool:
	"""Whether a message or comment is itself governed, or belongs to a record that is."""
	return governed.level(doc.doctype, doc.name) is not None or _is_about_confidential(doc)


def _is_about_confidential(doc) -> bool:
	return governed.level(*dependents.owner_of(doc.reference_doctype, doc.reference_name)) is not None


def tell_changed(doctype: str, name: str) -> None:
	"""Tell open forms of a document that its timeline has changed."""
	frappe.publish_realtime(
		EVENT,
		{"doctype": doctype, "name": name},
		doctype=doctype,
		docname=name,
		after_commit=True,
	)


class Discreet:
	"""Mixin for Communication and Comment."""

	def notify_change(self, action):
		if action == "add":
			# A logged message becomes confidential only after Frappe has announced it.
			frappe.db.before_commit.add(self._notify_added)
		elif is_confidential(self):
			tell_changed(self.reference_doctype, self.reference_name)
		else:
			super().notify_change(action)

	def _notify_added(self) -> None:
		if is_confidential(self):
			tell_changed(self.reference_doctype, self.reference_name)
		elif frappe.db.exists(self.doctype, self.name):
			super().notify_change("add")
