"""What the reviews found: coverage and scores by staff, type, criterion or month, and how far two reviewers
agree (R-2).

Coverage is the share of the records of a period of which at least one review is completed.
"""

from collections import Counter, defaultdict

import frappe
from frappe import _
from frappe.utils import cint, get_fullname, getdate

from client_comms.enforcement import interactions
from client_comms.enforcement.row_conditions import among, literal
from client_comms.people import reviews
from client_comms.people.reviews import COMPLETED, OPEN, REVIEW
from client_comms.rules import agreement

STAFF, TYPE, CRITERION, MONTH, AGREEMENT = "Staff", "Communication Type", "Criterion", "Month", "Agreement"
INTERACTION = "Client Interaction"
FEW = 5  # reviews below which an average says little


def execute(filters=None):
	"""Rows by what `group_by` names; only reviews that the user can read count, and disputed ones that were
	decided again do not.

	:param filters: `group_by` (Staff, Communication Type, Criterion, Month or Agreement), `from_date`,
	    `to_date` (of completion), `reviewed_user`, `communication_type`, `programme`
	"""
	filters = frappe._dict(filters or {})
	which = [
		[field, "=", filters[field]]
		for field in ("reviewed_user", "communication_type", "programme")
		if filters.get(field)
	]
	columns, data, *chart = _shown(which, filters)
	message = None if data else _("No record was reviewed in this period. Choose a longer one to see more.")
	return columns, data, message, *chart


def _shown(which: list, filters):
	if filters.group_by == AGREEMENT:
		return _agreement([*which, *_completed_between(filters)])
	rows = _completed(which, filters)
	if filters.group_by == CRITERION:
		return _by_criterion(rows)
	return _grouped(rows, which, filters.group_by or STAFF, filters)


def _completed_between(filters) -> list:
	# Frappe takes no date for the earliest one.
	dates = [["completed_on", "is", "set"]] if filters.from_date or filters.to_date else []
	if filters.from_date:
		dates.append(["completed_on", ">=", getdate(filters.from_date)])
	if filters.to_date:
		dates.append(["completed_on", "<=", f"{getdate(filters.to_date)} 23:59:59"])
	return dates


def _completed(which: list, filters) -> list:
	return frappe.get_list(
		REVIEW,
		[*which, *_completed_between(filters), ["status", "=", COMPLETED]],
		["name", "reviewed_user", "communication_type", "overall", "completed_on"],
		order_by="completed_on asc",
		limit=0,
	)


def _grouped(rows: list, which: list, group_by: str, filters):
	key_of = {
		STAFF: lambda row: row.reviewed_user,
		TYPE: lambda row: row.communication_type,
		MONTH: lambda row: str(row.completed_on)[:7],
	}[group_by]
	groups = defaultdict(list)
	for row in rows:
		groups[key_of(row)].append(row.overall)
	waiting = defaultdict(int)
	if group_by != MONTH:
		for row in frappe.get_list(
			REVIEW, [*which, ["status", "=", OPEN]], ["name", "reviewed_user", "communication_type"], limit=0
		):
			waiting[key_of(row)] += 1
	done = frappe.get_list(REVIEW, [*which, ["status", "=", COMPLETED]], pluck="interaction", limit=0)
	records, covered = _coverage(group_by, filters, set(done))
	data = [
		{
			"group": get_fullname(key) if group_by == STAFF else _(key) if group_by == TYPE else key,
			"records": records[key],
			"coverage": 100 * covered[key] / records[key] if records[key] else None,
			"reviews": len(groups[key]),
			"open": waiting[key],
			"average": sum(groups[key]) / len(groups[key]) if groups[key] else None,
			"remark": _("Too few to compare") if len(groups[key]) < FEW else None,
		}
		for key in sorted({*groups, *waiting, *records}, key=lambda key: key or "")
	]
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
	return columns, data, _chart(data)


def _coverage(group_by: str, filters, reviewed: set[str]) -> tuple[Counter, Counter]:
	"""Group → how many records the user can read, and how many of them were reviewed; two queries."""
	table = f"`tab{INTERACTION}`"
	key = {
		STAFF: "`responsible_staff`",
		TYPE: "`communication_type`",
		MONTH: "substr(`occurred_on`, 1, 7)",
	}[group_by]
	conditions = ["`responsible_staff` is not null", interactions.interaction_condition() or "1 = 1"]
	for field, column, operator, suffix in (
		("from_date", "occurred_on", ">=", ""),
		("to_date", "occurred_on", "<=", " 23:59:59"),
		("reviewed_user", "responsible_staff", "=", ""),
		("communication_type", "communication_type", "=", ""),
	):
		if value := filters.get(field):
			value = f"{getdate(value)}{suffix}" if column == "occurred_on" else value
			conditions.append(f"{table}.`{column}` {operator} {literal(value)}")

	def count(*more: str) -> Counter:
		where = " and ".join((*conditions, *more))
		query = f"select {key}, count(*) from {table} where {where} group by 1 order by null"
		# nosemgrep: frappe-sql-format-injection (fixed columns and the permission condition; values are escaped)
		return Counter(dict(frappe.db.sql(query)))

	return count(), count(among(f"{table}.`name`", reviewed))


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


def _by_criterion(rows: list):
	scores = defaultdict(list)
	names = [row.name for row in rows]
	for row in frappe.get_all(
		"Interaction Review Score",
		{"parent": ("in", names or [""]), "not_applicable": 0, "score": ("is", "set")},
		["criterion", "score", "highest"],
	):
		scores[row.criterion].append(100 * cint(row.score) / row.highest)
	data = [
		{
			"criterion": criterion,
			"reviews": len(values),
			"average": sum(values) / len(values),
			"remark": _("Too few to compare") if len(values) < FEW else None,
		}
		for criterion, values in sorted(scores.items())
	]
	return [
		{"fieldname": "criterion", "label": _("Criterion"), "fieldtype": "Data", "width": 220},
		{"fieldname": "reviews", "label": _("Scored"), "fieldtype": "Int", "width": 110},
		{"fieldname": "average", "label": _("Average"), "fieldtype": "Percent", "width": 110, "precision": 1},
		{"fieldname": "remark", "label": _("Remark"), "fieldtype": "Data", "width": 180},
	], data


def _agreement(which: list):
	"""Weighted kappa (linear weights) of the records that two people reviewed, both in the period, by criterion, with its 95 % interval."""
	readable = set(frappe.get_list(REVIEW, which, pluck="name", limit=0))
	highest = dict(
		frappe.get_all(
			"Interaction Review Score",
			{"parent": ("in", list(readable) or [""])},
			["criterion", "highest"],
			as_list=True,
		)
	)
	pairs = reviews.pairs({"name": ("in", [*readable, ""])})
	data = [_agreed(criterion, each, highest[criterion]) for criterion, each in pairs.items()]
	scales = {highest[criterion] for criterion in pairs}
	if len(pairs) > 1 and len(scales) == 1:  # scores on different scales cannot be counted together
		together = [pair for each in pairs.values() for pair in each]
		data.insert(0, _agreed(_("All Criteria"), together, *scales))
	return [
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
	], data


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
