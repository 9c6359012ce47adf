"""Whether a series of feedback changed, or varies only by chance (F-3).

- **u-chart** (counts by volume): NIST/SEMATECH e-Handbook of Statistical Methods, section 6.3.3.1;
  Montgomery, Introduction to Statistical Quality Control. Around the mean rate, with the exact Poisson limits whose
  tail is that of three standard deviations (0.00135 on each side). The normal ones exceed it: with a mean of 15 the
  upper one is exceeded in 0.33 % of periods.
- **g-chart** (rare kinds): Benneyan, J. C. (2001): Number-between g-type statistical quality control charts
  for monitoring adverse events. Health Care Management Science 4, 305-318. Periods between events; limits of
  the geometric distribution with the same tail.
- **Run rules** (shifts): Anhøj, J. and Olesen, A. V. (2014): Run charts revisited: a simulation study of run
  chart rules for detection of non-random variation in health care processes. PLoS ONE 9(11), e113825. A run
  longer than log2(n) + 3, rounded, or fewer crossings of the median than the 5 % quantile of a binomial
  distribution with n - 1 trials of one half.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

from client_comms.rules.messages import Message, RuleError, _

TAIL = 0.00135  # beyond three standard deviations, on one side
_FAR = 12  # standard deviations below a mean, where a sum can begin
FEW_PERIODS = 10  # useful periods below which run rules say nothing (Anhøj)
FEW_FOR_LIMITS = 6  # periods below which a mean rate is not a baseline
FEW_EVENTS = 4  # gaps below which the mean of rare events is meaningless

RARE = 1.0  # monthly average of rare events

U_CHART, G_CHART, RUN_RULES = _("u-chart"), _("g-chart"), _("run rules")

ABOVE_LIMIT = "above-limit"
BELOW_LIMIT = "below-limit"
LONG_RUN = "long-run"
FEW_CROSSINGS = "few-crossings"
SHORT_GAP = "short-gap"
LONG_GAP = "long-gap"


@dataclass(frozen=True, slots=True)
class Signal:
	"""A rule that fired: at the period with this number (the last one of a run), with its message."""

	rule: str
	period: int
	message: Message


@dataclass(frozen=True, slots=True)
class Chart:
	"""`values` with their `centre` and limits, one for each period; None where a period has no exposure.

	`few`: why the series is too short to say anything, otherwise None.
	"""

	values: tuple[float | None, ...]
	centre: float | None = None
	lower: tuple[float | None, ...] = ()
	upper: tuple[float | None, ...] = ()
	signals: tuple[Signal, ...] = ()
	few: Message | None = field(default=None)


def u_chart(counts: Sequence[int], exposures: Sequence[float], baseline: int | None = None) -> Chart:
	"""Counts of each period by its volume, such as complaints by closed interactions.

	:param exposures: volume of each period, 0 or more; a period without volume is left out
	:param baseline: the number of periods, from the first, used for the mean; all by default
	:raises RuleError: counts and exposures do not match
	"""
	if len(counts) != len(exposures) or any(count < 0 for count in counts) or any(e < 0 for e in exposures):
		raise RuleError(Message(_("Enter a count and a volume of 0 or more for each period.")))
	values = tuple(count / e if e else None for count, e in zip(counts, exposures, strict=True))
	base = range(len(counts) if baseline is None else min(baseline, len(counts)))
	volume = sum(exposures[i] for i in base)
	useful = sum(1 for i in base if exposures[i])
	if useful < FEW_FOR_LIMITS or not volume or not sum(counts[i] for i in base):
		return Chart(values, few=_too_few(FEW_FOR_LIMITS, useful))
	mean = sum(counts[i] for i in base) / volume
	lower, upper, signals = [], [], []
	for period, (count, exposure) in enumerate(zip(counts, exposures, strict=True)):
		if not exposure:
			lower.append(None)
			upper.append(None)
			continue
		low, high = poisson_limits(mean * exposure)
		lower.append(low / exposure)
		upper.append(high / exposure)
		if count > high:
			text = _("{count} is above the upper limit of {limit} for a period of this volume (u-chart).")
			signals.append(_beyond(ABOVE_LIMIT, text, period, count, high))
		elif count < low:
			text = _("{count} is below the lower limit of {limit} for a period of this volume (u-chart).")
			signals.append(_beyond(BELOW_LIMIT, text, period, count, low))
	return Chart(values, mean, tuple(lower), tuple(upper), tuple(signals))


def poisson_limits(expected: float) -> tuple[int, int]:
	"""The lowest and the highest count of a period that chance explains: fewer, or more, come with a probability of at
	most `TAIL` each.

	:param expected: above 0
	"""
	count = max(0, int(expected - _FAR * math.sqrt(expected)))
	term = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
	below = 0.0
	while below + term <= TAIL:
		below += term
		count += 1
		term *= expected / count
	lowest = count
	while 1 - below - term > TAIL:
		below += term
		count += 1
		term *= expected / count
	return lowest, count


def _beyond(rule: str, text: str, period: int, count: float, limit: float) -> Signal:
	return Signal(rule, period, Message(text, {"count": count, "limit": f"{limit:.1f}"}))


def g_chart(gaps: Sequence[int], baseline: int | None = None) -> Chart:
	"""Rare events by the opportunities (days, closed interactions) that passed without one before each.

	:param gaps: opportunities since the event before, 0 or more, in the order of the events
	:param baseline: the number of gaps, from the first, used for the mean; all by default
	"""
	values = tuple(map(float, gaps))
	base = gaps if baseline is None else gaps[:baseline]
	if len(base) < FEW_EVENTS:
		return Chart(values, few=_too_few(FEW_EVENTS, len(base)))
	mean = sum(base) / len(base)
	chance = 1 / (mean + 1)
	# P(gap >= g) = (1 - chance)^g
	upper = math.log(TAIL) / math.log(1 - chance) if chance < 1 else 0.0
	lower = math.log(1 - TAIL) / math.log(1 - chance) if chance < 1 else 0.0
	signals = []
	for period, gap in enumerate(gaps):
		if gap > upper:
			text = _(
				"A gap of {count} is above the upper limit of {limit} (g-chart), so this has become rarer."
			)
			signals.append(_beyond(LONG_GAP, text, period, gap, upper))
		elif gap + 1 <= lower:
			text = _(
				"A gap of {count} is below the lower limit of {limit} (g-chart), so this has become more frequent."
			)
			signals.append(_beyond(SHORT_GAP, text, period, gap, lower))
	return Chart(values, mean, (lower,) * len(gaps), (upper,) * len(gaps), tuple(signals))


def runs(values: Sequence[float | None]) -> Chart:
	"""Shifts of a series around its median: a long run on one side, or too few crossings (Anhøj and Olesen)."""
	present = [(period, value) for period, value in enumerate(values) if value is not None]
	if not present:
		return Chart(tuple(values), few=_too_few(FEW_PERIODS, 0))
	centre = median(value for _period, value in present)
	useful = [(period, value > centre) for period, value in present if value != centre]
	if len(useful) < FEW_PERIODS:
		return Chart(tuple(values), centre, few=_too_few(FEW_PERIODS, len(useful)))
	signals = []
	longest = longest_run(len(useful))
	for above, members in groupby(useful, key=lambda each: each[1]):
		members = list(members)
		if len(members) > longest:
			text = (
				_("{count} periods in a row are above the median, more than {limit} (Anhøj's run rule).")
				if above
				else _("{count} periods in a row are below the median, more than {limit} (Anhøj's run rule).")
			)
			signals.append(
				Signal(LONG_RUN, members[-1][0], Message(text, {"count": len(members), "limit": longest}))
			)
	crossings = sum(one[1] != other[1] for one, other in pairwise(useful))
	if crossings < fewest_crossings(len(useful)):
		text = _("The series crosses its median {count} times, fewer than {limit} (Anhøj's crossings rule).")
		signals.append(
			Signal(
				FEW_CROSSINGS,
				useful[-1][0],
				Message(text, {"count": crossings, "limit": fewest_crossings(len(useful))}),
			)
		)
	return Chart(tuple(values), centre, signals=tuple(signals))


def longest_run(useful: int) -> int:
	"""The longest run that chance explains, for this many values that are not on the median."""
	return round(math.log2(useful) + 3)


def fewest_crossings(useful: int) -> int:
	"""The fewest crossings that chance explains: the 5 % quantile of a binomial distribution of one half."""
	trials, total, count = useful - 1, 0.0, 0
	while True:
		total += math.comb(trials, count) / 2**trials
		if total >= 0.05:
			return count
		count += 1


def of_months(
	counts: Sequence[int], exposures: Sequence[float], gaps: Sequence[int]
) -> list[tuple[str, Chart]]:
	"""The method and the chart of each test that a series of months gets, the chart to show first: below `RARE` a month the
	gaps between events say more than counts.

	:param gaps: days between the events of the months, in their order
	"""
	if sum(counts) / len(counts) < RARE:
		return [(G_CHART, g_chart(gaps))]
	limits = u_chart(counts, exposures)
	return [(U_CHART, limits), (RUN_RULES, runs(limits.values))]


def _too_few(needed: int, given: int) -> Message:
	return Message(
		_("Too few values: {given} are usable, but this method needs {needed}."),
		{"given": given, "needed": needed},
	)
