"""The key in a print link opens a document to whoever has the link; a governed one asks for clearance as well."""

import frappe

from client_comms.enforcement import held
from client_comms.rules import access


def refuse_key(doc, method=None, *args) -> None:
	"""`before_print` of a governed DocType.

	:raises ClearanceMissingError: a request with a key, by somebody who may not print the record
	"""
	if getattr(frappe.local, "request", None) and frappe.form_dict.get("key"):
		held.require(doc.doctype, doc.name, access.PRINT)
