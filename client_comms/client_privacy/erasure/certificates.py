"""What a run of erasure certifies: what went, what stays and why, and what it cannot reach (P-2)."""

import frappe

from client_comms.rules.messages import _ as N_

ITEM = "Erasure Item"
# What no run can erase. Stored as it is here; who prints a certificate reads it in their language.
NOT_REACHED = (
	N_(
		"Backups of the site contain the data until they are deleted. After restoring one, plan the erasure again."
	),
	N_("Log files of the server (logs/) may name records until they are rotated."),
	N_("What was sent to recipients, or passed on by webhooks and integrations, is outside the site."),
)


def of(run) -> dict:
	"""The certificate of a finished Erasure Run.

	:returns: `{"run", "kind", "planned_by", "approved_by", "started_on", "finished_on", "erased": [{"doctype", "action",
	    "count", "names"}], "kept": [{"doctype", "name", "reason"}], "failed": [{"doctype", "name", "reason"}],
	    "not_reached": `NOT_REACHED`}`; times as stored
	"""
	fields = ["reference_doctype", "reference_name", "action", "state", "reason", "error"]
	items = frappe.get_all(
		ITEM, {"run": run.name}, fields, order_by="step asc, reference_doctype asc, reference_name asc"
	)
	done: dict[tuple[str, str], list[str]] = {}
	for item in items:
		if item.state == "Done":
			done.setdefault((item.reference_doctype, item.action), []).append(item.reference_name)
	return {
		"run": run.name,
		"kind": run.kind,
		"planned_by": run.planned_by,
		"approved_by": run.approved_by,
		"started_on": str(run.started_on),
		"finished_on": str(run.finished_on),
		"erased": [
			{"doctype": doctype, "action": action, "count": len(names), "names": names}
			for (doctype, action), names in done.items()
		],
		"kept": [
			{"doctype": item.reference_doctype, "name": item.reference_name, "reason": item.reason}
			for item in items
			if item.state == "Kept"
		],
		"failed": [
			{"doctype": item.reference_doctype, "name": item.reference_name, "reason": item.error}
			for item in items
			if item.state == "Failed"
		],
		"not_reached": list(NOT_REACHED),
	}


def summary(certificate: dict) -> str:
	"""One line for the ledger, without names."""
	erased = ", ".join(f"{row['count']} {row['doctype']} ({row['action']})" for row in certificate["erased"])
	return f"{erased or 0}; kept {len(certificate['kept'])}; failed {len(certificate['failed'])}"
