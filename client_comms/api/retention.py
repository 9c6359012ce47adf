"""Retention, erasure runs and legal holds; only for Compliance Officers (P-2)."""

import frappe
from frappe.query_builder.functions import Count

from client_comms import transactions
from client_comms.client_privacy import retention
from client_comms.client_privacy.erasure import runs
from client_comms.enforcement import legal_holds
from client_comms.roles import require_auditing


@frappe.whitelist(methods=["POST"])
def plan_retention() -> str:
	"""Plan what has expired until today, without changing anything; returns the Erasure Run, planned in the background.

	:raises frappe.PermissionError: the caller is not a Compliance Officer
	:raises client_comms.exceptions.ActionNotPossibleError: another run is not finished
	"""
	return retention.start()


@frappe.whitelist(methods=["POST"])
def approve_run(name: str, answer: str | None = None, otherwise: str | None = None) -> None:
	"""Let a planned Erasure Run begin, in the background. A client whose request it carries out is told before their own records go.

	:param answer: what the client is told; for a request that is still open
	:param otherwise: how they were told if not by email, such as a letter and its date; then no email is sent
	:raises client_comms.exceptions.FourEyesError: the caller planned it
	:raises client_comms.exceptions.ActionNotPossibleError: it is not planned, or there is nothing to erase; the request was
	    refused, the client's identity is no longer confirmed, the answer is missing, or the client gets no emails and
	    `otherwise` is missing
	:raises frappe.PermissionError: the caller is not a Compliance Officer
	"""
	runs.approve(name, answer, otherwise)


@frappe.whitelist(methods=["POST"])
def discard_run(name: str) -> None:
	"""Give up an Erasure Run of which nothing is erased yet."""
	runs.discard(name)


@frappe.whitelist(methods=["POST"])
def resume_run(name: str) -> None:
	"""Continue an Erasure Run that stopped, and try again what failed."""
	runs.resume(name)


@frappe.whitelist()
def run_overview(name: str) -> list[dict]:
	"""How many records an Erasure Run covers: `[{"doctype", "action", "state", "count"}]`.

	:raises frappe.PermissionError: the caller is not a Compliance Officer, or cannot read the run
	"""
	require_auditing()
	frappe.has_permission(runs.RUN, "read", doc=name, throw=True)
	item = frappe.qb.DocType(runs.ITEM)
	kinds = (item.reference_doctype, item.action, item.state)
	rows = frappe.qb.from_(item).where(item.run == name).groupby(*kinds).orderby(*kinds)
	return [
		{"doctype": doctype, "action": action, "state": state, "count": count}
		for doctype, action, state, count in rows.select(*kinds, Count("*")).run()
	]


@frappe.whitelist(methods=["POST"])
def release_hold(name: str, reason: str) -> str:
	"""Release a Legal Hold; returns its status.

	:raises client_comms.exceptions.ActionNotPossibleError: it has ended already, or the reason is missing
	:raises frappe.PermissionError: the caller cannot change holds
	"""
	hold = transactions.locked(legal_holds.HOLD, name)
	hold.check_permission("write")
	hold.release(reason)
	return hold.status
