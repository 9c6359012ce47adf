"""`bench client-comms` for the check of what leaks."""

import json
import sys

import click
from frappe.commands import pass_context

from client_comms.command_line import connected


@click.command("check-leaks")
@click.option("--user", help="the user to check")
@click.option("--url", help="address of the served site (default: requests run in this process)")
@click.option("--census", is_flag=True, help="call every method of every app, on a copy of the site")
@click.option("--only", metavar="TEXT", help="with --census: only methods with this in their name")
@click.option("--keep", metavar="FILE", help="with --census: keep results in FILE, and go on from there")
@click.option("--minutes", type=float, help="with --census: stop after so many minutes")
@click.option("--json", "as_json", is_flag=True, help="print JSON instead of tables")
@pass_context
def check_leaks(
	context,
	user: str | None = None,
	url: str | None = None,
	census: bool = False,
	only: str | None = None,
	keep: str | None = None,
	minutes: float | None = None,
	as_json: bool = False,
):
	"""Create test records at every level, request them as the user everywhere, and compare the results with the rule.

	With --census, call every whitelisted function and document method about a hidden record: after the check as the
	user, or without --user as logins of every kind. It takes hours; with --keep it can be stopped at any time and
	continued. The exit code is 1 if something is open that should be closed, and 2 if the check itself could not run, or
	not to its end.
	"""
	if not (user or census):
		raise click.UsageError("Give --user, --census or both.")
	with connected(context):
		from client_comms.leak_check import report, run
		from client_comms.leak_check.census import report as census_report

		try:
			checked = run.check(user, url) if user else {}
			taken = _take_census(user, only, keep, minutes) if census else None
		except Exception as error:
			click.echo(f"The check could not run: {error}", err=True)
			sys.exit(2)
	counted = census_report.as_json(taken) if taken else {}
	if as_json:
		found = {**checked, "census": counted} if checked and taken else checked or counted
		click.echo(json.dumps(found, indent=2, default=str))
	else:
		if checked:
			report.show(checked)
		if taken:
			census_report.show(taken)
	if checked.get("open") or counted.get("open") or counted.get("unexplained"):
		sys.exit(1)
	sys.exit(2 if counted.get("left") else 0)


def _take_census(user: str | None, only: str | None, keep: str | None, minutes: float | None):
	from client_comms.leak_check.census import kept, run

	with run.Preparation(user) as prepared:
		return prepared.take(
			lambda method: (only or "") in method,
			logins=[user] if user else None,
			progress=_progress_line,
			kept=kept.Kept(keep),
			minutes=minutes,
		)


def _progress_line(text: str) -> None:
	click.echo(text, err=True)


COMMANDS = (check_leaks,)
