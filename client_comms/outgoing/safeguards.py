"""What to know before writing about an interaction: whether the client's identity is confirmed, and which
consents they gave (P-1, P-3)."""

from datetime import datetime

import frappe
from frappe import _
from frappe.utils import formatdate, split_emails

from client_comms import clock
from client_comms.client_privacy import identity
from client_comms.i18n import bold, translate
from client_comms.outgoing import checks, facts, presentation, recipient_kinds
from client_comms.rules import outgoing as rules

_MESSAGES = 50  # longer threads rarely have new people


def show(doc, method=None) -> None:
	"""`onload` of Client Interaction: the lines of the form's banner."""
	doc.set_onload("privacy", lines(doc))


def lines(doc) -> list[dict]:
	"""For the form of a Client Interaction, only about what its level requires: `[{"text": HTML, "missing": bool}]`, and of what is
	missing `next_step`, its `label` and the `recipient`, as in a refusal of the gate."""
	context = facts.context_of(doc.doctype, doc.name)
	found = []
	if context.party and checks.level_requires(context, "require_identity_verification"):
		found.append(_identity(context))
	if checks.level_requires(context, "require_third_party_consent"):
		found += _third_parties(context)
	return found


def _identity(context: facts.OutgoingContext) -> dict:
	known = identity.state(context.party_type, context.party, context.contact, context.level)
	missing = rules.check_identity(True, known, clock.now())
	if missing:
		return _missing(translate(missing[0].message), missing[0].next_step)
	if known.verified_until == datetime.max:
		return {"text": _("The client's identity is confirmed."), "missing": False}
	until = formatdate(known.verified_until)
	return {"text": _("The client's identity is confirmed until {0}.").format(until), "missing": False}


def _third_parties(context: facts.OutgoingContext) -> list[dict]:
	"""The known third parties among senders and recipients."""
	addresses = [
		address
		for row in frappe.get_all(
			"Communication",
			{"client_interaction": context.interaction, "communication_medium": facts.EMAIL},
			["sender", "recipients", "cc"],
			order_by="creation desc",
			limit=_MESSAGES,
		)
		for field in row.values()
		for address in split_emails(field or "")
	]
	known = {
		recipient.third_party: recipient
		for recipient in recipient_kinds.sort_recipients(context, addresses)
		if recipient.third_party
	}
	found = []
	for name, recipient in sorted(known.items()):
		decision = checks.consent_of(context, recipient)
		text = f"{bold(name)}: {translate(decision.reason)}"
		if decision.allowed:
			found.append({"text": text, "missing": False})
		else:
			found.append(_missing(text, rules.REQUEST_CONSENT, recipient.address))
	return found


def _missing(text: str, next_step: str, recipient: str | None = None) -> dict:
	label, _hint = presentation.remedy_of(next_step)
	return {"text": text, "missing": True, "next_step": next_step, "label": label, "recipient": recipient}
