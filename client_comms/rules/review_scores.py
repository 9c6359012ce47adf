"""Scores of a record review by weighted criteria (R-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client_comms.rules.messages import Message, RuleError, _

HIGHEST = 10  # the highest score that a criterion may have


@dataclass(frozen=True, slots=True)
class Criterion:
	"""What is scored, from 0 to `highest`; `weight` above 0 is its part of the whole."""

	name: str
	weight: float
	highest: int


def overall(criteria: Sequence[Criterion], scores: Mapping[str, int | None]) -> float | None:
	"""The weighted mean in percent, from 0 to 100, to one decimal; None while a criterion has no score.

	A criterion that does not apply to the record is left out by the caller.

	:raises RuleError: a score is outside its range, or of something that is not scored
	"""
	known = {criterion.name: criterion for criterion in criteria}
	for name, score in scores.items():
		if name not in known:
			raise RuleError(Message(_("{criterion} is not a criterion of this review."), {"criterion": name}))
		if score is not None and not 0 <= score <= known[name].highest:
			raise RuleError(
				Message(
					_("The score of {criterion} must be from 0 to {highest}."),
					{"criterion": name, "highest": known[name].highest},
				)
			)
	if not criteria or any(scores.get(name) is None for name in known):
		return None
	weight = sum(criterion.weight for criterion in criteria)
	points = sum(each.weight * scores[each.name] / each.highest for each in criteria)
	return round(100 * points / weight, 1)


def by_share(part: int, whole: int, highest: int) -> int:
	"""The score for `part` of `whole` being right: all of it is the highest score, none is 0; a part is rounded down.

	:param whole: above 0
	"""
	return part * highest // whole


def by_faults(faults: int, highest: int) -> int:
	"""The score for a number of faults: each costs one point."""
	return max(0, highest - faults)
