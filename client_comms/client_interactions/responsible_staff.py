"""Who can be responsible for an interaction: clearance for its level, and a role that the matrix requires (M-1).

`validate` refuses by this rule, and `find` offers by it.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from itertools import count, islice
from typing import NamedTuple

import frappe
from frappe import _

from client_comms import controls
from client_comms.communication_governance import matrix
from client_comms.enforcement import policy, sharing
from client_comms.exceptions import NotResponsibleError
from client_comms.i18n import bold, name_of
from client_comms.roles import role_names, some_with_role
from client_comms.rules import access

_AT_ONCE = 50  # users who are judged together


class Kind(NamedTuple):
	"""What of an interaction decides who can be responsible for it."""

	matrix: str | None
	communication_type: str | None
	confidentiality_level: str | None


def validate(doc):
	"""Responsible staff need clearance for the level and the responsible party's role (M-1)."""
	before = doc.stored()
	if not doc.responsible_staff or (
		before
		and before.responsible_staff == doc.responsible_staff
		and before.communication_type == doc.communication_type
	):
		return
	if doc.flags.from_intake:
		return  # `intake.assignment` chose only valid users
	sharing.require_clearance(doc.responsible_staff, doc.confidentiality_level)
	if doc.flags.stands_in == doc.responsible_staff:  # no manager has clearance
		return
	kind = Kind(doc.matrix, doc.communication_type, doc.confidentiality_level)
	roles, theirs = required_roles(kind), {*frappe.get_roles(doc.responsible_staff)}
	if not roles or roles & theirs:
		return
	if frappe.get_cached_doc("Client Comms Settings").manager_role in theirs:  # if no one else is available
		if doc.flags.by_the_app or not find({kind: 1}, "", 0, 1):
			return
	controls.enforce(
		"responsible_party_mode",
		_("{0} cannot be responsible for {1}, because the matrix requires the role {2}.").format(
			name_of(doc.responsible_staff),
			bold(_(doc.communication_type)),
			bold(role_names(roles)),
		)
		+ " "
		+ _who_could_be(roles),
		title=_("Responsible Role Missing"),
		exc=NotResponsibleError,
	)


def _who_could_be(roles: set[str]) -> str:
	"""The next step if the chosen user has none of `roles`."""
	if names := some_with_role(*roles):
		return _("Choose someone who has it, such as {0}.").format(bold(names))
	return _("No user has this role. Ask a System Manager to assign it.")


def find(
	kinds: Mapping[Kind, int], txt: str, start: int, page_len: int, besides: str | None = None
) -> list[tuple]:
	"""A page of the users who can be responsible for any of some interactions, in the order of their names.

	What is judged user by user, such as whether training is current, is judged only of those who come to stand on the page.

	:param kinds: the interactions, as their kinds, and how many there are of each
	:param txt: a part of the name or address of the users who are wanted
	:param besides: a user who is not wanted
	:returns: (user, full name), and for how many of several interactions if not for all
	"""
	found = islice(_possible(kinds, txt, besides), start, start + page_len)
	total = sum(kinds.values())
	return [
		(user, name) if number == total else (user, name, _("{0} of {1}").format(number, total))
		for user, name, number in found
	]


def _possible(kinds: Mapping[Kind, int], txt: str, besides: str | None) -> Iterator[tuple[str, str, int]]:
	"""Each user who can be responsible for some of the interactions: user, full name, for how many."""
	query = _users_with_roles(kinds, txt, besides)
	for offset in count(step=_AT_ONCE):
		rows = query.limit(_AT_ONCE).offset(offset).run() if query else ()
		if not rows:
			return
		subjects = {each.user: each for each in policy.subjects([user for user, _name in rows])}
		for user, name in rows:
			number = sum(many for kind, many in kinds.items() if is_possible(subjects.get(user), kind))
			if number:
				yield user, name or user, number


def is_possible(subject: access.Subject | None, kind: Kind) -> bool:
	"""Whether `validate` takes the user."""
	if subject is None or not sharing.is_cleared(subject, kind.confidentiality_level):
		return False
	roles = _required_roles(kind)
	return not roles or bool(roles & subject.roles)


def _users_with_roles(kinds: Iterable[Kind], txt: str, besides: str | None):
	"""The query for users whose roles come into question for some kind, in the order of their names; None if no role does."""
	user = frappe.qb.DocType("User")
	conditions = []
	for kind in kinds:
		cleared = access.roles_cleared(policy.current(), kind.confidentiality_level, access.READ)
		if cleared:
			conditions.append(
				_has_one_of(user, cleared) & _has_one_of(user, _required_roles(kind) or cleared)
			)
	if not conditions:
		return None
	wanted = f"%{txt}%"
	return (
		frappe.qb.from_(user)
		.select(user.name, user.full_name)
		.where(
			(user.enabled == 1)
			& (user.user_type == "System User")
			& user.name.notin(["Administrator", besides or ""])
		)
		.where(user.name.like(wanted) | user.full_name.like(wanted))
		.where(reduce(lambda one, other: one | other, conditions))
		.orderby(user.full_name)
		.orderby(user.name)
	)


def _has_one_of(user, roles: Iterable[str]):
	"""The condition that a user has one of `roles`; Frappe stores no rows for those that every desk user has."""
	has_role = frappe.qb.DocType("Has Role")
	if policy.STANDARD_ROLES & {*roles}:
		return user.name.isnotnull()
	holders = (
		frappe.qb.from_(has_role)
		.select(has_role.parent)
		.where((has_role.parenttype == "User") & has_role.role.isin(sorted(roles)))
	)
	return user.name.isin(holders)


def _required_roles(kind: Kind) -> frozenset[str]:
	"""`required_roles`; none if the settings only warn."""
	return required_roles(kind) if controls.is_enforced("responsible_party_mode") else frozenset()


def required_roles(kind: Kind) -> frozenset[str]:
	"""The roles of which the matrix requires one; none if it leaves it to the assigned staff, or if none of its roles has clearance for the level, to which
	a record can be raised: then those who have."""
	roles = matrix.responsible_roles(kind.matrix, kind.communication_type)
	cleared = access.roles_cleared(policy.current(), kind.confidentiality_level, access.READ)
	return roles if cleared & (roles | policy.STANDARD_ROLES) else frozenset()
