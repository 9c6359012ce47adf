"""Find missed deadlines without anyone opening a record (C-3, C-4).

The sweep asks the index on `sweep_at` for interactions at which something is due, so its cost follows
what is due and not what exists. It locks the rows it takes and skips rows that another sweep holds, marks
each missed deadline with one event, and commits in chunks: running it twice at once, or killing it,
changes nothing in the outcome.
"""

import frappe
from frappe import _

from client_comms import clock
from client_comms.client_interactions import alerts
from client_comms.client_interactions.doctype.client_interaction.client_interaction import BREACHED

CHUNK = 50
DEADLOCKS = 10


def run() -> int:
	"""Handle every interaction at which something is due; returns how many were handled."""
	handled = set()  # no record twice in a run, so that it ends whatever a record does
	deadlocks = 0
	while names := [name for name in _take_due(CHUNK) if name not in handled]:
		try:
			for name in names:
				_handle(name)
		except frappe.QueryDeadlockError:
			# The database took back the whole chunk and its locks: what is due is taken anew.
			frappe.db.rollback()
			deadlocks += 1
			if deadlocks > DEADLOCKS:
				raise
			continue
		frappe.db.commit()  # nosemgrep: the lock ends here; a killed sweep loses at most this chunk
		handled.update(names)
	return len(handled)


def _take_due(limit: int) -> list[str]:
	table = frappe.qb.DocType("Client Interaction")
	return (
		frappe.qb.from_(table)
		.select(table.name)
		.where(table.sweep_at < clock.now())  # a deadline is missed after it, not at it
		.orderby(table.sweep_at)
		.limit(limit)
		.for_update(skip_locked=True)
	).run(pluck=True)


def _handle(name: str) -> None:
	frappe.db.savepoint("client_comms_sweep")
	try:
		# Read under the lock: the transaction may have begun before the record was last changed.
		mark_missed(frappe.get_doc("Client Interaction", name, for_update=True))
	except frappe.QueryDeadlockError:
		raise
	except Exception:
		frappe.db.rollback(save_point="client_comms_sweep")
		frappe.log_error(
			title=_("Sweep of response clocks failed"),
			reference_doctype="Client Interaction",
			reference_name=name,
		)
		# Looked at again in an hour, so that one broken record does not stop the others.
		frappe.db.set_value(
			"Client Interaction",
			name,
			"sweep_at",
			frappe.utils.add_to_date(clock.now(), hours=1),
			update_modified=False,
		)


def mark_missed(doc) -> None:
	"""Write one `Breached` event for each deadline that passed unmet, tell people, and set the next look."""
	missed = doc.unmarked_breaches(doc.clocks())
	for note in missed:
		doc.append_event(BREACHED, clock.now(), note, by="Administrator")
	doc.save_by_app()
	for each in missed.values():
		alerts.deadline_missed(doc, each.name)
