"""What fills the placeholders of an approved text: days, moments and the names of the procedure as the client reads them (D-3, C-3)."""

from collections.abc import Mapping
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms import clock, i18n
from client_comms.communication_governance import calendars

_CHANNEL = "Communication Channel"


class Shown(str):
	"""A value that a text shows in other words. Conditions and functions of the text find it as it is stored."""

	__slots__ = ("words",)

	def __new__(cls, stored: object, words: str):
		value = super().__new__(cls, cstr(stored))
		value.words = words
		return value

	def __str__(self) -> str:
		return self.words

	def with_words(self, words: str) -> "Shown":
		return Shown(str.__str__(self), words)


def in_words(doctype: str, values: Mapping, more_moments: Mapping[str, datetime | None]) -> dict:
	"""The values of a document, by field, in the current language.

	:param values: as stored, or as the desk sends them
	:param more_moments: what a text can name besides the document's fields
	"""
	filled = {**values, **more_moments}
	company = values.get("company")
	for field, value in more_moments.items():
		filled[field] = value and _moment(company, value)
	for df in frappe.get_meta(doctype).fields:
		if (value := filled.get(df.fieldname)) not in (None, "") and (words := _words(df, value, company)):
			filled[df.fieldname] = words
	return filled


def _words(df, value, company: str | None) -> Shown | None:
	match df.fieldtype:
		case "Datetime" if clock.begins_with_day(value):
			return _moment(company, value)
		case "Date" if clock.begins_with_day(value):
			return Shown(value, i18n.day_in_words(value, "full"))
		case "Select":
			return Shown(value, _(cstr(value)))
		case "Link" if df.options == _CHANNEL:
			return Shown(value, i18n.channel(value))
		case "Link" if frappe.get_meta(df.options).translated_doctype:
			return Shown(value, _(cstr(value)))
	return None


def _moment(company: str | None, value) -> Shown:
	return Shown(value, i18n.moment_in_words(calendars.local_time(company, value), "full"))
