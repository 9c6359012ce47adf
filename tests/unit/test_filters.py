"""Filters for one of several values are answered by an index (D-5)."""

import ast
from pathlib import Path

import pytest

import client_comms
from client_comms.filters import one_of

pytestmark = pytest.mark.clause("D-5")
APP = Path(client_comms.__file__).parent
# Rows of a handful, looked at once.
FEW = {"setup/uninstall.py", "patches/v1_0/follow_half_holidays.py", "people/trainings.py"}


def has_empty_value(node: ast.expr) -> bool:
	if isinstance(node, ast.BoolOp):
		return any(map(has_empty_value, node.values))
	return isinstance(node, ast.List) and any(
		isinstance(each, ast.Constant) and each.value == "" for each in node.elts
	)


def fields_with_an_empty_value(tree: ast.AST) -> list[str]:
	"""Fields of filters that are written as `{"field": ("in", […, ""])}`."""
	return [
		key.value
		for node in ast.walk(tree)
		if isinstance(node, ast.Dict)
		for key, value in zip(node.keys, node.values, strict=True)
		if isinstance(key, ast.Constant)
		and isinstance(value, ast.Tuple)
		and len(value.elts) == 2
		and isinstance(value.elts[0], ast.Constant)
		and value.elts[0].value == "in"
		and has_empty_value(value.elts[1])
	]


def test_empty_values_are_left_out_and_without_any_nothing_matches():
	assert one_of(["a", "", None, "b"]) == ("in", ["a", "b"])
	for nothing in ([], [""], (each for each in ())):
		_in, values = one_of(nothing)
		assert len(values) == 1 and values[0].strip(), "Frappe would look for empty ones"


@pytest.mark.parametrize("written", ['{"parent": ("in", [*a, ""])}', '{"parent": ("in", a or [""])}'])
def test_what_frappe_would_read_the_whole_table_for_is_found(written):
	assert fields_with_an_empty_value(ast.parse(written)) == ["parent"]


def test_only_names_are_compared_with_an_empty_value():
	"""A name is never null, so Frappe asks for it as it is."""
	found = {
		(path, field)
		for file in APP.rglob("*.py")
		if (path := str(file.relative_to(APP))) not in FEW
		for field in fields_with_an_empty_value(ast.parse(file.read_text()))
		if field != "name"
	}
	assert found == set()
