"""The duties of a staff member under the procedure: policies to read and to approve, trainings to take, records to review,
texts and matrix versions to approve (D-3, M-1, R-1, R-2, T-1, T-3, T-4)."""

import frappe
from frappe import _
from frappe.utils import getdate

from client_comms import clock
from client_comms.enforcement import policy
from client_comms.people import policies, reviews, template_approvals, trainings
from client_comms.roles import COMPLIANCE_OFFICER, approves_texts
from client_comms.rules import html_text

_REQUEST, _FEEDBACK = "Data Subject Request", "Feedback Review"
_RUN, _COPY = "Erasure Run", "Data Package"


def of_user(user: str) -> list[dict]:
	"""The open duties of a user, the most urgent first.

	:returns: `[{"what", "title", "due": day or None, "route": [part, …]}]`; `route` opens it in the desk. A training that closes records
	    to the user until they complete it says so in `closes`
	"""
	found = [*_policies(user), *_trainings(user)]
	found += [
		{
			"what": _("Record to Review"),
			"title": row.interaction,
			"due": row.due_on and str(row.due_on),
			"route": ["Form", reviews.REVIEW, row.name],
		}
		for row in frappe.get_all(
			reviews.REVIEW,
			{"reviewer": user, "status": reviews.OPEN},
			["name", "interaction", "due_on"],
			order_by="due_on asc, name asc",
			limit=20,
		)
	]
	found += _findings(user)
	found += [*_to_approve(user), *_policies_to_approve(user), *_matrices_to_approve(user)]
	return sorted([*found, *_requests(user), *_second_looks(user)], key=lambda each: each["due"] or "9999")


def _policies(user: str) -> list[dict]:
	"""Those in force before the user was there are due on their first day."""
	rows = policies.to_read(user)
	first = getdate(frappe.db.get_value("User", user, "creation")) if rows else None
	return [
		{
			"what": _("Policy to Read"),
			"title": f"{row.policy_title} ({row.version_label})",
			"due": str(max(getdate(row.effective_from), first)),
			"route": ["Form", policies.POLICY, row.name],
		}
		for row in rows
	]


def _findings(user: str) -> list[dict]:
	"""What reviews, of records and of feedback, left to the user to do. Who has an action of a feedback review mostly cannot open it, and
	closes the to-do."""
	kinds = {reviews.REVIEW: _("Finding of a Review"), _FEEDBACK: _("Action From a Feedback Review")}
	rows = frappe.get_list(
		"ToDo",
		{"allocated_to": user, "status": "Open", "reference_type": ("in", [*kinds])},
		["name", "description", "date", "reference_type", "reference_name"],
		order_by="date asc, name asc",
		limit=20,
		user=user,
	)
	sees_feedback = bool(rows) and frappe.has_permission(_FEEDBACK, "read", user=user)
	return [
		{
			"what": kinds[row.reference_type],
			"title": html_text.plain(row.description),
			"due": row.date and str(row.date),
			"route": ["Form", row.reference_type, row.reference_name]
			if sees_feedback or row.reference_type != _FEEDBACK
			else ["Form", "ToDo", row.name],
		}
		for row in rows
	]


def _trainings(user: str) -> list[dict]:
	closed = ", ".join(_(level) for level in trainings.closed_levels(user))
	mandatory = policy.training_roles(mandatory=True) if closed else {}
	closes = _(
		"Until you complete it, you cannot see interactions of these levels, nor what you owe in them: {0}."
	)
	return [
		{
			"what": _("Training"),
			"title": training,
			"due": state.until and str(state.until),
			"route": [trainings.PAGE, training],
			**({"closes": closes.format(closed)} if training in mandatory and not state.counts else {}),
		}
		for training, state in trainings.to_do(user).items()
	]


