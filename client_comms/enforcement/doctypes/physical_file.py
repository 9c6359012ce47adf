"""A paper file is as confidential as its strictest interaction: users who can read all its interactions can
see where it is (D-6, P-2)."""

import frappe

from client_comms import compat
from client_comms.enforcement import interactions, policy, refusals
from client_comms.rules import access

FILE = "Physical File"
_ROWS = "Physical File Interaction"


def has_permission(doc, ptype=None, user=None, debug=False):
	"""All of its interactions must allow it, and its own level if that is stricter."""
	if not doc.name or doc.is_new():
		return compat.no_objection()
	user = user or frappe.session.user
	stored = frappe.get_doc(FILE, doc.name) if frappe.db.exists(FILE, doc.name) else None
	if stored is None:
		return compat.no_objection()
	# Moving a file does not change its interactions.
	action = (
		access.READ
		if interactions.action_of(ptype) in (access.WRITE, access.DELETE)
		else interactions.action_of(ptype)
	)
	for record in stored.records():
		decision = interactions.decide(record, action, user)
		if not decision.allowed:
			return refusals.objection(FILE, doc.name, action, user, decision)
	return compat.no_objection()


def condition(user=None, doctype=None) -> str:
	"""Files without hidden interactions, and whose own level, if it decides, is open."""
	user = user or frappe.session.user
	readable = interactions.interaction_condition(user)
	if not readable:
		return ""
	hidden = (
		f"exists (select 1 from `tab{_ROWS}` `filed` left join `tabClient Interaction`"
		f" on `tabClient Interaction`.`name` = `filed`.`interaction`"
		f" where `filed`.`parent` = `tab{FILE}`.`name` and `filed`.`parenttype` = '{FILE}'"
		f" and `tabClient Interaction`.`name` is not null and not ifnull({readable}, 0))"
	)
	gone = (
		f"exists (select 1 from `tab{_ROWS}` `filed` left join `tabClient Interaction` `there`"
		f" on `there`.`name` = `filed`.`interaction` where `filed`.`parent` = `tab{FILE}`.`name`"
		f" and `filed`.`parenttype` = '{FILE}' and `there`.`name` is null)"
	)
	rows = access.row_filter(policy.subject(user), policy.current(), interactions.listed_for())
	column, own = f"`tab{FILE}`.`confidentiality_level`", []
	if rows.open_levels:
		own.append(interactions.at_levels(rows, rows.open_levels, column))
	if held := rows.participant_levels | set(rows.type_levels):
		custodian = f"`tab{FILE}`.`custodian` = {frappe.db.escape(user)}"
		own.append(f"({interactions.at_levels(rows, held, column)} and {custodian})")
	by_own_level = f"({' or '.join(own)})" if own else "(1 = 0)"
	decides = f"(`tab{FILE}`.`own_level_decides` = 1 or {gone})"
	return f"(not {hidden} and (not {decides} or {by_own_level}))"
