"""Validates what users and integrations send, with helpful messages where Frappe or the database would just fail."""

import html
import re
from collections.abc import Collection, Mapping
from datetime import date

import frappe
from frappe import _
from frappe.utils import cstr, strip_html, validate_email_address, validate_phone_number

from client_comms.exceptions import MissingDetailsError
from client_comms.i18n import bold, refuse
from client_comms.rules import business_hours, storable_text
from client_comms.rules.messages import RuleError

_EMAIL, _PHONE, _PAGE = "privacy@example.com", "+49 30 123456", "https://example.com/privacy"
_WEB = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


def plain(content: str | None) -> str:
	"""A text without its markup."""
	return html.unescape(strip_html(cstr(content))).strip()


def require_doctype(doctype: str) -> None:
	"""Refuse a DocType that does not exist; Frappe would look for its code.

	:raises frappe.DoesNotExistError: the DocType does not exist
	"""
	if not frappe.db.exists("DocType", doctype):
		frappe.throw(
			_(
				"DocType {0} does not exist. Choose one that exists on this site, such as Client Interaction."
			).format(bold(doctype)),
			exc=frappe.DoesNotExistError,
			title=_("DocType Not Found"),
		)


def require_exists(doctype: str, name: str | None) -> None:
	"""
	:raises frappe.DoesNotExistError: there is no document of that name, also for a user who cannot read it
	"""
	if not (name and frappe.db.exists(doctype, name)):
		frappe.throw(
			_("{0} {1} does not exist. Choose one that exists on this site.").format(_(doctype), bold(name)),
			exc=frappe.DoesNotExistError,
			title=_("Not Found"),
		)


def require_text(label: str, text: str | None) -> None:
	"""Refuse a text that cannot be stored as it was sent.

	:raises frappe.ValidationError: it is too long, or contains invalid characters
	"""
	if text and (wrong := storable_text.fault(label, text)):
		refuse(wrong, title=_("Text Cannot Be Stored"))


def require_reason(reason: str | None, message: str) -> None:
	"""
	:param message: asks for the reason, translated
	:raises MissingDetailsError: there is none
	"""
	if not (reason or "").strip():
		frappe.throw(message, exc=MissingDetailsError, title=_("Reason Missing"))


def require_filled(doc, *fields: str) -> None:
	"""Refuse a document without these mandatory fields, on which its own checks rely; Frappe looks for them afterwards.

	:raises frappe.MandatoryError: the message names the first one that is missing
	"""
	for field in fields:
		if doc.get(field) in (None, "") and not doc.flags.ignore_mandatory:
			frappe.throw(
				_("Enter {0}.").format(bold(place(doc, field))),
				exc=frappe.MandatoryError,
				title=_("Missing Value"),
			)


def from_json(value):
	"""What was sent as JSON, or as it is; None if it cannot be read."""
	try:
		return frappe.parse_json(value)
	except (ValueError, RecursionError):
		return None


def require_list(label: str, value) -> list:
	"""A parameter that is a list, or JSON of one; nothing is an empty list.

	:raises frappe.ValidationError: it is anything else
	"""
	found = from_json(value) if value else []
	if not isinstance(found, list):
		frappe.throw(
			_("{0} must be a list. Send it in JSON, such as {1}.").format(bold(label), '["A", "B"]'),
			title=_("Not a List"),
		)
	return found


def require_object(label: str, value) -> dict:
	"""A parameter that is an object, or JSON of one; nothing is an empty object.

	:raises frappe.ValidationError: it is anything else
	"""
	found = from_json(value) if value else {}
	if not isinstance(found, Mapping):
		frappe.throw(
			_("{0} must be an object. Send it in JSON, such as {1}.").format(
				bold(label), '{"field": "value"}'
			),
			title=_("Not an Object"),
		)
	return found


def require_in_range(doc, limits: Mapping[str, tuple[float, float]]) -> None:
	"""Refuse numbers of a document or row that are outside a sensible range.

	Empty fields are not checked.
	"""
	for field, (lowest, highest) in limits.items():
		value = doc.get(field)
		if value in (None, ""):
			continue
		try:
			fits = lowest <= float(value) <= highest
		except (TypeError, ValueError):
			fits = False
		if not fits:
			frappe.throw(
				_("{0}: {1} is out of range. Enter a number from {2} to {3}.").format(
					place(doc, field), bold(cstr(value)), lowest, highest
				),
				title=_("Number Out of Range"),
			)


