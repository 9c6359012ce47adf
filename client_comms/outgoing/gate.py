"""The gate: what goes out to a client or a third party is checked here, whichever way it goes (C-2, P-1 to P-3).

Every email passes as a row of the Email Queue, once when it is queued and again when it is sent, because consent may
end in between. `conversations` and `text_messages` bring what goes no such way. The rule is `rules.outgoing`; this
module tells it who is who, applies the modes of Client Comms Settings, and writes the disclosure register.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

import frappe
from frappe import _
from frappe.utils import escape_html, parse_addr

from client_comms import alerts, clock
from client_comms.client_privacy import consents, disclosures, identity, third_parties
from client_comms.clients import contacts as clients
from client_comms.clients import parties, phone_numbers, preferences
from client_comms.communication_governance import templates, wording
from client_comms.enforcement import dependents, governed, guards, policy
from client_comms.exceptions import OutgoingRefusedError, ReasonNeededError
from client_comms.i18n import translate
from client_comms.rules import channels, domains
from client_comms.rules import consent as consent_rules
from client_comms.rules import outgoing as rules
from client_comms.rules.messages import Message
from client_comms.rules.messages import _ as N_
from client_comms.rules.outgoing import Finding, Known, Recipient

INTERACTION = governed.INTERACTION
REPORT = "Auto Email Report"
EMAIL = "Email"
AUTOMATED = "Automated Message"  # Frappe's type for what a Notification sends
REASON = "outgoing_reason"  # the parameter of a request that carries the reason for going ahead
MODE_FIELDS = {check: f"{check}_mode" for check in rules.CHECKS}
_MESSAGE_FIELDS = (
	"client_interaction",
	"reference_doctype",
	"reference_name",
	"subject",
	"content",
	"communication_type",
	"email_template",
	"is_acknowledgement",
)
_UNATTENDED = "client_comms_unattended"
_WAITING = ("Not Sent", "Partially Sent")


@dataclass(frozen=True, slots=True)
class Matter:
	"""What goes out: the record it belongs to, and the client whose information it is."""

	doctype: str | None
	name: str | None
	what: str
	channel: str
	level: str | None = None
	interaction: str | None = None
	party_type: str | None = None
	party: str | None = None
	contact: str | None = None
	communication_type: str | None = None
	communication: str | None = None
	data_categories: frozenset[str] = frozenset()
	email_template: str | None = None
	content: str | None = None  # the HTML of an email that somebody wrote; None: nobody did
	acknowledgement: bool = False  # confirms receipt in approved words, and tells nothing of the record

	@property
	def governed(self) -> bool:
		return self.level is not None


# --- the matter ----------------------------------------------------------------------------------


def matter_of(
	doctype: str | None,
	name: str | None,
	*,
	channel: str = EMAIL,
	what: str = "",
	communication: str | None = None,
	email_template: str | None = None,
	content: str | None = None,
) -> Matter:
	"""What a message filed under a document, or an existing message, is about."""
	message = (
		frappe.db.get_value("Communication", communication, _MESSAGE_FIELDS, as_dict=True)
		if communication
		else None
	)
	doctype, name = dependents.owner_of(doctype, name)
	interaction, level, acknowledgement = None, None, False
	if message:
		interaction, level = message.client_interaction, governed.level("Communication", communication)
		doctype, name = message.reference_doctype or doctype, message.reference_name or name
		what, email_template = what or message.subject, message.email_template
		acknowledgement = bool(message.is_acknowledgement)
		content = message.content if message.communication_type == "Communication" else None
	if doctype and name:
		interaction = interaction or governed.interaction_of(doctype, name)
		level = _stricter(level, _level_of(doctype, name))
	if interaction and (doctype, name) != (INTERACTION, interaction):
		level = _stricter(level, governed.level(INTERACTION, interaction))
	return Matter(
		doctype,
		name,
		what or "",
		channel,
		level,
		interaction,
		communication=communication,
		email_template=email_template or None,
		content=content,
		acknowledgement=acknowledgement,
		**_client_of(interaction, doctype, name),
	)


def _level_of(doctype: str, name: str) -> str | None:
	"""The level of a document; an emailed report may hold any of the records it is about, so the strictest counts."""
	if doctype != REPORT:
		return governed.level(doctype, name)
	report = frappe.db.get_value(REPORT, name, "report")
	about = report and frappe.get_cached_value("Report", report, "ref_doctype")
	if not guards.is_held(about or ""):
		return None
	strictest = policy.current().level(None)
	return strictest and strictest.name


def _client_of(interaction: str | None, doctype: str | None, name: str | None) -> dict:
	if not interaction:
		client = parties.client_of(doctype, name, "", "")
		return {"party_type": client.party_type, "party": client.party, "contact": client.contact}
	row = frappe.db.get_value(
		INTERACTION, interaction, ["party_type", "party", "contact", "communication_type"], as_dict=True
	)
	return {**(row or {}), "data_categories": consents.categories_of(interaction)}


def _stricter(one: str | None, other: str | None) -> str | None:
	"""The stricter of two levels: a message keeps its own, and takes that of the record it is filed under."""
	found = [each for each in (one, other) if each]
	return max(
		found, key=lambda each: frappe.get_cached_value("Confidentiality Level", each, "rank"), default=None
	)


def sort_recipients(matter: Matter, addresses: Iterable[str]) -> tuple[Recipient, ...]:
	"""Staff, client or third party, for each address (P-2, P-3)."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	addresses = [address for address in addresses if (address or "").strip()]
	known = Known(
		staff_domains=settings.own_domains(),
		staff_addresses=_compared(parties.own_addresses(addresses)),
		client_addresses=_compared(
			clients.addresses_of(matter.party_type, matter.party, matter.contact)
			or _who_opened(matter.interaction)
		),
		third_parties=third_parties.by_domain(),
	)
	return tuple(dict.fromkeys(rules.sort_recipient(address, known) for address in addresses))


