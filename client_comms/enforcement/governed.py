"""The governed DocTypes, and the decision for each of their records.

An interaction is governed by its level and its participants. A message, event or call linked to an interaction is
as confidential as the interaction. One without an interaction is as confidential as its own level, if it has one, and
as each Issue, Lead and Opportunity under which it is filed or that it is about; without any of these it is not governed,
and ERPNext's own permissions apply. Paper files, reviews of records and copies of clients' data have rules of their own.
"""

from collections.abc import Callable, Collection, Iterable, Iterator

import frappe

from client_comms import clock, compat
from client_comms.enforcement import (
	data_packages,
	documents,
	filed,
	interactions,
	physical_files,
	policy,
	record_reviews,
	refusals,
	source_doctypes,
)
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.row_conditions import among, either, literal, meeting, of_row
from client_comms.rules import access

INTERACTION = interactions.INTERACTION
GRANT = interactions.GRANT
COMMUNICATION, EVENT, CALL = filed.COMMUNICATION, filed.EVENT, filed.CALL
DISCLOSURE = "Client Disclosure"
BINDING = filed.BINDING
PHYSICAL_FILE = physical_files.FILE
REVIEW = record_reviews.REVIEW
DATA_PACKAGE = data_packages.PACKAGE
_OWN_RULE = {PHYSICAL_FILE: physical_files, REVIEW: record_reviews, DATA_PACKAGE: data_packages}
_WITH_OWN_LEVEL = (INTERACTION, PHYSICAL_FILE, DATA_PACKAGE)


def bound() -> tuple[str, ...]:
	"""The DocTypes whose documents are linked to an interaction (`BINDING`) and follow its level: Frappe's, ERPNext's, and the
	sources of other apps."""
	return (COMMUNICATION, EVENT, CALL, *source_doctypes.active())


def held_with_interaction() -> tuple[str, ...]:
	"""All with these fields: the register, too, which keeps the level at which something was sent."""
	return (*bound(), DISCLOSURE)


def doctypes() -> tuple[str, ...]:
	"""The DocTypes whose records can be governed on this site."""
	return (
		INTERACTION,
		GRANT,
		*held_with_interaction(),
		*_OWN_RULE,
		*filter(documents.is_governed, documents.SETTING),
	)


def has_permission(doc, ptype=None, user=None, debug=False):
	"""Frappe's hook of what is linked to an interaction or has a rule of its own: by the record in the database, not the document in memory."""
	user, action = user or frappe.session.user, interactions.action_of(ptype)
	decision = decide(doc.doctype, doc.name, action, user) if doc.name else None
	if decision is None or decision.allowed:
		return compat.no_objection()
	return refusals.objection(doc.doctype, doc.name, action, user, decision, debug)


def condition(doctype: str, user: Reader | str | None) -> str:
	"""The rows of a governed DocType that `user` can read, as bracketed SQL; empty if all are open."""
	if doctype == INTERACTION:
		return interactions.interaction_condition(user)
	if doctype == GRANT:
		return interactions.grant_condition(user)
	if doctype in held_with_interaction():
		return _bound_condition(doctype, Reader.of(user))
	if own := _OWN_RULE.get(doctype):
		return own.condition(user)
	return documents.condition(user, doctype)


def owner_condition(
	owner_type: str,
	owner_name: str,
	user: Reader | str | None,
	missing: str = "0",
	owners: Collection[str] | None = None,
) -> str:
	"""Rows that belong to a governed document which the user can read, or to a document that is not governed, as
	bracketed SQL; empty if every row is open.

	:param owner_type: the column with the DocType of the document
	:param owner_name: the column with its name
	:param missing: the answer if the document does not exist
	:param owners: the DocTypes to which the rows belong that are asked about, if they are known: rows of others may be left out
	"""
	reader = Reader.of(user).inside
	if reader.rows.everything:
		return ""
	# With access to every level, also what belonged to a record that is gone is open, as in a form.
	restricted = (*_OWN_RULE,) if reader.rows.all_levels else doctypes()
	# Not as alternatives: of these MariaDB would make ranges of an index on the DocType, which leave out nothing and begin with the
	# rows that belong to none.
	asked = restricted if owners is None else [each for each in restricted if each in owners]
	together = [] if documents.reads_all(reader) else [each for each in asked if each in documents.SETTING]
	cases = []
	for owner in restricted:
		if owner in together:
			continue
		if owner not in asked:
			readable_ones = "0"
		elif owner == INTERACTION:
			readable_ones = interactions.of_interaction(owner_name, reader, missing)
		else:
			readable_ones = of_row(owner, owner_name, condition(owner, reader) or "1", missing)
		cases.append(f"when {literal(owner)} then {readable_ones}")
	others = f"(case {owner_type} {' '.join(cases)} else 1 end)"
	if not together:
		return others
	readable_ones = documents.of_named(owner_type, owner_name, reader, missing, together)
	return f"if({among(owner_type, together)}, {readable_ones}, {others})"


def readable(doctype: str, names: list[str]) -> set[str]:
	"""The `names` that confidentiality lets the session user read; one query, none if all are open."""
	return meeting(doctype, names, names and condition(doctype, frappe.session.user))


def as_stored(doc, *fields: str):
	"""Values of a document as the database has them: of the copy that a save has just read and locked, else read now.

	:returns: has `get`; None if the document is new
	"""
	if doc.is_new():
		return None
	return doc.get_doc_before_save() or frappe.db.get_value(doc.doctype, doc.name, fields, as_dict=True)


def level(doctype: str, name: str) -> str | None:
	"""The effective level of a record in the database; None if it is not governed or does not exist."""
	return levels(doctype, [name]).get(name)


