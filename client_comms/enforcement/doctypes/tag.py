"""Words of tags, in which staff say something about clients (P-2): Frappe lets every login read, enter and change all of them, portal users included."""

from client_comms import compat, roles


def has_permission(doc, ptype=None, user=None, **_others) -> bool | None:
	"""`has_permission` of Tag, for users of the desk."""
	return False if roles.is_outside(user) else compat.no_objection()


def condition(user=None, doctype=None) -> str:
	"""`permission_query_conditions` of the same."""
	return "1 = 0" if roles.is_outside(user) else ""
