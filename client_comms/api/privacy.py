"""Consent and identity: what can be shared, the client's decisions, and identity checks (P-1, P-3)."""

from typing import NoReturn

import frappe
from frappe import _
from frappe.utils import cint, split_emails, validate_email_address

from client_comms import procedure, roles, transactions, validation
from client_comms.client_privacy import identity, one_time_codes, receipts
from client_comms.clients import preferences
from client_comms.communication_governance import wording
from client_comms.enforcement import client_documents, procedure_roles
from client_comms.i18n import bold, plain, translate
from client_comms.outgoing import checks, facts, gate, presentation, recipient_kinds
from client_comms.rules import consent as rules
from client_comms.rules import outgoing as gate_rules

CONSENT = "Client Consent"
CLIENT_FACING = (
	procedure.FRONTLINE_STAFF,
	procedure.ACCOUNT_MANAGER,
	procedure.CUSTOMER_SUPPORT,
	procedure.CUSTOMER_SUPPORT_MANAGER,
	procedure.COMMUNICATIONS_MANAGER,
)


@frappe.whitelist()
def may_share(
	party_type: str, party: str, recipients: str | list[str], purpose: str | None = None
) -> list[dict]:
	"""Whether a client's information can currently be sent to each of `recipients` (P-2, P-3).

	:param recipients: email addresses, as a list, as JSON or separated by commas
	:param purpose: a Consent Purpose; by default that of the settings
	:returns: for each recipient `{"recipient", "kind": "Staff" | "Client" | "Third Party", "third_party", "allowed",
	    "rule", "why", "consent"}`; a purpose that does not concern third parties requires the client's own consent. While the use of
	    the client's data is restricted, nothing is allowed but to staff (rule `restriction`), unless an exception lets the caller send
	:raises frappe.PermissionError: without read access to consents, or to the client or any of its interactions
	"""
	client_documents.require_to_act(party_type, party, CONSENT, "read")
	if purpose:
		validation.require_exists("Consent Purpose", purpose)
	addresses = _addresses(recipients)
	wrong = [each for each in addresses if not validate_email_address(each)]
	if wrong or not addresses:
		_refuse_addresses(", ".join(wrong))
	context = facts.OutgoingContext(party_type, party, "", facts.EMAIL, party_type=party_type, party=party)
	recipients = recipient_kinds.sort_recipients(context, addresses)
	restricted = {finding.recipient: finding for finding in checks.check_restriction(context, recipients)}
	return [
		{
			"recipient": each.address,
			"kind": each.kind,
			"third_party": each.third_party,
			**(_restriction(restricted, each) or _answer(context, each, purpose)),
		}
		for each in recipients
	]


def _restriction(found: dict[str | None, gate_rules.Finding], recipient: gate_rules.Recipient) -> dict | None:
	"""The answer if the use of the client's data is restricted, that of the client concerned (None) or of the recipient."""
	finding = found.get(None) or found.get(recipient.address)
	if recipient.kind == gate_rules.STAFF or not finding:
		return None
	why = translate(finding.message)
	return {"allowed": False, "rule": gate_rules.RESTRICTION, "why": why, "consent": None}


def _answer(context: facts.OutgoingContext, recipient: gate_rules.Recipient, purpose: str | None) -> dict:
	ours = purpose and not cint(frappe.get_cached_value("Consent Purpose", purpose, "concerns_third_party"))
	if recipient.kind == gate_rules.STAFF:
		return {"allowed": True, "rule": "staff", "why": _("Our own staff."), "consent": None}
	if recipient.kind == gate_rules.CLIENT and not ours:
		return {
			"allowed": True,
			"rule": "own-information",
			"why": _("The client."),
			"consent": None,
		}
	if recipient.kind == gate_rules.THIRD_PARTY and ours:
		return {
			"allowed": False,
			"rule": "purpose-of-our-own",
			"why": _(
				"{0} does not concern third parties, so it does not allow sharing. Choose a purpose that concerns a third party."
			).format(bold(_(purpose))),
			"consent": None,
		}
	decision = checks.consent_of(context, recipient, purpose)
	return {
		"allowed": decision.allowed,
		"rule": decision.rule,
		"why": translate(decision.reason),
		"consent": decision.consent,
	}


