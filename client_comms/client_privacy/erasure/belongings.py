"""Removes what hangs on erased records: files with their content, comments, versions, queued emails, to-dos, notifications,
logs, deleted documents, search rows and caches (P-2).

Rows are deleted directly, because deleting a document leaves a copy of it (*Deleted Document*), a remark in the timeline and a
job with its name. Everything here can be repeated: what is gone already is not missed.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import frappe
from frappe.query_builder import Criterion
from frappe.query_builder.functions import CustomFunction

from client_comms import ledger
from client_comms.client_privacy import disclosures
from client_comms.enforcement import legal_holds
from client_comms.enforcement.doctypes import deleted_document
from client_comms.enforcement.governed import BINDING, COMMUNICATION, INTERACTION
from client_comms.enforcement.registry import OWNER_FIELDS

ITEM = "Erasure Item"
_POINTING = {key: fields for key, fields in OWNER_FIELDS.items() if key != ITEM}
# An objection to all emails outlives the record from whose email it came.
_ONLY = {"Email Unsubscribe": {"global_unsubscribe": 0}}
_LINKED_TOO = {"Activity Log": (("timeline_doctype", "timeline_name"), ("link_doctype", "link_name"))}
_OWN_BELONGINGS = ("Comment", "Email Queue", "File", "Notification Log", "ToDo", "Version")
_QUEUE, _RECIPIENT, _FILE = "Email Queue", "Email Queue Recipient", "File"
# Nothing that is deleted on its own belongs to these.
_WITHOUT_DELETED = ("Email Queue", "Notification Log", "Version")
_UNPROCESSED, _UNHANDLED = "Unprocessed Email", "Unhandled Email"
_TOPIC, _REPLY = "Discussion Topic", "Discussion Reply"
_contents: ContextVar[list[dict] | None] = ContextVar("client_comms_erased_contents", default=None)
_json_value = CustomFunction("json_value", ["document", "path"])


@contextmanager
def collecting_contents() -> Iterator[list[dict]]:
	"""Erase inside of this to keep the list of the files whose content is to be removed after the commit, so that it is not lost if
	the process is killed there. Without this, it is removed right after the commit."""
	contents: list[dict] = []
	before = _contents.set(contents)
	try:
		yield contents
	finally:
		_contents.reset(before)


def remove_contents(files: Collection[dict]) -> None:
	"""After the commit: remove the content of files from the disk, unless another row shows it (`GuardedFile`). Repeatable.

	:param files: rows of File that are gone, as `collecting_contents` gave them
	"""
	for file in files:
		if file.get("file_url") and not file.get("is_folder"):
			frappe.get_doc({**file, "doctype": _FILE}).delete_file_data_content()


def remove(doctype: str, names: Collection[str]) -> None:
	"""Remove everything that belongs to records of one DocType, and what belongs to that in turn."""
	names = list(names)
	if not names:
		return
	for belonging, fields in _POINTING.items():
		if frappe.db.table_exists(belonging):
			_remove_pointing(belonging, fields, doctype, names)
			for more in _LINKED_TOO.get(belonging, ()):
				_remove_pointing(belonging, more, doctype, names)
	if doctype == COMMUNICATION:
		_remove_rows(_QUEUE, _names(_QUEUE, {"communication": ("in", names)}))
		_remove_raw(names)
	_remove_webhook_logs(doctype, names)
	if doctype not in _WITHOUT_DELETED:
		_remove_deleted(doctype, names)
	forget(doctype, names)


def forget(doctype: str, names: Collection[str]) -> None:
	"""Remove the records from the search index and from caches."""
	frappe.db.delete("__global_search", {"doctype": doctype, "name": ("in", list(names))})
	for name in names:
		frappe.clear_document_cache(doctype, name)


def remove_rows(doctype: str, names: Collection[str]) -> None:
	"""Delete records and their child rows directly, with all that belongs to them."""
	remove(doctype, names)
	_remove_rows(doctype, list(names))


def _remove_pointing(belonging: str, fields: tuple[str, str], doctype: str, names: list[str]) -> None:
	found = _names(belonging, {fields[0]: doctype, fields[1]: ("in", names), **_ONLY.get(belonging, {})})
	if belonging in _OWN_BELONGINGS:
		remove(belonging, found)
	if belonging == _TOPIC:
		_remove_rows(_REPLY, _names(_REPLY, {"topic": ("in", found)}))
	_remove_rows(belonging, found)


def _remove_rows(doctype: str, names: list) -> None:
	if not names:
		return
	legal_holds.require_none_of(doctype, names)
	if doctype == _FILE:
		_remove_content_later(frappe.get_all(_FILE, {"name": ("in", names)}, ["*"], order_by="name asc"))
	if doctype == _QUEUE:
		waiting = {"name": ("in", names), "status": ("in", disclosures.WAITING)}
		disclosures.settle(_names(_QUEUE, waiting), has_failed=True)
	elif doctype == _RECIPIENT:
		disclosures.take_out(names)
	for table in frappe.get_meta(doctype).get_table_fields():
		frappe.db.delete(table.options, {"parenttype": doctype, "parent": ("in", names)})
	frappe.db.delete(doctype, {"name": ("in", names)})
	ledger.follow_erasure(doctype, names)


def _remove_content_later(files: list[dict]) -> None:
	"""A rollback brings the rows back, but not what is on the disk."""
	contents = _contents.get()
	if contents is None:
		frappe.db.after_commit.add(lambda: remove_contents(files))
	else:
		contents.extend(files)


def _remove_raw(messages: list[str]) -> None:
	"""Remove received emails as they arrived: those kept by this app, and those that Frappe put aside."""
	remove_rows(_UNPROCESSED, _names(_UNPROCESSED, {"communication": ("in", messages)}))
	rows = frappe.get_all(
		COMMUNICATION,
		{"name": ("in", messages), "email_account": ("is", "set"), "uid": ("is", "set")},
		["email_account", "uid"],
		order_by=None,
	)
	arrived = {(row.email_account, str(row.uid)) for row in rows}
	uids = {"uid": ("in", [uid for _account, uid in arrived])}
	if arrived:
		aside = frappe.get_all(_UNHANDLED, uids, ["name", "email_account", "uid"], order_by=None)
		remove_rows(_UNHANDLED, [row.name for row in aside if (row.email_account, row.uid) in arrived])


def _remove_webhook_logs(doctype: str, names: list[str]) -> None:
	if webhooks := _names("Webhook", {"webhook_doctype": doctype}):
		about = {"webhook": ("in", webhooks), "reference_document": ("in", names)}
		frappe.db.delete("Webhook Request Log", about)


def _remove_deleted(doctype: str, names: list[str]) -> None:
	"""Remove the copies of documents that belonged to the records and were deleted before."""
	table = frappe.qb.DocType("Deleted Document")
	belonged = [
		(table.deleted_doctype == kind) & (_key(fields[0]) == doctype) & _key(fields[1]).isin(names)
		for kind, fields in deleted_document.pointers().items()
	]
	# Only content of these DocTypes is read: they are found by an index.
	if doctype == INTERACTION:
		belonged.append(table.deleted_doctype.isin(_with_interaction()) & _key(BINDING[0]).isin(names))
	deleted = frappe.qb.from_(table).select(table.name).where(Criterion.any(belonged)).run()
	_remove_rows("Deleted Document", [name for (name,) in deleted])


def _with_interaction() -> list[str]:
	"""DocTypes whose documents name an interaction."""
	named = {"fieldname": BINDING[0], "fieldtype": "Link", "options": INTERACTION}
	fields = frappe.get_all("DocField", named, pluck="parent", order_by=None)
	return sorted({*fields, *frappe.get_all("Custom Field", named, pluck="dt", order_by=None)})


def _key(field: str):
	return _json_value(frappe.qb.DocType("Deleted Document").data, f"$.{field}")


def _names(doctype: str, filters: dict) -> list:
	return frappe.get_all(doctype, filters, pluck="name", order_by=None)
