"""Checks meetings at the gate before Frappe passes them to Google Calendar, which invites their participants by email
(C-2, P-1 to P-3, D-5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import frappe
from frappe import _

from client_comms.enforcement import compose, governed, internal_recipients
from client_comms.enforcement.linked_records import OpensWithInteraction
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import refuse
from client_comms.outgoing import departures, facts, gate, recipient_kinds, register

# Google itself gets the text: a third party, unless staff registered its domain as one and the client consents.
GOOGLE = "calendar@google.com"
_PASSED = "client_comms_passed"
_PASSING_ON = ContextVar("client_comms_passing_on", default=None)


class GuardedEvent(OpensWithInteraction):
	"""What Frappe passes on, in its handlers of these two, is on the register before Google gets it."""

	def run_method(self, method, *args, **kwargs):
		if method not in ("after_insert", "on_update") or not (passed := self.flags.get(_PASSED)):
			return super().run_method(method, *args, **kwargs)
		with _passing_on(passed):
			return super().run_method(method, *args, **kwargs)


@contextmanager
def _passing_on(passed: tuple) -> Iterator[None]:
	from googleapiclient.http import HttpRequest

	compose.around(HttpRequest, "execute", _execute)
	token = _PASSING_ON.set(passed)
	try:
		yield
	finally:
		_PASSING_ON.reset(token)


def _execute(previous, request, *args, **kwargs):
	from googleapiclient.errors import HttpError

	passed = _PASSING_ON.get()
	if passed is None or request.method == "GET":
		return previous(request, *args, **kwargs)
	departure = register.register_at_once(*passed)
	try:
		return previous(request, *args, **kwargs)
	except HttpError:
		departures.forget(departure)
		raise


def before_save(doc, method=None) -> None:
	"""`before_save` of Event, after Frappe has looked up the addresses of the participants. A meeting that is refused
	can still be saved without synchronising it.

	Warnings need no reason here: the form of an event has no place for one, so that the register gives the reason.

	:raises OutgoingRefusedError: an enforced check has a finding
	:raises ClearanceMissingError: a colleague among the participants has no clearance
	"""
	doc.flags.pop(_PASSED, None)
	if not _is_passed_on(doc):
		return
	context = _context_of(doc)
	if context is None:
		return
	addresses = [row.email for row in doc.event_participants if row.email]
	if doc.client_interaction:
		users = internal_recipients.users_of(addresses)
		left_out = internal_recipients.without_clearance(
			governed.INTERACTION, doc.client_interaction, users.values()
		)
		if left_out:
			refuse(
				*internal_recipients.reasons(left_out), title=_("Not Synchronised"), exc=ClearanceMissingError
			)
	recipients = recipient_kinds.sort_recipients(context, [*addresses, GOOGLE])
	verdict = gate.require(context, recipients, _("Synchronised with Google Calendar"))
	doc.flags[_PASSED] = (context, recipients, *verdict)


def _is_passed_on(doc) -> bool:
	"""Whether Frappe will pass the event to Google when it is saved; an event that came from there only if it is changed."""
	return bool(
		doc.sync_with_google_calendar
		and not (doc.is_new() and doc.pulled_from_google_calendar)
		and frappe.db.exists("Google Calendar", {"name": doc.google_calendar, "push_to_google_calendar": 1})
	)


def _context_of(doc) -> facts.OutgoingContext | None:
	"""The interaction to which the event is linked, or the client among its participants; None if it concerns neither."""
	about = [(row.reference_doctype, row.reference_docname) for row in doc.event_participants]
	if doc.client_interaction:
		about.insert(0, (governed.INTERACTION, doc.client_interaction))
	for doctype, name in about:
		context = facts.context_of(doctype, name, what=doc.subject)
		if context.governed or context.party:
			return context
	return None
