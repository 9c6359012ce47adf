"""Several documents changed by one request (R-3).

Where one fails, Frappe takes the next, and stores what had been written of the failed one by then: the values of the document, which are written before
its rows. A request with a row that is refused so changed an interaction, a level or a user past all that follows the change: the history, the versions,
the ledger.
"""

import frappe
from frappe import _

from client_comms import transactions
from client_comms.enforcement.compose import call_previous
from client_comms.i18n import bold

_METHOD = "frappe.client.bulk_update"
_OF_LISTS = "frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs"
_IN_BACKGROUND = 20  # from as many on, Frappe changes them in a job, and tells nothing


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


@frappe.whitelist()
def submit_cancel_or_update_docs(
	doctype: str,
	docnames: str | list,
	action: str = "submit",
	data: str | dict | None = None,
	task_id: str | None = None,
) -> list | None:
	"""What lists do with several documents. Of this app's, one message says for each why it was refused: Frappe's messages do not say which
	document they are about, and its lists then say that all were changed.

	:raises frappe.ValidationError: all of them were refused
	"""
	given = {"doctype": doctype, "action": action, "data": data, "task_id": task_id}
	names = frappe.parse_json(docnames)
	if not _is_ours(doctype) or len(names) >= _IN_BACKGROUND:
		return call_previous(_OF_LISTS, docnames=docnames, **given)
	refused = {}
	for name in names:
		told = len(frappe.local.message_log)
		if call_previous(_OF_LISTS, docnames=[name], **given):
			refused[name] = _why(frappe.local.message_log[told:])
			del frappe.local.message_log[told:]
	if refused:
		lines = [f"{bold(name)}: {why}" for name, why in refused.items()]
		raises = frappe.ValidationError if len(refused) == len(names) else 0
		title = _("{0} Not Changed").format(len(refused))
		frappe.msgprint(lines, title=title, as_list=True, indicator="orange", raise_exception=raises)
	return [*refused]


def _is_ours(doctype: str) -> bool:
	module = frappe.db.get_value("DocType", doctype, "module", cache=True)
	return module in frappe.get_module_list("client_comms")


def _why(messages: list) -> str:
	"""What was said last; with the refusal, Frappe also keeps what was said before it."""
	said = [frappe.parse_json(each).get("message") for each in messages]
	return next(filter(None, reversed(said)), None) or _("An error prevented it, which Error Log describes.")
