"""Who can be responsible for an interaction: clearance for its level, and a role that the matrix requires (M-1)."""

import frappe
from frappe import _

from client_comms import controls
from client_comms.communication_governance import matrix
from client_comms.enforcement import sharing
from client_comms.exceptions import NotResponsibleError
from client_comms.i18n import bold, name_of
from client_comms.roles import some_with_role


def validate(doc):
	"""Responsible staff need clearance for the level and the responsible party's role (M-1)."""
	before = doc.stored()
	if not doc.responsible_staff or (
		before
		and before.responsible_staff == doc.responsible_staff
		and before.communication_type == doc.communication_type
	):
		return
	if doc.flags.from_intake:
		return  # `intake.assignment` chose only valid users
	sharing.require_clearance(doc.responsible_staff, doc.confidentiality_level)
	roles = matrix.responsible_roles(doc.matrix, doc.communication_type)
	if roles and doc.flags.from_record:
		roles |= {frappe.get_cached_doc("Client Comms Settings").manager_role}  # if no one else is available
	if not roles or roles & set(frappe.get_roles(doc.responsible_staff)):
		return
	controls.enforce(
		"responsible_party_mode",
		_("{0} cannot be responsible for {1}, because the matrix requires the role {2}.").format(
			name_of(doc.responsible_staff),
			bold(_(doc.communication_type)),
			bold(", ".join(_(role) for role in sorted(roles))),
		)
		+ " "
		+ _who_could_be(roles),
		title=_("Responsible Role Missing"),
		exc=NotResponsibleError,
	)


def _who_could_be(roles: set[str]) -> str:
	"""The next step if the chosen user has none of `roles`."""
	if names := some_with_role(*roles):
		return _("Choose someone who has it, such as {0}.").format(bold(names))
	return _("No user has this role. Ask a System Manager to assign it.")
