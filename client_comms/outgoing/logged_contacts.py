"""Checks calls, meetings, visits and letters at the gate when they are logged as outbound or noted as replies, and registers those of the
phone system (C-2, P-1, P-2)."""

from collections.abc import Iterator
from contextlib import contextmanager

from frappe import _
from frappe.utils import parse_addr, split_emails

from client_comms import transactions
from client_comms.enforcement import governed
from client_comms.intake import call_log, communication
from client_comms.outgoing import facts, gate, recipient_kinds, register
from client_comms.rules import outgoing as rules


def before_logging(doc) -> str | None:
	"""Check a Client Interaction that staff log as outbound; returns the reason for proceeding, if one was needed.

	Interactions that intake creates from a message or call are not checked here: the message was checked itself.

	:raises OutgoingRefusedError: an enforced check has a finding
	:raises ReasonNeededError: a warning requires a reason in `outgoing_reason` of the interaction
	"""
	before = doc.stored()
	already = before and before.direction == "Outbound"
	if doc.direction != "Outbound" or already or doc.flags.from_intake or doc.flags.from_record:
		return None
	context, recipients = _context_of(doc, doc.channel), _client(doc)
	verdict, reason = gate.require(context, recipients, doc.outgoing_reason)
	doc.flags.client_comms_passed = (context, recipients, verdict, reason)
	return reason


def _context_of(doc, channel: str, *, acknowledgement: bool = False) -> facts.OutgoingContext:
	"""What staff told someone about an interaction, which may not be stored yet."""
	return facts.OutgoingContext(
		doc.doctype,
		doc.name,
		doc.subject or "",
		channel,
		doc.confidentiality_level,
		doc.name,
		doc.party_type,
		doc.party,
		doc.contact,
		doc.communication_type,
		data_categories=frozenset(row.data_category for row in doc.data_categories),
		acknowledgement=acknowledgement,
	)


def _client(doc) -> tuple[rules.Recipient, ...]:
	return (rules.Recipient(doc.contact or doc.party_name, rules.CLIENT),)


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
	context, recipients = _context_of(doc, channel, acknowledgement=acknowledgement), _client(doc)
	verdict, reason = gate.require(context, recipients, reason)
	yield
	register.register(context, recipients, verdict, reason)


def after_logging(doc) -> None:
	"""Add what passed to the disclosure register."""
	if passed := doc.flags.pop("client_comms_passed", None):
		register.register(*passed)


def after_message(doc, method=None) -> None:
	"""`after_insert` of Communication, after intake: check messages by telephone, by post or in person.

	Emails pass when they are queued.

	:raises OutgoingRefusedError, ReasonNeededError: as above; the message is not stored
	"""
	if doc.sent_or_received != "Sent" or doc.communication_medium == facts.EMAIL:
		return
	if not communication.is_message(doc):
		return
	channel = communication.channel_of(doc)
	context = facts.context_of(
		doc.reference_doctype, doc.reference_name, channel=channel, communication=doc.name
	)
	if not (context.governed or context.party):
		return
	recipients = _recipients(doc, context)
	register.register(context, recipients, *gate.require(context, recipients))


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
	addresses = [each for each in split_emails(doc.recipients or "") if "@" in (parse_addr(each)[1] or "")]
	if addresses:
		return recipient_kinds.sort_recipients(context, addresses)
	if doc.phone_no:
		return recipient_kinds.sort_numbers(context, [doc.phone_no])
	return (rules.Recipient(context.contact or context.party or doc.recipients or "", rules.CLIENT),)
