"""The confidentiality level of an interaction: when it is new at least that of the matrix, and that of the document that it is about; lowered only
with clearance and a reason (M-1, P-1, P-2)."""

import frappe
from frappe import _
from frappe.utils import get_link_to_form

from client_comms.communication_governance import matrix
from client_comms.enforcement import levels, places, policy
from client_comms.i18n import bold


def set_level(doc):
	"""A new record gets the level of the matrix; it can be raised freely, but lowering requires
	clearance and a reason. What is said about a document is as confidential as the document is by then."""
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
	there = _level_of_reference(doc, before)
	if there and rank(given) < rank(there):
		doc.confidentiality_level = given = there
		if before and rank(before.confidentiality_level) < rank(there):
			doc.level_change_reason = f"{_(doc.reference_doctype)} {doc.reference_name} → {_(there)}"
	if before:
		levels.require_may_lower(doc.name, before.confidentiality_level, given, doc.level_change_reason)


def of_reference(doc, *, to_be_kept: bool = False) -> str | None:
	"""The level at which the document is read that an interaction is about, see `places.level`; None if it is not confidential."""
	named = doc.reference_doctype, doc.reference_name
	return places.level(*named, to_be_kept=to_be_kept) if all(named) else None


def _level_of_reference(doc, before) -> str | None:
	"""Where the interaction becomes one about a document; intake has just looked."""
	same = before and all(before.get(f) == doc.get(f) for f in ("reference_doctype", "reference_name"))
	return None if same or doc.flags.from_intake else of_reference(doc, to_be_kept=True)
