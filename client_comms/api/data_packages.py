"""Copies of clients' data: made, released and discarded by Compliance Officers, downloaded by the client (P-2)."""

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum

from client_comms import transactions, validation
from client_comms.client_privacy.packages import delivery, runs
from client_comms.enforcement.data_packages import PACKAGE
from client_comms.roles import require_auditing


@frappe.whitelist(methods=["POST"])
def make_copy(request: str) -> str:
	"""Begin the copy of all data about the client of a Data Subject Request, in the background; returns the Data Package.

	:raises client_comms.exceptions.ActionNotPossibleError: it asks for something else, is closed, has a copy already, or the
	    client's identity is not confirmed
	:raises frappe.PermissionError: the caller is not a Compliance Officer, or cannot see the client
	"""
	require_auditing()
	doc = transactions.locked(runs.REQUEST, request)
	doc.check_permission("write")
	return runs.start(doc)


@frappe.whitelist(methods=["POST"])
def release_copy(name: str, otherwise: str | None = None) -> None:
	"""Send the client a link to a copy that is ready, and answer the request.

	:param otherwise: how the client gets the copy if not by a link, such as a registered letter and its date; then no email is sent
	:raises client_comms.exceptions.FourEyesError: the caller made it, or chose last what is left out
	:raises client_comms.exceptions.ActionNotPossibleError: it is not ready, the client's identity is not confirmed, or the client
	    gets no emails and `otherwise` is missing
	:raises frappe.PermissionError: the caller is not a Compliance Officer, or cannot see the copy
	"""
	runs.release(name, otherwise)


@frappe.whitelist(methods=["POST"])
def discard_copy(name: str) -> None:
	"""Delete the file of a copy and end the link to it."""
	runs.discard(name)


@frappe.whitelist(methods=["POST"])
def resume_copy(name: str) -> None:
	"""Continue a copy that stopped, and try again what failed."""
	runs.resume(name)


@frappe.whitelist(methods=["POST"])
def leave_out_of_copy(name: str, items: str | list, reason: str) -> None:
	"""Leave records or files out of a copy before it is released; the file is made again.

	:param items: names of Data Package Items, as a list or as JSON
	:param reason: told to the client
	"""
	runs.leave_out(name, validation.require_list(_("Items", context="Data Package"), items), reason)


@frappe.whitelist()
def copy_overview(name: str) -> list[dict]:
	"""How many records a copy has: `[{"doctype", "state", "count", "masked"}]`.

	:raises frappe.PermissionError: the caller cannot read the copy
	"""
	require_auditing()
	frappe.has_permission(PACKAGE, "read", doc=name, throw=True)
	item = frappe.qb.DocType(runs.ITEM)
	kinds = (item.reference_doctype, item.state)
	rows = frappe.qb.from_(item).where(item.package == name).groupby(*kinds).orderby(*kinds)
	return [
		{"doctype": doctype, "state": state, "count": count, "masked": masked or 0}
		for doctype, state, count, masked in rows.select(*kinds, Count("*"), Sum(item.masked_count)).run()
	]


# nosemgrep: frappe-guest-method (a link's token says who they are)
@frappe.whitelist(allow_guest=True, methods=["POST"])
def download(token: str | None = None):
	"""The client's copy, as a file, through the link that was sent to them; recorded on the ledger.

	:raises client_comms.exceptions.LinkNotValidError: the link is not valid; the message does not say why
	"""
	return delivery.download(token)
