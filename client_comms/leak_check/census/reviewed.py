"""Methods that no call of the census gets to do anything, and what their source shows: that they cannot show a hidden record.

Each reason is true after reading the method and what it calls. A method that reads by a name of any DocType never stands here.
"""

_BY_REASON = {
	"only for a login that cannot read the record, or for a client in the portal; asked as each of them": (
		"client_comms.api.access.break_glass",
		"client_comms.api.access.request_access",
		"client_comms.api.portal.write",
	),
	"a ledger that is not signed yet has no export; one asks for all records of its entries": (
		"client_comms.api.ledger.export_ledger",
	),
	"takes a file as an object of Python, which no request can send": (
		"erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer.validate_accounts",
	),
	"adds up orders, invoices and stock by customer, supplier, item or salesperson": (
		"erpnext.startup.leaderboard.",
	),
	"reads a bank transaction and the payments, entries and invoices that match it": (
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.",
	),
	"makes bank transactions of the rows that it is sent": (
		"erpnext.accounts.doctype.bank_transaction.bank_transaction_upload.create_bank_entries",
	),
	"reads the loyalty program of a customer, and its points": (
		"erpnext.accounts.doctype.loyalty_program.loyalty_program.",
	),
	"makes an order, invoice or delivery of that of another company of the group, with its items and addresses": (
		"erpnext.accounts.doctype.purchase_invoice.purchase_invoice.make_inter_company_sales_invoice",
		"erpnext.accounts.doctype.sales_invoice.sales_invoice.make_inter_company_purchase_invoice",
		"erpnext.buying.doctype.purchase_order.purchase_order.make_inter_company_sales_order",
		"erpnext.selling.doctype.sales_order.sales_order.make_inter_company_purchase_order",
		"erpnext.stock.doctype.delivery_note.delivery_note.make_inter_company_purchase_receipt",
		"erpnext.stock.doctype.purchase_receipt.purchase_receipt.make_inter_company_delivery_note",
	),
	"reads accounts of one company, and nothing but accounts": (
		"erpnext.accounts.doctype.account.account.get_parent_account",
		"erpnext.accounts.doctype.account.account.merge_account",
		"erpnext.accounts.doctype.exchange_rate_revaluation.exchange_rate_revaluation.get_account_details",
		"erpnext.accounts.doctype.sales_invoice.sales_invoice.get_bank_cash_account",
		"erpnext.accounts.utils.get_account_balances",
		"erpnext.controllers.queries.get_account_list",
		"erpnext.controllers.queries.tax_account_query",
		"erpnext.accounts.dashboard_chart_source.account_balance_timeline.account_balance_timeline.get",
	),
	"reads a chart of accounts that comes with ERPNext": ("erpnext.accounts.utils.get_coa",),
	"makes or renames an account or cost center": (
		"erpnext.accounts.utils.add_ac",
		"erpnext.accounts.utils.add_cc",
		"erpnext.accounts.utils.update_cost_center",
	),
	"reads a field of a Company": ("erpnext.accounts.utils.get_company_default",),
	"reads a Payment Order or Payment Request, and makes a payment of it": (
		"erpnext.accounts.doctype.payment_order.payment_order.make_payment_records",
		"erpnext.accounts.doctype.payment_request.payment_request.make_payment_entry",
	),
	"reads an Asset, its depreciation and its purchase": (
		"erpnext.assets.doctype.asset.asset.make_journal_entry",
		"erpnext.assets.doctype.asset.asset.split_asset",
		"erpnext.assets.doctype.asset.asset.transfer_asset",
		"erpnext.assets.doctype.asset.depreciation.",
	),
	"reads an Item, its defaults and its stock": (
		"erpnext.assets.doctype.asset_capitalization.asset_capitalization.",
		"erpnext.controllers.item_variant.",
		"erpnext.controllers.queries.item_query",
		"erpnext.controllers.queries.bom",
		"erpnext.manufacturing.doctype.bom.bom.",
		"BOM: get_bom_material_detail",
		"Stock Entry: get_item_details",
		"erpnext.stock.doctype.packed_item.packed_item.",
		"erpnext.stock.doctype.stock_reconciliation.stock_reconciliation.get_stock_balance_for",
		"erpnext.stock.doctype.batch.batch.split_batch",
		"erpnext.stock.utils.get_incoming_rate",
		"erpnext.stock.doctype.stock_entry.stock_entry_utils.make_stock_entry",
		"erpnext.stock.get_item_details.calculate_service_end_date",
		"erpnext.stock.get_item_details.get_item_tax_template",
		"erpnext.accounts.doctype.pricing_rule.pricing_rule.get_item_uoms",
		"erpnext.accounts.doctype.pos_invoice.pos_invoice.item_query",
		"erpnext.selling.doctype.product_bundle.product_bundle.get_new_item_code",
	),
	"reads what is made: parts lists, work orders, job cards and production plans": (
		"erpnext.manufacturing.doctype.bom_creator.bom_creator.add_",
		"erpnext.manufacturing.doctype.bom_update_tool.",
		"erpnext.manufacturing.doctype.job_card.",
		"erpnext.manufacturing.doctype.production_plan.",
		"erpnext.manufacturing.doctype.work_order.",
		"Workstation: start_job",
	),
	"reads what is delivered and stored: pick lists, packing slips, deliveries, receipts and warehouses": (
		"erpnext.stock.doctype.pick_list.",
		"erpnext.stock.doctype.packing_slip.",
		"erpnext.stock.doctype.delivery_note.delivery_note.make_packing_slip",
		"erpnext.stock.doctype.purchase_receipt.purchase_receipt.make_stock_entry",
		"erpnext.subcontracting.doctype.subcontracting_receipt.",
		"erpnext.stock.doctype.material_request.",
		"erpnext.stock.doctype.warehouse.warehouse.convert_to_group_or_ledger",
		"erpnext.stock.dashboard_chart_source.",
		"erpnext.controllers.queries.warehouse_query",
	),
	"reads a Purchase Order, and is for its supplier": (
		"erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_invoice_from_portal",
	),
	"reads the scores of a supplier": ("erpnext.buying.doctype.supplier_scorecard.",),
	"reads a Project, its tasks and its timesheets": (
		"erpnext.projects.doctype.project.project.set_project_status",
		"erpnext.projects.doctype.project.project.update_costing_and_billing",
		"erpnext.projects.doctype.task.task.get_project",
		"erpnext.projects.doctype.task.task.set_multiple_status",
		"erpnext.projects.doctype.timesheet.",
		"erpnext.projects.utils.query_task",
		"erpnext.controllers.queries.get_project_name",
	),
	"reads Sales Invoices and their electronic form": ("erpnext.regional.italy.utils.",),
	"calculates the days of a period from its arguments": (
		"erpnext.controllers.trends.get_period_date_ranges",
	),
	"makes an appointment of what it is sent": ("erpnext.www.book_appointment.index.create_appointment",),
	"takes, makes or withdraws the invitation of a user, and reads users alone": (
		"frappe.core.api.user_invitation.",
	),
	"reads the modules that a profile hides": ("frappe.core.doctype.user.user.get_module_profile",),
	"sets the password of the caller, or of who has the key": (
		"frappe.core.doctype.user.user.update_password",
	),
	"reads files of the code, which everyone can load": ("frappe.client.get_js",),
	"does something only when Frappe's mapper calls it, which is asked by its own name": (
		"erpnext.manufacturing.doctype.blanket_order.blanket_order.make_order",
	),
	"client_comms refuses everything but a BOM Creator and its rows": (
		"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_qty",
	),
	"reads the addresses of a customer's contacts, which are not protected": (
		"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.get_customer_emails",
	),
	"reads an invoice or a purchase order, and its items": (
		"erpnext.accounts.doctype.sales_invoice.sales_invoice.create_dunning",
		"erpnext.accounts.report.utils.get_invoiced_item_gross_margin",
		"erpnext.buying.doctype.purchase_order.purchase_order.make_subcontracting_order",
	),
	"makes accounts of a bank that another service has named": (
		"erpnext.erpnext_integrations.doctype.plaid_settings.plaid_settings.add_bank_accounts",
	),
	"goes to another service for a login": ("Connected App: initiate_web_application_flow",),
}
# A method, or how several begin -> why.
REVIEWED = {method: why for why, methods in _BY_REASON.items() for method in methods}
