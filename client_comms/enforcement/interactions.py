"""Connects Client Interaction to Frappe's two permission hooks (D-5, P-2).

Both hooks apply the rule in `rules.access`: `has_permission` returns the decision on one record, and
the conditions translate the rule's row filter into SQL. Frappe's hooks can only deny: role permissions
and User Permissions still apply.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

import frappe
from frappe import _

from client_comms import clock, compat
from client_comms.enforcement import policy, refusals
from client_comms.rules import access

INTERACTION = "Client Interaction"
_ACTION = {
	"write": access.WRITE,
	"import": access.WRITE,
	"submit": access.WRITE,
	"cancel": access.WRITE,
	"amend": access.WRITE,
	"print": access.PRINT,
	"email": access.EMAIL,
	"export": access.EXPORT,
	"share": access.SHARE,
	"delete": access.DELETE,
}
LISTED_FOR = "client_comms_listed_for"
_NOTHING = "1 = 0"


def action_of(ptype: str | None) -> str:
	"""The action of the clearance table for a Frappe permission type; READ for all others."""
	return _ACTION.get(ptype, access.READ)


def has_permission(doc, ptype=None, user=None, debug=False):
	"""Decide on one interaction, by its state in the database rather than the document in memory."""
	user = user or frappe.session.user
	record = policy.stored_record(doc.name) if doc.name else None
	decision = decide_new(user) if record is None else decide(record, action_of(ptype), user)
	if decision.allowed:
		return compat.no_objection()
	return refusals.objection(doc.doctype, doc.name, action_of(ptype), user, decision)


def decide(record: access.Record, action: str, user: str | None = None) -> access.Decision:
	"""`rules.access.decide` for a user of this site, now."""
	return access.decide(policy.subject(user), record, policy.current(), action, clock.now())


def decide_any(records: Iterable[access.Record], action: str, user: str) -> access.Decision | None:
	"""`rules.access.decide_any` for a user of this site, now; does not load the user if there are no records."""
	records = iter(records)
	first = next(records, None)
	if first is None:
		return None
	return access.decide_any(
		policy.subject(user), chain([first], records), policy.current(), action, clock.now()
	)


def decide_new(user: str) -> access.Decision:
	"""Whether a user can log interactions at all: they need a role that is responsible for some type (D-1)."""
	return access.decide_new(policy.subject(user), policy.current())


def readers(doc, users: Iterable[str | None]) -> list[str]:
	"""The `users` who are enabled and can read the interaction, in the order of their names.

	Frappe's own permissions are checked as well; the record is queried once, not once per user.
	"""
	users = sorted(filter(None, set(users)))
	if not users:
		return []
	enabled = frappe.get_all("User", {"name": ("in", users), "enabled": 1}, pluck="name", order_by="name asc")
	with policy.holding(doc.name):
		return [user for user in enabled if frappe.has_permission(doc.doctype, "read", doc=doc, user=user)]


def listed_for() -> str:
	"""The action for which lists are currently filtered: READ, except inside `listing_for`."""
	return frappe.flags.get(LISTED_FOR) or access.READ


@contextmanager
def listing_for(action: str) -> Iterator[None]:
	"""Inside the block, row conditions use `action`, so that lists contain what the user can export or email."""
	before = frappe.flags.get(LISTED_FOR)
	frappe.flags[LISTED_FOR] = action
	try:
		yield
	finally:
		frappe.flags[LISTED_FOR] = before


def interaction_condition(user=None, doctype=None) -> str:
	"""The rows of Client Interaction that the user can read (or export, in an export), as SQL."""
	user = user or frappe.session.user
	return render(access.row_filter(policy.subject(user), policy.current(), listed_for()), user)


def child_condition(user=None, doctype=None) -> str:
	"""Rows of a child table are as confidential as their interaction."""
	return _through(f"`tab{doctype}`.`parent`", user)


def grant_condition(user=None, doctype=None) -> str:
	"""A grant names its interaction, so it is as confidential as the interaction."""
	return _through("`tabInteraction Access Grant`.`interaction`", user)


def has_grant_permission(doc, ptype=None, user=None, debug=False):
	"""Users who can read an interaction can see its grants; the controller checks who can create one."""
	record = policy.stored_record(doc.interaction) if doc.interaction else None
	if record is None or decide(record, access.READ, user).allowed:
		return compat.no_objection()
	return compat.objection(_("This access grant belongs to an interaction that you cannot read."))


def has_app_permission() -> bool:
	"""Whether the app's tile is shown to the user."""
	return frappe.session.user == "Administrator" or bool(
		frappe.has_permission(INTERACTION, "read") or frappe.has_permission("Client Comms Settings", "read")
	)


