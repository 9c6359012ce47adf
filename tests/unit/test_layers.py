"""Imports go down the layers that docs/architecture.md lists, and never in a circle."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

APP = "client_comms"
ROOT = Path(__file__).resolve().parents[2]
# An import that runs back up, and why it may.
UPWARD = {
	("client_interactions.daily_digest", "intake.unlogged"): "the digest tells what nobody logged",
	(
		"client_interactions.doctype.client_interaction.client_interaction",
		"outgoing.logged_contacts",
	): "what staff log as outbound passes the gate inside the save that logs it",
	("communication_governance.templates", "enforcement.policy"): "levels are compared by their rank",
}


@cache
def layers() -> dict[str, int]:
	"""Room or module → its line in the list, counted from the top."""
	text = (ROOT / "docs" / "architecture.md").read_text()
	(listed,) = re.findall(r"^```layers\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
	return {name: line for line, names in enumerate(listed.splitlines()) for name in names.split()}


@cache
def modules() -> dict[str, Path]:
	"""Dotted name below the app → file; packages count as modules."""
	found = {}
	for file in (ROOT / APP).rglob("*.py"):
		parts = file.relative_to(ROOT / APP).with_suffix("").parts
		name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
		found[name] = file
	return found


@cache
def imports() -> dict[str, set[str]]:
	return {name: set(_imported(name, file)) for name, file in modules().items()}


def _imported(importer: str, file: Path):
	for node in ast.walk(ast.parse(file.read_text())):
		if not (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == APP):
			continue
		for alias in node.names:
			for name in (f"{node.module}.{alias.name}", node.module):
				name = name.removeprefix(APP).lstrip(".")
				if name in modules():
					if name not in ("", importer):
						yield name
					break


def layer(name: str) -> int | None:
	while name:
		if name in layers():
			return layers()[name]
		name = name.rpartition(".")[0]
	return None


def stories() -> dict[str, list[str]]:
	"""Story of docs/architecture.md → its files in order."""
	page = (ROOT / "docs" / "architecture.md").read_text()
	told = re.findall(r"^### Story: (.*)\n((?:(?!^#).*\n)*)", page, re.MULTILINE)
	return {
		title: re.findall(r"^\d\. \[.*\]\(\.\./client_comms/(.*?)\)", text, re.MULTILINE)
		for title, text in told
	}


def test_each_story_passes_through_at_most_six_files_once():
	assert len(stories()) == 3
	for title, files in stories().items():
		assert 3 <= len(files) <= 6 and len(set(files)) == len(files), title
		assert [file for file in files if not (ROOT / APP / file).is_file()] == [], title


def test_the_files_of_where_is_what_are_there():
	page = (ROOT / "docs" / "architecture.md").read_text()
	table = page.partition("## Where is")[2]
	named = re.findall(r"`(\w+(?:/\w+)*\.py)`", table)
	assert named and [file for file in named if not (ROOT / APP / file).is_file()] == []


def test_every_module_has_a_layer():
	outside = {"", "__main__", "templates", "templates.emails", "templates.includes"}
	assert {name for name in modules() if layer(name) is None} == outside
	rooms = {name for name in layers() if name not in modules() and not (ROOT / APP / name).is_dir()}
	assert rooms == set(), "the list names what is not there"


def test_imports_go_down():
	upward = {
		(importer, imported)
		for importer, several in imports().items()
		for imported in several
		if layer(importer) is not None and layer(imported) is not None and layer(imported) < layer(importer)
	}
	assert upward == set(UPWARD)
	assert len(UPWARD) <= 5


def test_no_modules_import_each_other_in_a_circle():
	try:
		TopologicalSorter(imports()).prepare()
	except CycleError as error:
		raise AssertionError(" → ".join(error.args[1])) from None


def test_rules_know_nothing_of_frappe():
	for name, file in modules().items():
		if name.split(".")[0] == "rules":
			for node in ast.walk(ast.parse(file.read_text())):
				if isinstance(node, ast.Import | ast.ImportFrom):
					named = (
						[alias.name for alias in node.names]
						if isinstance(node, ast.Import)
						else [node.module]
					)
					assert not {"frappe", "erpnext"} & {each.split(".")[0] for each in named if each}, name


def test_who_looks_for_a_module_of_enforcement_is_told_what_it_is_about():
	"""It has more of them than a folder that explains itself."""
	folder = ROOT / APP / "enforcement"
	told = re.findall(r"`(\w+)`", ast.get_docstring(ast.parse((folder / "__init__.py").read_text())))
	assert sorted(told) == sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")
