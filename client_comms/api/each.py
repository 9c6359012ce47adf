"""Do the same with several documents, one after the other: a refusal of one does not stop the others."""

from collections.abc import Callable, Iterable

import frappe
from frappe import _

from client_comms import transactions

_REFUSALS = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)


def one_by_one(documents: Iterable[dict], do: Callable[..., dict]) -> list[dict]:
	"""Call `do` with each of `documents` as its arguments.

	:returns: per document what it is and what `do` returned, or `"error"` with the message that says why not
	"""
	done = []
	for document in documents:
		messages = len(frappe.local.message_log)
		with transactions.part(only=_REFUSALS) as part:
			done.append({**document, **do(**document)})
		if part.error:
			said = [frappe.parse_json(each).get("message") for each in frappe.local.message_log[messages:]]
			del frappe.local.message_log[messages:]  # it is in the answer
			reason = str(part.error) or next(filter(None, reversed(said)), None)
			done.append({**document, "error": reason or _("You have no permission to do this.")})
	return done
