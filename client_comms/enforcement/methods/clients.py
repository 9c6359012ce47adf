"""Methods of Frappe and ERPNext that say who a client is, or change our own address, and ask for no permission (D-4, D-5, P-2)."""

import frappe
from frappe import _

from client_comms.enforcement import restrictions
from client_comms.enforcement.compose import call_previous

_OF_COMPANY = ("company_logo", "website", "phone_no", "email")


@frappe.whitelist()
def set_customer_info(fieldname: str, customer: str, value: str = ""):
	"""The address and number of a customer, in the point of sale. ERPNext writes them into the customer, and into the first contact that names it,
	which can be the caller's own."""
	frappe.has_permission("Customer", doc=customer, throw=True)
	restrictions.require("Customer", customer)
	return call_previous(
		"erpnext.selling.page.point_of_sale.point_of_sale.set_customer_info",
		fieldname=fieldname,
		customer=customer,
		value=value,
	)


@frappe.whitelist()
def create_customer(customer_data: dict | str | None = None, **others):
	"""A customer of Frappe CRM. ERPNext inserts what is sent, which could be of any DocType, and links the contacts of the addresses in it."""
	frappe.has_permission("Customer", "create", throw=True)
	sent = frappe.parse_json(customer_data) if customer_data else frappe.form_dict
	if sent.get("doctype", "Customer") != "Customer":
		frappe.throw(
			_("This method creates customers only."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	return call_previous("erpnext.crm.frappe_crm_api.create_customer", customer_data=sent, **others)


@frappe.whitelist()
def create_prospect_against_crm_deal(**sent):
	"""A prospect of Frappe CRM, of the request. ERPNext links the contacts of the addresses in it also to one that there was."""
	frappe.has_permission("Prospect", throw=True)
	return call_previous("erpnext.crm.frappe_crm_api.create_prospect_against_crm_deal", **sent)


@frappe.whitelist()
def update_company_master_and_address(
	current_doctype: str, name: str, company: str, details: dict | str, **others
):
	"""What is missing of our own company for a print, in version 16: it stands on what clients receive, and in the desk, as it is sent."""
	details = frappe.parse_json(details)
	if any(details.get(field) for field in _OF_COMPANY):
		frappe.has_permission("Company", "write", doc=company, throw=True)
	if details.get("company_address") or details.get("address_line1"):
		frappe.has_permission(current_doctype, "write", doc=name, throw=True)
	return call_previous(
		"erpnext.controllers.accounts_controller.update_company_master_and_address",
		current_doctype=current_doctype,
		name=name,
		company=company,
		details=details,
		**others,
	)


@frappe.whitelist()
def get_contact_number(contact_name: str, **others):
	"""The number of a contact, for a text message. Frappe tells every login that of any contact."""
	frappe.has_permission("Contact", doc=contact_name, throw=True)
	return call_previous(
		"frappe.core.doctype.sms_settings.sms_settings.get_contact_number",
		contact_name=contact_name,
		**others,
	)