def levels(doctype: str, names: Collection[str]) -> dict[str, str]:
	"""The effective levels of those of the records that are governed: name → level. One query, or two. What has no interaction is as
	confidential as the strictest of what it is about."""
	if doctype in (GRANT, REVIEW):
		about = {row.name: row.interaction for row in _in_database(doctype, names, ("interaction",))}
		found = levels(INTERACTION, {*about.values()} - {None, ""})
		return {name: found[interaction] for name, interaction in about.items() if interaction in found}
	if doctype in _WITH_OWN_LEVEL or documents.is_governed(doctype):
		fields = ("confidentiality_level",)
	elif doctype in held_with_interaction():
		fields = BINDING
	else:
		return {}
	counted, rows = policy.current().level, _in_database(doctype, names, fields)
	found = {
		row.name: known.name
		for row in rows
		if (doctype in _WITH_OWN_LEVEL or any(row[field] for field in fields))
		and (known := counted(row.confidentiality_level))
	}
	if doctype in bound():
		free = [row.name for row in rows if not row.client_interaction]
		for name, there in filed.levels(doctype, free):
			found[name] = policy.current().strictest_of(found.get(name), there)
	return found


def _in_database(doctype: str, names: Collection[str], fields: tuple[str, ...]) -> list:
	wanted = {"name": ("in", [*names, ""])}
	return frappe.get_all(doctype, wanted, ["name", *fields], order_by=None)


def interaction_of(doctype: str, name: str) -> str | None:
	"""The interaction that a record is, or to which it is linked."""
	if doctype == INTERACTION:
		return name
	if doctype not in held_with_interaction():
		return None
	return frappe.db.get_value(doctype, name, "client_interaction")


def decide(
	doctype: str, name: str, action: str, user: str, *, lasting: bool = False
) -> access.Decision | None:
	"""The decision on one record by its state in the database; None if it is not governed or does not exist.

	:param lasting: consider only reasons that do not expire, see `policy.stored_record`
	"""
	if doctype in _OWN_RULE:
		rule = decider(doctype, name, action, lasting=lasting)
		return rule and rule(policy.subject(user))
	action = access.READ if doctype == GRANT else action
	return _first_refusal(
		interactions.decide_any(facts, action, user) for facts in cases(doctype, name, lasting=lasting)
	)


def denies(doctype: str, name: str, user: str, action: str = access.READ) -> bool:
	"""Whether the rule, by the state in the database, denies something to a user; never what is not governed or does not exist."""
	decision = decide(doctype, name, action, user)
	return decision is not None and not decision.allowed


def decider(
	doctype: str, name: str, action: str, *, lasting: bool = False
) -> Callable[[access.Subject], access.Decision] | None:
	"""The decision on one record as a function of the user, with its facts looked up once; None if it is not governed or
	does not exist."""
	if own := _OWN_RULE.get(doctype):
		return own.decider(name, action, lasting=lasting)
	facts = [list(each) for each in cases(doctype, name, lasting=lasting)]
	action = access.READ if doctype == GRANT else action
	if not any(facts):
		return None
	return lambda subject: _first_refusal(
		access.decide_any(subject, each, policy.current(), action, clock.now()) for each in facts
	)


def _first_refusal(decisions: Iterable[access.Decision | None]) -> access.Decision | None:
	"""If there is none, the last decision; None without any."""
	decision = None
	for decision in decisions:
		if not decision:
			break
	return decision


def cases(doctype: str, name: str, *, lasting: bool = False) -> Iterator[Iterable[access.Record]]:
	"""The facts that decide: for each case, a user has to be allowed by any of its facts. One case, or beside its own level as many as
	there are documents that a meeting is about; none if the record is not governed, or has a rule of its own."""
	if doctype == INTERACTION:
		if record := policy.stored_record(name, lasting=lasting):
			yield [record]
	elif doctype == GRANT:
		if interaction := frappe.db.get_value(GRANT, name, "interaction"):
			yield from cases(INTERACTION, interaction, lasting=lasting)
	elif doctype in held_with_interaction():
		yield from _bound_cases(doctype, name, lasting)
	elif documents.is_governed(doctype):
		yield documents.records(doctype, name, lasting=lasting)


def _bound_cases(doctype: str, name: str, lasting: bool) -> Iterator[Iterable[access.Record]]:
	row = frappe.db.get_value(doctype, name, BINDING, as_dict=True)
	if not row:
		return
	interaction = row.client_interaction
	if interaction and (record := policy.stored_record(interaction, lasting=lasting)):
		yield [record]
		return
	if any(row.values()):
		# The interaction was deleted or never existed: there are no participants, so the level alone decides.
		yield [access.Record(row.confidentiality_level, None, None)]
	if doctype != DISCLOSURE:
		yield from filed.records(doctype, name, lasting=lasting)


def _bound_condition(doctype: str, reader: Reader) -> str:
	if reader.rows.all_levels:
		return ""
	bound, level = (f"`tab{doctype}`.`{field}`" for field in BINDING)
	free = f"({bound} is null or {bound} = '') and ({level} is null or {level} = '')"
	open_where_filed = filed.condition(doctype, reader.inside) if doctype != DISCLOSURE else "1"
	if reader.interactions is not None:
		return either([f"({free} and {open_where_filed})", among(bound, reader.interactions)])
	# Once for both, those without a level and those with one: it can ask for much.
	alone = f"(({free} or {reader.at_levels(reader.rows.open_levels, level)}) and {open_where_filed})"
	return interactions.of_interaction(bound, reader, missing=alone)
