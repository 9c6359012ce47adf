"""The customer portal (P-2): ERPNext shows a contact every Issue of their customer, bypassing permissions.

A confidential Issue is visible to the person who raised it. The customer's other contacts see Issues whose level
requires only a role; portal users never have clearance for anything else.
"""

import frappe

from client_comms import compat, roles
from client_comms.clients import confirmation
from client_comms.enforcement import documents, guards, policy
from client_comms.enforcement.compose import call_previous
from client_comms.rules import access

ISSUE = "Issue"
_BY_NAME, _BY_PARAMETER = "issue", compat.portal_list()  # the pages that list Issues
_NOBODY = ""


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def get(**arguments):
	"""The rows of a portal list, as shown on a page."""
	return call_previous("frappe.www.list.get", **_restricted(arguments))


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def get_list_data(**arguments):
	"""The rows of a portal list, as data."""
	return call_previous("frappe.www.list.get_list_data", **_restricted(arguments))


class IssueList(compat.list_page()):
	"""The page with the list of Issues."""

	def can_render(self):
		return (
			self.path.lower() in (_BY_NAME, _BY_PARAMETER)
			and _doctype(self.path) == ISSUE
			and _is_restricted(ISSUE)
		)

	def render(self):
		asked = frappe.local.form_dict
		asked.update(_restricted({**asked, "doctype": ISSUE}))
		self.path = ISSUE
		return super().render()


def has_website_permission(doc, ptype, user, verbose=False) -> bool:
	"""Whether a user can open one Issue on a page, in addition to ERPNext's own checks, which let desk users open every Issue of
	the customers that they can read."""
	if roles.has_desk(user):
		return not guards.objects(ISSUE, doc.name, ptype, user)
	level = documents.is_governed(ISSUE) and frappe.db.get_value(
		ISSUE, doc.name, ["confidentiality_level", "raised_by"], as_dict=True
	)
	return not level or not level.confidentiality_level or _is_open(level, user)


def _is_open(issue, user: str) -> bool:
	return issue.raised_by == user or issue.confidentiality_level in open_levels()


def is_open(doctype: str, name: str) -> bool:
	"""Whether a document is an Issue whose level lets the session user open it in the portal."""
	if not _is_restricted(doctype):
		return False
	return has_website_permission(frappe._dict(name=name), "read", frappe.session.user)


def open_levels() -> list[str]:
	"""Levels at which a customer's contacts see each other's Issues."""
	return [level.name for level in policy.current().levels.values() if level.need_to_know == access.ROLE]


def _is_restricted(doctype: str | None) -> bool:
	return doctype == ISSUE and documents.is_governed(ISSUE) and not roles.has_desk()


def _doctype(path: str) -> str | None:
	return ISSUE if path.lower() == "issue" else frappe.form_dict.get("doctype")


def _restricted(arguments: dict) -> dict:
	"""The arguments of a list with a filter that removes what the user cannot see."""
	if not _is_restricted(arguments.get("doctype")):
		return arguments
	of_others = {"raised_by": ("!=", frappe.session.user)}
	closed = {"confidentiality_level": ("not in", ["", *open_levels()])}
	governed = {"confidentiality_level": ("is", "set")}
	customers, own = _customers(), confirmation.customers_of_login(frappe.session.user)
	hidden = [
		name
		for filters in (
			{"customer": ("in", [_NOBODY, *customers]), **closed},
			# Anyone can create a contact of a customer, so an unconfirmed one shows nothing governed.
			{"customer": ("in", [_NOBODY, *(set(customers) - own)]), **governed},
		)
		for name in frappe.get_all(ISSUE, {**filters, **of_others}, pluck="name")
	]
	asked = arguments.get("name")
	if asked in hidden:
		return {**arguments, "name": _NOBODY}
	if asked and frappe.db.exists(ISSUE, {"name": asked}):
		return arguments
	return {**arguments, "name": frappe.as_json(["not in", [*hidden, _NOBODY]])}


def _customers() -> list[str]:
	"""The customers whose Issues ERPNext lists for the user: those of the user's contact."""
	contact = frappe.db.get_value("Contact", {"user": frappe.session.user})
	about = {"parenttype": "Contact", "parent": contact or _NOBODY, "link_doctype": "Customer"}
	return frappe.get_all("Dynamic Link", about, pluck="link_name")
