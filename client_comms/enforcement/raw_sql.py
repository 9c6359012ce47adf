"""No text of a request becomes part of a query (P-2). Some methods and reports of ERPNext write a value that they are given into SQL as
it is, also for a client with a login, and one with a quote goes on as SQL, which reads any table of the database.

There are too many of them to wrap, other apps bring more, and Frappe has no hook before a query. So texts that could read a table are
noted when a request begins, and each of its queries is looked at for them, as the database gets it. All of it takes time in proportion to
what was sent and to the query.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import chain, takewhile

import frappe
from frappe import _
from frappe.database.database import Database
from frappe.database.utils import EmptyQueryValues

from client_comms.enforcement import compose

_NOTED = "client_comms_texts_with_sql"
_ESCAPE = "\\u"  # JSON writes any letter so
_BEGINS = re.compile("select", re.IGNORECASE)
_FROM = re.compile(r"from\W*\w", re.IGNORECASE)
_JOIN = re.compile(r"join\W+\w", re.IGNORECASE)
# A join is enough where a value is part of what a query reads from, such as the condition of another join.
_READS = re.compile(r"(?:select|join)(?!\w)", re.IGNORECASE)
_IS_MORE = re.compile(
	r"[^\w\s]|union|from", re.IGNORECASE
)  # than words, which a query of Frappe may have as well
_QUOTES = re.compile(r"['\"]")
# Ends a name that a query has begun, such as that of a table; after it, other tables can be listed without any of these words.
_ENDS_A_NAME = re.compile(r"(?P<name>[^`'\"]*\w`)\s*\S")
_SHORTEST, _ENOUGH = 2, 40  # letters of SQL that go on after it: "on"; people write "it`s"
# Literals and comments of a query, read exactly as MariaDB does: a quote that only one of both takes for one would hide what follows. Each of
# these expressions finds an end wherever it begins, so that nothing is read twice: what does not end in the query ends with it, because
# the database does not execute it.
_LINE = r"--(?=[\x00-\x20\x7f])[^\n]*|\#[^\n]*"
_LINES = re.compile(_LINE)
_COMMENT = re.compile(rf"/\*(?!M?!)(?:.*?\*/|(?P<open>.*))|{_LINE}", re.DOTALL)
_PIECES = re.compile(
	r"""(?P<kept>`[^`]*(?:`|\Z))|(?P<reads>(?i:select|join)(?!\w))|(?P<executed>/\*M?!)|'(?:[^'\\]+|\\.?|'')*(?:'|\Z)|"""
	rf""""(?:[^"\\]+|\\.?|"")*(?:"|\Z)|/\*.*?(?:\*/|\Z)|{_LINE}""",
	re.DOTALL,
)


def look_for_sent(method=None, kwargs=None, transaction_type=None) -> None:
	"""`before_request` and `before_job`; does not query the database, unless a text of the request could read a table."""
	frappe.flags[_NOTED] = _noted(kwargs if transaction_type == "job" else frappe.form_dict)


@contextmanager
def looking_for(values) -> Iterator[None]:
	"""The same inside the block, for what was sent earlier: the filters of a report that is prepared in a job, or emailed."""
	before = frappe.flags.get(_NOTED)
	if noted := _noted(values):
		frappe.flags[_NOTED] = _in_order([*(before or ()), *noted])
		compose.around(Database, "sql", look_at)  # also outside of requests and jobs
	try:
		yield
	finally:
		frappe.flags[_NOTED] = before


def could_read(value) -> bool:
	"""Whether a value that was sent has a text that could read a table."""
	return any(True for _text in _reading(value))


def _noted(values) -> list["_Sent"] | None:
	if not (texts := {*_reading(values)}):
		return None
	from client_comms.enforcement import guards  # each job begins here, and few have such a text

	return _in_order(map(_Sent, texts)) if guards.is_restricted() else None


def _in_order(sent: Iterable["_Sent"]) -> list["_Sent"]:
	"""Those that end a name first: for each query, only these are looked at again."""
	return sorted(sent, key=lambda each: not each.ends_of_names)


def _reading(value) -> Iterator[str]:
	"""The texts in a value, at any depth and also inside of JSON, that could read a table, alone or together with others."""
	waiting = [value]
	while waiting:
		value = waiting.pop()
		if isinstance(value, dict):
			waiting += (*value, *value.values())
		elif isinstance(value, list | tuple | set):
			waiting += value
		elif isinstance(value, str):
			if (_reads(value) and _IS_MORE.search(value)) or ("`" in value and _ENDS_A_NAME.match(value)):
				yield value.strip()
			elif _ESCAPE not in value and "`" not in value:
				continue
			try:
				waiting.append(json.loads(value))
			except (ValueError, RecursionError):
				continue


def _reads(text: str) -> bool:
	# The first takes a tenth of the time, and most texts have none.
	lower = text.lower()
	return ("select" in lower or "join" in lower) and bool(_READS.search(text))


def _could_read(text: str) -> bool:
	"""Whether it has a "select", and after that a "from" with the name of a table, or a "join" with one."""
	lower = text.lower()
	begins = "select" in lower and _BEGINS.search(text)
	return bool((begins and _FROM.search(text, begins.end())) or ("join" in lower and _JOIN.search(text)))


def look_at(execute, database: Database, query, values=EmptyQueryValues, *args, **kwargs):
	"""Around each query."""
	if sent := frappe.flags.get(_NOTED):
		_refuse_written(sent, _as_executed(database, query, values))
	return execute(database, query, values, *args, **kwargs)


def _as_executed(database: Database, query, values) -> str:
	"""With its values: one of them could end a comment, or a literal, that a text of the request has begun before it."""
	if values is EmptyQueryValues:
		values = None
	elif not isinstance(values, dict | list | tuple):
		values = (values,)
	return str(database.mogrify(str(query).strip(), values))


def _refuse_written(sent: Iterable["_Sent"], query: str) -> None:
	"""
	:raises frappe.PermissionError: one of the texts is in the query as SQL
	"""
	written = _Query(query)
	if (_could_read(query) and written.contains(sent)) or written.has_name_ended_by(sent):
		frappe.throw(
			_(
				"A value of this request is part of a query of the database. Values are compared, and cannot query."
			),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)


class _Sent:
	"""A text of the request; what is looked for is the same for all its queries."""

	def __init__(self, text: str):
		self.text = text

	@cached_property
	def parts(self) -> set[str]:
		return {*_parts(self.text)}

	@cached_property
	def ends_of_names(self) -> set[tuple[str, str]]:
		"""If it ends a name: that name, and the letters that follow up to the first quote, also of the text without its comments."""
		if not (ends := _ENDS_A_NAME.match(self.text)):
			return set()
		name, more = ends["name"], self.text[ends.end("name") :]
		follow = {
			_letters(_without_comments(_QUOTES.split(each, 1)[0])) for each in (more, _without_comments(more))
		}
		return {(name.lower(), letters[:_ENOUGH]) for letters in follow if len(letters) >= _SHORTEST}


class _Query:
	"""What begins it is the method's own: a report that is being written may begin as a query of Frappe does."""

	def __init__(self, query: str):
		self._query = query

	@cached_property
	def _pieces(self) -> list[re.Match]:
		return [*_PIECES.finditer(self._query)]

	@cached_property
	def _reads(self) -> list[tuple[int, int]]:
		"""Where it has a "select" or "join" outside of literals and comments, without the "select" that begins it."""
		return [each.span() for each in self._pieces if each["reads"] and each.start()]

	@cached_property
	def _is_strange(self) -> bool:
		"""No method writes a comment that some versions of the database execute."""
		return any(each["executed"] for each in self._pieces)

	def has_name_ended_by(self, sent: Iterable[_Sent]) -> bool:
		"""Whether a text goes on as SQL after the name of a table or a column that it was written into.

		:param sent: those that end a name come first
		"""
		ended: dict[str, set[str]] = {}
		for name, letters in chain.from_iterable(takewhile(bool, (text.ends_of_names for text in sent))):
			ended.setdefault(name, set()).add(letters)
		lengths = {len(letters) for each in ended.values() for letters in each}
		return bool(ended) and any(
			self._outside[after : after + length] in ended[name[begin:]]
			for name, after in self._names()
			for begin in range(len(name))
			if name[begin:] in ended
			for length in lengths
		)

	def _names(self) -> Iterator[tuple[str, int]]:
		"""Each name in backticks, and how many letters of `_outside` are up to its end."""
		begins = letters = 0
		for each in self._pieces:
			letters += len(
				_letters(self._query[begins : each.start()] + (each["kept"] or each["reads"] or ""))
			)
			begins = each.end()
			if each["kept"]:
				yield each["kept"].lower(), letters

	def contains(self, sent: Iterable[_Sent]) -> bool:
		"""Whether a text is in it as it was sent, with a "select" or "join" that is one, or a part that reads a table is outside of
		literals."""
		if self._is_strange or not self._reads:
			return self._is_strange
		return any(self._is_of(each.text, read) for read in self._reads for each in sent) or any(
			self._outside.find(part, 1) > 0 for each in sent for part in each.parts
		)

	def _is_of(self, text: str, read: tuple[int, int]) -> bool:
		start, end = read
		return self._query.find(text, max(1, end - len(text)), start + len(text)) > 0

	@cached_property
	def _outside(self) -> str:
		return _letters(_PIECES.sub(lambda found: found["kept"] or found["reads"] or " ", self._query))


def _parts(text: str) -> Iterator[str]:
	"""What can be outside of literals: the parts between quotes, also of the text without its comments."""
	for part in (*_QUOTES.split(text), *_QUOTES.split(_without_comments(text))):
		if _could_read(part):
			yield _letters(_without_comments(part))


def _without_comments(text: str) -> str:
	"""What begins a comment, and does not end it in the text, may be something else in the query."""
	return _COMMENT.sub(lambda found: _LINES.sub(" ", found["open"] or ""), text)


def _letters(text: str) -> str:
	"""Frappe and the methods may change everything between words."""
	return re.sub(r"\W+", "", text).lower()
