"""`scripts/run-mutations` removes all controls of the app, and removing one works."""

import ast
import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def mutations():
	spec = importlib.util.spec_from_file_location("mutations", ROOT / "scripts" / "mutations.py")
	module = sys.modules["mutations"] = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	yield module
	del sys.modules["mutations"]


def test_every_control_is_there_to_be_taken_away(mutations):
	controls = mutations.controls(ROOT)
	assert len({control.name for control in controls}) == len(controls)
	for control in controls:
		for code in (control.removal, control.recording):
			compile(code, control.name, "exec")


def test_what_stands_instead_takes_the_same_arguments(mutations):
	"""Otherwise a test would fail without having noticed anything, and the run ends there."""
	for place, instead in mutations.FUNCTIONS.items():
		module, _, name = place.partition(":")
		function = defined(ROOT / mutations._file(f"client_comms.{module}"), name.split("."))
		replacement = ast.parse(instead, mode="eval").body
		if function and isinstance(replacement, ast.Lambda):
			assert takes(replacement.args, function.args), place


def test_a_control_that_is_recorded_does_its_work_once(mutations):
	"""What would stand there instead is called beside it, to compare: if that goes on to Frappe's method, it would undo the control."""
	goes_on = {place for place, instead in mutations.FUNCTIONS.items() if "super(" in instead}
	recordings = {
		control.name: control.recording
		for control in mutations.controls(ROOT)
		if control.name in mutations.FUNCTIONS
	}
	assert goes_on
	assert {place for place, code in recordings.items() if code.endswith(", None)")} >= goes_on
	assert not [place for place, code in recordings.items() if "super(" in code]


def defined(file, way):
	"""The function or method in a module; None if it is imported there."""
	body = ast.parse(file.read_text()).body
	for name in way:
		found = next((each for each in body if getattr(each, "name", None) == name), None)
		body = getattr(found, "body", [])
	return found


def takes(replacement: ast.arguments, function: ast.arguments) -> bool:
	"""Whether it can be called in all ways in which the function can: by place, with and without what has a default."""
	taken, given = ([*each.posonlyargs, *each.args] for each in (replacement, function))
	least = len(given) - len(function.defaults)
	return bool(
		(replacement.vararg or len(taken) >= len(given))
		and len(taken) - len(replacement.defaults) <= least
		and (replacement.kwarg or len(function.kwonlyargs) <= len(replacement.kwonlyargs))
	)


def test_what_is_taken_out_of_the_hooks_is_gone_and_nothing_else(mutations):
	whole = (ROOT / mutations.HOOKS).read_text()
	entries = set(hooked({}, whole))
	for control in mutations.controls(ROOT):
		if control.file == mutations.HOOKS:
			left = set(hooked({}, f"{whole}\n{control.removal}"))
			assert len(entries - left) == 1, control.name
			assert left <= entries


def hooked(namespace, source):
	"""Every handler in a hooks.py, with the way to it."""
	exec(source, namespace)  # noqa: S102 (a file of the checkout)
	for kind, value in namespace.items():
		if not kind.startswith("_"):
			yield from leaves((kind,), value)


def leaves(way, value):
	if isinstance(value, dict):
		for key, each in value.items():
			yield from leaves((*way, key), each)
	elif isinstance(value, list):
		for each in value:
			yield from leaves(way, each)
	else:
		yield (*way, value)
