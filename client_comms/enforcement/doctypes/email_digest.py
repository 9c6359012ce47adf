"""ERPNext's Email Digest (P-2) lists open Issues and events without checking permissions, in one email for
all its recipients."""

import frappe
from frappe.utils import create_batch

from client_comms.enforcement import governed, guards

_SENDING = "client_comms_sending"
_AT_ONCE = 1000


class GuardedEmailDigest:
	"""Contains only what all its readers can read: its recipients when it is sent, otherwise the user who views it."""

	@frappe.whitelist()  # as in ERPNext, whose form calls it
	def send(self):
		self.flags[_SENDING] = True
		return super().send()

	def get_issue_list(self, user_id=None):
		issues = super().get_issue_list(user_id)
		return issues and self._readable("Issue", issues)

	def get_issue_count(self):
		"""Without those that the list leaves out."""
		return self._count("Issue", {"status": ("in", ("Open", "Replied"))})

	def get_calendar_events(self):
		events, _count = super().get_calendar_events()
		events = self._readable(governed.EVENT, events)
		return events, len(events)

	def get_todo_list(self, user_id=None):
		todos = super().get_todo_list(user_id)
		return self._readable("ToDo", todos)

	def get_todo_count(self, user_id=None):
		user = user_id or frappe.session.user
		return self._count("ToDo", {"status": "Open"}, {"owner": user, "assigned_by": user})

	def _count(self, doctype: str, filters: dict, or_filters: dict | None = None) -> int:
		names = frappe.get_all(doctype, filters, or_filters=or_filters, pluck="name", order_by=None)
		return sum(len(self._kept(doctype, {*chunk})) for chunk in create_batch(names, _AT_ONCE))

	def _readable(self, doctype: str, rows: list) -> list:
		kept = self._kept(doctype, {row.name for row in rows})
		return [row for row in rows if row.name in kept]

	def _kept(self, doctype: str, names: set[str]) -> set[str]:
		for reader in self._readers():
			names &= guards.readable(doctype, list(names), reader)
		return names

	def _readers(self) -> list[str]:
		if self.flags.get(_SENDING):
			return [row.recipient for row in self.recipients]
		return [frappe.session.user]
