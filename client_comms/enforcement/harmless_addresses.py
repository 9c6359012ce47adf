"""The address of a picture or file ends nothing but itself (P-2). Frappe writes it into pages as it was stored, such as the picture of a client beside
each of their messages, and cleans only other texts: one with a tag would run as the colleague who reads them.
"""

import re

from frappe.model.base_document import BaseDocument

from client_comms.enforcement import compose

_ADDRESSES = ("Attach", "Attach Image")
_MARKUP = re.compile(r"[<>\"]|'.*=|=.*'", re.DOTALL)
_QUOTED = str.maketrans({"<": "%3C", ">": "%3E", '"': "%22", "'": "%27"})
_NO_MARKUP = str.maketrans('<>"', "___")


def quote_stored(**_job) -> None:
	"""`before_request` and `before_job`; does not query the database."""
	compose.around(BaseDocument, "_sanitize_content", _clean)


def quoted(address: str) -> str:
	"""An address that ends nothing but itself."""
	return address.translate(_QUOTED) if _MARKUP.search(address) else address


def without_markup(name: str) -> str:
	"""The name of a new file, which becomes its address: it begins no tag."""
	return name.translate(_NO_MARKUP)


def _clean(clean, doc: BaseDocument) -> None:
	clean(doc)
	for field, value in list(vars(doc).items()):
		if isinstance(value, str) and _MARKUP.search(value) and _is_address(doc, field):
			doc.set(field, quoted(value))


def _is_address(doc: BaseDocument, field: str) -> bool:
	df = doc.meta.get_field(field)
	return bool(df and df.fieldtype in _ADDRESSES)
