"""Changes a record that reads like a complaint to the type for feedback, with its level and its responsible staff (F-1, M-1)."""

import frappe
from frappe import _

from client_comms import alerts
from client_comms.communication_governance import matrix
from client_comms.enforcement import policy
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold
from client_comms.intake import assignment


def as_feedback(doc) -> None:
	"""One click: another type brings another level, other deadlines and, if necessary, other responsible staff.

	:param doc: a Client Interaction that the session user can write
	:raises ActionNotPossibleError: its matrix version has no type for feedback
	"""
	communication_type = _feedback_type(doc.matrix)
	words, before = doc.complaint_words, doc.responsible_staff
	level = policy.current().strictest_of(
		doc.confidentiality_level,
		matrix.rule_for(doc.matrix, communication_type).confidentiality_level,
	)
	doc.communication_type = communication_type
	doc.reclassification_reason = _("Reads like a complaint: {0}").format(words) if words else None
	if not before or not assignment.may_be_responsible(before, doc.matrix, communication_type, level):
		doc.responsible_staff = assignment.responsible_for(
			doc.matrix, communication_type, level, doc, doc.company
		) or assignment.manager_for(level)
	doc.save_by_app()
	if not doc.responsible_staff:
		alerts.nobody_responsible(doc)


def _feedback_type(version: str) -> str:
	names = frappe.get_all("Communication Type", {"is_feedback": 1}, pluck="name", order_by="creation asc")
	found = next((name for name in names if matrix.rule_for(version, name)), None)
	if not found:
		frappe.throw(
			_("Communication Matrix {0} has no rule for a type that counts as feedback. Add one.").format(
				bold(version)
			),
			exc=ActionNotPossibleError,
			title=_("Feedback Type Missing"),
		)
	return found
