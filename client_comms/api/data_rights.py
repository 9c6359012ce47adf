"""Methods with which clients ask for their rights, through their link or in the portal, without staff (P-2)."""

import frappe
from frappe.rate_limiter import rate_limit
from frappe.utils import validate_email_address

from client_comms.api.self_service import visit_of
from client_comms.client_privacy.requests import asking


# nosemgrep: frappe-guest-method (a link's token, or the login, says who they are)
@frappe.whitelist(allow_guest=True, methods=["POST"])
def ask(right: str, details: str | None = None, token: str | None = None, client: str | None = None) -> dict:
	"""Enter a client's request about their data, through a link (`token`) or as the logged-in portal user.

	:param right: Access, Portability, Rectification, Erasure, Restriction or Objection
	:param client: which of several clients of the login, such as "Customer/Anna Client"
	:returns: `{"name", "due", "emailed"}`; the client gets the first two by email as well, if they get emails
	:raises client_comms.exceptions.LinkNotValidError: the link is not valid; the message does not say why
	:raises client_comms.exceptions.ActionNotPossibleError: the same was asked before and is not answered yet
	"""
	return asking.ask(visit_of(token, client, lock=True), right, details)


# nosemgrep: frappe-guest-method (the answer is the same for every address; a link goes to addresses on file only)
@frappe.whitelist(allow_guest=True, methods=["POST"])
@rate_limit(limit=20, seconds=60 * 60)
def send_link(address: str) -> None:
	"""Send a link to an address on file, with which the client can ask; nothing tells whether there is such a client.

	:raises frappe.InvalidEmailAddressError: it is not an email address
	"""
	validate_email_address(address, throw=True)
	asking.queue_link(address)
