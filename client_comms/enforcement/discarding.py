"""Version 16 lets users with write access discard a document without the checks of a save; evidence cannot
be discarded (R-3)."""

import frappe
from frappe import _

from client_comms.i18n import bold


def refuse(doc, method=None) -> None:
	"""`before_discard` of append-only documents.

	:raises frappe.ValidationError: always
	"""
	frappe.throw(
		_("{0} cannot be discarded, because it is evidence.").format(bold(doc.name)),
		title=_("Cannot Be Discarded"),
	)
