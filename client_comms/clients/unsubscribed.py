"""Addresses to which Frappe sends no email, without telling who writes it: of a conversation that they left by the link below an email, which
mail software opens to look for threats, or of everything."""

from collections.abc import Iterable

import frappe
from frappe import _

from client_comms.clients.addresses import bare_address, spellings
from client_comms.exceptions import OutgoingRefusedError
from client_comms.i18n import bold

_LIST = "Email Unsubscribe"


def among(addresses: Iterable[str], doctype: str | None = None, name: str | None = None) -> list[str]:
	"""Those of `addresses` that have unsubscribed from all emails, or from those about a document; one query."""
	bare = {bare_address(address) for address in addresses} - {""}
	if not bare:
		return []
	about = {"reference_doctype": doctype, "reference_name": name} if doctype and name else {}
	rows = frappe.get_all(
		_LIST,
		{"email": ("in", spellings(bare))},
		["email", "global_unsubscribe", "reference_doctype", "reference_name"],
		order_by="creation asc",
	)
	left = (
		bare_address(row.email)
		for row in rows
		if row.global_unsubscribe or (about and all(row[field] == about[field] for field in about))
	)
	return [*dict.fromkeys(left)]


def of_email(previous, email) -> list[str]:
	"""Stands around what Frappe looks up when it queues an email: it compares what it finds with the recipients letter by letter, so that `Ann@…` gets what
	`ann@…` has left.

	:returns: as the email has them
	"""
	asked_before = email._unsubscribed_user_emails is not None
	found = previous(email)
	if not asked_before:
		written = {*email.recipients, *email.cc, *email.bcc}
		gone = {*among(written, email.reference_doctype, email.reference_name)}
		spelled = (each for each in written if bare_address(each) in gone)
		found = email._unsubscribed_user_emails = [*found, *spelled]
	return found


def refuse(addresses: Iterable[str], exc: type[Exception] = OutgoingRefusedError) -> None:
	"""
	:raises OutgoingRefusedError: always, or `exc`; the message says what to do
	"""
	frappe.throw(
		_(
			"{0} has unsubscribed and would not get the email. Leave the address out, or contact the client another way. If the client wants the email, ask a System Manager to delete the Email Unsubscribe."
		).format(", ".join(bold(each) for each in addresses)),
		exc=exc,
		title=_("Not Sent"),
	)
