"""Child processes that do not outlive the script that started them."""

import contextlib
import os
import signal
import subprocess
import sys

GRACE_SECONDS = 120


def unwind_on_signals() -> None:
	"""Let SIGINT and the first SIGTERM unwind the script, so that it cleans up."""

	def unwind(*_):
		signal.signal(signal.SIGTERM, signal.SIG_IGN)
		sys.exit(128 + signal.SIGTERM)

	signal.signal(signal.SIGTERM, unwind)
	# A shell's background jobs ignore SIGINT, and would have their children ignore it.
	signal.signal(signal.SIGINT, signal.default_int_handler)


def call(command, stop_signal: signal.Signals, **options) -> int:
	"""Run a command to its end and return its exit code.

	When this script is interrupted, the command and all it started get `stop_signal` and
	`GRACE_SECONDS` to clean up.
	"""
	process = subprocess.Popen(
		[str(part) for part in command], stdin=subprocess.DEVNULL, start_new_session=True, **options
	)
	try:
		return process.wait()
	except BaseException:
		with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
			os.killpg(process.pid, stop_signal)
			process.wait(GRACE_SECONDS)
		raise
	finally:
		with contextlib.suppress(ProcessLookupError):
			os.killpg(process.pid, signal.SIGKILL)
