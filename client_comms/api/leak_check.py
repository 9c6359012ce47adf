"""The leak check for the desk: start a check, and see its progress and result (P-2, R-3)."""

import frappe
from frappe.utils import get_url

from client_comms.leak_check import job
from client_comms.roles import require_auditing


@frappe.whitelist(methods=["POST"])
def start_leak_check(user: str, over_http: bool = True) -> str:
	"""Start a check of what `user` can see; only one can run at a time.

	:param over_http: send requests to the site's own address, as a browser does; otherwise run inside the worker
	:returns: the name of the Leak Check Run
	:raises frappe.PermissionError: the caller is not a Compliance Officer
	:raises frappe.DoesNotExistError: the user does not exist or is disabled
	:raises ActionNotPossibleError: another check is running
	"""
	require_auditing()
	return job.start(user, over_http)


@frappe.whitelist(methods=["POST"])
def cancel_leak_check(name: str) -> None:
	"""End a run that waits or is running; it keeps no result.

	:raises frappe.PermissionError: the caller is not a Compliance Officer
	"""
	require_auditing()
	job.cancel(name)


@frappe.whitelist()
def get_leak_check(name: str | None = None) -> dict:
	"""A run (by default the latest), with its progress and, once it has finished, its result.

	:returns: `{"address": of the site, "run": {"name", "user", "full_name", "status", "started_by", "started_on",
	    "finished_on", "address", "surface_count", "open_count", "unchecked_count", "error", "done", "total", "result":
	    what `client_comms.leak_check.run.check` returns, or None} or None, "recent": [runs, without results]}`
	:raises frappe.PermissionError: the caller is not a Compliance Officer
	:raises frappe.DoesNotExistError: the run does not exist
	"""
	require_auditing()
	fields = ["name", "user", "status", "started_by", "started_on", "finished_on", "open_count"]
	recent = frappe.get_all(job.RUN, fields=fields, order_by="creation desc, name desc", limit=10)
	name = name or (recent[0].name if recent else None)
	return {"address": get_url(allow_header_override=False), "run": name and _run(name), "recent": recent}


def _run(name: str) -> dict:
	doc = frappe.get_doc(job.RUN, name)
	fields = (
		"name",
		"user",
		"status",
		"started_by",
		"started_on",
		"finished_on",
		"address",
		"surface_count",
		"open_count",
		"unchecked_count",
		"error",
	)
	return {
		**{field: doc.get(field) for field in fields},
		"full_name": frappe.db.get_value("User", doc.user, "full_name"),
		"result": frappe.parse_json(doc.result) if doc.result else None,
		**job.progress(name),
	}
