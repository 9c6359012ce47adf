"""Which rows of Communication, Event, Call Log and the sources of other apps a user can read, which of these open together with their interaction, and
the link to it, which stays."""

import frappe
from frappe.permissions import has_controller_permissions, has_user_permission

from client_comms.enforcement import compose, filed, governed, places, policy
from client_comms.enforcement.answers import Remembered
from client_comms.enforcement.row_conditions import of_row

_FRAPPES = (
	"frappe.core.doctype.communication.communication.has_permission",
	"frappe.desk.doctype.event.event.has_permission",
)


class OpensWithInteraction(Remembered):
	"""Mixin for these: what an interaction shows, or its history and documentation lead to, is read by users who can read the interaction. Frappe
	and ERPNext open a message only for users with its mailbox, a meeting for who enters it or takes part, a call for users with a role of their own."""

	def has_permission(self, permtype="read", **options) -> bool:
		said = len(frappe.local.message_log)
		if super().has_permission(permtype, **options):
			return True
		if permtype != "read" or not self._is_read_with_its_interaction(
			options.get("user") or frappe.session.user
		):
			return False
		del frappe.local.message_log[said:]  # version 15 tells the user why Frappe did not allow it
		return True

	def _is_read_with_its_interaction(self, user: str) -> bool:
		"""Whether the user can read the interaction, and nothing hides the document or what it is about, as the database has them."""
		if not self.name or self.doctype not in governed.bound():
			return False
		interaction = frappe.db.get_value(self.doctype, self.name, "client_interaction")
		if not interaction or governed.denies(self.doctype, self.name, user):
			return False
		if any(governed.denies(*about, user) for about in filed.stored(self.doctype, self.name)):
			return False
		if not has_user_permission(self, user):
			return False
		if not (
			frappe.db.exists(governed.INTERACTION, interaction)
			and frappe.has_permission(governed.INTERACTION, "read", doc=interaction, user=user)
		):
			return False
		others = (
			path
			for path in frappe.get_hooks("has_permission").get(self.doctype) or ()
			if path not in _FRAPPES and not compose.is_ours(path)
		)
		return not any(others) or has_controller_permissions(self, "read", user=user)


def condition(user=None, doctype=None) -> str:
	return governed.condition(doctype, user)


def event_condition(user=None, doctype=None) -> str:
	"""Frappe leaves its own condition on Event ("… or …") without brackets, and joins ours to it with "and".

	Both are inside one pair of brackets, so ours closes that pair after Frappe's condition and opens another.
	"""
	restricted = condition(user, governed.EVENT)
	return restricted and f"1 = 1) and ({restricted}"


def link_condition(user=None, doctype=None) -> str:
	"""A timeline link reveals the message's subject and address, so it is as confidential as the message."""
	return _with_parent("Communication Link", governed.COMMUNICATION, user)


def participant_condition(user=None, doctype=None) -> str:
	"""The participants of an event are as confidential as the event."""
	return _with_parent("Event Participants", governed.EVENT, user)


def preserve_link(doc, method=None) -> None:
	"""`before_validate`: keep the link to the interaction, whatever a request or an outdated copy of the document
	contains; a document filed under an interaction, or under what belongs to one, is linked to it, and anything else
	stays as confidential as the place where it is filed (`places`)."""
	if doc.doctype not in governed.bound():
		return  # of another app, and without these fields until the next migration
	kept = (*governed.BINDING, *(filed.ABOUT if filed.has_about(doc.doctype) else ()))
	stored = governed.as_stored(doc, *kept)
	if stored and any(stored.get(field) for field in governed.BINDING):
		doc.update({field: stored.get(field) for field in kept})
		return
	place = places.of(filed.named_in(doc, noted=False))
	interaction = place.interaction or doc.get("client_interaction")
	if not interaction:
		places.note(doc, place)
		return
	rules = policy.current()
	doc.client_interaction = interaction
	here = frappe.db.get_value(governed.INTERACTION, interaction, "confidentiality_level")
	stated = doc.is_new() and doc.get("confidentiality_level")
	if not stated or rules.rank(stated) <= rules.rank(here):  # else `level_spread.follow_stated`
		doc.confidentiality_level = here


def _with_parent(rows: str, parent: str, user: str | None) -> str:
	restricted = condition(user, parent)
	if not restricted:
		return ""
	return of_row(parent, f"`tab{rows}`.`parent`", restricted)
