"""Frappe checks what a request sends by the types of a whitelisted method, so each of them has types for all that it names."""

import ast
from pathlib import Path

APP = Path(__file__).parents[2] / "client_comms"


def untyped(source: str) -> list[str]:
	found = []
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.FunctionDef) and any(
			"whitelist" in ast.unparse(d) for d in node.decorator_list
		):
			named = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
			found += [
				f"{node.name}({each.arg})"
				for each in named
				if each.annotation is None and each.arg not in ("self", "cls")
			]
	return found


def test_whitelisted_methods_have_types():
	assert {
		f"{file.relative_to(APP)}: {each}" for file in APP.rglob("*.py") for each in untyped(file.read_text())
	} == set()


def test_a_parameter_without_a_type_is_noticed():
	source = "@frappe.whitelist()\ndef one(name: str, filters=None, **others): ...\n\ndef two(name): ..."
	assert untyped(source) == ["one(filters)"]
