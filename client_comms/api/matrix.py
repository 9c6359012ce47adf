"""What a matrix version would change on existing records (M-1, T-4)."""

from datetime import date, datetime

import frappe

from client_comms import clock
from client_comms.communication_governance import matrix as matrix_versions
from client_comms.communication_governance import simulation
from client_comms.roles import require_configuring_or_auditing


@frappe.whitelist()
def simulate_matrix(matrix: str, since: str | datetime | date | None = None) -> dict:
	"""Count the interactions that would be classified differently under `matrix` (a version or a draft).

	:param since: only interactions that occurred on or after this moment (site time zone)
	:returns: `{"matrix", "checked": int, "level_changes": [{"communication_type", "from", "to", "records"}],
	    "deadline_changes": [{"communication_type", "from": [ack, respond], "to": [ack, respond], "records"}],
	    "party_changes" and "documentation_changes": [{"communication_type", "from": [name, …], "to": [name, …], "records"}],
	    "uncovered": [{"communication_type", "records"}]}`; days are business days. Companies with a version of their own do not
	    count for one that is for all
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	return simulation.simulate(matrix, clock.parse(since) if since else None)


@frappe.whitelist()
def versions_without_rule(type: str) -> list[str]:
	"""The matrix versions in force that have no rule for a communication type: nothing can be logged with it there (M-1).

	:raises frappe.PermissionError: the caller cannot read the type
	"""
	frappe.has_permission("Communication Type", "read", type, throw=True)
	return matrix_versions.in_force_without_rule(type)


@frappe.whitelist()
def matrix_choices() -> dict:
	"""What the cells of a matrix can be filled with (M-1).

	:returns: `{"types": [{"name", "expects_reply"}], "levels": [{"name", "color"}, least strict first], "methods": [name], "channels": [name],
	    "roles": [name]}`; roles only for those who can change a matrix
	:raises frappe.PermissionError: the caller cannot read matrices
	"""
	frappe.has_permission("Communication Matrix", "read", throw=True)
	writes = frappe.has_permission("Communication Matrix", "write")
	desk_roles = {"disabled": 0, "desk_access": 1}
	return {
		"types": frappe.get_all("Communication Type", fields=["name", "expects_reply"], order_by="name asc"),
		"levels": frappe.get_all("Confidentiality Level", fields=["name", "color"], order_by="rank asc"),
		"methods": frappe.get_all("Documentation Method", pluck="name", order_by="name asc"),
		"channels": frappe.get_all("Communication Channel", pluck="name", order_by="name asc"),
		"roles": frappe.get_all("Role", desk_roles, pluck="name", order_by="name asc") if writes else [],
	}
