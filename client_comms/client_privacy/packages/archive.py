"""The file of a copy of a client's data: a ZIP with pages to read, JSON beside them, and the client's files (P-2).

It is written from the stored items, some at a time, so that its size costs no memory. Its name on disk is random, because Frappe
serves a file to everyone who can read any File with its address, and anyone can make one with an address that they guess. The copy knows
the name before anything is written, so that what an interrupted attempt leaves is found and removed.
"""

import json
import os
import re
import secrets
import zipfile
from collections.abc import Collection, Iterator
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils.jinja_globals import is_rtl

from client_comms import clock
from client_comms.client_privacy.packages import contents, readable
from client_comms.client_privacy.requests import data_map
from client_comms.enforcement import governed
from client_comms.enforcement.data_packages import PACKAGE
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import moment_in_words

_PAGES = "client_comms/templates/data_package"
_TOGETHER = 200  # items in memory
_REMOTE = ("http://", "https://")
_FILES = "files"
_RANDOM_BYTES = 32
_PLACE = ("file_name", "file_url", "is_private")  # fields that say where the content of a file is


def path_of(package) -> str:
	return frappe.get_site_path("private", "files", package.stored_as)


def exists(package) -> bool:
	"""Whether the file of a copy is on disk."""
	return bool(package.stored_as) and os.path.isfile(path_of(package))


def _row(package) -> dict:
	attached = {"attached_to_doctype": PACKAGE, "attached_to_name": package.name}
	return {**attached, "file_url": _address(package.stored_as)}


def _address(stored_as: str) -> str:
	return f"/private/files/{stored_as}"


def remove(package) -> None:
	"""Remove the file of a copy: its row now, its content after the commit, because a rollback would not bring that back."""
	if package.stored_as:
		frappe.db.delete(contents.FILE, _row(package))
		frappe.db.after_commit.add(lambda: _remove_content(package))


def remove_leftover(package) -> None:
	"""Remove at once what an interrupted attempt, or a process that was killed after its commit, left of a file that no one gets."""
	if package.stored_as:
		frappe.db.delete(contents.FILE, _row(package))
		_remove_content(package)
		_store_as(package, None)


def _remove_content(package) -> None:
	if exists(package):
		os.remove(path_of(package))


def begin(package) -> None:
	"""Choose where the file of a copy will be stored. Commit before `build`, so that the file cannot be lost.

	:raises ActionNotPossibleError: another File has that address
	"""
	remove_leftover(package)
	stored_as = _new_name()
	if frappe.db.exists(contents.FILE, {"file_url": _address(stored_as)}):
		frappe.throw(
			_("Another file has the address at which the copy would be stored. Use Try Again."),
			exc=ActionNotPossibleError,
			title=_("Not Possible Now"),
		)
	_store_as(package, stored_as)
	_attach(package)


def _new_name() -> str:
	return f"{secrets.token_hex(_RANDOM_BYTES)}.zip"


def _store_as(package, stored_as: str | None) -> None:
	package.stored_as = stored_as
	frappe.db.set_value(PACKAGE, package.name, "stored_as", stored_as)


def build(package) -> None:
	"""Write the file of a copy where `begin` said, which must not be there yet."""
	with zipfile.ZipFile(path_of(package), "x", zipfile.ZIP_DEFLATED) as target:
		_write_pages(target, package)
		_write_files(target, package.name)
	measure(package)


def measure(package) -> None:
	"""Store how large the file of a copy is."""
	frappe.db.set_value(contents.FILE, _row(package), "file_size", os.path.getsize(path_of(package)))


def _attach(package) -> None:
	"""Frappe's own way of attaching a file reads all of it into memory, and has a limit for uploads."""
	file = frappe.get_doc(
		{
			"doctype": contents.FILE,
			**_row(package),
			"file_name": f"data-{package.name}.zip",
			"is_private": 1,
			"folder": "Home/Attachments",
			"file_type": "ZIP",
		}
	)
	file.set_new_name()
	file.owner = file.modified_by = "Administrator"  # in Frappe, the user who uploaded a file can read it
	file.creation = file.modified = frappe.utils.now()
	file.db_insert()


# --- files of the client -------------------------------------------------------------------------


