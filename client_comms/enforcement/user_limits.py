"""The interactions to which User Permissions restrict a user, such as those of one company (D-5).

Frappe applies User Permissions to a document alone. As a part of the rule they hold for what belongs to an interaction as well: its
messages, comments, files and rows.
"""

import frappe
from frappe.permissions import get_allowed_docs_for_doctype, get_user_permissions, has_user_permission
from frappe.utils import cint

from client_comms.rules.access_limits import Limit

INTERACTION = "Client Interaction"


def of(user: str) -> tuple[Limit, ...]:
	"""What restricts a user; without a query as long as Frappe remembers the user's permissions."""
	permissions = get_user_permissions(user)
	if not permissions:
		return ()
	may_be_empty = not cint(frappe.get_system_settings("apply_strict_user_permissions"))
	found = []
	for field, doctype in _restrictable().items():
		if allowed := get_allowed_docs_for_doctype(permissions.get(doctype, []), INTERACTION):
			found.append(Limit(field, frozenset(map(str, allowed)), may_be_empty))
	return tuple(found)


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


def _restrictable() -> dict[str, str]:
	links = frappe.get_meta(INTERACTION).get_link_fields()
	return {
		"name": INTERACTION,
		**{field.fieldname: field.options for field in links if not field.ignore_user_permissions},
	}
