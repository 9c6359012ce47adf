"""The most frequent wording findings in messages to clients (C-5, D-3)."""

import frappe
from frappe import _
from frappe.query_builder.functions import Count, CustomFunction
from frappe.utils import add_days, cstr
from pypika.terms import PseudoColumn

from client_comms import clock
from client_comms.client_interactions import reporting
from client_comms.communication_governance.wording import FINDING
from client_comms.enforcement import guards

KIND, TERM, USER, MONTH = "Kind", "Term", "User", "Month"
FIELDS = {KIND: "kind", TERM: "term", USER: "user"}
SHOWN = 10


def execute(filters=None):
	"""How often each kind, term, user or month occurs among the findings in messages that were sent anyway, and that the session user
	can read.

	:param filters: `from_date`, `to_date` (both included; by default the last 90 days), `kind`, `term`, `user`, and
	    `group_by`: one of Kind, Term, User, Month
	"""
	filters = frappe._dict(filters or {})
	group_by = filters.group_by or TERM
	reporting.require_grouping(group_by, (*FIELDS, MONTH))
	rows = counted(filters, group_by)
	if group_by == USER:
		names = reporting.names_of_staff(row.what for row in rows)
		for row in rows:
			row.what_name = names.get(row.what) or row.what
	notice = [
		_(
			"Only findings in messages that you can read are counted; in a file that you export, those that you can export."
		)
	]
	if not rows:
		notice.insert(0, _("No message has a finding in this period. Choose a longer one to see more."))
	return columns(group_by), rows, " ".join(notice), chart(rows, group_by)


def counted(filters, group_by: str) -> list[dict]:
	"""`[{"what", "findings", "messages", "share"}]`, the most frequent first; months in chronological order."""
	table = frappe.qb.DocType(FINDING)
	month = CustomFunction("date_format", ["date", "format"])
	what = month(table.found_on, "%Y-%m") if group_by == MONTH else table[FIELDS[group_by]]
	since, until = reporting.period(filters, add_days(clock.now().date(), -90))
	query = (
		frappe.qb.from_(table)
		.where(table.found_on[since:until])
		.groupby(what)
		.select(
			what.as_("what"),
			Count("*").as_("findings"),
			Count(table.communication).distinct().as_("messages"),
		)
	)
	for field in ("kind", "term", "user"):
		if filters.get(field):
			value = cstr(filters[field]).lower() if field == "term" else filters[field]
			query = query.where(table[field] == value)
	if group_by == TERM:
		query = query.where(table.kind == TERM)
	if readable := guards.condition(FINDING):
		query = query.where(PseudoColumn(readable))
	rows = query.run(as_dict=True)
	total = sum(row.findings for row in rows)
	for row in rows:
		row.share = 100 * row.findings / total
	return sorted(rows, key=lambda row: (row.what or "") if group_by == MONTH else (-row.findings, row.what))


def chart(rows: list[dict], group_by: str) -> dict | None:
	if not rows:
		return None
	shown = rows[-12:] if group_by == MONTH else rows[:SHOWN]
	return {
		"type": "line" if group_by == MONTH else "bar",
		"data": {
			"labels": [_(row.what) if group_by == KIND else row.get("what_name", row.what) for row in shown],
			"datasets": [{"name": _("Findings"), "values": [row["findings"] for row in shown]}],
		},
	}


def columns(group_by: str) -> list[dict]:
	link = (
		{"fieldtype": "Link", "options": "User"}
		if group_by == USER
		else {"fieldtype": "Data", "in_words": int(group_by == KIND)}
	)
	return [
		{"fieldname": "what", "label": _(group_by), "width": 280, **link},
		{"fieldname": "findings", "label": _("Findings"), "fieldtype": "Int", "width": 120},
		{"fieldname": "messages", "label": _("Messages"), "fieldtype": "Int", "width": 120},
		{
			"fieldname": "share",
			"label": _("Share", context="Wording Findings"),
			"fieldtype": "Percent",
			"width": 110,
			"precision": 1,
		},
	]
