"""Approved texts in the email dialog are filled as the client reads it, in the language of the text (D-3)."""

import frappe
from frappe.translate import print_language
from frappe.utils import cstr

from client_comms.communication_governance import template_values, templates
from client_comms.enforcement.compose import call_previous
from client_comms.people import absences


@frappe.whitelist()
def get_email_template(template_name: str, doc: dict | str, **others):
	"""Frappe fills a text with values as they are stored: 2026-12-02 02:07:43, and the names of types in English.

	:param doc: the values of the document that the email is about
	:returns: `{"subject", "message"}`
	"""
	path = "frappe.email.doctype.email_template.email_template.get_email_template"
	values = frappe.parse_json(doc)
	language = _language_of(template_name, values)
	if not language:
		return call_previous(path, template_name=template_name, doc=doc, **others)
	with print_language(language):
		filled = template_values.in_words(values["doctype"], values, _away(values))
		return call_previous(path, template_name=template_name, doc=filled, **others)


def _language_of(template_name: str, values) -> str | None:
	"""That of the approved use of a text; None if it has none, or the document is not one that such a text can be about."""
	if not isinstance(values, dict) or values.get("doctype") not in templates.DOCTYPES:
		return None
	approved = {"email_template": cstr(template_name), "status": templates.APPROVED}
	return frappe.db.get_value(templates.TEMPLATE, approved, "language")


def _away(values: dict) -> dict:
	"""The placeholder of a text about an interaction that is not one of its fields."""
	staff = cstr(values.get("responsible_staff"))
	if values["doctype"] != templates.INTERACTION:
		return {}
	return {templates.BACK_ON: absences.away({staff}).get(staff) if staff else None}
