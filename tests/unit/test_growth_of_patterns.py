"""Regular expressions that read what others wrote take time in proportion to its length, however it was written (C-3, D-1)."""

import ast
import importlib
import pkgutil
import re
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_comms import rules

try:
	from re import _constants as codes
	from re import _parser as parser
except ImportError:  # Python 3.10
	import sre_constants as codes
	import sre_parse as parser

APP = Path(rules.__file__).parents[1]
FOLDERS = ("rules", "intake")
LENGTH = 16_000
# What grows with the length takes some milliseconds; what grows with its square, many seconds.
MOST_SECONDS = 0.12
CHARACTERS = "a1 -.<@:'_=[(\n字"
FAILS = ("", "\0")
ANCHORED = {"match", "fullmatch"}


def _modules() -> Iterator:
	for module in pkgutil.iter_modules(rules.__path__):
		yield importlib.import_module(f"{rules.__name__}.{module.name}")


def _patterns() -> dict[str, tuple[re.Pattern, str]]:
	"""Where it stands → the pattern, and how it is used: those of the rules by their names, and those written where they are used."""
	found, uses = {}, _uses()
	for module in _modules():
		file = module.__name__.rpartition(".")[2]
		for name, value in vars(module).items():
			for each in value if isinstance(value, tuple) else (value,):
				if isinstance(each, re.Pattern):
					methods = uses.get((file, name), {"search"})
					found[f"{file}.{name}"] = (each, "match" if methods <= ANCHORED else "finditer")
	for path in _files():
		for node in ast.walk(ast.parse(path.read_text())):
			if (
				(method := _method_of(node))
				and _name_of(node.func.value) == ("", "re")
				and method != "compile"
			):
				if node.args and isinstance(node.args[0], ast.Constant):
					pattern = re.compile(node.args[0].value)
					found[f"{path.stem}:{node.lineno}"] = (
						pattern,
						method if method in ANCHORED else "finditer",
					)
	return {place: (_of_text(pattern), method) for place, (pattern, method) in found.items()}


def _files() -> list[Path]:
	return sorted(path for folder in FOLDERS for path in (APP / folder).glob("*.py"))


def _uses() -> dict[tuple[str, str], set[str]]:
	"""File and name of a pattern → the methods of it that are called; where it is handed on, "search" stands for them."""
	found: dict[tuple[str, str], set[str]] = {}
	for path in _files():
		tree = ast.parse(path.read_text())
		called = {id(node.func.value) for node in ast.walk(tree) if _method_of(node)}
		for node in ast.walk(tree):
			if _method_of(node):
				where, name = _name_of(node.func.value)
				found.setdefault((where or path.stem, name), set()).add(_method_of(node))
			elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in called:
				found.setdefault((path.stem, node.id), set()).add("search")
	return found


def _method_of(node: ast.AST) -> str | None:
	return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None


def _name_of(node: ast.AST) -> tuple[str, str]:
	"""Module and name of what a method is called of; the module is empty for one's own."""
	if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
		return node.value.id, node.attr
	return "", node.id if isinstance(node, ast.Name) else ""


def _of_text(pattern: re.Pattern) -> re.Pattern:
	return pattern if isinstance(pattern.pattern, str) else re.compile(pattern.pattern.decode("latin-1"))


PATTERNS = _patterns()


# --- hostile texts, made of the pattern ------------------------------------------------------------------


