"""What a matrix version would change on existing records (M-1, T-4)."""

import frappe

from client_comms import clock
from client_comms.communication_governance import matrix as matrix_versions
from client_comms.communication_governance import simulation
from client_comms.roles import require_configuring_or_auditing


@frappe.whitelist()
def simulate_matrix(matrix: str, since: str | None = None) -> dict:
	"""Count the interactions that would be classified differently under `matrix` (a version or a draft).

	:param since: only interactions that occurred on or after this moment (site time zone)
	:returns: `{"matrix", "checked": int, "level_changes": [{"communication_type", "from", "to", "records"}],
	    "deadline_changes": [{"communication_type", "from": [ack, respond], "to": [ack, respond], "records"}],
	    "uncovered": [{"communication_type", "records"}]}`; days are business days
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
	versions = [
		frappe.get_cached_doc("Communication Matrix", name)
		for name in matrix_versions.in_force_everywhere(clock.now())
	]
	return [version.name for version in versions if matrix_versions.without_rule(version, [type])]
