"""A dry run of the demonstration's mailbox, without a site: `python -m client_comms.demo`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from client_comms.__main__ import main as client_comms
from client_comms.demo import mailbox, stories


def main(arguments: Sequence[str] | None = None) -> int:
	"""Print what the procedure would have decided for the mailbox; return the exit code of the dry run."""
	parser = argparse.ArgumentParser(prog="python -m client_comms.demo", description=__doc__)
	parser.add_argument(
		"--anchor", type=_day, metavar="YYYY-MM-DD", help="last day of the demonstration (default: today)"
	)
	parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
	options = parser.parse_args(arguments)
	anchor = options.anchor or datetime.now(ZoneInfo(stories.TIME_ZONE)).date()
	holidays = [word for day in mailbox.holidays(anchor) for word in ("--holiday", day.isoformat())]
	with TemporaryDirectory() as folder:
		mailbox.write(Path(folder), anchor)
		return client_comms(
			[
				"dry-run",
				folder,
				*("--own-domain", stories.OWN_DOMAIN),
				*("--time-zone", stories.TIME_ZONE),
				*holidays,
				*(["--json"] if options.json else []),
			]
		)


def _day(text: str) -> date:
	return date.fromisoformat(text)


if __name__ == "__main__":
	sys.exit(main())
