"""Find what is due without anyone opening a record: warnings, missed deadlines, escalation steps (C-3, C-4, R-2).

The sweep uses the index on `next_check_at` to find interactions with something due, so its cost depends on what
is due, not on what exists. It locks the rows it processes, skips rows that another sweep has locked, records each
action as one event, and commits in chunks: running it twice at the same time, or interrupting it, does not change
the result.
"""

import copy
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import frappe
from frappe import _

from client_comms import alerts, clock, document, transactions
from client_comms.client_interactions import changes, work_notices
from client_comms.client_interactions.clocks import escalation, replay, snooze
from client_comms.enforcement import policy

INTERACTION = "Client Interaction"
CHUNK = 50
DEADLOCKS = 10
_LOCKED_OUT = (frappe.QueryDeadlockError, frappe.QueryTimeoutError)
HELD = datetime(9999, 12, 31)  # `next_check_at` while a backfill is running: skipped until it has finished
SECONDS = 240  # a run ends in time for the next one, which continues where it stopped


def run() -> int:
	"""Handle every interaction with something due; returns how many were handled."""
	handled = set()  # no record twice in a run, so that it always ends
	deadlocks, end = 0, time.monotonic() + SECONDS
	with _locking_rows_only():
		while time.monotonic() < end and (names := [n for n in _take_due(CHUNK) if n not in handled]):
			try:
				alerts.show(_handle_all(names))
			except _LOCKED_OUT:
				# The whole chunk is rolled back, with its locks, and what is due is read again.
				frappe.db.rollback()
				deadlocks += 1
				if deadlocks > DEADLOCKS:
					raise
				continue
			# nosemgrep: frappe-manual-commit (the lock ends here; a killed sweep loses at most this chunk)
			frappe.db.commit()
			handled.update(names)
	return len(handled)


@contextmanager
def _locking_rows_only():
	"""Parallel sweeps lock only their rows, not the gaps between them, in which the others write."""
	# Before MariaDB 11.1 it has the second name alone.
	((_name, level), *_same) = frappe.db.sql(
		"show session variables where variable_name in ('transaction_isolation', 'tx_isolation')"
	)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (it counts from the next transaction on)
	frappe.db.sql("set session transaction isolation level read committed")
	try:
		yield
	finally:
		frappe.db.rollback()  # chunks are committed; locks of a last query without results end here
		# nosemgrep: frappe-sql-format-injection (as the database has just named it)
		frappe.db.sql(f"set session transaction isolation level {level.replace('-', ' ')}")


def _take_due(limit: int) -> list[str]:
	table = frappe.qb.DocType(INTERACTION)
	return (
		frappe.qb.from_(table)
		.select(table.name)
		.where(table.next_check_at < clock.now())  # a deadline is missed after it, not at it
		.orderby(table.next_check_at)
		.limit(limit)
		.for_update(skip_locked=True)
	).run(pluck=True)


def _handle_all(names: list[str]) -> set[str]:
	"""The users with new notifications."""
	# Read under the lock: the transaction may have begun before the records were last changed.
	documents = document.load_locked(INTERACTION, names)
	with policy.holding_all(policy.locked_records(documents)):  # a sweep does not change who can read them
		return set().union(*map(_handle, documents))


def _handle(doc) -> set[str]:
	"""The users with new notifications."""
	with transactions.part(_("Sweep of response clocks failed"), INTERACTION, doc.name, _LOCKED_OUT):
		return handle(doc)
	# Tried again in an hour, so that one broken record does not stop the others.
	_look_again(doc.name, clock.now() + timedelta(hours=1))
	return set()


def handle(doc) -> set[str]:
	"""Do what is due for one interaction, which is locked, and set when to check it next.

	:returns: the users with new notifications
	"""
	doc._doc_before_save = copy.deepcopy(doc)  # it was just read, no need to query again
	clocks = replay.replay(doc, doc.events)
	woken = snooze.end(doc, clocks)
	if woken:
		clocks = replay.replay(doc, doc.events)
	if moves := replay.moved(doc, clocks):
		changes.append_moves(doc, moves)
	plan = escalation.plan(doc, clocks)
	told = work_notices.post_woken(doc) if woken else set()
	if plan.actions:
		return told | escalation.carry_out(doc, clocks, plan.actions)
	if moves or woken:
		doc.save_events(clocks, plan)
	else:
		_look_again(doc.name, clock.to_stored(plan.next_moment))
	return told


def _look_again(name: str, at) -> None:
	frappe.db.set_value(INTERACTION, name, "next_check_at", at, update_modified=False)
