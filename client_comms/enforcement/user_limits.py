"""The records to which User Permissions restrict a user, such as the interactions of one company (D-5).

Frappe applies User Permissions to a document alone, and for users with a role for it. As a part of the rule they hold for what belongs to an
interaction as well: its messages, comments, files and rows. And they hold where users without a role for clients are shown something of them.
"""

from collections.abc import Iterable

import frappe
from frappe.permissions import get_allowed_docs_for_doctype, get_user_permissions, has_user_permission
from frappe.utils import cint

from client_comms.enforcement.row_conditions import among
from client_comms.rules.access_limits import Limit

INTERACTION = "Client Interaction"
NAME = "name"


def of(user: str, doctype: str = INTERACTION) -> tuple[Limit, ...]:
	"""What restricts a user among the documents of a DocType: by their names, and by what their link fields name, such as the territory of
	a customer; without a query as long as Frappe remembers the user's permissions."""
	permissions = get_user_permissions(user)
	if not permissions:
		return ()
	may_be_empty = not cint(frappe.get_system_settings("apply_strict_user_permissions"))
	found = []
	for field, linked in _restrictable(doctype).items():
		if allowed := get_allowed_docs_for_doctype(permissions.get(linked, []), doctype):
			found.append(Limit(field, frozenset(map(str, allowed)), may_be_empty))
	return tuple(found)


def condition(doctype: str, limits: Iterable[Limit]) -> str:
	"""The rows of a DocType that the limits admit, as SQL; empty if all are."""
	return " and ".join(_admits(f"`tab{doctype}`.`{each.field}`", each) for each in limits)


def _admits(column: str, limit: Limit) -> str:
	admitted = among(column, limit.values)
	return f"(ifnull({column}, '') = '' or {admitted})" if limit.empty else admitted


def filters(doctype: str, limits: Iterable[Limit]) -> list[list]:
	"""The same as filters of a query that ignores permissions."""
	return [
		[doctype, each.field, "in", sorted({*each.values, *([""] if each.empty else [])})] for each in limits
	]


def keep_stored(doc, user: str) -> bool:
	"""Whether User Permissions keep a document from a user as it is stored. Frappe asks the one that the user has changed, into what
	they may see; a query for users with User Permissions, and for what they change.
	"""
	if not get_user_permissions(user):
		return False
	links = [field.fieldname for field in doc.meta.get_link_fields() if not field.get("is_virtual")]
	stored = frappe.db.get_value(doc.doctype, doc.name, links, as_dict=True)
	if not stored or all((stored[field] or None) == (doc.get(field) or None) for field in links):
		return False
	return not has_user_permission(frappe.get_doc(doc.doctype, doc.name), user)


def fields() -> tuple[str, ...]:
	"""The fields of an interaction that User Permissions can restrict."""
	return tuple(_restrictable())


def _restrictable(doctype: str = INTERACTION) -> dict[str, str]:
	links = frappe.get_meta(doctype).get_link_fields()
	return {
		NAME: doctype,
		**{
			field.fieldname: field.options
			for field in links
			if not (field.ignore_user_permissions or field.get("is_virtual"))
		},
	}