def files(names: Collection[str], reading: contents.Reading) -> dict[str, contents.Record]:
	"""The files that are added as they are, but for their names; of others, the reason why not."""
	rows = frappe.get_all(
		contents.FILE,
		{"name": ("in", list(names))},
		["name", *_PLACE, *contents.PLACE_OF_FILE, "creation"],
		order_by="name asc",
	)
	elsewhere = [
		{"name": row.name, "file_name": unquote(row.file_url)}
		for row in rows
		if (row.file_url or "").startswith(_REMOTE)
	]
	called, at, found = reading.file_names(rows), reading.file_names(elsewhere), {}
	for row in rows:
		record = found[row.name] = contents.Record(
			{
				"doctype": contents.FILE,
				"name": row.name,
				"file_name": called[row.name].text,
				"creation": str(row.creation),
				**{field: row[field] for field in contents.PLACE_OF_FILE},
			}
		)
		if row.name in at:
			record.reason = _("It is stored elsewhere: {0}").format(at[row.name].text)
		elif not os.path.isfile(_path_on_disk(row)):
			record.reason = _("Its content is missing")
		else:
			record.values["path"] = f"{_FILES}/{row.name}-{_safe(called[row.name].text)}"
			if called[row.name].count:
				record.masked["file_name"] = called[row.name].count
	return found


def _path_on_disk(row) -> str:
	return frappe.get_doc({"doctype": contents.FILE, **row}).get_full_path()


def _safe(name: str | None) -> str:
	return re.sub(r"[^\w.-]+", "_", name or "file")[-100:]


def _write_files(target: zipfile.ZipFile, package: str) -> None:
	for items in _pages_of_items(package, contents.FILE):
		names = ("in", [item.reference_name for item in items])
		rows = frappe.get_all(contents.FILE, {"name": names}, ["name", *_PLACE], order_by=None)
		paths = {row.name: _path_on_disk(row) for row in rows}
		for item in items:
			path = paths.get(item.reference_name)
			if path and os.path.isfile(path):
				target.write(path, json.loads(item.content)["path"])


# --- pages ---------------------------------------------------------------------------------------


def _items(package: str, doctype: str, *args, **filters) -> Iterator:
	for page in _pages_of_items(package, doctype, *args, **filters):
		yield from page


def _pages_of_items(
	package: str,
	doctype: str,
	fields: tuple[str, ...] = ("content",),
	state: str = contents.INCLUDED,
	**filters,
) -> Iterator[list]:
	"""Items in the order of an index, so that the next ones are found at once."""
	last = ""
	while True:
		of_kind = {"package": package, "state": state, "reference_doctype": doctype}
		rows = frappe.get_all(
			contents.ITEM,
			{**of_kind, "reference_name": (">", last), **filters},
			["reference_name", *fields],
			order_by="reference_name asc",
			limit=_TOGETHER,
		)
		if rows:
			yield rows
		if len(rows) < _TOGETHER:
			return
		last = rows[-1].reference_name


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
	about[governed.INTERACTION] = {
		**about[governed.INTERACTION],
		"retention": readable.how_long(package.name),
	}
	listed = [
		{"doctype": doctype, "number": number, "page": _page(doctype), "about": about.get(doctype)}
		for doctype, number in included.items()
	]
	_write(target, "index.html", _rendered("index", package, kinds=listed, whom=readable.whom(package)))
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
				_rendered(
					"record",
					package,
					name=readable.heading(doctype, values),
					fields=readable.labelled(doctype, values),
				).encode()
			)
		page.write(_rendered("foot", package).encode())
	with target.open(f"json/{_page(doctype)}.json", "w") as data:
		separator = "["
		for item in _items(package.name, doctype):
			data.write(f"{separator}\n{item.content}".encode())
			separator = ","
		data.write(b"\n]\n")


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
	fields = ("reference_doctype", "reason", "masked", "masked_count")
	for doctype in dict.fromkeys(doctypes):
		yield from _items(package, doctype, fields, contents.LEFT_OUT)
		yield from _items(package, doctype, fields, masked_count=(">", 0))


def _masked(item) -> str:
	meta = frappe.get_meta(item.reference_doctype)
	return ", ".join(readable.label(meta, field) for field in (item.masked or "").split(", ") if field)


def _rendered(page: str, package, **values) -> str:
	language = frappe.local.lang
	return frappe.get_template(f"{_PAGES}/{page}.html").render(
		{
			"package": package,
			"language": language,
			"direction": "rtl" if is_rtl() else "ltr",
			"now": moment_in_words(clock.now()),
			**values,
		}
	)


def _as_json(value) -> str:
	return json.dumps(value, ensure_ascii=False, default=str)


def _write(target: zipfile.ZipFile, name: str, text: str) -> None:
	with target.open(name, "w") as file:
		file.write(text.encode())
