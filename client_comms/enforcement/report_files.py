"""This app's reports in a file or an email, where nothing is formatted in the browser: the words, names and times that the screen shows."""

from contextlib import AbstractContextManager

import frappe
from frappe import _
from frappe.utils import format_duration

from client_comms.flags import flagged
from client_comms.i18n import channel

_APP = "client_comms"
_WRITTEN = "client_comms_report_is_written"


def writing() -> AbstractContextManager[None]:
	"""Inside the block, reports are computed for a file or an email."""
	return flagged(_WRITTEN)


def told(report, columns: list, rows: list) -> tuple[list, list]:
	"""Columns and rows as a file shows them; on the screen, and of reports of other apps, as they are.

	What only the screen can do something with (`on_screen`) is left out; `in_words` marks values that are translated. A link whose row has
	its name beside it, such as `staff` and `staff_name`, is that name.
	"""
	if not frappe.flags.get(_WRITTEN) or not _is_ours(report):
		return columns, rows
	shown = [column for column in columns if not column.get("on_screen")]
	return [_as_text(column) for column in shown], [_told_row(shown, row) for row in rows]


def _is_ours(report) -> bool:
	return frappe.local.module_app.get(frappe.scrub(report.module or "")) == _APP


def _as_text(column: dict) -> dict:
	if column.get("fieldtype") == "Duration":
		return {**column, "fieldtype": "Data"}
	return column


def _told_row(columns: list, row: dict) -> dict:
	return {**row, **{column["fieldname"]: _told_cell(column, row) for column in columns}}


def _told_cell(column: dict, row: dict):
	field, kind = column["fieldname"], column.get("fieldtype")
	value = row.get(field)
	if value is None:
		return None
	if kind == "Duration":
		return format_duration(value, hide_days=column.get("hide_days")) or "0m"
	if kind == "Percent":
		return round(value, column.get("precision", 1))
	if kind == "Link":
		return row.get(f"{field}_name") or _linked(column["options"], value)
	return _(value) if column.get("in_words") else value


def _linked(doctype: str, name: str) -> str:
	if doctype == "Communication Channel":
		return channel(name)
	return _(name) if frappe.get_meta(doctype).translated_doctype else name
