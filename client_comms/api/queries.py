"""Options for link fields of the desk."""

from collections import Counter
from collections.abc import Callable
from functools import wraps

import frappe
from frappe import _
from frappe.utils import cint, cstr

from client_comms import clock, validation
from client_comms.client_interactions import responsible_staff as possible_staff
from client_comms.clients import document_clients, preferences
from client_comms.communication_governance import matrix, templates
from client_comms.enforcement import documents, policy
from client_comms.roles import require_configuring_or_auditing, users_with_role

INTERACTION = "Client Interaction"
_LONGEST_PAGE, _LAST = 500, 1_000_000


def _search(query: Callable) -> Callable:
	"""What Frappe does for functions that link fields call, and a page that the database can return."""

	@frappe.validate_and_sanitize_search_inputs
	@wraps(query)
	def ask(doctype, txt, searchfield, start, page_len, filters):
		start, page_len = min(max(cint(start), 0), _LAST), min(max(cint(page_len), 1), _LONGEST_PAGE)
		return query(doctype, txt, searchfield, start, page_len, filters)

	return ask


@frappe.whitelist()
@_search
def responsible_staff(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict
) -> list[tuple]:
	"""Enabled desk users who can be responsible for interactions: with clearance, and a role that the matrix requires (M-1).

	:param filters: `{"interactions"}`: a list of names, as JSON, of which those count that the caller can read; or as a form has
	    them `{"company", "communication_type", "confidentiality_level"}`, with the `"name"` of an interaction that is stored
	:returns: rows of (user, full name), as link fields expect them; of several interactions also for how many, if not for all
	"""
	frappe.has_permission(INTERACTION, "select", throw=True)
	if "interactions" in filters:
		names = _names(filters["interactions"])
		kinds, besides = Counter(_stored(names)), _responsible_for_all(names)
	else:
		kinds, besides = {_as_in_form(filters): 1}, None
	return possible_staff.find(kinds, txt, cint(start), cint(page_len) or 10, besides)


def _names(sent: object) -> list[str]:
	names = validation.from_json(sent)
	if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
		frappe.throw(_("Send the names of interactions as a list."), title=_("Not a List of Names"))
	return names


def _responsible_for_all(names: list[str]) -> str | None:
	"""To reassign all of them to their present owner would change nothing."""
	owners = frappe.get_list(
		INTERACTION,
		{"name": ("in", [*names, ""])},
		pluck="responsible_staff",
		distinct=True,
		order_by=None,
		limit_page_length=2,
	)
	return owners[0] if len(owners) == 1 else None


def _stored(names: list[str]) -> list[possible_staff.Kind]:
	fields = [*possible_staff.Kind._fields]
	found = frappe.get_list(
		INTERACTION,
		{"name": ("in", [*names, ""])},
		fields,
		order_by=None,
		limit_page_length=0,
		as_list=True,
	)
	return [possible_staff.Kind(*row) for row in found]


def _as_in_form(filters: dict) -> possible_staff.Kind:
	kind, level = filters.get("communication_type"), filters.get("confidentiality_level")
	stored = next(iter(_stored([cstr(filters.get("name"))])), None)
	version = stored.matrix if stored else matrix.in_force(filters.get("company"), clock.now())
	if not stored or kind != stored.communication_type:  # then the level is at least that of the matrix
		rule = matrix.rule_for(version, kind) if version else None
		level = policy.current().strictest_of(level, rule and rule.confidentiality_level)
	return possible_staff.Kind(version, kind, level)


@frappe.whitelist()
@_search
def email_templates(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict
) -> list[tuple[str, str]]:
	"""Email Templates for an email about a document; for a governed document only those approved for it, the
	best first (D-3).

	Until the first Communication Template is approved, all are offered.

	:param filters: `{"reference_doctype", "reference_name"}`: the document that the email is about
	:returns: rows of (Email Template, subject), as link fields expect them
	"""
	about, name = filters.get("reference_doctype"), filters.get("reference_name")
	wanted = [["name", "like", f"%{txt}%"]]
	restricted = (
		frappe.get_cached_doc("Client Comms Settings").offer_approved_templates_only
		and (about == INTERACTION or documents.is_governed(about))
		and templates.in_use()
	)
	if not restricted:
		return _email_templates(wanted, start, page_len)
	doc = frappe.get_doc(about, name)
	doc.check_permission("email")
	offered = templates.offered(about, name, preferences.language_of_document(doc))
	found = {row[0]: row for row in _email_templates([*wanted, ["name", "in", offered]])} if offered else {}
	rows = [found[each] for each in offered if each in found]
	return rows[start : start + page_len]


def _email_templates(filters: list, start: int = 0, page_len: int = 0) -> list:
	return frappe.get_list(
		"Email Template",
		filters=filters,
		fields=["name", "subject"],
		order_by="name asc",
		limit_start=start,
		limit_page_length=page_len,
		as_list=True,
	)


@frappe.whitelist()
@_search
def desk_users(doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict) -> tuple:
	"""Enabled desk users, for users who configure or audit.

	:param filters: `{"role"}`: only those with the role, if given
	:returns: rows of (user, full name), as link fields expect them
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	conditions = {"enabled": 1, "user_type": "System User"}
	if role := (filters or {}).get("role"):
		conditions["name"] = ("in", users_with_role(role))
	return _users(conditions, txt, start, page_len)


@frappe.whitelist()
@_search
def colleagues(doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict) -> tuple:
	"""Enabled desk users by name, for every desk user, such as to choose a substitute.

	:returns: rows of (user, full name), as link fields expect them
	:raises frappe.PermissionError: the caller is not a desk user
	"""
	frappe.only_for("Desk User")
	conditions = {"enabled": 1, "user_type": "System User", "name": ("!=", "Administrator")}
	return _users(conditions, txt, start, page_len)


def _users(conditions: dict, txt: str, start: int, page_len: int) -> tuple:
	return frappe.get_all(
		"User",
		filters=conditions,
		or_filters={"name": ("like", f"%{txt}%"), "full_name": ("like", f"%{txt}%")},
		fields=["name", "full_name"],
		order_by="full_name asc",
		limit_start=start,
		limit_page_length=page_len,
		as_list=True,
	)


@frappe.whitelist()
@_search
def document_types_with_clients(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict
) -> list:
	"""DocTypes whose documents can say who their client is, for users who configure or audit; Frappe lists DocTypes only for
	System Managers.

	:returns: rows of (DocType, its name in the user's language), as link fields expect them
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	wanted = {
		"name": ("in", document_clients.candidates()),
		"module": ("not in", frappe.get_module_list("client_comms")),
		"istable": 0,
		"issingle": 0,
		"is_virtual": 0,
	}
	names = frappe.get_all("DocType", wanted, pluck="name", order_by="name asc")
	found = [(name, _(name)) for name in names if txt.lower() in f"{name} {_(name)}".lower()]
	return found[start : start + page_len]


@frappe.whitelist()
@_search
def roles(doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict) -> list:
	"""Enabled desk roles, for users who configure or audit; Frappe lists them only for System Managers.

	:returns: rows of (role,), as link fields expect them
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	return frappe.get_all(
		"Role",
		filters={"disabled": 0, "desk_access": 1, "name": ("like", f"%{txt}%")},
		fields=["name"],
		order_by="name asc",
		limit_start=start,
		limit_page_length=page_len,
		as_list=True,
	)
