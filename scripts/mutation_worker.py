"""Runs pytest once per line it reads, each time in a fork of a process that has imported Frappe, and nothing of this app.

Started by `run-mutations` with Python of the site. A line is JSON, `{"arguments": [str], "environment": {str: str}, "log": path}`;
the answer is one line with the code pytest ended with. What a run had imported besides this app and its tests is
imported here for those that follow: that is most of the time a short run takes.
"""

import contextlib
import importlib
import json
import os
import random
import sys
from pathlib import Path

IMPORTED = "MUTATIONS_IMPORTED"
OURS = ("client_comms", "tests", "conftest", "test_", "__")


def main() -> None:
	here = Path.cwd()
	for line in sys.stdin:
		asked = json.loads(line)
		child = os.fork()
		if not child:
			os._exit(run(**asked))
		_, status = os.waitpid(child, 0)
		prepare(Path(asked["environment"][IMPORTED]))
		os.chdir(here)
		print(os.waitstatus_to_exitcode(status), flush=True)


def run(arguments: list[str], environment: dict[str, str], log: str) -> int:
	os.environ.update(environment)
	random.seed()  # else every run draws the same names
	with open(log, "a") as output, open(os.devnull) as nothing:
		os.dup2(nothing.fileno(), 0)
		os.dup2(output.fileno(), 1)
		os.dup2(output.fileno(), 2)
		import pytest

		code = int(pytest.main(arguments))
		Path(environment[IMPORTED]).write_text("\n".join(sys.modules))
		sys.stdout.flush()
		return code


def prepare(imported: Path) -> None:
	if not imported.exists():
		return
	os.chdir(os.environ["CLIENT_COMMS_SITES_PATH"])  # where Frappe opens its logs
	for name in imported.read_text().splitlines():
		if name not in sys.modules and not name.startswith(OURS):
			with contextlib.suppress(Exception):
				importlib.import_module(name)
	imported.unlink()


if __name__ == "__main__":
	main()