def _requests(user: str) -> list[dict]:
	"""Requests of clients about their data that wait for an answer, of the clients that the user can see."""
	if COMPLIANCE_OFFICER not in frappe.get_roles(user):
		return []
	rows = frappe.get_list(
		_REQUEST,
		{"status": "Open"},
		["name", "right", "party_name", "due_on"],
		order_by="due_on asc, name asc",
		limit=20,
		user=user,
	)
	return [
		{
			"what": _("Request of a Client"),
			"title": _("{0}: {1}").format(_(row.right), row.party_name),
			"due": str(clock.day_for(row.due_on, user)),
			"route": ["Form", _REQUEST, row.name],
		}
		for row in rows
	]


def _second_looks(user: str) -> list[dict]:
	"""What another Compliance Officer planned or made, and waits for someone else: plans of erasure, and copies of data."""
	if COMPLIANCE_OFFICER not in frappe.get_roles(user):
		return []
	plans = frappe.get_list(
		_RUN,
		{"status": "Planned", "planned_count": (">", 0), "planned_by": ("!=", user)},
		["name", "request"],
		order_by="creation asc",
		limit=20,
		user=user,
	)
	copies = frappe.get_list(
		_COPY,
		{"status": "Ready", "made_by": ("!=", user)},
		["name", "request", "chosen_by"],
		order_by="creation asc",
		limit=20,
		user=user,
	)
	waiting = [
		*((_("Erasure to Approve"), _RUN, row) for row in plans),
		*((_("Copy of Data to Release"), _COPY, row) for row in copies if row.chosen_by != user),
	]
	asked = {row.request for _what, _doctype, row in waiting if row.request}
	requests = {
		row.name: row
		for row in frappe.get_all(_REQUEST, {"name": ("in", [*asked])}, ["name", "party_name", "due_on"])
	}
	return [
		{
			"what": what,
			"title": f"{row.name} ({request.party_name})" if request else row.name,
			"due": request and str(clock.day_for(request.due_on, user)),
			"route": ["Form", doctype, row.name],
		}
		for what, doctype, row in waiting
		for request in [requests.get(row.request)]
	]


def _to_approve(user: str) -> list[dict]:
	"""One duty for all texts, which are approved one after the other; those that the user wrote are not theirs to approve."""
	waiting = (
		[each for each in template_approvals.waiting(user) if not each["mine"]]
		if approves_texts(user)
		else []
	)
	if not waiting:
		return []
	title = waiting[0]["name"] if len(waiting) == 1 else _("{0} texts").format(len(waiting))
	return [{"what": _("Text to Approve"), "title": title, "due": None, "route": [template_approvals.PAGE]}]


def _policies_to_approve(user: str) -> list[dict]:
	"""Drafts without gaps, by when they are to take effect, unless the user wrote or changed them."""
	if not frappe.has_permission(policies.POLICY, "submit", user=user):
		return []
	return [
		{
			"what": _("Policy to Approve"),
			"title": f"{doc.policy_title} ({doc.version_label})",
			"due": str(doc.effective_from),
			"route": ["Form", policies.POLICY, doc.name],
		}
		for doc in policies.drafts(user)
		if user not in doc.authors(doc)
	]


def _matrices_to_approve(user: str) -> list[dict]:
	"""Drafts of the communication matrix, by when they are to take effect, unless the user wrote or changed them."""
	needs_another = frappe.get_cached_doc("Client Comms Settings").four_eyes_on_matrix
	if not needs_another or not frappe.has_permission(policies.MATRIX, "submit", user=user):
		return []
	names = frappe.get_list(
		policies.MATRIX,
		{"docstatus": 0},
		pluck="name",
		order_by="effective_from asc, name asc",
		limit=20,
		user=user,
	)
	drafts = [frappe.get_doc(policies.MATRIX, name) for name in names]
	return [
		{
			"what": _("Matrix to Approve"),
			"title": doc.name,
			"due": str(clock.day_for(doc.effective_from, user)),
			"route": ["Form", doc.doctype, doc.name],
		}
		for doc in drafts
		if user not in doc.authors(doc)
	]
