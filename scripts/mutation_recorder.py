"""Put into a copy of the app by `run-mutations`: notes which controls a test exercises, which of them say no, and how it ended.

The controls note themselves in a file, for a test may reach them in another process. As a pytest plugin,
this module reads the file after every test, and what a fixture of several tests exercised counts for each of them.
"""

import functools
import itertools
import json
import os
from collections import defaultdict
from pathlib import Path
from unittest import mock

import pytest

NOTES = "MUTATIONS_NOTES"
OUTCOME = "MUTATIONS_OUTCOME"
HOOK = "hook_"
SAYS_NO = "! "


def recorded(control: str, function, instead=None):
	"""The function, noting the control whenever it is called.

	:param instead: what would stand there without the control
	"""
	if isinstance(function, functools.cached_property):
		noting = functools.cached_property(recorded(control, function.func, getattr(instead, "fget", None)))
		noting.__set_name__(None, function.attrname)
		return noting
	if isinstance(function, property):
		return property(recorded(control, function.fget, getattr(instead, "fget", None)))

	@functools.wraps(function)
	def noting(*args, **kwargs):
		return _observed(control, function, args, kwargs, instead)

	return noting


def recorded_of(prefix: str, method):
	"""The method of a document, noting that the class of its DocType is in use."""
	if isinstance(method, property):
		return property(recorded_of(prefix, method.fget), method.fset, method.fdel)

	@functools.wraps(method)
	def noting(doc, *args, **kwargs):
		if doctype := getattr(doc, "doctype", None):  # a stand-in of a test has none
			return _observed(f"{prefix}{doctype}", method, (doc, *args), kwargs)
		return method(doc, *args, **kwargs)

	return noting


def _observed(control: str, function, args: tuple, kwargs: dict, instead=None):
	"""Call the function; whether it made a difference is seen by an error, or by what it answers."""
	note(control)
	try:
		answer = function(*args, **kwargs)
	except BaseException:
		note(SAYS_NO + control)
		raise
	if _differs(answer, instead, args, kwargs):
		note(SAYS_NO + control)
	return answer


def _differs(answer, instead, args: tuple, kwargs: dict) -> bool:
	if not callable(instead):
		return answer is False or bool(answer and isinstance(answer, str))
	try:
		return bool(instead(*args, **kwargs) != answer)
	except Exception:
		return True


def recorded_path(control: str, path: str) -> str:
	"""A path for hooks.py at which Frappe finds the same function, noting the control whenever it is called.

	It says all of it: other processes take the hooks from a cache and read no hooks.py.
	"""
	return f"{__name__}.{HOOK}{json.dumps([control, path]).encode().hex()}"


def __getattr__(name: str):
	if not name.startswith(HOOK):
		raise AttributeError(name)
	return _at(*json.loads(bytes.fromhex(name.removeprefix(HOOK))))


@functools.cache
def _at(control: str, path: str):
	import frappe

	found = frappe.get_attr(path)
	if isinstance(found, type):
		note(control)
		return found
	noting = recorded(control, found)
	for known in (frappe.whitelisted, frappe.guest_methods, frappe.xss_safe_methods):
		if found in known:
			known.append(noting) if isinstance(known, list) else known.add(noting)
	methods = frappe.allowed_http_methods_for_whitelisted_func
	if found in methods:
		methods[noting] = methods[found]
	return noting


def silent(function):
	"""The function, with nothing noted while it runs: it looks at controls, and uses none."""

	@functools.wraps(function)
	def quiet(*args, **kwargs):
		with mock.patch.dict(os.environ):
			os.environ.pop(NOTES, None)
			return function(*args, **kwargs)

	return quiet


def note(control: str) -> None:
	"""The control is in use right now."""
	if file := os.environ.get(NOTES):
		with open(file, "a") as notes:
			notes.write(control + "\n")


# As a pytest plugin

_by_fixture: dict[pytest.FixtureDef, set[str]] = {}
_by_test: dict[str, set[str]] = defaultdict(set)
_seconds: dict[str, float] = defaultdict(float)
_failed: list[str] = []
_collected: list[str] = []


def _take_notes() -> set[str]:
	file = Path(os.environ[NOTES])
	noted = set(file.read_text().splitlines()) if file.exists() else set()
	file.write_text("")
	return noted


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
	"""What a fixture of several tests exercises counts for each of them; of one test, for that one."""
	if fixturedef.scope == "function":
		return (yield)
	before = _take_notes()
	try:
		return (yield)
	finally:
		_by_fixture[fixturedef] = _take_notes()
		Path(os.environ[NOTES]).write_text("".join(f"{each}\n" for each in before))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
	fixtures = itertools.chain.from_iterable(item._fixtureinfo.name2fixturedefs.values())
	try:
		return (yield)
	finally:
		_by_test[item.nodeid] = _take_notes().union(*(_by_fixture.get(each, ()) for each in fixtures))


def pytest_runtest_logreport(report):
	_seconds[report.nodeid] += report.duration
	if report.failed and report.nodeid not in _failed:
		_failed.append(report.nodeid)


def pytest_collection_finish(session):
	_collected.extend(item.nodeid for item in session.items)


def _controls(noted: set[str]) -> dict[str, list[str]]:
	says_no = {each.removeprefix(SAYS_NO) for each in noted if each.startswith(SAYS_NO)}
	return {
		"controls": sorted(each for each in noted if not each.startswith(SAYS_NO)),
		"says_no": sorted(says_no),
	}


def pytest_sessionfinish():
	outcome = {
		"collected": _collected,
		"failed": _failed,
		"tests": {
			test: {"seconds": round(seconds, 3), **_controls(_by_test[test])}
			for test, seconds in _seconds.items()
		},
	}
	Path(os.environ[OUTCOME]).write_text(json.dumps(outcome))
