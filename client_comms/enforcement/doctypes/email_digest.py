"""ERPNext's Email Digest (P-2) lists open Issues and events without checking permissions, in one email for
all its recipients."""

import frappe

from client_comms.enforcement import governed, guards

_SENDING = "client_comms_sending"


class GuardedEmailDigest:
	"""Contains only what all its readers can read: its recipients when it is sent, otherwise the user who views it."""

	def send(self):
		self.flags[_SENDING] = True
		return super().send()

	def get_issue_list(self, user_id=None):
		issues = super().get_issue_list(user_id)
		return issues and self._readable("Issue", issues)

	def get_calendar_events(self):
		events, _count = super().get_calendar_events()
		events = self._readable(governed.EVENT, events)
		return events, len(events)

	def get_todo_list(self, user_id=None):
		todos = super().get_todo_list(user_id)
		return self._readable("ToDo", todos)

	def _readable(self, doctype: str, rows: list) -> list:
		names = {row.name for row in rows}
		for reader in self._readers():
			names &= guards.readable(doctype, list(names), reader)
		return [row for row in rows if row.name in names]

	def _readers(self) -> list[str]:
		if self.flags.get(_SENDING):
			return [row.recipient for row in self.recipients]
		return [frappe.session.user]
