"""What a change of hours or holidays would do to deadlines (C-3, C-4)."""

import frappe
from frappe import _

from client_comms.client_interactions.clocks import recalculate
from client_comms.i18n import refuse
from client_comms.rules.messages import RuleError

_PREVIEWED = ("Response Calendar", "Holiday List")


@frappe.whitelist()
def simulate_deadlines(doc: str | dict) -> dict:
	"""What saving a Response Calendar or a Holiday List, as it stands in the form, would move; nothing is saved.

	:param doc: the document as a dict or JSON
	:returns: `{"looked_at": int, "more": bool, "moves": [{"interaction", "subject", "clock", "before", "after"}],
	    "hidden": int}`: the moves that the caller may read (moments in the site's time zone), the number of
	    interactions with others; `more`: only those with the nearest deadlines were looked at
	:raises frappe.PermissionError: the caller may not change documents of this kind
	"""
	values = frappe.parse_json(doc)
	if values.get("doctype") not in _PREVIEWED:
		frappe.throw(
			_("Choose one of these: {0}.").format(", ".join(_(each) for each in _PREVIEWED)),
			title=_("No Preview"),
		)
	frappe.has_permission(values["doctype"], "write", throw=True)
	try:
		return recalculate.simulate(frappe.get_doc(values))
	except RuleError as refusal:
		refuse(refusal.message, title=_("Calendar Cannot Be Used"))
