"""Tables on a terminal, for untrusted text in any script."""

import shutil
import unicodedata
from collections.abc import Iterable, Sequence

_PIPED_WIDTH = 180
_NARROWEST_TEXT = 12


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], flexible: Sequence[int] = ()) -> None:
	"""Print aligned columns; those in `flexible` are shortened if the terminal is too narrow."""
	table = [head, *([printable(cell) for cell in row] for row in rows)]
	widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
	room = shutil.get_terminal_size((_PIPED_WIDTH, 0)).columns - 2 * (len(head) - 1)
	for column in sorted(flexible, key=lambda c: -widths[c]):
		excess = sum(widths) - room
		widths[column] = max(min(widths[column], _NARROWEST_TEXT), widths[column] - max(excess, 0))
	for row in (table[0], ["-" * width for width in widths], *table[1:]):
		print("  ".join(_fitted(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def printable(text: str) -> str:
	"""Text without control characters, which must not reach the terminal, because anyone can send mail."""
	return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _fitted(text: str, width: int) -> str:
	if _width(text) > width:
		while _width(text) > width - 1:
			text = text[:-1]
		text += "…"
	return text + " " * (width - _width(text))


def _width(text: str) -> int:
	"""Columns on a terminal: Chinese and Japanese characters take two, combining marks none."""
	return sum(
		0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF")
		for each in text
	)
