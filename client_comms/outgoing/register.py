"""Writes the disclosure register of everything sent to people outside (P-2)."""

from collections.abc import Iterable, Mapping

import frappe
from frappe import _
from frappe.utils import escape_html

from client_comms import clock
from client_comms.client_privacy import disclosures, identity
from client_comms.enforcement import governed
from client_comms.outgoing import checks, departures, facts, recipient_kinds, restricted
from client_comms.rules import domains
from client_comms.rules import outgoing as rules
from client_comms.rules.outgoing import Finding, Recipient


def register(
	context: facts.OutgoingContext,
	recipients: Iterable[Recipient],
	verdict: rules.Verdict,
	reason: str | None,
	email_queue: str | None = None,
) -> None:
	"""Add a message to people outside to the disclosure register (P-2), if its record is governed or it went on another channel than the client
	prefers: what is stored with the document with which it leaves, or not at all. An exception from a restriction that it uses is on the ledger."""
	recipients = list(recipients)
	rows = _rows(context, recipients, verdict, reason)
	for other in () if context.governed else context.others:
		theirs = recipient_kinds.sort_recipients(other, [each.address for each in recipients])
		rows += _rows(other, theirs, verdict, reason)
	for about in context.carried:
		theirs = recipient_kinds.sort_recipients(about, [each.address for each in recipients])
		rows += _rows(about, theirs, verdict, reason)
		restricted.note_use(about, theirs)
	for row in rows:
		disclosures.enter({**row, "email_queue": email_queue})
	restricted.note_use(context, recipients)


def came_up_since(email_queue: str, warned: Iterable[Finding]) -> list[Finding]:
	"""The warnings about consent and identity of which nothing was said when an email was queued, so that its sender gave no reason for them: the
	consent has ended since, the level or the setting became stricter."""
	rows = frappe.get_all(
		disclosures.DISCLOSURE,
		{"email_queue": email_queue},
		["recipient", "basis", "reason", "identity_verification"],
	)
	return [finding for finding in warned if _is_new(finding, rows)]


def _is_new(finding: Finding, rows: list) -> bool:
	if finding.check == rules.CONSENT:
		address = domains.normal_address(finding.recipient)
		told = (row.basis for row in rows if domains.normal_address(row.recipient) == address)
		return disclosures.REASON_GIVEN not in told
	return finding.check == rules.IDENTITY and not any(
		row.reason and not row.identity_verification for row in rows
	)


def register_at_once(
	context: facts.OutgoingContext,
	recipients: Iterable[Recipient],
	verdict: rules.Verdict,
	reason: str | None,
	*,
	is_stored: bool = True,
) -> departures.Departure | None:
	"""The same for what is about to leave and cannot be taken back, whatever becomes of the transaction.

	:param is_stored: whether a document will tell of it
	"""
	recipients = list(recipients)
	rows = _rows(context, recipients, verdict, reason)
	return departures.note(
		rows if is_stored else map(departures.unsaved, rows), restricted.uses(context, recipients)
	)


def _rows(
	context: facts.OutgoingContext,
	recipients: Iterable[Recipient],
	verdict: rules.Verdict,
	reason: str | None,
) -> list[dict]:
	preferred = {
		finding.contact or context.contact: finding.message.values["preferred"]
		for finding in verdict.warned
		if finding.check == rules.CHANNEL and finding.party in (None, (context.party_type, context.party))
	}
	if context.governed:
		outside = [recipient for recipient in recipients if recipient.kind != rules.STAFF]
		level = context.level
	else:  # why the client got it on another channel than the preferred one is on record for any document (C-2)
		outside = [
			each
			for each in recipients
			if each.kind == rules.CLIENT and (each.contact or context.contact) in preferred
		]
		level = governed.level(context.party_type, context.party) if outside else None
	if not outside:
		return []
	message = _of_message(context, level, verdict, reason)
	return [{**message, **_of_recipient(context, each, preferred, verdict.warned)} for each in outside]


def _of_message(
	context: facts.OutgoingContext, level: str | None, verdict: rules.Verdict, reason: str | None
) -> dict:
	"""What is the same for all who get a message."""
	known = bool(context.party and level)
	verified = known and identity.last_confirmed(context.party_type, context.party, context.contact, level)
	if not reason and verdict.warned:
		reason = _("Sent by a background job, so no reason was asked for.")
	return {
		"disclosed_on": clock.now(),
		"disclosed_by": frappe.session.user,
		"outcome": disclosures.SENT,
		"channel": context.channel,
		"party_type": context.party_type,
		"party": context.party,
		"party_name": _name_of(context),
		"contact": context.contact,
		"description": escape_html(context.what) or _("No subject"),
		"confidentiality_level": level,
		"client_interaction": context.interaction,
		# Another document can be deleted, and the register would keep it.
		"reference_doctype": context.doctype if context.governed else None,
		"reference_name": context.name if context.governed else None,
		"communication": context.communication,
		"identity_verification": verified or None,
		"reason": reason or None,
	}


def _of_recipient(
	context: facts.OutgoingContext, recipient: Recipient, preferred: Mapping, warned: Iterable[Finding]
) -> dict:
	"""Who gets it, and why it was allowed to leave.

	:param preferred: contact → their preferred channel, if it goes on another
	:param warned: the warnings in spite of which it goes
	"""
	of_recipient = {each.check: each for each in warned if each.recipient == recipient.address}
	basis, consent = disclosures.OWN_INFORMATION, None
	if recipient.kind == rules.THIRD_PARTY:
		decision = checks.consent_of(context, recipient)
		consent = decision.consent if decision.allowed else None
		basis = disclosures.CONSENT if consent else disclosures.NOT_REQUIRED
		if rules.CONSENT in of_recipient:
			basis = disclosures.REASON_GIVEN
	if recipient.kind == rules.CLIENT:
		channel = preferred.get(recipient.contact or context.contact)
	else:  # another client
		deviates = of_recipient.get(rules.CHANNEL)
		channel = deviates and deviates.message.values["preferred"]
	return {
		"recipient": recipient.address or _("Not named"),
		"recipient_kind": recipient.kind,
		"third_party": recipient.third_party,
		"preferred_channel": channel,
		"basis": basis,
		"consent": consent,
	}


def _name_of(context: facts.OutgoingContext) -> str | None:
	if not context.party:
		return None
	title_field = frappe.get_meta(context.party_type).get_title_field()
	return frappe.db.get_value(context.party_type, context.party, title_field)
