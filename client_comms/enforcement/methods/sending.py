"""Methods of ERPNext that send an email about a document to clients or suppliers, or show what they would send, and ask for no permission
(D-5, P-2): every user of the desk could send them, as often as they liked."""

import frappe
from frappe import _

from client_comms.enforcement.compose import call_previous
from client_comms.i18n import bold


@frappe.whitelist()
def resend_payment_email(docname: str):
	"""With a print of the order or invoice that is to be paid."""
	_require("Payment Request", docname)
	about = frappe.db.get_value("Payment Request", docname, ["reference_doctype", "reference_name"])
	if about and all(about):
		_require(*about, action="read")
	return call_previous(
		"erpnext.accounts.doctype.payment_request.payment_request.resend_payment_email", docname=docname
	)


@frappe.whitelist()
def notify_customers(delivery_trip: str):
	"""The contact of every stop, with a print of its delivery."""
	_require("Delivery Trip", delivery_trip)
	return call_previous(
		"erpnext.stock.doctype.delivery_trip.delivery_trip.notify_customers", delivery_trip=delivery_trip
	)


@frappe.whitelist()
def send_statements(document_name: str, **others):
	"""What each of its customers owes; a request cannot say that the scheduler asks, which would move the dates on."""
	_require("Process Statement Of Accounts", document_name)
	others.pop("from_scheduler", None)
	return call_previous(
		"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.send_emails",
		document_name=document_name,
		**others,
	)


@frappe.whitelist()
def download_statements(document_name: str):
	_require("Process Statement Of Accounts", document_name, action="print")
	return call_previous(
		"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.download_statements",
		document_name=document_name,
	)


@frappe.whitelist()
def send_supplier_emails(rfq_name: str):
	"""Makes a login for each supplier as well."""
	_require("Request for Quotation", rfq_name)
	return call_previous(
		"erpnext.buying.doctype.request_for_quotation.request_for_quotation.send_supplier_emails",
		rfq_name=rfq_name,
	)


def _require(doctype: str, name: str, action: str = "email") -> None:
	"""
	:raises frappe.PermissionError: the session user cannot email the document, or read or print it
	"""
	if frappe.has_permission(doctype, action, doc=name):
		return
	what = bold(f"{_(doctype)} {name}")
	refused = {
		"email": _("You have no permission to email {0}.").format(what),
		"print": _("You have no permission to print {0}.").format(what),
		"read": _("You have no permission to read {0}.").format(what),
	}[action]
	frappe.throw(
		refused
		+ " "
		+ _("Ask a colleague who has it to do this, or ask a System Manager to give it to your role."),
		exc=frappe.PermissionError,
		title=_("Not Permitted"),
	)
