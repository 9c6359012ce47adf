"""The types that Frappe generates into controllers are those of the fields; Frappe writes them in developer mode only."""

import ast
import json
import re
from inspect import cleandoc
from pathlib import Path

import frappe
import pytest
from frappe.types.exporter import TypeExporter

FILES = sorted((Path(__file__).parents[3] / "client_comms").glob("*/doctype/*/*.json"))


def types(code):
	"""Field → type, without the class of the rows of a table, which an app can extend."""
	found = [each for each in ast.walk(ast.parse(code)) if isinstance(each, ast.AnnAssign)]
	named = {ast.unparse(each.target): ast.unparse(each.annotation) for each in found}
	return {field: re.sub(r"(?<=^DF\.Table)\[.*", "", type_) for field, type_ in named.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_generated_types_are_those_of_the_fields(file):
	doctype = frappe.get_doc(json.loads(file.read_text()))
	wanted = types(cleandoc(TypeExporter(doctype)._generate_code()))
	found = types(file.with_suffix(".py").read_text())
	assert dict(wanted.items() - found.items()) == {}
