"""Connects Client Interaction to Frappe's two permission hooks (D-5, P-2).

Both hooks apply the rule in `rules.access`: `has_permission` returns the decision on one record, and
the conditions translate the rule's row filter into SQL. Frappe's hooks can only deny: role permissions
and User Permissions still apply.
"""

from collections.abc import Collection, Iterable
from itertools import chain

import frappe
from frappe import _

from client_comms import clock, compat
from client_comms.enforcement import policy, refusals
from client_comms.enforcement.readers import INTERACTION, LISTED_FOR, Reader
from client_comms.enforcement.row_conditions import among, either, of_row
from client_comms.flags import flagged
from client_comms.rules import access, access_new

GRANT = "Interaction Access Grant"
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
	return refusals.objection(doc.doctype, doc.name, action_of(ptype), user, decision, debug)


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
	return access_new.decide_new(policy.subject(user), policy.current(), clock.now())


def readers(doc, users: Iterable[str | None]) -> list[str]:
	"""The `users` who are enabled and can read the interaction, in the order of their names.

	Frappe's own permissions are checked as well; the record is queried once, not once per user.
	"""
	return readers_among(doc, enabled(users))


def enabled(users: Iterable[str | None]) -> list[str]:
	"""The `users` who are enabled, in the order of their names."""
	users = sorted(filter(None, set(users)))
	if not users:
		return []
	return frappe.get_all("User", {"name": ("in", users), "enabled": 1}, pluck="name", order_by="name asc")


def readers_among(doc, users: Collection[str], action: str = access.READ) -> list[str]:
	"""`readers`, if it is known that the users are enabled; or those who can do `action` with it."""
	if not users:
		return []
	with policy.holding(doc.name):
		return [user for user in users if frappe.has_permission(doc.doctype, action, doc=doc, user=user)]


def listing_for(action: str):
	"""Inside the block, row conditions use `action`, so that lists contain what the user can export or email."""
	return flagged(LISTED_FOR, action)


def interaction_condition(user=None, doctype=None) -> str:
	"""The rows of Client Interaction that the user can read (or export, in an export), as SQL; empty if every row is open."""
	return Reader.of(user).condition


def child_condition(user=None, doctype=None) -> str:
	"""Rows of a child table are as confidential as their interaction."""
	return of_interaction(f"`tab{doctype}`.`parent`", user)


def grant_condition(user=None, doctype=None) -> str:
	"""A grant names its interaction, so it is as confidential as the interaction."""
	return of_interaction(f"`tab{GRANT}`.`interaction`", user)


def of_interaction(column: str, user: Reader | str | None, missing: str = "0") -> str:
	"""Rows for which the user can read the interaction that `column` names, as SQL; empty if every one is open.

	:param missing: the answer if the interaction does not exist
	"""
	reader = Reader.of(user)
	if not reader.condition:
		return ""
	if reader.interactions is not None:
		named = among(column, reader.interactions)
		return f"({named})" if missing == "0" else either([named, of_row(INTERACTION, column, "0", missing)])
	return of_row(INTERACTION, column, reader.inside.condition, missing)


def has_grant_permission(doc, ptype=None, user=None, debug=False):
	"""Users who can read an interaction can see its grants; the controller checks who can create one.

	Decided by the interaction in the database, and by the one that a change would name. One that is gone is read with access to everything.
	"""
	stored = doc.name and frappe.db.get_value(GRANT, doc.name, "interaction", as_dict=True)
	named = (
		{doc.interaction or None}
		if not stored
		else {stored.interaction, doc.interaction or stored.interaction}
	)
	if all(_may_read(interaction, user) for interaction in named if interaction or stored):
		return compat.no_objection()
	return compat.objection(
		refusals.without_clearance(_("You have no clearance for the interaction of this access grant."))
	)


def _may_read(interaction: str | None, user: str | None) -> bool:
	record = interaction and policy.stored_record(interaction)
	return decide(record or access.Record(None, None, None), access.READ, user).allowed


def has_app_permission() -> bool:
	"""Whether the app's tile is shown to the user."""
	return frappe.session.user == "Administrator" or bool(
		frappe.has_permission(INTERACTION, "read") or frappe.has_permission("Client Comms Settings", "read")
	)
