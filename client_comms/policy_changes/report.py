"""What a simulation found, as text for the command line (M-1)."""

import click

from client_comms.table import print_table

# Title, section of the result, and columns.
_OF_VERSIONS = (
	("Not lowered", "not_lowered", ("communication_type", "from", "to", "records")),
	("When reclassified", "deadlines", ("communication_type", "clock", "from", "to", "records")),
	("In hindsight", "hindsight", ("communication_type", "clock", "from", "to", "records")),
	(
		"Documentation",
		"documentation",
		("communication_type", "documentation_method", "from", "to", "records"),
	),
)
_ACCESS = ("communication_type", "level", "level_after", "gained", "lost")
_OF_ACCESS = (("Role", "roles", ("role", *_ACCESS)), ("Person", "people", ("user", *_ACCESS)))


def show_version(found: dict) -> None:
	"""Print what the simulation of a matrix version found: the counts by type, and what `results.of` returns."""
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
	_show_sections(found, *_OF_VERSIONS, *_OF_ACCESS)


def show_level(found: dict, level: str) -> None:
	"""Print what the simulation of a level or its clearances found."""
	click.echo(f"{found['checked']} interactions compared with the changed level {level}.")
	_show_sections(found, *_OF_ACCESS)


def _show_sections(found: dict, *sections: tuple[str, str, tuple[str, ...]]) -> None:
	for title, section, fields in sections:
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
