"""The scorecard of a period: each clause with its state, the deciding rule, its controls and its figures (R-3)."""

from datetime import datetime, timedelta
from hashlib import sha256

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate

from client_comms import clock
from client_comms.client_interactions.owed import end_of
from client_comms.enforcement import policy
from client_comms.i18n import plain
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
	until = end_of(clock.parse_day(until) if until else clock.now())
	since = clock.parse_day(since) if since else getdate(until) - timedelta(days=DAYS - 1)
	since = get_datetime(since)
	if since > until:
		frappe.throw(_("The period ends before it starts. Choose a later end."), title=_("Invalid Period"))
	return since, until


def of(since=None, until=None) -> dict:
	"""The scorecard that the session user can see.

	:param since: first day, and `until` last day, in the site's time zone
	:returns: `{"since", "until", "clauses": [{"clause", "title", "state", "rule", "controls": [{"name",
	    "state", "message", "route"}], "figures": [{"name", "unit", "value", "before", "state", "message",
	    "doctype", "filters"}]}]}`
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
	"""Clause → (figure, value, value before, state); counted at most every few minutes per reader. What is about today has no value before."""
	# What a reader can count depends on the policy and their roles.
	open_to = (policy.state(), sorted(frappe.get_roles()))
	key = f"{_CACHE}|{frappe.session.user}|{since}|{until}|{sha256(repr(open_to).encode()).hexdigest()}"
	values = frappe.cache.get_value(key, expires=True)
	if values is None:
		length = until - since
		earlier = (since - length, since - timedelta(seconds=1))
		open_ones = [clause for clause in CLAUSES.values() if _may_count(clause)]
		count = counting(
			each
			for clause in open_ones
			for figure in clause.figures
			for when in ((since, until), earlier)
			for each in figure.counted(*when)
		)
		values = [
			[
				(
					figure.value(since, until, count),
					figure.value(*earlier, count)
					if figure.can_be_compared((since, until), earlier)
					else None,
				)
				for figure in clause.figures
			]
			if clause in open_ones
			else [(None, None)] * len(clause.figures)
			for clause in CLAUSES.values()
		]
		frappe.cache.set_value(key, values, expires_in_sec=_CACHED_SECONDS)
	return {
		code: [
			(figure, value, before, figure.target.state(value) if value is not None else None)
			for figure, (value, before) in zip(clause.figures, counted, strict=True)
		]
		for (code, clause), counted in zip(CLAUSES.items(), values, strict=True)
	}


def _may_count(clause) -> bool:
	return all(frappe.has_permission(figure.doctype, "read") for figure in clause.figures)


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
	}


def _as_json(doctype: str, *condition) -> list:
	"""A condition of a list; one of a row names the DocType of the row itself."""
	*of_row, field, operator, value = condition
	value = [str(part) for part in value] if isinstance(value, list) else str(value)
	return [*(of_row or [doctype]), field, operator, value]


def take_snapshot(since=None, until=None):
	"""Store the scorecard of a period as the session user sees it; returns the snapshot."""
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
	"""Daily: store the snapshot of the previous month, so that auditors can see the last year. Repeatable."""
	end = getdate(clock.now()).replace(day=1) - timedelta(days=1)
	begin = end.replace(day=1)
	if not frappe.db.exists(SNAPSHOT, {"from_date": begin, "to_date": end, "taken_by": "Administrator"}):
		take_snapshot(begin, end)
