"""Child processes that do not outlive the script that started them."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

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


def call_together(commands: dict[str, list], stop_signal: signal.Signals, **options) -> dict[str, int]:
	"""Run commands at the same time to their ends, each line of their output after its label; their exit codes.

	When this script is interrupted, each command gets `stop_signal` and `GRACE_SECONDS` to clean up.
	"""
	processes, readers = {}, []
	try:
		for label, command in commands.items():
			processes[label] = process = subprocess.Popen(
				[str(part) for part in command],
				stdin=subprocess.DEVNULL,
				stdout=subprocess.PIPE,
				stderr=subprocess.STDOUT,
				text=True,
				errors="replace",
				start_new_session=True,
				**options,
			)
			readers.append(threading.Thread(target=_print_lines, args=(label, process.stdout), daemon=True))
			readers[-1].start()
		codes = {label: process.wait() for label, process in processes.items()}
	except BaseException:
		for process in processes.values():
			with contextlib.suppress(ProcessLookupError):
				os.killpg(process.pid, stop_signal)
		for process in processes.values():
			with contextlib.suppress(subprocess.TimeoutExpired):
				process.wait(GRACE_SECONDS)
		raise
	finally:
		for process in processes.values():
			with contextlib.suppress(ProcessLookupError):
				os.killpg(process.pid, signal.SIGKILL)
	for reader in readers:
		reader.join(timeout=5)  # what a command left running may keep its output open
	return codes


def _print_lines(label: str, lines) -> None:
	for line in lines:
		print(f"{label} | {line}", end="", flush=True)
