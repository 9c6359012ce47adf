"""Global search checks only the DocType of what it finds, and in version 16 each document of a page.

What a user cannot read is left out before a page is cut: of a page from which it is removed, the place of a document of one's own would tell how many
hidden ones contain the word, and so would its rank, which counts them all.
"""

import frappe
from frappe.desk.doctype.global_search_settings.global_search_settings import get_doctypes_for_global_search
from frappe.utils import cint

from client_comms.enforcement import compose, guards
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.row_conditions import EVERYTHING, among, literal, of_row

_SEARCH = "frappe.utils.global_search.search"
_PAGE, _LONGEST_PAGE = 20, 200


@frappe.whitelist()
def search(text: str, start: int | str = 0, limit: int | str = _PAGE, doctype: str = "", **others):
	"""Frappe's global search among the documents that the user can read."""
	asked = {"text": text, "start": start, "limit": limit, "doctype": doctype, **others}
	if not guards.is_restricted():
		return call_previous(_SEARCH, **asked)
	if compose.previous_path(_SEARCH) != _SEARCH:  # another app searches in its own way
		return _readable(call_previous(_SEARCH, **asked))
	searched = [each for each in _searched() if not doctype or each == doctype]
	found = [
		row
		for word in dict.fromkeys(filter(None, map(str.strip, text.split("&"))))
		for row in _found(word, cint(start), min(cint(limit) or _PAGE, _LONGEST_PAGE), searched)
	]
	return sorted(filter(_with_details, found), key=lambda row: searched.index(row.doctype))


def _searched() -> list[str]:
	"""The DocTypes in which the session user searches, the most important first."""
	can_read = set(frappe.get_user().get_can_read())
	return [doctype for doctype in get_doctypes_for_global_search() if doctype in can_read]


def _found(word: str, start: int, length: int, doctypes: list[str]) -> list[frappe._dict]:
	"""A page of the rows that contain a word, the best first."""
	rank = f"match(`content`) against({literal(word)})"

	def read(place: int, at_most: int, condition: str = EVERYTHING) -> list[frappe._dict]:
		# nosemgrep: frappe-sql-format-injection (values are escaped, the others are numbers)
		return frappe.db.sql(
			f"""select `doctype`, `name`, `content` from `__global_search`
			where {rank} and {among("`doctype`", doctypes)} and {condition}
			order by {rank} desc, `doctype`, `name` limit {place}, {at_most}""",
			as_dict=True,
		)

	# Every query finds and sorts all that contain the word.
	return guards.page_where(
		_readable,
		read,
		max(start, 0),
		length,
		lambda place, at_most: read(place, at_most, _condition(doctypes)),
	)


def _condition(doctypes: list[str]) -> str:
	"""The rows of the search that the session user can read, as SQL."""
	cases = [
		f"when {literal(doctype)} then {of_row(doctype, '`__global_search`.`name`', f'({condition})')}"
		for doctype in doctypes
		if (condition := guards.condition(doctype))
	]
	return f"(case `doctype` {' '.join(cases)} else 1 end)" if cases else EVERYTHING


def _with_details(row) -> bool:
	"""Whether the user can open what was found, of which a result shows picture and title."""
	if not frappe.db.exists(row.doctype, row.name) or not frappe.has_permission(
		row.doctype, "read", row.name
	):
		return False
	meta = frappe.get_meta(row.doctype)
	for shown, field in (("image", meta.image_field), ("title", meta.title_field)):
		if field:
			row[shown] = frappe.db.get_value(row.doctype, row.name, field)
	return True


def _readable(results: list) -> list:
	by_type: dict[str, list[str]] = {}
	for row in results:
		by_type.setdefault(row.doctype, []).append(row.name)
	allowed = {each: guards.readable(each, names) for each, names in by_type.items() if guards.is_held(each)}
	return [row for row in results if row.name in allowed.get(row.doctype, (row.name,))]
