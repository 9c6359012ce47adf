"""Stores the due dates by which clocks were already judged, on the last event of each interaction, and the
keys of breaches.

Continues where it stopped: what is already stored is not stored again.
"""

import frappe

from client_comms import clock
from client_comms.client_interactions.clocks import replay
from client_comms.rules import escalation

_CHUNK = 500
_DONE = "client_comms_judgements_kept_until"


def execute():
	done = frappe.db.get_global(_DONE) or ""
	while names := frappe.get_all(
		"Client Interaction", {"name": (">", done)}, pluck="name", order_by="name asc", limit=_CHUNK
	):
		for name in names:
			keep(name)
		done = names[-1]
		frappe.db.set_global(_DONE, done)
		# nosemgrep: frappe-manual-commit (a patch that is stopped loses at most this chunk)
		frappe.db.commit()
	frappe.db.set_global(_DONE, None)


def keep(name: str) -> None:
	doc = frappe.get_doc("Client Interaction", name)
	clocks = doc.clocks()
	if doc.events and (judgements := replay.unkept_judgements(clocks, doc.events)):
		doc.events[-1].db_set("judged", replay.keep_judgements(judgements), update_modified=False)
	told = {row.note: row for row in doc.events if row.event == escalation.BREACHED and not row.action_key}
	for each in clocks.current:
		if row := each.due and told.get(f"{each.name} {clock.to_stored(each.due)}"):
			row.db_set("action_key", escalation.breach_key(each), update_modified=False)
