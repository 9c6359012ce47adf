"""Methods of Frappe and ERPNext that say who a client is, or change our own address, and ask for no permission (D-4, D-5, P-2)."""

import frappe
from frappe import _

from client_comms import roles
from client_comms.enforcement import guards, restrictions
from client_comms.enforcement.compose import call_previous

_TRIP, _SHIPMENT = "Delivery Trip", "Shipment"
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


@frappe.whitelist()
def get_contact_display(contact: str):
	"""Name and numbers of a contact, in a Delivery Trip. ERPNext tells every login those of any contact."""
	if not frappe.has_permission(_TRIP, "write"):
		frappe.has_permission("Contact", doc=contact, throw=True)
	if not frappe.has_permission("Contact", doc=contact):
		for link in frappe.get_all(
			"Dynamic Link",
			{"parenttype": "Contact", "parent": contact},
			["link_doctype", "link_name"],
			order_by=None,
		):
			guards.require(link.link_doctype, link.link_name)
	return call_previous(
		"erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display", contact=contact
	)


@frappe.whitelist()
def get_contact_and_address(name: str):
	"""The names of the contact and the address of a customer, in the same."""
	_require_named("Customer", name, _TRIP)
	return call_previous(
		"erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_and_address", name=name
	)


@frappe.whitelist()
def get_contact_name(ref_doctype: str, docname: str):
	"""The name of the contact of a document, in a Shipment. ERPNext tells every login that of any document, also of a Lead by its number, and
	the name of a contact contains that of the client."""
	_require_named(ref_doctype, docname, _SHIPMENT)
	return call_previous(
		"erpnext.stock.doctype.shipment.shipment.get_contact_name", ref_doctype=ref_doctype, docname=docname
	)


@frappe.whitelist()
def get_address_name(ref_doctype: str, docname: str):
	"""The same of its address."""
	_require_named(ref_doctype, docname, _SHIPMENT)
	return call_previous(
		"erpnext.stock.doctype.shipment.shipment.get_address_name", ref_doctype=ref_doctype, docname=docname
	)


@frappe.whitelist()
def get_company_contact(user: str):
	"""Name and numbers of a colleague, in the same. ERPNext tells every login those of any other, also of a client who has one."""
	if user != frappe.session.user and not (
		frappe.has_permission(_SHIPMENT, "write") and roles.has_desk(user)
	):
		frappe.has_permission("User", doc=user, throw=True)
	return call_previous("erpnext.stock.doctype.shipment.shipment.get_company_contact", user=user)


@frappe.whitelist()
def get_default_address(doctype: str, name: str | None = None, **others):
	"""The same, of Frappe."""
	_require_named(doctype, name)
	return call_previous(
		"frappe.contacts.doctype.address.address.get_default_address", doctype=doctype, name=name, **others
	)


def _require_named(doctype: str, name: str | None, form: str | None = None) -> None:
	"""Refuse a document to users who can neither read it nor fill in the form that asks, and a hidden one to all."""
	if not (form and frappe.has_permission(form, "write")):
		frappe.has_permission(doctype, doc=name, throw=True)
	guards.require(doctype, name)
