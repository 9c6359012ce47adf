"""Whether the holidays of a response calendar are known as long as deadlines last that begin today (C-3, C-4)."""

from datetime import date, timedelta
from itertools import chain

import frappe
from frappe import _
from frappe.utils import flt, formatdate, getdate

from client_comms import clock
from client_comms.communication_governance import calendars, matrix
from client_comms.filters import one_of
from client_comms.rules import holiday_coverage

# The next list has to be chosen while there is time for it, however short the deadlines are.
NOTICE = timedelta(days=30)
_DAYS = ("acknowledge_within_days", "respond_within_days")


def known_until(doc, changed=None) -> date | None:
	"""Until when the holidays of a Response Calendar are known without a gap; None if they are not today.

	:param changed: one of its Holiday Lists as it is in a form
	"""
	return holiday_coverage.known_until(_spans(doc, changed), clock.now().date())


def missing(doc, changed=None) -> str:
	"""What is missing from the holidays of a Response Calendar with lists, and what to do, as plain text; empty if nothing is."""
	spans = _spans(doc, changed)
	if not spans:
		return ""
	until = known_until(doc, changed)
	if until and until >= _needed_until(doc, changed):
		return ""
	today = clock.now().date()
	begins = holiday_coverage.begins_after(spans, today)
	if not until and begins:
		return _(
			"The holidays of {0} are known only from {1} on: those before count as business days, and deadlines missed for that stay missed. Add the list of this year under Further Holiday Lists."
		).format(doc.name, formatdate(begins))
	last = until or max(last for _first, last in spans)
	named = ", ".join(each.name for each in calendars.holiday_lists(doc, changed))
	return _(
		"The holidays of {0} are known only until {1} ({2}): later ones count as business days. Add the next list under Further Holiday Lists and keep the one of this year, or extend it."
	).format(doc.name, formatdate(last), named)


def _spans(doc, changed) -> list[holiday_coverage.Span]:
	return [
		(getdate(each.from_date), getdate(each.to_date))
		for each in calendars.holiday_lists(doc, changed)
		if each.from_date and each.to_date
	]


def _needed_until(doc, changed) -> date:
	"""The end of the longest deadline that begins now."""
	now = clock.now()
	in_force = {
		"parent": one_of(matrix.in_force_everywhere(now)),
		"parenttype": "Communication Matrix",
	}
	rows = chain.from_iterable(
		frappe.get_all(child, in_force, [*_DAYS], as_list=True, order_by=None)
		for child in ("Communication Matrix Rule", "Communication Matrix Priority")
	)
	longest = max((flt(days) for row in rows for days in row), default=0)
	due = calendars.build(doc, changed).deadline(clock.to_aware(now), longest)
	return max(clock.to_stored(due).date(), now.date() + NOTICE)
