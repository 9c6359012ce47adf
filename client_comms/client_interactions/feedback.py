"""Feedback reviewed for trends: figures and trend tests of a period, stored in a review; sign-off; actions (F-3).

A review contains only counts, never what a client wrote. The tests are `rules.trends`, which names their sources.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import frappe
from frappe import _
from frappe.utils import add_months, getdate

from client_comms import alerts, clock, controls
from client_comms.client_interactions.doctype.feedback_review.feedback_review import DRAFT, SIGNED_OFF
from client_comms.communication_governance import calendars
from client_comms.exceptions import FourEyesError, MissingDetailsError
from client_comms.i18n import plain, translate
from client_comms.rules import feedback as rules
from client_comms.rules import trends

REVIEW = "Feedback Review"
INTERACTION = "Client Interaction"
MONTHS = 18  # used by the trend tests
RARE = 1.0  # monthly average below which gaps between events say more than counts
ALL = "All Feedback"


# --- figures ----------------------------------------------------------------------------------


def types() -> list[str]:
	"""The communication types that count as feedback."""
	return frappe.get_all("Communication Type", {"is_feedback": 1}, pluck="name", order_by="name asc")


def of_period(begin: date, end: date) -> list[frappe._dict]:
	"""The feedback of a period, one query; dates are days in the site's time zone."""
	return frappe.get_all(
		INTERACTION,
		{
			"communication_type": ("in", [*types(), ""]),
			"occurred_on": ("between", [_start(begin), _end(end)]),
		},
		[
			"name",
			"company",
			"occurred_on",
			"feedback_category",
			"feedback_kind",
			"channel",
			"severity",
			"upheld",
			"status",
		],
		order_by="occurred_on asc, name asc",
	)


def months_until(end: date, number: int = MONTHS) -> list[str]:
	"""The months up to and including that of `end`, as `YYYY-MM`."""
	first = getdate(add_months(end.replace(day=1), 1 - number))
	return [str(add_months(first, each))[:7] for each in range(number)]


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
		groups[ALL].append(row)
		if row.feedback_kind:
			groups[_("Kind: {0}").format(_(row.feedback_kind))].append(row)
		if row.feedback_category:
			groups[_("Category: {0}").format(row.feedback_category)].append(row)
	return [_series(name, members, months, volume) for name, members in sorted(groups.items())]


def _series(name: str, rows: list, months: list[str], volume: list[int]) -> dict:
	by_month = Counter(str(row.occurred_on)[:7] for row in rows)
	counts = [by_month[month] for month in months]
	found = {"name": name, "months": months, "counts": counts}
	if sum(counts) / len(months) < RARE:
		days = [getdate(row.occurred_on) for row in rows]
		gaps = [(later - earlier).days for earlier, later in pairwise(days)]
		chart = trends.g_chart(gaps)
		labels = [str(day)[:7] for day in days[1:]]
		return {**found, "method": "g-chart", **_chart(chart, [("g-chart", chart, labels)])}
	limits = trends.u_chart(counts, volume)
	shifts = trends.runs(limits.values)
	return {
		**found,
		"method": "u-chart",
		**_chart(limits, [("u-chart", limits, months), (_("run rules"), shifts, months)]),
	}


def _chart(shown: trends.Chart, tested: Iterable[tuple[str, trends.Chart, list[str]]]) -> dict:
	tested = list(tested)
	signals = [
		{
			"rule": signal.rule,
			"month": labels[signal.period],
			"method": method,
			"message": plain(signal.message),
		}
		for method, chart, labels in tested
		for signal in chart.signals
	]
	few = [plain(chart.few) for _method, chart, _labels in tested if chart.few]
	return {
		"values": list(shown.values),
		"centre": shown.centre,
		"lower": list(shown.lower),
		"upper": list(shown.upper),
		"signals": signals,
		"few": " ".join(dict.fromkeys(few)) or None,
	}


def figures(begin: date, end: date) -> dict:
	"""The figures stored in a review: `{"total", "by": {"category" | "kind" | "channel" | "severity": {name:
	count}}, "upheld": {answer: count}, "upheld_share": percent or None, "bands": {band: count}, "open":
	count, "series": [...]}`."""
	rows = of_period(begin, end)
	fields = {
		"category": "feedback_category",
		"kind": "feedback_kind",
		"channel": "channel",
		"severity": "severity",
	}
	upheld = Counter(row.upheld for row in rows if row.upheld)
	judged = sum(upheld.values())
	return {
		"total": len(rows),
		"by": {
			name: dict(Counter(row.get(field) or _("Not Given") for row in rows).most_common())
			for name, field in fields.items()
		},
		"upheld": dict(upheld),
		"upheld_share": round(100 * (upheld["Yes"] + upheld["Partly"]) / judged, 1) if judged else None,
		"bands": _bands(rows),
		"open": sum(row.status != "Closed" for row in rows),
		"series": series(end),
	}


