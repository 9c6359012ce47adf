"""Notifies users of deadlines: before they are due, when they are missed, and step by step afterwards (C-3, C-4, R-2).

`rules.escalation` decides what is due; the settings contain the steps; only users who can read an interaction are
notified, and only with its name.
"""

import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from client_comms import alerts, clock, transactions
from client_comms.client_interactions import action_items
from client_comms.client_interactions.clocks import snooze
from client_comms.communication_governance import calendars
from client_comms.enforcement import interactions, policy
from client_comms.i18n import speaking_to
from client_comms.rules import business_hours, escalation, response_clock
from client_comms.rules.quiet_hours import QuietHours

NOTIFICATION, EMAIL, TODO = "notification", "email", "todo"
_HOUR, _DAY = 3600, 86_400
_FAILED = "client_comms_could_not_tell"


def current() -> escalation.EscalationPolicy:
	"""The escalation settings as input for the rules."""
	settings = frappe.get_cached_doc("Client Comms Settings")
	return escalation.EscalationPolicy(
		warning_share=(settings.warning_share or 0) / 100,
		steps=tuple(
			escalation.Step(
				key, row.after_working_hours * _HOUR, None if row.clock == "All" else row.clock.lower()
			)
			for key, row in _steps().items()
		),
		quiet=_quiet_hours(settings),
	)


def _steps() -> dict[str, object]:
	return {
		escalation.key_of(row): row for row in frappe.get_cached_doc("Client Comms Settings").escalation_steps
	}


def _quiet_hours(settings) -> QuietHours | None:
	if alerts.are_muted() or settings.quiet_from is None or settings.quiet_until is None:
		return None
	return QuietHours(
		business_hours.as_time(settings.quiet_from), business_hours.as_time(settings.quiet_until)
	)


def plan(doc, clocks: response_clock.Clocks) -> escalation.Plan:
	"""What is due for an interaction now and not yet recorded in its events, and when more will be due."""
	done = {row.action_key for row in doc.events if row.action_key}
	planned = escalation.plan(
		clocks, current(), calendars.for_company(doc.company), done, clock.to_aware(clock.now())
	)
	# While the clocks are paused, nothing else is due.
	ends = snooze.until(doc, clocks)
	return replace(planned, next_moment=clock.to_aware(ends)) if ends else planned


def carry_out(doc, clocks: response_clock.Clocks, actions: Iterable[escalation.Action]) -> set[str]:
	"""Write one event for each action, then notify users: each of them once per deadline and notification method.

	If a notification fails (for example without an outgoing email account), the error is logged and the breach remains.

	:returns: the users with new notifications, for `alerts.show`
	"""
	with policy.holding(doc.name):  # nothing here changes who can read the record
		return _carry_out(doc, clocks, actions)


def _carry_out(doc, clocks: response_clock.Clocks, actions: Iterable[escalation.Action]) -> set[str]:
	told: dict[tuple[str, str, str], set[str]] = {}
	for action in actions:
		due = f"{action.clock.name} {clock.to_stored(action.clock.due)}"
		ways, users = ((), []) if alerts.are_muted() else _recipients(doc, action)
		for way in ways:
			told.setdefault((action.kind, action.clock.name, way), set()).update(users)
		note = due if action.kind == escalation.BREACHED else f"{due} → {', '.join(users) or '–'}"
		doc.append_event(action.kind, clock.now(), note, by="Administrator", action_key=action.key)
	# What is recorded about deadlines does not move the clocks.
	doc.save_events(clocks, plan(doc, clocks))
	for (kind, clock_name, way), users in told.items():
		_tell(doc, partial(_sentence, kind, clock_name), way, sorted(users))
	return set().union(*(users for (_kind, _clock, way), users in told.items() if way == NOTIFICATION))


def _recipients(doc, action: escalation.Action) -> tuple[tuple[str, ...], list[str]]:
	"""Whom to notify by which method."""
	if action.kind == escalation.BREACHED:
		return (), []
	if action.kind == escalation.WARNED:
		users = [doc.responsible_staff] if doc.responsible_staff else alerts.managers()
		return (NOTIFICATION,), interactions.readers(doc, users)
	row = _steps()[action.step.key]
	ways = tuple(way for way in (NOTIFICATION, EMAIL, TODO) if row.get(way))
	return ways, interactions.readers(doc, _people(doc, row))


def _people(doc, row) -> Iterable[str | None]:
	if row.to == "Role":
		return alerts.users_with_role(row.role)
	if row.to == "User":
		return [row.user]
	if row.to == "Account Manager":
		return [policy.account_manager(doc.party_type, doc.party)]
	return [doc.responsible_staff]


def _sentence(kind: str, clock_name: str) -> str:
	if kind == escalation.WARNED:
		return {
			"acknowledge": _("Acknowledgement due soon: {0}"),
			"respond": _("Answer due soon: {0}"),
			"promise": _("Promised answer due soon: {0}"),
		}[clock_name]
	return {
		"acknowledge": _("Acknowledgement overdue: {0}"),
		"respond": _("Answer overdue: {0}"),
		"promise": _("Promised answer overdue: {0}"),
	}[clock_name]


def _tell(doc, sentence: Callable[[], str], way: str, users: list[str]) -> None:
	"""Notify each user in their own language; `sentence` returns the text in the current language."""
	if not users:
		return
	with transactions.part(raising=(frappe.QueryTimeoutError,)) as part:
		if way == NOTIFICATION:
			alerts.post(users, lambda: sentence().format(doc.name), doc.doctype, doc.name)
		elif way == EMAIL:
			alerts.send(doc, users, sentence)
		else:
			for user in users:
				with speaking_to(user):
					action_items.remind(doc, user, sentence().format(get_link_to_form(doc.doctype, doc.name)))
	if part.error:
		_log_failure(doc, part.error)


def _log_failure(doc, error: Exception) -> None:
	"""Log once a day: without an outgoing email account, the error is the same for every record."""
	if frappe.cache.get_value(_FAILED, expires=True):
		return
	frappe.cache.set_value(_FAILED, 1, expires_in_sec=_DAY)
	frappe.log_error(
		title=_("Some users could not be notified of a deadline"),
		message="".join(traceback.format_exception(error)),
		reference_doctype=doc.doctype,
		reference_name=doc.name,
	)
