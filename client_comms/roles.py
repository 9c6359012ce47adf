"""Checks for methods that only users who configure, audit or supervise can use."""

from collections.abc import Iterable
from typing import NoReturn

import frappe
from frappe import _
from frappe.utils import escape_html

from client_comms.i18n import bold
from client_comms.procedure import COMMUNICATIONS_MANAGER

COMPLIANCE_OFFICER = "Compliance Officer"
CONFIGURES_OR_AUDITS = frozenset({COMPLIANCE_OFFICER, COMMUNICATIONS_MANAGER})
_NAMED = 5  # people in a message


def configures_or_audits() -> bool:
	"""Whether the session user is a Compliance Officer, a Client Communications Manager or Administrator."""
	return frappe.session.user == "Administrator" or bool(CONFIGURES_OR_AUDITS & set(frappe.get_roles()))


def require_configuring_or_auditing() -> None:
	"""Refuse everyone else.

	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	if not configures_or_audits():
		refuse(CONFIGURES_OR_AUDITS)


def require_auditing() -> None:
	"""Refuse everyone except a Compliance Officer and Administrator.

	:raises frappe.PermissionError: the caller is not a Compliance Officer
	"""
	if frappe.session.user != "Administrator" and COMPLIANCE_OFFICER not in frappe.get_roles():
		refuse([COMPLIANCE_OFFICER])


def refuse(roles: Iterable[str], what: str | None = None) -> NoReturn:
	"""Say which roles are needed and, to users of the desk, who has one: clients are not told the names of staff.

	:param what: a translated sentence with a placeholder for the roles
	:raises frappe.PermissionError: always
	"""
	sentence = what or _("Only users with one of these roles can do this: {0}.")
	sentences = [sentence.format(bold(role_names(roles)))]
	if has_desk():
		sentences.append(escape_html(who_could_help(*roles)))
	frappe.throw(" ".join(sentences), exc=frappe.PermissionError, title=_("Not Permitted"))


def role_names(roles: Iterable[str]) -> str:
	"""Roles in a sentence of plain text."""
	return ", ".join(sorted(_(role) for role in roles))


def who_could_help(*roles: str) -> str:
	"""Who has one of `roles`, or who assigns them. Administrator, often the only System Manager of a site, is not named among the former."""
	if names := some_with_role(*roles):
		return _("Ask someone who has one, such as {0}.").format(names)
	if "System Manager" in roles:
		return _("No user has such a role. Ask the Administrator of this site.")
	return _("No user has this role. Ask a System Manager to assign it.")


def compliance_officers() -> str:
	"""Who they are, as a sentence in HTML."""
	if names := some_with_role(COMPLIANCE_OFFICER):
		return _("Compliance Officers: {0}.").format(bold(names))
	return _("No user has this role. Ask a System Manager to assign it.")


def approving_roles() -> tuple[str, ...]:
	"""The roles that approve texts for clients: those that configure or audit, and the supervisors (D-3, R-2)."""
	manager_role = frappe.get_cached_doc("Client Comms Settings").manager_role
	return tuple(sorted({*CONFIGURES_OR_AUDITS, manager_role} - {None}))


def approves_texts(user: str | None = None) -> bool:
	"""Whether the user (by default of the session) approves texts for clients."""
	user = user or frappe.session.user
	return user == "Administrator" or bool(set(approving_roles()) & set(frappe.get_roles(user)))


def require_approving_texts() -> None:
	"""Refuse everyone else.

	:raises frappe.PermissionError: the caller has none of the approving roles
	"""
	if not approves_texts():
		refuse(approving_roles(), _("Only users with one of these roles can approve texts for clients: {0}."))


def has_desk(user: str | None = None) -> bool:
	"""Whether a user has the rights of staff. Users of a site's own types, such as the employees of Frappe HR, do not, although Frappe
	opens parts of the desk to them: they are only bound by what binds staff (`is_outside`).

	:param user: by default the session user
	"""
	return frappe.get_cached_value("User", user or frappe.session.user, "user_type") == "System User"


def is_outside(user: str | None = None) -> bool:
	"""Whether a user is a portal user, who is a client, or a visitor, who is unknown: what binds staff does not bind them.

	:param user: by default the session user
	"""
	return frappe.get_cached_value("User", user or frappe.session.user, "user_type") == "Website User"


def require_desk() -> None:
	"""Refuse portal users and visitors, not users of a site's own types.

	:raises frappe.PermissionError: the caller has no access to the desk
	"""
	if is_outside():
		frappe.throw(
			_("Only users of the desk can do this. If you need it, please contact us."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


def users_with_role(*roles: str) -> set[str]:
	"""Enabled desk users who hold one of `roles`."""
	if not roles:
		return set()
	return set(
		frappe.db.sql_list(
			"""select user.name from `tabHas Role` has_role join `tabUser` user on user.name = has_role.parent
			where has_role.role in %(roles)s and has_role.parenttype = 'User'
			and user.enabled = 1 and user.user_type = 'System User'""",
			{"roles": roles},
		)
	)


def some_with_role(*roles: str, besides: Iterable[str | None] = ()) -> str:
	"""The names of a few enabled desk users who hold one of `roles`, to be asked; empty if there are none but Administrator.

	:param besides: users who cannot help
	"""
	holders = users_with_role(*roles) - {"Administrator", *besides}
	if not holders:
		return ""
	known = {"name": ("in", holders)}
	return ", ".join(frappe.get_all("User", known, pluck="full_name", order_by="full_name asc", limit=_NAMED))


def who_else(*roles: str, besides: Iterable[str | None]) -> str:
	"""For someone who cannot do something alone: who else can with one of `roles`, as a sentence in HTML.

	:param besides: users who cannot either
	"""
	if names := some_with_role(*roles, besides=besides):
		return _("These users can: {0}.").format(bold(names))
	return _("No other user can yet. Give a colleague one of these roles: {0}.").format(
		bold(role_names(roles))
	)


def require_right(doctype: str, right: str) -> None:
	"""Refuse users whose roles do not give them a right to any document of a DocType: Frappe's own refusal names the DocType and no one who can help.

	:raises frappe.PermissionError: none of their roles does
	"""
	if not frappe.has_permission(doctype, right):
		refuse(roles_with(doctype, right))


def roles_with(doctype: str, right: str) -> set[str]:
	"""The roles to which the permissions of a DocType give a right, such as `submit`."""
	return {row.role for row in frappe.get_meta(doctype).permissions if row.get(right) and not row.permlevel}
