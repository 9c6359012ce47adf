"""Makes docs/times.md of what `test_pages.py` measured (D-5).

Usage: python tests/scale/pages_table.py test-results/pages-15.json test-results/pages-16.json > docs/times.md
"""

import json
import statistics
import sys
from pathlib import Path

WANTED = 1.2
Cell = tuple[str, str, float, float, float]  # page, login, and ms with our condition, with any, with none

HEAD = """# Times of pages

{interactions:,} interactions, twice as many messages, two fifths as many to-dos and files: milliseconds of a request over HTTP, medians of at
most five. Each version: the login that waits longest, with the app's conditions and without them; the ratio of both in the middle of all logins; and
that ratio beside a condition that lets everything through. For a list with any condition at all, as for a user with User Permissions, Frappe looks
up what was shared with the user; without one it does not.

Made by `CLIENT_COMMS_SCALE={interactions} scripts/run-tests scale -- -k pages` and
`python tests/scale/pages_table.py test-results/pages-*.json > docs/times.md`. [Performance](performance.md) says what it means.

"""


def table(measured: list[dict]) -> str:
	"""The whole page, in Markdown."""
	found = [_by_page(each["cells"]) for each in measured]
	names = [f"Frappe {each['version']}" for each in measured]
	titles = ["page", *(f"{name}: ms, without; ratio; beside any condition" for name in names)]
	rows = [
		[page, *(_cell(pages.get(page, [])) for pages in found)]
		for page in dict.fromkeys(p for f in found for p in f)
	]
	rows.append([f"**cells at most {WANTED}**", *(_reached(each["cells"]) for each in measured)])
	lines = [titles, ["---"] * len(titles), *rows]
	head = HEAD.format(interactions=measured[0]["interactions"])
	return head + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _by_page(cells: list[Cell]) -> dict[str, list[Cell]]:
	found: dict[str, list[Cell]] = {}
	for cell in cells:
		found.setdefault(cell[0], []).append(cell)
	return found


def _cell(cells: list[Cell]) -> str:
	if not cells:
		return "–"
	_page, _login, ours, _any, none = max(cells, key=lambda cell: cell[2] - cell[4])
	ratio = statistics.median(cell[2] / cell[4] for cell in cells)
	beside_any = statistics.median(cell[2] / cell[3] for cell in cells)
	return f"{_ms(ours)}, {_ms(none)}; {ratio:.2f}; {beside_any:.2f}"


def _ms(number: float) -> str:
	return f"{number:.1f}" if number < 20 else f"{number:,.0f}"


def _reached(cells: list[Cell]) -> str:
	reached = sum(cell[2] <= WANTED * cell[4] for cell in cells)
	beside_any = sum(cell[2] <= WANTED * cell[3] for cell in cells)
	return f"{reached} of {len(cells)}; beside any condition {beside_any}"


if __name__ == "__main__":
	print(table([json.loads(Path(file).read_text()) for file in sys.argv[1:]]), end="")
