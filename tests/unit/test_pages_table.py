"""The table of page times shows what was measured (D-5)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scale"))

import pages_table

OLDER = {
	"version": "15.1.0",
	"interactions": 1_000_000,
	"cells": [
		["Issue: list", "usual", 12.0, 11.0, 10.0],
		["Issue: list", "busy", 30.0, 20.0, 20.0],
		["Board", "usual", 1500.0, 1500.0, 1500.0],
	],
}
NEWER = {
	"version": "16.1.0",
	"interactions": 1_000_000,
	"cells": [["Issue: list", "usual", 13.0, 10.0, 10.0]],
}


def test_a_row_shows_who_waits_longest_and_the_ratio_in_the_middle():
	rows = pages_table.table([OLDER, NEWER]).splitlines()
	assert "| Issue: list | 30, 20; 1.35; 1.30 | 13.0, 10.0; 1.30; 1.30 |" in rows
	assert "| Board | 1,500, 1,500; 1.00; 1.00 | – |" in rows


def test_the_last_row_counts_what_is_reached():
	last = pages_table.table([OLDER, NEWER]).splitlines()[-1]
	assert (
		last == "| **cells at most 1.2** | 2 of 3; beside any condition 2 | 0 of 1; beside any condition 0 |"
	)


def test_the_page_says_how_it_was_made():
	page = pages_table.table([OLDER])
	assert "1,000,000 interactions" in page and "CLIENT_COMMS_SCALE=1000000 scripts/run-tests" in page
