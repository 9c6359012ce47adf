"""Puts open interactions under a matrix version that came into force, where it asks for that (M-1).

Everything about an interaction follows, as if staff had changed it: level, messages, files, shares, clocks and history.
What was judged stays judged.
"""

from collections.abc import Iterable

import frappe
from frappe import _

from client_comms import clock, transactions
from client_comms.acting import as_the_app
from client_comms.policy_changes import states
from client_comms.policy_changes.changes import Change
from client_comms.rules.change_tally import Tally


def apply(tally: Tally, rows: Iterable, change: Change) -> list[str]:
	"""Reclassify the interactions of one chunk, and count what became of them.

	:returns: the names of those that failed; they are counted when they are tried again
	"""
	failed, now = [], clock.now()
	rows = list(rows)
	for row in rows:
		row.before = states.state_of(row, now)
		if change.covers(row.communication_type) and row.matrix != change.version.name:
			if not _attempt(row, change):
				failed.append(row.name)
	stored = {each.name: each for each in states.load({"name": ("in", [row.name for row in rows] or [""])})}
	for row in rows:
		if row.name in failed:
			continue
		covered = change.covers(row.communication_type)
		after = states.state_of(stored[row.name], now) if covered and row.name in stored else None
		tally.add(row.name, row.before, after, now, not_lowered_to=change.not_lowered_to(row.before.record))
	return failed


def _attempt(row, change: Change) -> bool:
	"""One interaction; an error does not prevent the others from being reclassified."""
	after = change.govern(states.record_of(row))
	title = _("{0} could not be reclassified").format(row.name)
	# After a deadlock, the chunk is done again.
	with transactions.part(title, states.INTERACTION, row.name) as part, as_the_app():
		doc = frappe.get_doc(states.INTERACTION, row.name, for_update=True)
		doc.flags.reclassify_under = after.matrix
		if after.level != doc.confidentiality_level:
			doc.confidentiality_level = after.level
			doc.level_change_reason = _("Matrix version {0}").format(after.matrix)
		doc.save_by_app()
	return not part.error


def finish() -> None:
	"""Users who can no longer be responsible for their interactions hand them over now, not with the daily run."""
	frappe.enqueue("client_comms.intake.reassignment.hand_over_all", queue="long", enqueue_after_commit=True)
