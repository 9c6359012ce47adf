"""Access to Issue, Lead and Opportunity by their own level, if the settings govern them (D-5, P-2).

A document without a level is not governed. A document with a level is open to users who can read an interaction
about it at the same level, to users for whom the level is open by role or oversight, and to users with clearance who
take part in the document itself: its owner in ERPNext's sense, and its assignees.
"""

from collections.abc import Callable, Iterable, Iterator

import frappe

from client_comms import compat
from client_comms.enforcement import interactions, policy, readers, refusals, user_limits
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.row_conditions import among, either, few, of_row, there_is
from client_comms.rules import access

INTERACTION = interactions.INTERACTION
_LEVEL = f"`tab{INTERACTION}`.`confidentiality_level`"
# DocType -> the field with the user responsible for the document
RESPONSIBLE_FIELD = {"Issue": None, "Lead": "lead_owner", "Opportunity": "opportunity_owner"}
# DocType → the DocType of what ERPNext makes of it, with words of it, and how that names it.
MADE_OF = {
	"Lead": ("Opportunity", {"opportunity_from": "Lead"}, "party_name"),
	"Issue": ("Issue", {}, "issue_split_from"),
}
SETTING = {"Issue": "govern_issues", "Lead": "govern_leads", "Opportunity": "govern_opportunities"}


def is_governed(doctype: str) -> bool:
	"""Whether the settings govern this DocType; uses only the cached settings."""
	return doctype in SETTING and bool(frappe.get_cached_doc("Client Comms Settings").get(SETTING[doctype]))


def condition(user=None, doctype=None) -> str:
	"""The rows of a governed DocType that the user can read, as bracketed SQL; empty if all are open."""
	if not is_governed(doctype):
		return ""
	reader = Reader.of(user)
	if reads_all(reader):
		return ""
	level, branches = _level(doctype, reader), _by_itself(doctype, reader)
	if levels := _by_interaction(reader):
		branches.append(f"({_with_level(reader, levels, level)} and {_told_about(doctype, reader)})")
	return either(branches)


def of_named(
	kind: str, name: str, reader: Reader, missing: str = "0", among_these: Iterable[str] = SETTING
) -> str:
	"""Whether the user can read the document that two columns name, as bracketed SQL; empty if every one is open.

	As `condition` of each DocType, but what decides by the interactions about it is asked once for all: the database plans each
	subquery of a condition again for every page.

	:param kind: the column with the DocType, which is one of `among_these`
	:param missing: the answer if the document does not exist
	"""
	wanted = [doctype for doctype in among_these if is_governed(doctype)]
	if not wanted or reads_all(reader):
		return ""
	if len(wanted) == 1:
		return of_row(wanted[0], name, condition(reader, wanted[0]), missing)

	def of_each(asked: Callable[[str], str]) -> str:
		cases = (
			f"when '{each}' then (select {asked(each)} from `tab{each}` where `tab{each}`.`name` = {name})"
			for each in wanted
		)
		return f"(case {kind} {' '.join(cases)} end)"

	itself = of_each(lambda each: f"ifnull({either(_by_itself(each, reader))}, 0)")
	branches = [f"(coalesce({itself}, {missing}) = 1)"]
	if levels := _by_interaction(reader):
		same = f"{_LEVEL} = {of_each(lambda each: f'`tab{each}`.`confidentiality_level`')}"
		counts = _with_level(reader, levels, reader.level(_LEVEL))
		branches.append(_told(kind, name, f"{same} and {counts}", reader))
	return either(branches)


def reads_all(reader: Reader) -> bool:
	"""Whether every document is open to the user by its level."""
	rows = reader.rows
	return rows.everything or bool(rows.known_levels and rows.open_levels >= rows.known_levels)


def _level(doctype: str, reader: Reader) -> str:
	return reader.level(f"`tab{doctype}`.`confidentiality_level`", of_most=True)


def _by_itself(doctype: str, reader: Reader) -> list[str]:
	"""What opens a document besides the interactions about it: that it has no level, its level, and that the user takes part in it."""
	rows, level = reader.rows, _level(doctype, reader)
	branches = [f"{level} is null", f"{level} = ''"]
	if rows.open_levels:
		branches.append(_with_level(reader, rows.open_levels, level))
	if rows.participant_levels:
		with_level = _with_level(reader, rows.participant_levels, level)
		branches.append(f"({with_level} and {either(_participation(doctype, reader))})")
	return branches


def _by_interaction(reader: Reader) -> set[str]:
	"""The levels at which those who can read an interaction about a document can read the document."""
	rows = reader.rows
	return {*rows.type_levels, *rows.participant_levels, *rows.account_manager_levels} - rows.open_levels


def has_permission(doc, ptype=None, user=None, debug=False):
	"""Decide on one document, by its level in the database."""
	if not is_governed(doc.doctype) or not doc.name:
		return compat.no_objection()
	user = user or frappe.session.user
	if user_limits.keep_stored(doc, user):
		return compat.objection(debug=debug)
	action = interactions.action_of(ptype)
	decision = decide(doc.doctype, doc.name, action, user)
	if decision is None or decision.allowed:
		return compat.no_objection()
	return refusals.objection(doc.doctype, doc.name, action, user, decision, debug)


def decide(
	doctype: str, name: str, action: str, user: str, *, lasting: bool = False
) -> access.Decision | None:
	"""The decision on a document by its state in the database; None if it has no level."""
	return interactions.decide_any(records(doctype, name, lasting=lasting), action, user)


