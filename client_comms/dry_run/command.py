"""The command line of the dry run: `python -m client_comms dry-run MAILBOX`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from client_comms.dry_run.assessment import Assessment, assess
from client_comms.dry_run.governance import Procedure, load_calendar, load_procedure
from client_comms.dry_run.mailbox import INTERNAL, Mail, own_domains_among, read_mailbox, sort_out
from client_comms.dry_run.problems import Problem, UnusableInput
from client_comms.rules import domains
from client_comms.rules.response_clock import NOT_REQUIRED
from client_comms.table import print_table, printable

UNUSABLE = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
	parser.add_argument(
		"mailbox", type=Path, help="mbox file, folder of .eml files, or CSV export of Communication"
	)
	parser.add_argument(
		"--matrix", type=Path, metavar="FILE", help="communication matrix as JSON (default: as shipped)"
	)
	parser.add_argument(
		"--calendar", type=Path, metavar="FILE", help="response calendar as JSON (default: as shipped)"
	)
	parser.add_argument(
		"--own-domain",
		action="append",
		default=[],
		metavar="DOMAIN",
		help="one of your own email domains (repeatable)",
	)
	parser.add_argument(
		"--time-zone", metavar="NAME", help="such as Europe/Berlin (default: the calendar's, otherwise UTC)"
	)
	parser.add_argument(
		"--holiday",
		action="append",
		default=[],
		type=_date,
		metavar="YYYY-MM-DD",
		help="holiday (repeatable)",
	)
	parser.add_argument("--now", type=_moment, metavar="ISO", help="judge as of this time (default: now)")
	parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def run(options: argparse.Namespace) -> int:
	"""Print the procedure's results for the mailbox; return 0, or 2 if the input as a whole is unusable."""
	try:
		calendar = load_calendar(options.calendar, options.time_zone, options.holiday)
		procedure = load_procedure(options.matrix) if options.matrix else Procedure.shipped()
		read, problems = read_mailbox(options.mailbox, calendar.zone)
		own_domains = [
			domains.normal(each.strip().lstrip("@")) for each in options.own_domain
		] or own_domains_among(read)
	except UnusableInput as error:
		print(" ".join(str(error).split()), file=sys.stderr)
		return UNUSABLE
	now = _aware(options.now, calendar.zone)
	mails = sort_out(read, own_domains)
	problems += [
		Problem(mail.origin, f"it is dated after {now:%Y-%m-%d %H:%M}") for mail in mails if mail.at > now
	]
	report = {
		"matrix": procedure.version_label,
		"now": now.isoformat(),
		"time_zone": calendar.time_zone,
		"own_domains": list(own_domains),
		"counts": _counts(mails, problems, now),
		"conversations": assess(mails, procedure, calendar, now),
		"problems": problems,
	}
	try:
		(_print_json if options.json else _print_tables)(report)
		sys.stdout.flush()
	except BrokenPipeError:
		# The reading program (head, less) has closed the pipe; prevent an error message at exit.
		os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
	return 0


def _date(text: str) -> date:
	return date.fromisoformat(text)


def _moment(text: str) -> datetime:
	# Python 3.10 cannot parse the Z for UTC.
	moment = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
	if not 1971 <= moment.year < 9000:
		raise ValueError(f"the year {moment.year} is out of range")
	return moment


def _aware(now: datetime | None, zone: ZoneInfo) -> datetime:
	if now is None:
		return datetime.now(timezone.utc).astimezone(zone)
	return now.astimezone(zone) if now.tzinfo else now.replace(tzinfo=zone)


def _counts(mails: Sequence[Mail], problems: Sequence[Problem], now: datetime) -> dict[str, int]:
	past = [mail for mail in mails if mail.at <= now]
	return {
		"messages": len(past),
		"automatic": sum(mail.automatic is not None for mail in past),
		"internal": sum(mail.direction == INTERNAL for mail in past),
		"left_out": len(problems),
	}


def _print_json(report: dict) -> None:
	def plain(value: object) -> object:
		return value.isoformat() if isinstance(value, datetime) else asdict(value)

	print(
		json.dumps(
			{**report, "conversations": [asdict(each) for each in report["conversations"]]},
			default=plain,
			indent=2,
		)
	)


def _print_tables(report: dict) -> None:
	# Characters that the terminal cannot show are replaced, instead of ending the program.
	sys.stdout.reconfigure(errors="replace")
	found: list[Assessment] = report["conversations"]
	counts = report["counts"]
	print(
		f"{counts['messages']} messages, {counts['automatic']} automatic, {counts['internal']} among staff, "
		f"{counts['left_out']} left out. Own domains: {', '.join(report['own_domains'])}. "
		f"Matrix {report['matrix']}, {report['time_zone']}, as of {report['now'][:16].replace('T', ' ')}."
	)
	if found:
		print()
		print_table(
			("Since", "Client", "Subject", "Type", "Level", "Acknowledge by", "Respond by", "Missing"),
			[
				(
					minute(each.started_on),
					each.client,
					each.subject,
					each.communication_type,
					each.confidentiality_level,
					deadline(each.acknowledge_by, each.acknowledge_status),
					deadline(each.respond_by, each.respond_status),
					", ".join(each.documentation_missing) or "-",
				)
				for each in found
			],
			flexible=(1, 2),
		)
		print()
		seen = {(e.communication_type, e.confidentiality_level): e.visible_to for e in found}
		print_table(
			("Type", "Level", "Open to", "Open only to participants"),
			[
				(*key, ", ".join(roles.anyway) or "-", ", ".join(roles.taking_part) or "-")
				for key, roles in sorted(seen.items())
			],
		)
		print()
		print(f"{len(found)} conversations, {sum(e.breached for e in found)} with a deadline missed.")
	if report["problems"]:
		print()
		print("Left out:")
		for problem in report["problems"]:
			print(f"  {printable(problem.origin)}: {printable(problem.reason)}")


def deadline(due: datetime | None, status: str) -> str:
	return "-" if due is None or status == NOT_REQUIRED else f"{minute(due)} {status}"


def minute(t: datetime) -> str:
	return f"{t:%Y-%m-%d %H:%M}"
