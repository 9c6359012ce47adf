"""Adds permission checks to methods of ERPNext that read or change a document without one (D-5, P-2)."""

import frappe
from frappe import _

from client_comms.enforcement import documents, guards
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.doctypes import file

# What visitors enter to book an appointment.
_BOOKED = (
	"scheduled_time",
	"customer_name",
	"customer_phone_number",
	"customer_skype",
	"customer_details",
	"customer_email",
)


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def create_appointment(**arguments):
	"""An appointment booked on the website, without what ERPNext looked up for its address: the client, the Lead, and who is in
	charge of it."""
	booked = call_previous("erpnext.www.book_appointment.index.create_appointment", **arguments)
	# Its page tells by the status that the address has to be confirmed.
	return {field: booked.get(field) for field in (*_BOOKED, "status")}


@frappe.whitelist()
def get_lead_details(lead: str, **others):
	guards.require("Lead", lead)
	return call_previous("erpnext.crm.doctype.lead.lead.get_lead_details", lead=lead, **others)


def details_of_readable(get_details, lead: str, *args, **kwargs) -> dict:
	"""Around the same, which ERPNext asks for when it makes a Quotation of an Opportunity, or saves one: nothing of a Lead that the session user cannot
	read, although the Opportunity or Quotation that names it is open."""
	if lead and documents.is_governed("Lead") and not guards.readable("Lead", [lead]):
		return frappe._dict()
	return get_details(lead, *args, **kwargs)


@frappe.whitelist()
def add_lead_to_prospect(lead: str, **others):
	"""Checked because comments of the lead may be copied to the prospect."""
	guards.require("Lead", lead)
	return call_previous("erpnext.crm.doctype.lead.lead.add_lead_to_prospect", lead=lead, **others)


@frappe.whitelist()
def get_task_html(project: str, **others):
	"""The tasks of a project, which have the subjects of the Issues of which they were made; ERPNext shows them to every login."""
	_require_project(project)
	return call_previous("erpnext.templates.pages.projects.get_task_html", project=project, **others)


@frappe.whitelist()
def get_timesheet_html(project: str, **others):
	_require_project(project)
	return call_previous("erpnext.templates.pages.projects.get_timesheet_html", project=project, **others)


def _require_project(project: str) -> None:
	"""As ERPNext's page asks, or as a form does."""
	user = {"parent": project, "parenttype": "Project", "user": frappe.session.user}
	if not frappe.db.exists("Project User", user):
		frappe.has_permission("Project", throw=True)  # or else it would say whether there is one
		frappe.has_permission("Project", doc=project, throw=True)


@frappe.whitelist()
def process_genericode_import(code_list_name: str, file_name: str, **others):
	"""ERPNext reads any file from the disk, and an error names it."""
	guards.require("File", file_name)
	file.require_named(file_name)
	return call_previous(
		"erpnext.edi.doctype.code_list.code_list_import.process_genericode_import",
		code_list_name=code_list_name,
		file_name=file_name,
		**others,
	)


@frappe.whitelist()
def get_coa(doctype: str, parent: str, file_name: str | None = None, **others):
	"""ERPNext reads a table from the disk, wherever it is attached, and shows its rows as accounts."""
	file.require_named(file_name or "")
	return call_previous(
		"erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer.get_coa",
		doctype=doctype,
		parent=parent,
		file_name=file_name,
		**others,
	)


@frappe.whitelist()
def import_coa(file_name: str, company: str, **others):
	"""The same, to make them accounts."""
	file.require_named(file_name)
	return call_previous(
		"erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer.import_coa",
		file_name=file_name,
		company=company,
		**others,
	)


@frappe.whitelist()
def edit_qty(doctype: str, docname: str, qty: float | str, parent: str, **others):
	"""ERPNext writes into the `qty` of any document or row before it asks for the BOM Creator that is named as well."""
	_require_bom_creator(doctype)
	return call_previous(
		"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_qty",
		doctype=doctype,
		docname=docname,
		qty=qty,
		parent=parent,
		**others,
	)


@frappe.whitelist()
def edit_bom_creator(doctype: str, docname: str, data: dict | str, parent: str, **others):
	"""The same in version 16, into all fields: it could set the level of any record."""
	_require_bom_creator(doctype)
	return call_previous(
		"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_bom_creator",
		doctype=doctype,
		docname=docname,
		data=data,
		parent=parent,
		**others,
	)


def _require_bom_creator(doctype: str) -> None:
	if doctype not in ("BOM Creator", "BOM Creator Item"):
		frappe.throw(
			_("This method changes a BOM Creator and its rows only."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def require_chart(doc, method=None):
	"""`before_validate` of Chart of Accounts Importer, whose errors quote the table."""
	if doc.import_file:
		file.require_named(doc.import_file)


@frappe.whitelist()
def get_party_details(party: str | None = None, party_type: str = "Customer", **others):
	"""Address and contact of a party; the caller says whether ERPNext checks permissions."""
	guards.require(party_type, party)
	return call_previous(
		"erpnext.accounts.party.get_party_details", party=party, party_type=party_type, **others
	)


@frappe.whitelist()
def get_party_of_payment(party_type: str, party: str, **others):
	"""The name of the party of a payment, which ERPNext reads of any DocType that has a field called like that."""
	guards.require(party_type, party)
	return call_previous(
		"erpnext.accounts.doctype.payment_entry.payment_entry.get_party_details",
		party_type=party_type,
		party=party,
		**others,
	)


@frappe.whitelist()
def get_reference_of_payment(reference_doctype: str, reference_name: str, **others):
	"""Amounts and the exchange rate of what is paid, which ERPNext reads of any DocType that has fields called like those."""
	guards.require(reference_doctype, reference_name)
	return call_previous(
		"erpnext.accounts.doctype.payment_entry.payment_entry.get_reference_details",
		reference_doctype=reference_doctype,
		reference_name=reference_name,
		**others,
	)
