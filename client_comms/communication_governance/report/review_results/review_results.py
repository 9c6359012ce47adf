"""What the reviews found: coverage and scores by staff, type, criterion or month, and how far two reviewers
agree (R-2).

Coverage is the share of the records of a period of which at least one review is completed.
"""

from collections import Counter

import frappe
from frappe import _
from frappe.utils import add_months, cstr, flt, get_fullname

from client_comms import clock
from client_comms.client_interactions import reporting
from client_comms.enforcement import interactions
from client_comms.enforcement.methods import query_report
from client_comms.enforcement.row_conditions import literal
from client_comms.people import reviews
from client_comms.people.reviews import COMPLETED, OPEN, REVIEW
from client_comms.rules import agreement

STAFF, TYPE, CRITERION, MONTH, AGREEMENT = "Staff", "Communication Type", "Criterion", "Month", "Agreement"
INTERACTION = "Client Interaction"
_REVIEWS = f"`tab{REVIEW}`"
_EQUAL = ("reviewed_user", "communication_type", "programme")
FEW = 5  # reviews below which an average says little


def execute(filters=None):
	"""Rows by what `group_by` names; only reviews that the user can read count, and disputed ones that were
	decided again do not.

	:param filters: `group_by` (Staff, Communication Type, Criterion, Month or Agreement), `from_date`,
	    `to_date` (of completion; by default twelve months), `reviewed_user`, `communication_type`, `programme`
	"""
	filters = frappe._dict(filters or {})
	reporting.require_grouping(filters.group_by or STAFF, (STAFF, TYPE, CRITERION, MONTH, AGREEMENT))
	last = clock.parse_day(filters.to_date or clock.now())
	since, until = reporting.period(filters, add_months(last, -12))
	filters.update({"from_date": since.date(), "to_date": until.date()})
	columns, data, more, *chart = _shown(filters)
	if not data:
		more = _("No record was reviewed in this period. Choose a longer one to see more.")
	return columns, data, more, *chart


def _shown(filters):
	if filters.group_by == AGREEMENT:
		return _agreement(filters)
	if filters.group_by == CRITERION:
		return _by_criterion(filters)
	return _grouped(filters.group_by or STAFF, filters)


def _reviews(filters, status: str, in_period: bool = True) -> str:
	"""The reviews of a status that the user can read and that the filters name, as SQL; values are escaped."""
	conditions = [query_report.readable_rows(REVIEW), f"{_REVIEWS}.`status` = {literal(status)}"]
	conditions += [
		f"{_REVIEWS}.`{field}` = {literal(cstr(filters[field]))}" for field in _EQUAL if filters.get(field)
	]
	if in_period:
		since, until = literal(str(filters.from_date)), literal(f"{filters.to_date} 23:59:59")
		conditions.append(f"{_REVIEWS}.`completed_on` between {since} and {until}")
	return " and ".join(conditions)


def _grouped(group_by: str, filters):
	key = {STAFF: "`reviewed_user`", TYPE: "`communication_type`", MONTH: "substr(`completed_on`, 1, 7)"}[
		group_by
	]

	def by_group(status: str, in_period: bool) -> dict:
		where = _reviews(filters, status, in_period)
		# nosemgrep: frappe-sql-format-injection (fixed columns and the permission condition; values are escaped)
		rows = frappe.db.sql(
			f"select {key}, count(*), avg(`overall`) from {_REVIEWS} where {where} group by 1 order by null"
		)
		return {group: (int(number), average) for group, number, average in rows}

	done = by_group(COMPLETED, True)
	waiting = by_group(OPEN, False) if group_by != MONTH else {}
	records, covered = _coverage(group_by, filters)
	data = []
	for group in sorted({*done, *waiting, *records}, key=lambda each: each or ""):
		reviews, average = done.get(group, (0, None))
		data.append(
			{
				"group": (get_fullname(group) if group else _("No one"))
				if group_by == STAFF
				else _(group)
				if group_by == TYPE
				else group,
				"records": records[group],
				"coverage": 100 * covered[group] / records[group] if records[group] else None,
				"reviews": reviews,
				"open": waiting.get(group, (0,))[0],
				"average": None if average is None else flt(average, 1),
				"remark": _("Too few to compare") if reviews < FEW else None,
			}
		)
	columns = [
		{"fieldname": "group", "label": _(group_by), "fieldtype": "Data", "width": 220},
		{"fieldname": "records", "label": _("Records"), "fieldtype": "Int", "width": 100},
		{
			"fieldname": "coverage",
			"label": _("Coverage"),
			"fieldtype": "Percent",
			"width": 110,
			"precision": 1,
		},
		{"fieldname": "reviews", "label": _("Completed"), "fieldtype": "Int", "width": 110},
		{"fieldname": "open", "label": _("Open"), "fieldtype": "Int", "width": 90},
		{"fieldname": "average", "label": _("Average"), "fieldtype": "Percent", "width": 110, "precision": 1},
		{"fieldname": "remark", "label": _("Remark"), "fieldtype": "Data", "width": 180},
	]
	return columns, data, None, _chart(data)


