"""A thousand pairs of matrix versions on a site: simulated, activated, compared (M-1, T-4, D-5).

`CLIENT_COMMS_PAIRS` (by default 1,000) and `CLIENT_COMMS_PAIRS_SEED` (by default 2026) choose others. What was seen is
written to the results, with the seconds that it took.
"""

import functools
import json
import os
import random
import time

import frappe
import matrix_pairs
import pytest

pytestmark = pytest.mark.clause("M-1", "T-4", "D-5")

PAIRS = int(os.environ.get("CLIENT_COMMS_PAIRS", "1000"))
SEED = int(os.environ.get("CLIENT_COMMS_PAIRS_SEED", "2026"))
AT_A_TIME = 10  # versions that follow each other, before the next ones begin with the shipped version again
INTERACTIONS = 5
_BEGINNING = "before_these_versions"


def test_activation_does_what_the_simulation_said(site, make_user, clock_at, results):
	results.mkdir(parents=True, exist_ok=True)
	draw, began = random.Random(SEED), time.perf_counter()
	with clock_at("2026-11-24 08:00"):
		pairs = matrix_pairs.prepare(draw, INTERACTIONS, functools.cache(make_user), explained=1)
	for start in range(0, PAIRS, AT_A_TIME):
		frappe.db.savepoint(_BEGINNING)
		pairs.user_with = functools.cache(make_user)  # the rollback takes the users of before
		for number in range(min(AT_A_TIME, PAIRS - start)):
			moment = f"2026-11-24 09:{number:02}"
			with clock_at(moment):
				pairs.compare(matrix_pairs.draft(draw, moment, most=draw.random() < 0.6, may_drop=True))
		frappe.db.rollback(save_point=_BEGINNING)
		frappe.clear_cache()
		found = {**pairs.seen, "seed": SEED, "seconds": round(time.perf_counter() - began)}
		(results / "matrix_pairs.json").write_text(json.dumps(found, indent=1))
	assert pairs.seen["pairs"] == PAIRS
	assert pairs.seen["openings"] and pairs.seen["gained"] and pairs.seen["lost"]
