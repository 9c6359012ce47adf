"""What the commands of `bench client-comms` share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import click
import frappe
from frappe.commands import get_site


class CannotRunError(click.ClickException):
	"""A command that cannot run says why in one line and ends with code 2: 1 says what it found."""

	exit_code = 2


@contextmanager
def connected(context) -> Iterator[None]:
	"""
	:raises CannotRunError: the app is not installed, or refuses what it is asked for
	"""
	site = get_site(context)
	frappe.init(site)
	frappe.connect()
	try:
		if "client_comms" not in frappe.get_installed_apps():
			raise CannotRunError(
				f"client_comms is not installed on {site}: bench --site {site} install-app client_comms"
			)
		yield
	except frappe.ValidationError as refusal:
		from client_comms.i18n import words_of

		raise CannotRunError(words_of(refusal)) from refusal
	finally:
		frappe.destroy()


def moment(value: str, option: str) -> datetime:
	"""
	:raises CannotRunError: it is not a day, or a moment in the site's time zone
	"""
	try:
		found = datetime.fromisoformat(value)
	except ValueError:
		found = None
	if not found or found.tzinfo:
		raise CannotRunError(f"{option} {value}: give a date such as {date.today()}.")
	return found


def period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
	"""
	:raises CannotRunError: it ends before it begins, or as `moment`
	"""
	first, last = since and moment(since, "--since"), until and moment(until, "--until")
	if first and last and last < first:
		raise CannotRunError(f"--until {until} is before --since {since}: give a later end.")
	return first or None, last or None
