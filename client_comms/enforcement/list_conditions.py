"""What a list is filtered by is judged only for rows that its reader can read (P-2).

The database leaves a row at the first condition that it does not meet. Frappe writes the conditions of a request before those that say which rows
a user can read; so how long a query took, or an error in a condition, told whether a hidden text contains a word. Comparisons of values
stay first, because they find rows by an index and cost nothing, and so does one search for a word, which leaves few rows and takes the same
time whatever a text contains.
"""

import re
from collections.abc import Callable, Iterator

import frappe
from frappe import _
from pypika.enums import Boolean
from pypika.terms import ComplexCriterion, Criterion

from client_comms.enforcement import child_rows, guards
from client_comms.i18n import bold

_LOOKS_INTO_TEXT = re.compile(r"\b(?:r?like|regexp?)\b", re.IGNORECASE)
_MOST = 100
# One search: a word in a few fields. A wildcard within it would be looked for again and again, as long as the text decides.
_FIELDS_OF_SEARCH = 10
_FOR_A_WORD = re.compile(r"\blike\s+'%*[^%'\\]*%*'", re.IGNORECASE)
# Version 15 takes a field with "ifnull" for SQL. Frappe and ERPNext write nothing but this there.
_FUNCTION = "ifnull"
_COLUMN_OR_VALUE = re.compile(
	r"""ifnull\(\s*(?:`tab[\w ]+`\.)?(?:`\w+`|\w+)\s*,\s*(?:'[^'\\]*'|"[^"\\]*"|-?\d+)\s*\)""", re.IGNORECASE
)


def leave_out_times() -> None:
	"""`before_request`: a list does not say how long its query took, without the time on the way."""
	if frappe.form_dict.get("debug") and guards.is_restricted():
		del frappe.form_dict["debug"]


def refuse_functions(prepare, query, condition):
	"""
	:raises frappe.DataError: the condition is about a function of columns, which the database could compute of any of them
	"""
	for field in _fields(condition):
		function = _FUNCTION in field.lower() and not _COLUMN_OR_VALUE.fullmatch(field.strip())
		if function and guards.is_held(query.doctype) and guards.is_restricted():
			frappe.throw(
				_("A list can be filtered by fields, but not by {0}.").format(bold(field)),
				exc=frappe.DataError,
				title=_("Not Permitted"),
			)
	return prepare(query, condition)


def _fields(condition) -> list[str]:
	"""What stands before the operator of a condition, however it is written: `{field: value}`, `[doctype, field, operator, value]`."""
	if isinstance(condition, dict):
		return [*map(str, condition)]
	return [*map(str, condition[:2])] if isinstance(condition, list | tuple) else []


def of_version_15(build, query):
	build(query)
	_join_readable(query)
	if of_documents := child_rows.of_readable_documents(query):
		query.conditions.append(of_documents)
	sent = len(query.filters)
	if guards.is_held(query.doctype) and len(query.conditions) > sent:
		query.conditions = _in_order(query.conditions[:sent], query.conditions[sent:], str)


def _join_readable(query) -> None:
	"""Of the documents that a column (`issue.subject`) joins, those that the user can read, as in version 16, by whichever way it was asked for."""
	for link in () if query.flags.ignore_permissions else query.link_tables:
		if condition := guards.condition(link.doctype, query.user):
			link.table_name = f"(select * from `tab{link.doctype}` where ({condition}))"


def of_version_16(add, engine):
	sent = engine.query._wheres
	if sent is None or not guards.is_held(engine.doctype):
		return add(engine)
	engine.query._wheres = None
	add(engine)
	permitted = [engine.query._wheres] if engine.query._wheres is not None else []
	engine.query._wheres = Criterion.all(_in_order([*_joined(sent)], permitted, _sql))


def _in_order(sent: list, permitted: list, text_of: Callable[..., str]) -> list:
	"""Conditions of a request, and those that say which rows the user can read, before each that looks into texts."""
	looking = [len(_LOOKS_INTO_TEXT.findall(text_of(each))) for each in sent]
	# Of the rows of a document, the database may look at these before it looks at the document.
	if sum(looking) > _MOST and guards.is_restricted():
		frappe.throw(
			_("A list can look into texts by at most {0} conditions.").format(_MOST),
			title=_("Not Possible Now"),
		)
	first = [each for each, looks in zip(sent, looking, strict=True) if not looks]
	last = [each for each, looks in zip(sent, looking, strict=True) if looks]
	if len(last) == 1 and _is_search(text_of(last[0])):
		return [*first, *last, *permitted]
	return [*first, *permitted, *last]


def _is_search(condition: str) -> bool:
	words = len(_FOR_A_WORD.findall(condition))
	return words == len(_LOOKS_INTO_TEXT.findall(condition)) <= _FIELDS_OF_SEARCH


def _joined(criterion) -> Iterator:
	"""The conditions that are joined by "and", in their order."""
	waiting = [criterion]
	while waiting:
		each = waiting.pop()
		if isinstance(each, ComplexCriterion) and each.comparator == Boolean.and_:
			waiting += (each.right, each.left)
		else:
			yield each


def _sql(criterion) -> str:
	return criterion.get_sql(quote_char="`")
