"""The confidentiality level of an interaction: at least that of the matrix when it is new, lowered only with clearance
and a reason (M-1, P-1)."""

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from client_comms.communication_governance import matrix
from client_comms.enforcement import levels, policy
from client_comms.i18n import bold


def set_level(doc):
	"""A new record gets the level of the matrix; it can be raised freely, but lowering requires
	clearance and a reason."""
	before = doc.stored()
	if not doc.communication_type:
		return  # Frappe reports this and any other empty mandatory field
	rule = matrix.rule_for(doc.matrix, doc.communication_type)
	if rule is None:
		frappe.throw(
			_(
				"Communication Matrix {0} has no rule for {1}. Choose another type or amend the matrix."
			).format(
				get_link_to_form("Communication Matrix", doc.matrix),
				bold(doc.communication_type),
			),
			title=_("Communication Type Not in the Matrix"),
		)
	rank = policy.current().rank
	given = doc.confidentiality_level
	retyped = before is None or any(before.get(f) != doc.get(f) for f in ("communication_type", "company"))
	floor = rule.confidentiality_level if before is None else before.confidentiality_level
	if not given or (before is None and rank(given) < rank(floor)):
		doc.confidentiality_level = given = floor
	if retyped and rank(given) < rank(rule.confidentiality_level):
		doc.confidentiality_level = given = rule.confidentiality_level
	if before:
		levels.require_may_lower(doc.name, before.confidentiality_level, given, doc.level_change_reason)
