"""Methods of a document that is sent with the request (P-2): its fields can name a record that its sender cannot read, and
the method looks things up there, as Auto Repeat does with the contacts of the document that it repeats."""

import frappe

from client_comms.enforcement import references
from client_comms.enforcement.linked_columns import parsed

_SENT = ("docs", "document")


def refuse_named() -> None:
	"""`before_request`; queries the database only if the method of a document is called that links to governed ones.

	:raises ClearanceMissingError: the document names a record that the session user cannot read, and did not name it before
	"""
	asked = frappe.form_dict
	for key in _SENT if asked.get("method") else ():
		sent = parsed(asked.get(key))
		if isinstance(sent, dict) and sent.get("doctype"):
			try:
				document = frappe.get_doc(sent)
			except Exception:
				frappe.clear_messages()  # Frappe reports it
				continue
			references.refuse_in_memory(document)
