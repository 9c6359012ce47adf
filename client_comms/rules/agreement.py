"""How much two reviewers agree beyond chance: weighted kappa with its confidence interval (R-2).

Cohen, J. (1968): Weighted kappa. Psychological Bulletin 70, 213-220. Standard error after Fleiss, J. L., Cohen, J. and
Everitt, B. S. (1969): Large sample standard errors of kappa and weighted kappa. Psychological Bulletin 72, 323-327.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from client_comms.rules.messages import Message, RuleError, _

FEW = 20  # below this number of pairs, the interval is too wide to say anything
Z_95 = 1.959963984540054

Weights = Callable[[int, int, int], float]


@dataclass(frozen=True, slots=True)
class Agreement:
	"""`kappa` from -1 to 1, with its 95 % interval; None where it is not defined.

	It is undefined without pairs, and if both gave every record the same score, because chance would agree as well.
	`observed` is the weighted share of agreement. `few`: too few pairs to say anything.
	"""

	pairs: int
	observed: float | None
	kappa: float | None
	low: float | None
	high: float | None
	few: bool


def linear(one: int, other: int, categories: int) -> float:
	"""Agreement weight of two categories by their distance (Cicchetti and Allison, 1971)."""
	return 1 - abs(one - other) / (categories - 1) if categories > 1 else 1.0


def weighted_kappa(pairs: Sequence[tuple[object, object]], categories: Sequence[object]) -> Agreement:
	"""The agreement of pairs of scores.

	:param pairs: the two scores of each record
	:param categories: all possible scores in ascending order
	:raises RuleError: a score is not one of the categories
	"""
	place = {category: number for number, category in enumerate(categories)}
	unknown = {score for pair in pairs for score in pair} - set(place)
	if unknown:
		raise RuleError(
			Message(_("{score} is not a possible score."), {"score": ", ".join(sorted(map(str, unknown)))})
		)
	table = [[0] * len(categories) for _category in categories]
	for one, other in pairs:
		table[place[one]][place[other]] += 1
	return of_table(table)


def of_table(table: Sequence[Sequence[int]], weights: Weights = linear) -> Agreement:
	"""The agreement of a square table of counts: rows are one reviewer's categories, columns the other's."""
	size, total = len(table), sum(map(sum, table))
	if not total:
		return Agreement(0, None, None, None, None, True)
	cells = list(product(range(size), repeat=2))
	weight = {(i, j): weights(i, j, size) for i, j in cells}
	share = {(i, j): table[i][j] / total for i, j in cells}
	rows = [sum(share[i, j] for j in range(size)) for i in range(size)]
	columns = [sum(share[i, j] for i in range(size)) for j in range(size)]
	observed = sum(weight[cell] * share[cell] for cell in cells)
	expected = sum(weight[i, j] * rows[i] * columns[j] for i, j in cells)
	few = total < FEW
	if math.isclose(expected, 1):
		return Agreement(total, observed, None, None, None, few)
	kappa = (observed - expected) / (1 - expected)
	# Mean weights of each row and column category, by the other reviewer's shares.
	of_row = [sum(weight[i, j] * columns[j] for j in range(size)) for i in range(size)]
	of_column = [sum(weight[i, j] * rows[i] for i in range(size)) for j in range(size)]
	spread = sum(
		share[i, j] * (weight[i, j] - (of_row[i] + of_column[j]) * (1 - kappa)) ** 2 for i, j in cells
	)
	variance = (spread - (kappa - expected * (1 - kappa)) ** 2) / (total * (1 - expected) ** 2)
	error = Z_95 * math.sqrt(max(variance, 0))
	return Agreement(total, observed, kappa, max(-1.0, kappa - error), min(1.0, kappa + error), few)