def _compared(addresses: Iterable[str]) -> set[str]:
	return {domains.normal_address(address) for address in addresses}


def sort_numbers(matter: Matter, numbers: Iterable[str]) -> tuple[Recipient, ...]:
	"""Likewise for telephone numbers: whose they are is what the contacts and the users of the site say."""
	wanted = dict.fromkeys(phone_numbers.normalised(number) or number for number in numbers)
	users = frappe.get_all(
		"User", {"enabled": 1, "user_type": "System User", "mobile_no": ("is", "set")}, pluck="mobile_no"
	)
	staff = {phone_numbers.normalised(number) for number in users}
	owners = phone_numbers.contacts_of(wanted)
	people = {*(clients.contacts_of(matter.party_type, matter.party) if matter.party else ()), matter.contact}
	theirs = {number for number in wanted if people & set(owners.get(number, ()))} | _own_numbers(matter)
	return tuple(
		Recipient(
			number,
			rules.STAFF if number in staff else rules.CLIENT if number in theirs else rules.THIRD_PARTY,
		)
		for number in wanted
	)


def _own_numbers(matter: Matter) -> set[str | None]:
	"""The numbers on the client's own record, such as those of a Lead."""
	if not matter.party:
		return set()
	meta = frappe.get_meta(matter.party_type)
	fields = [
		df.fieldname for df in meta.fields if "Phone" in (df.options, df.fieldtype) and not df.is_virtual
	]
	values = frappe.db.get_value(matter.party_type, matter.party, fields) if fields else ()
	return {phone_numbers.normalised(value) for value in values or () if value}


def _who_opened(interaction: str | None) -> set[str]:
	"""The address that the interaction began with: as long as nobody knows the client, that is who the client is."""
	sender = interaction and frappe.db.get_value(
		"Communication",
		{"client_interaction": interaction, "sent_or_received": "Received", "communication_medium": EMAIL},
		"sender",
		order_by="creation asc",
	)
	address = parse_addr(sender or "")[1].lower()
	return {address} if address else set()


# --- the checks ----------------------------------------------------------------------------------


def consent_of(matter: Matter, recipient: Recipient, purpose: str | None = None) -> consent_rules.Decision:
	"""Whether the client agreed that `recipient`, a third party, gets it."""
	if not recipient.third_party:
		return consent_rules.Decision(
			False,
			consent_rules.NO_CONSENT,
			None,
			Message(N_("This is neither staff, nor the client, nor a known third party.")),
		)
	if not matter.party:
		return consent_rules.Decision(
			False,
			consent_rules.NO_CONSENT,
			None,
			Message(N_("It is not on record which client this is about, so nobody can have consented.")),
		)
	request = consent_rules.Request(
		purpose or frappe.get_cached_doc("Client Comms Settings").sharing_purpose,
		recipient.third_party,
		matter.contact,
		matter.data_categories,
	)
	return consents.decide(matter.party_type, matter.party, request)


