"""One transaction in which requests and their background jobs are answered, observed and undone.

Requests run in this process through the application that a web server runs, so that sessions, `before_request`, routes,
permissions and the response are the real ones. Only three things differ: they get the census's own database connection,
whose commit is a savepoint; jobs, realtime messages and prints are recorded; and nothing leaves the machine. A request
takes a few milliseconds, and may do anything: it is rolled back. Over HTTP neither would be possible.
"""

import contextlib
import contextvars
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from unittest import mock

import frappe

from client_comms.client_privacy import links
from client_comms.enforcement import answers

_CALL, _REQUEST = "census_call", "census_request"
_WRITE = re.compile(r"(insert|update|delete|replace)\b", re.IGNORECASE)
_SCHEMA = re.compile(
	r"(create(?! temporary)|alter|drop(?! temporary)|truncate|rename|lock|grant|revoke|start|begin|commit|set global|analyze|optimize)\b",
	re.IGNORECASE,
)
_TABLE = re.compile(r"`?\btab([A-Z][^`\n]*?)`|\btab([A-Z]\w*)\b")
_MARK = re.compile(r"LEAKBAIT-MARK-\w+")
_OF_SESSIONS = {"Sessions", "User"}  # when a session was last active
_SESSION_KEYS = (b"session", b"last_db_session_update")
# Expensive, and about nothing but the installed code and DocTypes.
_STRUCTURE = {
	"DocType",
	"DocField",
	"DocPerm",
	"Custom Field",
	"Custom DocPerm",
	"Property Setter",
	"Client Script",
}
_STRUCTURE_KEYS = (
	b"all_apps",
	b"app_hooks",
	b"app_modules",
	b"db_tables",
	b"doctype_meta",
	b"doctype_form_meta",
	b"installed_app_modules",
	b"metadata_version",
	b"table_columns",
	b"lang_full_dict",
	b"merged_translations",
)
_SECONDS = 20  # for one request
_JOBS = 4  # of one request
_CACHE_WRITES = {"SET", "SETEX", "HSET", "HMSET", "SADD", "INCRBY", "INCR", "RPUSH", "LPUSH"}


class NotReversibleError(Exception):
	"""The method would change the database's structure, or start a program: it cannot be undone."""


class OutsideError(OSError):
	"""The method would connect to another machine or service."""


class TakesTooLongError(BaseException):
	"""Not an Exception, so that no method can catch it."""


@dataclass
class Trace:
	"""What a request did besides answering."""

	read: set[str] = field(default_factory=set)  # DocTypes
	written: set[str] = field(default_factory=set)  # DocTypes
	prepared: set[str] = field(default_factory=set)  # DocTypes written before the call, for it
	writes: list[tuple[str, str]] = field(default_factory=list)  # DocType and statement
	saw_hidden: bool = False  # whether a query returned the hidden text
	missed: set[tuple[str, str]] = field(
		default_factory=set
	)  # DocType and mark by which a query found nothing
	realtime: list[tuple[str, str]] = field(default_factory=list)  # room and message
	jobs: list[dict] = field(default_factory=list)  # not yet carried out
	jobs_done: int = 0
	printed: list[str] = field(default_factory=list)
	stopped_by: str = ""  # why it could not be carried out here

	def begin(self) -> None:
		"""The call begins: what was read and written until now prepared it."""
		self.prepared |= self.written
		for each in (self.read, self.written, self.writes, self.missed):
			each.clear()
		self.saw_hidden = False


