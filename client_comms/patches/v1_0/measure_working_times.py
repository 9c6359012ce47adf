"""Measures the working time of clocks that were met before it was stored.

Continues where it stopped: the last name of each chunk is stored with the chunk.
"""

import frappe

from client_comms import clock

_CHUNK = 500
_DONE = "client_comms_measured_until"


def execute():
	done = frappe.db.get_global(_DONE) or ""
	while names := frappe.get_all(
		"Client Interaction",
		filters={"name": (">", done)},
		or_filters={"acknowledged_on": ("is", "set"), "responded_on": ("is", "set")},
		pluck="name",
		order_by="name asc",
		limit=_CHUNK,
	):
		for name in names:
			measure(name)
		done = names[-1]
		frappe.db.set_global(_DONE, done)
		# nosemgrep: frappe-manual-commit (a patch that is stopped loses at most this chunk)
		frappe.db.commit()
	frappe.db.set_global(_DONE, None)


def measure(name: str) -> None:
	clocks = frappe.get_doc("Client Interaction", name).clocks()
	frappe.db.set_value(
		"Client Interaction",
		name,
		{
			"answered_on": clock.to_stored(clocks.answered_at),
			"acknowledge_working_seconds": clocks.acknowledge_seconds or 0,
			"respond_working_seconds": clocks.answer_seconds or 0,
		},
		update_modified=False,
	)
