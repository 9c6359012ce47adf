"""Counts the deadlines that existing interactions have missed, earlier rounds included; only those that missed any are read.

Continues where it stopped: what is counted is not counted again.
"""

import frappe

INTERACTION = "Client Interaction"
_CHUNK = 500


def execute():
	while names := frappe.get_all(
		INTERACTION,
		{"breached": 1, "missed_deadlines": 0},
		pluck="name",
		order_by="name asc",
		limit=_CHUNK,
	):
		for name in names:
			missed = frappe.get_doc(INTERACTION, name).clocks().missed
			# Whatever the history says today, it was judged as missed once.
			frappe.db.set_value(INTERACTION, name, "missed_deadlines", max(missed, 1), update_modified=False)
		# nosemgrep: frappe-manual-commit (a patch that is stopped loses at most this chunk)
		frappe.db.commit()