def check_consent(matter: Matter, recipients: Iterable[Recipient]) -> list[Finding]:
	"""P-3: to a third party only with the client's consent, at levels that ask for it."""
	if not demands(matter, "require_third_party_consent"):
		return []
	found = []
	for recipient in recipients:
		if recipient.kind != rules.THIRD_PARTY:
			continue
		decision = consent_of(matter, recipient)
		if not decision.allowed:
			found.append(Finding(rules.CONSENT, decision.reason, rules.REQUEST_CONSENT, recipient.address))
	return found


def check_identity(matter: Matter, recipients: Iterable[Recipient]) -> list[Finding]:
	"""P-1: at levels that ask for it, nothing goes out before the client's identity is confirmed."""
	required = demands(matter, "require_identity_verification") and _reaches_outside(recipients)
	if not required or matter.acknowledgement:
		return []
	known = (
		identity.state(matter.party_type, matter.party, matter.contact, matter.level)
		if matter.party
		else rules.Identity()
	)
	return list(rules.check_identity(True, known, clock.now()))


def demands(matter: Matter, safeguard: str) -> bool:
	"""Whether the level asks for a safeguard, by the name of its check on Confidentiality Level."""
	return matter.governed and bool(frappe.get_cached_value("Confidentiality Level", matter.level, safeguard))


def check_channel(matter: Matter, recipients: Iterable[Recipient]) -> list[Finding]:
	"""C-2: the channel that the client asked for, another with a reason, and never one they do not want."""
	if not matter.party or not any(recipient.kind == rules.CLIENT for recipient in recipients):
		return []
	preference = preferences.of(matter.party_type, matter.party, matter.contact)
	choice = channels.choose(preferences.rule_of(preference), matter.channel)
	if choice.outcome == channels.ALLOWED:
		return []
	blocks = choice.outcome == channels.BLOCKED
	return [Finding(rules.CHANNEL, choice.message, rules.CHANGE_CHANNEL, blocks=blocks)]


def check_template(matter: Matter, recipients: Iterable[Recipient]) -> list[Finding]:
	"""D-3: an email about a governed record is written with a template that is approved for it."""
	if not (matter.governed and matter.content is not None and _reaches_outside(recipients)):
		return []
	offered = templates.offered(matter.doctype, matter.name) if matter.doctype in templates.DOCTYPES else []
	if matter.email_template in offered:
		return []
	message = (
		Message(N_("The template {template} is not approved for this."), {"template": matter.email_template})
		if matter.email_template
		else Message(N_("The email is written without an approved template."))
	)
	return [Finding(rules.TEMPLATE, message, rules.CHOOSE_TEMPLATE)]


def check_wording(matter: Matter, recipients: Iterable[Recipient]) -> list[Finding]:
	"""C-5, D-3: terms to avoid, plain language, courtesy, in what somebody wrote to people outside."""
	if not matter.content or not matter.party or not _reaches_outside(recipients):
		return []
	return [
		Finding(rules.WORDING, finding.message, rules.CHANGE_WORDING)
		for finding in wording.check(wording.plain(matter.content), language_of(matter))
	]


def language_of(matter: Matter) -> str | None:
	"""The language to write to the client in, as far as it is on record."""
	preference = preferences.of(matter.party_type, matter.party, matter.contact)
	return preferences.language_of(matter.party_type, matter.party, preference)


def _reaches_outside(recipients: Iterable[Recipient]) -> bool:
	return any(recipient.kind != rules.STAFF for recipient in recipients)


CHECKS = {
	rules.CONSENT: check_consent,
	rules.IDENTITY: check_identity,
	rules.CHANNEL: check_channel,
	rules.TEMPLATE: check_template,
	rules.WORDING: check_wording,
}