def _coverage(group_by: str, filters) -> tuple[Counter, Counter]:
	"""Group → how many records the user can read, and how many of them were reviewed; two queries."""
	table = f"`tab{INTERACTION}`"
	key = {
		STAFF: "`responsible_staff`",
		TYPE: "`communication_type`",
		MONTH: "substr(`occurred_on`, 1, 7)",
	}[group_by]
	conditions = ["`responsible_staff` > ''", interactions.interaction_condition() or "1 = 1"]
	for field, column, operator, suffix in (
		("from_date", "occurred_on", ">=", ""),
		("to_date", "occurred_on", "<=", " 23:59:59"),
		("reviewed_user", "responsible_staff", "=", ""),
		("communication_type", "communication_type", "=", ""),
	):
		if value := filters.get(field):
			conditions.append(f"{table}.`{column}` {operator} {literal(f'{value}{suffix}')}")

	def count(*more: str) -> Counter:
		where = " and ".join((*conditions, *more))
		query = f"select {key}, count(*) from {table} where {where} group by 1 order by null"
		# nosemgrep: frappe-sql-format-injection (fixed columns and the permission condition; values are escaped)
		return Counter(dict(frappe.db.sql(query)))

	reviewed = f"select {_REVIEWS}.`interaction` from {_REVIEWS} where {_reviews(filters, COMPLETED, False)}"
	return count(), count(f"{table}.`name` in ({reviewed})")


def _chart(data: list[dict]) -> dict | None:
	shown = [row for row in data if row["average"] is not None]
	if not shown:
		return None
	return {
		"type": "bar",
		"data": {
			"labels": [row["group"] for row in shown],
			"datasets": [{"name": _("Average"), "values": [round(row["average"], 1) for row in shown]}],
		},
	}


def _by_criterion(filters):
	score = "`tabInteraction Review Score`"
	# nosemgrep: frappe-sql-format-injection (fixed columns and the permission condition; values are escaped)
	rows = frappe.db.sql(
		f"""select {score}.`criterion`, count(*), avg(100 * cast({score}.`score` as signed) / {score}.`highest`)
		from {_REVIEWS} join {score} on {score}.`parent` = {_REVIEWS}.`name`
		where {_reviews(filters, COMPLETED)} and {score}.`not_applicable` = 0 and ifnull({score}.`score`, '') != ''
		group by 1 order by 1"""
	)
	data = [
		{
			"criterion": criterion,
			"reviews": int(number),
			"average": flt(average, 1),
			"remark": _("Too few to compare") if number < FEW else None,
		}
		for criterion, number, average in rows
	]
	return (
		[
			{"fieldname": "criterion", "label": _("Criterion"), "fieldtype": "Data", "width": 220},
			{"fieldname": "reviews", "label": _("Scored"), "fieldtype": "Int", "width": 110},
			{
				"fieldname": "average",
				"label": _("Average"),
				"fieldtype": "Percent",
				"width": 110,
				"precision": 1,
			},
			{"fieldname": "remark", "label": _("Remark"), "fieldtype": "Data", "width": 180},
		],
		data,
		None,
	)


def _agreement(filters):
	"""Weighted kappa (linear weights) of the records that two people reviewed, both in the period, by criterion, with its 95 % interval.
	After the scale of a criterion was changed, the scores on either scale are counted on their own."""
	which = [[field, "=", filters[field]] for field in _EQUAL if filters.get(field)]
	which.append(["completed_on", "between", [filters.from_date, filters.to_date]])
	rows, more = reporting.newest(REVIEW, which, ["name"], "completed_on")
	readable = {row.name for row in rows}
	pairs = reviews.pairs({"name": ("in", [*readable, ""])})
	several = Counter(criterion for criterion, _highest in pairs)
	data = [
		_agreed(
			criterion if several[criterion] == 1 else _("{0} (0 to {1})").format(criterion, highest),
			each,
			highest,
		)
		for (criterion, highest), each in pairs.items()
	]
	scales = {highest for _criterion, highest in pairs}
	if len(pairs) > 1 and len(scales) == 1:  # scores on different scales cannot be counted together
		together = [pair for each in pairs.values() for pair in each]
		data.insert(0, _agreed(_("All Criteria"), together, *scales))
	return (
		[
			{"fieldname": "criterion", "label": _("Criterion"), "fieldtype": "Data", "width": 220},
			{"fieldname": "pairs", "label": _("Reviewed Twice"), "fieldtype": "Int", "width": 120},
			{
				"fieldname": "observed",
				"label": _("Agreement"),
				"fieldtype": "Percent",
				"width": 110,
				"precision": 1,
			},
			{
				"fieldname": "kappa",
				"label": _("Weighted Kappa"),
				"fieldtype": "Float",
				"width": 130,
				"precision": 3,
			},
			{"fieldname": "low", "label": _("95 % From"), "fieldtype": "Float", "width": 100, "precision": 3},
			{"fieldname": "high", "label": _("95 % To"), "fieldtype": "Float", "width": 100, "precision": 3},
			{"fieldname": "remark", "label": _("Remark"), "fieldtype": "Data", "width": 160},
		],
		data,
		more,
	)


def _agreed(criterion: str, pairs: list[tuple[int, int]], highest: int) -> dict:
	found = agreement.weighted_kappa(pairs, range(highest + 1))
	return {
		"criterion": criterion,
		"pairs": found.pairs,
		"observed": None if found.observed is None else 100 * found.observed,
		"kappa": found.kappa,
		"low": found.low,
		"high": found.high,
		"remark": _("Too few to conclude anything") if found.few else None,
	}
