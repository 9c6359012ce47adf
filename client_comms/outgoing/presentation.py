"""Presents findings of the gate in the desk, with messages and buttons."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import frappe
from frappe import _

from client_comms import roles
from client_comms.i18n import bold, translate
from client_comms.outgoing import facts
from client_comms.rules import outgoing as rules
from client_comms.rules.outgoing import Finding

_BY_OFFICERS = (rules.ASK_EXCEPTION, rules.UNLOCK_IDENTITY)
MODE_FIELDS = {check: f"{check}_mode" for check in rules.CHECKS if check not in rules.WITHOUT_MODE}


def as_html(found: Iterable[Finding]) -> str:
	"""The findings grouped by rule, one per line with the recipient concerned; then what to do, once per remedy."""
	parts = []
	for check, group in groupby(found, key=lambda finding: finding.check):
		group = list(group)
		steps = dict.fromkeys(finding.next_step for finding in group)
		parts.append(
			"<br>".join(
				[
					bold(rule_of(check)),
					*(
						f"{bold(finding.recipient)}: {_words_of(finding)}"
						if finding.recipient
						else _words_of(finding)
						for finding in group
					),
					*(remedy_of(step)[1] for step in steps),
				]
			)
		)
	return "<br><br>".join(parts)


def _words_of(finding: Finding) -> str:
	"""What it says (HTML)."""
	words = translate(finding.message)
	if not finding.file:
		return words
	return f"{words} {_('This is about the attached {0}.').format(bold(finding.file))}"


def rule_of(check: str) -> str:
	"""The name of a check, taken from its setting if there is one, with its clause."""
	if check == rules.RESTRICTION:
		label = _("Restricted Use of Data")
	else:
		label = _(frappe.get_meta("Client Comms Settings").get_label(MODE_FIELDS[check]))
	return f"{label} ({rules.CLAUSES[check]})"


def remedy_of(step: str) -> tuple[str, str]:
	"""The button label of a next step, and what to do in words, as HTML."""
	label, words = {
		rules.ASK_EXCEPTION: (
			_("Ask for an Exception"),
			_("Ask a Compliance Officer, who can allow a user what the law permits, with a reason."),
		),
		rules.REQUEST_CONSENT: (
			_("Ask for Consent"),
			_("Ask the client for consent first, or leave these recipients out."),
		),
		rules.VERIFY_IDENTITY: (
			_("Verify Identity"),
			_("Confirm who the client is, then try again."),
		),
		rules.UNLOCK_IDENTITY: (
			_("View Checks"),
			_(
				"Review the failed checks, and ask a Compliance Officer to unlock identity checks for this client."
			),
		),
		rules.CHANGE_CHANNEL: (
			_("View Preference"),
			_("Use a channel that the client accepts, or ask the client and update the preference."),
		),
		rules.CHOOSE_TEMPLATE: (
			_("Choose a Template"),
			_("Use a template that is approved for this purpose, or ask for this one to be approved."),
		),
		rules.CHANGE_RECIPIENTS: (
			_("Change the Recipients"),
			_("Send the report to colleagues only, or choose a report that shows no records of clients."),
		),
		rules.CHANGE_WORDING: (
			_("View Wording"),
			_("Change the wording. Suggestions that you can apply are listed below the text."),
		),
	}[step]
	if step in _BY_OFFICERS:
		return label, f"{words} {roles.compliance_officers()}"
	if step == rules.CHOOSE_TEMPLATE and (names := roles.some_with_role(*roles.approving_roles())):
		return label, f"{words} {_('These users approve texts: {0}.').format(bold(names))}"
	return label, words


def as_dict(finding: Finding) -> dict:
	"""A finding as the desk shows it."""
	label, hint = remedy_of(finding.next_step)
	return {
		**_party_of(finding),
		"check": finding.check,
		"rule": rule_of(finding.check),
		"message": _words_of(finding),
		"recipient": finding.recipient,
		"contact": finding.contact,
		"next_step": finding.next_step,
		"label": label,
		"hint": hint,
	}


def _party_of(finding: Finding) -> dict:
	return dict(zip(("party_type", "party"), finding.party or (), strict=False))


def about(context: facts.OutgoingContext) -> dict:
	"""The context that the desk's remedies need."""
	return {
		"doctype": context.doctype,
		"name": context.name,
		"interaction": None if _began(context) else context.interaction,
		"party_type": context.party_type,
		"party": context.party,
		"contact": context.contact,
	}


def _began(context: facts.OutgoingContext) -> bool:
	"""Whether the message began the interaction: what refuses the one undoes the other, to which no remedy can refer then."""
	if not (context.communication and context.interaction):
		return False
	written = frappe.db.get_value("Communication", context.communication, "creation")
	logged = frappe.db.get_value(facts.INTERACTION, context.interaction, "creation")
	return bool(written and logged and logged > written)


def next_step(found: Sequence[Finding], context: facts.OutgoingContext) -> dict:
	"""The remedy as a button of the message; Frappe has one button, so several remedies are listed behind it."""
	first = found[0]
	# The email dialog, which stays open, shows them itself.
	listed = {"about": about(context), "found": [as_dict(each) for each in found]}
	if all((each.next_step, each.recipient) == (first.next_step, first.recipient) for each in found):
		label, _hint = remedy_of(first.next_step)
		action = first.next_step.replace("-", "_")
		args = {**listed, **listed["about"], **_party_of(first), "recipient": first.recipient}
		args["contact"] = first.contact or context.contact
	else:
		label, action, args = _("What to Do"), "show_remedies", listed
	return {
		"label": label,
		"client_action": f"client_comms.outgoing.{action}",
		"args": args,
		"hide_on_success": 1,
	}
