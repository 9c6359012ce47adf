"""Documents that are sent with the request (P-2): their fields can name a record that their sender cannot read, and a method
looks things up there, as Auto Repeat does with the contacts of the document that it repeats, and a document that is made of another
with those of its client."""

import frappe

from client_comms.enforcement import references
from client_comms.enforcement.linked_columns import parsed

_WITH_METHOD = ("docs", "document")
_TARGET = "target_doc"  # of Frappe's mapper, which asks nothing about what it names


def refuse_named() -> None:
	"""`before_request`; queries the database only for a document that links to governed ones, and whose method is called or
	which others are copied into.

	:raises ClearanceMissingError: the document names a record that the session user cannot read, and did not name it before
	"""
	asked = frappe.form_dict
	for key in (*(_WITH_METHOD if asked.get("method") else ()), _TARGET):
		sent = parsed(asked.get(key))
		if isinstance(sent, dict) and sent.get("doctype"):
			try:
				document = frappe.get_doc(sent)
			except Exception:
				frappe.clear_messages()  # Frappe reports it
				continue
			references.refuse_in_memory(document)
