"""The address of a picture or file ends nothing but itself (P-2). Frappe writes it into pages as it was stored, such as the picture of a client beside
each of their messages, and cleans only other texts: one with a tag would run as the colleague who reads them.

Of other texts, it leaves uncleaned what is JSON, what an email address can stand in, and all of a document that is submitted as it is saved.
"""

import re

from frappe.model.base_document import BaseDocument
from frappe.model.docstatus import DocStatus
from frappe.utils.html_utils import is_json, sanitize_html

from client_comms.enforcement import compose

_ADDRESSES = ("Attach", "Attach Image")
_QUOTED = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22", "'": "%27"})
_ALWAYS_SHOWN = ("Data", "Text Editor")
_TEXTS = ("Data", "Small Text", "Text", "Long Text", "Text Editor")
# What begins a tag, unless it is an address: a tag without a blank, slash or quote has no attributes.
_TAG = re.compile(r"<\s*[a-z!?/\\]", re.IGNORECASE)
_NO_ADDRESS = re.compile(r"<(?![^<>\s/=\"'@]+@[^<>\s/=\"'@]+>)")
_NO_MARKUP = str.maketrans('<>"', "___")


def quote_stored(**_job) -> None:
	"""`before_request` and `before_job`; does not query the database."""
	compose.around(BaseDocument, "_sanitize_content", _clean)


def has_markup(text: str) -> bool:
	"""Whether it would begin a tag, or end an attribute into which it is written as it is. Asked of each text that is saved, however long."""
	return any(sign in text for sign in '<>"') or ("'" in text and "=" in text)


def quoted(address: str) -> str:
	"""An address that ends nothing but itself."""
	return address.translate(_QUOTED) if has_markup(address) else address


def without_markup(name: str) -> str:
	"""The name of a new file, which becomes its address: it begins no tag."""
	return name.translate(_NO_MARKUP)


def _clean(clean, doc: BaseDocument) -> None:
	if submitted := _is_being_submitted(doc):
		submitted, doc.docstatus = doc.docstatus, DocStatus.draft()
	try:
		clean(doc)
	finally:
		if submitted:
			doc.docstatus = submitted
	for field, value in list(vars(doc).items()):
		if isinstance(value, str) and has_markup(value) and (df := doc.meta.get_field(field)):
			_clean_field(doc, df, value, final=doc.docstatus.is_submitted() and not submitted)


def _is_being_submitted(doc: BaseDocument) -> bool:
	"""Frappe takes the texts of a submitted document for cleaned already, also if they came with the request that submits it."""
	document = getattr(doc, "parent_doc", None) or doc
	return doc.docstatus.is_submitted() and getattr(document, "_action", None) == "submit"


def _clean_field(doc: BaseDocument, df, value: str, final: bool) -> None:
	if df.fieldtype in _ADDRESSES:
		doc.set(df.fieldname, quoted(value))
	elif final or df.fieldtype not in _TEXTS or df.ignore_xss_filter or not _TAG.search(value):
		return
	elif df.options == "Email":
		doc.set(df.fieldname, _NO_ADDRESS.sub("", value))
	elif (df.fieldtype in _ALWAYS_SHOWN or value.lstrip().startswith('"')) and is_json(value):
		doc.set(df.fieldname, sanitize_html(value, always_sanitize=True))
