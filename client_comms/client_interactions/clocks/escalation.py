"""Notifies users of deadlines: before they are due, when they are missed, and step by step afterwards (C-3, C-4, R-2).

`rules.escalation` decides what is due; the settings contain the steps; only users who can read an interaction are
notified.
"""

import traceback
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from hashlib import sha256

import frappe
from frappe import _
from frappe.utils import escape_html, get_link_to_form

from client_comms import alerts, clock, transactions
from client_comms.client_interactions import action_items, notice_words
from client_comms.communication_governance import calendars
from client_comms.enforcement import interactions, policy
from client_comms.i18n import speaking_to
from client_comms.roles import users_with_role
from client_comms.rules import business_hours, escalation, response_clock
from client_comms.rules.quiet_hours import QuietHours

NOTIFICATION, EMAIL, TODO = "notification", "email", "todo"
_HOUR = 3600
_FAILED = "client_comms_could_not_tell"
# Method → (kind of action, clock) → users
_Told = dict[str, dict[tuple[str, response_clock.Clock], set[str]]]


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
	return replace(planned, next_moment=clocks.paused_until) if clocks.paused_until else planned


def carry_out(doc, clocks: response_clock.Clocks, actions: Iterable[escalation.Action]) -> set[str]:
	"""Write one event for each action, then notify users: each of them once per deadline and notification method.

	If a notification fails (for example without an outgoing email account), the error is logged and the breach remains.

	:returns: the users with new notifications, for `alerts.show`
	"""
	with policy.holding(doc.name):  # nothing here changes who can read the record
		return _carry_out(doc, clocks, actions)


def _carry_out(doc, clocks: response_clock.Clocks, actions: Iterable[escalation.Action]) -> set[str]:
	told: _Told = {}
	for action, ways, users in _recipients(doc, actions):
		due = f"{action.clock.name} {clock.to_stored(action.clock.due)}"
		for way in ways if users else ():
			told.setdefault(way, {}).setdefault((action.kind, action.clock), set()).update(users)
		note = due if action.kind == escalation.BREACHED else f"{due} → {', '.join(users) or '–'}"
		doc.append_event(action.kind, clock.now(), note, by="Administrator", action_key=action.key)
	# What is recorded about deadlines does not move the clocks.
	doc.save_events(clocks, plan(doc, clocks))
	_tell(doc, told)
	return set().union(*told.get(NOTIFICATION, {}).values())


def _recipients(
	doc, actions: Iterable[escalation.Action]
) -> list[tuple[escalation.Action, tuple[str, ...], list[str]]]:
	"""Each action, and whom to notify of it by which methods; who can read the interaction is asked once for all."""
	if alerts.are_muted():
		return [(action, (), []) for action in actions]
	meant = [(action, *_meant(doc, action)) for action in actions]
	users = _enabled(set().union(*(users for _action, _ways, users in meant)))
	readers = interactions.readers_among(doc, users)
	return [(action, ways, [user for user in readers if user in users]) for action, ways, users in meant]


def _meant(doc, action: escalation.Action) -> tuple[tuple[str, ...], set[str | None]]:
	"""The methods, and the users, whether or not they can read the interaction."""
	if action.kind == escalation.BREACHED:
		return (), set()
	if action.kind == escalation.WARNED:
		return (NOTIFICATION,), {doc.responsible_staff} if doc.responsible_staff else _managers()
	row = _steps()[action.step.key]
	ways, users = tuple(way for way in (NOTIFICATION, EMAIL, TODO) if row.get(way)), set(_people(doc, row))
	return ways, users if _enabled(users) else _managers()  # a step comes once


def _people(doc, row) -> Iterable[str | None]:
	if row.to == "Role":
		return _holders(row.role)
	if row.to == "User":
		return [row.user]
	if row.to == "Account Manager":
		return [policy.account_manager(doc.party_type, doc.party)]
	return [doc.responsible_staff]


def _managers() -> set[str]:
	return _holders(frappe.get_cached_doc("Client Comms Settings").manager_role)


def _holders(role: str) -> set[str]:
	"""Enabled users with the role; they are the same for all records of a chunk."""
	return transactions.once(f"client_comms_holders|{role}", partial(users_with_role, role))


def _enabled(users: set[str | None]) -> list[str]:
	known = sorted(filter(None, users))
	return transactions.once(f"client_comms_enabled|{' '.join(known)}", partial(interactions.enabled, known))


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


def _tell(doc, told: _Told) -> None:
	"""Notify each user in their own language. One method that fails, or one email, does not take the others back."""
	if posts := told.get(NOTIFICATION):
		subjects = [(users, partial(_in_full, doc, *about)) for about, users in posts.items()]
		_try(doc, partial(alerts.post, subjects, doc.doctype, doc.name))
	for about, users in told.get(EMAIL, {}).items():
		_try(doc, partial(notice_words.email, doc, users, partial(_in_full, doc, *about)))
	if TODO in told:
		_try(doc, partial(_remind, doc, told[TODO]))


def _try(doc, notify: Callable[[], None]) -> None:
	# If the database fails, such as for lack of space, the record is tried again as a whole: nothing would make up for a to-do.
	with transactions.part(raising=(frappe.QueryTimeoutError, frappe.db.OperationalError)) as part:
		notify()
	if part.error:
		_log_failure(doc, part.error)


def _in_full(doc, kind: str, due: response_clock.Clock, with_content: bool = True) -> str:
	"""What is overdue or due soon, by how much, and whose it is."""
	return _sentence(kind, due.name).format(notice_words.situation(doc, due.due, with_content))


def _remind(doc, told: dict[tuple[str, response_clock.Clock], set[str]]) -> None:
	"""One to-do for each user, of the last deadline of those that are due at once. It stays, so it does not say how late it is."""
	latest = {user: about for about, users in told.items() for user in users}
	for user, (kind, due) in sorted(latest.items(), key=lambda each: each[0]):
		with speaking_to(user):
			link = get_link_to_form(doc.doctype, doc.name)
			named = f"{link} ({escape_html(alerts.of_client(doc))})"
			action_items.remind(doc, user, _sentence(kind, due.name).format(named))


def _log_failure(doc, error: Exception) -> None:
	"""Log each error once a day: without an outgoing email account, it is the same for every record."""
	said = f"{type(error).__qualname__}: {str(error).replace(doc.name, '')}"
	if clock.is_first_in_a_day(f"{_FAILED}:{sha256(said.encode()).hexdigest()}"):
		frappe.log_error(
			title=_("Some users could not be notified of a deadline"),
			message="".join(traceback.format_exception(error)),
			reference_doctype=doc.doctype,
			reference_name=doc.name,
		)