@frappe.whitelist(methods=["POST"])
def give_consent(
	name: str,
	valid_until: str | None = None,
	through: str | None = None,
	note: str | None = None,
	client_interaction: str | None = None,
	evidence: str | None = None,
) -> dict:
	"""Record that the client agreed (P-3). Returns the consent as a dict.

	:param valid_until: the last moment or day; by default as the purpose says
	:param client_interaction: in which they said so
	:param evidence: the address of a file that shows it
	:raises MissingDetailsError: nothing shows it: neither of these, nor what the consent has already if the client did not say no since
	"""
	shown = {"client_interaction": client_interaction, "evidence": evidence}
	return _record(name, rules.GIVEN, valid_until=valid_until, through=through, note=note, **shown)


@frappe.whitelist(methods=["POST"])
def refuse_consent(name: str, through: str | None = None, note: str | None = None) -> dict:
	"""Record that the client refused (P-3); takes effect immediately."""
	return _record(name, rules.REFUSED, through=through, note=note)


@frappe.whitelist(methods=["POST"])
def withdraw_consent(name: str, through: str | None = None, note: str | None = None) -> dict:
	"""Record that the client withdrew consent (P-3); takes effect immediately, even for messages waiting to be sent."""
	return _record(name, rules.WITHDRAWN, through=through, note=note)


@frappe.whitelist()
def consent_receipt(name: str) -> dict:
	"""The receipt of a Client Consent according to Kantara's Consent Receipt 1.1 (P-3); see `receipts.of` for its fields.

	:raises client_comms.exceptions.ActionNotPossibleError: the client has never agreed
	:raises frappe.PermissionError: without read access to the consent
	"""
	doc = frappe.get_doc(CONSENT, name)
	doc.check_permission("read")
	return receipts.of(doc)


def _record(name: str, event: str, **details) -> dict:
	doc = transactions.locked(CONSENT, name)
	doc.check_permission("write")
	doc.record(event, **details)
	return doc.as_dict()


@frappe.whitelist()
def check_outgoing(
	doctype: str | None = None,
	name: str | None = None,
	recipients: str | list[str] | None = None,
	channel: str = facts.EMAIL,
	email_template: str | None = None,
	content: str | None = None,
) -> dict:
	"""What the gate would decide, for the desk to show before a message is sent (C-2, C-5, D-3, P-1, P-3).

	:param content: the HTML of an email
	:returns: `{"recipients": [{"recipient", "kind", "third_party"}], "refused": [finding], "warned":
	    [finding], "about": {…}}`, where a finding is `{"check", "rule", "message", "recipient", "contact", "next_step",
	    "label", "hint"}`, with `party_type` and `party` if it concerns another client
	:raises frappe.PermissionError: without read access to the document, or by a login of the portal, whom the answer would
	    tell which addresses are those of staff and of third parties
	"""
	frappe.only_for("Desk User")
	if doctype and name:
		frappe.has_permission(doctype, "read", doc=name, throw=True)
	context = facts.context_of(doctype, name, channel=channel, email_template=email_template, content=content)
	addresses = _addresses(recipients)
	if channel == facts.EMAIL:
		context = facts.addressed_to(context, addresses, frappe.session.user)
	sorted_ = recipient_kinds.sort_recipients(context, addresses)
	verdict = gate.judge(context, sorted_)
	return {
		"recipients": [
			{"recipient": each.address, "kind": each.kind, "third_party": each.third_party}
			for each in sorted_
		],
		"refused": [presentation.as_dict(each) for each in verdict.refused],
		"warned": [presentation.as_dict(each) for each in verdict.warned],
		"about": presentation.about(context),
	}


def _addresses(recipients: str | list[str] | None) -> list[str]:
	if not isinstance(recipients, str):
		return recipients or []
	if not recipients.lstrip().startswith(("[", "{")):
		return split_emails(recipients)
	addresses = validation.from_json(recipients)
	if not isinstance(addresses, list) or not all(isinstance(each, str) for each in addresses):
		_refuse_addresses(recipients)
	return addresses


