"""Compare a matrix version with the versions that govern existing interactions."""

from collections.abc import Collection

import frappe
from frappe.query_builder.functions import Count
from frappe.utils import get_datetime

from client_comms.communication_governance import matrix as matrices
from client_comms.rules.matrix_change import level_under


def simulate(matrix: str, since=None) -> dict:
	"""See `client_comms.api.simulate_matrix`. One query, regardless of the number of interactions."""
	doc = frappe.get_doc("Communication Matrix", matrix)
	rules = {row.communication_type: row for row in doc.rules}
	stated, ranks = matrices.stated_levels(), _ranks()
	levels, deadlines, parties, methods, uncovered, checked = {}, {}, {}, {}, {}, 0
	for row in kinds(matrices.companies_of(doc), since):
		checked += row.records
		rule = rules.get(row.communication_type)
		if rule is None:
			_count(uncovered, (row.communication_type,), row.records)
			continue
		level = level_under(
			row.confidentiality_level,
			stated.get((row.matrix, row.communication_type)),
			rule.confidentiality_level,
			lambda name: ranks.get(name, max(ranks.values(), default=0)),
		)
		if level != row.confidentiality_level and row.matrix != doc.name:
			_count(levels, (row.communication_type, row.confidentiality_level, level), row.records)
		now = matrices.deadlines_for(row.matrix, row.communication_type, row.priority) if row.matrix else None
		before, after = _days(now), _days(matrices.deadlines_of(doc, row.communication_type, row.priority))
		if before != after:
			_count(deadlines, (row.communication_type, before, after), row.records)
		for counts, of in ((parties, matrices.parties_of), (methods, matrices.methods_of)):
			before, after = of(row.matrix, row.communication_type), of(doc.name, row.communication_type)
			if before != after:
				_count(counts, (row.communication_type, before, after), row.records)
	return {
		"matrix": matrix,
		"checked": checked,
		"level_changes": _rows(levels, "communication_type", "from", "to"),
		"deadline_changes": _rows(deadlines, "communication_type", "from", "to"),
		"party_changes": _rows(parties, "communication_type", "from", "to"),
		"documentation_changes": _rows(methods, "communication_type", "from", "to"),
		"uncovered": _rows(uncovered, "communication_type"),
	}


def kinds(companies: Collection[str] | None = None, since=None) -> list[dict]:
	"""The number of interactions (`records`) of each type, level, priority and matrix version, in one query.

	:param companies: only those of these companies
	:param since: only those that occurred on or after this moment (site time zone)
	"""
	table = frappe.qb.DocType("Client Interaction")
	query = (
		frappe.qb.from_(table)
		.select(
			table.communication_type,
			table.confidentiality_level,
			table.priority,
			table.matrix,
			Count(table.name).as_("records"),
		)
		.groupby(table.communication_type, table.confidentiality_level, table.priority, table.matrix)
		.orderby(table.communication_type)
		.orderby(table.confidentiality_level)
	)
	if since:
		query = query.where(table.occurred_on >= get_datetime(since))
	if companies is not None:
		query = query.where(table.company.isin([*companies, ""]))
	return query.run(as_dict=True)


def _ranks() -> dict[str, int]:
	return dict(frappe.get_all("Confidentiality Level", ["name", "rank"], as_list=True, order_by="name asc"))


def _days(rule) -> tuple[float, float]:
	return (rule.acknowledge_within_days, rule.respond_within_days) if rule else (0, 0)


def _count(counts: dict, key: tuple, records: int) -> None:
	counts[key] = counts.get(key, 0) + records


def _rows(counts: dict, *names: str) -> list[dict]:
	return [
		{
			**{n: list(v) if isinstance(v, tuple) else v for n, v in zip(names, key, strict=True)},
			"records": records,
		}
		for key, records in counts.items()
	]
