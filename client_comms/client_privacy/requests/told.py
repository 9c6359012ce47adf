"""That what a client was told about their erasure comes true (P-2): no hold keeps what they know to be gone."""

from collections import defaultdict

import frappe
from frappe import _

from client_comms import transactions
from client_comms.client_privacy.erasure import runs
from client_comms.client_privacy.requests import sealed
from client_comms.enforcement import anchors
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold


def require_not_told(on: tuple[str, str]) -> None:
	"""Before a hold or a restriction is placed. A run locks its row before it looks for holds and tells the client, so of the two, the second
	one sees the first: either the client is not told, or what goes last cannot be kept any more.

	:param on: (DocType, name) of what is to be kept
	:raises ActionNotPossibleError: the client was told that it is erased
	:raises BusyError: see `transactions.lock`
	"""
	begun = {
		"kind": runs.ERASURE_REQUEST,
		"status": ("in", (runs.APPROVED, runs.RUNNING, runs.FAILED)),
		"approved_by": ("is", "set"),
	}
	for name in frappe.get_all(runs.RUN, begun, pluck="name", order_by="name asc"):
		run = transactions.locked(runs.RUN, name)
		if sealed.opened(run.secret).get("told") and _goes(name, on):
			frappe.throw(
				_(
					"The client of {0} has been told that their data are erased, and {1} erases what is left of them just now, so this cannot be kept any more. If something else must be kept, place a hold on that."
				).format(bold(run.request), bold(name)),
				exc=ActionNotPossibleError,
				title=_("Too Late"),
			)


def still_to_go(run: str) -> dict[str, list[str]]:
	"""DocType → names of what a run has not erased yet."""
	found = defaultdict(list)
	waiting = {"run": run, "state": runs.ITEM_PLANNED}
	for row in frappe.get_all(runs.ITEM, waiting, ["reference_doctype", "reference_name"], order_by=None):
		found[row.reference_doctype].append(row.reference_name)
	return found


def _goes(run: str, on: tuple[str, str]) -> bool:
	"""Whether that, or something that belongs to it, is still to be erased, or was just before."""
	for doctype, names in still_to_go(run).items():
		if any(on in reached for reached in anchors.of_each(doctype, names).values()):
			return True
	return False
