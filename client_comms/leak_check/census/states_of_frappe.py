"""States and arguments of methods of Frappe that do something with certain documents alone."""

import json

import frappe

from client_comms.leak_check.census.scene import INTERACTION
from client_comms.leak_check.census.state import (
	ELSE,
	REASON,
	Of,
	Row,
	State,
	file_url,
	first,
	importing,
	soon,
	write_file,
)


def _page(_of) -> str:
	return frappe.db.get_value("Workspace", {"public": 1})


def _dashboard(doctype: str, values: dict) -> State:
	"""A chart or card that is put on a dashboard."""
	rows = (
		Row("Dashboard", {"dashboard_name": "leakbait dashboard"}),
		Row("Dashboard Chart", _CHART),
		Row(
			"Dashboard Chart Link",
			{
				"parenttype": "Dashboard",
				"parent": Of("Dashboard"),
				"parentfield": "charts",
				"chart": Of("Dashboard Chart"),
				"idx": 1,
			},
			added=True,
		),
	)
	added = () if doctype == "Dashboard Chart" else (Row(doctype, values),)
	return State(
		{"args": {"dashboard": Of("Dashboard"), "chart_name": Of(doctype), "name": Of(doctype)}}, rows + added
	)


_CHART = {
	"chart_name": "leakbait chart",
	"chart_type": "Group By",
	"type": "Bar",
	"document_type": INTERACTION,
	"group_by_based_on": "subject",
	"group_by_type": "Count",
	"filters_json": "[]",
}
_CARD = {
	"label": "leakbait card",
	"type": "Document Type",
	"document_type": INTERACTION,
	"function": "Count",
	"filters_json": "[]",
}


def _recorded(of) -> None:
	"""Requests that Frappe's recorder has exported."""
	write_file(of, '[{"uuid": "leakbait"}]')


_COLUMN = "leakbait column"
_BOARD = State(
	{
		"board_name": Of("Kanban Board"),
		"docname": Of(INTERACTION),
		"colname": _COLUMN,
		"from_colname": _COLUMN,
		"to_colname": _COLUMN,
		"old_index": "0",
		"new_index": "0",
	},
	(
		Row(
			"Kanban Board Column",
			{
				"parenttype": "Kanban Board",
				"parent": Of("Kanban Board"),
				"parentfield": "columns",
				"column_name": _COLUMN,
				"order": json.dumps(["x"]),
				"idx": 1,
			},
			added=True,
		),
	),
)

_IMPORT = importing("Data Import", reference_doctype="ToDo", status="Partial Success")

