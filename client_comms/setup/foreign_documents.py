"""Documents that this app brings, such as DocTypes and reports, where one of that name was there before.

Frappe would put ours in its place, with its fields, and delete it with its rows when the app is removed.
"""

import json
from collections import defaultdict
from pathlib import Path

import frappe
from frappe import _

import client_comms
from client_comms.i18n import bold

_FILES = "*/*/*/*.json"  # module/kind/name/name.json


def shipped() -> dict[str, set[str]]:
	"""DocType → the names of its documents that belong to this app."""
	found: dict[str, set[str]] = defaultdict(set)
	for path in Path(client_comms.__file__).parent.glob(_FILES):
		content = json.loads(path.read_text(encoding="utf-8"))
		if isinstance(content, dict) and content.get("doctype") and content.get("module"):
			found[content["doctype"]].add(content["name"])
	return dict(found)


def find() -> list[tuple[str, str]]:
	"""Those that exist and are not this app's, as (DocType, name)."""
	own = frappe.get_all("Module Def", {"app_name": "client_comms"}, pluck="name")
	return sorted(
		(doctype, name)
		for doctype, names in shipped().items()
		if frappe.db.table_exists(doctype)
		for name in frappe.get_all(
			doctype, {"name": ("in", [*names]), "module": ("not in", [*own, ""])}, pluck="name"
		)
	)


def refuse_doctypes() -> None:
	"""`before_migrate`, for DocTypes that a later version brings; what else was moved to another module of the site does not stop an upgrade.

	:raises frappe.ValidationError: as `refuse`
	"""
	_refuse([each for each in find() if each[0] == "DocType"])


def refuse() -> None:
	""":raises frappe.ValidationError: one of these documents exists and is not this app's; nothing is changed then"""
	_refuse(find())


def _refuse(found: list[tuple[str, str]]) -> None:
	if not found:
		return
	names = ", ".join(f"{_(doctype)} {name}" for doctype, name in found)
	frappe.throw(
		_(
			"Client Communications brings documents of these names, but others exist already: {0}. A System Manager can rename or delete them; those of another app, its developers can rename."
		).format(bold(names)),
		title=_("Documents of Others"),
	)
