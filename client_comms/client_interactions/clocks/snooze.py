"""A pause that ends automatically on the day that staff chose (C-4). The day is stored with the pause, in the history."""

from datetime import date, datetime

import frappe
from frappe import _

from client_comms import clock, validation
from client_comms.communication_governance import calendars
from client_comms.exceptions import ActionNotPossibleError
from client_comms.rules import response_clock


def moment(doc, until: str | datetime | date, reason: str | None) -> datetime:
	"""When the pause ends, as stored: a date without a time means when business opens on that day,
	or next, where the company has its business.

	:raises ActionNotPossibleError: it has passed
	:raises MissingDetailsError: no reason is given
	"""
	validation.require_reason(reason, _("Give a reason for snoozing: it stays in the history."))
	ends = clock.parse(until)
	if clock.is_day(until):
		calendar = calendars.for_company(doc.company)
		ends = clock.to_stored(calendar.next_open(calendar.start_of(ends.date())))
	if ends <= clock.now():
		frappe.throw(_("Choose a later day."), exc=ActionNotPossibleError, title=_("Not Possible Now"))
	return ends


def end(doc, clocks: response_clock.Clocks) -> bool:
	"""Resume the clocks if the pause is over; whether it is. The caller saves the event."""
	ends = clock.to_stored(clocks.paused_until)
	if ends is None or ends > clock.now():
		return False
	doc.append_event(response_clock.RESUMED, ends, by="Administrator")
	return True
