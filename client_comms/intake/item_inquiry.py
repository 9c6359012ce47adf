"""What visitors of Webshop ask about an item (C-3, D-1, F-1).

Webshop makes a Lead of them, or finds the one that has their address, comments on it what they wrote, and answers with it, to any visitor. So what they wrote
is stored before as a message of the website's contact form is, of which the Lead is made (`website_form`), and the Lead is not sent.
"""

import frappe
from frappe import _
from frappe.rate_limiter import rate_limit
from frappe.utils import escape_html, validate_email_address

from client_comms import roles, validation
from client_comms.enforcement.compose import call_previous


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Webshop as well)
@rate_limit(limit=1000, seconds=60 * 60)  # as Frappe's contact form; Webshop has no limit
def create_lead_for_item_inquiry(lead: str | dict, subject: str, message: str) -> None:
	entered = validation.require_object(_("Lead"), lead)
	address = validate_email_address(str(entered.get("email_id") or ""))
	if address and roles.is_outside():
		_store(address, str(entered.get("lead_name") or ""), subject, message)
	call_previous(
		"webshop.webshop.shopping_cart.cart.create_lead_for_item_inquiry",
		lead=lead,
		subject=subject,
		message=message,
	)


def _store(address: str, name: str, subject: str, message: str) -> None:
	frappe.get_doc(
		{
			"doctype": "Communication",
			"sender": address,
			"sender_full_name": name,
			"subject": subject,
			"content": escape_html(message),
			"sent_or_received": "Received",
			"status": "Open",
		}
	).insert(ignore_permissions=True)
