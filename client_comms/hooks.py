app_name = "client_comms"
app_title = "Client Communications"
app_publisher = "Client Communications contributors"
app_description = "The client-communication procedure, enforced inside ERPNext"
app_email = "client-comms@example.com"
app_license = "mit"
# With the owner named, `install-app` finds ERPNext on the bench without asking the network.
required_apps = ["frappe/erpnext"]

before_install = "client_comms.setup.install.before_install"
after_install = "client_comms.setup.install.after_install"
after_migrate = "client_comms.setup.install.after_migrate"
before_uninstall = "client_comms.setup.uninstall.before_uninstall"
after_uninstall = "client_comms.setup.uninstall.after_uninstall"

# Access: one decision (rules/access), two renderings (permission check and row condition). What belongs to
# a governed record is registered DocType by DocType (enforcement/belongings), never under "*".
has_permission = {
	"Client Interaction": "client_comms.enforcement.permissions.has_permission",
	"Interaction Access Grant": "client_comms.enforcement.permissions.has_grant_permission",
	"Communication": "client_comms.enforcement.communication.has_permission",
	"Issue": "client_comms.enforcement.documents.has_permission",
	"Lead": "client_comms.enforcement.documents.has_permission",
	"Opportunity": "client_comms.enforcement.documents.has_permission",
	"Access Log": "client_comms.enforcement.belongings.has_permission",
	"Activity Log": "client_comms.enforcement.belongings.has_permission",
	"Comment": "client_comms.enforcement.belongings.has_permission",
	"Auto Email Report": "client_comms.enforcement.reports.has_email_permission",
	"Deleted Document": "client_comms.enforcement.deleted.has_permission",
	"DocShare": "client_comms.enforcement.belongings.has_permission",
	"Document Follow": "client_comms.enforcement.belongings.has_permission",
	"Document Share Key": "client_comms.enforcement.belongings.has_permission",
	"Email Queue": "client_comms.enforcement.belongings.has_permission",
	"File": "client_comms.enforcement.files.has_permission",
	"Notification Log": "client_comms.enforcement.belongings.has_permission",
	"Prepared Report": "client_comms.enforcement.reports.has_prepared_permission",
	"Tag Link": "client_comms.enforcement.belongings.has_permission",
	"ToDo": "client_comms.enforcement.belongings.has_permission",
	"Version": "client_comms.enforcement.belongings.has_permission",
	"View Log": "client_comms.enforcement.belongings.has_permission",
}
permission_query_conditions = {
	"Client Interaction": "client_comms.enforcement.permissions.interaction_condition",
	"Interaction Access Grant": "client_comms.enforcement.permissions.grant_condition",
	"Interaction Action Item": "client_comms.enforcement.permissions.child_condition",
	"Interaction Evidence": "client_comms.enforcement.permissions.child_condition",
	"Interaction Event": "client_comms.enforcement.permissions.child_condition",
	"Communication": "client_comms.enforcement.communication.condition",
	"Issue": "client_comms.enforcement.documents.condition",
	"Lead": "client_comms.enforcement.documents.condition",
	"Opportunity": "client_comms.enforcement.documents.condition",
	"Communication Link": "client_comms.enforcement.communication.link_condition",
	"Access Log": "client_comms.enforcement.belongings.condition",
	"Activity Log": "client_comms.enforcement.belongings.condition",
	"Comment": "client_comms.enforcement.belongings.condition",
	"Deleted Document": "client_comms.enforcement.deleted.condition",
	"DocShare": "client_comms.enforcement.belongings.condition",
	"Document Follow": "client_comms.enforcement.belongings.condition",
	"Document Share Key": "client_comms.enforcement.belongings.condition",
	"Email Queue": "client_comms.enforcement.belongings.condition",
	"File": "client_comms.enforcement.belongings.condition",
	"Notification Log": "client_comms.enforcement.belongings.condition",
	"Prepared Report": "client_comms.enforcement.reports.prepared_condition",
	"Tag Link": "client_comms.enforcement.belongings.condition",
	"ToDo": "client_comms.enforcement.belongings.condition",
	"Version": "client_comms.enforcement.belongings.condition",
	"View Log": "client_comms.enforcement.belongings.condition",
}

