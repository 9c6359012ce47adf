"""Names of records that can be confidential show nothing of what is in them (P-2): names are in links, addresses, logs and refusals."""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.model import data_fieldtypes

from client_comms.enforcement import documents, guards
from client_comms.i18n import bold
from client_comms.rules import record_names as rules

_RULE, _PROPERTY = "Document Naming Rule", "Property Setter"
_TEXTS = ("Code", "Data", "HTML Editor", "Long Text", "Markdown Editor", "Small Text", "Text", "Text Editor")
_SERIES, _NAMING = "naming_series", "autoname"


def refuse_property(doc, method=None) -> None:
	"""`validate` of Property Setter, which *Customize Form* and *Document Naming Settings* make.

	:raises frappe.ValidationError: records that can be confidential would be named by what is in them
	"""
	if _sets_content(doc):
		_refuse(doc.doc_type)


def refuse_rule(doc, method=None) -> None:
	"""`validate` of Document Naming Rule, whose conditions can look into texts as well.

	:raises frappe.ValidationError: as above
	"""
	if _shows(doc):
		_refuse(doc.document_type)


def existing() -> Iterator[tuple[str, str]]:
	"""What names confidential records by their content since before they were: (DocType, document that says so)."""
	for setter in frappe.get_all(
		_PROPERTY,
		{"doc_type": ("in", [*guards.held()]), "property": ("in", (_NAMING, "options", "default"))},
		["name", "doc_type", "property", "field_name", "value"],
		order_by="name asc",
	):
		if _sets_content(setter):
			yield setter.doc_type, f"{_PROPERTY} {setter.name}"
	about = {"document_type": ("in", [*guards.held()]), "disabled": 0}
	for name in frappe.get_all(_RULE, about, pluck="name", order_by="name asc"):
		rule = frappe.get_doc(_RULE, name)
		if _shows(rule):
			yield rule.document_type, f"{_RULE} {name}"


def _sets_content(setter) -> bool:
	patterns = _patterns(setter)
	fields = patterns and _fields(setter.doc_type)
	return bool(fields) and any(rules.show_content(pattern, fields) for pattern in patterns)


def _patterns(setter) -> list[str]:
	if setter.property == _NAMING:
		return [setter.value or ""]
	if setter.field_name == _SERIES and setter.property in ("options", "default"):
		return (setter.value or "").split("\n")
	return []


def _shows(rule) -> bool:
	fields = _fields(rule.document_type)
	if not fields:
		return False
	conditions = (fields.get(row.field) for row in rule.conditions)
	return rules.show_content(rule.prefix, fields) or any(kind in _TEXTS for kind in conditions)


def _fields(doctype: str) -> dict[str, str]:
	"""Of a DocType whose records can be confidential, fields → their types; empty for others."""
	if not guards.is_held(doctype) or (doctype in documents.SETTING and not documents.is_governed(doctype)):
		return {}
	meta = guards.meta_of(doctype)
	fields = meta.fields if meta else ()
	return {field.fieldname: field.fieldtype for field in fields if field.fieldtype in data_fieldtypes}


def _refuse(doctype: str) -> None:
	frappe.throw(
		_(
			"Records of type {0} can be confidential, and everyone can see a name. Name them by numbers, dates or the company, not by what is in them or by what users enter."
		).format(bold(_(doctype))),
		title=_("Names Would Show Content"),
	)
