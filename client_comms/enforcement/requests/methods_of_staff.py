"""Of the methods of ERPNext, a client with a login calls those of the portal's pages (P-2).

ERPNext lets every login call the others as well, which are meant for staff, and many ask for no permission: they told the addresses and numbers of
contacts, linked them to other clients, wrote into records and sent emails. To wrap each would miss the next one.
"""

import frappe

from client_comms import roles
from client_comms.enforcement import compose
from client_comms.enforcement.requests import called, method_aliases

_APP = "erpnext."
_PAGES = ("erpnext.templates.", "erpnext.www.")
_OF_PAGES = frozenset(
	(
		"erpnext.accounts.doctype.payment_request.payment_request.make_payment_request",
		"erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_invoice_from_portal",
		"erpnext.buying.doctype.request_for_quotation.request_for_quotation.create_supplier_quotation",
	)
)
# Of Frappe, which asks for no permission there: the name of a client's address, which contains the client's; whether there is an event with a
# number; whose a login is.
_OF_FRAPPE = frozenset(
	(
		"frappe.contacts.doctype.address.address.get_default_address",
		"frappe.desk.doctype.event.event.update_attending_status",
		"frappe.desk.form.load.get_user_info_for_viewers",
	)
)
# Apps name in this hook what their own pages call.
_HOOK = "client_comms_portal_methods"


def refuse() -> None:
	"""`before_request`; does not query the database.

	:raises frappe.PermissionError: the caller is a client, and the method for staff
	"""
	if roles.is_outside() and any(map(_is_of_staff, method_aliases.asked())):
		roles.require_desk()


def _is_of_staff(asked: str) -> bool:
	method = called.resolved(asked)
	name = f"{method.__module__}.{method.__qualname__}" if method else ""
	return (
		name in _OF_FRAPPE
		or (
			name.startswith(_APP)
			and not name.startswith(_PAGES)
			and name not in _OF_PAGES
			and method not in frappe.guest_methods
			and name not in frappe.get_hooks(_HOOK)
		)
		or any(map(_is_of_staff, _wrapped_by(name)))
	)


def _wrapped_by(name: str) -> list[str]:
	"""The methods for which a wrapper of this app answers, which can be called by its own name as well."""
	if not compose.is_ours(name):
		return []
	wrappers = compose.own("override_whitelisted_methods")
	return [original for original, ours in wrappers.items() if name in ours]
