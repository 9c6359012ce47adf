"""Draws what a page reads at several sizes of a site, for docs/performance.md (D-5).

Usage: python tests/scale/growth.py INTERACTIONS=TABLE … > docs/images/growth.svg

Each TABLE is the `rows-read.md` that `test_rows_read.py` wrote at that number of interactions.
Both axes are logarithmic: what grows with the site is as steep as the dashed line, what follows the page stays flat.
"""

import math
import re
import sys
from html import escape
from itertools import cycle
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, LEGEND, BOTTOM = 900, 480, 70, 40, 250, 50
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf")
# | DocType | rows | a page: with the condition / … / without it | counting: the same |
ROW = re.compile(r"\| ([A-Z][\w ]+?) \| [\d,]+ \| ([\d,]+)(?: / [\d,]+)+ \| [\d,]+(?: / [\d,]+)+ \|")

Lines = dict[
	str, list[tuple[int, int]]
]  # DocType → number of interactions and rows read for a page, at each size


def read(tables: dict[int, str]) -> Lines:
	"""The DocTypes that stand in every table."""
	lines: Lines = {}
	for size, text in sorted(tables.items()):
		for doctype, ours in ROW.findall(text):
			lines.setdefault(doctype, []).append((size, int(ours.replace(",", ""))))
	return {doctype: points for doctype, points in lines.items() if len(points) == len(tables)}


def draw(lines: Lines) -> str:
	"""An SVG picture. At least two sizes are needed, and a DocType that stands at each."""
	sizes = sorted({size for points in lines.values() for size, _rows in points})
	least = min(rows for points in lines.values() for _size, rows in points)
	# Of the site: the size times its logarithm, from where the lowest line begins.
	steep = [(size, round(least * size * math.log(size) / (sizes[0] * math.log(sizes[0])))) for size in sizes]
	highest = max(rows for points in (*lines.values(), steep) for _size, rows in points)
	low, high = math.floor(math.log10(least)), math.ceil(math.log10(highest))
	right, bottom = WIDTH - LEGEND, HEIGHT - BOTTOM

	def x(size: int) -> float:
		return LEFT + (right - LEFT) * math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])

	def y(rows: int) -> float:
		return bottom - (bottom - TOP) * (math.log10(rows) - low) / (high - low)

	def path(points) -> str:
		return " ".join(f"{x(size):.1f},{y(rows):.1f}" for size, rows in points)

	def text(left: float, top: float, words: str, anchor: str = "start") -> str:
		return f'<text x="{left:.1f}" y="{top:.1f}" text-anchor="{anchor}">{escape(words)}</text>'

	parts = [
		f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
		f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
		text(LEFT, TOP - 16, "Rows that the database reads for a page of 20, for the most expensive login"),
		text((LEFT + right) / 2, HEIGHT - 10, "interactions on the site", "middle"),
	]
	for power in range(low, high + 1):
		at = y(10**power)
		parts.append(f'<line x1="{LEFT}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
		parts.append(text(LEFT - 8, at + 4, f"{10**power:,}", "end"))
	parts += [text(x(size), bottom + 18, f"{size:,}", "middle") for size in sizes]
	parts.append(
		f'<polyline points="{path(steep)}" fill="none" stroke="#888" stroke-width="2" stroke-dasharray="6 5"/>'
	)
	parts.append(text(right + 16, TOP + 4, "- - -  n log n"))
	for place, ((doctype, points), colour) in enumerate(zip(lines.items(), cycle(COLOURS), strict=False), 1):
		parts.append(f'<polyline points="{path(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
		parts += [
			f'<circle cx="{x(size):.1f}" cy="{y(rows):.1f}" r="3" fill="{colour}"/>' for size, rows in points
		]
		at = TOP + 4 + 22 * place
		parts.append(
			f'<rect x="{right + 16}" y="{at - 9}" width="18" height="4" transform="translate(0 3)" fill="{colour}"/>'
		)
		parts.append(text(right + 42, at, f"{doctype} ({points[0][1]:,} → {points[-1][1]:,})"))
	return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
	named = dict(each.split("=", 1) for each in sys.argv[1:])
	sys.stdout.write(draw(read({int(size): Path(path).read_text() for size, path in named.items()})))
