"""States and arguments of methods of ERPNext that do something with certain documents alone."""

import json
from pathlib import Path

import frappe

from client_comms.leak_check.census.state import (
	CLIENT,
	ELSE,
	REASON,
	Of,
	Row,
	State,
	file_url,
	first,
	importing,
	now,
	write_file,
)

_LIST = "/private/files/leakbait names.csv"


def _chart(of) -> None:
	"""A table of accounts."""
	kinds = ("Asset", "Liability", "Income", "Expense", "Equity")
	header = (
		"Account Name,Parent Account,Account Number,Parent Account Number,Is Group,Account Type,Root Type,x"
	)
	rows = [header, *(f"{of('word')} {kind},,,,1,,{kind}," for kind in kinds)]
	write_file(of, "\n".join(rows))


def _renames(of) -> None:
	"""A list of names as someone uploads it; the file goes with the census."""
	Path(frappe.get_site_path(*_LIST.strip("/").split("/"))).write_text(
		f"old,new\n{of('Issue')},LEAKBAIT-RENAMED"
	)


def _resetting(_of) -> None:
	frappe.db.set_single_value("Support Settings", "allow_resetting_service_level_agreement", 1)


def _opened(of) -> None:
	"""Messages of the Issue have a status, as those have that were written in the desk."""
	frappe.db.set_value("Communication", {"reference_name": of("Issue")}, "status", "Open")


_IMPORTER = "erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer."
_CHART = State(
	{
		"file_name": file_url,
		"parent": "All Accounts",
		"company": Of("company"),
	},
	(Row("File", {"file_name": "leakbait accounts.csv"}),),
	_chart,
)
_PARTY = {**CLIENT, "company": Of("company")}
_SOLD = {
	"customer": Of("Customer"),
	"company": Of("company"),
	"currency": "EUR",
	"conversion_rate": 1,
	"price_list_currency": "EUR",
	"plc_conversion_rate": 1,
	"grand_total": 10,
	"base_grand_total": 10,
	"outstanding_amount": 10,
	"docstatus": 1,
	"transaction_date": now,
	"posting_date": now,
	"due_date": now,
	"debit_to": first("Account", account_type="Receivable"),
}


_COLUMNS = {
	"Sales Order": (
		"customer",
		"company",
		"currency",
		"conversion_rate",
		"price_list_currency",
		"plc_conversion_rate",
		"grand_total",
		"base_grand_total",
		"docstatus",
		"transaction_date",
	),
	"Sales Invoice": tuple(each for each in _SOLD if each != "transaction_date"),
	"Purchase Receipt": (
		"company",
		"currency",
		"conversion_rate",
		"grand_total",
		"base_grand_total",
		"docstatus",
		"posting_date",
	),
}


def _about(doctype: str, **given) -> State:
	"""A method about an order or invoice."""
	named = dict.fromkeys(("dn", "docname", "reference_name", "parent_doctype_name"), Of(doctype))
	of_kind = dict.fromkeys(("dt", "doctype", "reference_doctype", "parent_doctype"), doctype)
	values = {key: value for key, value in _SOLD.items() if key in _COLUMNS[doctype]}
	return State({**named, **of_kind, **given}, (Row(doctype, values),))


def _search(**filters) -> State:
	return State(
		{
			"doctype": "Customer",
			"txt": "",
			"searchfield": "name",
			"start": 0,
			"page_len": 20,
			"filters": filters,
		}
	)


def _node(doctype: str, **values) -> State:
	tree = {"is_root": "false", "is_group": 0, "parent": "", "company": Of("company")}
	return State({"doctype": doctype, **tree, **values})


