"""Several documents changed by one request (R-3).

Where one fails, Frappe takes the next, and stores what had been written of the failed one by then: the values of the document, which are written before
its rows. A request with a row that is refused so changed an interaction, a level or a user past all that follows the change: the history, the versions,
the ledger.
"""

import frappe

from client_comms import transactions
from client_comms.enforcement.compose import call_previous

_METHOD = "frappe.client.bulk_update"


class _FailedError(Exception):
	"""What was written of the document is undone."""


@frappe.whitelist()
def bulk_update(docs: str | list) -> dict:
	failed = []
	for doc in frappe.parse_json(docs):
		with transactions.part(only=(_FailedError,)):
			answer = call_previous(_METHOD, docs=frappe.as_json([doc]))
			failed += answer["failed_docs"]
			if answer["failed_docs"]:
				raise _FailedError
	return {"failed_docs": failed}
