"""The file of a copy of a client's data: a ZIP with pages to read, JSON beside them, and the client's files (P-2).

It is written from the stored items, some at a time, so that its size costs no memory. Its name on disk follows from the name of the
copy, so that an interrupted attempt is overwritten and nothing of it remains.
"""

import json
import os
import re
import zipfile
from collections.abc import Collection, Iterator

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils.jinja_globals import is_rtl

from client_comms import clock
from client_comms.client_privacy.packages import contents
from client_comms.client_privacy.requests import data_map
from client_comms.enforcement.data_packages import PACKAGE

_PAGES = "client_comms/templates/data_package"
_TOGETHER = 200  # items in memory
_REMOTE = ("http://", "https://")
_FILES = "files"


def path_of(package: str) -> str:
	return frappe.get_site_path("private", "files", _file_name(package))


def _file_name(package: str) -> str:
	return f"data-{package}.zip"


def file_of(package: str) -> str | None:
	"""The File of a copy, if there is one."""
	attached = {"attached_to_doctype": PACKAGE, "attached_to_name": package}
	return frappe.db.get_value(contents.FILE, {**attached, "file_name": _file_name(package)})


def remove(package) -> None:
	"""Delete the file of a copy, on disk as well."""
	if os.path.exists(path := path_of(package.name)):
		os.remove(path)
	if name := file_of(package.name):
		frappe.db.delete(contents.FILE, {"name": name})


def build(package) -> None:
	"""Write the file of a copy and attach it. Repeatable."""
	remove(package)
	path = path_of(package.name)
	with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
		_write_pages(target, package)
		_write_files(target, package.name)
	_attach(package.name, path)


def _attach(package: str, path: str) -> None:
	"""Frappe's own way of attaching a file reads all of it into memory, and has a limit for uploads."""
	name = _file_name(package)
	file = frappe.get_doc(
		{
			"doctype": contents.FILE,
			"file_name": name,
			"file_url": f"/private/files/{name}",
			"is_private": 1,
			"folder": "Home/Attachments",
			"file_size": os.path.getsize(path),
			"file_type": "ZIP",
			"attached_to_doctype": PACKAGE,
			"attached_to_name": package,
		}
	)
	file.set_new_name()
	file.owner = file.modified_by = "Administrator"  # in Frappe, the user who uploaded a file can read it
	file.creation = file.modified = frappe.utils.now()
	file.db_insert()


# --- files of the client -------------------------------------------------------------------------


def files(names: Collection[str]) -> dict[str, contents.Record]:
	"""The files that are added as they are; of others, the reason why not."""
	rows = frappe.get_all(
		contents.FILE,
		{"name": ("in", list(names))},
		[
			"name",
			"file_name",
			"file_url",
			"is_private",
			"attached_to_doctype",
			"attached_to_name",
			"creation",
		],
		order_by="name asc",
	)
	found = {}
	for row in rows:
		record = found[row.name] = contents.Record(
			{
				"doctype": contents.FILE,
				"name": row.name,
				"file_name": row.file_name,
				"creation": str(row.creation),
				"attached_to": f"{row.attached_to_doctype} {row.attached_to_name}",
			}
		)
		if (row.file_url or "").startswith(_REMOTE):
			record.reason = _("It is stored elsewhere: {0}").format(row.file_url)
		elif not os.path.isfile(_path_on_disk(row.name)):
			record.reason = _("Its content is missing")
		else:
			record.values["path"] = f"{_FILES}/{row.name}-{_safe(row.file_name)}"
	return found


def _path_on_disk(file: str) -> str:
	return frappe.get_doc(contents.FILE, file).get_full_path()


def _safe(name: str | None) -> str:
	return re.sub(r"[^\w.-]+", "_", name or "file")[-100:]


def _write_files(target: zipfile.ZipFile, package: str) -> None:
	for item in _items(package, contents.FILE):
		path = _path_on_disk(item.reference_name)
		if os.path.isfile(path):
			target.write(path, json.loads(item.content)["path"])


# --- pages ---------------------------------------------------------------------------------------


def _items(package: str, doctype: str, state: str = contents.INCLUDED) -> Iterator:
	last = ""
	while True:
		rows = frappe.get_all(
			contents.ITEM,
			{"package": package, "reference_doctype": doctype, "state": state, "name": (">", last)},
			["name", "reference_doctype", "reference_name", "content", "reason", "masked", "masked_count"],
			order_by="name asc",
			limit=_TOGETHER,
		)
		yield from rows
		if len(rows) < _TOGETHER:
			return
		last = rows[-1].name


def _kinds(package: str) -> list:
	"""DocTypes with how many of their records are in which state."""
	item = frappe.qb.DocType(contents.ITEM)
	query = frappe.qb.from_(item).where(item.package == package)
	query = query.groupby(item.reference_doctype, item.state).orderby(item.reference_doctype, item.state)
	return query.select(item.reference_doctype, item.state, Count("*").as_("number")).run(as_dict=True)


