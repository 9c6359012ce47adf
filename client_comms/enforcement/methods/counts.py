"""Counts and graphs that Frappe computes without row conditions (D-5): a number can reveal hidden text.

Each calls Frappe's own function and only restricts the rows to those that the user can read.
"""

from collections import Counter

import frappe
from frappe import _
from frappe.desk import notifications
from frappe.utils import cint, getdate

from client_comms.enforcement import compose, governed, guards, linked_columns, readers
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.requests import added_rows, named_parent

_CHART = "frappe.desk.doctype.dashboard_chart.dashboard_chart.get"
_GROUP_BY = "frappe.desk.listview.get_group_by_count"


@frappe.whitelist()
def get_group_by_count(doctype: str, current_filters: str, field: str, **others) -> list[dict]:
	"""The sidebar's counts; those by assignee query the database directly, and so does version 16 for titles."""
	if field == "assigned_to" and guards.is_held(doctype):
		if compose.previous_path(_GROUP_BY) == _GROUP_BY:
			return _by_assignee(doctype, frappe.parse_json(current_filters))
		current_filters = frappe.as_json(_readable_only(doctype, current_filters))
	groups = call_previous(
		_GROUP_BY,
		doctype=doctype,
		current_filters=current_filters,
		field=field,
		**others,
	)
	return _without_hidden_titles(doctype, field, groups)


def _by_assignee(doctype: str, filters) -> list[dict]:
	"""As Frappe counts, among the rows that the user can read: named in its query, a million rows would be 16 megabytes."""
	# nosemgrep: frappe-sql-format-injection (Frappe's own query, and an escaped name)
	return frappe.db.sql(
		f"""select `tabToDo`.`allocated_to` as `name`, count(*) as `count`
		from `tabToDo` join `tabUser` on `tabUser`.`name` = `tabToDo`.`allocated_to`
		where `tabToDo`.`reference_type` = {frappe.db.escape(doctype)} and `tabToDo`.`status` != 'Cancelled'
			and `tabUser`.`user_type` = 'System User'
			and `tabToDo`.`reference_name` in ({guards.readable_query(doctype, filters)})
		group by `tabToDo`.`allocated_to` order by `count` desc limit 50""",
		as_dict=True,
	)


def _without_hidden_titles(doctype: str, field: str, groups: list) -> list:
	titled = [group for group in groups if group.get("title")]
	target = frappe.get_meta(doctype).get_field(field).options if titled else None
	if target in governed.doctypes():
		readable = governed.readable(target, [group["name"] for group in titled])
		for group in titled:
			if group["name"] not in readable:
				group["title"] = group["name"]
	return groups


@frappe.whitelist()
def get_chart(**arguments):
	"""A dashboard chart; heatmaps query the database directly, and results are cached for the next user."""
	chart = _chart(arguments)
	if chart:
		_refuse_linked(chart, arguments.get("filters") or chart.filters_json)
	if not chart or not guards.is_held(chart.document_type):
		return _with_readable_labels(chart, call_previous(_CHART, **arguments))
	if chart.chart_type == "Group By" or chart.type != "Heatmap":
		found = call_previous(_CHART, **{**arguments, "refresh": 1})
		return _with_readable_labels(chart, found)
	filters = frappe.parse_json(arguments.get("filters")) or frappe.parse_json(chart.filters_json)
	return _heatmap(chart, filters, arguments.get("heatmap_year") or chart.heatmap_year)


_CHART_COLUMNS = ("based_on", "value_based_on", "group_by_based_on", "aggregate_function_based_on")


def _refuse_linked(computed, filters) -> None:
	"""Charts and cards can be computed from columns of linked documents, which Frappe does not check.

	:param computed: a Dashboard Chart or Number Card, saved or not
	"""
	if computed.get("parent_document_type"):
		named_parent.refuse_parent(computed.document_type)
		added_rows.refuse_rows(computed.document_type)
	used = [computed.get(column) or "" for column in _CHART_COLUMNS]
	used += linked_columns.of_filters(linked_columns.parsed(filters))
	linked_columns.refuse(computed.document_type, computed.get("name") or computed.document_type, used)


@frappe.whitelist()
def get_card_result(doc: str | dict, filters: str | list | dict | None = None, **others):
	"""The number on a card, as the request describes it."""
	_refuse_linked(frappe._dict(frappe.parse_json(doc)), filters)
	return call_previous(
		"frappe.desk.doctype.number_card.number_card.get_result", doc=doc, filters=filters, **others
	)


@frappe.whitelist()
def get_percentage_difference(doc: str | dict, filters: str | list | dict | None = None, **others):
	"""How the number on a saved card changed."""
	card = frappe.get_doc("Number Card", frappe.parse_json(doc).get("name"))
	_refuse_linked(card, filters)
	return call_previous(
		"frappe.desk.doctype.number_card.number_card.get_percentage_difference",
		doc=doc,
		filters=filters,
		**others,
	)


_AGGREGATES = {"Count": "count", "Sum": "sum", "Average": "avg"}


