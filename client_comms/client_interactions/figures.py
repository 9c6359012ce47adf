"""How many interactions there are for the session user to see, as the workspace shows it: each figure is a filtered list (C-3, C-4)."""

import json
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime, get_datetime_str

from client_comms import clock, compat
from client_comms.client_interactions.owed import INTERACTION
from client_comms.communication_governance import calendars
from client_comms.rules import response_clock

MANY = 1000  # beyond which counting on would take longer than it tells


def of_workspace() -> list[dict]:
	"""`[{"label", "count", "more": whether there are further ones, "late": whether a count above 0 is bad, "filters"}]`; the filters
	are those of the list that shows them."""
	return [
		{"label": label, "late": late, "filters": _of_list(filters), **_count(filters)}
		for label, late, filters in _figures()
	]


def card_due_today() -> dict:
	"""The number card, as Frappe shows it; like the figure of the workspace, without what was missed earlier today."""
	filters = _due_today()
	return {
		"value": compat.count_readable(
			INTERACTION, [[field, *_pair(each)] for field, each in filters.items()]
		),
		"fieldtype": "Int",
		"route": ["List", INTERACTION, "List"],
		"route_options": _of_list(filters),
	}


def _due_today() -> dict:
	today = [get_datetime_str(clock.now()), get_datetime_str(calendars.end_of_today())]
	return {"clock_state": response_clock.STATE_RUNNING, "next_deadline": ("between", today)}


def _pair(condition) -> tuple:
	return condition if isinstance(condition, tuple) else ("=", condition)


def _of_list(filters: dict) -> dict:
	"""The same as options of a route: a list of the desk shows a period as whole days, so that it is two conditions there."""
	return {
		field: [json.dumps([">=", condition[1][0]]), json.dumps(["<=", condition[1][1]])]
		if _pair(condition)[0] == "between"
		else condition
		for field, condition in filters.items()
	}


def _figures() -> list[tuple[str, bool, dict]]:
	now = clock.now()
	running = {"clock_state": response_clock.STATE_RUNNING}
	return [
		(_("Open Interactions"), False, {"status": ("!=", response_clock.STATUS_CLOSED)}),
		(_("Interactions Due Today"), False, _due_today()),
		(_("Overdue Interactions"), True, {**running, "next_deadline": ("<", get_datetime_str(now))}),
		(_("Waiting for Client"), False, {"status": response_clock.STATUS_WAITING}),
	]


def _count(filters: dict) -> dict:
	indexed = {field: _indexed(condition) for field, condition in filters.items()}
	found = len(frappe.get_list(INTERACTION, indexed, pluck="name", order_by=None, limit=MANY + 1))
	return {"count": min(found, MANY), "more": found > MANY}


def _indexed(condition):
	"""The same condition, so that an index is used: Frappe would wrap the column of "<", because of empty ones."""
	if isinstance(condition, tuple) and condition[0] == "<":
		return ("between", [datetime(1900, 1, 1), get_datetime(condition[1]) - timedelta(microseconds=1)])
	return condition
