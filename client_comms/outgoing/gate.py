"""The gate: everything that is sent to a client or a third party is checked here, whichever way it is sent
(C-2, P-1 to P-3).

Every email passes as a row of the Email Queue, once when it is queued and again when it is sent, because consent may
end in between. `logged_contacts` and `text_messages` check everything else. The rule is `rules.outgoing`; this
module provides its facts, applies the modes of Client Comms Settings, and writes the disclosure register.
"""

from collections.abc import Iterable

import frappe
from frappe import _

from client_comms import acting, roles
from client_comms.exceptions import OutgoingRefusedError, ReasonNeededError
from client_comms.outgoing import checks, facts, presentation
from client_comms.rules import outgoing as rules
from client_comms.rules.outgoing import Finding, Recipient

REASON = "outgoing_reason"  # the request parameter with the reason for proceeding
_OF_WHAT_WAS_SAID = (rules.CONSENT, rules.IDENTITY)


def findings(
	context: facts.OutgoingContext, recipients: Iterable[Recipient], modes: dict[str, str]
) -> list[Finding]:
	"""The findings of all checks; checks that are off do not run."""
	return [
		finding
		for name, check in checks.CHECKS.items()
		if modes.get(name) != rules.OFF
		for finding in check(context, recipients)
	]


def judge(
	context: facts.OutgoingContext, recipients: Iterable[Recipient], reason: str | None = None
) -> rules.Verdict:
	"""The verdict on the findings according to the modes in the settings."""
	modes = _modes()
	return rules.judge(findings(context, recipients, modes), modes, reason)


def judge_said(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> rules.Verdict:
	"""The verdict on what was said to someone who called or came: the channel was theirs, and so are their words."""
	modes = {check: rules.OFF for check in rules.CHECKS} | {
		check: mode for check, mode in _modes().items() if check in _OF_WHAT_WAS_SAID
	}
	return rules.judge(findings(context, recipients, modes), modes)


def _modes() -> dict[str, str]:
	"""A mode that is missing is enforced, whatever the settings have in its place."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	return {check: settings.get(field) or rules.ENFORCE for check, field in presentation.MODE_FIELDS.items()}


def require(
	context: facts.OutgoingContext, recipients: Iterable[Recipient], reason: str | None = None
) -> tuple[rules.Verdict, str | None]:
	"""Check the message; returns the user's reason for proceeding, if one was needed. Who sends it calls `register` next.

	Jobs cannot be asked for a reason, so warnings let the message pass, and the register says so.

	:param reason: the reason, if it is not in the request
	:raises OutgoingRefusedError: an enforced check has a finding
	:raises ReasonNeededError: a warning requires a reason, and there is none
	"""
	reason = (reason or "").strip() or _reason_given()
	verdict = judge(context, recipients, reason)
	if verdict.refused:
		frappe.throw(
			presentation.as_html(verdict.refused),
			exc=OutgoingRefusedError,
			title=_("Not Sent"),
			primary_action=presentation.next_step(verdict.refused, context),
		)
	if verdict.reason_needed:
		_ask_for_reason(verdict.warned, context)
	return verdict, reason if verdict.warned else None


def require_reason(
	context: facts.OutgoingContext, found: Iterable[Finding], reason: str | None
) -> tuple[rules.Verdict, str | None]:
	"""The same for what has been said already, of which nothing can be refused: each of the findings needs a reason.

	:raises ReasonNeededError: there is none
	"""
	found, reason = tuple(found), (reason or "").strip() or _reason_given()
	if found and not reason:
		_ask_for_reason(found, context)
	return rules.Verdict((), found, reason_needed=False), reason if found else None


def _ask_for_reason(found: tuple[Finding, ...], context: facts.OutgoingContext) -> None:
	if not _somebody_to_ask():
		return
	frappe.throw(
		presentation.as_html(found) + "<br><br>" + _("Give a reason to proceed."),
		exc=ReasonNeededError,
		title=_("Reason Required"),
		primary_action=presentation.next_step(found, context),
	)


def _reason_given() -> str | None:
	return ((frappe.local.form_dict or {}).get(REASON) or "").strip() or None


def _somebody_to_ask() -> bool:
	"""Whether who writes can be asked: not in a job, nor if a client triggers an automatic reply."""
	return not acting.is_unattended() and not roles.is_outside()
