"""The gate: what goes out to a client or a third party is checked here, whichever way it goes (C-2, P-1 to P-3).

Every email passes as a row of the Email Queue, once when it is queued and again when it is sent, because consent may
end in between. `conversations` and `text_messages` bring what goes no such way. The rule is `rules.outgoing`; this
module tells it who is who, applies the modes of Client Comms Settings, and writes the disclosure register.
"""

from collections.abc import Iterable

import frappe
from frappe import _

from client_comms import acting
from client_comms.exceptions import OutgoingRefusedError, ReasonNeededError
from client_comms.outgoing import checks, facts, presentation
from client_comms.rules import outgoing as rules
from client_comms.rules.outgoing import Finding, Recipient

REASON = "outgoing_reason"  # the parameter of a request that carries the reason for going ahead


def findings(
	context: facts.OutgoingContext, recipients: Iterable[Recipient], modes: dict[str, str]
) -> list[Finding]:
	"""Everything that the checks find wanting; those that are off do not look."""
	return [
		finding
		for name, check in checks.CHECKS.items()
		if modes.get(name) != rules.OFF
		for finding in check(context, recipients)
	]


def judge(
	context: facts.OutgoingContext, recipients: Iterable[Recipient], reason: str | None = None
) -> rules.Verdict:
	"""The findings under the modes of the settings."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	modes = {
		check: settings.get(field) for check, field in presentation.MODE_FIELDS.items() if settings.get(field)
	}
	return rules.judge(findings(context, recipients, modes), modes, reason)


def require(
	context: facts.OutgoingContext, recipients: Iterable[Recipient], reason: str | None = None
) -> tuple[rules.Verdict, str | None]:
	"""The verdict, or a refusal; the reason that a person gave for going ahead, if one was needed.

	Where nobody can be asked, in jobs, what is merely warned about passes; the register says so.

	:param reason: where it does not come with the request
	:raises OutgoingRefusedError: an enforced check found something wanting
	:raises ReasonNeededError: a warning asks for a reason, and there is none
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
	if verdict.reason_needed and _somebody_to_ask():
		frappe.throw(
			presentation.as_html(verdict.warned) + "<br><br>" + _("Give a reason to proceed."),
			exc=ReasonNeededError,
			title=_("Reason Required"),
			primary_action=presentation.next_step(verdict.warned, context),
		)
	return verdict, reason if verdict.warned else None


def _reason_given() -> str | None:
	return ((frappe.local.form_dict or {}).get(REASON) or "").strip() or None


def _somebody_to_ask() -> bool:
	"""Staff at a desk: neither a job, nor a client who sets off an automatic reply."""
	return (
		not acting.is_unattended()
		and frappe.get_cached_value("User", frappe.session.user, "user_type") == "System User"
	)
