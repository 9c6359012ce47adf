"""A paper file is as confidential as its strictest interaction: users who can read all its interactions can
see where it is (D-6, P-2)."""

import frappe

from client_comms import compat
from client_comms.enforcement import interactions, refusals
from client_comms.enforcement.readers import INTERACTION, Reader, either, of_row, there_is
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
	reader = Reader.of(user)
	if reader.rows.everything:
		return ""
	filed = f"`tab{_ROWS}`.`interaction`"
	rows = (
		f"select 1 from `tab{_ROWS}` where `tab{_ROWS}`.`parent` = `tab{FILE}`.`name`"
		f" and `tab{_ROWS}`.`parenttype` = '{FILE}'"
	)
	exists = of_row(INTERACTION, filed, "1")
	hidden = there_is(f"{rows} and {exists} and not {interactions.of_interaction(filed, reader)}")
	gone = there_is(f"{rows} and not {exists}")
	column, own = f"`tab{FILE}`.`confidentiality_level`", []
	if reader.rows.open_levels:
		own.append(reader.at_levels(reader.rows.open_levels, column))
	if held := reader.rows.participant_levels | set(reader.rows.type_levels):
		own.append(f"({reader.at_levels(held, column)} and `tab{FILE}`.`custodian` = {reader.me})")
	return f"(not {hidden} and (not (`tab{FILE}`.`own_level_decides` = 1 or {gone}) or {either(own)}))"
