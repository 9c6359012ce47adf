"""The confidentiality level of an interaction: at least that of the matrix when it is new, lowered only with clearance
and a reason (M-1, P-1)."""

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from client_comms import clock
from client_comms.communication_governance import matrix
from client_comms.enforcement import policy
from client_comms.exceptions import ClearanceMissingError, MissingDetailsError
from client_comms.i18n import refuse
from client_comms.rules import access


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
				frappe.bold(doc.communication_type),
			),
			title=_("Communication Type Not in the Matrix"),
		)
	levels = policy.current()
	given = doc.confidentiality_level
	retyped = before is None or before.communication_type != doc.communication_type
	floor = rule.confidentiality_level if before is None else before.confidentiality_level
	if not given or (before is None and levels.rank(given) < levels.rank(floor)):
		doc.confidentiality_level = given = floor
	if retyped and levels.rank(given) < levels.rank(rule.confidentiality_level):
		doc.confidentiality_level = given = rule.confidentiality_level
	if before and levels.rank(given) < levels.rank(before.confidentiality_level):
		require_may_lower(doc, before)


def require_may_lower(doc, before):
	"""
	:raises ClearanceMissingError: the user cannot lower the level
	:raises MissingDetailsError: no reason is given
	"""
	decision = access.may_lower(
		policy.subject(),
		policy.stored_record(doc.name),
		policy.current(),
		doc.confidentiality_level,
		clock.now(),
	)
	if not decision.allowed:
		refuse(*decision.reasons, title=_("Level Cannot Be Lowered"), exc=ClearanceMissingError)
	if not (doc.level_change_reason or "").strip():
		frappe.throw(
			_("Give a reason for lowering the level from {0} to {1}.").format(
				frappe.bold(before.confidentiality_level), frappe.bold(doc.confidentiality_level)
			),
			exc=MissingDetailsError,
			title=_("Reason Missing"),
		)
