"""A deadline in words, the same wherever it is shown: "Fri 17:00, 1 business day left"."""

from datetime import datetime, timedelta

from frappe import _
from frappe.utils import format_datetime

from client_comms import clock
from client_comms.communication_governance import calendars
from client_comms.i18n import day_number
from client_comms.rules import time_left as rules

# Within a week the weekday names the day.
_THIS_WEEK = timedelta(days=6)


def due_words(due: datetime | str, company: str | None) -> str:
	"""A deadline with the time left, or how late it is, in the session user's language and time zone.

	:param due: as stored
	:param company: whose business days count
	"""
	now = clock.to_aware(clock.now())
	at = clock.to_aware(due)
	left = rules.time_left(calendars.for_company(company), now, at)
	return f"{moment_words(at, now)}, {left_words(left)}"


def moment_words(at: datetime, now: datetime | None = None) -> str:
	"""An aware datetime: "Fri 17:00" within a week of `now`, otherwise "Fri 4 Dec, 17:00"."""
	zone = clock.user_zone()
	soon = now and abs(at.astimezone(zone).date() - now.astimezone(zone).date()) <= _THIS_WEEK
	pattern = "EEE HH:mm" if soon else f"EEE {day_number()} MMM, HH:mm"
	return format_datetime(at.astimezone(zone).replace(tzinfo=None), pattern)


def left_words(left: rules.TimeLeft) -> str:
	one = left.count == 1
	if left.late:
		words = {
			rules.BUSINESS_DAYS: _("1 business day late") if one else _("{0} business days late"),
			rules.HOURS: _("1 hour late") if one else _("{0} hours late"),
			rules.MINUTES: _("1 minute late") if one else _("{0} minutes late"),
		}
	else:
		words = {
			rules.BUSINESS_DAYS: _("1 business day left") if one else _("{0} business days left"),
			rules.HOURS: _("1 hour left") if one else _("{0} hours left"),
			rules.MINUTES: _("1 minute left") if one else _("{0} minutes left"),
		}
	return words[left.unit].format(left.count)
