"""Consents, identity checks and preferences of a client are visible only to users who can see the client (C-1, P-1, P-3).

The app's roles give access to these DocTypes; anything that hides the client from a user also hides these.
Users without any role for the client's DocType, such as a Compliance Officer, are restricted by everything but the role: User
Permissions, the client's own level, and hooks of other apps.
"""

from collections.abc import Collection

import frappe
from frappe import _
from frappe.model.db_query import DatabaseQuery
from frappe.permissions import has_controller_permissions, has_user_permission

from client_comms import compat
from client_comms.clients.contacts import require_kind
from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import compose, interactions, policy, refusals, user_limits
from client_comms.enforcement.readers import INTERACTION, held
from client_comms.enforcement.row_conditions import among, either, literal, of_row
from client_comms.i18n import bold

_REQUEST = "Data Subject Request"
_RATING = "Rating"  # the kind of link with which a client rates an interaction


def condition(user=None, doctype=None) -> str:
	"""`permission_query_conditions` of a DocType with `party_type` and `party`."""
	user = user or frappe.session.user
	kind, party = f"`tab{doctype}`.`party_type`", f"`tab{doctype}`.`party`"
	restricted = {
		party_type: sql for party_type in PARTY_TYPES if (sql := clients_condition(party_type, party, user))
	}
	if not restricted:
		return ""
	# After an erasure there is no client left to hide.
	branches = [f"{kind} is null", f"not {among(kind, restricted)}"]
	branches += [f"({kind} = {literal(party_type)} and {sql})" for party_type, sql in restricted.items()]
	return either(branches)


def has_permission(doc, ptype=None, user=None, debug=False):
	"""Decide by the client in the database, and by the one that a change would name."""
	user = user or frappe.session.user
	clients = {(doc.party_type, doc.party)}
	if not doc.is_new():
		clients.add(frappe.db.get_value(doc.doctype, doc.name, ["party_type", "party"]) or (None, None))
	if all(is_open(party_type, party, user) for party_type, party in clients):
		return compat.no_objection()
	return compat.objection(unreadable_client())


def link_condition(user=None, doctype=None) -> str:
	"""The same of Client Access Link; that a client was asked to rate an interaction is as confidential as the interaction."""
	interaction = f"`tab{doctype}`.`client_interaction`"
	readable = interactions.of_interaction(interaction, user, missing="1")
	conditions = [
		readable and f"(`tab{doctype}`.`kind` != '{_RATING}' or {readable})",
		condition(user, doctype),
	]
	return " and ".join(filter(None, conditions))


def has_link_permission(doc, ptype=None, user=None, debug=False):
	user = user or frappe.session.user
	record = doc.kind == _RATING and doc.client_interaction and policy.stored_record(doc.client_interaction)
	if record and not policy.may_read(user, record):
		return compat.objection(refusals.without_clearance())
	return has_permission(doc, ptype, user, debug)


def require_open(party_type: str | None, party: str | None) -> None:
	"""
	:raises frappe.PermissionError: the session user cannot see the client
	"""
	if not is_open(party_type, party, frappe.session.user):
		frappe.throw(unreadable_client(), exc=frappe.PermissionError, title=_("Not Permitted"))


def unreadable_client() -> str:
	"""What is said to users who cannot see the client of a document."""
	return _(
		"You cannot read the client concerned. Ask a colleague who can, or your administrator for access to the client."
	)


def is_open(party_type: str | None, party: str | None, user: str) -> bool:
	"""Whether a user can see a client; after an erasure there is none left to hide."""
	if user == "Administrator" or not (party_type in PARTY_TYPES and party):
		return True
	return not frappe.db.exists(party_type, party) or _may_know(party_type, party, user)


def open_to(clients: Collection[tuple[str, str]], user: str) -> set[tuple[str, str]]:
	"""Those of several clients for which `is_open`; a few queries for each DocType, unless another app decides about each client."""
	names: dict[str, list[str]] = {}
	for party_type, party in clients:
		names.setdefault(party_type, []).append(party)
	found: set[tuple[str, str]] = set()
	for party_type, wanted in names.items():
		if user == "Administrator" or party_type not in PARTY_TYPES:
			seen = {*wanted}
		elif _decided_elsewhere(party_type):
			seen = {name for name in wanted if is_open(party_type, name, user)}
		else:
			here = {*frappe.get_all(party_type, {"name": ("in", wanted)}, pluck="name", order_by=None)}
			seen = visible(party_type, wanted, user) | ({*wanted} - here)
		found |= {(party_type, name) for name in wanted if name in seen}
	return found


def _decided_elsewhere(party_type: str) -> bool:
	"""Whether another app has a `has_permission` of its own, which the condition of lists says nothing about."""
	hooks = frappe.get_hooks("has_permission")
	return any(not compose.is_ours(path) for key in (party_type, "*") for path in hooks.get(key) or ())


