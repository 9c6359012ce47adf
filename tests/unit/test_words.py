"""Labels, messages, docstrings, comments and docs use plain idiomatic English: wordings that were hunted
down stay away."""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# This file quotes the wordings.
PYTHON = sorted(
	path
	for folder in ("client_comms", "tests", "scripts")
	for path in (ROOT / folder).rglob("*.py")
	if path != Path(__file__)
)
SCRIPTS = sorted((ROOT / "client_comms").rglob("*.js"))
SCHEMAS = sorted((ROOT / "client_comms").rglob("*.json"))
# Comments, and messages to translate
WORDS_OF_JAVASCRIPT = r"/\*[^*]*\*/|(?<![:\"'])//.*|\b__\(\s*\"[^\"]*\""
TRANSLATORS = ("_", "N_")
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

# Wording → what to write instead
PLAIN = {
	r"(?<!there )\b(?:is|are|was|were|be) no (?!longer\b|more\b|one\b)": "is not a …",
	r"\bno longer any\b|\bnot \w+ any more\b": "no longer",
	r"(?<!users )(?<!people )(?<!staff )(?<!those )(?<!one )\bwho may\b": "users who can …",
	r"\bwhat is made of\b": "what is created from …",
	r"\bby (?:itself|themselves|oneself)\b": "automatically, separately or directly",
	r"\b(?:goes?|going|went) on with\b": "continues",
	r"\bis going on\b": "is running",
	r"\bas (?:the )?\w+ asks\b": "a subject and a verb: the client asks …",
	r"\b(?:one|once|two|a \w+) an? (?:line|row|surface|heading|group|record|key|user|role|level|query|DocType|remedy|file|conversation|party type|chunk|timeline|export)\b": "one … per …",
	r"\bwanting\b": "missing, or a finding",
	r"\bEmpty: ": "Leave empty to …",
	r"(?:^|[.;] )0: ": "Set to 0 to …",
	r"\b(?:some|any|every|no)body\b": "someone, anyone, everyone, no one",
	r"\bwhoever\b": "a user who …, the user who …",
	r"\banew\b": "again, or re-…",
	r"\bin vain\b": "without success",
	r"\bdebts?\b": "owed items",
	r"\bladder\b": "escalation steps",
	r"\bwhen left out\b": "by default …",
	r"\b(?:as things stand|as it stands|as they stand)\b": "currently, as it is",
	r"\bthe house\b": "the organisation",
	r"\bfor (?:it|they|Frappe|ERPNext|we) (?:is|has|would|keeps|caches|only|must|does|are|were|was|could|asks|takes|makes|reads|knows|lets)\b": "because …",
	r"\blose sight of\b": "lose access to",
	r"\bcarr(?:y|ies) (?:a|no|the) (?:confidentiality )?level\b": "has a level",
	r"\bthere is no such\b": "… does not exist",
	r":raises \S+ so it is\b": "what is wrong, in words",
	r"\b(?:asks?|asked) (?:the|no) database\b": "queries the database",
	r"\blikewise\b": "in the same way, the same for …",
}


def words_of_python(path: Path) -> Iterator[str]:
	source = path.read_text(encoding="utf-8")
	for node in ast.walk(ast.parse(source)):
		if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
			yield ast.get_docstring(node) or ""
			if getattr(node, "name", "").startswith("test_"):
				yield node.name.replace("_", " ")
		elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in TRANSLATORS:
			yield from (each.value for each in node.args if isinstance(getattr(each, "value", None), str))
	for token in tokenize.generate_tokens(io.StringIO(source).readline):
		if token.type == tokenize.COMMENT:
			yield token.string.lstrip("# ")


def labels_and_descriptions(value: object) -> Iterator[str]:
	if isinstance(value, list):
		for each in value:
			yield from labels_and_descriptions(each)
	elif isinstance(value, dict):
		for key, each in value.items():
			if key in ("label", "description") and isinstance(each, str):
				yield each
			else:
				yield from labels_and_descriptions(each)


@cache
def texts() -> tuple[tuple[str, str], ...]:
	"""Everything that people read: (file, text)."""
	return tuple((file, " ".join(text.split())) for file, text in _texts())


def _texts() -> Iterator[tuple[str, str]]:
	for path in PYTHON:
		for text in words_of_python(path):
			yield str(path.relative_to(ROOT)), text
	for path in SCRIPTS:
		for text in re.findall(WORDS_OF_JAVASCRIPT, path.read_text(encoding="utf-8")):
			yield str(path.relative_to(ROOT)), text
	for path in SCHEMAS:
		for text in labels_and_descriptions(json.loads(path.read_text(encoding="utf-8"))):
			yield str(path.relative_to(ROOT)), text
	for path in DOCS:
		yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


@pytest.mark.parametrize("wording", PLAIN)
def test_odd_wordings_stay_away(wording):
	found = [
		f"{file}: {text[max(0, hit.start() - 40) : hit.end() + 40]!r}"
		for file, text in texts()
		for hit in re.finditer(wording, text, re.IGNORECASE)
	]
	assert found == [], f"write instead: {PLAIN[wording]}"
