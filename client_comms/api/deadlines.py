"""Deadlines in words, and how a change of hours or holidays would affect them (C-3, C-4)."""

import frappe
from frappe import _

from client_comms import validation
from client_comms.client_interactions.clocks import recalculate
from client_comms.client_interactions.due_words import due_words
from client_comms.i18n import refuse
from client_comms.rules import response_clock
from client_comms.rules.messages import RuleError

_PREVIEWED = ("Response Calendar", "Holiday List")


@frappe.whitelist()
def deadline_words(names: str | list) -> dict[str, str]:
	"""The next deadlines of interactions in the words used everywhere, for the rows of a list, which Frappe fills.

	:param names: names or JSON of them
	:returns: name → "Fri 17:00, 1 business day left", for those that the caller can read and whose clocks are running
	:raises frappe.PermissionError: the caller cannot read interactions
	"""
	listed = [str(each) for each in validation.require_list(_("Names"), names)]
	rows = frappe.get_list(
		"Client Interaction",
		{"name": ("in", listed or [""]), "clock_state": response_clock.STATE_RUNNING},
		["name", "company", "next_deadline"],
		limit=0,
	)
	return {row.name: due_words(row.next_deadline, row.company) for row in rows if row.next_deadline}


@frappe.whitelist()
def simulate_deadlines(doc: str | dict) -> dict:
	"""Which deadlines would change if a Response Calendar or Holiday List were saved as it is in the form;
	nothing is saved.

	:param doc: the document as a dict or JSON
	:returns: `{"looked_at": int, "more": bool, "moves": [{"interaction", "subject", "clock", "before", "after"}],
	    "hidden": int, "missing": [text]}`: the changes that the caller can read (datetimes in the site's time zone), and the
	    number of other interactions; `more`: only those with the nearest deadlines were checked; `missing`: for which
	    days the holidays would not be known, and what to do
	:raises frappe.PermissionError: the caller cannot change documents of this type
	"""
	values = validation.require_object(_("Document"), doc)
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
