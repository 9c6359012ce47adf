"""Messages of other apps at the gate, before these apps send them (C-2, P-1, P-3).

Apps send when a document is inserted, often in its class before Frappe calls any hook. So a guard stands before the class of each
registered DocType; DocTypes that have no class of their own are checked by the hook.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

import frappe
from frappe import _
from frappe.utils import escape_html

from client_comms import clock
from client_comms.enforcement import governed, policy, references, source_doctypes
from client_comms.enforcement.linked_records import OpensWithInteraction
from client_comms.exceptions import OutgoingRefusedError
from client_comms.i18n import words_of
from client_comms.intake import adapters, whatsapp
from client_comms.outgoing import departures, facts, gate, recipient_kinds, register
from client_comms.rules import classification
from client_comms.rules.arrival import Arrival
from client_comms.rules.outgoing import Recipient

_BEFORE = "before_insert"
_ASKED, _PASSED, _LEFT = "client_comms_asked", "client_comms_passed", "client_comms_left"
_DEPARTURE = "client_comms_departure"
_LEAVING = ContextVar("client_comms_leaving", default=None)


class GuardedSource(OpensWithInteraction):
	"""Mixed in before the class of the app that brings the DocType."""

	def run_method(self, method, *args, **kwargs):
		if method != _BEFORE:
			return super().run_method(method, *args, **kwargs)
		before_sending(self)
		if not (passed := self.flags.get(_PASSED)):
			return super().run_method(method, *args, **kwargs)
		departure, before = register.register_at_once(*passed), _answer()  # many apps send it now
		try:
			done = super().run_method(method, *args, **kwargs)
		except Exception:
			if not _was_accepted(before):
				departures.forget(departure)
			raise
		self.flags[_DEPARTURE] = departure
		return done


class GuardedWhatsAppNotification:
	"""Of frappe_whatsapp: it sends a template, and stores it as a message when it is gone."""

	def notify(self, data, *args, **kwargs):
		if number := whatsapp.international((data or {}).get("to")):
			about = next((each for each in (*args, *kwargs.values()) if _is_document(each)), None)
			arrival = Arrival(
				at=clock.to_aware(clock.now()),
				direction=classification.OUTBOUND,
				channel=whatsapp.CHANNEL,
				number=number,
				subject=self.get("template"),
				about=about and (about["doctype"], about["name"]),
				automatic=True,
			)
			with _leaving(_require(frappe.new_doc(whatsapp.MESSAGE), arrival)):
				return super().notify(data, *args, **kwargs)
		return super().notify(data, *args, **kwargs)


@contextmanager
def _leaving(passed: tuple) -> Iterator[None]:
	"""An app sends a message and stores it afterwards, in a save whose errors it catches: it is on the register at once, and the entry of what is
	stored takes the place of that. What the other side refused has not left."""
	departure, before = register.register_at_once(*passed, is_stored=False), _answer()
	token = _LEAVING.set(departure)
	try:
		yield
	except Exception:
		if not _was_accepted(before):
			departures.forget(departure)
		raise
	else:
		if _was_accepted(before) is False:
			departures.forget(departure)
	finally:
		_LEAVING.reset(token)


def _was_accepted(before) -> bool | None:
	"""Whether the other side took what was sent since `before`; None if it has not answered to Frappe's `make_request`."""
	answer = _answer()
	return None if answer is before else getattr(answer, "ok", None)


def _answer():
	"""The last one."""
	return frappe.flags.integration_request


def _is_document(value) -> bool:
	return isinstance(value, dict) and bool(value.get("doctype") and value.get("name"))


def before_sending(doc, method=None) -> None:
	"""`before_insert` of a source: the gate, once. What had left before it was stored is registered, and cannot be refused.

	:raises OutgoingRefusedError: nothing is stored or sent
	:raises ReasonNeededError: a warning requires a reason (`outgoing_reason`)
	:raises ClearanceMissingError: it is filed under a record that the session user cannot read
	"""
	if doc.flags.get(_ASKED) or doc.doctype not in source_doctypes.active():
		return
	# An app may send fields of what its message refers to.
	references.refuse_named(doc)
	arrival = _read(doc)
	if arrival and not arrival.is_inbound:
		adapters.keep_read(doc, arrival)
		if arrival.is_sent:
			doc.flags[_LEFT] = arrival
		else:
			doc.flags[_PASSED] = _require(doc, arrival, doc.get("outgoing_reason"))
	doc.flags[_ASKED] = True  # not if it was refused


