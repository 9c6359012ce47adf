"""Lists, counts, charts and calendars."""

import frappe

from client_comms import compat
from client_comms.leak_check.bait import INTERACTION
from client_comms.leak_check.surfaces.surface import about, overridden, shown_in_file, surface
from client_comms.rules import access


@surface("report view")
def report_view(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.reportview.get", doctype=INTERACTION, fields=["name", "subject"], filters=about(bait)
	)


@surface("report view, count")
def report_count(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.reportview.get_count",
		doctype=INTERACTION,
		filters=about(bait),
		fields=[],
		distinct=False,
	).message


@surface("report view, export", action=access.EXPORT)
def report_export(visitor, bait, planted):
	return shown_in_file(
		visitor.call(
			"frappe.desk.reportview.export_query",
			doctype=INTERACTION,
			title="x",
			fields=["name", "summary"],
			filters=about(bait),
			file_format_type="CSV",
		),
		bait,
	)


# Frappe 16.0-dev fails here for everyone, as in the calendar.
@surface("tag statistics of the list", control=not compat.is_version_16())
def tag_statistics(visitor, bait, planted):
	counts = visitor.call(
		"frappe.desk.reportview.get_sidebar_stats",
		stats=["_user_tags"],
		doctype=INTERACTION,
		filters=about(bait),
	)
	tags = ((counts.message or {}).get("stats") or {}).get("_user_tags") or []
	return any(count for tag, count in tags if tag.startswith("leakbait"))


@surface("group by in the list")
def group_by(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.desk.listview.get_group_by_count",
			doctype=INTERACTION,
			current_filters=about(bait),
			field="responsible_staff",
		).message
	)


@surface("group by assignee in the list", overridden("frappe.desk.listview.get_group_by_count"))
def group_by_assignee(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.desk.listview.get_group_by_count",
			doctype=INTERACTION,
			current_filters=about(bait),
			field="assigned_to",
		).message
	)


@surface(
	"numbers of workflow states",
	overridden("frappe.workflow.doctype.workflow.workflow.get_workflow_state_count"),
)
def workflow_states(visitor, bait, planted):
	return visitor.call(
		"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count",
		doctype=INTERACTION,
		workflow_state_field="subject",
		states=[],
	)


@surface("numbers of connections", overridden("frappe.desk.notifications.get_open_count"))
def connections(visitor, bait, planted):
	found = visitor.call(
		"frappe.desk.notifications.get_open_count", doctype="Opportunity", name=f"{bait.name}-ABOUT"
	).message
	linked = (found or {"count": {}})["count"].get("external_links_found", ())
	return any(entry["count"] for entry in linked if entry["doctype"] == INTERACTION)


@surface("next record of the form", control=False)
def next_record(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.desk.form.utils.get_next",
			doctype=INTERACTION,
			value=planted.baits[0].name,
			prev=0,
			sort_field="name",
			sort_order="asc",
			filters=about(bait),
		).message
		or visitor.call(
			"frappe.desk.form.utils.get_next",
			doctype=INTERACTION,
			value=planted.baits[-1].name,
			prev=1,
			sort_field="name",
			sort_order="asc",
			filters=about(bait),
		).message
	)


@surface(
	"place of a hidden record in the order", overridden("frappe.desk.form.utils.get_next"), control=False
)
def place_in_order(visitor, bait, planted):
	return any(
		visitor.call(
			"frappe.desk.form.utils.get_next",
			doctype=INTERACTION,
			value=bait.name,
			prev=prev,
			sort_field="subject",
			sort_order="asc",
		).message
		for prev in (0, 1)
	)


@surface("number card")
def number_card(visitor, bait, planted):
	card = {"document_type": INTERACTION, "function": "Count"}
	return visitor.call(
		"frappe.desk.doctype.number_card.number_card.get_result", doc=card, filters=about(bait)
	).message


def _chart(bait, **fields):
	return {
		"document_type": INTERACTION,
		"based_on": "occurred_on",
		"timespan": "Last Year",
		"time_interval": "Yearly",
		"filters_json": frappe.as_json(about(bait)),
		**fields,
	}


@surface("dashboard chart", overridden("frappe.desk.doctype.dashboard_chart.dashboard_chart.get"))
def chart(visitor, bait, planted):
	found = visitor.call(
		"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
		chart=_chart(bait, chart_type="Count", type="Line"),
		no_cache=1,
	).message
	return found and any(value for each in found["datasets"] for value in each["values"])


@surface("dashboard chart, grouped", overridden("frappe.desk.doctype.dashboard_chart.dashboard_chart.get"))
def grouped_chart(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
		chart=_chart(
			bait, chart_type="Group By", type="Bar", group_by_type="Count", group_by_based_on="subject"
		),
		no_cache=1,
	)


@surface(
	"dashboard chart with another DocType as its parent",
	overridden("frappe.desk.doctype.dashboard_chart.dashboard_chart.get"),
)
def chart_by_parent(visitor, bait, planted):
	grouped = {
		"chart_type": "Group By",
		"type": "Bar",
		"group_by_type": "Count",
		"group_by_based_on": "subject",
	}
	chart = _chart(bait, parent_document_type="System Settings", **grouped)
	return visitor.call("frappe.desk.doctype.dashboard_chart.dashboard_chart.get", chart=chart, no_cache=1)


@surface(
	"number card with another DocType as its parent",
	overridden("frappe.desk.doctype.number_card.number_card.get_result"),
)
def card_by_parent(visitor, bait, planted):
	card = {"document_type": INTERACTION, "parent_document_type": "System Settings", "function": "Count"}
	return visitor.call(
		"frappe.desk.doctype.number_card.number_card.get_result", doc=card, filters=about(bait)
	).message


@surface("dashboard chart, heatmap", overridden("frappe.desk.doctype.dashboard_chart.dashboard_chart.get"))
def heatmap(visitor, bait, planted):
	found = visitor.call(
		"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
		chart=_chart(bait, chart_type="Count", type="Heatmap", heatmap_year=int(bait.day[:4])),
		no_cache=1,
	).message
	return bool(found and found["dataPoints"])


@surface("goal graph", overridden("frappe.utils.goal.get_monthly_goal_graph_data"))
def goal(visitor, bait, planted):
	found = visitor.call(
		"frappe.utils.goal.get_monthly_goal_graph_data",
		title="x",
		doctype="Customer",
		docname=planted.parties["Customer"],
		goal_value_field="default_commission_rate",
		goal_total_field="default_commission_rate",
		goal_history_field="customer_details",
		goal_doctype=INTERACTION,
		goal_doctype_link="party",
		goal_field="name",
		date_field="occurred_on",
		aggregation="count",
		filters={"summary": ("like", f"{bait.word}%")},
	).message
	return found and any(value for each in found["data"]["datasets"] for value in each["values"])


@surface(
	"kanban board, a guess at a column",
	overridden("frappe.desk.doctype.kanban_board.kanban_board.update_order"),
)
def kanban_guess(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.doctype.kanban_board.kanban_board.update_order",
		board_name=bait.names["Kanban Board"],
		order={f"{bait.word} subject": [bait.name]},
	).ok


@surface("calendar", control=not compat.is_version_16())
def calendar(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.calendar.get_events",
		doctype=INTERACTION,
		start="2000-01-01",
		end="2100-01-01",
		field_map={"start": "occurred_on", "end": "occurred_on", "title": "subject"},
		filters=[[INTERACTION, "name", "=", bait.name]],
	)
