"""Retries documents that could not be logged: every hour, and when a version of the matrix is submitted (D-1).

Documents that are logged leave the list. Each document is locked and committed separately, so that several
workers can share the work, and an interrupted one loses at most its current document.
"""

import frappe

from client_comms import transactions
from client_comms.acting import as_the_app
from client_comms.enforcement import restrictions, source_doctypes
from client_comms.intake import (
	arrivals,
	communication,
	failures,
	inbound_mail,
	sources,
	unprocessed,
)

AT_ONCE = 500
# As on arrival, with the settings for messages.
_LOG = {**sources.LOG, "Communication": communication.log_arrived}


def run() -> int:
	"""Retry the failures, however old; returns how many were removed from the list.

	In the app's own name, also if a user caused it by submitting a version of the matrix. Those not tried for longest come first, so that
	repeated failures do not block others.
	"""
	with as_the_app(), restrictions.logging():
		return _run()


def _run() -> int:
	found = frappe.get_all(
		failures.FAILURE,
		{"reference_doctype": ("in", list(sources.log_by_doctype()))},
		["name", "reference_doctype", "reference_name"],
		order_by="modified asc",
		limit=AT_ONCE,
	)
	return sum(_try_again(row) for row in found)


def store_unprocessed() -> None:
	"""Every five minutes: emails that could not be stored are tried again as they arrived, a few times; after that, staff decide."""
	unprocessed.collect()
	unprocessed.collect_left_behind()
	for name in unprocessed.to_try():
		unprocessed.count_attempt(name)
		# Staff may have taken it in while the ones before it were tried.
		waits = {"name": name, "status": unprocessed.WAITING}
		if frappe.db.get_value(unprocessed.UNPROCESSED, waits, for_update=True, skip_locked=True):
			unprocessed.try_again(frappe.get_doc(unprocessed.UNPROCESSED, name), inbound_mail.store)
		# nosemgrep: frappe-manual-commit (a job; what is stored stays stored when it is killed)
		frappe.db.commit()


def follow(doc=None, method=None) -> None:
	"""`on_submit` of Communication Matrix: documents that could not be logged without this version are retried soon."""
	if frappe.db.count(failures.FAILURE):
		frappe.enqueue(
			run, queue="long", enqueue_after_commit=True, job_id="client_comms_retry", deduplicate=True
		)


def _try_again(row) -> bool:
	mine = frappe.db.get_value(failures.FAILURE, row.name, for_update=True, skip_locked=True)
	done = bool(mine) and _log(row)
	# nosemgrep: frappe-manual-commit (a job; what is logged stays logged when it is killed)
	frappe.db.commit()
	return done


def _log(row) -> bool:
	doctype, name = row.reference_doctype, row.reference_name
	with transactions.part() as part:
		doc = arrivals.locked(doctype, name)
		if doc and not _is_recorded(doc):
			{**sources.log_by_doctype(), **_LOG}[doctype](doc)
	if part.error:
		frappe.db.set_value(failures.FAILURE, row.name, "reason", failures.reason_of(part.error))
		return False
	failures.forget(doctype, name)
	return True


def _is_recorded(doc) -> bool:
	"""A message or call filed under an interaction belongs to it even if it was not logged there: no event, no evidence."""
	if not doc.get("client_interaction") or doc.doctype in source_doctypes.active():
		return sources.is_logged(doc)
	row = {"parent": doc.client_interaction, "parenttype": "Client Interaction"}
	return bool(
		frappe.db.exists(
			"Client Interaction",
			{"name": doc.client_interaction, "reference_doctype": doc.doctype, "reference_name": doc.name},
		)
		or frappe.db.exists(
			"Interaction Event", {**row, "source_doctype": doc.doctype, "source_name": doc.name}
		)
		or frappe.db.exists(
			"Interaction Evidence", {**row, "reference_doctype": doc.doctype, "reference_name": doc.name}
		)
	)
