"""Counts and graphs that Frappe computes past the row conditions (D-5): a number answers questions about hidden text.

Each keeps Frappe's own function and only adds that the rows counted are ones the user may read.
"""

import frappe
from frappe.desk import listview
from frappe.desk.doctype.dashboard_chart import dashboard_chart
from frappe.desk.doctype.tag import tag as tags
from frappe.utils import goal

from client_comms.enforcement import held


@frappe.whitelist()
def get_group_by_count(doctype: str, current_filters: str, field: str) -> list[dict]:
	"""The sidebar's counts; those by assignee ask the database directly."""
	if field == "assigned_to" and held.is_held(doctype):
		current_filters = frappe.as_json(_readable_only(doctype, current_filters))
	return listview.get_group_by_count(doctype, current_filters, field)


@frappe.whitelist()
def get_chart(**arguments):
	"""A dashboard chart; heatmaps ask the database directly, and results are kept for the next user."""
	chart = _chart(arguments)
	if not chart or not held.is_held(chart.document_type):
		return frappe.call(dashboard_chart.get, **arguments)
	if chart.chart_type == "Group By" or chart.type != "Heatmap":
		return frappe.call(dashboard_chart.get, **{**arguments, "refresh": 1})
	filters = frappe.parse_json(arguments.get("filters")) or frappe.parse_json(chart.filters_json)
	return dashboard_chart.get_heatmap_chart_config(
		chart,
		[
			*_readable_only(chart.document_type, filters),
			[chart.document_type, "docstatus", "<", 2, False],
		],
		arguments.get("heatmap_year") or chart.heatmap_year,
	)


@frappe.whitelist()
def get_monthly_goal_graph_data(goal_doctype: str, filters: str | dict | None = None, **arguments):
	"""The graph of a monthly goal."""
	if held.is_held(goal_doctype):
		filters = frappe.parse_json(filters) or {}
		filters["name"] = ("in", held.readable_names(goal_doctype, filters) or [""])
	return frappe.call(
		goal.get_monthly_goal_graph_data, goal_doctype=goal_doctype, filters=filters, **arguments
	)


@frappe.whitelist()
def get_tagged_docs(doctype: str, tag: str):
	"""The names of the documents with a tag."""
	named = tags.get_tagged_docs(doctype, tag)
	if not held.is_held(doctype) or not named:
		return named
	readable = set(held.readable_names(doctype, {"name": ("in", [row[0] for row in named])}))
	return [row for row in named if row[0] in readable]


def _chart(arguments: dict):
	if name := arguments.get("chart_name"):
		return frappe.get_doc("Dashboard Chart", name)
	return frappe._dict(frappe.parse_json(arguments.get("chart")) or {})


def _readable_only(doctype: str, filters) -> list:
	"""The filters, as a list, on the rows that the user may read."""
	return [[doctype, "name", "in", held.readable_names(doctype, frappe.parse_json(filters)) or [""]]]