def _bands(rows: list) -> dict[str, int]:
	"""Band → how many were closed within it; one query for the closing times."""
	closed = dict(
		frappe.get_all(
			"Interaction Event",
			{
				"parent": ("in", [*(row.name for row in rows if row.status == "Closed"), ""]),
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


# --- the review ----------------------------------------------------------------------------------


def make(begin: date, end: date, *, early: bool = False):
	"""Create the review of a period with its figures and signals; open actions of the previous review are
	carried over."""
	found = figures(begin, end)
	signals = [{"series": each["name"], **signal} for each in found["series"] for signal in each["signals"]]
	doc = frappe.get_doc(
		{
			"doctype": REVIEW,
			"from_date": begin,
			"to_date": end,
			"status": DRAFT,
			"opened_early": int(early),
			"figures": frappe.as_json(found),
			"signals": signals,
			"actions": _open_actions(begin),
		}
	)
	doc.flags.by_app = True
	doc.insert(ignore_permissions=True)
	alerts.tell(
		alerts.managers(),
		lambda: _("Feedback to review: {0} to {1}").format(
			doc.get_formatted("from_date"), doc.get_formatted("to_date")
		),
		REVIEW,
		doc.name,
	)
	return doc


def _open_actions(before: date) -> list[dict]:
	last = frappe.get_all(
		REVIEW, {"from_date": ("<", before)}, pluck="name", order_by="from_date desc", limit=1
	)
	if not last:
		return []
	rows = frappe.get_all(
		"Feedback Review Action",
		{"parent": last[0], "status": "Open"},
		["description", "assigned_to", "due_on", "carried_over_from", "todo"],
		order_by="idx asc",
	)
	return [{**row, "carried_over_from": row.carried_over_from or last[0], "status": "Open"} for row in rows]


def make_due() -> None:
	"""Daily: create the review of the previous month, or an early one if a test gives a signal in the
	current month. Repeatable."""
	if not types():
		return
	today = clock.now().date()
	end = today.replace(day=1) - timedelta(days=1)
	begin = end.replace(day=1)
	if not frappe.db.exists(REVIEW, {"to_date": (">=", begin)}) and of_period(begin, end):
		make(begin, end)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own)
	month = today.replace(day=1)
	if not frappe.db.exists(REVIEW, {"from_date": month}) and _fires_in(today):
		make(month, today, early=True)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own)


def _fires_in(today: date) -> bool:
	"""Whether more feedback came this month than chance explains. Rules that need the whole month are not applied yet."""
	this_month = str(today)[:7]
	return any(
		signal["rule"] == trends.ABOVE_LIMIT and signal["month"] == this_month
		for each in series(today)
		for signal in each["signals"]
	)


def sign_off(name: str):
	"""Sign off a review; its actions become ToDos of their owners.

	:raises FourEyesError: the session user prepared it
	:raises frappe.ValidationError: there are signals, and no findings
	"""
	doc = frappe.get_doc(REVIEW, name, for_update=True)
	doc.check_permission("write")
	user = frappe.session.user
	if doc.status == SIGNED_OFF:
		frappe.throw(_("This review is already signed off."), title=_("Signed Off"))
	prepared_by = doc.prepared_by
	if prepared_by is None:
		frappe.throw(
			_("Enter the findings and save the review first. Someone else can then sign it off."),
			title=_("Not Prepared Yet"),
		)
	if user == prepared_by:
		frappe.throw(
			_("You prepared this review, so someone else must sign it off."),
			exc=FourEyesError,
			title=_("Second Approver Required"),
		)
	doc.status, doc.signed_off_by, doc.signed_off_on = SIGNED_OFF, user, clock.now()
	for row in doc.actions:
		if row.status == "Open" and not row.todo:
			row.todo = _todo(doc, row)
	doc.save_by_app()
	return doc


def _todo(doc, row) -> str:
	return (
		frappe.get_doc(
			{
				"doctype": "ToDo",
				"allocated_to": row.assigned_to,
				"date": row.due_on,
				"description": row.description,
				"reference_type": REVIEW,
				"reference_name": doc.name,
			}
		)
		.insert(ignore_permissions=True)
		.name
	)


def note_who_prepares(doc, method=None) -> None:
	"""`before_save` of Feedback Review: the user who enters findings, decisions or actions is its preparer."""
	before = doc.get_doc_before_save()
	if before and not doc.flags.by_app and doc.status == DRAFT:
		doc.prepared_by = frappe.session.user


# --- closing -------------------------------------------------------------------------------------


def missing_details(doc) -> tuple:
	"""The details that a Client Interaction of a feedback type still needs before it can be closed."""
	if not doc.communication_type or not frappe.get_cached_value(
		"Communication Type", doc.communication_type, "is_feedback"
	):
		return ()
	return rules.missing_details(doc.as_dict())


def require_details(doc) -> None:
	"""Feedback needs its details before it can be closed, depending on the mode (F-1, F-3).

	:raises MissingDetailsError: they are missing, and the mode is Enforce
	"""
	if missing := missing_details(doc):
		controls.enforce(
			"feedback_mode",
			"<br>".join(translate(each) for each in missing),
			title=_("Feedback Details Missing"),
			exc=MissingDetailsError,
		)


def _start(day: date) -> datetime:
	return datetime.combine(day, time.min)


def _end(day: date) -> datetime:
	return datetime.combine(day, time.max).replace(microsecond=0)
