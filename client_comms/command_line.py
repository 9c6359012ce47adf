"""What the commands of `bench client-comms` share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import click
import frappe
from frappe.commands import get_site


@contextmanager
def connected(context) -> Iterator[None]:
	site = get_site(context)
	frappe.init(site)
	frappe.connect()
	try:
		if "client_comms" not in frappe.get_installed_apps():
			raise click.ClickException(
				f"client_comms is not installed on {site}: bench --site {site} install-app client_comms"
			)
		yield
	finally:
		frappe.destroy()


def moment(value: str, option: str) -> datetime:
	try:
		return datetime.fromisoformat(value)
	except ValueError as error:
		raise click.ClickException(f"{option} {value}: give a date such as {date.today()}.") from error
