"""The event with which a substitution begins has a key of its own; before, the words of its note were compared."""

import frappe

from client_comms.client_interactions.changes import HANDED_OVER, REASSIGNED

INTERACTION, EVENT = "Client Interaction", "Interaction Event"


def execute():
	held = frappe.get_all(
		INTERACTION, {"substituting_for": ("is", "set")}, ["name", "substituting_for"], order_by=None
	)
	for row in held:
		begun = {
			"parenttype": INTERACTION,
			"parent": row.name,
			"event": REASSIGNED,
			"note": ("like", f"{row.substituting_for} → %"),
		}
		if event := frappe.db.get_value(EVENT, begun, order_by="idx desc"):
			frappe.db.set_value(EVENT, event, "action_key", HANDED_OVER, update_modified=False)
