"""With which addresses and numbers an interaction began: while nothing else is known of the client, they identify it (P-2, P-3).

That is with which the client wrote or called first, and to which staff did if they began it, third parties aside.
"""

from collections.abc import Iterable

import frappe

from client_comms.client_interactions import addressees
from client_comms.client_privacy import third_parties
from client_comms.clients import phone_numbers
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import source_doctypes
from client_comms.intake import arrivals, call_log
from client_comms.outgoing import facts
from client_comms.rules import response_clock

_MESSAGE, _CALL = "Communication", "Call Log"
_RECEIVED = {"sent_or_received": "Received", "communication_medium": facts.EMAIL}


def addresses(interaction: str | None) -> set[str]:
	"""Bare addresses. That of a third party is among them if it wrote first."""
	if not interaction:
		return set()
	about = {"client_interaction": interaction, **_RECEIVED}
	found = {bare_address(frappe.db.get_value(_MESSAGE, about, "sender", order_by="creation asc"))}
	for doc in _documents(interaction):
		if arrival := _arrival(doc):
			found.add(bare_address(arrival.email))
		elif _is_sent_email(doc):
			found.update(apart_from_third_parties(addressees.of(doc)))
	return found - {""}


def apart_from_third_parties(written_to: Iterable[str]) -> set[str]:
	return {
		address for each in written_to if (address := bare_address(each)) and not third_parties.of(address)
	}


def numbers(interaction: str | None) -> set[str]:
	"""In E.164 format, or as they were written if that fails. Whether one is a third party's, the caller looks up."""
	found = map(_number, _documents(interaction)) if interaction else ()
	return {phone_numbers.normalised(number) or number for number in found if number}


def _documents(interaction: str) -> list:
	"""What the client wrote first, and with what staff began it, as documents that are still there."""
	events = frappe.get_all(
		"Interaction Event",
		{
			"parenttype": arrivals.INTERACTION,
			"parent": interaction,
			"event": ("in", (arrivals.CONTACTED, response_clock.RECEIVED)),
		},
		["event", "source_doctype", "source_name"],
		order_by="idx asc",
	)
	begun = [row for row in events[:1] if row.event == arrivals.CONTACTED]
	came = [row for row in events if row.event == response_clock.RECEIVED][:1]
	return [
		frappe.get_doc(row.source_doctype, row.source_name)
		for row in (*begun, *came)
		if row.source_name and frappe.db.exists(row.source_doctype, row.source_name)
	]


def _is_sent_email(doc) -> bool:
	return (
		doc.doctype == _MESSAGE and doc.sent_or_received == "Sent" and doc.communication_medium == facts.EMAIL
	)


def _number(doc) -> str | None:
	if doc.doctype == _MESSAGE:
		return doc.phone_no
	if doc.doctype == _CALL:
		return call_log.number_of(doc)
	arrival = _arrival(doc)
	return arrival and arrival.number


def _arrival(doc):
	"""What the adapter of another app's document says."""
	if doc.doctype not in source_doctypes.active():
		return None
	arrival, _error = source_doctypes.try_to_read(doc)
	return arrival