def records(doctype: str, name: str, *, lasting: bool = False) -> Iterator[access.Record]:
	"""The facts that decide about a document: its own, and those of the interactions about it at its level."""
	field = RESPONSIBLE_FIELD[doctype]
	fields = ["confidentiality_level", field] if field else ["confidentiality_level"]
	row = frappe.db.get_value(doctype, name, fields, as_dict=True)
	if not row or not row.confidentiality_level:
		return
	level = row.confidentiality_level
	yield access.Record(
		level=level,
		matrix=None,
		communication_type=None,
		responsible_staff=row.get(field) if field else None,
		assignees=frozenset(
			frappe.get_all(
				"ToDo",
				{"reference_type": doctype, "reference_name": name, "status": "Open"},
				pluck="allocated_to",
			)
		),
	)
	about = {"reference_doctype": doctype, "reference_name": name, "confidentiality_level": level}
	yield from policy.stored_records(
		frappe.get_all(INTERACTION, about, pluck="name"), lasting=lasting
	).values()


def simulate_governing(doctype: str) -> list[dict]:
	"""Who would lose access to how many documents if the DocType were governed now: `[{"user", "documents"}]`.

	Counts documents with an interaction that the user cannot read. Most users differ only in what they take part in: the documents with
	something that is not open by its level and type are counted once for all with the same roles.
	"""
	losses, closed = [], {}
	for user in frappe.get_all(
		"User", {"enabled": 1, "user_type": "System User"}, pluck="name", order_by="name asc"
	):
		if user == "Administrator" or not frappe.has_permission(doctype, "read", user=user):
			continue
		reader = Reader(user, by_row=False)
		if reader.rows.all_levels:
			continue
		tied, kinds = reader.tied_interactions(), reader.open_by_kind
		if tied is None or reader.rows.limits:
			documents = _number_with(doctype, f"not ifnull({reader.condition}, 0)")
		else:
			if kinds not in closed:
				closed[kinds] = _number_with(doctype, f"not ifnull({kinds}, 0)")
			documents = closed[kinds] - (_number_open_by_ties(doctype, reader, tied) if tied else 0)
		if documents:
			losses.append({"user": user, "documents": documents})
	return losses


def _number_with(doctype: str, condition: str) -> int:
	"""How many documents have an interaction that meets a condition."""
	interaction = f"`tab{INTERACTION}`"
	# nosemgrep: frappe-sql-format-injection (a DocType of the app's settings, and conditions of the app)
	((documents,),) = frappe.db.sql(
		f"""select count(distinct {interaction}.`reference_name`) from {interaction}
		where {interaction}.`reference_doctype` = '{doctype}' and {condition}"""
	)
	return documents


def _number_open_by_ties(doctype: str, reader: Reader, tied: str) -> int:
	"""How many documents have an interaction that is not open by its level and type, and none that the user cannot read."""
	interaction = f"`tab{INTERACTION}`"
	of_doctype = f"{interaction}.`reference_doctype` = '{doctype}'"
	# nosemgrep: frappe-sql-format-injection (a DocType of the app's settings, and conditions of the app)
	((documents,),) = frappe.db.sql(
		f"""select count(*) from (
			select distinct {interaction}.`reference_name` `document` from ({tied}) `tied`
			join {interaction} on {interaction}.`name` = `tied`.`name`
			where {of_doctype} and not ifnull({reader.open_by_kind}, 0)
		) `touched` where not exists (
			select 1 from {interaction} where {of_doctype} and {interaction}.`reference_name` = `touched`.`document`
				and not ifnull({reader.condition}, 0)
		)"""
	)
	return documents


def _with_level(reader: Reader, levels, column: str) -> str:
	return f"({column} != '' and {reader.at_levels(levels, column)})"


def _participation(doctype: str, reader: Reader) -> list[str]:
	name, ties = f"`tab{doctype}`.`name`", []
	if field := RESPONSIBLE_FIELD[doctype]:
		ties.append(f"`tab{doctype}`.`{field}` = {reader.me}")
	if reader.assigned is None:
		ties.append(
			there_is(
				f"select 1 from `tabToDo` where `tabToDo`.`reference_type` = '{doctype}' and `tabToDo`.`reference_name` = {name}"
				f" and `tabToDo`.`allocated_to` = {reader.me} and `tabToDo`.`status` = 'Open'"
			)
		)
	elif names := reader.assigned.get(doctype):
		ties.append(among(name, names))
	return ties


def _told_about(doctype: str, reader: Reader) -> str:
	"""The documents with an interaction at their own level that the user can read."""
	interaction, document = f"`tab{INTERACTION}`", f"`tab{doctype}`"
	same_level = f"{_LEVEL} = {document}.`confidentiality_level`"
	if reader.opened is not None:
		names = few(
			f"select distinct {document}.`name` from {interaction} join {document}"
			f" on {document}.`name` = {interaction}.`reference_name` and {same_level}"
			f" where {interaction}.`reference_doctype` = '{doctype}' and {among(f'{interaction}.`name`', reader.opened)}",
			readers.NAMED_OF_ALL if reader.looks_up_all else readers.NAMED,
		)
		if names is not None:
			return among(f"{document}.`name`", names)
	return _told(f"'{doctype}'", f"{document}.`name`", same_level, reader)


def _told(kind: str, name: str, same_level: str, reader: Reader) -> str:
	"""Whether there is an interaction about a document, at its level, that the user can read."""
	interaction = f"`tab{INTERACTION}`"
	return there_is(
		f"select 1 from {interaction} where {interaction}.`reference_doctype` = {kind}"
		f" and {interaction}.`reference_name` = {name} and {same_level} and {reader.inside.condition}"
	)
