"""The picture of how costs grow shows the tables that it is made of (D-5)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scale"))

import growth

SMALL = """| DocType | rows | a page of 20 | counting to 1,001 |
|---|---|---|---|
| ToDo | 4,000 | 679 / 203 | 659 / 183 |
| Issue | 2,000 | 283 / 20 | 3,045 / 1,001 |
"""
LARGE = "| ToDo | 400,000 | 5,310 / 1,597 | 5,290 / 1,577 |\n"


def test_a_line_needs_a_point_at_each_size():
	lines = growth.read({1_000_000: LARGE, 10_000: SMALL})
	assert lines == {"ToDo": [(10_000, 679), (1_000_000, 5310)]}
	picture = growth.draw(lines)
	assert "ToDo (679 → 5,310)" in picture and "Issue" not in picture
	assert picture.count("<circle") == 2


def test_what_grows_more_stands_higher():
	lines = {"Slow": [(10, 100), (1000, 200)], "Fast": [(10, 100), (1000, 5000)]}
	ends = [
		float(line.split('"')[3])
		for line in growth.draw(lines).splitlines()
		if line.startswith("<circle") and 'cx="650.0"' in line
	]
	assert ends[0] > ends[1]  # from the top
