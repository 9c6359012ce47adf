"""Counts the deadlines that existing interactions have missed, earlier rounds included; only those that missed any are read.

Continues where it stopped: what is counted is not counted again.
"""

import frappe

from client_comms.client_interactions.clocks import replay

INTERACTION = "Client Interaction"
_CHUNK = 500


def execute():
	last = ""
	while rows := frappe.get_all(
		INTERACTION,
		{"breached": 1, "missed_deadlines": 0, "name": (">", last)},
		["name", *replay.TERMS_FIELDS],
		order_by="name asc",
		limit=_CHUNK,
	):
		events: dict[str, list] = {row.name: [] for row in rows}
		for event in frappe.get_all(
			"Interaction Event",
			{"parenttype": INTERACTION, "parent": ("in", [*events])},
			["parent", *replay.EVENT_FIELDS],
			order_by="parent asc, idx asc",
		):
			events[event.parent].append(event)
		for row in rows:
			missed = replay.replay(row, events[row.name]).missed
			# Whatever the history says today, it was judged as missed once.
			values = {"missed_deadlines": max(missed, 1)}
			frappe.db.set_value(INTERACTION, row.name, values, update_modified=False)
		last = rows[-1].name
		# nosemgrep: frappe-manual-commit (a patch that is stopped loses at most this chunk)
		frappe.db.commit()
