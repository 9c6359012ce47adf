"""Several documents changed by one request (R-3).

Where one fails, Frappe takes the next, and stores what had been written of the failed one by then: the values of the document, which are written before
its rows. A request with a row that is refused so changed an interaction, a level or a user past all that follows the change: the history, the versions,
the ledger.
"""

import frappe
from frappe import _

from client_comms import i18n, transactions
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.methods import several

_METHOD = "frappe.client.bulk_update"
_OF_LISTS = "frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs"
# From as many on, Frappe changes them in a job, which tells nothing; and it takes no more
_IN_BACKGROUND, _MOST = 20, 500
_SECONDS = 1000
_NAMED = 10  # of the refused, in a notification
_TITLES = {"submit": "Submitting {0}", "cancel": "Cancelling {0}"}  # Frappe's, which it translates
_UNHEARD = "client_comms_bulk_update"  # for Frappe, each is the last one


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
	if not (isinstance(names, list) and len(names) <= _MOST and _is_ours(doctype)):
		return call_previous(_OF_LISTS, docnames=docnames, **given)
	if len(names) >= _IN_BACKGROUND:
		told = _("{0} records are being changed in the background. You will be told what is refused.")
		frappe.msgprint(told.format(len(names)), alert=True)
		frappe.enqueue(change_in_background, queue="short", timeout=_SECONDS, names=names, **given)
		return None
	refused = _change(names, **given)
	if refused:
		several.tell(refused, len(names))
	return [*refused]


def change_in_background(names: list[str], doctype: str, **given) -> None:
	"""A job: what it refused is told to its user at once, and stays as a notification."""
	user = frappe.session.user
	with i18n.speaking_to(user):
		refused = _change(names, doctype, **given)
		if not refused:
			return
		lines, title = several.lines(refused), several.title(refused)
		more = [_("and {0} more").format(len(lines) - _NAMED)] if len(lines) > _NAMED else []
		told = {"type": "Alert", "for_user": user, "from_user": user, "document_type": doctype}
		told["subject"] = "<br>".join([f"{title} ({_(doctype)})", *lines[:_NAMED], *more])
		frappe.get_doc({"doctype": "Notification Log", **told}).insert(ignore_permissions=True)
		said = {"message": lines, "title": title, "as_list": 1, "indicator": "orange"}
		frappe.publish_realtime("msgprint", said, user=user, after_commit=True)


def _change(
	names: list[str], doctype: str, action: str, data=None, task_id: str | None = None
) -> dict[str, str]:
	"""Name → why, of those that were refused."""
	refused = {}
	given = {"doctype": doctype, "action": action, "data": data, "task_id": _UNHEARD}
	title = _(_TITLES.get(action, "Updating {0}")).format(_(doctype))
	for number, name in enumerate(names, start=1):
		told = len(frappe.local.message_log)
		if call_previous(_OF_LISTS, docnames=[name], **given):
			why = several.why(frappe.local.message_log[told:])
			refused[name] = why or _("An error prevented it, which Error Log describes.")
			del frappe.local.message_log[told:]
		frappe.publish_progress(100 * number / len(names), title, description=name, task_id=task_id)
	return refused


def _is_ours(doctype: str) -> bool:
	module = frappe.db.get_value("DocType", doctype, "module", cache=True)
	return module in frappe.get_module_list("client_comms")