def _heatmap(chart, filters, year) -> dict:
	"""As `dashboard_chart.get_heatmap_chart_config`, which some releases of version 16 lack, for readable rows."""
	columns = frappe.get_meta(chart.document_type).get_valid_columns()
	if chart.based_on not in columns or chart.value_based_on not in (None, "", *columns):
		frappe.throw(
			_(
				"This chart groups by a field that {0} does not have. Choose another field in the chart."
			).format(_(chart.document_type))
		)
	table, year = f"`tab{chart.document_type}`", cint(year) or getdate().year
	day = f"{table}.`{chart.based_on}`"
	value = f"{table}.`{chart.value_based_on}`" if chart.value_based_on else "1"
	names = guards.readable_query(chart.document_type, frappe.parse_json(filters))
	# nosemgrep: frappe-sql-format-injection (Frappe's own query, columns of the DocType, and a number)
	rows = frappe.db.sql(
		f"""select unix_timestamp({day}), {_AGGREGATES[chart.chart_type]}({value}) from {table}
		where {table}.`name` in ({names}) and {table}.`docstatus` < 2
			and {day} > '{year}-01-01' and {day} < '{year + 1}-01-01'
		group by date({day}) order by {day}"""
	)
	return {"labels": [], "dataPoints": dict(rows)}


def _with_readable_labels(chart, found):
	"""Version 16 labels the groups of a link field with the titles of the linked documents, for any user."""
	if not found or not chart or chart.chart_type != "Group By":
		return found
	field = frappe.get_meta(chart.document_type).get_field(chart.group_by_based_on)
	target = field and field.fieldtype == "Link" and field.options
	title = target in governed.doctypes() and frappe.get_meta(target).title_field
	if not title:
		return found
	labelled = frappe.get_all(
		target, {title: ("in", [label for label in found["labels"] if label])}, ["name", title], order_by=None
	)
	readable = governed.readable(target, [row.name for row in labelled])
	hidden = {row[title]: row.name for row in labelled if row.name not in readable}
	return {**found, "labels": [hidden.get(label, label) for label in found["labels"]]}


@frappe.whitelist()
def get_monthly_goal_graph_data(goal_doctype: str, filters: str | dict | None = None, **arguments):
	"""The graph of a monthly goal."""
	if guards.is_held(goal_doctype):
		filters = frappe.parse_json(filters) or {}
		counted = dict(filters)
		if arguments.get("doctype") != goal_doctype:  # Frappe counts those of this document alone
			counted[arguments["goal_doctype_link"]] = arguments["docname"]
		filters["name"] = ("in", guards.readable_names(goal_doctype, counted) or [""])
	return call_previous(
		"frappe.utils.goal.get_monthly_goal_graph_data",
		goal_doctype=goal_doctype,
		filters=filters,
		**arguments,
	)


@frappe.whitelist()
def get_coords(doctype: str, filters: str | list | dict | None = None, **others):
	"""Where documents are on a map, in version 15; Frappe asks about the DocType alone."""
	doctype = guards.named(doctype)
	if guards.is_held(doctype):
		frappe.has_permission(doctype, throw=True)
		filters = _readable_only(doctype, filters)
	return call_previous("frappe.geo.utils.get_coords", doctype=doctype, filters=filters, **others)


@frappe.whitelist()
def get_tagged_docs(doctype: str, tag: str, **others):
	"""The names of the documents with a tag."""
	doctype = guards.named(doctype)
	named = call_previous("frappe.desk.doctype.tag.tag.get_tagged_docs", doctype=doctype, tag=tag, **others)
	if not guards.is_held(doctype) or not named:
		return named
	readable = set(guards.readable_names(doctype, {"name": ("in", [row[0] for row in named])}))
	return [row for row in named if row[0] in readable]


@frappe.whitelist()
def get_workflow_state_count(doctype: str, workflow_state_field: str, states: str | list, **others):
	"""How many documents have which value of a field; Frappe accepts any field."""
	if not guards.is_held(doctype):
		return call_previous(
			"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count",
			doctype=doctype,
			workflow_state_field=workflow_state_field,
			states=states,
			**others,
		)
	frappe.has_permission(doctype, throw=True)
	if workflow_state_field not in frappe.get_meta(doctype).get_valid_columns():
		return None
	filters = {workflow_state_field: ("not in", frappe.parse_json(states))}
	values = frappe.get_list(doctype, filters=filters, pluck=workflow_state_field, limit=0, order_by=None)
	return [
		{workflow_state_field: value, "count": count} for value, count in Counter(values).items() if value
	]


@frappe.whitelist()
def get_open_count(doctype: str, name: str, **others):
	"""The numbers of connected documents on a form."""
	with readers.holding():
		found = call_previous(
			"frappe.desk.notifications.get_open_count", doctype=doctype, name=name, **others
		)
		links = frappe.get_meta(doctype).get_dashboard_data()
		for entry in found["count"] and found["count"]["external_links_found"]:
			if guards.is_held(entry["doctype"]):
				entry.update(_connected(entry["doctype"], name, links))
	return found


def _connected(doctype: str, name: str, links: dict) -> dict:
	"""As `frappe.desk.notifications.get_external_links`, for the documents that the user can read."""
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
	"""The filters as a list, restricted to the rows that the user can read."""
	return [[doctype, "name", "in", guards.readable_names(doctype, frappe.parse_json(filters)) or [""]]]
