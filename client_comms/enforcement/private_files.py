"""Files of governed records are private, with their thumbnails, from the moment they are made (P-2, D-6)."""

from functools import partial

import frappe
from frappe.core.doctype.file.utils import delete_file, generate_file_name

from client_comms.enforcement import governed
from client_comms.enforcement.doctypes.file import (
	OF_FEW,
	WITH_FILES,
	decide,
	is_confidential,
	require_content,
	rows_at,
)
from client_comms.enforcement.registry import OWNER_FIELDS

_FILED_UNDER = ("reference_doctype", "reference_name")  # of a message
_PUBLIC = ("like", "/files/%")
# The public files of a document, and of what belongs to it.
_IS_PUBLIC = "file.is_folder = 0 and (file.is_private = 0 or file.thumbnail_url like %(public)s)"
_PUBLIC_OF = " union all ".join(
	(
		f"""select file.name from `tabFile` file
		where file.attached_to_doctype = %(doctype)s and file.attached_to_name = %(name)s and {_IS_PUBLIC}""",
		*(
			f"""select file.name from `tab{dependent}` dependent
			join `tabFile` file on file.attached_to_doctype = '{dependent}' and file.attached_to_name = dependent.name
			where dependent.`{of}` = %(doctype)s and dependent.`{named}` = %(name)s and {_IS_PUBLIC}"""
			for dependent in (*WITH_FILES, governed.COMMUNICATION)
			for of, named in (OWNER_FIELDS.get(dependent, _FILED_UNDER),)
		),
	)
)


def keep_private(doc, method=None):
	"""Files attached to a governed record are private and cannot be made public by anyone."""
	shown = _has_public_thumbnail(doc)
	if doc.is_folder or (doc.is_private and not shown):
		return
	if not is_confidential(doc):
		if _shares_address(doc):
			_publish_copy(doc)
		return
	if shown:
		_remove_thumbnail(doc)
	if doc.is_private:
		return
	doc.is_private = 1
	if doc.flags.new_file:  # just written to the public folder; Frappe moves the file itself on later changes
		doc.handle_is_private_changed()


def _shares_address(doc) -> bool:
	"""Whether a file becomes public that a governed record shows as well: Frappe moves it, with all rows of its address."""
	before = doc.get_doc_before_save()
	if doc.is_private or not before or not before.is_private:
		return False
	return any(row.is_private and is_confidential(row) for row in rows_at(before.file_url))


def _publish_copy(doc) -> None:
	"""Publish the content as a file of its own, so that the one of the record stays, and no refusal tells that there is one."""
	require_content(doc)
	with open(doc.get_full_path(), "rb") as content:
		doc._content = content.read()
	doc.file_name = generate_file_name(doc.file_name, is_private=doc.is_private)
	doc.save_file_on_filesystem()
	frappe.db.after_rollback.add(partial(delete_file, doc.file_url))


def withdraw_thumbnails(chunk: int = 500) -> None:
	"""Remove the public thumbnails of files that became private with their record. Repeatable; commits in chunks."""
	last = ""
	asked = {"is_private": 1, "thumbnail_url": _PUBLIC, "attached_to_name": ("is", "set")}
	while names := frappe.get_all(
		"File", {**asked, "name": (">", last)}, pluck="name", order_by="name asc", limit=chunk
	):
		for file in (frappe.get_doc("File", name) for name in names):
			if is_confidential(file):
				_withdraw_thumbnail(file)
		last = names[-1]
		# nosemgrep: frappe-manual-commit (an interrupted run loses at most this chunk)
		frappe.db.commit()


def _has_public_thumbnail(file) -> bool:
	"""Frappe makes every thumbnail in the public folder, and leaves it there when the file becomes private."""
	return (file.thumbnail_url or "").startswith("/files/")


def _withdraw_thumbnail(file) -> None:
	"""Without a save, which Frappe refuses if the file is not on the disk."""
	_remove_thumbnail(file)
	frappe.db.set_value("File", file.name, "thumbnail_url", None, update_modified=False)


def _remove_thumbnail(file) -> None:
	if not frappe.db.exists("File", {"file_url": file.thumbnail_url}):  # a request may name any other file
		file.delete_file_data_content(only_thumbnail=True)
	file.thumbnail_url = None


def make_private(doctype: str, name: str) -> None:
	"""Make files and thumbnails private that were attached to a document, to what belongs to it or to messages about it, before it
	became confidential; one query if there are none."""
	for file in frappe.db.sql_list(_PUBLIC_OF, {"doctype": doctype, "name": name, "public": _PUBLIC[1]}):
		_keep_from_public(file)


def make_images_private(chunk: int = 500) -> None:
	"""Make files private that Frappe made of the images in the text of governed messages. Repeatable; commits in chunks."""
	last = ""
	public = {"is_private": 0, "is_folder": 0, "attached_to_doctype": governed.COMMUNICATION}
	while rows := frappe.get_all(
		"File",
		{**public, "name": (">", last)},
		["name", "attached_to_doctype", "attached_to_name"],
		order_by="name asc",
		limit=chunk,
	):
		about = {row.attached_to_name for row in rows if decide(row, "Guest") is not None}
		_make_private(governed.COMMUNICATION, sorted(about))
		last = rows[-1].name
		# nosemgrep: frappe-manual-commit (an interrupted run loses at most this chunk)
		frappe.db.commit()


def _make_private(doctype: str, names: list[str]) -> None:
	if not names:
		return
	_make_all_private({"attached_to_doctype": doctype, "attached_to_name": ("in", names), "is_folder": 0})


def _make_all_private(attached: dict) -> None:
	is_public = {"is_private": 0, "thumbnail_url": _PUBLIC}
	for name in frappe.get_all("File", attached, pluck="name", or_filters=is_public):
		_keep_from_public(name)


def _keep_from_public(name: str) -> None:
	file = frappe.get_doc("File", name)
	if file.is_private:
		_withdraw_thumbnail(file)
	elif file.exists_on_disk():  # Frappe refuses to move what is not there
		before = file.file_url
		file.save(ignore_permissions=True)  # handled by `keep_private`
		_follow_in_text(file, before)


def _follow_in_text(file, before: str) -> None:
	"""The text of the document to which a file is attached shows an image by its address."""
	doctype, name = file.attached_to_doctype, file.attached_to_name
	fields = [
		field.fieldname for field in frappe.get_meta(doctype).fields if field.fieldtype == "Text Editor"
	]
	texts = fields and file.file_url != before and frappe.db.get_value(doctype, name, fields, as_dict=True)
	shown = {field: text for field, text in (texts or {}).items() if before in (text or "")}
	if shown:
		new = {field: text.replace(f'"{before}"', f'"{file.unique_url}"') for field, text in shown.items()}
		frappe.db.set_value(doctype, name, new, update_modified=False)


def make_private_of_few() -> None:
	"""Make files private that were attached to consents, requests and the like before the app kept them private. Repeatable."""
	_make_all_private({"attached_to_doctype": ("in", sorted(OF_FEW)), "is_folder": 0})
