"""Counts and graphs that Frappe computes past the row conditions (D-5): a number answers questions about hidden text.

Each keeps Frappe's own function and only adds that the rows counted are ones the user may read.
"""

from collections import Counter

import frappe
from frappe.desk import listview, notifications
from frappe.desk.doctype.dashboard_chart import dashboard_chart
from frappe.desk.doctype.tag import tag as tags
from frappe.utils import goal
from frappe.workflow.doctype.workflow import workflow

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
	doctype = held.named(doctype)
	named = tags.get_tagged_docs(doctype, tag)
	if not held.is_held(doctype) or not named:
		return named
	readable = set(held.readable_names(doctype, {"name": ("in", [row[0] for row in named])}))
	return [row for row in named if row[0] in readable]


@frappe.whitelist()
def get_workflow_state_count(doctype: str, workflow_state_field: str, states: str | list):
	"""How many documents hold which value of a field; Frappe takes any field."""
	if not held.is_held(doctype):
		return workflow.get_workflow_state_count(doctype, workflow_state_field, states)
	frappe.has_permission(doctype, throw=True)
	if workflow_state_field not in frappe.get_meta(doctype).get_valid_columns():
		return None
	filters = {workflow_state_field: ("not in", frappe.parse_json(states))}
	values = frappe.get_list(doctype, filters=filters, pluck=workflow_state_field, limit=0, order_by=None)
	return [
		{workflow_state_field: value, "count": count} for value, count in Counter(values).items() if value
	]


@frappe.whitelist()
def get_open_count(doctype: str, name: str, items: str | list | None = None):
	"""The numbers of connected documents on a form."""
	found = notifications.get_open_count(doctype, name, items)
	links = frappe.get_meta(doctype).get_dashboard_data()
	for entry in found["count"] and found["count"]["external_links_found"]:
		if held.is_held(entry["doctype"]):
			entry.update(_connected(entry["doctype"], name, links))
	return found


def _connected(doctype: str, name: str, links: dict) -> dict:
	"""As `frappe.desk.notifications.get_external_links`, of the documents that the user may read."""
	field = links.get("non_standard_fieldnames", {}).get(doctype, links.get("fieldname"))
	filters = {field: name, **(notifications.get_dynamic_link_filters(doctype, links, field) or {})}
	count = _number(doctype, filters)
	still_open = notifications.get_filters_for(doctype)
	return {"count": count, "open_count": _number(doctype, {**filters, **still_open}) if still_open else 0}


def _number(doctype: str, filters: dict) -> int:
	if not frappe.has_permission(doctype):
		return 0
	return len(frappe.get_list(doctype, filters=filters, pluck="name", limit=100, order_by=None))


def _chart(arguments: dict):
	if name := arguments.get("chart_name"):
		return frappe.get_doc("Dashboard Chart", name)
	return frappe._dict(frappe.parse_json(arguments.get("chart")) or {})


def _readable_only(doctype: str, filters) -> list:
	"""The filters, as a list, on the rows that the user may read."""
	return [[doctype, "name", "in", held.readable_names(doctype, frappe.parse_json(filters)) or [""]]]
