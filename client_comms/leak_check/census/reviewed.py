"""Methods that no call of the census gets to do anything, and what their source shows: that they cannot show a hidden record.

Each reason is true after reading the method and what it calls. A method that loads a document of any DocType stands here only if it
fails at every protected one, or asks whether its caller may read it; into what it copies another, the target of Frappe's mapper, no
request can write the name of a hidden record (`enforcement/requests/documents_in_memory`).
"""

from client_comms.leak_check.census import reviewed_of_16

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
		"erpnext.startup.leaderboard.get_all_customers",
		"erpnext.startup.leaderboard.get_all_items",
		"erpnext.startup.leaderboard.get_all_sales_partner",
		"erpnext.startup.leaderboard.get_all_sales_person",
		"erpnext.startup.leaderboard.get_all_suppliers",
	),
	"reads a bank transaction and the payments, entries and invoices that match it": (
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.auto_reconcile_vouchers",
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.create_journal_entry_bts",
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.create_payment_entry_bts",
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.get_account_balance",
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.get_bank_transactions",
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.get_linked_payments",
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.reconcile_vouchers",
		"erpnext.accounts.doctype.bank_reconciliation_tool.bank_reconciliation_tool.update_bank_transaction",
	),
	"makes bank transactions of the rows that it is sent": (
		"erpnext.accounts.doctype.bank_transaction.bank_transaction_upload.create_bank_entries",
	),
	"reads the loyalty program of a customer, and its points": (
		"erpnext.accounts.doctype.loyalty_program.loyalty_program.get_loyalty_program_details",
		"erpnext.accounts.doctype.loyalty_program.loyalty_program.get_loyalty_program_details_with_points",
		"erpnext.accounts.doctype.loyalty_program.loyalty_program.get_redeemption_factor",
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
	"for System Managers: changes one right of a role on a DocType, and answers with nothing": (
		"frappe.core.page.permission_manager.permission_manager.update",
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
		"erpnext.assets.doctype.asset.depreciation.get_disposal_account_and_cost_center",
		"erpnext.assets.doctype.asset.depreciation.get_value_after_depreciation_on_disposal_date",
		"erpnext.assets.doctype.asset.depreciation.make_depreciation_entry",
		"erpnext.assets.doctype.asset.depreciation.restore_asset",
		"erpnext.assets.doctype.asset.depreciation.scrap_asset",
	),
	"reads an Item, its defaults and its stock": (
		"erpnext.assets.doctype.asset_capitalization.asset_capitalization.get_consumed_asset_details",
		"erpnext.assets.doctype.asset_capitalization.asset_capitalization.get_consumed_stock_item_details",
		"erpnext.assets.doctype.asset_capitalization.asset_capitalization.get_items_tagged_to_wip_composite_asset",
		"erpnext.assets.doctype.asset_capitalization.asset_capitalization.get_service_item_details",
		"erpnext.assets.doctype.asset_capitalization.asset_capitalization.get_target_asset_details",
		"erpnext.assets.doctype.asset_capitalization.asset_capitalization.get_target_item_details",
		"erpnext.assets.doctype.asset_capitalization.asset_capitalization.get_warehouse_details",
		"erpnext.controllers.item_variant.create_variant",
		"erpnext.controllers.item_variant.create_variant_doc_for_quick_entry",
		"erpnext.controllers.item_variant.enqueue_multiple_variant_creation",
		"erpnext.controllers.item_variant.get_variant",
		"erpnext.controllers.queries.item_query",
		"erpnext.controllers.queries.bom",
		"erpnext.manufacturing.doctype.bom.bom.get_bom_diff",
		"erpnext.manufacturing.doctype.bom.bom.get_bom_items",
		"erpnext.manufacturing.doctype.bom.bom.get_children",
		"erpnext.manufacturing.doctype.bom.bom.item_query",
		"erpnext.manufacturing.doctype.bom.bom.make_variant_bom",
		"BOM: get_bom_material_detail",
		"Stock Entry: get_item_details",
		"erpnext.stock.doctype.packed_item.packed_item.get_items_from_product_bundle",
		"erpnext.stock.doctype.stock_reconciliation.stock_reconciliation.get_stock_balance_for",
		"erpnext.stock.doctype.batch.batch.split_batch",
		"erpnext.controllers.queries.get_tax_template",
		"erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle.add_serial_batch_ledgers",
		"erpnext.stock.get_item_details.get_item_details",
		"erpnext.stock.utils.get_incoming_rate",
		"erpnext.stock.doctype.stock_entry.stock_entry_utils.make_stock_entry",
		"erpnext.stock.get_item_details.calculate_service_end_date",
		"erpnext.stock.get_item_details.get_item_tax_template",
		"erpnext.accounts.doctype.pricing_rule.pricing_rule.get_item_uoms",
		"erpnext.accounts.doctype.pos_invoice.pos_invoice.item_query",
		"erpnext.selling.doctype.product_bundle.product_bundle.get_new_item_code",
	),
	"reads what is made: parts lists, work orders, job cards and production plans": (
		"erpnext.manufacturing.doctype.bom_creator.bom_creator.add_item",
		"erpnext.manufacturing.doctype.bom_creator.bom_creator.add_sub_assembly",
		"erpnext.manufacturing.doctype.bom_update_tool.bom_update_tool.enqueue_replace_bom",
		"erpnext.manufacturing.doctype.bom_update_tool.bom_update_tool.enqueue_update_cost",
		"erpnext.manufacturing.doctype.job_card.job_card.get_job_details",
		"erpnext.manufacturing.doctype.job_card.job_card.get_operation_details",
		"erpnext.manufacturing.doctype.job_card.job_card.get_operations",
		"erpnext.manufacturing.doctype.job_card.job_card.make_corrective_job_card",
		"erpnext.manufacturing.doctype.job_card.job_card.make_material_request",
		"erpnext.manufacturing.doctype.job_card.job_card.make_stock_entry",
		"erpnext.manufacturing.doctype.job_card.job_card.make_subcontracting_po",
		"erpnext.manufacturing.doctype.job_card.job_card.make_time_log",
		"erpnext.manufacturing.doctype.production_plan.production_plan.cancel_stock_reservation_entries",
		"erpnext.manufacturing.doctype.production_plan.production_plan.download_raw_materials",
		"erpnext.manufacturing.doctype.production_plan.production_plan.get_bin_details",
		"erpnext.manufacturing.doctype.production_plan.production_plan.get_item_data",
		"erpnext.manufacturing.doctype.production_plan.production_plan.get_items_for_material_requests",
		"erpnext.manufacturing.doctype.production_plan.production_plan.get_so_details",
		"erpnext.manufacturing.doctype.production_plan.production_plan.make_stock_reservation_entries",
		"erpnext.manufacturing.doctype.production_plan.production_plan.sales_order_query",
		"erpnext.manufacturing.doctype.work_order.work_order.cancel_stock_reservation_entries",
		"erpnext.manufacturing.doctype.work_order.work_order.check_if_scrap_warehouse_mandatory",
		"erpnext.manufacturing.doctype.work_order.work_order.close_work_order",
		"erpnext.manufacturing.doctype.work_order.work_order.create_pick_list",
		"erpnext.manufacturing.doctype.work_order.work_order.get_bom_operations",
		"erpnext.manufacturing.doctype.work_order.work_order.get_default_warehouse",
		"erpnext.manufacturing.doctype.work_order.work_order.get_item_details",
		"erpnext.manufacturing.doctype.work_order.work_order.make_job_card",
		"erpnext.manufacturing.doctype.work_order.work_order.make_stock_entry",
		"erpnext.manufacturing.doctype.work_order.work_order.make_stock_reservation_entries",
		"erpnext.manufacturing.doctype.work_order.work_order.make_stock_return_entry",
		"erpnext.manufacturing.doctype.work_order.work_order.make_work_order",
		"erpnext.manufacturing.doctype.work_order.work_order.query_sales_order",
		"erpnext.manufacturing.doctype.work_order.work_order.set_work_order_ops",
		"erpnext.manufacturing.doctype.work_order.work_order.stop_unstop",
		"Plant Floor: make_stock_entry",
		"Workstation: start_job",
		"erpnext.selling.doctype.sales_order.sales_order.make_raw_material_request",
		"erpnext.selling.doctype.sales_order.sales_order.make_work_orders",
	),
	"reads what is delivered and stored: pick lists, packing slips, deliveries, receipts and warehouses": (
		"Sales Order: create_stock_reservation_entries",
		"erpnext.stock.doctype.pick_list.pick_list.create_delivery_note",
		"erpnext.stock.doctype.pick_list.pick_list.create_dn_for_pick_lists",
		"erpnext.stock.doctype.pick_list.pick_list.create_stock_entry",
		"erpnext.stock.doctype.pick_list.pick_list.get_item_details",
		"erpnext.stock.doctype.pick_list.pick_list.get_pending_work_orders",
		"erpnext.stock.doctype.pick_list.pick_list.get_pick_list_query",
		"erpnext.stock.doctype.packing_slip.packing_slip.item_details",
		"erpnext.stock.doctype.delivery_note.delivery_note.make_packing_slip",
		"erpnext.stock.doctype.purchase_receipt.purchase_receipt.make_stock_entry",
		"erpnext.subcontracting.doctype.subcontracting_receipt.subcontracting_receipt.make_purchase_receipt",
		"erpnext.subcontracting.doctype.subcontracting_receipt.subcontracting_receipt.make_subcontract_return",
		"erpnext.subcontracting.doctype.subcontracting_receipt.subcontracting_receipt.make_subcontract_return_against_rejected_warehouse",
		"erpnext.stock.doctype.material_request.material_request.create_pick_list",
		"erpnext.stock.doctype.material_request.material_request.get_default_supplier_query",
		"erpnext.stock.doctype.material_request.material_request.get_items_based_on_default_supplier",
		"erpnext.stock.doctype.material_request.material_request.get_material_requests_based_on_supplier",
		"erpnext.stock.doctype.material_request.material_request.make_in_transit_stock_entry",
		"erpnext.stock.doctype.material_request.material_request.make_purchase_order",
		"erpnext.stock.doctype.material_request.material_request.make_purchase_order_based_on_supplier",
		"erpnext.stock.doctype.material_request.material_request.make_request_for_quotation",
		"erpnext.stock.doctype.material_request.material_request.make_stock_entry",
		"erpnext.stock.doctype.material_request.material_request.make_supplier_quotation",
		"erpnext.stock.doctype.material_request.material_request.raise_work_orders",
		"erpnext.stock.doctype.material_request.material_request.update_status",
		"erpnext.stock.doctype.warehouse.warehouse.convert_to_group_or_ledger",
		"erpnext.stock.dashboard_chart_source.stock_value_by_item_group.stock_value_by_item_group.get",
		"erpnext.stock.dashboard_chart_source.warehouse_wise_stock_value.warehouse_wise_stock_value.get",
		"erpnext.controllers.queries.warehouse_query",
	),
	"reads a Purchase Order, and is for its supplier": (
		"erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_invoice_from_portal",
	),
	"reads the scores of a supplier": (
		"erpnext.buying.doctype.supplier_scorecard.supplier_scorecard.get_timeline_data",
		"erpnext.buying.doctype.supplier_scorecard.supplier_scorecard.make_all_scorecards",
	),
	"reads a Project, its tasks and its timesheets": (
		"erpnext.projects.doctype.project.project.set_project_status",
		"erpnext.projects.doctype.project.project.update_costing_and_billing",
		"erpnext.projects.doctype.task.task.get_project",
		"erpnext.projects.doctype.task.task.set_multiple_status",
		"erpnext.projects.doctype.timesheet.timesheet.get_activity_cost",
		"erpnext.projects.doctype.timesheet.timesheet.get_events",
		"erpnext.projects.doctype.timesheet.timesheet.get_projectwise_timesheet_data",
		"erpnext.projects.doctype.timesheet.timesheet.get_timesheet",
		"erpnext.projects.doctype.timesheet.timesheet.get_timesheet_data",
		"erpnext.projects.doctype.timesheet.timesheet.get_timesheet_detail_rate",
		"erpnext.projects.doctype.timesheet.timesheet.make_sales_invoice",
		"erpnext.projects.utils.query_task",
		"erpnext.controllers.queries.get_project_name",
	),
	"reads Sales Invoices and their electronic form": (
		"erpnext.regional.italy.utils.export_invoices",
		"erpnext.regional.italy.utils.generate_single_invoice",
	),
	"calculates the days of a period from its arguments": (
		"erpnext.controllers.trends.get_period_date_ranges",
	),
	"makes an appointment of what it is sent": ("erpnext.www.book_appointment.index.create_appointment",),
	"reads at which times appointments can be made": (
		"erpnext.www.book_appointment.index.get_appointment_slots",
	),
	"makes a link between a customer and a supplier": (
		"erpnext.accounts.doctype.party_link.party_link.create_party_link",
	),
	"reads the address of a video that it is sent": (
		"erpnext.utilities.doctype.video.video.get_id_from_url",
	),
	"compares a password with that of the caller": ("frappe.core.doctype.user.user.verify_password",),
	"takes the signature of a witness, and answers with names of witnesses": (
		"client_comms.api.ledger.cosign_checkpoint",
	),
	"signs off a review of feedback, and answers with its status alone": (
		"client_comms.api.feedback.sign_off_feedback_review",
	),
	"takes, makes or withdraws the invitation of a user, and reads users alone": (
		"frappe.core.api.user_invitation.accept_invitation",
		"frappe.core.api.user_invitation.cancel_invitation",
		"frappe.core.api.user_invitation.get_pending_invitations",
		"frappe.core.api.user_invitation.invite_by_email",
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
	"reads names of customers and the addresses of their contacts, which are not protected": (
		"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.fetch_customers",
		"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.get_customer_emails",
	),
	"reads an invoice or a purchase order, and its items": (
		"erpnext.accounts.doctype.sales_invoice.sales_invoice.create_dunning",
		"erpnext.accounts.report.utils.get_invoiced_item_gross_margin",
		"erpnext.buying.doctype.purchase_order.purchase_order.make_subcontracting_order",
	),
	"makes accounts of a bank that another service has named": (
		"erpnext.erpnext_integrations.doctype.plaid_settings.plaid_settings.add_bank_accounts",
		"erpnext.erpnext_integrations.doctype.plaid_settings.plaid_settings.add_institution",
		"erpnext.erpnext_integrations.doctype.plaid_settings.plaid_settings.update_bank_account_ids",
	),
	"goes to another service for a login": (
		"Connected App: initiate_web_application_flow",
		"frappe.integrations.doctype.dropbox_settings.dropbox_settings.dropbox_auth_finish",
		"frappe.integrations.doctype.ldap_settings.ldap_settings.login",
		"frappe.integrations.doctype.ldap_settings.ldap_settings.reset_password",
	),
	"signs in an application by OAuth: reads its client and tokens, and the profile of its user": (
		"frappe.integrations.oauth2.approve",
		"frappe.integrations.oauth2.authorize",
		"frappe.integrations.oauth2.get_token",
		"frappe.integrations.oauth2.openid_profile",
		"frappe.integrations.oauth2.revoke_token",
	),
	"asks the company that hosts the site about its plan": (
		"frappe.integrations.frappe_providers.frappecloud_billing.api",
	),
	"tells another service to which device of the caller it sends notifications": (
		"frappe.push_notification.subscribe",
		"frappe.push_notification.unsubscribe",
	),
	"only in developer mode: writes fields, forms and permissions of a DocType to the code": (
		"frappe.modules.utils.export_customizations",
	),
	"for Frappe's own tests: makes a document with made-up texts": (
		"frappe.tests.ui_test_helpers.insert_doctype_with_child_table_record",
	),
	"resets the second factor of the caller, or for System Managers, of any user": (
		"frappe.twofactor.reset_otp_secret",
	),
	"needs a print server, and prints what frappe.get_print gives its caller, which the surfaces ask": (
		"Network Printer Settings: get_printers_list",
		"frappe.utils.print_format.print_by_server",
	),
	"reads a Blog Post: no other document has likes of this kind": (
		"frappe.templates.includes.likes.likes.like",
	),
	"fails in Frappe 15.103, whatever it is sent; in others it is asked": (
		"frappe.desk.form.utils.get_next",
	),
	"methods of version 16, and asked there": (
		"Notification: preview_meets_condition",
		"Notification: preview_message",
		"Notification: preview_subject",
	),
	"asks a service for maps about addresses": ("Delivery Trip: process_route",),
	"reads a profile of a point of sale, and accounts": ("POS Invoice: set_missing_values",),
	"makes invoices of a Subscription": (
		"Subscription: process",
		"Subscription: restart_subscription",
	),
	"for the user who has to take a training, and about no record": (
		"client_comms.api.trainings.finish_training",
		"client_comms.api.trainings.keep_training_answers",
		"client_comms.api.trainings.open_training",
	),
	"calculates with the invoices and payments that it is sent, and reads rates of exchange": (
		"Payment Entry: allocate_amount_to_references",
		"Payment Reconciliation: allocate_entries",
		"Payment Reconciliation: calculate_difference_on_allocation_change",
	),
	"prints what a customer owes; who can write the template of the email is listed in docs/confidentiality.md": (
		"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.download_statements",
		"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.send_emails",
	),
	"reads a purchase: no protected document has rows with a net amount": (
		"erpnext.assets.doctype.asset.asset.get_values_from_purchase_doc",
	),
	"changes rows of an order or quotation; at an Opportunity it fails before anything is stored": (
		"erpnext.controllers.accounts_controller.update_child_qty_rate",
	),
	"makes inspections of the rows that it is sent": (
		"erpnext.controllers.stock_controller.make_quality_inspections",
	),
	"reads the ledger entries that a document would make": (
		"erpnext.controllers.stock_controller.show_accounting_ledger_preview",
	),
	"makes a Stock Entry of a subcontract by Frappe's mapper, which asks whether its caller may read it": (
		"erpnext.controllers.subcontracting_controller.get_materials_from_supplier",
		"erpnext.controllers.subcontracting_controller.make_rm_stock_entry",
		"erpnext.stock.doctype.stock_entry.stock_entry.get_items_from_subcontract_order",
	),
	"makes an entry of what it is sent, and shows that": (
		"erpnext.selling.page.point_of_sale.point_of_sale.create_opening_voucher",
		"erpnext.stock.report.stock_ledger_invariant_check.stock_ledger_invariant_check.create_reposting_entries",
	),
	"only for the person reviewed, who sees the review; answers with the name of the next one": (
		"client_comms.api.reviews.dispute_review",
	),
	"makes a login for an address, and says whether there is one": ("frappe.core.doctype.user.user.sign_up",),
	"client_comms asks for clearance for the file that it names, as for a download; needs an Item with serial numbers": (
		"erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle.upload_csv_file",
	),
	"notes in the Opportunity and the Lead of a Quotation that it is lost, as docs/confidentiality.md says, and shows nothing": (
		"Quotation: declare_enquiry_lost",
	),
	"makes a user of an Employee": ("erpnext.setup.doctype.employee.employee.create_user",),
}
# Method -> why.
REVIEWED = {
	method: why
	for reasons in (_BY_REASON, reviewed_of_16.BY_REASON)
	for why, methods in reasons.items()
	for method in methods
}
