"""What differs between Frappe 15 and 16, in one place."""

import frappe


def is_version_16() -> bool:
	return int(frappe.__version__.split(".", 1)[0]) >= 16


def no_objection() -> bool | None:
	"""The answer of a `has_permission` hook that does not object.

	Version 15 takes the first answer that is not None, so True would silence the hooks of Frappe and
	other apps; version 16 denies on anything falsy, so None would deny.
	"""
	return True if is_version_16() else None


def objection(*reasons: str) -> bool:
	"""The answer of a `has_permission` hook that denies, with its reasons put where Frappe shows them."""
	from frappe.permissions import push_perm_check_log

	for reason in reasons:
		push_perm_check_log(reason)
	return False
