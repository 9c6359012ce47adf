"""Realtime messages to open browsers (P-2). Frappe sends new messages and comments, with their text, to
everyone who has opened the form of the document under which they are filed.

That may be a customer whom many users can see, and users who opened a form keep receiving messages, even if their access
has changed. So nothing confidential is sent: the form only reloads its timeline, which checks access.
"""

import frappe

from client_comms.enforcement import dependents, governed

EVENT = "client_comms_timeline_changed"


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