class Sandbox:
	"""Use as a context manager. Everything between is undone in the end, except for files, which `scene` removes.

	:param hidden: text whose appearance in a query's result is noted
	"""

	def __init__(self):
		self.hidden = ""
		self.marked = False  # whether a request has marks among its arguments (`mark`)
		self.trace = Trace()
		self._db = frappe.local.db
		self._stack = ExitStack()
		self._cached: set[tuple] = set()
		self._late = self._querying = False

	def __enter__(self):
		# Frappe reads its settings of the database into this; the originals are called by the replacements.
		self._sql, self._rollback = self._db.sql, self._db.rollback
		self._db.rollback()
		for limit in ("max_statement_time", "innodb_lock_wait_timeout"):
			self._sql(f"set session {limit} = {_SECONDS}")
		self._at(_REQUEST)
		enter = self._stack.enter_context
		for name, replacement in {
			"commit": self._commit,
			"rollback": self._undo_request,
			"sql": self._recorded_sql,
			"close": lambda: None,
			"begin": lambda *_a, **_k: None,
			"connect": lambda: None,
		}.items():
			enter(mock.patch.object(self._db, name, replacement))
		enter(mock.patch("frappe.database.get_db", lambda *_a, **_k: self._db))
		enter(mock.patch("frappe.realtime.emit_via_redis", self._realtime))
		enter(mock.patch("rq.Queue.enqueue_call", self._enqueued))
		# The second wall would hide the holes in the first, which this looks for.
		enter(mock.patch.object(answers, "after_request"))
		enter(mock.patch("pdfkit.from_string", self._printed))
		enter(mock.patch.object(socket.socket, "connect", self._only_here(socket.socket.connect)))
		enter(mock.patch.object(subprocess.Popen, "__init__", self._no_program))
		# Without the site's address no client is sent a link, and a copy of a site has none.
		enter(mock.patch.object(links, "has_site_address", lambda: True))
		self._record_cache(enter)
		self._before = signal.signal(signal.SIGALRM, self._too_long)
		return self

	def __exit__(self, *_error):
		signal.signal(signal.SIGALRM, self._before)
		self._stack.close()
		self._reset_callbacks()
		self._db.rollback()
		for limit in ("max_statement_time", "innodb_lock_wait_timeout"):
			self._db.sql(f"set session {limit} = default")
		frappe.clear_cache()

	@contextmanager
	def undone(self) -> Iterator[Trace]:
		"""What happens inside is recorded and rolled back."""
		self._at(_CALL)
		self._at(_REQUEST)
		self.trace, self._cached = Trace(), set()
		self._late = False
		signal.setitimer(signal.ITIMER_REAL, _SECONDS, _SECONDS)
		try:
			yield self.trace
		except TakesTooLongError:
			self.trace.stopped_by = "takes too long"
		finally:
			signal.setitimer(signal.ITIMER_REAL, 0)
			self._late = False
			self._reset_callbacks()
			self._back_to(_CALL)
			self._at(_REQUEST)
			self._forget()

	def run_jobs(self) -> None:
		"""Carry out the background jobs that requests have queued, as a worker does."""
		from frappe.utils.background_jobs import execute_job

		trace = self.trace
		while trace.jobs and trace.jobs_done < _JOBS:
			job = trace.jobs.pop(0)
			trace.jobs_done += 1
			with contextlib.suppress(Exception), open(os.devnull, "w") as nowhere:
				with redirect_stdout(nowhere), redirect_stderr(nowhere):
					contextvars.Context().run(execute_job, **{**job, "retry": 5})

	# The database

	@contextmanager
	def _whole(self) -> Iterator[None]:
		"""What `_too_long` does not interrupt."""
		before, self._querying = self._querying, True
		try:
			yield
		finally:
			self._querying = before

	def _at(self, savepoint: str) -> None:
		with self._whole():
			self._sql(f"savepoint {savepoint}")

	def _back_to(self, savepoint: str) -> None:
		with self._whole():
			self._rollback(save_point=savepoint)

	def _commit(self, **_how):
		db = self._db
		db.before_rollback.reset()
		db.after_rollback.reset()
		db.before_commit.run()
		self._at(_REQUEST)
		db.value_cache.clear()
		db.after_commit.run()

	def _undo_request(self, *, save_point=None, **_how):
		db = self._db
		if save_point:
			return self._back_to(save_point)
		db.before_commit.reset()
		db.after_commit.reset()
		db.before_rollback.run()
		self._back_to(_REQUEST)
		db.after_rollback.run()

	def _too_long(self, *_signal) -> None:
		"""Interrupts at once, or, in a query, before the next: the connection would not survive it."""
		if not self._querying:
			raise TakesTooLongError
		self._late = True

	def _reset_callbacks(self) -> None:
		for name in ("before_commit", "after_commit", "before_rollback", "after_rollback"):
			getattr(self._db, name).reset()
		self._db.value_cache.clear()

	def _recorded_sql(self, query, *arguments, **how):
		text = str(query).lstrip("( \n\t")
		if _SCHEMA.match(text):
			self.trace.stopped_by = "changes the structure of the database"
			raise NotReversibleError(text[:80])
		if self._late:
			raise TakesTooLongError
		with self._whole():
			found = self._sql(query, *arguments, **how)
		named = {first or second for first, second in _TABLE.findall(text)}
		if _WRITE.match(text):
			values = str(arguments or how.get("values", ""))
			target = _TABLE.search(text)
			target = target and (target[1] or target[2])
			self.trace.written |= {target} if target else named
			self.trace.writes.append((target or "", f"{text} {values}"))
		else:
			self.trace.read |= named
			if self.hidden and found and not self.trace.saw_hidden:
				self.trace.saw_hidden = self.hidden in str(found)
			if (
				self.marked
				and not found
				and (marks := _MARK.findall(f"{text} {arguments} {how.get('values')}"))
			):
				self.trace.missed |= {(doctype, mark) for doctype in named for mark in marks}
		return found

	# The cache: what a request put there may be about what was rolled back.

	def _record_cache(self, enter) -> None:
		from frappe.utils.redis_wrapper import RedisWrapper

		execute = RedisWrapper.execute_command

		def recorded(cache, *arguments, **how):
			command = str(arguments[0]).upper()
			if command in _CACHE_WRITES:
				self._cached.add((_bytes(arguments[1]), arguments[2] if command == "HSET" else None))
			return execute(cache, *arguments, **how)

		enter(mock.patch.object(RedisWrapper, "execute_command", recorded))

	def _forget(self) -> None:
		written = (self.trace.written | self.trace.prepared) - _OF_SESSIONS
		kept = _SESSION_KEYS if written & _STRUCTURE else (*_SESSION_KEYS, *_STRUCTURE_KEYS)
		for key, hash_field in self._cached:
			name = key.partition(b"|")[2]
			if name.startswith(b"rl:") or (written and not name.startswith(kept)):
				if hash_field is None:
					frappe.cache.delete(key)
				else:
					frappe.cache.execute_command("HDEL", key, hash_field)
		if written:
			frappe.local.cache.clear()
			if client_cache := getattr(frappe, "client_cache", None):
				client_cache.clear_cache()

	# What leaves a request besides its answer

	def _realtime(self, _event, message, room) -> None:
		self.trace.realtime.append((room or "", frappe.as_json(message)))

	def _enqueued(self, _queue, _function=None, *_arguments, **how):
		self.trace.jobs.append(how.get("kwargs") or {})
		return frappe._dict(id="census", get_id=lambda: "census")

	def _printed(self, html, *_arguments, output_path=None, **_how) -> bytes:
		from pypdf import PdfWriter

		self.trace.printed.append(str(html))
		blank, pdf = PdfWriter(), BytesIO()
		blank.add_blank_page(72, 72)
		blank.write(pdf)
		return pdf.getvalue()

	def _only_here(self, connect):
		allowed = {int(port) for port in _ports()}

		def guarded(sock, address):
			if isinstance(address, tuple) and address[1] not in allowed:
				self.trace.stopped_by = "connects to another service"
				raise OutsideError(f"connects to {address[0]}")
			return connect(sock, address)

		return guarded

	def _no_program(self, *_arguments, **_how) -> None:
		self.trace.stopped_by = "starts a program"
		raise NotReversibleError("starts a program")


def _ports() -> Iterator[str]:
	yield frappe.conf.db_port or 3306
	for key in ("redis_cache", "redis_queue", "redis_socketio"):
		if port := re.search(r":(\d+)", str(frappe.conf.get(key) or "").partition("//")[2]):
			yield port[1]


def _bytes(key) -> bytes:
	return key if isinstance(key, bytes) else str(key).encode()


def mark(parameter: str) -> str:
	"""A name that no document has, by which it shows what is looked up under the parameter's value (`Trace.missed`)."""
	return f"LEAKBAIT-MARK-{frappe.scrub(parameter)}"


def files() -> set[Path]:
	"""All files of the site."""
	return {
		path
		for folder in ("public", "private")
		for path in Path(frappe.get_site_path(folder)).rglob("*")
		if path.is_file()
	}
