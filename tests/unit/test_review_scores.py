"""The overall score of a record review, worked by hand (R-2)."""

import pytest

from client_comms.rules.messages import RuleError
from client_comms.rules.review_scores import Criterion, overall

pytestmark = pytest.mark.clause("R-2")

RUBRIC = (Criterion("Accuracy", 3, 4), Criterion("Completeness", 2, 4), Criterion("Wording", 1, 5))


def test_the_weighted_mean():
	"""(3 * 3/4 + 2 * 4/4 + 1 * 2/5) / 6 = 4.65 / 6 = 77.5 %."""
	assert overall(RUBRIC, {"Accuracy": 3, "Completeness": 4, "Wording": 2}) == 77.5


def test_best_and_worst():
	assert overall(RUBRIC, {"Accuracy": 4, "Completeness": 4, "Wording": 5}) == 100
	assert overall(RUBRIC, {"Accuracy": 0, "Completeness": 0, "Wording": 0}) == 0


def test_nothing_is_told_before_all_is_scored():
	assert overall(RUBRIC, {"Accuracy": 3, "Completeness": None, "Wording": 2}) is None
	assert overall(RUBRIC, {"Accuracy": 3}) is None
	assert overall((), {}) is None


@pytest.mark.parametrize("scores", [{"Accuracy": 5}, {"Accuracy": -1}, {"Speed": 1}])
def test_scores_that_cannot_be_are_refused(scores):
	with pytest.raises(RuleError):
		overall(RUBRIC, scores)
