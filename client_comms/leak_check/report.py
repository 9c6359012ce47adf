"""The result of a check as tables."""

import click

from client_comms.table import print_table


def show(found: dict) -> None:
	"""Print what `run.check` returned."""
	by_surface: dict[str, dict[str, str]] = {}
	close: dict[str, str] = {}
	for each in found["findings"]:
		by_surface.setdefault(each["surface"], {})[each["level"]] = each["result"]
		if each["result"] == "open":
			close[each["surface"]] = each["close"]
	levels = list(dict.fromkeys(each["level"] for each in found["findings"]))
	print_table(
		("Surface", *levels),
		[(surface, *(results[level] for level in levels)) for surface, results in by_surface.items()],
	)
	if close:
		click.echo("\nOpen, although the rule denies access. How to close:")
		for surface, what in close.items():
			click.echo(f"- {surface}: {what}")
	_list("Disabled controls:", found["takeovers"], "close")
	_list("Existing access that violates the rule:", found["standing"], "close")
	_list("Review these yourself, because a check cannot see what they do:", found["review"], "what")
	unchecked = sorted({each["surface"] for each in found["findings"] if each["result"] == "not checked"})
	if unchecked:
		click.echo(
			f"\nNot checked, because they returned nothing even to Administrator: {', '.join(unchecked)}."
		)
	click.echo(
		f"\n{len(by_surface)} surfaces, {len(levels)} records, for {found['user']}: "
		+ (f"{found['open']} open." if found["open"] else "nothing open.")
	)


def _list(title: str, rows: list[dict], what: str) -> None:
	if rows:
		click.echo(f"\n{title}")
		for row in rows:
			click.echo(f"- {row['document']}: {row[what]}")
