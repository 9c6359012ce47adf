"""A review is visible to its reviewer, to the person reviewed once it is completed, and to oversight, if
they can read the record (R-2, P-2).

Two reviewers of the same record cannot see each other's review before they have completed their own.
"""

import frappe

from client_comms import compat
from client_comms.enforcement import governed, interactions, refusals
from client_comms.enforcement.readers import there_is
from client_comms.rules import access

REVIEW = "Interaction Review"
OVERSIGHT = ("Compliance Officer", "Customer Support Manager", "Client Communications Manager")


def has_permission(doc, ptype=None, user=None, debug=False):
	"""Decide by its state in the database."""
	user = user or frappe.session.user
	fields = ["interaction", "reviewer", "reviewed_user", "status", "draw"]
	stored = doc.name and frappe.db.get_value(REVIEW, doc.name, fields, as_dict=True)
	if not stored or user == "Administrator":
		return compat.no_objection()
	decision = governed.decide(governed.INTERACTION, stored.interaction, access.READ, user)
	# The person reviewed may have lost access to the record since; they can still read their review.
	if decision is not None and not decision.allowed and stored.reviewed_user != user:
		return refusals.objection(REVIEW, doc.name, interactions.action_of(ptype), user, decision)
	if stored.reviewer == user or (stored.reviewed_user == user and stored.status != "Open"):
		return compat.no_objection()
	if (
		stored.reviewed_user != user
		and set(OVERSIGHT) & set(frappe.get_roles(user))
		and not _scores_it(stored, user)
	):
		return compat.no_objection()
	return compat.objection()


def _scores_it(stored, user: str) -> bool:
	return bool(
		frappe.db.exists(
			REVIEW,
			{"interaction": stored.interaction, "draw": stored.draw, "reviewer": user, "status": "Open"},
		)
	)


def condition(user=None, doctype=None) -> str:
	"""The same rule as SQL."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	me, table = frappe.db.escape(user), f"`tab{REVIEW}`"
	of_record = interactions.of_interaction(f"{table}.`interaction`", user) or "1 = 1"
	mine = f"({table}.`reviewed_user` = {me} and {table}.`status` != 'Open')"
	branches = [f"{table}.`reviewer` = {me}"]
	if set(OVERSIGHT) & set(frappe.get_roles(user)):
		scoring = there_is(
			f"select 1 from {table} `own` where `own`.`interaction` = {table}.`interaction`"
			f" and `own`.`draw` <=> {table}.`draw` and `own`.`reviewer` = {me} and `own`.`status` = 'Open'"
		)
		branches.append(f"({table}.`reviewed_user` != {me} and not {scoring})")
	return f"({mine} or (({' or '.join(branches)}) and {of_record}))"