def _hostile(pattern: re.Pattern) -> Iterator[str]:
	"""What the pattern matches, with each part that can repeat repeated as long as the text, and with the way there repeated."""
	if not _can_grow(parser.parse(pattern.pattern, pattern.flags)):
		return
	seen = set()
	for liked in CHARACTERS:
		for before, body in _repeated(parser.parse(pattern.pattern, pattern.flags), "", liked):
			for start, unit in ((before, body), ("", before + body), (before, body + before), ("", before)):
				if unit and (start, unit) not in seen:
					seen.add((start, unit))
					yield from (start + unit * (LENGTH // len(unit)) + end for end in FAILS)


def _can_grow(parsed) -> bool:
	return any(
		argument[1] > 100 or _can_grow(argument[2])
		if code in (codes.MAX_REPEAT, codes.MIN_REPEAT)
		else (code is codes.SUBPATTERN and _can_grow(argument[3]))
		or (code is codes.BRANCH and any(map(_can_grow, argument[1])))
		for code, argument in parsed
	)


def _repeated(parsed, before: str, liked: str) -> Iterator[tuple[str, str]]:
	for code, argument in parsed:
		if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
			least, most, body = argument
			if most == codes.MAXREPEAT or most > 20:
				yield before, _sample(body, liked)
			yield from _repeated(body, before, liked)
			before += _sample(body, liked) * max(least, 1)
			continue
		if code is codes.SUBPATTERN:
			yield from _repeated(argument[3], before, liked)
		elif code is codes.BRANCH:
			for branch in argument[1]:
				yield from _repeated(branch, before, liked)
		before += _sample([(code, argument)], liked)
	yield before, before


def _sample(parsed, liked: str) -> str:
	return "".join(_sample_of(code, argument, liked) for code, argument in parsed)


def _sample_of(code, argument, liked: str) -> str:
	if code is codes.LITERAL:
		return chr(argument)
	if code in (codes.IN, codes.ANY, codes.NOT_LITERAL):
		return next(each for each in (liked, *CHARACTERS, "\ue000") if _is_in(code, argument, each))
	if code is codes.SUBPATTERN:
		return _sample(argument[3], liked)
	if code is codes.BRANCH:
		return _sample(argument[1][0], liked)
	if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
		return _sample(argument[2], liked) * max(argument[0], 1)
	return ""


_CLASSES = {
	codes.CATEGORY_DIGIT: str.isdigit,
	codes.CATEGORY_SPACE: str.isspace,
	codes.CATEGORY_WORD: lambda each: each.isalnum() or each == "_",
}
_OTHERS = {
	codes.CATEGORY_NOT_DIGIT: codes.CATEGORY_DIGIT,
	codes.CATEGORY_NOT_SPACE: codes.CATEGORY_SPACE,
	codes.CATEGORY_NOT_WORD: codes.CATEGORY_WORD,
}


def _is_in(code, argument, character: str) -> bool:
	if code is codes.ANY:
		return character != "\n"
	if code is codes.NOT_LITERAL:
		return ord(character) != argument
	items = list(argument)
	negated = items[0][0] is codes.NEGATE
	inside = any(_is_item(*item, character) for item in items[negated:])
	return inside != negated or character == "\ue000"  # of a class that has none of them


def _is_item(code, argument, character: str) -> bool:
	if code is codes.LITERAL:
		return ord(character) == argument
	if code is codes.RANGE:
		return argument[0] <= ord(character) <= argument[1]
	if argument in _OTHERS:
		return not _CLASSES[_OTHERS[argument]](character)
	return _CLASSES[argument](character)


# --- the tests ---------------------------------------------------------------------------------------------


def seconds_of(pattern: re.Pattern, text: str, method: str = "finditer") -> float:
	"""Of the processor, because other programs run beside the tests."""
	began = time.process_time()
	found = getattr(pattern, method)(text)
	if method == "finditer":
		deque(found, maxlen=0)
	return time.process_time() - began


@pytest.mark.parametrize("place", sorted(PATTERNS))
def test_time_grows_with_the_length_and_no_faster(place):
	pattern, method = PATTERNS[place]
	for text in _hostile(pattern):
		for length in (LENGTH // 20, LENGTH):
			most = MOST_SECONDS * length / LENGTH
			# Again, if something else stopped it.
			is_fast = any(seconds_of(pattern, text[:length], method) < most for _attempt in range(3))
			assert is_fast, (pattern.pattern, text[:60])


@pytest.mark.parametrize("pattern", (r"<([a-z][a-z]*)([^<>]*)>", r"\s+x", r"\w+@"))
def test_a_slow_pattern_is_found(pattern):
	slow = re.compile(pattern)
	assert any(seconds_of(slow, text) > MOST_SECONDS for text in _hostile(slow))
