"""Tells a client that their data are erased (P-2): when they are, and not if something stays that was to go.

Who approves a run writes what the client is told, as the plan says it. It is told once all else is erased, and before the client's own records go, because
the address goes with those.
"""

import frappe
from frappe import _

from client_comms import transactions
from client_comms.client_privacy import telling
from client_comms.client_privacy.doctype.data_subject_request.data_subject_request import ANSWERED, OPEN
from client_comms.client_privacy.erasure import runs
from client_comms.client_privacy.requests import sealed, told
from client_comms.enforcement import legal_holds
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold

REQUEST, _QUEUE = "Data Subject Request", "Email Queue"


def agree(run, request, answer: str | None, otherwise: str | None) -> None:
	"""Keep what the client is told until it is so.

	:param otherwise: as in `DataSubjectRequest.close`
	:raises ActionNotPossibleError: the answer is missing, the client gets no emails and `otherwise` is missing, or see
	    `require_as_planned`
	"""
	require_as_planned(run)
	answer, otherwise = telling.answered(answer, otherwise)
	if not otherwise:
		telling.address_of(request, telling.IN_ANOTHER_WAY)
	sealed.put(run.name, answer=answer, otherwise=otherwise)


def require_as_planned(run) -> None:
	"""The client will be told what is erased, as the plan says it; what a hold covers since then would stay all the same.

	:raises ActionNotPossibleError: there is such a hold, and the client is not told yet
	"""
	if not _is_open(run) or not (held := _held(run)):
		return
	frappe.throw(
		_(
			"Since this plan was made, {0} keeps records that were to be erased ({1}), and the client would be told otherwise. Discard this plan and make another one from {2}: it says what stays."
		).format(", ".join(sorted({bold(each.name) for each in held})), bold(len(held)), bold(run.request)),
		exc=ActionNotPossibleError,
		title=_("Plan Is Out of Date"),
	)


def tell(run) -> None:
	"""Close the request and tell the client, unless that is done; an email has left when this returns.

	:raises ActionNotPossibleError: something stays that was to go by the plan, or the email could not be sent; the run is continued later
	"""
	if _is_open(run):
		# nosemgrep: frappe-manual-commit (so that a hold which is placed meanwhile is seen: see `told`)
		frappe.db.commit()
		transactions.lock(runs.RUN, run.name)
		_require_all_gone(run)
		request, agreed = transactions.locked(REQUEST, run.request), sealed.of(run.name)
		request.close(ANSWERED, agreed["answer"], agreed["otherwise"], by=run.approved_by)
		sealed.put(run.name, told=True)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an email that fails must be there for the next attempt)
	send_waiting(run.request)


def _is_open(run) -> bool:
	return frappe.db.get_value(REQUEST, run.request, "status") == OPEN


def _held(run) -> list[legal_holds.Hold]:
	"""What holds keep of what is still to go, as often as they do."""
	return [each for of in told.still_to_go(run.name).items() for each in legal_holds.of_each(*of).values()]


def _require_all_gone(run) -> None:
	states = runs.count_items(run.name)
	kept = states["kept_count"] - sealed.of(run.name)["kept"]
	if stays := states["failed_count"] + kept + len(_held(run)):
		frappe.throw(
			_(
				"Records that were to be erased stay ({0}), because they could not be erased or a hold keeps them by now, so the client is not told yet. Choose Try Again to erase what failed. If the rest must stay, tell the client so with Answer in {1}, then choose Try Again."
			).format(bold(stays), bold(run.request)),
			exc=ActionNotPossibleError,
			title=_("Client Not Told"),
		)


def send_waiting(request: str) -> None:
	"""Send what waits of the emails about a request.

	:raises ActionNotPossibleError: one could not be sent, or the one with the answer failed; the run is continued later
	"""
	if frappe.are_emails_muted():
		return
	about = {"reference_doctype": REQUEST, "reference_name": request}
	waiting = {**about, "status": ("in", ("Not Sent", "Sending", "Partially Sent"))}
	for name in frappe.get_all(_QUEUE, waiting, pluck="name", order_by="creation asc"):
		try:
			frappe.get_doc(_QUEUE, name).send()
		except Exception as error:  # the queue says why
			frappe.db.rollback()
			if transactions.is_end_of_job(error):
				raise
	if name := frappe.db.get_value(_QUEUE, waiting) or _failed_answer(about):
		frappe.throw(
			_(
				"Email {0} to the client has not left yet. Send it, or delete it and tell the client otherwise, then choose Try Again."
			).format(name),
			exc=ActionNotPossibleError,
			title=_("Client Not Told"),
		)


def _failed_answer(about: dict) -> str | None:
	"""An email that the server refused, or that was held back, after it was queued: no one else has the address then."""
	answered = frappe.db.get_value(REQUEST, about["reference_name"], "answered_on")
	failed = {**about, "status": "Error", "creation": (">=", answered)}
	return frappe.db.get_value(_QUEUE, failed) if answered else None