def require_contact_details(
	doc, *, email: Collection[str] = (), phone: Collection[str] = (), web: Collection[str] = ()
) -> None:
	"""Refuse what cannot be an email address, a phone number or the address of a web page; empty fields are not checked.

	Frappe refuses most of it afterwards, but names no field, and takes a script for the address of a page.
	"""
	for fields, is_possible, message, example in (
		(email, validate_email_address, _("{0}: {1} is not an email address. Enter one like {2}."), _EMAIL),
		(phone, validate_phone_number, _("{0}: {1} is not a phone number. Enter one like {2}."), _PHONE),
		(web, _WEB.fullmatch, _("{0}: {1} is not the address of a web page. Enter one like {2}."), _PAGE),
	):
		for field in fields:
			if (value := cstr(doc.get(field)).strip()) and not is_possible(value):
				frappe.throw(
					message.format(bold(place(doc, field)), bold(value), example),
					title=_("Value Not Possible"),
				)


def require_times(doc, *fields: str) -> None:
	"""Refuse invalid times of day in a document; empty fields are not checked."""
	for field in fields:
		if (value := doc.get(field)) not in (None, ""):
			try:
				business_hours.as_time(value)
			except RuleError as refusal:
				refuse(refusal.message, title=place(doc, field))


def record_of(doctype: str, sent: Mapping, fields: Collection[str], tables: Mapping[str, Collection[str]]):
	"""The values sent for a new record as a dict: single values for `fields`, lists of dicts for `tables`.

	:param tables: field name → the fields that its rows can have; tables can be sent as JSON
	:raises frappe.ValidationError: a field is unknown or has an invalid value
	"""
	_require_known(sent, (*fields, *tables))
	meta = frappe.get_meta(doctype)
	values = {}
	for field, value in sent.items():
		df = meta.get_field(field)
		if field in tables:
			values[field] = _rows(df, value, tables[field])
		else:
			values[field] = _single(df, value, _(df.label))
	return values


def _require_known(sent: Mapping, fields: Collection[str], where: str | None = None) -> None:
	if unknown := [field for field in sent if field not in fields]:
		message = _("Unknown field {0}. Remove it, or use one of these: {1}.").format(
			bold(", ".join(map(cstr, unknown))), ", ".join(fields)
		)
		frappe.throw(f"{where}: {message}" if where else message, title=_("Unknown Field"))


def require_rows(label: str, value, fields: Collection[str]) -> list[Mapping]:
	"""A parameter that is a list of objects with these fields, or JSON of one; nothing is an empty list.

	:raises frappe.ValidationError: it is anything else
	"""
	rows = from_json(value) if value else []
	if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
		frappe.throw(
			_("{0} must be a list of rows. Send each row as an object with these fields: {1}.").format(
				bold(label), ", ".join(fields)
			),
			title=_("Not a List of Rows"),
		)
	return rows


def _rows(table, value, fields: Collection[str]) -> list[dict]:
	label = _(table.label)
	rows = require_rows(label, value, fields)
	meta = frappe.get_meta(table.options)
	for number, row in enumerate(rows, start=1):
		where = _("{0}, row {1}").format(label, number)
		_require_known(row, fields, where)
		for field, each in row.items():
			df = meta.get_field(field)
			_single(df, each, f"{where}, {_(df.label)}")
	return [dict(row) for row in rows]


def _single(df, value, where: str):
	if not isinstance(value, str | int | float | date | None):
		frappe.throw(
			_("{0} must be a single value. Send text, not a list or an object.").format(bold(where)),
			title=_("Not a Single Value"),
		)
	if isinstance(value, str):
		require_text(where, value)
	if value and df.fieldtype == "Link" and df.options == "DocType":
		require_doctype(cstr(value))
	return value


def place(doc, field: str) -> str:
	"""The label of a field, with its table and row, for a message."""
	label = _(doc.meta.get_label(field))
	if not doc.get("parentfield"):
		return label
	table = frappe.get_meta(doc.parenttype).get_label(doc.parentfield)
	return f"{_('{0}, row {1}').format(_(table), doc.idx)}, {label}"