_PROSPECT = (Row("Prospect", {"company": Of("company")}),)
OPPORTUNITY = (
	*_PROSPECT,
	Row(
		"Opportunity",
		{
			"company": Of("company"),
			"currency": "EUR",
			"conversion_rate": 1,
			"naming_series": "x",
			"transaction_date": now,
		},
	),
	Row("Opportunity Item", {"item_code": None, "item_name": "x", "uom": None, "qty": 1}),
)
_STATEMENT = importing("Bank Statement Import", company=Of("company"), reference_doctype="Bank Transaction")
ERPNEXT: dict[str, State] = {
	f"{_IMPORTER}get_coa": _CHART,
	f"{_IMPORTER}import_coa": _CHART,
	"erpnext.accounts.doctype.bank_statement_import.bank_statement_import.download_errored_template": _STATEMENT,
	"erpnext.accounts.doctype.bank_statement_import.bank_statement_import.download_import_log": _STATEMENT,
	"erpnext.accounts.doctype.bank_statement_import.bank_statement_import.form_start_import": _STATEMENT,
	"erpnext.accounts.doctype.bank_statement_import.bank_statement_import.get_preview_from_template": _STATEMENT,
	"erpnext.accounts.doctype.journal_entry.journal_entry.get_party_account_and_currency": State(_PARTY),
	"erpnext.accounts.doctype.journal_entry.journal_entry.get_payment_entry_against_invoice": _about(
		"Sales Invoice"
	),
	"erpnext.accounts.doctype.journal_entry.journal_entry.get_payment_entry_against_order": _about(
		"Sales Order"
	),
	"erpnext.accounts.doctype.payment_entry.payment_entry.get_outstanding_reference_documents": State(
		{
			"args": {
				**_PARTY,
				"party_account": first("Account", account_type="Receivable"),
				"posting_date": now,
			}
		}
	),
	"erpnext.accounts.doctype.payment_entry.payment_entry.get_party_details": State({**_PARTY, "date": now}),
	"erpnext.accounts.doctype.payment_entry.payment_entry.get_payment_entry": _about("Sales Order"),
	"erpnext.accounts.doctype.payment_entry.payment_entry.get_reference_details": _about(
		"Sales Order", party_account_currency="EUR"
	),
	"erpnext.accounts.doctype.payment_request.payment_request.make_payment_request": _about("Sales Order"),
	"erpnext.accounts.party.get_party_account": State(_PARTY),
	"erpnext.accounts.party.set_taxes": State({**_PARTY, "posting_date": now}),
	"erpnext.accounts.utils.get_children": State(
		{"doctype": "Account", "parent": "", "company": Of("company"), "is_root": 1}
	),
	"erpnext.assets.doctype.location.location.add_node": _node("Location", location_name="leakbait place"),
	"erpnext.buying.doctype.supplier.supplier.get_supplier_primary": _search(supplier="x", type="Contact"),
	"erpnext.controllers.accounts_controller.get_taxes_and_charges": State(
		{
			"master_doctype": "Sales Taxes and Charges Template",
			"master_name": first("Sales Taxes and Charges Template"),
		}
	),
	"erpnext.controllers.queries.get_warehouse_address": State(
		{**_search(warehouse="x").given, "doctype": "Address"}
	),
	"erpnext.crm.doctype.lead.lead.add_lead_to_prospect": State(
		{"lead": Of("Lead"), "prospect": Of("Prospect")}, _PROSPECT
	),
	"erpnext.crm.doctype.opportunity.opportunity.set_multiple_status": State(
		{"names": lambda of: json.dumps([of("Opportunity")]), "status": "Open"}, OPPORTUNITY
	),
	"erpnext.crm.doctype.prospect.prospect.make_customer": State({"source_name": Of("Prospect")}, _PROSPECT),
	"erpnext.crm.doctype.prospect.prospect.make_opportunity": State(
		{"source_name": Of("Prospect")}, _PROSPECT
	),
	"erpnext.crm.frappe_crm_api.create_customer": State(
		{"customer_name": "leakbait new", "customer_type": "Company", "contacts": "[]"}
	),
	"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_qty": State(
		{
			"doctype": "Opportunity Item",
			"docname": Of("Opportunity Item"),
			"qty": 7,
			"parent": Of("BOM Creator"),
		},
		(Row("BOM Creator", {"company": Of("company"), "item_code": "x", "qty": 1}),),
	),
	"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_bom_creator": State(
		{
			"doctype": "Opportunity Item",
			"docname": Of("Opportunity Item"),
			"data": {"qty": 7},
			"parent": Of("BOM Creator"),
		},
		(Row("BOM Creator", {"company": Of("company"), "item_code": "x", "qty": 1}),),
	),
	"erpnext.projects.doctype.task.task.add_node": _node("Task", subject="leakbait task"),
	"erpnext.projects.doctype.task.task.get_children": State({"doctype": "Task", "parent": "", "is_root": 1}),
	"erpnext.quality_management.doctype.quality_procedure.quality_procedure.add_node": _node(
		"Quality Procedure", quality_procedure_name="leakbait procedure"
	),
	"erpnext.selling.doctype.customer.customer.get_customer_primary": _search(
		customer=Of("Customer"), type="Contact"
	),
	"erpnext.setup.doctype.company.company.add_node": _node(
		"Company", company_name="leakbait company", abbr="LBX", default_currency="EUR", country="Germany"
	),
	"erpnext.setup.doctype.department.department.add_node": _node(
		"Department", department_name="leakbait unit"
	),
	"erpnext.setup.doctype.employee.employee.get_children": State({"doctype": "Employee", "is_root": 1}),
	"erpnext.stock.doctype.purchase_receipt.purchase_receipt.make_lcv": _about("Purchase Receipt"),
	"erpnext.stock.doctype.warehouse.warehouse.add_node": _node("Warehouse", warehouse_name="leakbait store"),
	"erpnext.stock.doctype.warehouse.warehouse.get_children": State({"doctype": "Warehouse", "is_root": 1}),
	"erpnext.support.doctype.service_level_agreement.service_level_agreement.reset_service_level_agreement": State(
		{"doctype": "Issue", "docname": Of("Issue"), "reason": REASON, "user": "Administrator"},
		(),
		_resetting,
	),
	"erpnext.telephony.doctype.call_log.call_log.add_call_summary_and_call_type": State(
		{"call_log": Of("Call Log"), "summary": REASON, "call_type": Of("Telephony Call Type")},
		(Row("Telephony Call Type", {"call_type": "leakbait"}),),
	),
	"erpnext.templates.utils.send_message": State({"sender": "leakbait.new@example.com", "message": REASON}),
	"erpnext.utilities.doctype.rename_tool.rename_tool.upload": State(
		{"select_doctype": "Issue"},
		(
			Row(
				"File",
				{
					"attached_to_doctype": "Rename Tool",
					"attached_to_name": "Rename Tool",
					"file_name": _LIST.rpartition("/")[2],
					"file_url": _LIST,
					"is_private": 1,
				},
				added=True,
			),
		),
		_renames,
	),
	"Issue: split_issue": State(
		{"subject": "leakbait own", "communication_id": Of("Message of Issue")}, (), _opened
	),
	"Opportunity: declare_enquiry_lost": State({"lost_reasons_list": [], "competitors": []}, OPPORTUNITY),
	"Opportunity: add_note": State({"note": REASON}, OPPORTUNITY),
	"Opportunity: delete_note": State({"row_id": "1"}, OPPORTUNITY),
	"Prospect: add_note": State({"note": REASON}, _PROSPECT),
	"Prospect: delete_note": State({"row_id": "1"}, _PROSPECT),
	"Quotation: declare_enquiry_lost": State(
		{"lost_reasons_list": [], "competitors": []},
		(
			Row(
				"Quotation",
				{
					"company": Of("company"),
					"quotation_to": "Customer",
					"party_name": Of("Customer"),
					"opportunity": Of("Opportunity"),
					"currency": "EUR",
					"conversion_rate": 1,
					"transaction_date": now,
					"naming_series": "x",
					"order_type": "Sales",
					"status": "Open",
					"docstatus": 1,
				},
			),
		),
	),
	"Request for Quotation: get_supplier_email_preview": State(
		{"supplier": "x"},
		(
			Row("Request for Quotation", {"company": Of("company"), "message_for_supplier": "leakbait own"}),
			Row(
				"Request for Quotation Supplier",
				{
					"parenttype": "Request for Quotation",
					"parent": Of("Request for Quotation"),
					"parentfield": "suppliers",
					"supplier": "x",
					"email_id": ELSE,
					"idx": 1,
				},
				added=True,
			),
		),
	),
}
