"""A promise to the client: the day by which they get the full answer (C-4)."""

from datetime import date, datetime

import frappe
from frappe import _
from frappe.utils import formatdate

from client_comms import clock
from client_comms.communication_governance import calendars
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold, refuse
from client_comms.rules.messages import RuleError
from client_comms.rules.working_time import CLOSE_OF_BUSINESS


def moment(doc, until: str | datetime | date | None) -> datetime | None:
	"""The time promised to the client, as stored; a date without a time means close of business on that day.

	:raises ActionNotPossibleError: business does not open on that day
	"""
	if not until:
		return None
	promised = clock.parse(until)
	if not clock.is_day(until):
		return promised
	try:
		closing = calendars.for_company(doc.company).closing_time(promised.date())
	except RuleError as refusal:
		refuse(refusal.message, title=_("Not Possible Now"), exc=ActionNotPossibleError)
	if closing is None:
		frappe.throw(
			_("{0} is not a business day. Choose another day, or enter a time as well.").format(
				bold(formatdate(promised))
			),
			exc=ActionNotPossibleError,
			title=_("Not a Business Day"),
		)
	return clock.to_stored(closing)


def proposed_day(doc) -> str:
	"""The day that the form proposes: the one on which the answer is due, but not before the next business day."""
	calendar = calendars.for_company(doc.company)
	next_day = calendar.deadline(clock.to_aware(clock.now()), 1, CLOSE_OF_BUSINESS)
	due = [next_day, *(clock.to_aware(each) for each in (doc.respond_by,) if each)]
	return str(calendar.day_of(max(due)))  # `moment` takes a day as one of the calendar