def send_again(send: Callable, doc):
	"""Around what sends a message of frappe_whatsapp: one that is stored failed, and is sent again without being inserted.

	:raises OutgoingRefusedError: it may not be sent any more
	"""
	if doc.is_new():  # `GuardedSource` asks
		return send(doc)
	before_sending(doc)
	sent = send(doc)
	after_sending(doc)
	return sent


def after_sending(doc, method=None) -> None:
	"""`on_update` of a source, after intake: what was sent is on the disclosure register, under its interaction."""
	doc.flags.pop(_ASKED, None)
	passed, left = doc.flags.pop(_PASSED, None), doc.flags.pop(_LEFT, None)
	left = (
		adapters.just_logged(doc) or left
	)  # also if logging is switched off, or it answers nothing that is known
	if passed is None and left and left.is_sent:
		context, recipients = _asked_of(doc, left)
		verdict = gate.judge(context, recipients, _unchecked())
		passed = context, recipients, verdict, _unchecked() if verdict.refused else None
	if passed:
		context, *judged = passed
		register.register_at_once(
			replace(context, interaction=context.interaction or doc.get("client_interaction")), *judged
		)
		departures.forget(doc.flags.pop(_DEPARTURE, None))
		departures.forget(_LEAVING.get())


def _unchecked() -> str:
	return _("Sent by another app before it could be checked.")


def _read(doc) -> Arrival | None:
	"""What the adapter says. If it fails, a document that arrived is stored all the same, and intake lists it with the reason; one that
	is registered as outgoing is not sent, because it cannot be checked.

	:raises OutgoingRefusedError: the adapter fails on a message that would be sent
	"""
	arrival, error = source_doctypes.try_to_read(doc)
	if error and source_doctypes.is_outgoing(doc):
		frappe.throw(
			_(
				"This message cannot be checked, so it is not sent. Tell your administrator what is wrong: {0}"
			).format(escape_html(words_of(error))),
			exc=OutgoingRefusedError,
			title=_("Not Sent"),
		)
	return arrival


def _require(doc, arrival: Arrival, reason: str | None = None) -> tuple:
	"""What the register needs, if the message may be sent.

	:param reason: for proceeding, if it is not in the request
	:raises OutgoingRefusedError, ReasonNeededError: see `gate.require`
	"""
	context, recipients = _asked_of(doc, arrival)
	return (context, recipients, *gate.require(context, recipients, reason))


def _asked_of(doc, arrival: Arrival) -> tuple[facts.OutgoingContext, Iterable[Recipient]]:
	"""The conversation that the message continues, otherwise the document under which it is filed, otherwise what it would begin."""
	what = arrival.subject or _(doc.doctype)
	interaction = adapters.conversation(doc, arrival, adapters.key_of(arrival))
	about = (governed.INTERACTION, interaction.name) if interaction else arrival.about
	context = facts.context_of(*about, channel=arrival.channel, what=what) if about else None
	if context and arrival.about:
		# What is sent may come from there as well.
		context = replace(
			context, level=policy.current().strictest_of(context.level, governed.level(*arrival.about))
		)
	begins = context is None or not context.governed
	if begins:
		context = _beginning(doc, arrival, what, context)
	numbers = recipient_kinds.sort_numbers(context, [arrival.number], begins) if arrival.number else ()
	addresses = recipient_kinds.sort_recipients(context, [arrival.email], begins) if arrival.email else ()
	return context, (*numbers, *addresses)


def _beginning(doc, arrival: Arrival, what: str, filed) -> facts.OutgoingContext:
	"""The first message to someone, at the level of what it begins.

	:param filed: the context of the document under which it is filed, if there is one
	"""
	client = adapters.client_of(arrival)
	begun = None if arrival.automatic else adapters.would_begin(doc, arrival)
	context = (
		filed
		if filed and filed.party
		else facts.OutgoingContext(
			client.party_type,
			client.party,
			what,
			arrival.channel,
			party_type=client.party_type,
			party=client.party,
			contact=client.contact,
		)
	)
	return replace(
		context,
		level=begun and begun.confidentiality_level,
		communication_type=begun and begun.communication_type,
	)
