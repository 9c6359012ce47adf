"""`bench --site SITE client-comms …`. Frappe loads this with each of its commands, so each loads what it needs when it runs."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import frappe
from frappe.commands import pass_context
from frappe.utils.file_lock import LockTimeoutError
from frappe.utils.synchronization import filelock

from client_comms import leak_check_commands, ledger_commands
from client_comms.command_line import CannotRunError, connected, moment, period
from client_comms.table import print_table


@click.group("client-comms")
def client_comms():
	"""Client communications: demonstration, simulation, ledger, leaks."""


@client_comms.command("load-demo")
@click.option("--anchor", metavar="YYYY-MM-DD", help="last day of the demonstration (default: today)")
@pass_context
def load_demo(context, anchor: str | None = None):
	"""Load two months of a small company's client communication, and show the result."""
	last_day = moment(anchor, "--anchor").date() if anchor else None
	with connected(context):
		from client_comms.demo import overview, site

		try:
			demonstration = site.load(last_day, _progress)
		except site.NotLoadable as refusal:
			raise CannotRunError(str(refusal)) from refusal
		done, refused = demonstration.done, demonstration.refused
		click.echo(
			f"{done} steps loaded." if done else "The demonstration is already loaded: nothing was added."
		)
		overview.show(demonstration)
		if refused:
			click.echo(f"\nThe rules of this site did not allow {len(refused)} steps:")
			click.echo("\n".join(f"  {each}" for each in refused))


@client_comms.command("scorecard")
@click.option("--since", metavar="YYYY-MM-DD", help="first day (default: 30 days ago)")
@click.option("--until", metavar="YYYY-MM-DD", help="last day (default: today)")
@click.option("--json", "as_json", is_flag=True, help="print JSON instead of a table")
@pass_context
def scorecard(context, since: str | None = None, until: str | None = None, as_json: bool = False):
	"""Show the state of each clause of the procedure. Ends with code 1 when a clause is red."""
	first, last = period(since, until)
	with connected(context):
		from client_comms.scorecard import card

		found = card.of(first, last)
		if as_json:
			click.echo(json.dumps(found, indent=1))
		else:
			print_table(
				["clause", "state", "title", "rule"],
				[[each["clause"], each["state"], each["title"], each["rule"]] for each in found["clauses"]],
			)
	if any(each["state"] == "Red" for each in found["clauses"]):
		sys.exit(1)


@client_comms.command("backfill")
@click.option(
	"--since", metavar="YYYY-MM-DD", help="first day (default: when the first matrix version came into force)"
)
@click.option(
	"--source",
	"sources",
	multiple=True,
	metavar="DOCTYPE",
	help="only this DocType (repeatable; default: all)",
)
@click.option("--dry-run", is_flag=True, help="show what would be logged without logging it")
@click.option("--json", "as_json", is_flag=True, help="print JSON instead of a table")
@pass_context
def backfill(
	context,
	since: str | None = None,
	sources: tuple[str, ...] = (),
	dry_run: bool = False,
	as_json: bool = False,
):
	"""Log documents from before the app was installed. Repeatable: logged documents are not changed, and an
	interrupted run can be continued.

	Deadlines are calculated as of that time, and no one is notified of missed ones.
	"""
	first = moment(since, "--since") if since else None
	with connected(context):
		from client_comms import health
		from client_comms.intake import backfill

		if unknown := set(sources) - set(backfill.DOCTYPES):
			raise CannotRunError(
				f"--source {sorted(unknown)[0]}: choose from {', '.join(backfill.DOCTYPES)}."
			)
		first = first or backfill.earliest()
		if first is None:
			raise CannotRunError("No communication matrix is in force: submit one first.")
		try:
			with filelock("client_comms_backfill", timeout=1):
				found = backfill.run(first, sources or backfill.DOCTYPES, dry_run, _chunks)
			without = () if dry_run else health.owners().faults
		except LockTimeoutError as refusal:
			raise CannotRunError("A backfill is running already.") from refusal
	if as_json:
		click.echo(json.dumps(found, indent=2))
		return
	outcomes = ("opened", "continued", "nothing", "expired", "no_matrix", "failed")
	rows = [(doctype, *(str(counts[each]) for each in outcomes)) for doctype, counts in found.items()]
	titles = ("New interactions", "In a thread", "Not to be logged", "Expired", "Before any matrix", "Failed")
	print_table(("Source", *titles), rows)
	if dry_run:
		click.echo("Nothing was changed.")
	for fault in without:
		click.echo(fault)


