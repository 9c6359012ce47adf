"""The address of a picture or file ends nothing but itself (P-2). Frappe writes it into pages as it was stored, such as the picture of a client beside
each of their messages, and cleans only other texts: one with a tag would run as the colleague who reads them.

Of other texts, it leaves uncleaned what is JSON, what an email address can stand in, and all of a document that is submitted as it is saved.
"""

import re

from frappe.model.base_document import BaseDocument
from frappe.model.docstatus import DocStatus
from frappe.utils.html_utils import is_json, sanitize_html

ADDRESSES = ("Attach", "Attach Image")
_QUOTED = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22", "'": "%27"})
ALWAYS_SHOWN = ("Data", "Text Editor")
TEXTS = ("Data", "Small Text", "Text", "Long Text", "Text Editor")
# What begins a tag, unless it is an address: a tag without a blank, slash or quote has no attributes.
_TAG = re.compile(r"<\s*[a-z!?/\\]", re.IGNORECASE)
NO_ADDRESS = re.compile(r"<(?![^<>\s/=\"'@]+@[^<>\s/=\"'@]+>)")
_NO_MARKUP = str.maketrans('<>"', "___")


def has_markup(text: str) -> bool:
	"""Whether it would begin a tag, or end an attribute into which it is written as it is. Asked of each text that is saved, however long."""
	return any(sign in text for sign in '<>"') or ("'" in text and "=" in text)


def begins_tag(text: str) -> bool:
	return bool(_TAG.search(text))


def quoted(address: str) -> str:
	"""An address that ends nothing but itself."""
	return address.translate(_QUOTED) if has_markup(address) else address


def without_markup(name: str) -> str:
	"""The name of a new file, which becomes its address: it begins no tag."""
	return name.translate(_NO_MARKUP)


def clean_stored(clean, doc: BaseDocument) -> None:
	"""Around what Frappe cleans in a document that is saved; does not query the database."""
	if submitted := _is_being_submitted(doc):
		submitted, doc.docstatus = doc.docstatus, DocStatus.draft()
	try:
		clean(doc)
	finally:
		if submitted:
			doc.docstatus = submitted
	# Frappe cleans the texts of a submitted document no more.
	final = doc.docstatus.is_submitted() and not submitted
	for field, value in list(vars(doc).items()):
		if isinstance(value, str) and has_markup(value) and (df := doc.meta.get_field(field)):
			if df.fieldtype in ADDRESSES or not final:
				doc.set(field, cleaned(df, value))


def cleaned(df, value: str) -> str:
	"""What a save stores in a field, of what Frappe would store as it is.

	:param df: `fieldtype`, `options` and `ignore_xss_filter` of the field
	"""
	if df.fieldtype in ADDRESSES:
		return quoted(value)
	if df.fieldtype not in TEXTS or df.ignore_xss_filter or not begins_tag(value):
		return value
	if df.options == "Email":
		return NO_ADDRESS.sub("", value)
	if (df.fieldtype in ALWAYS_SHOWN or value.lstrip().startswith('"')) and is_json(value):
		return sanitize_html(value, always_sanitize=True)
	return value


def _is_being_submitted(doc: BaseDocument) -> bool:
	"""Frappe takes the texts of a submitted document for cleaned already, also if they came with the request that submits it."""
	document = getattr(doc, "parent_doc", None) or doc
	return doc.docstatus.is_submitted() and getattr(document, "_action", None) == "submit"
