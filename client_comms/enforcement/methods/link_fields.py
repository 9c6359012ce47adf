"""Search in link fields (D-5): in Frappe, `ignore_user_permissions` in a request disables all row conditions."""

from html import unescape

import frappe
from frappe.utils import cint, cstr, escape_html

from client_comms import compat, i18n, roles
from client_comms.clients import confirmation
from client_comms.enforcement import guards, link_options
from client_comms.enforcement.compose import call_previous

_OWN_QUERIES = "client_comms.api.queries."


@frappe.whitelist()
def search_link(**arguments):
	"""Frappe's search for a link field; the conditions of this app's DocTypes always apply."""
	if _is_offered(**arguments):
		return [{"value": name, "label": title, "description": name} for name, title in _choices(**arguments)]
	found = call_previous("frappe.desk.search.search_link", **_held_to_conditions(arguments))
	if arguments.get("doctype") == "Communication Channel":
		return [{**row, "label": i18n.channel(row["value"])} for row in found]
	return _by_full_name(found) if _asks_for_staff(**arguments) else found


@frappe.whitelist()
def search_widget(**arguments):
	"""Frappe's search dialog, in the same way."""
	if _is_offered(**arguments):
		return _choices(**arguments)
	return call_previous("frappe.desk.search.search_widget", **_held_to_conditions(arguments))


@frappe.whitelist()
def get_link_title(doctype: str, docname: str, **others):
	"""The title that a link field shows; for a record that the user cannot read, its name. Frappe tells every login the title of any document, such
	as the names of clients, which are numbered one after the other."""
	if guards.is_held(doctype) and not _is_readable(doctype, docname):
		return docname
	if not roles.has_desk() and not _is_for_client(doctype, docname):
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


def _is_for_client(doctype: str, name: str) -> bool:
	"""Whether a document is the session user's to read, or a client for whom they speak."""
	clients = (client for _contact, *client in confirmation.clients_of_login(frappe.session.user))
	return [doctype, name] in clients or bool(frappe.has_permission(doctype, "read", doc=name))


def _is_offered(doctype: str = "", query: str = "", **_other) -> bool:
	"""Whether the app chooses what is offered, and not a query of its own that says for whom it is."""
	return not cstr(query).startswith(_OWN_QUERIES) and link_options.is_offered(doctype)


def _choices(doctype: str, txt: str = "", filters=None, page_length=10, **_other) -> list[tuple[str, str]]:
	return link_options.find(doctype, txt.strip(), filters, min(cint(page_length) or 10, 50))


def _asks_for_staff(doctype: str = "", query: str = "", reference_doctype: str = "", **_other) -> bool:
	"""Whether a dialog, report or form of this app looks for a user; those of other apps show users as Frappe does."""
	if doctype != "User":
		return False
	asking = reference_doctype and frappe.db.get_value("DocType", reference_doctype, "module", cache=True)
	return cstr(query).startswith(_OWN_QUERIES) or asking in frappe.get_module_list("client_comms")


def _by_full_name(users: list[dict]) -> list[dict]:
	"""The same users, whose names stand before their addresses. Frappe draws the `html` of an option; what it compares with what is typed and
	puts into the field stays. Names are stored as HTML. Its own line for the name is then hidden by the style."""
	return [
		{
			**user,
			"html": f"""<strong class="client-comms-user">{escape_html(unescape(user["description"]))}</strong>
				<span class="small d-block">{escape_html(user["value"])}</span>""",
		}
		if user.get("description")
		else user
		for user in users
	]


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
	if guards.is_held(arguments.get("doctype")) or _is_asked_elsewhere(**arguments):
		return {**arguments, "ignore_user_permissions": 0}
	return arguments


def _is_asked_elsewhere(
	reference_doctype: str | None = None, link_fieldname: str | None = None, **_other
) -> bool:
	"""Whether the field is not one of the DocType, but that for the new value of several records: Frappe fails where the real field disregards
	user permissions."""
	if not (reference_doctype and link_fieldname) or not frappe.db.exists(
		"DocType", reference_doctype, cache=True
	):
		return False
	return not frappe.get_meta(reference_doctype).has_field(link_fieldname)
