"""What a matrix version would change on the records that exist (M-1, T-4)."""

import frappe
from frappe import _

from client_comms.communication_governance import simulation

_MAY_SIMULATE = {"Compliance Officer", "Client Communications Manager"}


@frappe.whitelist()
def simulate_matrix(matrix: str, since: str | None = None) -> dict:
	"""Count the interactions that would be classified differently under `matrix` (a version, also a draft).

	:param since: only interactions that occurred on or after this moment (site time zone)
	:returns: `{"matrix", "checked": int, "level_changes": [{"communication_type", "from", "to", "records"}],
	    "deadline_changes": [{"communication_type", "from": [ack, respond], "to": [ack, respond], "records"}],
	    "uncovered": [{"communication_type", "records"}]}`; days are business days
	:raises frappe.PermissionError: the caller configures nothing and audits nothing
	"""
	if frappe.session.user != "Administrator" and not _MAY_SIMULATE & set(frappe.get_roles()):
		frappe.throw(
			_("Only a Compliance Officer or a Client Communications Manager may simulate a matrix."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	return simulation.simulate(matrix, since)
