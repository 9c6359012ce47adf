"""All differences between Frappe 15 and 16."""

import frappe
from frappe import _


def is_version_16() -> bool:
	return int(frappe.__version__.split(".", 1)[0]) >= 16


def list_order() -> str:
	"""The column by which lists are sorted, unless they or their DocType say otherwise."""
	return "creation" if is_version_16() else "modified"


def list_page() -> type:
	"""The page renderer for the portal's lists."""
	if is_version_16():
		from frappe.website.page_renderers.list_renderer import ListPage
	else:
		from frappe.website.page_renderers.list_page import ListPage
	return ListPage


def portal_list() -> str:
	"""The portal's page for a list whose DocType is a parameter."""
	return "portal" if is_version_16() else "list"


def link_validation() -> tuple[str, str]:
	"""The method that validates a name typed into a link field, and its parameter for the fields to fetch."""
	if is_version_16():
		return "frappe.client.validate_link_and_fetch", "fields_to_fetch"
	return "frappe.client.validate_link", "fields"


def offers_no_users(doctype: str | None, query: str | None, filters) -> bool:
	"""Whether Frappe answers a search for users with "Not found", as in the dialogs that assign and share.

	Version 16 filters users by their type, which only those can read who administer users.
	"""
	if not is_version_16() or doctype != "User" or query or not frappe.parse_json(filters):
		return False
	user_type = frappe.get_meta("User").get_field("user_type")
	return user_type.permlevel not in frappe.get_meta("User").get_permlevel_access("read")


def no_objection() -> bool | None:
	"""The answer of a `has_permission` hook that does not object.

	Version 15 takes the first answer that is not None, so True would silence the hooks of Frappe and
	other apps; version 16 denies on anything falsy, so None would deny.
	"""
	return True if is_version_16() else None


def objection(*reasons: str, debug: bool = False) -> bool:
	"""The answer of a `has_permission` hook that denies, with its reasons where Frappe shows them; with `debug`, in the Permission
	Inspector as well."""
	from frappe.permissions import push_perm_check_log

	for reason in reasons:
		push_perm_check_log(reason, debug=debug)
	return False


def lists_by_condition_of_parent() -> bool:
	"""Whether a list applies the row condition of the parent that is named, see `enforcement.requests.named_parent`."""
	return is_version_16()


def name_app(bootinfo) -> None:
	"""This app's name in the reader's language (hook `extend_bootinfo`): version 16 shows it in the sidebar as it is."""
	for app in bootinfo.get("app_data") or ():
		if app["app_name"] == "client_comms":
			app["app_title"] = _("Client Communications")


def desk_url(path: str) -> str:
	"""The address of a page of the desk, which version 16 moved from /app to /desk."""
	return frappe.utils.get_url(desk_path(path))


def desk_path(path: str) -> str:
	"""`desk_url` without the site."""
	return f"/{'desk' if is_version_16() else 'app'}/{path}"


def count_readable(doctype: str, filters: list) -> int:
	"""The number of documents that the session user can read.

	Not `frappe.client.get_count`: in both versions it takes its arguments from the request, whatever it is called with.
	"""
	counted = {"COUNT": "*", "as": "number"} if is_version_16() else "count(*) as number"
	return frappe.get_list(doctype, filters=filters, fields=[counted], order_by=None, limit=0)[0]["number"]
