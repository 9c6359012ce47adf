"""The figures of a feedback review: volumes and rates, time to close, ratings, and trend tests by month (F-3).

Only counts, never what a client wrote. The tests are `rules.trends`, which names their sources.
"""

from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import add_months, get_datetime, getdate

from client_comms import clock
from client_comms.communication_governance import calendars
from client_comms.filters import one_of
from client_comms.i18n import plain
from client_comms.rules import feedback as rules
from client_comms.rules import trends
from client_comms.rules.messages import _ as N_

INTERACTION = "Client Interaction"
MONTHS = 18  # used by the trend tests
ALL = N_("All Feedback")
# What feedback is counted by, and the field with it
BY = {
	"category": "feedback_category",
	"kind": "feedback_kind",
	"product": "product",
	"channel": "channel",
	"branch": "branch",
	"severity": "severity",
}


def types() -> list[str]:
	"""The communication types that count as feedback."""
	return frappe.get_all("Communication Type", {"is_feedback": 1}, pluck="name", order_by="name asc")


def of_period(begin: date, end: date) -> list[frappe._dict]:
	"""The feedback of a period, one query; dates are days in the site's time zone."""
	return frappe.get_all(
		INTERACTION,
		{
			"communication_type": one_of(types()),
			"occurred_on": ("between", _moments(begin, end)),
		},
		[
			"name",
			"company",
			"occurred_on",
			"upheld",
			"status",
			*BY.values(),
		],
		order_by="occurred_on asc, name asc",
	)


def has_interactions(begin: date, end: date) -> bool:
	"""Whether the site had any interaction in a period."""
	return bool(frappe.db.exists(INTERACTION, {"occurred_on": ("between", _moments(begin, end))}))


def months_until(end: date) -> list[str]:
	"""The months up to and including that of `end`, as `YYYY-MM`."""
	first = getdate(add_months(end.replace(day=1), 1 - MONTHS))
	return [str(add_months(first, each))[:7] for each in range(MONTHS)]


def volumes(months: list[str]) -> list[int]:
	"""The number of interactions of each month, with which feedback counts are compared; one query."""
	rows = dict(
		frappe.db.sql(
			"""select date_format(`occurred_on`, '%%Y-%%m'), count(*) from `tabClient Interaction`
			where `occurred_on` >= %s group by 1""",
			f"{months[0]}-01",
		)
	)
	return [rows.get(each, 0) for each in months]


def series(end: date) -> list[dict]:
	"""Counts by month of all feedback and of each kind and category, each with its chart and test results.

	:returns: `[{"name", "method", "months", "counts", "values", "centre", "lower", "upper", "signals":
	    [{"rule", "month", "method", "message"}], "few": text or None}]`
	"""
	months = months_until(end)
	rows = of_period(getdate(f"{months[0]}-01"), end)
	volume = volumes(months)
	groups: dict[str, list] = defaultdict(list)
	for row in rows:
		groups[_(ALL)].append(row)
		if row.feedback_kind:
			groups[_("Kind: {0}").format(_(row.feedback_kind))].append(row)
		if row.feedback_category:
			groups[_("Category: {0}").format(row.feedback_category)].append(row)
	return [_series(name, members, months, volume) for name, members in sorted(groups.items())]


def _series(name: str, rows: list, months: list[str], volume: list[int]) -> dict:
	by_month = Counter(str(row.occurred_on)[:7] for row in rows)
	counts = [by_month[month] for month in months]
	days = [getdate(row.occurred_on) for row in rows]
	gaps = [(later - earlier).days for earlier, later in pairwise(days)]
	tested = trends.of_months(counts, volume, gaps)
	method, shown = tested[0]
	labels = [str(day)[:7] for day in days[1:]] if method == trends.G_CHART else months
	signals = [
		{
			"rule": signal.rule,
			"month": labels[signal.period],
			"method": _(method),
			"message": plain(signal.message),
		}
		for method, chart in tested
		for signal in chart.signals
	]
	few = [plain(chart.few) for _method, chart in tested if chart.few]
	return {
		"name": name,
		"months": months,
		"counts": counts,
		"method": method,
		"values": list(shown.values),
		"centre": shown.centre,
		"lower": list(shown.lower),
		"upper": list(shown.upper),
		"signals": signals,
		"few": " ".join(dict.fromkeys(few)) or None,
	}


