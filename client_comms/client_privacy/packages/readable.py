"""The words of the pages in the copy of a client's data, for someone who knows neither the app nor ERPNext (P-2)."""

import re

import frappe
from frappe import _
from frappe.utils import format_duration, format_time

from client_comms.client_privacy import retention
from client_comms.client_privacy.packages import contents
from client_comms.clients import phone_numbers
from client_comms.enforcement import governed
from client_comms.i18n import day_in_words, moment_in_words

_BLANK_LINES = re.compile(r"\n\s*\n\s*\n")
# DocTypes whose shipped names are translated on pages for clients; the desk lists them by their own names.
_NAMED_FOR_CLIENTS = frozenset(("Consent Purpose", "Data Category"))


def heading(doctype: str, values: dict) -> str:
	"""What a record is called, with its number: that of a message says nothing."""
	title = values.get(frappe.get_meta(doctype).get_title_field()) or values["name"]
	return title if title == values["name"] else f"{title} ({values['name']})"


def labelled(doctype: str, values: dict) -> list[dict]:
	"""What a page shows: `[{"label", "value", "rows", "link"}]`, where rows are those of a table. What is not ticked, and numbers that are
	zero, tell a reader nothing."""
	meta = frappe.get_meta(doctype)
	shown = []
	for field, value in _with_place(values).items():
		if field in ("doctype", "name") or not value or value == phone_numbers.NONE:
			continue
		if isinstance(value, list):
			df = meta.get_field(field)
			of_rows = frappe.get_meta(df.options) if df else None
			rows = [
				[(label(of_rows, key), _in_words(of_rows, key, each)) for key, each in row.items() if each]
				for row in value
			]
			shown.append({"label": label(meta, field), "rows": rows})
		else:
			link = f"../{value}" if doctype == contents.FILE and field == "path" else None
			shown.append({"label": label(meta, field), "value": _in_words(meta, field, value), "link": link})
	return shown


def _with_place(values: dict) -> dict:
	"""Of a file, what it is attached to as one value: the kind as its reader calls it, and the number."""
	place = [values.get(field) for field in contents.PLACE_OF_FILE]
	if not all(place):
		return values
	others = {field: value for field, value in values.items() if field not in contents.PLACE_OF_FILE}
	return {**others, "attached_to": f"{_(place[0])} {place[1]}"}


def label(meta, field: str) -> str:
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
	kind = df.fieldtype if df else "Datetime" if field == "creation" else ""
	if kind == "Check":
		return _("Yes") if value else _("No")
	if kind == "Datetime":
		return moment_in_words(value)
	if kind == "Date":
		return day_in_words(value)
	if kind == "Time":
		return format_time(value, "HH:mm")
	if kind == "Duration":
		return format_duration(value)
	if kind == "Link" and df.options == "Language":
		return frappe.db.get_value("Language", value, "language_name", cache=True) or value
	text = _(str(value)) if df and _is_chosen(df) else str(value)
	return _BLANK_LINES.sub("\n\n", text.strip())


def _is_chosen(df) -> bool:
	"""Whether a value of the field has a word in the reader's language: one of its own options, or a name that is translated."""
	if df.fieldtype != "Link":
		return df.fieldtype == "Select"
	if df.options == "DocType" or df.options in _NAMED_FOR_CLIENTS:
		return True
	return bool(frappe.get_meta(df.options).translated_doctype)


def how_long(package: str) -> str:
	"""How long interactions of each level in the copy are kept after they are closed."""
	included = {"package": package, "state": contents.INCLUDED, "reference_doctype": governed.INTERACTION}
	levels = frappe.get_all(contents.ITEM, included, pluck="confidentiality_level", distinct=True)
	schedules = retention.schedules()
	terms = []
	for level in sorted(filter(None, levels)):
		schedule = schedules.get(level)
		terms.append((_(level), schedule.term.months if schedule else 0))
		for kind, term in sorted(schedule.by_type.items()) if schedule else ():
			terms.append((f"{_(level)}, {_(kind)}", term.months))
	return "\n".join(_term(which, months) for which, months in terms)


def _term(which: str, months: int) -> str:
	if not months:
		return _("{0}: until you ask for erasure").format(which)
	if months == 1:
		return _("{0}: 1 month after closing").format(which)
	return _("{0}: {1} months after closing").format(which, months)


def whom(package) -> str:
	"""Whose data they are: of an organisation, one person's."""
	if not (package.contact and frappe.db.get_value("Data Subject Request", package.request, "contact_only")):
		return package.party_name
	person = frappe.db.get_value("Contact", package.contact, "full_name") or package.contact
	return f"{person} ({package.party_name})"
