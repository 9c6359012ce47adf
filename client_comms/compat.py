"""All differences between Frappe 15 and 16."""

import frappe
import frappe.client
from frappe.utils import get_safe_filters


def is_version_16() -> bool:
	return int(frappe.__version__.split(".", 1)[0]) >= 16


def count(doctype: str, filters=None) -> int:
	"""The result of `frappe.client.get_count` for the rows that the session user can read.

	In version 15 that method checks permissions, in version 16 it does not.
	"""
	if not is_version_16():
		return frappe.client.get_count(doctype, filters)
	counted = frappe.get_list(
		doctype, filters=get_safe_filters(filters), fields=[{"COUNT": "*", "as": "count"}], order_by=None
	)
	return counted[0]["count"]


def no_objection() -> bool | None:
	"""The answer of a `has_permission` hook that does not object.

	Version 15 takes the first answer that is not None, so True would silence the hooks of Frappe and
	other apps; version 16 denies on anything falsy, so None would deny.
	"""
	return True if is_version_16() else None


def objection(*reasons: str) -> bool:
	"""The answer of a `has_permission` hook that denies, with its reasons where Frappe shows them."""
	from frappe.permissions import push_perm_check_log

	for reason in reasons:
		push_perm_check_log(reason)
	return False


def make_sidebar() -> None:
	"""Create the workspace's sidebar in version 16, where it is created before the dashboard to which the workspace links."""
	if is_version_16():
		from frappe.desk.doctype.workspace_sidebar import workspace_sidebar

		workspace_sidebar.create_workspace_sidebar_for_workspaces()


def desk_url(path: str) -> str:
	"""The address of a page of the desk, which version 16 moved from /app to /desk."""
	return frappe.utils.get_url(f"/{'desk' if is_version_16() else 'app'}/{path}")
