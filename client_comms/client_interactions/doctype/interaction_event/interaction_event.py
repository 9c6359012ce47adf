import frappe
from frappe import _

from client_comms.client_interactions.rows import InteractionRow
from client_comms.exceptions import EventsAreAppendOnlyError


class InteractionEvent(InteractionRow):
	"""One line of an interaction's history: written by its actions, never changed or deleted."""

	def refuse(self):
		frappe.throw(
			_("The history of an interaction is written by its actions and never changed or deleted."),
			exc=EventsAreAppendOnlyError,
			title=_("History Cannot Be Edited"),
		)
