"""Documents that could not be logged are tried again: every hour, and when a version of the matrix is submitted (D-1).

What is logged by then leaves the list. Each document is locked and committed by itself, so that several
workers share the work and one that is killed loses at most the document at hand.
"""

import frappe

from client_comms.intake import communication, failures, sources, unlogged

AT_ONCE = 500
_SAVEPOINT = "client_comms_retry"
# As on arrival, with what the settings say of messages.
_LOG = {**sources.LOG, "Communication": communication.log_arrived}


def run() -> int:
	"""Try what failed within the days that the settings look back; returns how many are off the list.

	What was not tried for longest comes first, so that many that fail again keep no other from its turn.
	"""
	found = frappe.get_all(
		failures.FAILURE,
		{"creation": (">=", unlogged.since()), "reference_doctype": ("in", list(_LOG))},
		["name", "reference_doctype", "reference_name"],
		order_by="modified asc",
		limit=AT_ONCE,
	)
	return sum(_try_again(row) for row in found)


def follow(doc=None, method=None) -> None:
	"""`on_submit` of Communication Matrix: what could not be logged for want of this version is tried again soon."""
	if frappe.db.count(failures.FAILURE):
		frappe.enqueue(
			run, queue="long", enqueue_after_commit=True, job_id="client_comms_retry", deduplicate=True
		)


def _try_again(row) -> bool:
	mine = frappe.db.get_value(failures.FAILURE, row.name, for_update=True, skip_locked=True)
	done = bool(mine) and _log(row)
	frappe.db.commit()  # nosemgrep: a job; what is logged stays logged when it is killed
	return done


def _log(row) -> bool:
	doctype, name = row.reference_doctype, row.reference_name
	frappe.db.savepoint(_SAVEPOINT)
	try:
		doc = frappe.get_doc(doctype, name, for_update=True)
		if not sources.is_logged(doc):
			_LOG[doctype](doc)
	except frappe.DoesNotExistError:
		pass  # deleted meanwhile
	except frappe.QueryDeadlockError:
		raise  # the database took back everything; the next run finds it
	except Exception as error:
		frappe.db.rollback(save_point=_SAVEPOINT)
		frappe.db.set_value(failures.FAILURE, row.name, "reason", failures.reason_of(error))
		return False
	failures.forget(doctype, name)
	return True
