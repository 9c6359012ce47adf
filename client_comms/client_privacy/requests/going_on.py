"""What was begun for a request and has not ended: a plan of erasure, or a copy of the client's data (P-2)."""

import frappe

_KINDS = {
	"Erasure Run": ("Planned", "planned_by", ("Planning", "Planned", "Approved", "Running")),
	"Data Package": ("Ready", "made_by", ("Collecting", "Ready", "Failed", "Released")),
}


def of(request: str) -> dict | None:
	"""`{"doctype", "name", "status", "begun_by": full name, "waits": whether someone else is to look at it}`, as far as the session user can see
	it; None if there is none."""
	for doctype, (waiting, by, unfinished) in _KINDS.items():
		rows = frappe.get_list(
			doctype,
			{"request": request, "status": ("in", unfinished)},
			["name", "status", f"{by} as begun_by"],
			order_by="creation desc",
			limit=1,
		)
		for row in rows:
			name = frappe.utils.get_fullname(row.begun_by) if row.begun_by else ""
			return {"doctype": doctype, **row, "begun_by": name, "waits": row.status == waiting}
	return None