@client_comms.command("simulate-matrix")
@click.argument("matrix")
@click.option("--since", metavar="YYYY-MM-DD", help="only interactions on or after this day")
@click.option("--open", "open_only", is_flag=True, help="only interactions that are not closed")
@click.option("--json", "as_json", is_flag=True, help="print JSON instead of tables")
@pass_context
def simulate_matrix(
	context, matrix: str, since: str | None = None, open_only: bool = False, as_json: bool = False
):
	"""Show what the version MATRIX (submitted or draft) would do to existing interactions: their levels and deadlines, who
	gains and loses access, and whether anyone could reach anything that they cannot reach now.

	It goes through every interaction, can be interrupted, and is stored as a Policy Change Run.
	"""
	first_moment = moment(since, "--since") if since else None
	with connected(context):
		from client_comms.communication_governance import simulation

		if not frappe.db.exists("Communication Matrix", matrix):
			known = frappe.get_all("Communication Matrix", pluck="name", order_by="effective_from desc")
			raise CannotRunError(
				f"There is no Communication Matrix {matrix}. There are: {', '.join(known) or 'none'}."
			)
		from client_comms.policy_changes import changes, report

		counted = simulation.simulate(matrix, first_moment)
		found = counted | _simulated(changes.MATRIX, matrix, None, first_moment, open_only, as_json)
	if as_json:
		click.echo(json.dumps(found, indent=2))
	else:
		report.show_version(found)


@client_comms.command("simulate-level")
@click.argument("level")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--since", metavar="YYYY-MM-DD", help="only interactions on or after this day")
@click.option("--open", "open_only", is_flag=True, help="only interactions that are not closed")
@click.option("--json", "as_json", is_flag=True, help="print JSON instead of tables")
@pass_context
def simulate_level(
	context, level: str, file, since: str | None = None, open_only: bool = False, as_json: bool = False
):
	"""Show what another confidentiality level, or other clearances of LEVEL, would do: who gains and loses access to existing
	interactions, and whether anyone could reach anything that they cannot reach now.

	FILE has the fields that change as a JSON object, such as {"need_to_know": "Role", "clearances": [{"role": "Sales User",
	"can_read": 1}]}. The clearances in it come instead of all clearances of the level.
	"""
	first_moment = moment(since, "--since") if since else None
	try:
		changed = json.load(file)
	except ValueError as error:
		raise CannotRunError(f"{file.name} is not JSON: {error}") from error
	if not isinstance(changed, dict):
		raise CannotRunError(f"{file.name} is not a JSON object with fields of the level.")
	with connected(context):
		from client_comms.policy_changes import changes, exchange, report

		if not frappe.db.exists(changes.LEVEL, level):
			known = frappe.get_all(changes.LEVEL, pluck="name", order_by="rank asc")
			raise CannotRunError(
				f"There is no Confidentiality Level {level}. There are: {', '.join(known) or 'none'}."
			)
		draft = exchange.level_with(level, changed)
		found = _simulated(changes.LEVEL, level, draft, first_moment, open_only, as_json)
	if as_json:
		click.echo(json.dumps(found, indent=2))
	else:
		report.show_level(found, level)


def _simulated(doctype: str, name: str, draft: dict | None, since, open_only: bool, quiet: bool) -> dict:
	"""Simulate a change, with progress unless `quiet`; returns the run and its result."""
	from client_comms.policy_changes import runs

	run = runs.prepare(runs.SIMULATION, doctype, name, draft, since=since, open_only=open_only)
	with _cancelling(run.name):
		if quiet:
			runs.work(run.name)
		else:
			with click.progressbar(length=run.total, label="Simulating", file=sys.stderr) as bar:
				runs.work(run.name, progress=lambda done: bar.update(done - bar.pos))
	stored = frappe.get_doc(runs.RUN, run.name)
	if stored.status != runs.FINISHED:
		raise CannotRunError(stored.error or f"The simulation was {stored.status.lower()}.")
	return {"run": run.name, **json.loads(stored.result)}


@client_comms.command("export-policy")
@pass_context
def export_policy(context):
	"""Print the whole policy as JSON: all settings but the site's own, levels, types, calendars, word lists, purposes of
	consent, review programmes, templates, and the matrix."""
	with connected(context):
		from client_comms.policy_changes import exchange

		click.echo(json.dumps(exchange.export(), indent=1, ensure_ascii=False))


