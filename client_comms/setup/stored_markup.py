"""What was stored as it is, with a tag that runs as those who see it, before this app was installed or cleaned such when it is saved (D-5, P-2). It becomes what
a save stores now.

Repeatable: what is clean stays as it is. Scripts that a site may want are not touched; Leak Check lists them (`leak_check.stored_scripts`).
"""

import os
from collections import defaultdict
from functools import reduce
from operator import or_
from pathlib import Path

import frappe
from frappe.core.doctype.file.utils import generate_file_name
from frappe.utils import get_files_path
from frappe.utils.html_utils import sanitize_html

from client_comms import ledger
from client_comms.enforcement import harmless_addresses
from client_comms.enforcement.doctypes import report
from client_comms.ledger import subjects

_FIELD = ("fieldname", "fieldtype", "options", "ignore_xss_filter")
_FOLDERS = {"/files": False, "/private/files": True}  # whether it is private
# JSON of which pages show the texts as HTML.
_SHOWN_JSON = (("Report", "json"), ("Dashboard Settings", "chart_config"), ("Desktop Layout", "layout"))
_STEP, _STEP_TEXTS = "Onboarding Step", ("Data", "Small Text", "Markdown Editor")
_STEP_ADDRESSES = ("video_url", "intro_video_url")  # written into attributes


def clean() -> None:
	"""Once when the app is installed, and by a patch. Reads the texts of all DocTypes."""
	moved = _rename_files()
	columns = _columns()
	for doctype, fields in sorted(_fields().items()):
		stored = [df for df in fields if df.fieldname in columns.get(f"tab{doctype}".lower(), ())]
		if stored and doctype not in (ledger.ENTRY, ledger.CHECKPOINT):
			_clean_texts(doctype, stored, moved)
	for doctype, field in _SHOWN_JSON:
		if field in columns.get(f"tab{doctype}".lower(), ()):
			_clean_json(doctype, field)
	_clean_steps()


def _fields() -> dict[str, list]:
	"""DocType with a table → its fields of which Frappe stores some texts as they are."""
	fieldtypes = (*harmless_addresses.ADDRESSES, *harmless_addresses.TEXTS)
	tables = {*frappe.get_all("DocType", {"issingle": 0, "is_virtual": 0}, pluck="name", order_by=None)}
	found = defaultdict(list)
	for doctype, owner in (("DocField", "parent"), ("Custom Field", "dt")):
		asked = {"fieldtype": ("in", fieldtypes), "ignore_xss_filter": 0}
		for df in frappe.get_all(doctype, asked, [owner, *_FIELD], order_by=None):
			if df[owner] in tables:
				found[df[owner]].append(df)
	return found


def _columns() -> dict[str, set[str]]:
	"""Table, in lower case → its columns."""
	found = defaultdict(set)
	for table, column in frappe.db.sql(
		"select table_name, column_name from information_schema.columns where table_schema = database()"
	):
		found[table.lower()].add(column)
	return found


def _clean_texts(doctype: str, fields: list, moved: dict[str, str]) -> None:
	table = frappe.qb.DocType(doctype)
	asked = reduce(or_, (_may_be_unclean(table[df.fieldname], df, moved) for df in fields))
	names = [df.fieldname for df in fields]
	query = frappe.qb.from_(table).select(table.name, *(table[name] for name in names)).where(asked)
	found = query.run(as_dict=True)
	for row in found:
		cleaned = {df.fieldname: _cleaned(df, row[df.fieldname], moved) for df in fields if row[df.fieldname]}
		_set(doctype, row.name, row, cleaned)
	if found and doctype in subjects.SUBJECTS:
		ledger.record_states(doctype, [row.name for row in found])


def _may_be_unclean(column, df, moved: dict[str, str]):
	if df.fieldtype in harmless_addresses.ADDRESSES:
		found = column.regexp("[<>\"']")
		return found | column.isin(sorted(moved)) if moved else found
	if df.options == "Email":
		return column.regexp(harmless_addresses.NO_ADDRESS.pattern)
	begins = '["[{]' if df.fieldtype in harmless_addresses.ALWAYS_SHOWN else '"'
	return column.regexp(f"^[[:space:]]*{begins}") & column.like("%<%")


def _cleaned(df, value: str, moved: dict[str, str]) -> str:
	if df.fieldtype in harmless_addresses.ADDRESSES and value in moved:
		return moved[value]
	return harmless_addresses.cleaned(df, value)


def _set(doctype: str, name: str, before: dict, cleaned: dict) -> None:
	changed = {field: value for field, value in cleaned.items() if value != before[field]}
	if changed:
		frappe.db.set_value(doctype, name, changed, update_modified=False)


def _clean_json(doctype: str, field: str) -> None:
	for sign in ("<", "u003c"):  # as JSON may write it
		for row in frappe.get_all(doctype, {field: ("like", f"%{sign}%")}, ["name", field], order_by=None):
			_set(doctype, row.name, row, {field: report.cleaned_json(row[field])})


def _clean_steps() -> None:
	"""Steps of introductions, of which every login could change each text; what apps ship there has no script either."""
	fields = {"parent": _STEP, "fieldtype": ("in", _STEP_TEXTS)}
	texts = frappe.get_all("DocField", fields, pluck="fieldname", order_by=None)
	for step in frappe.get_all(_STEP, fields=["name", *texts], order_by=None):
		_set(_STEP, step.name, step, {field: _of_step(field, step[field]) for field in texts})


def _of_step(field: str, text: str | None) -> str | None:
	if text and field in _STEP_ADDRESSES:
		return harmless_addresses.without_markup(text)
	if text and harmless_addresses.begins_tag(text):
		return sanitize_html(text, always_sanitize=True)
	return text


# --- files: their name is their address, and the name on the disk ---------------------------------


def _rename_files() -> dict[str, str]:
	"""Give files names without markup, as new ones have; returns what stands for the former address in other documents: former → new.

	A link in a text to such a file leads nowhere afterwards.
	"""
	table = frappe.qb.DocType("File")
	columns = (table.file_name, table.file_url, table.thumbnail_url)
	unclean = reduce(or_, (column.regexp('[<>"]') for column in columns))
	query = frappe.qb.from_(table).select(table.name, *columns).where((table.is_folder == 0) & unclean)
	found = query.run(as_dict=True)
	moved = {row.file_url: _rename(row.file_url) for row in found if row.file_url}
	for row in found:
		names = {
			"file_name": row.file_name and harmless_addresses.without_markup(row.file_name),
			"file_url": moved.get(row.file_url, row.file_url),
			"thumbnail_url": row.thumbnail_url and harmless_addresses.quoted(row.thumbnail_url),
		}
		_set("File", row.name, row, names)
	return {
		former: new
		for before, new in moved.items()
		for former in (before, harmless_addresses.quoted(before))
		if former != new
	}


def _rename(address: str) -> str:
	"""The address from now on. The file on the disk has both names until all is stored, or none of it."""
	folder, name = os.path.split(address)
	clean = harmless_addresses.without_markup(name)
	if folder not in _FOLDERS or clean == name:
		return harmless_addresses.quoted(address)
	private = _FOLDERS[folder]
	before = get_files_path(name, is_private=private)
	if not os.path.isfile(before):
		return harmless_addresses.quoted(address)
	clean = generate_file_name(clean, is_private=private)
	after = get_files_path(clean, is_private=private)
	os.link(before, after)
	frappe.db.after_commit.add(lambda: Path(before).unlink(missing_ok=True))
	frappe.db.after_rollback.add(lambda: Path(after).unlink(missing_ok=True))
	return f"{folder}/{clean}"
