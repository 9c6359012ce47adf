"""Until when a client's request about their data must be answered (P-2).

One month after receipt as shipped, and longer if it is extended. If the day is a holiday or weekend, until the next business day
closes (Regulation (EEC) No 1182/71, Article 3).
"""

from datetime import datetime, timedelta

from client_comms.rules.retention import add_months
from client_comms.rules.working_time import WorkingCalendar


def due(received: datetime, months: int, calendar: WorkingCalendar) -> datetime:
	"""The moment by which to answer, in the calendar's time zone.

	:param received: with a time zone
	:param months: whole months
	"""
	opened = calendar.next_open(received)
	day = add_months(received.astimezone(opened.tzinfo).date(), months)
	closing = calendar.closing_time(day)
	if closing is None:
		midnight = datetime(day.year, day.month, day.day, tzinfo=opened.tzinfo)
		closing = calendar.closing_time(calendar.next_open(midnight + timedelta(hours=12)).date())
	return closing
