"""Verification of client data (D-4)."""

import frappe
from frappe import _

from client_comms.client_privacy import client_data
from client_comms.exceptions import NotVerifiedError
from client_comms.i18n import bold
from client_comms.rules import contact_details


@frappe.whitelist(methods=["POST"])
def confirm_details(contact: str, verified_how: str) -> dict:
	"""Record that a contact's details were confirmed today (D-4). Returns the contact as a dict.

	:param verified_how: one of `rules.contact_details.WAYS`
	:raises client_comms.exceptions.NotVerifiedError: the verification method is invalid
	:raises frappe.PermissionError: without write access to the contact
	"""
	doc = frappe.get_doc("Contact", contact)
	doc.check_permission("write")
	if verified_how not in contact_details.WAYS:
		frappe.throw(
			_("{0} is not a valid verification method. Choose one of these: {1}.").format(
				bold(verified_how), ", ".join(_(each) for each in contact_details.WAYS)
			),
			exc=NotVerifiedError,
			title=_("Details Not Verified"),
		)
	unconfirmed = client_data.confirm(doc, verified_how)
	doc.save()
	if unconfirmed:
		frappe.msgprint(
			_("Someone who can change {0} must confirm that this contact speaks for the client.").format(
				", ".join(frappe.utils.get_link_to_form(*client) for client in unconfirmed)
			),
			title=_("Not Confirmed for the Client"),
			indicator="orange",
		)
	return doc.as_dict()
