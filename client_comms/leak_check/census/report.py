"""A census as text and as JSON."""

from collections import Counter
from dataclasses import asdict

import click

from client_comms.leak_check.census.census import Census
from client_comms.table import print_table


def as_json(census: Census) -> dict:
	return {**asdict(census), "open": len(census.findings)}


def show(census: Census) -> None:
	if census.findings:
		print_table(
			("Method", "Login", "Record", "What came"),
			[(each.method, each.login, each.target, each.came) for each in census.findings],
		)
	_list("Not asked, and nothing says why:", census.unexplained)
	_list("Modules that cannot be imported here, so that their methods are not known:", census.not_importable)
	click.echo("\nNot askable:")
	for reason, number in Counter(census.not_askable.values()).most_common():
		click.echo(f"- {number}: {reason}")
	click.echo("\nCalls that work, as each login:")
	for kind in sorted(census.answered.keys() | census.refused.keys()):
		click.echo(
			f"- {kind}: {census.answered.get(kind, 0)} answered, {census.refused.get(kind, 0)} refused"
		)
	for kind in census.cleared:
		click.echo(f"- {kind}: not asked, because the rule lets it read the records")
	click.echo(
		f"\n{census.methods} methods: {len(census.asked)} asked (with recipes and routes), "
		f"{len(census.not_askable)} not askable, {len(census.unexplained)} not asked. "
		+ (f"{len(census.findings)} open." if census.findings else "Nothing open.")
		+ f" {census.seconds:.0f} seconds."
	)

	if census.left:
		click.echo(f"There was no time for {census.left}: run the command again with the same --keep.")


def _list(title: str, reasons: dict[str, str]) -> None:
	if reasons:
		click.echo(f"\n{title}")
		for name, reason in sorted(reasons.items()):
			click.echo(f"- {name}: {reason}")
