"""A workspace (in version 16 the sidebar as well) that was changed on the site outlasts an upgrade that ships a newer one.

Frappe puts a newer file of an app in the place of the document, whatever was changed in it, and tells no one.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import click
import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.model.document import Document
from frappe.modules.import_file import import_file_by_path, read_doc_from_file
from frappe.utils import add_to_date, get_datetime

from client_comms import alerts, compat
from client_comms.roles import users_with_role

# Global default: of each, a checksum as it was shipped, and the moment of the file with which the site is up to date.
_SHIPPED = "client_comms_workspaces"
_KEPT = "client_comms_kept_workspaces"
# Version 15 saves all workspaces when one is moved, Frappe leaves a hidden one hidden, and saving fills in the others.
_LEFT_OUT = {"sequence_id", "parent_page", "is_hidden", "report_ref_doctype", "link_count"}


def files() -> list[Path]:
	app = Path(frappe.get_app_path("client_comms"))
	sidebars = app.glob("workspace_sidebar/*.json") if compat.is_version_16() else ()
	return sorted([*app.glob("*/workspace/*/*.json"), *sidebars])


def keep_changed() -> None:
	"""`before_migrate`: what was changed becomes newer than a new file, so that Frappe passes over it, and what was not, older."""
	known = _remembered()
	frappe.flags[_KEPT] = []
	for doc, shipped_on in _documents():
		checksum, up_to = known.get(_key(doc), (None, None))
		if checksum is None or get_datetime(up_to) >= shipped_on:
			continue
		is_changed = checksum != _checksum(doc)
		if is_changed:
			frappe.flags[_KEPT].append(doc)
		if is_changed == (doc.modified < shipped_on):
			moment = add_to_date(shipped_on, seconds=1 if is_changed else -1)
			frappe.db.set_value(doc.doctype, doc.name, "modified", moment, update_modified=False)


def settle() -> None:
	"""`after_migrate`: users who can change workspaces, and the user who changed this one, are told how to get the new one."""
	for doc in frappe.flags.pop(_KEPT, None) or ():
		sentence = partial(_sentence, doc)
		click.secho(sentence(), fg="yellow")
		users = users_with_role("Workspace Manager") | {doc.modified_by}
		alerts.tell(users, sentence, doc.doctype, doc.name)
	remember()


def reset(name: str) -> bool:
	"""Put the shipped one in the place of the workspace, and in version 16 its sidebar; returns whether one is shipped."""
	paths = [str(path) for path in files() if read_doc_from_file(str(path))["name"] == name]
	for path in paths:
		import_file_by_path(path, force=True)
	remember()
	return bool(paths)


def remember() -> None:
	"""Remember the content of those that are as shipped, and of all that the site is up to date."""
	known = _remembered()
	for doc, shipped_on in _documents():
		is_shipped = doc.modified == shipped_on
		if is_shipped or _key(doc) in known:
			checksum = _checksum(doc) if is_shipped else known[_key(doc)][0]
			known[_key(doc)] = (checksum, str(shipped_on))
	frappe.db.set_global(_SHIPPED, frappe.as_json(known, indent=None))


def forget() -> None:
	frappe.db.set_global(_SHIPPED, None)


def _sentence(doc: Document) -> str:
	return _(
		"{0} {1} was changed on this site, so the upgrade did not replace it. To use the new one, run: {2}"
	).format(
		_(doc.doctype),
		_(doc.name),
		f'bench --site {frappe.local.site} client-comms reset-workspace "{doc.name}"',
	)


def _remembered() -> dict[str, tuple[str, str]]:
	return frappe.parse_json(frappe.db.get_global(_SHIPPED) or "{}")


def _documents() -> Iterator[tuple[Document, datetime]]:
	"""What is on the site, each with the moment of its file."""
	for path in files():
		shipped = read_doc_from_file(str(path))
		if frappe.db.exists(shipped["doctype"], shipped["name"]):
			yield frappe.get_doc(shipped["doctype"], shipped["name"]), get_datetime(shipped["modified"])


def _key(doc: Document) -> str:
	return f"{doc.doctype} {doc.name}"


def _checksum(doc: Document) -> str:
	rows = [_values(row) for field in doc.meta.get_table_fields() for row in doc.get(field.fieldname)]
	return hashlib.sha256(frappe.as_json([_values(doc), *rows]).encode()).hexdigest()


def _values(doc: Document) -> dict[str, str]:
	fields = [field.fieldname for field in doc.meta.fields if field.fieldtype not in no_value_fields]
	return {field: str(doc.get(field)) for field in fields if doc.get(field) and field not in _LEFT_OUT}
