"""Search in link fields (D-5): `ignore_user_permissions` of a request switches off every row condition in Frappe."""

import frappe
from frappe import client
from frappe.desk import search

from client_comms.enforcement import held


@frappe.whitelist()
def search_link(**arguments):
	"""Frappe's search of a link field; the conditions of this app's DocTypes hold whatever the request says."""
	return frappe.call(search.search_link, **_held_to_conditions(arguments))


@frappe.whitelist()
def search_widget(**arguments):
	"""Frappe's search dialog, likewise."""
	return frappe.call(search.search_widget, **_held_to_conditions(arguments))


@frappe.whitelist()
def get_link_title(doctype: str, docname: str):
	"""The title that a link field shows; of a record that the user may not read, its name."""
	if held.is_held(doctype) and not _is_readable(doctype, docname):
		return docname
	return search.get_link_title(doctype, docname)


@frappe.whitelist()
def validate_link(doctype: str, docname: str, fields=None):
	"""What a link field asks of the name typed into it; one that the user may not read is answered as one that is not there."""
	if held.is_held(doctype) and not _is_readable(doctype, docname):
		return {"name": None}
	return client.validate_link(doctype, docname, fields)


def _is_readable(doctype: str, name: str) -> bool:
	return bool(frappe.get_list(doctype, {"name": name}, pluck="name", limit=1))


def _held_to_conditions(arguments: dict) -> dict:
	if query := arguments.get("query"):
		# Frappe looks for a wrapper of every other method, and for none of this one.
		arguments = {**arguments, "query": frappe.override_whitelisted_method(query)}
	if held.is_held(arguments.get("doctype")):
		return {**arguments, "ignore_user_permissions": 0}
	return arguments