@client_comms.command("import-policy")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--apply", "write", is_flag=True, help="import it; otherwise the changes are only shown")
@pass_context
def import_policy(context, file, write: bool = False):
	"""Show what importing FILE would change, or import all of it. Exit code 1 if something speaks against it."""
	with connected(context):
		from client_comms.policy_changes import exchange

		content = file.read()
		found = exchange.preview(content)
		if write and found["ok"]:
			exchange.apply(content)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit (a command)
	for each in found["problems"]:
		click.echo(f"{each['doctype']} {each['name']}: {each['message']}", err=True)
	for each in found["changes"]:
		click.echo(f"{each['doctype']} {each['name']}{' (new)' if each['new'] else ''}")
		rows = [
			(f"{row['section']} {row['row']}".strip(), row["field"], row["old"], row["new"])
			for row in each["rows"]
		]
		print_table(("Where", "Field", "Now", "Then"), rows)
	click.echo(f"{len(found['changes'])} documents change, {found['unchanged']} stay as they are.")
	for label in found["left_out"]:
		click.echo(f"The file says nothing about {label}: stays as it is on this site.")
	for each in found["only_here"]:
		click.echo(f"{each['doctype']} {each['name']}: only this site has it, and it stays.")
	if not found["ok"]:
		sys.exit(1)
	if not write:
		click.echo("Nothing was changed.")


@contextmanager
def _cancelling(run: str) -> Iterator[None]:
	"""Ctrl-C cancels the run; what it has counted is kept, and the desk can continue it."""
	try:
		yield
	except KeyboardInterrupt:
		from client_comms.policy_changes import runs

		frappe.db.rollback()
		runs.cancel(run)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a command)
		raise


@client_comms.command("health")
@click.option("--json", "as_json", is_flag=True, help="print JSON instead of words")
@click.option("--prometheus", "as_metrics", is_flag=True, help="print the text format of Prometheus")
@pass_context
def health(context, as_json: bool = False, as_metrics: bool = False):
	"""Check that all the app needs works on the site; exit code 1 if something is wrong."""
	with connected(context):
		from client_comms import health as checks
		from client_comms import health_formats

		lines = checks.check()
		ok = all(line.ok for line in lines)
		if as_metrics:
			click.echo(health_formats.prometheus(lines), nl=False)
		elif as_json:
			click.echo(json.dumps({"ok": ok, "lines": health_formats.as_dicts(lines)}, indent=2))
		else:
			for line in lines:
				click.secho(f"{line.title}: {line.text}", fg=None if line.ok else "red")
				for sentence in filter(None, (*line.faults, line.next_step)):
					click.echo(f"- {sentence}")
	if not ok:
		sys.exit(1)


@client_comms.command("reset-workspace")
@click.argument("name")
@pass_context
def reset_workspace(context, name: str):
	"""Replace the workspace NAME, which was changed on the site, by the one that the app ships."""
	with connected(context):
		from client_comms.setup import workspaces

		if not workspaces.reset(name):
			raise CannotRunError(f"The app ships no workspace {name}.")
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a command)


@client_comms.command("data-map")
@click.option("--json", "as_json", is_flag=True, help="print the whole record as JSON instead of a table")
@pass_context
def data_map(context, as_json: bool = False):
	"""Show which fields hold data about clients, for what and on which legal basis: the record of processing activities. What no one
	has decided yet comes last."""
	with connected(context):
		from client_comms.client_privacy.requests import processing_record

		if as_json:
			click.echo(json.dumps(processing_record.document(), indent=1, ensure_ascii=False))
			return
		rows = processing_record.rows()
	columns = ("doctype", "fieldname", "purpose", "basis", "retention", "to_decide")
	print_table(
		("Document type", "Field", "Purpose", "Legal basis", "Retention", "To decide"),
		[[row[column] for column in columns] for row in rows],
		flexible=(2, 3, 4, 5),
	)


def _chunks(chunks: list) -> Iterator:
	with click.progressbar(chunks, label="Logging", file=sys.stderr) as bar:
		yield from bar


def _progress(steps: list) -> Iterator:
	with click.progressbar(steps, label="Two months at Nordlicht Solar") as bar:
		yield from bar


for command in (*leak_check_commands.COMMANDS, *ledger_commands.COMMANDS):
	client_comms.add_command(command)

commands = [client_comms]
