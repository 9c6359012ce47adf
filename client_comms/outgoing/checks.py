"""The outgoing checks, each with the clause that it enforces (C-2, C-5, D-3, P-1, P-3). The rule is `rules.outgoing`."""

from collections.abc import Iterable
from dataclasses import replace

import frappe

from client_comms import clock
from client_comms.client_privacy import consents, identity
from client_comms.clients import preferences
from client_comms.communication_governance import templates, wording
from client_comms.outgoing import carried_files, facts, recipient_kinds, restricted
from client_comms.rules import channels
from client_comms.rules import consent as consent_rules
from client_comms.rules import outgoing as rules
from client_comms.rules.messages import Message
from client_comms.rules.messages import _ as N_
from client_comms.rules.outgoing import Finding, Recipient


def consent_of(
	context: facts.OutgoingContext, recipient: Recipient, purpose: str | None = None
) -> consent_rules.Decision:
	"""Whether the client consented to sharing with `recipient`, a third party."""
	if not recipient.third_party:
		return consent_rules.Decision(
			False,
			consent_rules.NO_CONSENT,
			None,
			Message(N_("This recipient is not staff, the client or a known third party.")),
		)
	if not context.party:
		return consent_rules.Decision(
			False,
			consent_rules.NO_CONSENT,
			None,
			Message(N_("The client concerned is not recorded, so no consent can exist.")),
		)
	request = consent_rules.Request(
		purpose or frappe.get_cached_doc("Client Comms Settings").sharing_purpose,
		recipient.third_party,
		context.contact,
		context.data_categories,
	)
	return consents.decide(context.party_type, context.party, request)


def _of_many(check: str, recipient: Recipient | None = None) -> Finding:
	"""What an emailed report lacks: it may contain any record of its DocType, so there is no client who could be asked."""
	message = N_(
		"A report can show records of many clients, so neither consent nor a confirmed identity can cover it."
	)
	return Finding(check, Message(message), rules.CHANGE_RECIPIENTS, recipient and recipient.address)


def level_requires(context: facts.OutgoingContext, safeguard: str) -> bool:
	"""Whether the level requires a safeguard, given by its field on Confidentiality Level."""
	return context.governed and bool(
		frappe.get_cached_value("Confidentiality Level", context.level, safeguard)
	)


def check_restriction(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[Finding]:
	"""P-2: nothing is sent to a client, nor about them, while the use of their data is restricted."""
	message = N_(
		"Since {when}, the use of this client's data is restricted at their request (GDPR Art. 18): nothing is sent until it is lifted."
	)
	return [
		carried_files.named(
			Finding(
				rules.RESTRICTION, Message(message, {"when": found.since}), rules.ASK_EXCEPTION, recipient
			),
			about,
		)
		for about, theirs in carried_files.of_each(context, recipients)
		for recipient, found in restricted.found_in(about, theirs)
	]


def check_consent(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[Finding]:
	"""P-3: sharing with a third party requires the client's consent, at levels that require it."""
	found = []
	for about, theirs in carried_files.of_each(context, recipients):
		if not level_requires(about, "require_third_party_consent"):
			continue
		for recipient in theirs:
			if recipient.kind != rules.THIRD_PARTY:
				continue
			if about.doctype == facts.REPORT:
				found.append(_of_many(rules.CONSENT, recipient))
				continue
			decision = consent_of(about, recipient)
			if not decision.allowed:
				finding = Finding(rules.CONSENT, decision.reason, rules.REQUEST_CONSENT, recipient.address)
				found.append(carried_files.named(finding, about))
	return found


def check_identity(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[Finding]:
	"""P-1: at levels that require it, nothing is sent before the client's identity is confirmed."""
	return [
		carried_files.named(finding, about)
		for about, theirs in carried_files.of_each(context, recipients)
		for finding in _identity_of(about, theirs)
	]


def _identity_of(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> tuple[Finding, ...]:
	required = level_requires(context, "require_identity_verification") and _reaches_outside(recipients)
	if not required or context.acknowledgement:
		return ()
	if context.doctype == facts.REPORT:
		return (_of_many(rules.IDENTITY),)
	known = (
		identity.state(context.party_type, context.party, context.contact, context.level)
		if context.party
		else rules.Identity()
	)
	return rules.check_identity(True, known, clock.now())


def check_channel(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[Finding]:
	"""C-2: the channel for which each person at each client asked, another one with a reason, but never an excluded one."""
	found = _channels_of(context, recipients, named=bool(context.others))
	for other in context.others:
		theirs = recipient_kinds.sort_recipients(other, [each.address for each in recipients])
		party = (other.party_type, other.party)
		found += [replace(each, party=party) for each in _channels_of(other, theirs, named=True)]
	return found


def _channels_of(
	context: facts.OutgoingContext, recipients: Iterable[Recipient], *, named: bool
) -> list[Finding]:
	""":param named: say whom it concerns, also of the person whom the message is about"""
	if not context.party:
		return []
	people = {each.contact or context.contact: each for each in recipients if each.kind == rules.CLIENT}
	found = []
	for contact, recipient in people.items():
		preference = preferences.of(context.party_type, context.party, contact)
		choice = channels.choose(preferences.rule_of(preference), context.channel)
		if choice.outcome != channels.ALLOWED:
			is_other = named or contact != context.contact
			found.append(
				Finding(
					rules.CHANNEL,
					choice.message,
					rules.CHANGE_CHANNEL,
					recipient.address if is_other else None,
					contact if is_other else None,
					blocks=choice.outcome == channels.BLOCKED,
				)
			)
	return found


def check_template(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[Finding]:
	"""D-3: an email about a governed record must use a template that is approved for it; those of other documents are approved for none."""
	if not context.governed or context.by_type:
		return []
	if context.content is None or not _reaches_outside(recipients):
		return []
	can_be_approved = context.doctype in templates.DOCTYPES
	if can_be_approved and context.email_template in templates.offered(context.doctype, context.name):
		return []
	return [Finding(rules.TEMPLATE, _why_not(context, can_be_approved), rules.CHOOSE_TEMPLATE)]


def _why_not(context: facts.OutgoingContext, can_be_approved: bool) -> Message:
	"""Such as that the text was changed or has expired since it was chosen."""
	used = context.email_template
	if not used:
		return Message(N_("The email does not use an approved template."))
	found = templates.objection(used, context.doctype, context.name) if can_be_approved else None
	return found or Message(
		N_("The template {template} is not approved for this purpose."), {"template": used}
	)


def check_wording(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[Finding]:
	"""C-5, D-3: terms to avoid, plain language and courtesy in messages written to people outside."""
	if not context.content or not context.party or not _reaches_outside(recipients):
		return []
	return [
		Finding(rules.WORDING, finding.message, rules.CHANGE_WORDING)
		for finding in wording.check(
			wording.plain(context.content),
			preferences.language_known(context.party_type, context.party, context.contact),
		)
	]


def _reaches_outside(recipients: Iterable[Recipient]) -> bool:
	return any(recipient.kind != rules.STAFF for recipient in recipients)


CHECKS = {
	rules.RESTRICTION: check_restriction,
	rules.CONSENT: check_consent,
	rules.IDENTITY: check_identity,
	rules.CHANNEL: check_channel,
	rules.TEMPLATE: check_template,
	rules.WORDING: check_wording,
}