FRAPPE: dict[str, State] = {
	"frappe.automation.doctype.reminder.reminder.create_new_reminder": State(
		{
			"remind_at": soon,
			"description": REASON,
			"reminder_doctype": INTERACTION,
			"reminder_docname": Of(INTERACTION),
		}
	),
	"frappe.automation.doctype.auto_repeat.auto_repeat.make_auto_repeat": State(
		{"doctype": "Quotation", "docname": Of("Quotation")},
		(
			Row(
				"Quotation",
				{
					"quotation_to": "Customer",
					"party_name": Of("Customer"),
					"company": Of("company"),
					"opportunity": Of("Opportunity"),
				},
			),
		),
	),
	"frappe.contacts.doctype.contact.contact.invite_user": State(
		{"contact": Of("Contact")}, (Row("Contact", {"email_id": "leakbait.new@example.com"}),)
	),
	"frappe.core.doctype.data_import.data_import.download_errored_template": _IMPORT,
	"frappe.core.doctype.data_import.data_import.download_import_log": _IMPORT,
	"frappe.core.doctype.data_import.data_import.form_start_import": _IMPORT,
	"frappe.core.doctype.data_import.data_import.get_preview_from_template": _IMPORT,
	"Data Import: get_preview_from_template": State({"import_file": file_url}, _IMPORT.rows, _IMPORT.then),
	"frappe.core.doctype.user.user.get_roles": State({"uid": "Administrator"}),
	"frappe.core.doctype.user_permission.user_permission.add_user_permissions": State(
		{
			"data": {
				"user": Of("user"),
				"doctype": INTERACTION,
				"docname": Of(INTERACTION),
				"apply_to_all_doctypes": 1,
				"is_default": 0,
				"hide_descendants": 0,
				"applicable_doctypes": [],
			}
		}
	),
	"frappe.desk.desktop.get_desktop_page": State(
		{"page": lambda of: json.dumps({"name": _page(of), "title": _page(of)})}
	),
	"frappe.desk.desktop.update_onboarding_step": State(
		{"name": first("Onboarding Step"), "field": "is_skipped", "value": 1}
	),
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.add_chart_to_dashboard": _dashboard(
		"Dashboard Chart", _CHART
	),
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.create_dashboard_chart": State({"args": _CHART}),
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.create_report_chart": State({"args": _CHART}),
	"frappe.desk.doctype.number_card.number_card.add_card_to_dashboard": _dashboard("Number Card", _CARD),
	"frappe.desk.doctype.number_card.number_card.create_number_card": State({"args": _CARD}),
	"frappe.desk.doctype.number_card.number_card.create_report_number_card": State({"args": _CARD}),
	"frappe.desk.doctype.desktop_icon.desktop_icon.update_icons": State({"hidden_list": "[]"}),
	"frappe.desk.doctype.event.event.delete_communication": State(
		{
			"event": {"doctype": INTERACTION, "name": Of(INTERACTION)},
			"reference_doctype": "Event Participants",
			"reference_docname": Of("Event Participants"),
		},
		(Row("Event Participants", {"reference_doctype": "Customer", "reference_docname": Of("Customer")}),),
	),
	"frappe.desk.doctype.kanban_board.kanban_board.add_card": _BOARD,
	"frappe.desk.doctype.kanban_board.kanban_board.save_settings": State(
		{"board_name": Of("Kanban Board"), "settings": '{"fields": "[]", "show_labels": 1}'}, _BOARD.rows
	),
	"frappe.desk.doctype.kanban_board.kanban_board.update_order_for_single_card": _BOARD,
	"frappe.desk.doctype.kanban_board.kanban_board.quick_kanban_board": State(
		{"doctype": INTERACTION, "board_name": "LEAKBAIT NEW BOARD", "field_name": "status"}
	),
	"frappe.desk.doctype.list_view_settings.list_view_settings.save_listview_settings": State(
		{"doctype": INTERACTION, "listview_settings": '{"fields": "[]"}', "removed_listview_fields": "[]"}
	),
	"frappe.desk.doctype.notification_settings.notification_settings.set_seen_value": State({"value": 1}),
	"frappe.desk.doctype.workspace.workspace.duplicate_page": State(
		{"page_name": _page, "new_page": json.dumps({"title": "leakbait page", "is_public": 0})}
	),
	"frappe.desk.doctype.onboarding_step.onboarding_step.get_onboarding_steps": State(
		{"ob_steps": lambda of: json.dumps([{"step": first("Onboarding Step")(of)}])}
	),
	"frappe.desk.doctype.workspace.workspace.new_page": State(
		{
			"new_page": json.dumps(
				{"title": "leakbait new", "label": "leakbait new", "public": 1, "content": "[]"}
			)
		}
	),
	"frappe.desk.doctype.workspace.workspace.hide_page": State({"page_name": _page}),
	"frappe.desk.doctype.workspace.workspace.unhide_page": State({"page_name": _page}),
	"frappe.desk.doctype.workspace.workspace.save_page": State(
		{"title": _page, "public": 1, "new_widgets": "{}", "blocks": "[]"}
	),
	"frappe.desk.doctype.workspace.workspace.update_page": State(
		{
			"name": _page,
			"title": "leakbait page",
			"icon": "",
			"indicator_color": "",
			"parent": "",
			"public": 1,
		}
	),
	"frappe.desk.form.assign_to.add_multiple": State(
		{
			"doctype": INTERACTION,
			"name": lambda of: json.dumps([of(INTERACTION)]),
			"assign_to": json.dumps(["Administrator"]),
			"description": REASON,
		}
	),
	"frappe.desk.form.assign_to.close": State(
		{"doctype": INTERACTION, "name": Of(INTERACTION), "assign_to": "Administrator"}
	),
	"frappe.desk.leaderboard.get_energy_point_leaderboard": State(
		{"date_range": '["2000-01-01","2100-01-01"]'}
	),
	"frappe.desk.page.user_profile.user_profile.get_energy_points_percentage_chart_data": State(
		{"user": "Administrator", "field": "reference_doctype"}
	),
	"frappe.email.doctype.auto_email_report.auto_email_report.send_now": State(
		{"name": Of("Auto Email Report")}, (Row("Auto Email Report", {"email_to": Of("user")}),)
	),
	"frappe.email.doctype.email_group.email_group.import_from": State(
		{"name": Of("Email Group"), "doctype": "Lead"}, (Row("Email Group", {"title": "leakbait group"}),)
	),
	"frappe.email.email_body.get_email_html": State(
		{"template": "new_message", "args": '{"message": "leakbait own"}', "subject": "leakbait own"}
	),
	"frappe.recorder.import_data": State({"file": file_url}, (), _recorded),
	"frappe.utils.csvutils.send_csv_to_client": State({"args": {"data": [["x"]], "filename": "x"}}),
	"Energy Point Log: revert": State({"reason": REASON}, (Row("Energy Point Log", {"type": "Auto"}),)),
	"Newsletter: send_test_email": State(
		{"email": ELSE},
		(
			Row(
				"Newsletter",
				{"subject": "leakbait own", "content_type": "Rich Text", "message": "leakbait own"},
			),
		),
	),
}
