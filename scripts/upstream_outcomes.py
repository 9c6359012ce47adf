"""Run a command of Frappe and write down what became of each test that it ran, as JSON.

Usage, with the Python of a bench: upstream_outcomes.py FILE COMMAND OF BENCH …

The file is `{"Class.test": "passed" | "failed" | "skipped" | "kept"}`, where *kept* is a failure because the test would delete what is
evidence of an interaction. Frappe's own report in XML is empty in version 16, where
`--junit-xml-output` opens the file and runs the tests without it. All that runs tests there and in version 15
tells `unittest.TestResult` of them.
"""

import functools
import json
import runpy
import socket
import sys
import unittest
from pathlib import Path

EVIDENCE = ("Client Interaction", "Client Disclosure")
PASSED, SKIPPED, FAILED, KEPT = "passed", "skipped", "failed", "kept"
OUTCOMES = {
	"addSuccess": PASSED,
	"addExpectedFailure": PASSED,
	"addSkip": SKIPPED,
	"addError": FAILED,
	"addFailure": FAILED,
	"addUnexpectedSuccess": FAILED,
}


def record(found: dict[str, str]) -> None:
	"""Let `unittest` tell `found` of each test from now on. Subtests share a name; the worst of them counts."""
	for method, outcome in OUTCOMES.items():
		setattr(unittest.TestResult, method, noting(found, outcome, getattr(unittest.TestResult, method)))
	add_subtest = unittest.TestResult.addSubTest

	def add(result, test, subtest, error):
		add_subtest(result, test, subtest, error)
		if error:
			note(found, test, FAILED, error)

	unittest.TestResult.addSubTest = add


def noting(found: dict[str, str], outcome: str, add):
	@functools.wraps(add)
	def note_and_add(result, test, *details):
		note(found, test, outcome, *details[:1])
		return add(result, test, *details)

	return note_and_add


def note(found: dict[str, str], test, outcome: str, detail=None) -> None:
	"""
	:param detail: of a failure, its `sys.exc_info()`
	"""
	# What fails before the first test of a class is named by a text.
	method = getattr(test, "_testMethodName", None) or str(test)
	name = f"{type(test).__name__}.{method}"
	if outcome == FAILED and detail and is_of_evidence(detail[1]):
		outcome = KEPT
	if found.get(name) != FAILED:
		found[name] = outcome


def is_of_evidence(error: BaseException) -> bool:
	"""Whether a document stays because an interaction, or the register of what was sent, rests on it."""
	return type(error).__name__ == "LinkExistsError" and any(each in str(error) for each in EVIDENCE)


def resolve_localhost() -> None:
	"""Names below `localhost` are this machine (RFC 6761, 6.3), which not every resolver knows; tests ask the site by its name."""
	ask = socket.getaddrinfo

	def getaddrinfo(host, *details, **options):
		is_local = isinstance(host, str) and host.endswith(".localhost")
		return ask("localhost" if is_local else host, *details, **options)

	socket.getaddrinfo = getaddrinfo


def main(file: str, *command: str) -> None:
	found: dict[str, str] = {}
	record(found)
	resolve_localhost()
	sys.argv = ["frappe", *command]
	try:
		runpy.run_module("frappe.utils.bench_helper", run_name="__main__", alter_sys=True)
	finally:
		Path(file).write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
	main(*sys.argv[1:])
