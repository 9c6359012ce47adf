"""docs/procedure.md and the tests agree: each clause of the procedure with a control has tests, and no other has."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "procedure.md"
CLAUSE = r"[RDCFPMT]-\d"
WITHOUT_CONTROL = "**No control yet.**"
PARTS = ("Held by", "Set in", "Proved by")
CATALOGUE = ROOT / "client_comms" / "locale" / "main.pot"
OF_FRAPPE = {"Assignment Rule"}


@cache
def clauses() -> dict[str, str]:
	"""Code → what the page says of the clause."""
	found = re.findall(
		rf"^### ({CLAUSE}) .*\n((?:(?!^#).*\n)*)", PAGE.read_text(encoding="utf-8"), re.MULTILINE
	)
	assert len(dict(found)) == len(found), "a clause stands on the page twice"
	return dict(found)


@cache
def proved() -> dict[Path, set[str]]:
	"""Test file → the clauses that its markers name."""
	files = (ROOT / "tests").rglob("test_*.py")
	return {file: set(_marked(ast.parse(file.read_text(encoding="utf-8")))) for file in files}


def _marked(tree: ast.AST):
	for node in ast.walk(tree):
		if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.clause":
			yield from map(ast.literal_eval, node.args)


def test_the_procedure_has_25_clauses():
	assert len(clauses()) == 25


def test_a_clause_has_tests_unless_the_page_says_that_it_has_no_control():
	without = {code for code, text in clauses().items() if WITHOUT_CONTROL in text}
	assert set().union(*proved().values()) == set(clauses()) - without


@pytest.mark.parametrize("code", clauses())
def test_the_page_says_what_holds_sets_and_proves_a_clause(code):
	said = re.findall(r"^- \*\*([\w ]+?):?\*\*", clauses()[code], re.MULTILINE)
	if WITHOUT_CONTROL in clauses()[code]:
		assert said == []
	else:
		assert said in ([*PARTS], [*PARTS, "Not yet"])


@pytest.mark.parametrize("code", clauses())
def test_the_files_that_the_page_names_are_there_and_prove_it(code):
	for line in clauses()[code].splitlines():
		for target in re.findall(r"\]\(([^)#]+)", line):
			file = (PAGE.parent / target).resolve()
			assert file.is_file(), target
			if line.startswith("- **Proved by**") and file in proved():
				assert code in proved()[file], f"{target} has no marker of {code}"


def test_what_the_page_tells_to_set_is_called_so_in_the_desk():
	lines = re.findall(r"^- \*\*Set in\*\* (.*)", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
	named = {name for line in lines for path in re.findall(r"\*([^*]+)\*", line) for name in path.split("→")}
	shown = set(re.findall(r'^msgid "(.+)"$', CATALOGUE.read_text(encoding="utf-8"), re.MULTILINE))
	assert {name.strip() for name in named} - shown - OF_FRAPPE - {""} == set()


def test_the_readme_leads_to_every_page():
	linked = re.findall(r"\]\((docs/\w+\.md)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
	assert set(linked) == {f"docs/{page.name}" for page in PAGE.parent.glob("*.md")}


def test_the_code_speaks_of_no_other_clause():
	sources = (
		file for suffix in ("py", "js", "html", "json") for file in ROOT.glob(f"client_comms/**/*.{suffix}")
	)
	named = {
		code: file.name
		for file in sources
		for code in re.findall(rf"(?<![\w-]){CLAUSE}(?![\w-])", file.read_text(encoding="utf-8"))
	}
	assert named.keys() <= clauses().keys()
