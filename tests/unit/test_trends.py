"""Charts and run rules of feedback against published tables, hand-worked limits and simulated series (F-3)."""

import math
import random
from collections import Counter, defaultdict
from functools import cache
from itertools import pairwise

import pytest

from client_comms.rules import trends
from client_comms.rules.messages import RuleError

pytestmark = pytest.mark.clause("F-3")

FLAT_SERIES = 1000
PERIODS = 18


def poisson(draws, mean):
	"""A Poisson number by Knuth's method."""
	limit, product, count = math.exp(-mean), draws.random(), 0
	while product > limit:
		product *= draws.random()
		count += 1
	return count


@pytest.mark.parametrize(
	("useful", "longest", "crossings"),
	# Anhøj and Olesen (2014), table 1
	[(10, 6, 2), (12, 7, 3), (15, 7, 4), (18, 7, 5), (19, 7, 6), (20, 7, 6), (24, 8, 8)],
)
def test_limits_of_the_run_rules(useful, longest, crossings):
	assert trends.longest_run(useful) == longest
	assert trends.fewest_crossings(useful) == crossings


def test_a_shift_is_a_long_run():
	chart = trends.runs([3, 5, 4, 3, 5, 4, 3, 4, 5, 9, 8, 9, 10, 9, 8, 9, 10, 9])
	assert {signal.rule for signal in chart.signals} == {trends.LONG_RUN, trends.FEW_CROSSINGS}
	last = max(signal.period for signal in chart.signals if signal.rule == trends.LONG_RUN)
	assert last == 17


def test_values_on_the_median_are_not_a_run():
	chart = trends.runs([4] * 30)
	assert chart.signals == () and "Too few values" in str(chart.few)


def test_limits_of_a_u_chart_by_hand():
	"""120 counts in 10 periods of 100: mean 0.12, expected 12. Tables of the Poisson distribution with mean 12: P(X > 24) =
	0.0007 and P(X > 23) = 0.0015; P(X < 3) = 0.0005 and P(X < 4) = 0.0023. So the limits are 3 / 100 and 24 / 100."""
	chart = trends.u_chart([12, 11, 13, 12, 10, 14, 12, 12, 11, 13], [100] * 10)
	assert chart.centre == pytest.approx(0.12)
	assert (chart.lower[0], chart.upper[0]) == (0.03, 0.24)
	assert chart.signals == ()


def test_a_spike_is_above_the_limit_of_its_own_volume():
	counts, volumes = [12] * 9 + [30], [100] * 10
	chart = trends.u_chart(counts, volumes, baseline=9)
	assert [(signal.rule, signal.period) for signal in chart.signals] == [(trends.ABOVE_LIMIT, 9)]
	# The same count at three times the volume is nothing.
	assert trends.u_chart(counts, [*volumes[:9], 300], baseline=9).signals == ()


@pytest.mark.parametrize(
	("expected", "upper"),
	# P(X > 5 | 1) = 0.00059 and P(X > 4 | 1) = 0.00366; P(X > 8 | 2.5) = 0.00114, P(X > 7 | 2.5) = 0.00425;
	# P(X > 13 | 5) = 0.00070, P(X > 12 | 5) = 0.00202: tables of the Poisson distribution.
	[(1, 5), (2.5, 8), (5, 13)],
)
def test_small_counts_have_exact_limits(expected, upper):
	assert trends.poisson_limits(expected) == (0, upper)


@pytest.mark.parametrize("expected", [0.01, 0.3, 1, 4.2, 7, 10, 15, 33.3, 100, 745, 1000, 12_345.6])
def test_limits_have_the_tail_that_they_promise_and_are_not_wider(expected):
	low, high = trends.poisson_limits(expected)
	assert beyond(expected, above=high) <= trends.TAIL < beyond(expected, above=high - 1) or high == 0
	assert beyond(expected, below=low) <= trends.TAIL < beyond(expected, below=low + 1)


def beyond(expected, *, above=None, below=None):
	"""The probability of a Poisson number above or below a count, summed from its formula."""
	spread = int(expected + 40 * math.sqrt(expected) + 40)
	counts = range(above + 1, spread) if above is not None else range(below)
	return math.fsum(
		math.exp(n * math.log(expected) - expected - math.lgamma(n + 1))
		for n in counts
		if n > expected - 4000
	)


def test_periods_without_volume_are_left_out():
	chart = trends.u_chart([2, 0, 3, 2, 2, 3, 2], [10, 0, 10, 10, 10, 10, 10])
	assert chart.values[1] is None and chart.upper[1] is None
	assert chart.few is None


def test_too_few_are_told():
	assert "needs 6" in str(trends.u_chart([1, 2], [10, 10]).few)
	assert "needs 4" in str(trends.g_chart([10, 20]).few)
	assert "needs 10" in str(trends.runs([1, 2, 3]).few)
	with pytest.raises(RuleError):
		trends.u_chart([1], [])


