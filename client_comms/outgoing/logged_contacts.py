"""Checks calls, meetings, visits and letters at the gate when they are logged as outbound or noted as replies, and registers those of the
phone system (C-2, P-1, P-2)."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.utils import parse_addr, split_emails

from client_comms import transactions
from client_comms.client_privacy import identity
from client_comms.enforcement import client_documents, governed
from client_comms.enforcement.methods.missing_checks_frappe import ONLY_STORED
from client_comms.exceptions import MissingDetailsError, ReasonNeededError
from client_comms.i18n import bold
from client_comms.intake import call_log, messages
from client_comms.outgoing import facts, gate, recipient_kinds, register
from client_comms.rules import access
from client_comms.rules import outgoing as rules

# What staff state about who called or came; the others are methods of Identity Verification.
NOTHING_DISCLOSED, NOT_CONFIRMED = "Nothing Disclosed", "Not Confirmed"
_SPOKEN = ("Phone", "Meeting", "Visit")


def before_logging(doc) -> str | None:
	"""Check a Client Interaction that staff log; returns the reason for proceeding, if one was needed. What is logged as outbound passes the
	gate; of what the client or a third party began, staff state to whom they spoke, and nothing is refused.

	Interactions that intake creates from a message or call are not checked here: the message was checked itself.

	:raises OutgoingRefusedError: an enforced check has a finding
	:raises ReasonNeededError: a warning requires a reason in `outgoing_reason` of the interaction
	"""
	if doc.flags.from_intake or doc.flags.by_the_app:
		return None
	before = doc.stored()
	if doc.direction == "Outbound" and not _is_same(doc, before, "direction", "third_party"):
		return _pass(doc, *gate.require(_context_of(doc), _spoken_with(doc), doc.outgoing_reason))
	if doc.direction == "Inbound" and not _is_same(
		doc, before, "direction", "third_party", "caller_identity"
	):
		return _state(doc)
	return None


def _is_same(doc, before, *fields: str) -> bool:
	return bool(before) and all((before.get(field) or None) == (doc.get(field) or None) for field in fields)


def _pass(doc, verdict: rules.Verdict, reason: str | None) -> str | None:
	doc.flags.client_comms_passed = (verdict, reason)
	return reason


def _state(doc) -> str | None:
	"""Staff state how they confirmed who called or came, or that they did not; that nothing was disclosed needs no more (P-1, P-3)."""
	if doc.caller_identity in ("", None, NOTHING_DISCLOSED):
		return None
	context = _context_of(doc)
	verdict = gate.judge_said(context, _spoken_with(doc))
	is_open = [each for each in (*verdict.refused, *verdict.warned) if not _is_stated(doc, each)]
	return _pass(doc, *gate.require_reason(context, is_open, doc.outgoing_reason))


def _is_stated(doc, finding: rules.Finding) -> bool:
	"""Whether what staff state about the caller's identity takes the place of a check; not while checks are locked."""
	return finding.check == rules.IDENTITY and doc.caller_identity != NOT_CONFIRMED and not finding.blocks


def unstated(doc) -> rules.Verdict | None:
	"""What remains open about an interaction that the client or a third party began by telephone or in person: to whom staff spoke; None
	if nothing does (P-1, P-3)."""
	if not doc.logged_by_hand or doc.direction != "Inbound" or doc.caller_identity:
		return None
	if not (doc.third_party or doc.channel in _SPOKEN):
		return None
	verdict = gate.judge_said(_context_of(doc), _spoken_with(doc))
	return verdict if verdict.refused or verdict.warned else None


def require_stated(doc) -> None:
	"""It is asked for before the interaction is closed.

	:raises MissingDetailsError: a check that requires it is enforced
	"""
	if not (verdict := unstated(doc)):
		return
	message = _(
		"State how you confirmed the identity of the caller, or that nothing was disclosed: choose {0}. It was a contact at level {1}, of which nothing is said before the identity is confirmed, nor to a third party without consent (P-1, P-3)."
	).format(bold(_(doc.meta.get_label("caller_identity"))), bold(_(doc.confidentiality_level)))
	if verdict.refused:
		frappe.throw(message, exc=MissingDetailsError, title=_("Identity Not Stated"))
	frappe.msgprint(message, title=_("Identity Not Stated"), indicator="orange")


def asks_identity(level: str) -> bool:
	"""Whether staff who log something at a level are asked to whom they spoke, whatever is known of the client."""
	mode = frappe.get_cached_doc("Client Comms Settings").identity_mode
	required = frappe.get_cached_value("Confidentiality Level", level, "require_identity_verification")
	return mode != rules.OFF and bool(required)


def _context_of(doc, channel: str | None = None, *, acknowledgement: bool = False) -> facts.OutgoingContext:
	"""What staff told someone about an interaction. Until it is stored, a remedy cannot refer to it."""
	name = None if doc.is_new() else doc.name
	return facts.OutgoingContext(
		doc.doctype,
		name,
		doc.subject or "",
		channel or doc.channel,
		doc.confidentiality_level,
		name,
		doc.party_type,
		doc.party,
		doc.contact,
		doc.communication_type,
		data_categories=frozenset(row.data_category for row in doc.data_categories),
		acknowledgement=acknowledgement,
	)


def _spoken_with(doc) -> tuple[rules.Recipient, ...]:
	if not doc.third_party:
		return (rules.Recipient(doc.contact or doc.party_name, rules.CLIENT),)
	known = not frappe.db.get_value("Third Party", doc.third_party, "disabled")
	return (rules.Recipient(doc.third_party, rules.THIRD_PARTY, doc.third_party if known else None),)


