"""Weighted kappa against published and hand-worked values (R-2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.agreement import linear, of_table, weighted_kappa
from client_comms.rules.messages import RuleError

pytestmark = pytest.mark.clause("R-2")

# Cohen (1968), table 1: two judges, 200 patients; unweighted kappa 0.492, weighted kappa 0.348 with the disagreement
# weights 0, 1, 3 / 1, 0, 6 / 3, 6, 0.
COHEN = [[88, 10, 2], [14, 40, 6], [18, 10, 12]]
COHENS_DISAGREEMENT = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]


def exact(one, other, _size):
	"""The weights of Cohen's kappa of 1960: only the same category agrees."""
	return float(one == other)


def test_cohens_own_examples():
	assert of_table(COHEN, exact).kappa == pytest.approx(0.492, abs=0.0005)
	weights = lambda i, j, _size: 1 - COHENS_DISAGREEMENT[i][j] / 6  # noqa: E731
	assert of_table(COHEN, weights).kappa == pytest.approx(0.348, abs=0.0005)


def test_a_table_worked_by_hand():
	"""Scores 1 to 3, linear weights 1, 1/2, 0.

	20 records: [[4, 2, 0], [1, 6, 1], [0, 2, 4]]; rows 6, 8, 6; columns 5, 10, 5.
	Observed: (14 + 6/2) / 20 = 0.85. Expected: ((30 + 80 + 30) + (60 + 40 + 40 + 60) / 2) / 400 = 240 / 400 = 0.6.
	Kappa: 0.25 / 0.4 = 0.625.
	"""
	found = of_table([[4, 2, 0], [1, 6, 1], [0, 2, 4]], linear)
	assert found.observed == pytest.approx(0.85)
	assert found.kappa == pytest.approx(0.625)
	assert not found.few


def test_the_interval_of_an_unweighted_kappa():
	"""The simple table [[20, 5], [10, 15]]: kappa 0.4; Fleiss, Cohen and Everitt's error, worked by hand.

	p.o 0.7, p.e 0.5. A = sum p.ii (1 - (p.i+ + p.+i)(1 - k))^2 = 0.4 (1 - 1.1 * 0.6)^2 + 0.3 (1 - 0.9 * 0.6)^2 = 0.10972
	B = (1 - k)^2 sum p.ij (p.+i + p.j+)^2 off the diagonal = 0.36 (0.1 (0.6 + 0.5)^2 + 0.2 (0.4 + 0.5)^2) = 0.10188
	C = (k - p.e (1 - k))^2 = 0.01. Variance (A + B - C) / (50 * 0.25) = 0.016128; error 0.12700.
	"""
	found = of_table([[20, 5], [10, 15]], exact)
	assert found.kappa == pytest.approx(0.4)
	assert (found.high - found.low) / 2 / 1.96 == pytest.approx(0.12700, abs=0.0001)


def test_pairs_are_counted_into_the_table():
	pairs = [(1, 1)] * 4 + [(1, 2)] * 2 + [(2, 1)] + [(2, 2)] * 6 + [(2, 3)] + [(3, 2)] * 2 + [(3, 3)] * 4
	assert weighted_kappa(pairs, (1, 2, 3)) == of_table([[4, 2, 0], [1, 6, 1], [0, 2, 4]])


def test_full_agreement_and_none():
	assert weighted_kappa([(1, 1), (3, 3)] * 20, (1, 2, 3)).kappa == pytest.approx(1)
	assert weighted_kappa([(1, 3), (3, 1)] * 20, (1, 2, 3)).kappa == pytest.approx(-1)


def test_where_chance_agrees_fully_there_is_no_kappa():
	found = weighted_kappa([(2, 2)] * 30, (1, 2, 3))
	assert (found.observed, found.kappa, found.low) == (1, None, None)
	assert weighted_kappa([], (1, 2)).kappa is None


def test_few_pairs_are_told():
	assert weighted_kappa([(1, 2), (2, 2), (1, 1)], (1, 2)).few


def test_a_score_outside_the_scale_is_refused():
	with pytest.raises(RuleError, match="7 is not a possible score"):
		weighted_kappa([(1, 7)], (1, 2, 3))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60))
def test_what_holds_for_every_table(pairs):
	found = weighted_kappa(pairs, range(5))
	swapped = weighted_kappa([(b, a) for a, b in pairs], range(5))
	assert found.kappa == pytest.approx(swapped.kappa) if found.kappa is not None else swapped.kappa is None
	if found.kappa is not None:
		assert -1 - 1e-9 <= found.low <= found.kappa + 1e-9 and found.kappa - 1e-9 <= found.high <= 1 + 1e-9