def figures(begin: date, end: date) -> dict:
	"""The figures stored in a review: `{"total", "volume", "by": {one of `BY`: {name: count}}, "rates": {one of `BY`: {name:
	per 100 interactions}}, "upheld": {answer: count}, "upheld_share": percent or None, "bands": {band: count}, "open": count,
	"ratings": {"count", "mean", "counts": {rating: count}}, "series": [...]}`.

	The rate of a channel is by the interactions on that channel, every other one by all interactions of the period.
	"""
	rows = of_period(begin, end)
	by = {
		name: dict(Counter(row.get(field) or _("Not Given") for row in rows).most_common())
		for name, field in BY.items()
	}
	on_channels = _interactions_by_channel(begin, end)
	volume = sum(on_channels.values())
	upheld = Counter(row.upheld for row in rows if row.upheld)
	judged = sum(upheld.values())
	return {
		"total": len(rows),
		"volume": volume,
		"by": by,
		"rates": {
			name: {
				each: _per_100(count, on_channels.get(each, 0) if name == "channel" else volume)
				for each, count in counts.items()
			}
			for name, counts in by.items()
		},
		"upheld": dict(upheld),
		"upheld_share": round(100 * (upheld["Yes"] + upheld["Partly"]) / judged, 1) if judged else None,
		"bands": _bands(rows),
		"open": sum(row.status != "Closed" for row in rows),
		"ratings": ratings(begin, end),
		"series": series(end),
	}


def _per_100(count: int, volume: int) -> float | None:
	return round(100 * count / volume, 1) if volume else None


def _interactions_by_channel(begin: date, end: date) -> dict[str, int]:
	table = frappe.qb.DocType(INTERACTION)
	return dict(
		frappe.qb.from_(table)
		.where(table.occurred_on.between(*_moments(begin, end)))
		.groupby(table.channel)
		.select(table.channel, Count("*"))
		.run()
	)


def ratings(begin: date, end: date) -> dict:
	"""The ratings that clients gave in a period: `{"count", "mean": to two decimals or None, "counts": {"1": count, …}}`."""
	table = frappe.qb.DocType(INTERACTION)
	found = dict(
		frappe.qb.from_(table)
		.where(table.rated_on.between(*_moments(begin, end)))
		.groupby(table.rating)
		.select(table.rating, Count("*"))
		.run()
	)
	count = sum(found.values())
	mean = round(sum(rating * number for rating, number in found.items()) / count, 2) if count else None
	return {
		"count": count,
		"mean": mean,
		"counts": {str(rating): found.get(rating, 0) for rating in rules.RATINGS},
	}


def _bands(rows: list) -> dict[str, int]:
	"""Band → how many were closed within it; one query for the closing times."""
	closed = dict(
		frappe.get_all(
			"Interaction Event",
			{
				"parent": one_of(row.name for row in rows if row.status == "Closed"),
				"event": "Closed",
			},
			["parent", "at"],
			order_by="at asc",
			as_list=True,
		)
	)
	counts = Counter()
	for row in rows:
		if row.name in closed:
			calendar = calendars.for_company(row.company)
			begin, end = clock.to_aware(row.occurred_on), clock.to_aware(closed[row.name])
			counts[
				rules.band(
					calendar.working_seconds(begin, end),
					calendar.mean_day_seconds,
					(end - begin).total_seconds(),
				)
			] += 1
	return {band: counts[band] for band in rules.BANDS}


def _moments(begin: date, end: date) -> tuple[datetime, datetime]:
	"""The first and the last moment of a period."""
	return get_datetime(begin), clock.end_of(end)
