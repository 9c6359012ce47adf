"""Tables that a request gives to a document, although its DocType does not have them (P-2).

Version 16 keeps the tables of a document, its fields and other things that it knows of its DocType beside its values, and means to
take none of them from a request; but of the list of these names nothing is left when it is read a second time. So a request could
name a table of its own, of any DocType, and Frappe stored its rows with the document, without permission and without any check: a
share of a hidden record, a role, a grant.
"""

from frappe.model import base_document

_RESERVED, _COMPUTED = "RESERVED_KEYWORDS", "UNPICKLABLE_KEYS"


def leave_out(**_job) -> None:
	"""`before_request` and `before_job`: what Frappe computes for a document is not taken from what is sent; once in a process."""
	reserved, computed = (getattr(base_document, names, frozenset()) for names in (_RESERVED, _COMPUTED))
	if not computed <= reserved:
		setattr(base_document, _RESERVED, reserved | computed)
