"""No text of a request becomes part of a query (P-2). Some methods and reports of ERPNext write a value that they are given into SQL as
it is, also for a client with a login, and one with a quote goes on as SQL, which reads any table of the database.

There are too many of them to wrap, other apps bring more, and Frappe has no hook before a query. So texts that could read a table are
noted when a request begins, and each of its queries is looked at for them. The function that queries is replaced for this, in each
process, when there is such a text for the first time.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps

import frappe
from frappe import _
from frappe.database.database import Database

from client_comms.enforcement import guards

_NOTED = "client_comms_texts_with_sql"
_OURS = "client_comms_looks_for_sql"
_READS = re.compile(r"select.*from\W*\w", re.DOTALL | re.IGNORECASE)
_SELECTS = re.compile(r"select(?!\w)", re.IGNORECASE)
_IS_MORE = re.compile(
	r"[^\w\s]|union|from", re.IGNORECASE
)  # than words, which a query of Frappe may have as well
_QUOTES = re.compile(r"['\"]")
# Literals and comments of a query; a comment that the database executes is none.
_COMMENTS = r"/\*(?!M?!).*?\*/|--(?=\s)[^\n]*|\#[^\n]*"
_COMMENT = re.compile(_COMMENTS, re.DOTALL)
_OUTSIDE = re.compile(
	rf"""(?P<kept>`[^`]*`)|'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|{_COMMENTS}""", re.DOTALL
)


def look_for_sent(method=None, kwargs=None, transaction_type=None) -> None:
	"""`before_request` and `before_job`; does not query the database, unless a text of the request could read a table."""
	texts = {*_reading(kwargs if transaction_type == "job" else frappe.form_dict)}
	frappe.flags[_NOTED] = texts if texts and guards.is_restricted() else None
	if frappe.flags[_NOTED]:
		_look_at_queries()


@contextmanager
def looking_for(values) -> Iterator[None]:
	"""The same inside the block, for what was sent earlier: the filters of a report that is prepared in a job, or emailed."""
	before = frappe.flags.get(_NOTED)
	texts = {*(before or ()), *_reading(values)}
	if texts and guards.is_restricted():
		frappe.flags[_NOTED] = texts
		_look_at_queries()
	try:
		yield
	finally:
		frappe.flags[_NOTED] = before


def _reading(value) -> Iterator[str]:
	"""The texts in a value, at any depth and also inside of JSON, that could read a table, alone or together with others."""
	if isinstance(value, dict):
		for each in (*value, *value.values()):
			yield from _reading(each)
	elif isinstance(value, list | tuple | set):
		for each in value:
			yield from _reading(each)
	elif isinstance(value, str) and _SELECTS.search(value) and _IS_MORE.search(value):
		yield value.strip()
		try:
			contained = json.loads(value)
		except (ValueError, RecursionError):
			return
		yield from _reading(contained)


def _could_read(text: str) -> bool:
	return bool(_READS.search(text))


def _look_at_queries() -> None:
	query_as_frappe_does = Database.sql
	if hasattr(query_as_frappe_does, _OURS):
		return

	@wraps(query_as_frappe_does)
	def sql(self, query, *args, **kwargs):
		if (texts := frappe.flags.get(_NOTED)) and _could_read(str(query)):
			_refuse_written(texts, str(query))
		return query_as_frappe_does(self, query, *args, **kwargs)

	setattr(sql, _OURS, True)
	Database.sql = sql


def _refuse_written(texts: set[str], query: str) -> None:
	"""
	:raises frappe.PermissionError: one of the texts is in the query as SQL
	"""
	if any(map(_Query(query).contains, texts)):
		frappe.throw(
			_(
				"A value of this request is part of a query of the database. Values are compared, and cannot query."
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


class _Query:
	"""What begins it is the method's own: a report that is being written may begin as a query of Frappe does."""

	def __init__(self, query: str):
		self._query = query
		self._outside = _letters(_OUTSIDE.sub(lambda found: found["kept"] or " ", query))
		self._literals = [found.span() for found in _OUTSIDE.finditer(query) if not found["kept"]]

	def contains(self, text: str) -> bool:
		"""Whether a text is in it as it was sent, and not within one literal, or a part that reads a table is outside of all."""
		at = self._query.find(text, 1)
		while at > 0:
			if not any(start < at and at + len(text) < end for start, end in self._literals):
				return True
			at = self._query.find(text, at + 1)
		return any(self._outside.find(part, 1) > 0 for part in _parts(text))


def _parts(text: str) -> Iterator[str]:
	"""What can be outside of literals: the parts between quotes, also of the text without its comments."""
	for part in (*_QUOTES.split(text), *_QUOTES.split(_COMMENT.sub(" ", text))):
		if _could_read(part):
			yield _letters(_COMMENT.sub(" ", part))


def _letters(text: str) -> str:
	"""Frappe and the methods may change everything between words."""
	return re.sub(r"\W+", "", text).lower()
