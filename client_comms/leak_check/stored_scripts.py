"""What runs in the browsers of others, and was last changed by a user who cannot change it today (D-5). Before this app was there, every user of the desk
could make it, some of it every login. What a site wants is not told from an attack here, but by who reads it."""

import json
from collections.abc import Iterable, Iterator

import frappe

from client_comms.enforcement import guards
from client_comms.enforcement.doctypes import custom_html_block, report, shared_desk, workspace
from client_comms.enforcement.harmless_addresses import has_markup

_OF_WORKSPACES, _WORKSPACE_MANAGER = {"parenttype": "Workspace"}, {workspace.MANAGER}
# DocType, which of them, the fields that run, the roles that change them
_RUNNING = (
	("Custom HTML Block", {"private": 0}, ("html", "script"), custom_html_block.MANAGERS),
	(
		"Number Card",
		{"is_standard": 0},
		("dynamic_filters_json", "filters_config", "method"),
		shared_desk.MANAGERS,
	),
	("Dashboard Chart", {"is_standard": 0}, ("dynamic_filters_json",), shared_desk.MANAGERS),
	("Report", {"is_standard": "No"}, ("javascript", "query", "report_script"), {report.SCRIPT_MANAGER}),
	("Workspace Shortcut", _OF_WORKSPACES, ("stats_filter",), _WORKSPACE_MANAGER),
	("Workspace Quick List", _OF_WORKSPACES, ("quick_list_filter",), _WORKSPACE_MANAGER),
	("Workspace Sidebar Item", {}, ("display_depends_on",), _WORKSPACE_MANAGER),
)
_EXPRESSIONS = "dynamic_filters_json"  # JSON of expressions
_ROWS_WITH_ADDRESS = ("Workspace Shortcut", "Workspace Sidebar Item", "Desktop Icon")
_LABELLED = ("Workspace Sidebar Item", "Desktop Icon")


def to_review() -> Iterator[dict]:
	"""`[{"document", "what"}]`"""
	yield from _running()
	yield from _addresses()
	yield from _labels()


def _running() -> Iterator[dict]:
	for doctype, which, fields, roles in _RUNNING:
		if not guards.meta_of(doctype):
			continue
		trusted = _holders(roles)
		for row in _rows(doctype, fields, which):
			if any(_runs(field, row[field]) for field in fields) and _is_doubtful(row, trusted):
				yield {
					"document": _named(doctype, row),
					"what": f"{row.modified_by} entered what runs as each user who opens it, and has no role for that: read it, and delete it; or change and save it with the role {' or '.join(sorted(roles))}.",
				}


def _addresses() -> Iterator[dict]:
	for doctype in filter(guards.meta_of, _ROWS_WITH_ADDRESS):
		fields = _existing(doctype, workspace.ADDRESSES)
		for row in _rows(doctype, fields):
			if any(workspace.is_script(row[field]) for field in fields):
				what = "Its address is a script, which runs as the user who clicks on it: enter the address of a page, or remove it."
				yield {"document": _named(doctype, row), "what": what}


def _labels() -> Iterator[dict]:
	for doctype in filter(guards.meta_of, _LABELLED):
		for row in _rows(doctype, ("label",)):
			if has_markup(row.label or ""):
				what = "Its label ends the attribute into which Frappe writes it, and may run as each user who sees it: leave out angle brackets and quotation marks."
				yield {"document": _named(doctype, row), "what": what}


def _rows(doctype: str, fields: Iterable[str], which: dict | None = None) -> list:
	place = ("parent", "parenttype") if guards.is_row(doctype) else ()
	asked = ["name", "modified_by", *place, *fields]
	return frappe.get_all(doctype, filters=which, fields=asked, order_by="name asc")


def _existing(doctype: str, fields: Iterable[str]) -> list[str]:
	return [field for field in fields if guards.meta_of(doctype).has_field(field)]


def _named(doctype: str, row) -> str:
	return (
		f"{row.parenttype} {row.parent}, {doctype} {row.name}"
		if row.get("parent")
		else f"{doctype} {row.name}"
	)


def _runs(field: str, text: str | None) -> bool:
	"""JSON does not run, unless it contains expressions."""
	try:
		values = json.loads(text or "[]")
	except ValueError:
		return bool(text.strip())
	return field == _EXPRESSIONS and bool(values)


def _is_doubtful(row, trusted: set[str]) -> bool:
	"""What an app ships has authors who are not users of this site, and so have rows of a workspace that it ships."""
	shipped = row.get("parent") and not frappe.db.exists("User", row.modified_by, cache=True)
	return row.modified_by not in trusted and not shipped


def _holders(roles: set[str]) -> set[str]:
	held = {"parenttype": "User", "role": ("in", sorted(roles))}
	return {"Administrator", *frappe.get_all("Has Role", held, pluck="parent", order_by=None)}
