"""`scripts/run-mutations` removes all controls of the app, and removing one works."""

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