def require_to_act(
	party_type: str, party: str, doctype: str, ptype: str = "create", interaction: str | None = None
) -> None:
	"""Check that the session user can act for a client: ask for consent or confirm their identity (P-1, P-3).

	Users who can read the client in ERPNext, any of its interactions, or an open request about its data, can do so, because the
	procedure requires it of them.

	:param ptype: the permission on `doctype` that is required
	:param interaction: the interaction concerned, if any: one of the client's that the user can read
	:raises frappe.PermissionError: the message says what is missing, but not whether the client exists
	"""
	require_kind(party_type)
	if not frappe.has_permission(doctype, ptype):
		roles = sorted({_(row.role) for row in frappe.get_meta(doctype).permissions if row.get(ptype)})
		frappe.throw(
			_("{0}: your roles do not let you do this. Ask the administrator for one of: {1}.").format(
				bold(_(doctype)), ", ".join(roles)
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	if not _may_act_for(party_type, party):
		frappe.throw(
			_(
				"You cannot do this for {0}, because you can read neither this client nor any of its interactions. Log the conversation with the client first, or ask the client's responsible staff for access."
			).format(bold(party or "")),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	if interaction and not _reads_one(INTERACTION, party_type, party, name=interaction):
		frappe.throw(
			_(
				"{0} is not an interaction of this client that you can read. Choose another one, or leave the field empty."
			).format(bold(interaction)),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def may_record(doctype: str, party_type: str, party: str) -> bool:
	"""Whether the session user can record such a document of a client without an interaction that they can read."""
	return bool(frappe.has_permission(doctype, "create") and _may_act_for(party_type, party))


def _may_act_for(party_type: str, party: str) -> bool:
	if not (party and frappe.db.exists(party_type, party)):
		return False
	if not _may_know(party_type, party, frappe.session.user):
		return False
	if frappe.has_permission(party_type, "read"):
		return True
	return _reads_one(INTERACTION, party_type, party) or _reads_one(
		_REQUEST, party_type, party, status="Open"
	)


def _reads_one(doctype: str, party_type: str, party: str, **filters) -> bool:
	"""Whether the session user can read one of the client's documents."""
	filters = {"party_type": party_type, "party": party, **filters}
	return bool(
		frappe.has_permission(doctype, "read")
		and frappe.get_list(doctype, filters, pluck="name", order_by="name asc", limit=1)
	)


def _may_know(party_type: str, party: str, user: str) -> bool:
	"""Whether the user can see the client; without a role for its DocType, whether nothing else hides it."""
	if frappe.has_permission(party_type, "read", user=user):
		return bool(frappe.has_permission(party_type, "read", doc=party, user=user))
	client = frappe.get_doc(party_type, party)
	return bool(
		has_user_permission(client, user=user) and has_controller_permissions(client, "read", user=user)
	)


def visible(party_type: str, names: list[str], user: str | None = None) -> set[str]:
	"""Those of the clients that a user, by default that of the session, can see; one query, none if all are open."""
	column = "`client`.`name`"  # the condition looks the client up in the table of this name
	restricted = names and clients_condition(party_type, column, user or frappe.session.user)
	if not restricted:
		return set(names)
	wanted = among(column, names)
	query = f"select {column} from `tab{party_type}` `client` where {wanted} and {restricted}"
	# nosemgrep: frappe-sql-format-injection (the permission condition; names are escaped)
	return set(frappe.db.sql_list(query))


def clients_condition(party_type: str, party: str, user: str) -> str:
	"""Rows whose client, named in the column `party`, the user can see, as SQL; empty if all clients of the DocType are open."""
	if user == "Administrator":
		return ""
	allowed, condition, missing = held((party_type, user), lambda: _clients_open_to(party_type, user))
	conditions = [] if allowed is None else [among(party, allowed)]
	if condition:
		conditions.append(of_row(party_type, party, f"({condition})", missing))
	return f"({' and '.join(conditions)})" if conditions else ""


def _clients_open_to(party_type: str, user: str) -> tuple[list[str] | None, str, str]:
	"""(names of the clients to which the user is restricted, if any; a condition on the client; what counts if there is no client)."""
	query = DatabaseQuery(party_type, user=user)
	if frappe.has_permission(party_type, "read", user=user):
		return None, query.build_match_conditions(), "0"
	limits = user_limits.of(user, party_type)
	allowed = next((sorted(each.values) for each in limits if each.field == user_limits.NAME), None)
	linked = user_limits.condition(party_type, (each for each in limits if each.field != user_limits.NAME))
	hooks = query.get_permission_query_conditions()
	return allowed, " and ".join(filter(None, (linked, hooks and f"({hooks})"))), "1"
