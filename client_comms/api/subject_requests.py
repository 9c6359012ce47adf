"""Requests of clients about their data: entered by staff, answered by Compliance Officers (P-2)."""

import frappe

from client_comms import transactions
from client_comms.client_privacy.doctype.data_subject_request.data_subject_request import (
	ANSWERED,
	ERASURE,
	REFUSED,
)
from client_comms.client_privacy.erasure import runs
from client_comms.client_privacy.requests import erasure
from client_comms.client_privacy.requests import processing_record as record
from client_comms.enforcement import client_documents
from client_comms.exceptions import ActionNotPossibleError
from client_comms.roles import require_auditing, require_configuring_or_auditing

REQUEST = "Data Subject Request"


@frappe.whitelist(methods=["POST"])
def enter_request(
	party_type: str,
	party: str,
	right: str,
	details: str | None = None,
	contact: str | None = None,
	received_on: str | None = None,
	client_interaction: str | None = None,
) -> dict:
	"""Enter a request that a client made to staff; only Compliance Officers can see it afterwards.

	:param right: Access, Rectification, Erasure, Restriction, Objection or Portability
	:param received_on: when the client asked (site time zone); by default now
	:param client_interaction: in which they asked, if that is one of the client's that the user can read
	:returns: `{"name", "due_on"}`
	:raises frappe.PermissionError: without permission to record identity checks, or to read the client or any of its
	    interactions, or `client_interaction`
	"""
	client_documents.require_to_act(
		party_type, party, "Identity Verification", interaction=client_interaction
	)
	values = {
		"party_type": party_type,
		"party": party,
		"right": right,
		"details": details,
		"contact": contact,
		"client_interaction": client_interaction,
	}
	if received_on:
		values["received_on"] = received_on
	# Without the permissions of those who enter one: require_to_act has checked, and they cannot see it afterwards.
	doc = frappe.get_doc({"doctype": REQUEST, **values})
	doc.save_by_app()
	return {"name": doc.name, "due_on": doc.due_on}


@frappe.whitelist(methods=["POST"])
def confirm_request_identity(name: str) -> str:
	"""Take over the client's confirmed identity check; returns until when it is valid.

	:raises client_comms.exceptions.ActionNotPossibleError: there is none
	"""
	return str(_request(name).confirm_identity())


@frappe.whitelist(methods=["POST"])
def extend_request(name: str, months: int | str, reason: str, otherwise: str | None = None) -> str:
	"""Extend the deadline once, by one or two months; the client is told why. Returns the new deadline.

	:param otherwise: how the client was told if not by email, such as a letter and its date; then no email is sent
	:raises client_comms.exceptions.ActionNotPossibleError: not possible now; the message says why
	"""
	request = _request(name)
	request.extend(months, reason, otherwise)
	return str(request.due_on)


@frappe.whitelist(methods=["POST"])
def answer_request(
	name: str, answer: str, refused: bool | int | str = False, otherwise: str | None = None
) -> str:
	"""Close a request and tell the client; returns its status.

	:param otherwise: how the client was told if not by email, such as a letter and its date; then no email is sent
	:raises client_comms.exceptions.ActionNotPossibleError: it is closed already, the answer is missing, or the client gets no
	    emails and `otherwise` is missing
	"""
	request = _request(name)
	request.close(REFUSED if frappe.utils.sbool(refused) else ANSWERED, answer, otherwise)
	return request.status


@frappe.whitelist(methods=["POST"])
def plan_erasure(name: str) -> str:
	"""Plan the erasure of the client of a request, without changing anything; returns the Erasure Run.

	:raises client_comms.exceptions.ActionNotPossibleError: it is not a request for erasure, is closed, has a run that is not
	    finished, the client's identity is not confirmed, or the use of their data is restricted
	"""
	request = _request(name)
	if request.right != ERASURE:
		frappe.throw(
			frappe._("This is not a request for erasure. Enter one for the client."),
			exc=ActionNotPossibleError,
			title=frappe._("Not Possible"),
		)
	request.confirm_identity()
	erasure.require_unrestricted(request)
	return runs.start(runs.ERASURE_REQUEST, request=request.name)


@frappe.whitelist()
@frappe.read_only()
def processing_record() -> dict:
	"""The record of processing activities (GDPR Art. 30), with what is not decided yet.

	:returns: `{"controllers", "made_on", "measures", "activities", "to_decide"}`
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	return record.document()


def _request(name: str):
	require_auditing()
	request = transactions.locked(REQUEST, name)
	request.check_permission("write")
	return request
