"""As `reviewed`, of methods that version 16 alone has, or in which it ends sooner."""

_ROWS = "works on rows with items, of a document in memory or one that `run_doc_method` asks whether its caller may read: {}"

BY_REASON = {
	"only while Frappe's own tests run, or beside `bench start`": (
		"frappe.tests.test_api.test",
		"frappe.tests.test_api.test_array",
		"frappe.tests.test_api_v2.test",
		"frappe.tests.test_search.query_with_reference_doctype",
		"frappe.tests.ui_test_helpers.add_remove_role",
		"frappe.tests.ui_test_helpers.create_child_doctype",
		"frappe.tests.ui_test_helpers.create_doctype",
		"frappe.tests.ui_test_helpers.create_if_not_exists",
		"frappe.tests.ui_test_helpers.create_test_user",
		"frappe.tests.ui_test_helpers.create_todo",
		"frappe.tests.ui_test_helpers.create_todo_with_attachment_limit",
		"frappe.tests.ui_test_helpers.publish_progress",
		"frappe.tests.ui_test_helpers.publish_realtime",
		"frappe.tests.ui_test_helpers.setup_default_view",
		"frappe.tests.ui_test_helpers.update_child_table",
	),
	_ROWS.format("fetches prices and stock of one"): ("*: process_item_selection",),
	_ROWS.format("adds the materials of a BOM, or of items that it is sent"): (
		"BOM: add_materials_from_bom",
		"BOM: add_raw_materials",
	),
	_ROWS.format("makes the schedule of deliveries that it is sent"): (
		"Sales Order: create_delivery_schedule",
	),
	_ROWS.format("adds payments that it is sent, to an invoice"): ("POS Invoice: update_payments",),
	"reckons a rate of the figures that it is sent": ("Asset: get_depreciation_rate",),
	"makes a Stock Entry of a Job Card and its Work Order": ("Job Card: make_stock_entry_for_semi_fg_item",),
	"shows nothing of a file but bank transactions in the format of banks (MT940)": (
		"erpnext.accounts.doctype.bank_statement_import.bank_statement_import.convert_mt940_to_csv",
	),
	"starts the import, merge, repost or revision of a document of one DocType, and shows whether it started": (
		"erpnext.accounts.doctype.bank_statement_import.bank_statement_import.form_start_import",
		"erpnext.accounts.doctype.budget.budget.revise_budget",
		"erpnext.accounts.doctype.ledger_merge.ledger_merge.form_start_merge",
		"erpnext.accounts.doctype.repost_accounting_ledger.repost_accounting_ledger.start_repost",
		"frappe.core.doctype.data_import.data_import.form_start_import",
	),
	"stops a job of a document that its caller may change, and shows nothing of it": (
		"frappe.core.doctype.data_import.data_import.stop_data_import",
		"frappe.core.doctype.prepared_report.prepared_report.stop_prepared_report",
	),
	"reads accounts of one company, by a list that each DocType restricts": (
		"erpnext.accounts.doctype.financial_report_template.financial_report_engine.get_children_accounts",
		"erpnext.accounts.doctype.financial_report_template.financial_report_engine.get_filtered_accounts",
	),
	"adds up what was returned of an invoice: no protected document can be a return": (
		"erpnext.controllers.sales_and_purchase_return.get_invoice_item_returned_qty",
		"erpnext.controllers.sales_and_purchase_return.is_invoice_returnable",
	),
	"makes a Prospect of what it is sent, and answers with its name": (
		"erpnext.crm.frappe_crm_api.create_prospect_against_crm_deal",
	),
	"client_comms refuses it for any record but rows of a BOM Creator": (
		"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_bom_creator",
	),
	"reads the state and the quantity of a Job Card": (
		"erpnext.manufacturing.doctype.workstation.workstation.validate_job_card",
	),
	"makes an order of a Sales Order by Frappe's mapper, which asks whether its caller may read it": (
		"erpnext.selling.doctype.sales_order.sales_order.make_subcontracting_inward_order",
	),
	"reads or fills the list of DocTypes of a Transaction Deletion Record that its caller may read or change": (
		"erpnext.setup.doctype.transaction_deletion_record.transaction_deletion_record.export_to_delete_template",
		"erpnext.setup.doctype.transaction_deletion_record.transaction_deletion_record.process_import_template",
	),
	"reads the rate of a Blanket Order": ("erpnext.stock.get_item_details.get_blanket_order_details",),
	"sets the status of a Subcontracting Inward Order": (
		"erpnext.subcontracting.doctype.subcontracting_inward_order.subcontracting_inward_order"
		".update_subcontracting_inward_order_status",
	),
	"reads scripts of the apps that are installed": ("frappe.deprecation_dumpster.get_js",),
	"keeps the caller's own settings of a chart": (
		"frappe.desk.doctype.dashboard_settings.dashboard_settings.save_chart_config",
	),
	"saves which blocks a workspace shows; what they show is asked for by its reader": (
		"frappe.desk.doctype.workspace.workspace.save_page",
	),
	"takes an answer of another service for the caller": (
		"frappe.integrations.doctype.connected_app.connected_app.callback",
		"frappe.integrations.doctype.google_calendar.google_calendar.google_callback",
		"frappe.integrations.doctype.google_contacts.google_contacts.authorize_access",
	),
	"sends what it is sent to an address of the settings, and a fixed text to its sender": (
		"frappe.www.contact.send_message",
	),
	"logs in by a secret that Frappe keeps for minutes": (
		"frappe.www.login.login_via_key",
		"frappe.www.login.login_via_token",
	),
	"needs a print format for printers that take commands, and asks for reading and printing as every print does": (
		"frappe.www.printview.get_rendered_raw_commands",
	),
}
