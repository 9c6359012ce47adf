"""The Compliance Officers hear of each request of a client, and are reminded of its deadline (P-2, GDPR Art. 12(3))."""

import frappe
from frappe import _
from frappe.utils import formatdate, get_datetime

from client_comms import alerts, clock, transactions
from client_comms.client_privacy import answer_notices
from client_comms.roles import COMPLIANCE_OFFICER, users_with_role
from client_comms.rules import reminders

REQUEST = "Data Subject Request"
_BEFORE = (-7, -1, 0)  # days from the last day; a month before it, the request has just come


def announce(doc) -> None:
	"""`after_insert`: all who can answer it hear of it, besides the one who enters it. A failure does not undo the request."""
	with transactions.part("A request of a client could not be announced", doc.doctype, doc.name):
		alerts.tell(
			{*_answering(doc)} - {frappe.session.user},
			lambda: _("A client asks for {0}: answer {1} by {2}").format(
				_(doc.right), doc.name, formatdate(get_datetime(doc.due_on))
			),
			doc.doctype,
			doc.name,
		)


def remind() -> None:
	"""Daily: of each open request a week and a day before its last day, on that day, and weekly once it has passed. Repeatable; commits for
	each request."""
	now = clock.now()
	for row in frappe.get_all(
		REQUEST,
		[["status", "=", "Open"], ["due_on", "<", frappe.utils.add_days(now, 1 - _BEFORE[0])]],
		["name", "right", "due_on", "last_reminded_on"],
		order_by="due_on asc, name asc",
	):
		if reminders.due(now.date(), row.due_on.date(), row.last_reminded_on, at=_BEFORE) is not None:
			users = _answering(frappe.get_doc(REQUEST, row.name))
			alerts.remind(users, lambda row=row: _due(row, now), REQUEST, row.name)


def _due(row, now) -> str:
	said = (
		_("The answer to the request {0} ({1}) was due on {2}")
		if row.due_on < now
		else _("The request {0} ({1}) must be answered by {2}")
	)
	return said.format(row.name, _(row.right), formatdate(row.due_on))


def _answering(doc) -> list[str]:
	"""The Compliance Officers who can see the client of a request."""
	return answer_notices.first_readers(doc, users_with_role(COMPLIANCE_OFFICER))