def _write_pages(target: zipfile.ZipFile, package) -> None:
	kinds = _kinds(package.name)
	included = {row.reference_doctype: row.number for row in kinds if row.state == contents.INCLUDED}
	for doctype in included:
		_write_records(target, package, doctype)
	_write_left_out(target, package, [row.reference_doctype for row in kinds])
	about = {row["doctype"]: row for row in data_map.record_of_processing()}
	listed = [
		{"doctype": doctype, "number": number, "page": _page(doctype), "about": about.get(doctype)}
		for doctype, number in included.items()
	]
	_write(target, "index.html", _rendered("index", package, kinds=listed))
	content = {
		"client": package.party_name,
		"request": package.request,
		"right": package.right,
		"made_on": str(clock.now()),
		"records": included,
	}
	_write(target, "json/index.json", _as_json(content))


def _page(doctype: str) -> str:
	return _safe(doctype).lower()


def _write_records(target: zipfile.ZipFile, package, doctype: str) -> None:
	"""One page, and one file of JSON, for all records of a DocType."""
	with target.open(f"records/{_page(doctype)}.html", "w") as page:
		page.write(_rendered("head", package, title=_(doctype), up="../").encode())
		for item in _items(package.name, doctype):
			values = json.loads(item.content)
			page.write(
				_rendered("record", package, name=values["name"], fields=_labelled(doctype, values)).encode()
			)
		page.write(_rendered("foot", package).encode())
	with target.open(f"json/{_page(doctype)}.json", "w") as data:
		separator = "["
		for item in _items(package.name, doctype):
			data.write(f"{separator}\n{item.content}".encode())
			separator = ","
		data.write(b"\n]\n")


def _labelled(doctype: str, values: dict) -> list[dict]:
	"""What a page shows: `[{"label", "value", "rows", "link"}]`, where rows are those of a table."""
	meta = frappe.get_meta(doctype)
	shown = []
	for field, value in values.items():
		if field in ("doctype", "name"):
			continue
		if isinstance(value, list):
			df = meta.get_field(field)
			of_rows = frappe.get_meta(df.options) if df else None
			rows = [
				[(_label(of_rows, key), _in_words(of_rows, key, each)) for key, each in row.items()]
				for row in value
			]
			shown.append({"label": _label(meta, field), "rows": rows})
		else:
			link = f"../{value}" if doctype == contents.FILE and field == "path" else None
			shown.append({"label": _label(meta, field), "value": _in_words(meta, field, value), "link": link})
	return shown


def _label(meta, field: str) -> str:
	known = {
		"creation": _("Created On"),
		"comments": _("Comments"),
		"content": _("Text"),
		"path": _("File"),
		"attached_to": _("Attached To"),
	}
	df = meta and meta.get_field(field)
	return _(df.label) if df and df.label else known.get(field, field)


def _in_words(meta, field: str, value) -> str:
	df = meta and meta.get_field(field)
	if df and df.fieldtype == "Check":
		return _("Yes") if value else _("No")
	return str(value)


def _write_left_out(target: zipfile.ZipFile, package, doctypes: list[str]) -> None:
	"""The log of what is not in the copy, or not whole, and why."""
	with target.open("left-out.html", "w") as page:
		page.write(_rendered("head", package, title=_("What Was Left Out"), up="").encode())
		page.write(_rendered("left_out", package).encode())
		for item in _left_out(package.name, doctypes):
			page.write(_rendered("left_out_row", package, item=item, fields=_masked(item)).encode())
		page.write(b"</tbody></table>")
		page.write(_rendered("foot", package).encode())
	with target.open("json/left-out.json", "w") as data:
		separator = "["
		for item in _left_out(package.name, doctypes):
			row = {
				"doctype": item.reference_doctype,
				"name": item.reference_name,
				"reason": item.reason or _("Details of other people"),
				"fields": item.masked,
				"count": item.masked_count,
			}
			data.write(f"{separator}\n{_as_json(row)}".encode())
			separator = ","
		data.write(b"\n]\n" if separator == "," else b"[]\n")


def _left_out(package: str, doctypes: list[str]) -> Iterator:
	for doctype in dict.fromkeys(doctypes):
		yield from _items(package, doctype, contents.LEFT_OUT)
		yield from (item for item in _items(package, doctype) if item.masked_count)


def _masked(item) -> str:
	meta = frappe.get_meta(item.reference_doctype)
	return ", ".join(_label(meta, field) for field in (item.masked or "").split(", ") if field)


def _rendered(page: str, package, **values) -> str:
	language = frappe.local.lang
	return frappe.get_template(f"{_PAGES}/{page}.html").render(
		{
			"package": package,
			"language": language,
			"direction": "rtl" if is_rtl() else "ltr",
			"now": frappe.utils.format_datetime(clock.now()),
			**values,
		}
	)


def _as_json(value) -> str:
	return json.dumps(value, ensure_ascii=False, default=str)


def _write(target: zipfile.ZipFile, name: str, text: str) -> None:
	with target.open(name, "w") as file:
		file.write(text.encode())
