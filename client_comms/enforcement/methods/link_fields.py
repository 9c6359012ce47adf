"""Search in link fields (D-5): in Frappe, `ignore_user_permissions` in a request disables all row conditions."""

import frappe
from frappe.utils import cint

from client_comms import compat
from client_comms.enforcement import guards, link_options
from client_comms.enforcement.compose import call_previous


@frappe.whitelist()
def search_link(**arguments):
	"""Frappe's search for a link field; the conditions of this app's DocTypes always apply."""
	if link_options.is_offered(arguments.get("doctype")):
		return [{"value": name, "label": title, "description": name} for name, title in _choices(**arguments)]
	return call_previous("frappe.desk.search.search_link", **_held_to_conditions(arguments))


@frappe.whitelist()
def search_widget(**arguments):
	"""Frappe's search dialog, in the same way."""
	if link_options.is_offered(arguments.get("doctype")):
		return _choices(**arguments)
	return call_previous("frappe.desk.search.search_widget", **_held_to_conditions(arguments))


@frappe.whitelist()
def get_link_title(doctype: str, docname: str, **others):
	"""The title that a link field shows; for a record that the user cannot read, its name."""
	if guards.is_held(doctype) and not _is_readable(doctype, docname):
		return docname
	return call_previous("frappe.desk.search.get_link_title", doctype=doctype, docname=docname, **others)


@frappe.whitelist()
def validate_link(doctype: str, docname: str, **others):
	"""Validates a name typed into a link field; a record that the user cannot read is answered as if it did not exist.

	In version 15.
	"""
	if link_options.is_offered(doctype):
		return {"name": docname if link_options.exists(doctype, docname) else None}
	if guards.is_held(doctype) and not _is_readable(doctype, docname):
		return {"name": None}
	return call_previous("frappe.client.validate_link", doctype=doctype, docname=docname, **others)


@frappe.whitelist(methods=["GET", "POST"])
def validate_link_and_fetch(doctype: str, docname: str, **others):
	"""The same in version 16."""
	if link_options.is_offered(doctype):
		return {"name": docname} if link_options.exists(doctype, docname) else {}
	if guards.is_held(doctype) and not _is_readable(doctype, docname):
		return {}
	asked = _held_to_conditions({**others, "doctype": doctype, "docname": docname})
	return call_previous("frappe.client.validate_link_and_fetch", **asked)


def _choices(doctype: str, txt: str = "", filters=None, page_length=10, **_other) -> list[tuple[str, str]]:
	return link_options.find(doctype, txt.strip(), filters, min(cint(page_length) or 10, 50))


def _is_readable(doctype: str, name: str) -> bool:
	if link_options.is_offered(doctype):
		return link_options.exists(doctype, name)
	return bool(frappe.get_list(doctype, {"name": name}, pluck="name", limit=1))


def _held_to_conditions(arguments: dict) -> dict:
	if compat.offers_no_users(arguments.get("doctype"), arguments.get("query"), arguments.get("filters")):
		arguments = {**arguments, "query": "client_comms.api.queries.colleagues"}
	if query := arguments.get("query"):
		# Frappe looks up a wrapper for every method except this one.
		arguments = {**arguments, "query": frappe.override_whitelisted_method(query)}
	if guards.is_held(arguments.get("doctype")):
		return {**arguments, "ignore_user_permissions": 0}
	return arguments
