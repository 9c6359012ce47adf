"""The governed DocTypes, and the decision for each of their records.

An interaction is governed by its level and its participants. A message, event or call linked to an interaction is
as confidential as the interaction; one with a level but no interaction is governed by the level alone. A message
with neither is as confidential as the Issue, Lead or Opportunity under which it is filed; if that is not governed,
or there is none, the message is not governed, and ERPNext's own permissions apply.
"""

from collections.abc import Iterator

import frappe

from client_comms.enforcement import documents, interactions, policy
from client_comms.rules import access

INTERACTION = interactions.INTERACTION
GRANT = "Interaction Access Grant"
COMMUNICATION = "Communication"
EVENT = "Event"
CALL = "Call Log"
DISCLOSURE = "Client Disclosure"
# The DocTypes with the fields `client_interaction` and `confidentiality_level`: those whose level follows that of
# the interaction, and all of them. The register keeps the level at which something was sent.
BOUND = (COMMUNICATION, EVENT, CALL)
HELD_WITH_INTERACTION = (*BOUND, DISCLOSURE)
BINDING = ("client_interaction", "confidentiality_level")
_FILED_UNDER = ("reference_doctype", "reference_name")


def doctypes() -> tuple[str, ...]:
	"""The DocTypes whose records can be governed on this site."""
	return (INTERACTION, GRANT, *HELD_WITH_INTERACTION, *filter(documents.is_governed, documents.SETTING))


def condition(doctype: str, user: str) -> str:
	"""The rows of a governed DocType that `user` can read, as bracketed SQL; empty if all are open."""
	if doctype == INTERACTION:
		return interactions.interaction_condition(user)
	if doctype == GRANT:
		return interactions.grant_condition(user)
	if doctype in HELD_WITH_INTERACTION:
		return _bound_condition(doctype, user)
	return documents.condition(user, doctype)


def readable(doctype: str, names: list[str]) -> set[str]:
	"""The `names` that confidentiality lets the session user read; one query, none if all are open."""
	restricted = names and condition(doctype, frappe.session.user)
	if not restricted:
		return set(names)
	wanted = ", ".join(map(frappe.db.escape, names))
	return set(
		frappe.db.sql_list(
			f"select `tab{doctype}`.`name` from `tab{doctype}` where `tab{doctype}`.`name` in ({wanted}) and {restricted}"
		)
	)


def level(doctype: str, name: str) -> str | None:
	"""The effective level of a record in the database; None if it is not governed or does not exist."""
	if doctype == INTERACTION:
		fields = ["confidentiality_level"]
	elif doctype == GRANT:
		interaction = frappe.db.get_value(GRANT, name, "interaction")
		return interaction and level(INTERACTION, interaction)
	elif doctype in HELD_WITH_INTERACTION:
		fields = BINDING
	elif documents.is_governed(doctype):
		fields = ["confidentiality_level"]
	else:
		return None
	row = frappe.db.get_value(doctype, name, fields, as_dict=True)
	if not row or (doctype != INTERACTION and not any(row.values())):
		return None
	counted = policy.current().level(row.confidentiality_level)
	return counted and counted.name


def interaction_of(doctype: str, name: str) -> str | None:
	"""The interaction that a record is, or to which it is linked."""
	if doctype == INTERACTION:
		return name
	if doctype not in HELD_WITH_INTERACTION:
		return None
	return frappe.db.get_value(doctype, name, "client_interaction")


def decide(
	doctype: str, name: str, action: str, user: str, *, lasting: bool = False
) -> access.Decision | None:
	"""The decision on one record by its state in the database; None if it is not governed or does not exist.

	:param lasting: consider only reasons that do not expire, see `policy.stored_record`
	"""
	action = access.READ if doctype == GRANT else action
	return interactions.decide_any(records(doctype, name, lasting=lasting), action, user)


def records(doctype: str, name: str, *, lasting: bool = False) -> Iterator[access.Record]:
	"""The facts that decide: a user who is allowed by any of these can access the record; empty if it is not governed."""
	if doctype == INTERACTION:
		if record := policy.stored_record(name, lasting=lasting):
			yield record
	elif doctype == GRANT:
		if interaction := frappe.db.get_value(GRANT, name, "interaction"):
			yield from records(INTERACTION, interaction, lasting=lasting)
	elif doctype in HELD_WITH_INTERACTION:
		yield from _bound_records(doctype, name, lasting)
	elif documents.is_governed(doctype):
		yield from documents.records(doctype, name, lasting=lasting)


def _bound_records(doctype: str, name: str, lasting: bool) -> Iterator[access.Record]:
	fields = (*BINDING, *_FILED_UNDER) if doctype == COMMUNICATION else BINDING
	row = frappe.db.get_value(doctype, name, fields, as_dict=True)
	if not row:
		return
	if not any(row[field] for field in BINDING):
		filed_under = [row.get(field) for field in _FILED_UNDER]
		if all(filed_under) and documents.is_governed(filed_under[0]):
			yield from documents.records(*filed_under, lasting=lasting)
		return
	interaction = row.client_interaction
	if interaction and (record := policy.stored_record(interaction, lasting=lasting)):
		yield record
	else:
		# The interaction was deleted or never existed: there are no participants, so the level alone decides.
		yield access.Record(row.confidentiality_level, None, None)


def _bound_condition(doctype: str, user: str) -> str:
	readable_ones = interactions.interaction_condition(user)
	if not readable_ones:
		return ""
	bound, level = f"`tab{doctype}`.`client_interaction`", f"`tab{doctype}`.`confidentiality_level`"
	unbound = f"({bound} is null or {bound} = '')"
	rows = access.row_filter(policy.subject(user), policy.current(), interactions.listed_for())
	branches = [
		f"({unbound} and ({level} is null or {level} = ''){_filed_condition(doctype, user)})",
		f"{bound} in (select `tab{INTERACTION}`.`name` from `tab{INTERACTION}` where {readable_ones})",
	]
	if rows.open_levels:
		gone = f"({bound} not in (select `any`.`name` from `tab{INTERACTION}` `any`))"
		branches.append(
			f"(({unbound} or {gone}) and {interactions.at_levels(rows, rows.open_levels, level)})"
		)
	return f"({' or '.join(branches)})"


def _filed_condition(doctype: str, user: str) -> str:
	"""Condition: a message without an interaction is not filed under a document that the user cannot read."""
	if doctype != COMMUNICATION:
		return ""
	filed_type, filed_name = (f"ifnull(`tab{doctype}`.`{field}`, '')" for field in _FILED_UNDER)
	return "".join(
		f" and ({filed_type} != {frappe.db.escape(document)} or {filed_name} in"
		f" (select `tab{document}`.`name` from `tab{document}` where {sql}))"
		for document in documents.SETTING
		if (sql := documents.condition(user, document))
	)
