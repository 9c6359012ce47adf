"""Find what is due without anyone opening a record: warnings, missed deadlines, escalation steps (C-3, C-4, R-2).

The sweep asks the index on `next_check_at` for interactions at which something is due, so its cost follows
what is due and not what exists. It locks the rows it takes and skips rows that another sweep holds, keeps
what it does with one event each, and commits in chunks: running it twice at once, or killing it, changes
nothing in the outcome.
"""

import copy
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import frappe
from frappe import _

from client_comms import alerts, clock
from client_comms.client_interactions.clocks import escalation, replay

CHUNK = 50
DEADLOCKS = 10
_LOCKED_OUT = (frappe.QueryDeadlockError, frappe.QueryTimeoutError)
HELD = datetime(9999, 12, 31)  # `next_check_at` of what a backfill has not finished: left alone until it has
SECONDS = 240  # a run ends in time for the next one, which goes on where it stopped


def run() -> int:
	"""Handle every interaction at which something is due; returns how many were handled."""
	handled = set()  # no record twice in a run, so that it ends whatever a record does
	deadlocks, end = 0, time.monotonic() + SECONDS
	with _locking_rows_only():
		while time.monotonic() < end and (names := [n for n in _take_due(CHUNK) if n not in handled]):
			try:
				alerts.show(set().union(*map(_handle, names)))
			except _LOCKED_OUT:
				# The whole chunk is taken back, with its locks, and what is due is taken anew.
				frappe.db.rollback()
				deadlocks += 1
				if deadlocks > DEADLOCKS:
					raise
				continue
			frappe.db.commit()  # nosemgrep: the lock ends here; a killed sweep loses at most this chunk
			handled.update(names)
	return len(handled)


@contextmanager
def _locking_rows_only():
	"""Sweeps side by side lock their rows and not the gaps between rows, in which the others write."""
	if frappe.db.db_type != "mariadb":
		yield
		return
	(level,) = frappe.db.sql("select @@session.transaction_isolation", pluck=True)
	frappe.db.commit()  # nosemgrep: it counts from the next transaction on
	frappe.db.sql("set session transaction isolation level read committed")
	try:
		yield
	finally:
		frappe.db.rollback()  # chunks are committed; locks of a last look that found nothing end here
		frappe.db.sql(f"set session transaction isolation level {level.replace('-', ' ')}")


def _take_due(limit: int) -> list[str]:
	table = frappe.qb.DocType("Client Interaction")
	return (
		frappe.qb.from_(table)
		.select(table.name)
		.where(table.next_check_at < clock.now())  # a deadline is missed after it, not at it
		.orderby(table.next_check_at)
		.limit(limit)
		.for_update(skip_locked=True)
	).run(pluck=True)


def _handle(name: str) -> set[str]:
	"""The users with new notifications."""
	frappe.db.savepoint("client_comms_sweep")
	try:
		# Read under the lock: the transaction may have begun before the record was last changed.
		return handle(frappe.get_doc("Client Interaction", name, for_update=True))
	except _LOCKED_OUT:
		raise
	except Exception:
		frappe.db.rollback(save_point="client_comms_sweep")
		frappe.log_error(
			title=_("Sweep of response clocks failed"),
			reference_doctype="Client Interaction",
			reference_name=name,
		)
		# Looked at again in an hour, so that one broken record does not stop the others.
		_look_again(name, clock.now() + timedelta(hours=1))
		return set()


def handle(doc) -> set[str]:
	"""Do what is due for one interaction, locked, and set when to look at it next.

	:returns: the users with new notifications
	"""
	doc._doc_before_save = copy.deepcopy(doc)  # it was read just now: no need to ask once more
	clocks = doc.clocks()
	plan = escalation.plan(doc, clocks)
	moves = replay.moved(doc, clocks)
	if moves:
		doc.append_moves(moves)
	if plan.actions:
		return escalation.carry_out(doc, plan.actions)
	if moves:
		doc.save_events()
	else:
		_look_again(doc.name, clock.to_stored(plan.next_moment))
	return set()


def _look_again(name: str, at) -> None:
	frappe.db.set_value("Client Interaction", name, "next_check_at", at, update_modified=False)
