"""Figures of the scorecard: counts and percentages of documents that the reader can read, with the list behind each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import frappe

from client_comms import clock, compat
from client_comms.client_interactions import reporting
from client_comms.clients import preferences
from client_comms.rules.scorecard import Target

INTERACTION = "Client Interaction"
ITEM = "Interaction Action Item"

Filters = list[list]
Count = Callable[[str, Filters], int]


@dataclass(frozen=True, slots=True)
class Figure:
	"""A number of documents, or with `of` a percentage.

	:param label: a text to translate
	:param rows: the filters of what is counted, for a period: `[field, operator, value]`, of a row of a table
	    `[DocType of the row, field, operator, value]`
	:param of: the filters of the whole, in the same format; None: the number itself
	:param present: what documents are now, such as overdue, decides, so there is no figure of an earlier period
	"""

	label: str
	doctype: str
	rows: Callable[[datetime, datetime], Filters]
	target: Target
	of: Callable[[datetime, datetime], Filters] | None = None
	present: bool = False

	def can_be_compared(self, *periods: tuple[datetime, datetime]) -> bool:
		"""Whether it says something about each of the periods; what ignores them is about today."""
		counted = [self.counted(*period) for period in periods]
		return not self.present and (not any(counted) or counted.count(counted[0]) == 1)

	def value(self, since: datetime, until: datetime, count: Count = compat.count_readable) -> float | None:
		"""None if there is nothing to compute a percentage of.

		:param count: how many documents of a DocType the session user can read that meet filters
		"""
		if self.of is None:
			return count(self.doctype, self.rows(since, until))
		whole = count(self.doctype, self.of(since, until))
		if not whole:
			return None
		return round(100 * count(self.doctype, self.rows(since, until)) / whole, 1)

	def counted(self, since: datetime, until: datetime) -> list[tuple[str, Filters]]:
		"""What `value` counts: DocTypes and filters."""
		return [(self.doctype, rows(since, until)) for rows in (self.rows, self.of) if rows]


class ClientsWithPreference(Figure):
	"""The share of the clients with an interaction in the period that have a preference on record by now (C-1).

	`rows` are the preferences. Counted among the interactions that the session user can read.
	"""

	__slots__ = ()

	def counted(self, since: datetime, until: datetime) -> list[tuple[str, Filters]]:
		return []

	def value(self, since: datetime, until: datetime, count: Count = compat.count_readable) -> float | None:
		active = reporting.clients_met([("occurred_on", "between", (since, until))])
		if not active:
			return None
		return round(100 - 100 * len(preferences.missing_of(active)) / len(active), 1)


def interactions(*conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Interactions of the period that meet conditions."""
	return lambda since, until: [["occurred_on", "between", [since, until]], *map(list, conditions)]


def dated(field: str, *conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Documents with a date or time in the period that meet conditions."""
	return lambda since, until: [[field, "between", [since, until]], *map(list, conditions)]


def now(*conditions: list) -> Callable[[datetime, datetime], Filters]:
	"""Documents that meet conditions, regardless of the period."""
	return lambda since, until: [*map(list, conditions)]


# --- figures of single clauses ---------------------------------------------------------------------


def items_past_due(since: datetime, until: datetime) -> Filters:
	"""Interactions with an open action item that should be done by now; each counts once for each item (F-2)."""
	return [
		[ITEM, "status", "=", "Open"],
		[ITEM, "due_on", "is", "set"],
		[ITEM, "due_on", "<", clock.now().date()],
	]


def items_without_user(since: datetime, until: datetime) -> Filters:
	"""The same for open action items that are assigned to no user, or to one who is disabled (F-2)."""
	item, user = frappe.qb.DocType(ITEM), frappe.qb.DocType("User")
	assigned = frappe.qb.from_(item).join(user).on(item.assigned_to == user.name).select(user.name).distinct()
	disabled = assigned.where((item.status == "Open") & (user.enabled == 0)).orderby(user.name)
	users = disabled.run(pluck=True)
	# A list in the desk drops "in" if there is only the empty name.
	condition = ["in", ["", *users]] if users else ["is", "not set"]
	return [[ITEM, "status", "=", "Open"], [ITEM, "assigned_to", *condition]]


def sent_where_identity_counts(since: datetime, until: datetime) -> Filters:
	"""What was sent at levels that require a confirmed identity (P-1)."""
	levels = frappe.get_all(
		"Confidentiality Level", {"require_identity_verification": 1}, pluck="name", order_by="name"
	)
	# An empty list would find what has no level.
	at_these = ["confidentiality_level", "in", levels] if levels else ["name", "is", "not set"]
	return dated("disclosed_on", ["outcome", "=", "Sent"], at_these)(since, until)


def sent_unchecked(since: datetime, until: datetime) -> Filters:
	"""Of it, what was sent despite a warning. What needs no check, such as an acknowledgement, has no reason (P-1)."""
	return [
		*sent_where_identity_counts(since, until),
		["identity_verification", "is", "not set"],
		["reason", "is", "set"],
	]
