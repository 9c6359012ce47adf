"""The scorecard of a period: each clause with its state, the deciding rule, its controls and its figures (R-3).

Figures count everything on the site: a clause has the same state for a manager who can read no record as for the officer. The lists
behind them show what the reader can read.
"""

from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate

from client_comms import clock, transactions
from client_comms.acting import as_the_app
from client_comms.i18n import plain
from client_comms.rules import periods
from client_comms.rules import scorecard as rules
from client_comms.scorecard.clauses import CLAUSES
from client_comms.scorecard.counting import counting

DAYS = 30
SNAPSHOT = "Scorecard Snapshot"
_CACHE = "client_comms_scorecard"
_CACHED_SECONDS = 300


def period(since=None, until=None) -> tuple[datetime, datetime]:
	"""The first and the last moment of a period; by default the last 30 days.

	:raises frappe.ValidationError: it ends before it starts
	"""
	until = clock.end_of(clock.parse_day(until) if until else clock.now())
	since = clock.parse_day(since) if since else getdate(until) - timedelta(days=DAYS - 1)
	since = get_datetime(since)
	if since > until:
		frappe.throw(_("The period ends before it starts. Choose a later end."), title=_("Invalid Period"))
	return since, until


def of(since=None, until=None) -> dict:
	"""The scorecard, as the session user is shown it.

	:param since: first day, and `until` last day, in the site's time zone
	:returns: `{"since", "until", "clauses": [{"clause", "title", "state", "rule", "controls": [{"name",
	    "state", "message", "route"}], "figures": [{"name", "unit", "value", "before", "state", "message",
	    "doctype", "filters", "can_open"}]}]}`; `can_open` is whether they can read the list behind it
	"""
	since, until = period(since, until)
	figures = _figures(since, until)
	clauses = []
	for code, clause in CLAUSES.items():
		controls = [(control, control.state()) for control in clause.controls]
		shown = figures[code]
		states = [state for _control, state in controls] + [state for *_rest, state in shown if state]
		decisive = rules.worst(states)
		clauses.append(
			{
				"clause": code,
				"title": _(clause.title),
				"state": decisive.colour,
				"rule": plain(decisive.message),
				"controls": [
					{
						"name": _(control.label),
						"state": state.colour,
						"message": plain(state.message),
						"route": list(control.route),
					}
					for control, state in controls
				],
				"figures": [
					_shown(figure, value, before, state, since, until)
					for figure, value, before, state in shown
				],
			}
		)
	return {"since": str(since.date()), "until": str(until.date()), "clauses": clauses}


def _figures(since: datetime, until: datetime) -> dict:
	"""Clause → (figure, value, value before, state); counted at most every few minutes. What is about today has no value before."""
	key = f"{_CACHE}|{since}|{until}"
	values = frappe.cache.get_value(key, expires=True)
	if values is None:
		with as_the_app():
			values = _counted(since, until)
		frappe.cache.set_value(key, values, expires_in_sec=_CACHED_SECONDS)
	return {
		code: [
			(figure, value, before, figure.target.state(value) if value is not None else None)
			for figure, (value, before) in zip(clause.figures, counted, strict=True)
		]
		for (code, clause), counted in zip(CLAUSES.items(), values, strict=True)
	}


def _counted(since: datetime, until: datetime) -> list[list[tuple]]:
	second = timedelta(seconds=1)
	earlier = (since - (until - since) - second, since - second)
	count = counting(
		each
		for clause in CLAUSES.values()
		for figure in clause.figures
		for when in ((since, until), earlier)
		for each in figure.counted(*when)
	)
	return [
		[
			(
				figure.value(since, until, count),
				figure.value(*earlier, count) if figure.can_be_compared((since, until), earlier) else None,
			)
			for figure in clause.figures
		]
		for clause in CLAUSES.values()
	]


def _shown(figure, value, before, state, since, until) -> dict:
	return {
		"name": _(figure.label),
		"unit": "%" if figure.of else "",
		"value": value,
		"before": before,
		"state": state and state.colour,
		"message": state and plain(state.message),
		"doctype": figure.doctype,
		"filters": [_as_json(figure.doctype, *condition) for condition in figure.rows(since, until)],
		"can_open": bool(frappe.has_permission(figure.doctype, "read")),
	}


def _as_json(doctype: str, *condition) -> list:
	"""A condition of a list; one of a row names the DocType of the row itself."""
	*of_row, field, operator, value = condition
	value = [str(part) for part in value] if isinstance(value, list) else str(value)
	return [*(of_row or [doctype]), field, operator, value]


def take_snapshot(since=None, until=None):
	"""Store the scorecard of a period as the session user is shown it; returns the snapshot."""
	found = of(since, until)
	counts = {
		colour: sum(each["state"] == colour for each in found["clauses"])
		for colour in (rules.GREEN, rules.AMBER, rules.RED)
	}
	return frappe.get_doc(
		{
			"doctype": SNAPSHOT,
			"from_date": found["since"],
			"to_date": found["until"],
			"taken_on": clock.now(),
			"taken_by": frappe.session.user,
			"green": counts[rules.GREEN],
			"amber": counts[rules.AMBER],
			"red": counts[rules.RED],
			"card": frappe.as_json(found),
		}
	).insert(ignore_permissions=True)


def take_monthly() -> None:
	"""Daily: store the snapshot of the previous month, and of those before that were missed, so that auditors can see the last year.
	Repeatable; one that cannot be taken is tried again each day, and does not hold back the others. The controls of one that was missed are those
	of the day on which it is taken."""
	taken = frappe.get_all(SNAPSHOT, {"taken_by": "Administrator"}, ["from_date", "to_date"], as_list=True)
	for begin, end in periods.missed("Monthly", taken, getdate(clock.now())):
		with transactions.step(f"The scorecard of {begin} to {end} could not be stored"):
			take_snapshot(begin, end)