def findings(matter: Matter, recipients: Iterable[Recipient], modes: dict[str, str]) -> list[Finding]:
	"""Everything that the checks find wanting; those that are off do not look."""
	return [
		finding
		for name, check in CHECKS.items()
		if modes.get(name) != rules.OFF
		for finding in check(matter, recipients)
	]


def judge(matter: Matter, recipients: Iterable[Recipient], reason: str | None = None) -> rules.Verdict:
	"""The findings under the modes of the settings."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	modes = {check: settings.get(field) for check, field in MODE_FIELDS.items() if settings.get(field)}
	return rules.judge(findings(matter, recipients, modes), modes, reason)


def require(
	matter: Matter, recipients: Iterable[Recipient], reason: str | None = None
) -> tuple[rules.Verdict, str | None]:
	"""The verdict, or a refusal; the reason that a person gave for going ahead, if one was needed.

	Where nobody can be asked, in jobs, what is merely warned about passes; the register says so.

	:param reason: where it does not come with the request
	:raises OutgoingRefusedError: an enforced check found something wanting
	:raises ReasonNeededError: a warning asks for a reason, and there is none
	"""
	reason = (reason or "").strip() or _reason_given()
	verdict = judge(matter, recipients, reason)
	if verdict.refused:
		frappe.throw(
			_list(verdict.refused),
			exc=OutgoingRefusedError,
			title=_("Not Sent"),
			primary_action=_next_step(verdict.refused, matter),
		)
	if verdict.reason_needed and _somebody_to_ask():
		frappe.throw(
			_list(verdict.warned) + "<br><br>" + _("Give a reason to go ahead."),
			exc=ReasonNeededError,
			title=_("Reason Needed"),
			primary_action=_next_step(verdict.warned, matter),
		)
	return verdict, reason if verdict.warned else None


def _list(found: Iterable[Finding]) -> str:
	"""The findings under the rule that each breaks, one a line and with whom it is about; then what to do, once a remedy."""
	parts = []
	for check, group in groupby(found, key=lambda finding: finding.check):
		group = list(group)
		steps = dict.fromkeys(finding.next_step for finding in group)
		parts.append(
			"<br>".join(
				[
					frappe.bold(rule_of(check)),
					*(
						f"{frappe.bold(escape_html(finding.recipient))}: {translate(finding.message)}"
						if finding.recipient
						else translate(finding.message)
						for finding in group
					),
					*(remedy_of(step)[1] for step in steps),
				]
			)
		)
	return "<br><br>".join(parts)


def rule_of(check: str) -> str:
	"""What a check is called, in the words of its setting, with the clause that it holds."""
	label = _(frappe.get_meta("Client Comms Settings").get_label(MODE_FIELDS[check]))
	return f"{label} ({rules.CLAUSES[check]})"


def remedy_of(step: str) -> tuple[str, str]:
	"""The label of the button of a next step, and what to do in words."""
	return {
		rules.REQUEST_CONSENT: (
			_("Ask for Consent"),
			_("Ask the client for consent first, or leave these recipients out."),
		),
		rules.VERIFY_IDENTITY: (
			_("Verify Identity"),
			_("Confirm who the client is, then send again."),
		),
		rules.UNLOCK_IDENTITY: (
			_("See the Checks"),
			_("Look at the failed checks, and ask a Compliance Officer to record one as unlocked."),
		),
		rules.CHANGE_CHANNEL: (
			_("See the Preference"),
			_("Use a channel that the client wants, or correct the preference after asking the client."),
		),
		rules.CHOOSE_TEMPLATE: (
			_("Choose a Template"),
			_("Write with a template that is approved for this, or have this one approved."),
		),
		rules.CHANGE_WORDING: (
			_("See the Wording"),
			_("Change the wording; below the text are suggestions to apply."),
		),
	}[step]


def as_dict(finding: Finding) -> dict:
	"""A finding as the desk shows it."""
	label, hint = remedy_of(finding.next_step)
	return {
		"check": finding.check,
		"rule": rule_of(finding.check),
		"message": translate(finding.message),
		"recipient": finding.recipient,
		"next_step": finding.next_step,
		"label": label,
		"hint": hint,
	}


def about(matter: Matter) -> dict:
	"""What the remedies of the desk need to know of the matter."""
	return {
		"doctype": matter.doctype,
		"name": matter.name,
		"interaction": matter.interaction,
		"party_type": matter.party_type,
		"party": matter.party,
		"contact": matter.contact,
	}


def _next_step(found: Sequence[Finding], matter: Matter) -> dict:
	"""The remedy as a button of the message; Frappe has one button, so that several remedies are listed behind it."""
	first = found[0]
	if all((each.next_step, each.recipient) == (first.next_step, first.recipient) for each in found):
		label, _hint = remedy_of(first.next_step)
		action, args = first.next_step.replace("-", "_"), {**about(matter), "recipient": first.recipient}
	else:
		label, action = _("What to Do"), "show_remedies"
		args = {"about": about(matter), "found": [as_dict(each) for each in found]}
	return {
		"label": label,
		"client_action": f"client_comms.outgoing.{action}",
		"args": args,
		"hide_on_success": 1,
	}


def _reason_given() -> str | None:
	return ((frappe.local.form_dict or {}).get(REASON) or "").strip() or None


@contextmanager
def unattended() -> Iterator[None]:
	"""What goes out inside the block is sent by a machine, though a request may have set it off."""
	before = frappe.flags.get(_UNATTENDED)
	frappe.flags[_UNATTENDED] = True
	try:
		yield
	finally:
		frappe.flags[_UNATTENDED] = before


def _somebody_to_ask() -> bool:
	"""Staff at a desk: neither a job, nor a client who sets off an automatic reply."""
	return bool(
		getattr(frappe.local, "request", None)
		and not frappe.flags.get(_UNATTENDED)
		and frappe.get_cached_value("User", frappe.session.user, "user_type") == "System User"
	)


# --- what nobody says by themselves -----------------------------------------------------------------


def keep_acknowledgement(doc, method=None) -> None:
	"""`before_validate` of Communication: only the app says that a message is an acknowledgement, which tells nothing
	of the record and passes unasked (C-3)."""
	if doc.is_new():
		doc.is_acknowledgement = int(bool(doc.flags.client_comms_acknowledgement))
	else:
		doc.is_acknowledgement = frappe.db.get_value(doc.doctype, doc.name, "is_acknowledgement")


def keep_written(doc, method=None) -> None:
	"""`before_validate` of Communication: what a request itself calls automatic was written by somebody, and is judged so
	(C-5, D-3)."""
	declared = (frappe.local.form_dict or {}).get("communication_type")
	if doc.is_new() and doc.communication_type == declared == AUTOMATED:
		doc.communication_type = "Communication"


# --- email ---------------------------------------------------------------------------------------


def matter_of_email(queued) -> Matter | None:
	"""What a row of the Email Queue is about; None for what is no message about a client.

	Messages of the app to staff, and of Frappe about accounts and passwords, belong to no client's record.
	"""
	if not (queued.communication or (queued.reference_doctype and queued.reference_name)):
		return None
	matter = matter_of(
		queued.reference_doctype, queued.reference_name, communication=queued.communication or None
	)
	return matter if matter.governed or (queued.communication and matter.party) else None


def before_queueing(doc, method=None) -> None:
	"""`before_insert` of Email Queue: the gate.

	:raises OutgoingRefusedError: nothing of it is queued
	"""
	matter = matter_of_email(doc)
	if matter is None:
		return
	recipients = sort_recipients(matter, [row.recipient for row in doc.recipients])
	doc.flags.client_comms_passed = (matter, recipients, *require(matter, recipients))


def after_queueing(doc, method=None) -> None:
	"""`after_insert` of Email Queue: what passed the gate goes on the register."""
	if passed := doc.flags.client_comms_passed:
		register(*passed, email_queue=doc.name)
		matter = passed[0]
		if matter.content and any(finding.check == rules.WORDING for finding in passed[2].warned):
			found = wording.check(wording.plain(matter.content), language_of(matter))
			wording.keep(found, matter.communication)


def refusal_at_sending(queued) -> str | None:
	"""Why a message that waited may not go out any more; None when it may."""
	matter = matter_of_email(queued)
	if matter is None:
		return None
	waiting = [row.recipient for row in queued.recipients if row.status != "Sent"]
	recipients = sort_recipients(matter, waiting)
	# How it is written was judged when it was queued; so was the reason that somebody gave.
	refused = [
		finding
		for finding in judge(matter, recipients, reason="given when it was queued").refused
		if finding.check in (rules.CONSENT, rules.IDENTITY, rules.CHANNEL)
	]
	return frappe.utils.strip_html(_list(refused).replace("<br>", "\n")) if refused else None


def hold_waiting(party_type: str, party: str) -> int:
	"""Consent of a client ended: hold back what waits in the Email Queue without it; returns how many."""
	queue, message, interaction = (
		frappe.qb.DocType(each) for each in ("Email Queue", "Communication", INTERACTION)
	)
	about = (
		frappe.qb.from_(interaction)
		.select(interaction.name)
		.where((interaction.party_type == party_type) & (interaction.party == party))
	)
	names = (
		frappe.qb.from_(queue)
		.left_join(message)
		.on(message.name == queue.communication)
		.where(queue.status.isin(_WAITING))
		.where(
			message.client_interaction.isin(about)
			| ((queue.reference_doctype == INTERACTION) & queue.reference_name.isin(about))
			| ((queue.reference_doctype == party_type) & (queue.reference_name == party))
		)
		.select(queue.name)
		.orderby(queue.name)
	).run(pluck=True)
	return sum(hold(frappe.get_doc("Email Queue", name)) for name in names)


def hold(queued) -> bool:
	"""Take a message out of the queue that may not go out any more; whether it was."""
	why = refusal_at_sending(queued)
	if why is None:
		return False
	queued.update_status(status="Error", error=why)
	disclosures.hold_back(queued.name, why)
	_tell_sender(queued)
	return True


def _tell_sender(queued) -> None:
	"""Who wrote it believes that it went out."""
	about = (
		("Communication", queued.communication)
		if queued.communication
		else (queued.reference_doctype, queued.reference_name)
	)
	sender = frappe.db.get_value(*about, "owner") if queued.communication else queued.owner
	if frappe.get_cached_value("User", sender, "user_type") == "System User":
		alerts.tell([sender], lambda: _("Held back: an email that may not be sent any more"), *about)


# --- the register --------------------------------------------------------------------------------


def register(
	matter: Matter,
	recipients: Iterable[Recipient],
	verdict: rules.Verdict,
	reason: str | None,
	email_queue: str | None = None,
) -> None:
	"""Enter what goes out to people outside on the disclosure register (P-2), if it is governed."""
	outside = [recipient for recipient in recipients if recipient.kind != rules.STAFF]
	if not (matter.governed and outside):
		return
	verified = matter.party and identity.last_confirmed(matter.party_type, matter.party, matter.contact)
	# Who is warned about and has no reason on record was let through by a job.
	warned = {finding.recipient for finding in verdict.warned}
	deviation = next((finding for finding in verdict.warned if finding.check == rules.CHANNEL), None)
	rows = []
	for recipient in outside:
		basis, consent = disclosures.OWN_INFORMATION, None
		if recipient.kind == rules.THIRD_PARTY:
			decision = consent_of(matter, recipient)
			consent = decision.consent if decision.allowed else None
			basis = disclosures.CONSENT if consent else disclosures.NOT_REQUIRED
			if recipient.address in warned:
				basis = disclosures.REASON_GIVEN
		rows.append(
			{
				"recipient": recipient.address,
				"recipient_kind": recipient.kind,
				"third_party": recipient.third_party,
				"channel": matter.channel,
				"preferred_channel": deviation and deviation.message.values["preferred"],
				"party_type": matter.party_type,
				"party": matter.party,
				"party_name": _name_of(matter),
				"contact": matter.contact,
				"what": escape_html(matter.what) or _("No subject"),
				"confidentiality_level": matter.level,
				"client_interaction": matter.interaction,
				"reference_doctype": matter.doctype,
				"reference_name": matter.name,
				"communication": matter.communication,
				"email_queue": email_queue,
				"basis": basis,
				"consent": consent,
				"identity_verification": verified,
				"reason": reason or (_("Sent by a job: nobody was asked.") if verdict.warned else None),
			}
		)
	disclosures.write(rows)


def _name_of(matter: Matter) -> str | None:
	if not matter.party:
		return None
	title_field = frappe.get_meta(matter.party_type).get_title_field()
	return frappe.db.get_value(matter.party_type, matter.party, title_field)
