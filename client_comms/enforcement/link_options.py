"""Names that link fields offer to users who need them for the procedure but have no ERPNext role (D-2).

Users who log interactions must choose the client, even if they cannot open the client's record. They are offered
names and titles, within User Permissions and the app's own rules, and nothing more.
"""

import frappe
from frappe.permissions import get_role_permissions

from client_comms.enforcement import guards, user_limits

_INTERACTION, _SETTINGS = ("Client Interaction", "read"), ("Client Comms Settings", "write")
_WITH_ROLES = (
	"Client Comms Settings",
	"Confidentiality Level",
	"Review Programme",
	"SOP Policy",
	"SOP Training",
)
# DocType -> the permission in this app that allows choosing one of its documents
_GOES_WITH = {
	**dict.fromkeys(("Customer", "Lead", "Prospect", "Supplier", "Contact"), (_INTERACTION,)),
	"Branch": (_INTERACTION,),
	**dict.fromkeys(("Company", "Issue Priority"), (_INTERACTION, _SETTINGS)),
	**dict.fromkeys(("Issue Type", "Holiday List", "Email Account", "Email Template"), (_SETTINGS,)),
	"Role": tuple((doctype, "write") for doctype in _WITH_ROLES),
}


def is_offered(doctype: str) -> bool:
	"""Whether the session user can choose documents only through this app, without permission in Frappe."""
	rights = _GOES_WITH.get(doctype)
	if not rights or is_open(doctype):
		return False
	return any(frappe.has_permission(ours, right) for ours, right in rights)


def is_open(doctype: str) -> bool:
	"""Whether a role lets the session user read or select documents in Frappe, and not only their own."""
	allowed = get_role_permissions(frappe.get_meta(doctype))
	own = allowed.get("if_owner") or {}
	return any(allowed.get(right) and right not in own for right in ("read", "select"))


def find(
	doctype: str, text: str, filters=None, limit: int = 10, names: list[str] | None = None
) -> list[tuple[str, str]]:
	"""Rows of (name, title) that contain `text`.

	:param names: only these, by default all

	:param filters: as a request sends them; only `{"link_doctype", "link_name"}` of contacts and `name` are used; others
	    would reveal content of records
	"""
	meta = frappe.get_meta(doctype)
	title = meta.get_title_field()
	containing = {field: ("like", f"%{text}%") for field in dict.fromkeys(("name", title))}
	among = [*_restrictions(doctype, filters), *([names] if names is not None else [])]
	conditions = [[doctype, "name", "in", each] for each in among]
	conditions += user_limits.filters(doctype, user_limits.of(frappe.session.user, doctype))
	if meta.has_field("disabled"):
		conditions.append([doctype, "disabled", "=", 0])

	def read(start: int, length: int) -> list:
		return frappe.get_all(
			doctype,
			filters=conditions,
			or_filters=containing if text else None,
			fields=["name", title],
			order_by=f"{title} asc, name asc",
			limit_start=start,
			limit_page_length=length,
			as_list=True,
		)

	rows = guards.page_of(doctype, read, 0, limit) if guards.is_held(doctype) else read(0, limit)
	return [(name, called or name) for name, called in rows]


def exists(doctype: str, name: str) -> bool:
	return bool(find(doctype, "", {"name": name}, limit=1))


def _restrictions(doctype: str, filters) -> list[list[str]]:
	"""Lists of names; a row must be in all of them."""
	filters, found = _equalities(filters), []
	if "name" in filters:
		found.append([filters["name"]])
	if doctype == "Contact" and "link_name" in filters:
		link = {key: filters.get(key) for key in ("link_doctype", "link_name")}
		found.append(frappe.get_all("Dynamic Link", {**link, "parenttype": doctype}, pluck="parent") or [""])
	return found


def _equalities(filters) -> dict[str, str]:
	"""Field -> value of a request's equality filters, which may be an object or a list of conditions."""
	filters = frappe.parse_json(filters) or {}
	if isinstance(filters, list):
		conditions = [each[-3:] for each in filters if isinstance(each, list) and len(each) >= 3]
		filters = {str(field): value for field, operator, value in conditions if operator == "="}
	return {field: value for field, value in filters.items() if isinstance(value, str)}