override_whitelisted_methods = {
	"frappe.desk.search.search_link": "client_comms.enforcement.link_search.search_link",
	"frappe.desk.search.search_widget": "client_comms.enforcement.link_search.search_widget",
	"frappe.desk.form.load.getdoc": "client_comms.enforcement.timeline.getdoc",
	"frappe.desk.form.load.get_docinfo": "client_comms.enforcement.timeline.get_docinfo",
	"frappe.desk.form.load.get_communications": "client_comms.enforcement.timeline.get_communications",
	"frappe.desk.search.get_link_title": "client_comms.enforcement.link_search.get_link_title",
	"frappe.utils.global_search.search": "client_comms.enforcement.search.search",
	"frappe.desk.listview.get_group_by_count": "client_comms.enforcement.counts.get_group_by_count",
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.get": "client_comms.enforcement.counts.get_chart",
	"frappe.desk.doctype.tag.tag.get_tagged_docs": "client_comms.enforcement.counts.get_tagged_docs",
	"frappe.utils.goal.get_monthly_goal_graph_data": "client_comms.enforcement.counts.get_monthly_goal_graph_data",
	"frappe.desk.doctype.kanban_board.kanban_board.update_order": "client_comms.enforcement.kanban.update_order",
	"frappe.desk.reportview.export_query": "client_comms.enforcement.exports.export_query",
	"frappe.core.doctype.data_export.exporter.export_data": "client_comms.enforcement.exports.export_data",
	"frappe.core.doctype.data_import.data_import.download_template": "client_comms.enforcement.exports.download_template",
	"frappe.desk.query_report.run": "client_comms.enforcement.reports.run",
	"frappe.desk.query_report.export_query": "client_comms.enforcement.reports.export_query",
	"frappe.core.api.file.unzip_file": "client_comms.enforcement.files.unzip_file",
	"frappe.core.doctype.file.file.unzip_file": "client_comms.enforcement.files.unzip_file",
	"frappe.email.relink": "client_comms.enforcement.refiling.relink",
	"erpnext.crm.doctype.lead.lead.make_lead_from_communication": "client_comms.enforcement.refiling.make_lead_from_communication",
	"erpnext.crm.doctype.opportunity.opportunity.make_opportunity_from_communication": "client_comms.enforcement.refiling.make_opportunity_from_communication",
	"erpnext.crm.utils.get_open_activities": "client_comms.enforcement.refiling.get_open_activities",
	"erpnext.support.doctype.issue.issue.make_issue_from_communication": "client_comms.enforcement.refiling.make_issue_from_communication",
}

# The compliance ledger: what a request did with confidential records is known when it is over.
after_request = ["client_comms.enforcement.audit.after_request"]

_BEFORE_PRINT = [
	"client_comms.enforcement.printing.refuse_key",
	"client_comms.enforcement.audit.on_print",
]
doc_events = {
	"Client Interaction": {"before_print": _BEFORE_PRINT},
	"Communication": {
		"before_insert": "client_comms.crm.communication.before_insert",
		"validate": "client_comms.enforcement.refiling.refuse_reply",
		"after_insert": [
			"client_comms.crm.communication.after_insert",
			"client_comms.enforcement.audit.on_message",
		],
		"before_print": _BEFORE_PRINT,
	},
	"Issue": {
		"after_insert": "client_comms.crm.issue.after_insert",
		"before_validate": "client_comms.enforcement.documents.guard_level",
		"before_print": _BEFORE_PRINT,
	},
	"Lead": {
		"before_validate": "client_comms.enforcement.documents.guard_level",
		"before_print": _BEFORE_PRINT,
	},
	"Opportunity": {
		"before_validate": "client_comms.enforcement.documents.guard_level",
		"before_print": _BEFORE_PRINT,
	},
	"File": {
		"before_insert": "client_comms.enforcement.files.refuse_alias",
		"before_validate": "client_comms.enforcement.files.keep_private",
		"validate": "client_comms.enforcement.files.refuse_alias",
	},
	"Notification Log": {"before_insert": "client_comms.enforcement.notifications.withhold_content"},
	"ToDo": {
		"after_insert": "client_comms.client_interactions.action_items.adopt_todo",
		"on_update": "client_comms.client_interactions.action_items.follow_todo",
		"on_trash": "client_comms.client_interactions.action_items.forget_todo",
	},
	"Document Follow": {"after_insert": "client_comms.enforcement.sharing.end_follow_without_clearance"},
	"DocShare": {
		"validate": "client_comms.enforcement.sharing.refuse_share",
		"on_update": "client_comms.enforcement.audit.on_share",
	},
	"User": {"on_update": "client_comms.enforcement.sharing.end_lapsed_of_user"},
	"Holiday List": {"on_update": "client_comms.communication_governance.calendars.forget"},
}

scheduler_events = {
	"cron": {
		"*/5 * * * *": [
			"client_comms.client_interactions.sweep.run",
			"client_comms.client_privacy.ledger.chain",
		]
	},
}

doctype_js = {
	"Lead": ["public/js/log_interaction.js", "public/js/confidentiality.js"],
	"Customer": "public/js/log_interaction.js",
	"Contact": "public/js/log_interaction.js",
	"Opportunity": ["public/js/log_interaction.js", "public/js/confidentiality.js"],
	"Issue": ["public/js/log_interaction.js", "public/js/confidentiality.js"],
}
override_doctype_dashboards = {
	"Customer": "client_comms.crm.dashboards.customer",
	"Lead": "client_comms.crm.dashboards.lead",
	"Prospect": "client_comms.crm.dashboards.prospect",
	"Supplier": "client_comms.crm.dashboards.supplier",
	"Contact": "client_comms.crm.dashboards.contact",
	"Opportunity": "client_comms.crm.dashboards.opportunity",
	"Issue": "client_comms.crm.dashboards.issue",
}

add_to_apps_screen = [
	{
		"name": "client_comms",
		"logo": "/assets/client_comms/images/client_comms.svg",
		"title": "Client Communications",
		"route": "/app/client-communications",
		"has_permission": "client_comms.enforcement.permissions.has_app_permission",
	}
]
