"""The only place where the app reads the time and converts between stored and aware datetimes.

Frappe stores naive datetimes in the site's time zone; the rules use aware ones. Everything in the app
that needs the current time calls `now()`, so that a demonstration or a test can move it.
"""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import frappe
from dateutil import parser
from frappe import _
from frappe.utils import cstr, escape_html, get_datetime, now_datetime
from frappe.utils.data import get_system_timezone

from client_comms.flags import flagged

_MOVED = "client_comms_now"
# How far the clock of a user's computer, from which forms take the time, can be ahead.
_FAST = timedelta(minutes=5)
# Frappe reads more: what names no year, month or day ("1", "May", "17:00") it completes with those of today.
_WHOLE_DAY = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2}|\d{8})(?!\d)")


def now() -> datetime:
	"""The current time as Frappe stores it: naive, in the site's time zone, without microseconds."""
	return frappe.flags.get(_MOVED) or now_datetime().replace(microsecond=0)


def moved_to(moment: datetime):
	"""Set the app's current time to `moment` (naive, site time zone) inside the block."""
	return flagged(_MOVED, get_datetime(moment).replace(microsecond=0))


def is_first_in_a_day(key: str) -> bool:
	"""Whether no process of the site has asked this of the key for a day."""
	if frappe.cache.get_value(key, expires=True):
		return False
	frappe.cache.set_value(key, 1, expires_in_sec=24 * 60 * 60)
	return True


def site_zone() -> ZoneInfo:
	return ZoneInfo(get_system_timezone())


def user_zone(user: str | None = None) -> ZoneInfo:
	"""The time zone in which the desk shows times to a user; the session user unless one is named."""
	zone = frappe.get_cached_value("User", user or frappe.session.user, "time_zone")
	return ZoneInfo(zone) if zone else site_zone()


def day_for(stored: datetime, user: str | None = None) -> date:
	"""The day on which a stored moment is, as the desk shows it to a user."""
	return to_aware(stored).astimezone(user_zone(user)).date()


def _bold(value: object) -> str:
	# nosemgrep: frappe-bold (this is escaped; i18n imports this module)
	return frappe.bold(escape_html(cstr(value)))


def begins_with_day(value: object) -> bool:
	"""Whether a text begins with a whole day, year first, as in ISO 8601."""
	return bool(_WHOLE_DAY.match(cstr(value)))


def _read(value: date | datetime | str) -> datetime:
	"""
	:raises ValueError: it is not a date, or a part of one
	"""
	if isinstance(value, str) and not begins_with_day(value):
		raise ValueError(value)
	return get_datetime(value)


def parse(value: datetime | date | str) -> datetime:
	"""A datetime sent by a user or an integration, as stored.

	:param value: with an offset, such as `2026-11-30T12:00:00Z`, or without one in the site's time zone; a text names the day first
	:raises frappe.ValidationError: it is not a date and time
	"""
	try:
		moment = _read(value)
		# The first and the last moments there are have no time in some zones.
		moment = to_stored(moment) if moment.tzinfo else moment.replace(microsecond=0)
	except (ValueError, OverflowError, TypeError, AttributeError):
		frappe.throw(
			_("{0} is not a date and time. Enter it like 2026-11-30 17:00.").format(_bold(value)),
			title=_("Not a Date and Time"),
		)
	return moment


def is_day(value: date | str) -> bool:
	"""Whether a value for `parse` is a date without a time."""
	if not isinstance(value, str):
		return not isinstance(value, datetime)
	# Missing parts are taken from the default.
	one, other = (parser.parse(value, default=datetime(2000, 1, 1, hour)).hour for hour in (1, 2))
	return one != other


def parse_day(value: date | str) -> date:
	"""A date sent by a user or an integration.

	:raises frappe.ValidationError: it is not a date
	"""
	try:
		return _read(value).date()
	except (ValueError, OverflowError, TypeError, AttributeError):
		frappe.throw(
			_("{0} is not a date. Enter it like 2026-11-30.").format(_bold(value)),
			title=_("Not a Date"),
		)


def end_of(day: date | str) -> datetime:
	"""The last moment of a day, as stored.

	:raises frappe.ValidationError: it is not a day
	"""
	return datetime.combine(parse_day(day), time(23, 59, 59))


def parse_end(value: datetime | date | str) -> datetime:
	"""Until when something lasts, sent by a user or an integration, as stored: a day without a time lasts to its end.

	:raises frappe.ValidationError: it is not a date and time
	"""
	moment = parse(value)
	return end_of(moment) if is_day(value) else moment


def to_aware(stored: datetime | str) -> datetime:
	"""A stored (naive, site time zone) datetime as an aware one."""
	return get_datetime(stored).replace(tzinfo=site_zone())


def to_stored(moment: datetime | None) -> datetime | None:
	"""An aware datetime as Frappe stores it; None stays None."""
	return moment and moment.astimezone(site_zone()).replace(tzinfo=None, microsecond=0)


def not_ahead(moment: datetime | str) -> datetime | str | None:
	"""A stored moment that has passed; the current time for one up to five minutes ahead, and None for one in the future."""
	ahead = get_datetime(moment) - now()
	if ahead > _FAST:
		return None
	return now() if ahead > timedelta(0) else moment