def test_rare_events_that_become_rarer():
	"""Mean gap 20: p = 1/21; the gap that chance exceeds in 0.135 % is ln 0.00135 / ln(20/21) = 135.4."""
	chart = trends.g_chart([20] * 10)
	assert chart.upper[0] == pytest.approx(135.42, abs=0.01)
	chart = trends.g_chart([10, 12, 9, 11, 10, 8, 200], baseline=6)
	assert [(signal.rule, signal.period) for signal in chart.signals] == [(trends.LONG_GAP, 6)]


# --- false alarms of flat series ------------------------------------------------------------------------


OF_LIMITS = 2 * trends.TAIL  # of one period, by definition of the limits


@cache
def of_run_rules(useful):
	"""The probability that one of both run rules, as published, fires in a sequence of so many fair coins; by counting all
	sequences."""
	longest, fewest = trends.longest_run(useful), trends.fewest_crossings(useful)
	quiet = {(1, 0): 2}  # (length of the run so far, crossings) → sequences in which no run is too long
	for _value in range(useful - 1):
		following = Counter()
		for (run, crossings), number in quiet.items():
			following[1, crossings + 1] += number
			if run < longest:
				following[run + 1, crossings] += number
		quiet = following
	silent = sum(number for (_run, crossings), number in quiet.items() if crossings >= fewest)
	return 1 - silent / 2**useful


def allowed(chances):
	"""The share of series that may fire: the mean of their chances, and three standard deviations of this many."""
	mean = sum(chances) / len(chances)
	return mean + 3 * math.sqrt(mean * (1 - mean) / len(chances))


def flat(draws, a_month):
	"""Eighteen months of events at one rate, however many interactions there were: counts, volumes, days between events."""
	volumes = [draws.randint(80, 120) for _month in range(PERIODS)]
	counts = [poisson(draws, a_month * volume / 100) for volume in volumes]
	days = sorted(
		30 * month + draws.randrange(30) for month, count in enumerate(counts) for _one in range(count)
	)
	return counts, volumes, [later - earlier for earlier, later in pairwise(days)]


@pytest.mark.parametrize("a_month", [0.3, 0.7, 1.5, 4, 15, 60])
def test_flat_series_raise_no_more_alarms_than_the_methods_publish(a_month):
	"""Each method, and both of a series together, as a review uses them."""
	draws = random.Random(20141125)
	fired, chances = Counter(), defaultdict(list)
	for _series in range(FLAT_SERIES):
		quiet = 1.0
		counts, volumes, gaps = flat(draws, a_month)
		tested = trends.of_months(counts, volumes, gaps)
		for method, chart in tested:
			chance = 0.0
			if not chart.few:
				useful = sum(value != chart.centre for value in chart.values)
				single = method == trends.RUN_RULES
				chance = of_run_rules(useful) if single else 1 - (1 - OF_LIMITS) ** len(chart.values)
			chances[method].append(chance)
			fired[method] += bool(chart.signals)
			quiet *= 1 - chance
		chances["together"].append(1 - quiet)
		fired["together"] += any(chart.signals for _method, chart in tested)
	for method, of_each in chances.items():
		assert fired[method] <= len(of_each) * allowed(of_each), method


def test_both_run_rules_together_fire_rarely():
	"""In at most 7 % of flat series of the lengths that a review has."""
	assert all(of_run_rules(useful) <= 0.07 for useful in range(trends.FEW_PERIODS, PERIODS + 1))


def test_false_alarms_of_rare_events():
	"""A gap exceeds the limit of the geometric distribution with a probability of 0.135 %, so a series of 20 gaps with a known
	mean does with 1 - 0.99865^20 = 2.7 %."""
	draws = random.Random(20010701)
	chance, gaps = 1 / 21, 20

	def geometric():
		return int(math.log(1 - draws.random()) / math.log(1 - chance))

	# The baseline is long enough that its mean is close to the true one.
	fired = 0
	for _series in range(FLAT_SERIES):
		baseline = [geometric() for _gap in range(400)]
		chart = trends.g_chart([*baseline, *(geometric() for _gap in range(gaps))], baseline=400)
		fired += any(signal.period >= 400 for signal in chart.signals)
	assert fired / FLAT_SERIES <= 0.027 + 3 * math.sqrt(0.027 * 0.973 / FLAT_SERIES)


def test_a_shift_and_a_spike_are_found_in_most_series():
	draws = random.Random(20141126)
	shifts = spikes = 0
	for _series in range(200):
		counts = [poisson(draws, 15) for _period in range(9)] + [poisson(draws, 30) for _period in range(9)]
		shifts += bool(trends.runs([c / 100 for c in counts]).signals)
		counts = [poisson(draws, 15) for _period in range(17)] + [35]
		spikes += any(s.period == 17 for s in trends.u_chart(counts, [100] * 18).signals)
	assert shifts > 150 and spikes > 190
