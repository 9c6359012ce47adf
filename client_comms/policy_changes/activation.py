"""What happens when a matrix version comes into force, at once or on a later day (M-1, T-4)."""

import frappe

from client_comms import clock, transactions
from client_comms.communication_governance import matrix
from client_comms.policy_changes import changes, runs


@transactions.again_if_undone
def start_due() -> None:
	"""Begin the reclassification for every version that is in force and asks for it. Called by the scheduler and when a version
	is submitted; each version is processed once, and one that others have replaced before its turn, never."""
	in_force = matrix.in_force_everywhere(clock.now())
	for name in frappe.get_all(
		changes.MATRIX,
		{"name": ("in", [*in_force, ""]), "reclassify_open": 1},
		pluck="name",
		order_by="effective_from asc",
	):
		known = {"kind": runs.RECLASSIFICATION, "reference_name": name}
		if frappe.db.exists(runs.RUN, known):
			continue
		# One worker at a time: the version is locked until its run is stored. A run that another one has stored meanwhile is newer than
		# what this transaction sees.
		transactions.lock(changes.MATRIX, name)
		if not frappe.db.get_value(runs.RUN, known, "name", for_update=True):
			run = runs.prepare(runs.RECLASSIFICATION, changes.MATRIX, name, open_only=True)
			runs.enqueue(run.name)


def follow(doc, method=None) -> None:
	"""`on_submit` of a Communication Matrix."""
	if doc.reclassify_open:
		start_due()
