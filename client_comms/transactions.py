"""Values that are computed from the database once in each transaction, parts of one that fail alone, and jobs that begin again (D-5).

A cache whose key is deleted when a row is saved is not enough: the request that saved it may still be rolled back, and
another one that began earlier still reads the rows as they were. Either would store a value that no one else may use.
So a value lives as long as the transaction whose rows it was computed from, and what is shared between requests
is used only by transactions that see the same rows.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar

import frappe
from frappe import _

from client_comms.exceptions import BusyError
from client_comms.i18n import bold

_Value = TypeVar("_Value")
_DAY = 24 * 60 * 60
_LOCKED = "client_comms_locked"
_PARTS = "client_comms_parts"
_ATTEMPTS = 5  # of a job
_NO_SAVEPOINT = 1305  # MariaDB's ER_SP_DOES_NOT_EXIST
# Site and key of what transactions share → the rows of which it was built, and the value
_last_shared: dict[tuple[str, str], tuple[object, object]] = {}


def once(key: str, compute: Callable[[], _Value]) -> _Value:
	"""The value in this transaction; computed again after a commit or a rollback, also one to a savepoint."""
	values = frappe.db.value_cache  # Frappe empties it then
	if key not in values:
		values[key] = compute()
	return values[key]


def shared(key: str, state: Callable[[], object], build: Callable[[], _Value]) -> _Value:
	"""The same for a value that is expensive to build, and that is not changed: what this process used last, or Redis has, if it was built from the
	same rows.

	:param state: identifies the rows as this transaction sees them, such as their names and times of change
	"""

	def compute() -> _Value:
		seen, here = state(), (frappe.local.site, key)
		last = _last_shared.get(here)
		if not last or last[0] != seen:
			last = frappe.cache.get_value(key, expires=True)
			if not last or last[0] != seen:
				last = (seen, build())
				frappe.cache.set_value(key, last, expires_in_sec=_DAY)
			_last_shared[here] = last
		return last[1]

	return once(key, compute)


def forget(key: str) -> None:
	"""This transaction changed the rows: compute the value again."""
	frappe.db.value_cache.pop(key, None)
	_last_shared.pop((frappe.local.site, key), None)
	frappe.cache.delete_value(key)


def locked(doctype: str, name: str):
	"""`frappe.get_doc(…, for_update=True)` behind `lock`.

	:raises BusyError: see there
	"""
	lock(doctype, name)
	with _as_busy(name):
		return frappe.get_doc(doctype, name, for_update=True)


def lock(doctype: str, name: str) -> None:
	"""Lock the row of a document. A request that has done nothing yet begins a new transaction with it, so that it sees everything as it is
	when the lock is its own.

	Otherwise, what was read before is older than what is locked: a message that arrived meanwhile cannot be found, or MariaDB, from version
	11.6 on, refuses the lock and undoes everything. So who clicks while a colleague or the sweep saves would get an error.

	:raises BusyError: a request had written something, which the database has undone; or the others take too long
	"""
	if is_request() and _has_done_nothing():
		# nosemgrep: frappe-manual-commit (there is nothing to commit)
		frappe.db.commit()
	table = frappe.qb.DocType(doctype)
	with _as_busy(name):
		# Not by Frappe's means, which look up something about the DocType before, and so begin the transaction.
		frappe.qb.from_(table).select(table.name).where(table.name == name).for_update().run()
	frappe.db.value_cache[_LOCKED] = True


def again_if_undone(job: Callable) -> Callable:
	"""A job whose transaction the database has undone, by a deadlock or because others took too long, begins again, up to five times in all.

	Frappe means to do so, but expects the driver's error, which it has made one of its own by then: such a job would be lost.
	"""

	@wraps(job)
	def begun(*args, **kwargs):
		for pause in range(1, _ATTEMPTS):
			try:
				return job(*args, **kwargs)
			except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
				if is_request() or not getattr(frappe.local, "job", None):
					raise
				frappe.db.rollback()
				time.sleep(pause)
		return job(*args, **kwargs)

	return begun


def is_request() -> bool:
	return bool(getattr(frappe.local, "request", None))


@contextmanager
def _as_busy(name: str) -> Iterator[None]:
	try:
		yield
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		if not is_request():
			raise
		refuse_as_busy(name)


def refuse_as_busy(name: str) -> None:
	"""
	:raises BusyError: always
	"""
	frappe.throw(
		_("{0} is being changed by someone else, so nothing was saved. Try again.").format(bold(name)),
		exc=BusyError,
		title=_("Try Again"),
	)


def _has_done_nothing() -> bool:
	return not (frappe.db.transaction_writes or _LOCKED in frappe.db.value_cache or frappe.flags.get(_PARTS))


@dataclass(slots=True)
class Part:
	"""A part of a transaction; `error` is what it ended with, if it failed."""

	error: Exception | None = None


@contextmanager
def part(
	title: str | None = None,
	doctype: str | None = None,
	name: str | None = None,
	raising: tuple = (),
	only: tuple = (Exception,),
) -> Iterator[Part]:
	"""A part whose error undoes that part alone, so that the rest of the transaction goes on.

	A deadlock is raised: the database has undone the whole transaction, so there is nothing to go back to. So is the end of the time of a
	job, which comes only once: the worker is about to be killed. If other code has committed meanwhile, what it committed stays, and the error
	is told all the same.

	:param title: of the Error Log about it; without one, the caller does something about `error`
	:param doctype: with `name`, the document to which the Error Log refers
	:param raising: other errors after which a job had better end, because it is soon repeated
	:param only: the errors that a part may end with; others are raised, and end the transaction
	"""
	savepoint = f"client_comms_{frappe.generate_hash(length=10)}"
	done = Part()
	frappe.db.savepoint(savepoint)  # nosemgrep: frappe-own-savepoint (this is the part)
	frappe.flags[_PARTS] = (frappe.flags.get(_PARTS) or 0) + 1
	try:
		yield done
	except (frappe.QueryDeadlockError, *raising):
		raise
	except only as error:
		if is_end_of_job(error):
			raise
		_undo(savepoint)
		done.error = error
		if title:
			frappe.log_error(title=title, reference_doctype=doctype, reference_name=name)
	finally:
		frappe.flags[_PARTS] -= 1


def is_end_of_job(error: Exception) -> bool:
	"""Whether the time of a job is over: an error of what it is doing just then, to everything that catches errors."""
	timeouts = sys.modules.get("rq.timeouts")  # which only a worker needs
	return bool(timeouts) and isinstance(error, timeouts.BaseTimeoutException)


def _undo(savepoint: str) -> None:
	try:
		frappe.db.rollback(save_point=savepoint)
	except Exception as gone:
		if gone.args[:1] != (_NO_SAVEPOINT,):
			raise
		frappe.log_error(title="Code of another app committed in the middle of a change")


@contextmanager
def step(title: str, doctype: str | None = None, name: str | None = None) -> Iterator[Part]:
	"""A `part` of a job that goes through many documents, and a commit: one that fails does not stop the others, and a job that is
	killed has done those before.
	"""
	with part(title, doctype, name) as done:
		yield done
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (see above)
