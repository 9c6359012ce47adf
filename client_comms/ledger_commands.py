"""`bench client-comms` for the compliance ledger."""

import gzip
import json
import sys
from pathlib import Path

import click
import frappe
from frappe.commands import pass_context

from client_comms.command_line import CannotRunError, connected, period


@click.command("verify-ledger")
@click.option("--since", metavar="YYYY-MM-DD", help="start at the last checkpoint before this day")
@click.option("--until", metavar="YYYY-MM-DD", help="stop at the start of this day")
@click.option("--json", "as_json", is_flag=True, help="print JSON instead of text")
@pass_context
def verify_ledger(context, since: str | None = None, until: str | None = None, as_json: bool = False):
	"""Check that no entry of the compliance ledger was changed, removed, inserted or moved; exit code 1 if one was."""
	first, last = period(since, until)
	with connected(context):
		from client_comms import ledger

		found = ledger.verify(first, last, _counted)
	if as_json:
		click.echo(json.dumps(found, indent=2))
	else:
		click.echo(f"Correct entries: {found['checked']}; waiting to be chained: {found['waiting']}.")
		if found["is_behind"]:
			click.echo(
				"They have been waiting for more than 15 minutes, so the scheduler does not run: see client-comms health."
			)
		for fault in found["faults"]:
			click.echo(f"{fault['doctype']}: {fault['message']}")
	if not found["ok"]:
		sys.exit(1)


@click.command("export-ledger")
@click.argument("file", type=click.Path(dir_okay=False, writable=True))
@click.option("--since", metavar="YYYY-MM-DD", help="only entries from this day on")
@click.option("--until", metavar="YYYY-MM-DD", help="only entries before this day")
@click.option("--party", nargs=2, metavar="DOCTYPE NAME", help="only entries about this client")
@click.option(
	"--checkpoints",
	type=click.Path(exists=True),
	help="checkpoints that were kept outside: the export can be compared with all of them",
)
@pass_context
def export_ledger(
	context,
	file: str,
	since: str | None = None,
	until: str | None = None,
	party: tuple[str, str] | None = None,
	checkpoints: str | None = None,
):
	"""Write the compliance ledger, or a part of it, to FILE. `python -m client_comms verify` checks it without a site."""
	first, last = period(since, until)
	sizes = ()
	if checkpoints:
		from client_comms.offline_verify import sizes as of_checkpoints

		sizes = tuple(of_checkpoints(Path(checkpoints)))
	with connected(context):
		from client_comms.ledger import exporting

		if party and not (frappe.db.exists("DocType", party[0]) and frappe.db.exists(*party)):
			raise CannotRunError(f"There is no {party[0]} {party[1]}.")
		lines = exporting.export(exporting.Wanted(first, last, party, sizes))
		opened = gzip.open if file.endswith(".gz") else open
		with opened(file, "wt", encoding="utf-8") as written:
			written.writelines(lines)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (the export is on the ledger)
	click.echo(f"Written to {file}.")


@click.command("rotate-ledger-key")
@pass_context
def rotate_ledger_key(context):
	"""Sign the ledger with a new key from now on. The next checkpoint names it and is signed by the old one as well."""
	with connected(context):
		from client_comms import ledger

		click.echo(f"New public key: {ledger.rotate_key()}")


def _counted(at: int, last: int) -> None:
	if sys.stderr.isatty():
		click.echo(f"\r{at} / {last} ", nl=False, err=True)


COMMANDS = (verify_ledger, export_ledger, rotate_ledger_key)