@contextmanager
def done_elsewhere(
	doc, channel: str | None, reason: str | None = None, *, acknowledgement: bool = False
) -> Iterator[None]:
	"""A reply that the client got outside the desk passes the gate before the block notes it, and is on the register after that. Without a
	channel it is but a note: nothing says how the client got it.

	:param acknowledgement: only receipt was confirmed, which reveals nothing about the record
	:raises OutgoingRefusedError, ReasonNeededError: as above; nothing is noted
	"""
	if not channel:
		yield
		return
	context = _context_of(doc, channel, acknowledgement=acknowledgement)
	recipients = (rules.Recipient(doc.contact or doc.party_name, rules.CLIENT),)
	emailed_because = _why_emailed(doc, channel, reason)
	verdict, reason = gate.require(context, recipients, reason)
	yield
	register.register(context, recipients, verdict, reason or emailed_because)


def _why_emailed(doc, channel: str, reason: str | None) -> str | None:
	"""The reason for an email that the desk would not have sent at this level: it is noted all the same, because it has happened.

	:raises ReasonNeededError: there is none
	"""
	if channel != facts.EMAIL:
		return None
	decision = governed.decide(doc.doctype, doc.name, access.EMAIL, frappe.session.user)
	if decision is None or decision.allowed:
		return None
	if not (reason := (reason or "").strip()):
		frappe.throw(
			_(
				"The level {0} gives you no clearance to email the client. If you did so outside of the desk, enter why under {1}; otherwise choose how the client was reached."
			).format(bold(_(doc.confidentiality_level)), bold(_("Reason for Proceeding"))),
			exc=ReasonNeededError,
			title=_("Reason Required"),
		)
	return reason


def after_logging(doc) -> None:
	"""Add what passed to the disclosure register, and what staff state about the caller's identity to the checks of the client."""
	if not (passed := doc.flags.pop("client_comms_passed", None)):
		return
	if doc.direction == "Inbound" and doc.party and not doc.third_party:
		_keep_check(doc)
	register.register(_context_of(doc), _spoken_with(doc), *passed)


def _keep_check(doc) -> None:
	"""Of users who can record checks of the client, it is one; of others, the statement is on the interaction alone."""
	may_record = client_documents.may_record(identity.VERIFICATION, doc.party_type, doc.party)
	if doc.caller_identity != NOT_CONFIRMED and may_record:
		identity.confirm(doc.party_type, doc.party, doc.contact, doc.caller_identity, doc.name)


def after_message(doc, method=None) -> None:
	"""`after_insert` of Communication, after intake: check messages by telephone, by post or in person, and emails that a user enters as sent
	elsewhere.

	Other emails pass when they are queued.

	:raises OutgoingRefusedError, ReasonNeededError: as above; the message is not stored
	"""
	if doc.sent_or_received != "Sent":
		return
	if doc.communication_medium == facts.EMAIL and not _is_entered(doc):
		return
	if not messages.is_message(doc):
		return
	channel = messages.channel_of(doc)
	context = facts.context_of(
		doc.reference_doctype, doc.reference_name, channel=channel, communication=doc.name
	)
	if not (context.governed or context.party):
		return
	recipients = _recipients(doc, context)
	register.register(context, recipients, *gate.require(context, recipients))


def _is_entered(doc) -> bool:
	"""Whether a request stores an email that nothing sends: as it could any document, or without having Frappe send it."""
	by_itself = transactions.is_request() and not doc.flags.ignore_permissions
	return bool(by_itself or frappe.flags.get(ONLY_STORED))


def after_call(doc, method=None) -> None:
	"""`on_update` of Call Log, after intake: a call that reached a client is on the disclosure register. It was over before it could be
	checked, so nothing is refused."""
	if doc.type == call_log.INCOMING or doc.status != call_log.REACHED or not call_log.has_just_ended(doc):
		return
	if interaction := doc.get("client_interaction"):
		# The phone system, whose request this is, can do nothing about an error.
		with transactions.part(
			title=_("A call is not on the disclosure register"), doctype=doc.doctype, name=doc.name
		):
			_register_call(doc, interaction)


def _register_call(doc, interaction: str) -> None:
	context = facts.context_of(governed.INTERACTION, interaction, channel=call_log.CHANNEL)
	recipients = recipient_kinds.sort_numbers(context, [doc.get("to")])
	unchecked = _("The call was over before it could be checked.")
	verdict = gate.judge(context, recipients, unchecked)
	register.register(context, recipients, verdict, unchecked if verdict.refused else None)


def _recipients(doc, context: facts.OutgoingContext) -> tuple[rules.Recipient, ...]:
	"""The recipients that a message names by address; otherwise the owner of its number, or the client concerned."""
	fields = ("recipients", "cc", "bcc") if doc.communication_medium == facts.EMAIL else ("recipients",)
	named = (each for field in fields for each in split_emails(doc.get(field) or ""))
	addresses = [each for each in named if "@" in (parse_addr(each)[1] or "")]
	if addresses:
		return recipient_kinds.sort_recipients(context, addresses)
	if doc.phone_no:
		return recipient_kinds.sort_numbers(context, [doc.phone_no])
	return (rules.Recipient(context.contact or context.party or doc.recipients or "", rules.CLIENT),)
