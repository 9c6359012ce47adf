"""Two versions of a text side by side: paragraph by paragraph, and in changed paragraphs word by word (T-4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, CHANGED, REMOVED, ADDED = "same", "changed", "removed", "added"
_KINDS = {"equal": SAME, "replace": CHANGED, "delete": REMOVED, "insert": ADDED}
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Part:
	"""A piece of a paragraph; `changed` if the other version does not have it there."""

	text: str
	changed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
	"""A paragraph of the old version beside that of the new one; empty if one of them does not have it."""

	kind: str
	left: tuple[Part, ...]
	right: tuple[Part, ...]


def side_by_side(old: Sequence[str], new: Sequence[str]) -> list[Row]:
	"""Rows for two texts, given as their paragraphs."""
	rows = []
	for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
		before, after = old[a:b], new[c:d]
		for number in range(max(len(before), len(after))):
			left = before[number] if number < len(before) else ""
			right = after[number] if number < len(after) else ""
			kind = _KINDS[operation]
			if kind == CHANGED and not (left and right):
				kind = REMOVED if left else ADDED
			rows.append(Row(kind, *_parts(kind, left, right)))
	return rows


def _parts(kind: str, left: str, right: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
	if kind != CHANGED:
		return tuple((Part(text, kind != SAME),) if text else () for text in (left, right))
	old, new = _WORDS.findall(left), _WORDS.findall(right)
	befores, afters = [], []
	for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
		for parts, words in ((befores, old[a:b]), (afters, new[c:d])):
			if words:
				parts.append(Part("".join(words), operation != "equal"))
	return tuple(befores), tuple(afters)
