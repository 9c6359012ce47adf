"""What a simulation found, as text for the command line (M-1)."""

import click

from client_comms.dry_run.table import print_table


def show(found: dict) -> None:
	"""Print what a simulation found: the counts by type, and what `results.of` returns."""
	click.echo(f"{found['checked']} interactions compared with {found['matrix']}.")
	for title, key, column in (
		("Level", "level_changes", str),
		("Acknowledge / respond within days", "deadline_changes", lambda days: "{:g} / {:g}".format(*days)),
	):
		click.echo()
		rows = [
			(row["communication_type"], column(row["from"]), column(row["to"]), str(row["records"]))
			for row in found[key]
		]
		if rows:
			print_table(("Type", f"{title} now", "then", "Interactions"), rows)
		else:
			click.echo(f"{title}: no change.")
	if found["uncovered"]:
		click.echo()
		rows = [(row["communication_type"], str(row["records"])) for row in found["uncovered"]]
		print_table(("Type that it has no rule for", "Interactions"), rows)
	_show_effects(found)


def _show_effects(found: dict) -> None:
	"""What the simulation found besides the counts of `_show_simulation`."""
	for title, section, fields in (
		("In hindsight", "hindsight", ("communication_type", "clock", "from", "to", "records")),
		(
			"Documentation",
			"documentation",
			("communication_type", "documentation_method", "from", "to", "records"),
		),
		("Role", "roles", ("role", "communication_type", "level", "level_after", "gained", "lost")),
		("Person", "people", ("user", "communication_type", "level", "level_after", "gained", "lost")),
	):
		click.echo()
		if rows := found[section]:
			print_table(
				(title, *fields[1:]),
				[
					tuple(str(row[field] if row[field] is not None else "") for field in fields)
					for row in rows
				],
			)
		else:
			click.echo(f"{title}: no change.")
	example = found["new_access"]["example"]
	click.echo()
	click.echo(f"New access: {example['text']}" if example else "No new access.")
