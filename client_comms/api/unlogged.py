"""Log unlogged documents, or set them aside (D-1).

Both take `documents`, a list of `{"doctype", "name"}` (or JSON), and process each
separately: one failure does not stop the others.
"""

import frappe
from frappe import _

from client_comms import validation
from client_comms.api.each import one_by_one
from client_comms.intake import failures, unlogged


@frappe.whitelist(methods=["POST"])
def log_unlogged(documents: str | list) -> list[dict]:
	"""Log emails, calls and events as interactions, as if they had been logged on arrival.

	:returns: per document `{"doctype", "name", "interaction"}` (None for an email that only had to be stored), or `"error"` with the message that says why not
	:raises frappe.PermissionError: the user cannot log interactions
	"""
	frappe.has_permission(unlogged.INTERACTION, "create", throw=True)
	return one_by_one(_parsed(documents), lambda doctype, name: {"interaction": unlogged.log(doctype, name)})


@frappe.whitelist(methods=["POST"])
def dismiss_unlogged(documents: str | list, reason: str) -> list[dict]:
	"""Record that documents are not client matters, and why, so that they are no longer listed.

	:returns: per document `{"doctype", "name"}`, or with `"error"` and the message that says why not
	:raises frappe.PermissionError: the user cannot create exemptions
	"""
	frappe.has_permission(failures.EXEMPTION, "create", throw=True)

	def dismiss(doctype: str, name: str) -> dict:
		unlogged.dismiss(doctype, name, reason)
		return {}

	return one_by_one(_parsed(documents), dismiss)


def _parsed(documents: str | list) -> list[dict]:
	"""
	:raises frappe.ValidationError: it is not a list of documents
	"""
	parsed = validation.from_json(documents)
	if not isinstance(parsed, list) or not all(
		isinstance(each, dict)
		and isinstance(each.get("doctype"), str)
		and isinstance(each.get("name"), str | int)
		for each in parsed
	):
		frappe.throw(
			_('Send documents as a list like [{"doctype": "Communication", "name": "…"}].'),
			title=_("Not a List of Documents"),
		)
	return [{"doctype": each["doctype"], "name": each["name"]} for each in parsed]
