"""Which DocTypes carry confidentiality, and the one answer for each of their records.

An interaction is governed by its level and by who takes part. A message bound to an interaction is as
confidential as that; one with a level but no interaction is governed by the level alone; one with neither
is not governed here at all, and ERPNext's own permissions decide.
"""

import frappe

from client_comms.enforcement import documents, permissions, policy
from client_comms.rules import access

INTERACTION = permissions.INTERACTION
GRANT = "Interaction Access Grant"
COMMUNICATION = "Communication"


def doctypes() -> tuple[str, ...]:
	"""The DocTypes whose records may be governed on this site."""
	return (INTERACTION, GRANT, COMMUNICATION, *filter(documents.is_governed, documents.SETTING))


def condition(doctype: str, user: str) -> str:
	"""The rows of a governed DocType that `user` may read, as bracketed SQL; empty when all are open."""
	if doctype == INTERACTION:
		return permissions.interaction_condition(user)
	if doctype == GRANT:
		return permissions.grant_condition(user)
	if doctype == COMMUNICATION:
		return _communication_condition(user)
	return documents.condition(user, doctype)


def level(doctype: str, name: str) -> str | None:
	"""The level that a record counts at, as the database holds it; None when it is not governed or not there."""
	if doctype == INTERACTION:
		fields = ["confidentiality_level"]
	elif doctype == GRANT:
		interaction = frappe.db.get_value(GRANT, name, "interaction")
		return interaction and level(INTERACTION, interaction)
	elif doctype == COMMUNICATION:
		fields = ["confidentiality_level", "client_interaction"]
	elif documents.is_governed(doctype):
		fields = ["confidentiality_level"]
	else:
		return None
	row = frappe.db.get_value(doctype, name, fields, as_dict=True)
	if not row or (doctype != INTERACTION and not any(row.values())):
		return None
	counted = policy.current().level(row.confidentiality_level)
	return counted and counted.name


def decide(doctype: str, name: str, action: str, user: str) -> access.Decision | None:
	"""The decision on one record as the database holds it; None when it is not governed or not there."""
	if doctype == INTERACTION:
		return _decide_interaction(name, action, user)
	if doctype == GRANT:
		interaction = frappe.db.get_value(GRANT, name, "interaction")
		return _decide_interaction(interaction, access.READ, user) if interaction else None
	if doctype == COMMUNICATION:
		row = frappe.db.get_value(
			COMMUNICATION, name, ["client_interaction", "confidentiality_level"], as_dict=True
		)
		return row and decide_bound(row.client_interaction, row.confidentiality_level, action, user)
	return documents.decide(doctype, name, action, user) if documents.is_governed(doctype) else None


def decide_bound(
	interaction: str | None, level: str | None, action: str, user: str
) -> access.Decision | None:
	"""The decision on a document bound to an interaction, or carrying a level alone; None with neither."""
	if interaction and (decision := _decide_interaction(interaction, action, user)):
		return decision
	if not interaction and not level:
		return None
	# The interaction is gone, or there never was one: nobody takes part, the level alone decides.
	return permissions.decide(access.Record(level, None, None), action, user)


def _decide_interaction(name: str, action: str, user: str) -> access.Decision | None:
	record = policy.stored_record(name)
	return record and permissions.decide(record, action, user)


def _communication_condition(user: str) -> str:
	interactions = permissions.interaction_condition(user)
	if not interactions:
		return ""
	bound, level = "`tabCommunication`.`client_interaction`", "`tabCommunication`.`confidentiality_level`"
	unbound = f"({bound} is null or {bound} = '')"
	rows = access.row_filter(policy.subject(user), policy.current(), permissions.listed_for())
	branches = [
		f"({unbound} and ({level} is null or {level} = ''))",
		f"{bound} in (select `tab{INTERACTION}`.`name` from `tab{INTERACTION}` where {interactions})",
	]
	if rows.open_levels:
		gone = f"({bound} not in (select `any`.`name` from `tab{INTERACTION}` `any`))"
		branches.append(f"(({unbound} or {gone}) and {permissions.at_levels(rows, rows.open_levels, level)})")
	return f"({' or '.join(branches)})"
