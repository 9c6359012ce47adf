"""Commands that do not need a site: `python -m client_comms --help`."""

import argparse
import sys
from collections.abc import Sequence

from client_comms import offline_verify
from client_comms.dry_run import command as dry_run


def main(arguments: Sequence[str] | None = None) -> int:
	"""Run the command given by `arguments` and return its exit code; 2 for invalid arguments."""
	parser = argparse.ArgumentParser(prog="python -m client_comms", description=__doc__)
	commands = parser.add_subparsers(required=True, metavar="COMMAND")
	about = "show what the procedure would have made of past client mail"
	dry_run_parser = commands.add_parser("dry-run", help=about, description=about)
	dry_run.add_arguments(dry_run_parser)
	dry_run_parser.set_defaults(run=dry_run.run)
	about = "verify an exported ledger with checkpoints that were kept outside of the site"
	verify_parser = commands.add_parser("verify", help=about, description=about)
	offline_verify.add_arguments(verify_parser)
	verify_parser.set_defaults(run=offline_verify.run)
	about = "make a key with which to co-sign the checkpoints of a ledger"
	key_parser = commands.add_parser("witness-key", help=about, description=about)
	offline_verify.add_key_arguments(key_parser)
	key_parser.set_defaults(run=offline_verify.make_key)
	options = parser.parse_args(arguments)
	return options.run(options)


if __name__ == "__main__":
	sys.exit(main())