def _refuse_addresses(wrong: str) -> NoReturn:
	frappe.throw(
		_("{0} is not an email address. Enter the addresses as a list, or separate them with commas.").format(
			bold(wrong or "–")
		),
		title=_("Not an Email Address"),
	)


@frappe.whitelist()
def check_wording(
	text: str,
	language: str | None = None,
	doctype: str | None = None,
	name: str | None = None,
	courtesy: bool | int | str = True,
) -> list[dict]:
	"""The wording findings in a text before it is sent to a client (C-5, D-3); nothing is changed automatically.

	:param text: plain text, or the HTML of an email
	:param language: the language of the text; by default that of the client of the document `doctype`, `name`,
	    otherwise that of the user
	:param courtesy: whether to check for a salutation and a closing
	:returns: `[{"kind", "found", "message", "suggestion"}]`, in the order of the text
	:raises frappe.PermissionError: without a role that writes to clients, or without read access to the document
	"""
	writing = {"System Manager", *CLIENT_FACING} | procedure_roles.client_facing()
	if not writing & set(frappe.get_roles()):
		roles.refuse(writing, _("Only users with one of these roles can check wording: {0}."))
	if not language and doctype and name:
		frappe.has_permission(doctype, "read", doc=name, throw=True)
		context = facts.context_of(doctype, name)
		language = preferences.language_known(context.party_type, context.party, context.contact)
	found = wording.check(wording.plain(text), language, courtesy=bool(frappe.utils.sbool(courtesy)))
	return [
		{
			"kind": finding.kind,
			"found": finding.found,
			"message": plain(finding.message),
			"suggestion": finding.suggestion,
		}
		for finding in found
	]


# --- identity ----------------------------------------------------------------------------------------


@frappe.whitelist(methods=["POST"])
def verify_identity(
	party_type: str,
	party: str,
	method: str,
	result: str,
	contact: str | None = None,
	client_interaction: str | None = None,
	note: str | None = None,
) -> dict:
	"""Record a successful or failed identity check (P-1). Returns the verification as a dict.

	:raises client_comms.exceptions.ActionNotPossibleError: too many failures; a Compliance Officer must unlock
	:raises frappe.PermissionError: as below
	"""
	client_documents.require_to_act(party_type, party, identity.VERIFICATION, interaction=client_interaction)
	doc = frappe.get_doc(
		{
			"doctype": identity.VERIFICATION,
			"party_type": party_type,
			"party": party,
			"contact": contact,
			"client_interaction": client_interaction,
			"method": method,
			"result": result,
			"note": note,
		}
	)
	return doc.insert().as_dict()


@frappe.whitelist(methods=["POST"])
def send_identity_code(
	party_type: str, party: str, contact: str | None = None, client_interaction: str | None = None
) -> dict:
	"""Email the client a one-time code, to an address on file (P-1).

	:returns: `{"name": the Identity Verification that waits for the code, "sent_to": the address, partly hidden}`
	:raises client_comms.exceptions.ActionNotPossibleError: no address on file, or checks are locked
	:raises frappe.PermissionError: without permission to record checks, or to read the client or any of its interactions
	"""
	client_documents.require_to_act(party_type, party, identity.VERIFICATION, interaction=client_interaction)
	return one_time_codes.send(party_type, party, contact, client_interaction)


@frappe.whitelist(methods=["POST"])
def check_identity_code(name: str, code: str) -> dict:
	"""Check the code that the client read out (P-1).

	:returns: `{"confirmed": bool, "tries_left": int}`
	:raises client_comms.exceptions.ActionNotPossibleError: the code was used, has expired, or was tried too often
	:raises frappe.PermissionError: as above
	"""
	doc = transactions.locked(identity.VERIFICATION, name)
	client_documents.require_to_act(doc.party_type, doc.party, identity.VERIFICATION)
	return one_time_codes.check(doc, code)
