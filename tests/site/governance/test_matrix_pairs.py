"""Simulated, activated, compared: generated pairs of matrix versions (M-1, T-4, D-5).

`scripts/run-tests scale -- -k matrix_pairs` does the same with a thousand pairs, `setup/test_demo.py` on the demonstration.
"""

import functools
import random

import matrix_pairs
import pytest

from client_comms.client_interactions.clocks import sweep

pytestmark = pytest.mark.clause("M-1", "T-4", "D-5")
PAIRS = 12


@pytest.fixture
def user_with(make_user):
	"""`user_with("Account Manager")` makes a user with these roles, the same for the same roles."""
	return functools.cache(make_user)


def test_over_generated_pairs_of_versions(user_with, clock_at, set_calendar):
	draw = random.Random(14)
	set_calendar(["09:00-17:00"])
	with clock_at("2026-11-24 15:00"):
		pairs = matrix_pairs.prepare(draw, 10, user_with)
		sweep.run()
	for number in range(PAIRS):
		moment = f"2026-11-24 15:{number + 1:02}"
		with clock_at(moment):
			pairs.compare(matrix_pairs.draft(draw, moment, most=number % 3 > 0, may_drop=True))
	assert pairs.seen["pairs"] == PAIRS and pairs.seen["openings"] and pairs.seen["openings"] < PAIRS
	assert pairs.seen["gained"] and pairs.seen["lost"]
