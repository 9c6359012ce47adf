"""Version 16 lets whoever may write a document discard it for good, past all that a save checks; proof is not discarded (R-3)."""

import frappe
from frappe import _


def refuse(doc, method=None) -> None:
	"""`before_discard` of what only grows.

	:raises frappe.ValidationError: always
	"""
	frappe.throw(
		_("{0} cannot be discarded, because it is evidence.").format(frappe.bold(doc.name)),
		title=_("Cannot Be Discarded"),
	)
