"""What a command of bench was asked to do."""

import click


def is_dry_run() -> bool:
	"""Whether `bench uninstall-app --dry-run` runs, of any app: Frappe calls the hooks all the same, without a backup, and does not
	tell them. A commit in one would keep what other hooks have deleted."""
	command = click.get_current_context(silent=True)
	return bool(command and command.params.get("dry_run"))