def _through(column: str, user: str | None) -> str:
	condition = interaction_condition(user)
	if not condition:
		return ""
	return f"({column} in (select `tab{INTERACTION}`.`name` from `tab{INTERACTION}` where {condition}))"


def render(rows: access.RowFilter, user: str) -> str:
	"""A row filter of the rule as a bracketed SQL condition; empty if every row is open."""
	if rows.everything:
		return ""
	branches = []
	if rows.open_levels:
		branches.append(_at_levels(rows, rows.open_levels))
	for level, pairs in sorted(rows.type_levels.items()):
		if pairs:
			branches.append(f"({_at_levels(rows, {level})} and {_of_types(pairs)})")
	if rows.participant_levels:
		branches.append(f"({_at_levels(rows, rows.participant_levels)} and {_takes_part(rows, user)})")
	return f"({' or '.join(branches)})" if branches else f"({_NOTHING})"


def _column(name: str) -> str:
	return f"`tab{INTERACTION}`.`{name}`"


def _literal(value: str) -> str:
	"""An SQL literal without percent signs, which some callers of a condition treat as parameters and others do not."""
	return f"_utf8mb4 0x{value.encode().hex()}" if "%" in value else frappe.db.escape(value)


def _values(values) -> str:
	return ", ".join(map(_literal, sorted(values)))


def at_levels(rows: access.RowFilter, levels, column: str) -> str:
	"""Rows whose level, stored in `column`, counts as one of `levels`."""
	named = f"{column} in ({_values(levels)})"
	if rows.strictest not in levels:
		return named
	# An unknown, empty or deleted level counts as the strictest one.
	return f"({named} or {column} is null or {column} not in ({_values(rows.known_levels)}))"


def _at_levels(rows: access.RowFilter, levels) -> str:
	return at_levels(rows, levels, _column("confidentiality_level"))


def _of_types(pairs) -> str:
	by_matrix: dict[str, set[str]] = {}
	for matrix, communication_type in pairs:
		by_matrix.setdefault(matrix, set()).add(communication_type)
	either = " or ".join(
		f"({_column('matrix')} = {_literal(matrix)}"
		f" and {_column('communication_type')} in ({_values(types)}))"
		for matrix, types in sorted(by_matrix.items())
	)
	return f"({either})"


def _takes_part(rows: access.RowFilter, user: str) -> str:
	"""The rows in which the user takes part, or, at levels where this counts, whose client they manage.

	They are collected in a derived table first: each part of it has an index, so for users who see little
	else MariaDB starts from their few rows instead of scanning everyone's.
	"""
	escaped, now = _literal(user), frappe.db.escape(str(clock.now()))
	parts = [
		f"select `mine`.`name` from `tab{INTERACTION}` `mine` where `mine`.`responsible_staff` = {escaped}",
		"select `item`.`parent` from `tabInteraction Action Item` `item`"
		f" where `item`.`assigned_to` = {escaped} and `item`.`status` = '{policy.OPEN_ACTION_ITEM}'",
		"select `grant`.`interaction` from `tabInteraction Access Grant` `grant`"
		f" where `grant`.`user` = {escaped} and `grant`.`valid_until` >= {now}",
	]
	if rows.account_manager_levels:
		level = at_levels(rows, rows.account_manager_levels, "`theirs`.`confidentiality_level`")
		parts += [
			f"select `theirs`.`name` from `tab{INTERACTION}` `theirs` join `tab{party_type}` `client`"
			f" on `theirs`.`party_type` = '{party_type}' and `theirs`.`party` = `client`.`name`"
			f" where `client`.`{field}` = {escaped} and {level}"
			for party_type, field in policy.ACCOUNT_MANAGER_FIELD.items()
		]
	return f"{_column('name')} in (select `part`.`name` from ({' union '.join(parts)}) `part`)"
