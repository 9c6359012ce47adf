"""What happens when a matrix version comes into force, at once or on a later day (M-1, T-4)."""

import frappe

from client_comms import clock
from client_comms.communication_governance import matrix
from client_comms.policy_changes import changes, runs


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
		# One worker at a time: the version is locked until its run is stored.
		frappe.db.get_value(changes.MATRIX, name, "name", for_update=True)
		known = {"kind": runs.RECLASSIFICATION, "reference_name": name}
		if not frappe.db.exists(runs.RUN, known):
			run = runs.prepare(runs.RECLASSIFICATION, changes.MATRIX, name, open_only=True)
			runs.enqueue(run.name)


def follow(doc, method=None) -> None:
	"""`on_submit` of a Communication Matrix."""
	if doc.reclassify_open:
		start_due()
