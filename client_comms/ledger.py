"""The compliance ledger of the site (P-2, R-3): entries are written immediately and chained a little later.

Chaining an entry needs the one before it, so chaining while writing would make every page view wait for one
lock. Entries are therefore written without a position in the chain; the scheduler assigns positions in the
order of writing, seals the end of the chain outside the database, and creates a checkpoint there once a day.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, getdate, now

from client_comms import clock, ledger_seal
from client_comms.exceptions import LedgerIsAppendOnlyError
from client_comms.rules import ledger as chain_rules

ENTRY = "Compliance Ledger Entry"
CHECKPOINT = "Ledger Checkpoint"

VIEW = "View"
PRINT = "Print"
EXPORT = "Export"
EMAIL = "Email"
DOWNLOAD = "Download"
REFUSAL = "Refusal"
GRANT = "Grant"
GRANT_CHANGED = "Grant Changed"
GRANT_DELETED = "Grant Deleted"
EMERGENCY_ACCESS = "Emergency Access"
SHARE = "Share"
LEVEL_RAISED = "Level Raised"
LEVEL_LOWERED = "Level Lowered"
WRITE_DOWN = "Write-Down"
LEAK_CHECK = "Leak Check"
# In the data of a session that `check-leaks` opens in a user's name; only the server writes those.
CHECK_SESSION = "client_comms_leak_check"

CONTENT_FIELDS = (
	"at",
	"user",
	"action",
	"reference_doctype",
	"reference_name",
	"confidentiality_level",
	"rule",
	"reason",
	"ip_address",
	"via",
)
_CHAIN_FIELDS = ("name", "sequence", "previous_hash", "entry_hash")
_DATA_LENGTH = 140
CHUNK = 500
BEHIND = timedelta(minutes=15)  # the scheduler chains every five minutes
_SILENCED = ContextVar("client_comms_ledger_silenced", default=False)


class LedgerDocument(Document):
	"""A document that users cannot create, change or delete: the ledger itself bypasses `insert` and `save`."""

	def before_insert(self):
		self.refuse()

	def validate(self):
		self.refuse()

	def before_rename(self, *args):
		self.refuse()

	def on_trash(self):
		self.refuse()

	def refuse(self):
		frappe.throw(
			_(
				"The compliance ledger is written automatically. No one can change it, including Administrator."
			),
			exc=LedgerIsAppendOnlyError,
			title=_("Ledger Cannot Be Changed"),
		)


# --- writing -----------------------------------------------------------------------------------


def entry(
	action: str,
	doctype: str,
	name: str | None,
	level: str | None,
	*,
	rule: str | None = None,
	reason: str | None = None,
) -> dict:
	"""An entry about what the session user is doing, to be written by `write`."""
	request = getattr(frappe.local, "request", None)
	return {
		"at": clock.now(),
		"user": frappe.session.user,
		"action": action,
		"reference_doctype": doctype,
		"reference_name": name,
		"confidentiality_level": level,
		"rule": rule,
		"reason": reason,
		"ip_address": getattr(frappe.local, "request_ip", None),
		"via": request and str(frappe.form_dict.cmd or request.path)[:_DATA_LENGTH],
	}


@contextmanager
def silenced() -> Iterator[None]:
	"""For `check-leaks`: what it does with its test records in a user's name was not done by the user."""
	token = _SILENCED.set(True)
	try:
		yield
	finally:
		_SILENCED.reset(token)


def write(entries: Iterable[dict]) -> None:
	"""Write entries in the current transaction, with one statement and no lock on other entries."""
	meta_fields = ("name", "creation", "modified", "owner", "modified_by")
	rows = []
	for each in entries:
		moment, user = now(), each["user"]
		rows.append(
			(frappe.generate_hash(length=12), moment, moment, user, user, *map(each.get, CONTENT_FIELDS))
		)
	if rows and not _SILENCED.get() and not _in_check_session():
		frappe.db.bulk_insert(ENTRY, [*meta_fields, *CONTENT_FIELDS], rows)


def _in_check_session() -> bool:
	"""Whether this request belongs to a leak check: a web server handles it in a process of its own."""
	data = getattr(getattr(frappe.local, "session", None), "data", None)
	return bool(data and data.get(CHECK_SESSION))


def record(action: str, doctype: str, name: str, level: str | None, **details) -> None:
	"""Write one entry that belongs to a change: it is committed or rolled back together with the change."""
	write([entry(action, doctype, name, level, **details)])


# --- chaining ----------------------------------------------------------------------------------


def chain() -> int:
	"""Give every waiting entry its position in the chain; returns how many. Called by the scheduler.

	One run at a time; each chunk is committed separately, so an interrupted run loses nothing.
	"""
	chained = 0
	while True:
		# Entries in a snapshot taken before the lock may have been chained by another run since.
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own)
		done = _chain_chunk()
		chained += done
		if done < CHUNK:
			break
	_make_daily_checkpoint()
	end = _end_of_chain()
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (ends the lock)
	ledger_seal.write(*end)
	return chained


def _chain_chunk() -> int:
	_lock()
	sequence, previous = _end_of_chain()
	waiting = frappe.get_all(
		ENTRY,
		filters={"sequence": 0},
		fields=["name", *CONTENT_FIELDS],
		order_by="creation asc, name asc",
		limit=CHUNK,
	)
	for row in waiting:
		sequence += 1
		hashed = chain_rules.entry_hash(previous, sequence, _content(row))
		frappe.db.set_value(
			ENTRY,
			row.name,
			{"sequence": sequence, "previous_hash": previous, "entry_hash": hashed},
			update_modified=False,
		)
		previous = hashed
	return len(waiting)


def _lock() -> None:
	"""Wait for another run. The locked row always exists, and nothing else writes it while the site is in use."""
	frappe.db.get_value("DocType", ENTRY, "name", for_update=True)


def _end_of_chain() -> tuple[int, str]:
	"""Sequence and hash from which to continue. After a cut that is the checkpoint or seal beyond it, so that
	the gap stays visible."""
	ends = [ledger_seal.read() or (0, chain_rules.FIRST)]
	for doctype in (ENTRY, CHECKPOINT):
		last = frappe.get_all(doctype, fields=["sequence", "entry_hash"], order_by="sequence desc", limit=1)
		ends += [(row.sequence, row.entry_hash) for row in last if row.sequence]
	return max(ends, key=lambda end: end[0])


def _make_daily_checkpoint() -> None:
	sequence, hashed = _end_of_chain()
	last = frappe.get_all(CHECKPOINT, fields=["sequence", "made_on"], order_by="sequence desc", limit=1)
	today = getdate(clock.now())
	if not sequence or (last and (last[0].sequence >= sequence or getdate(last[0].made_on) >= today)):
		return
	checkpoint = frappe.new_doc(CHECKPOINT)
	checkpoint.update(
		{"made_on": clock.now(), "sequence": sequence, "entry_count": sequence, "entry_hash": hashed}
	)
	checkpoint.db_insert()


@dataclass(frozen=True, slots=True)
class Waiting:
	"""Entries without a position in the chain: how many, and when the oldest was written (as stored)."""

	count: int
	oldest: datetime | None


def waiting() -> Waiting:
	count = frappe.db.count(ENTRY, {"sequence": 0})
	oldest = count and frappe.db.get_value(ENTRY, {"sequence": 0}, "creation", order_by="creation asc")
	return Waiting(count, oldest or None)


# --- verifying ---------------------------------------------------------------------------------


def verify(since=None, until=None) -> dict:
	"""Whether the chain is intact; it is read in chunks, regardless of its length.

	:param since: verification starts at the last checkpoint before the first entry of this moment; from the
	    first entry by default. Site time zone, like `until`
	:param until: up to the last entry of this moment; to the end by default
	:returns: `{"ok", "checked", "first_fault": {"sequence", "name", "fault", "message"} or None, "waiting",
	    "is_behind"}`; waiting entries have no position in the chain yet, and it is behind when one has been
	    waiting for longer than the scheduler should take
	"""
	last = _last_sequence(until) if until else None
	known = [
		(row.sequence, row.entry_hash)
		for row in frappe.get_all(CHECKPOINT, fields=["sequence", "entry_hash"], order_by="sequence asc")
	]
	if seal := ledger_seal.read():
		known.append(seal)
	checkpoints = [chain_rules.Checkpoint(*each) for each in known if last is None or each[0] <= last]
	start = _checkpoint_before(since, checkpoints) if since else None
	found = chain_rules.verify(_entries(start.sequence if start else None, last), start, checkpoints)
	fault, unchained = found.first_fault, waiting()
	return {
		"ok": found.ok,
		"checked": found.checked,
		"first_fault": fault
		and {
			"sequence": fault.sequence,
			"name": fault.name,
			"fault": fault.kind,
			"message": _(fault.message.text).format(**fault.message.values),
		},
		"waiting": unchained.count,
		"is_behind": bool(unchained.oldest and clock.now() - unchained.oldest > BEHIND),
	}


def _last_sequence(until=None) -> int:
	filters = {"at": ("<=", get_datetime(until))} if until else {}
	rows = frappe.get_all(ENTRY, filters, pluck="sequence", order_by="sequence desc", limit=1)
	return rows[0] if rows else 0


def _checkpoint_before(since, checkpoints: list[chain_rules.Checkpoint]) -> chain_rules.Checkpoint | None:
	rows = frappe.get_all(
		ENTRY,
		{"at": (">=", get_datetime(since)), "sequence": (">", 0)},
		pluck="sequence",
		order_by="sequence asc",
		limit=1,
	)
	# A checkpoint beyond the end reveals a cut; starting there would hide it.
	first = rows[0] if rows else _last_sequence() + 1
	return max((c for c in checkpoints if c.sequence < first), key=lambda c: c.sequence, default=None)


def _entries(after: int | None, last: int | None) -> Iterator[chain_rules.Entry]:
	"""The chained entries in order of sequence. Entries with the same sequence are all returned, even across chunks."""
	table = frappe.qb.DocType(ENTRY)
	query = (
		frappe.qb.from_(table)
		.select(*_CHAIN_FIELDS, *CONTENT_FIELDS)
		.where(table.sequence != 0 if after is None else table.sequence > after)
		.orderby(table.sequence, table.name)
		.limit(CHUNK)
	)
	if last is not None:
		query = query.where(table.sequence <= last)
	rows = query.run(as_dict=True)
	while rows:
		for row in rows:
			yield chain_rules.Entry(
				cint(row.sequence), row.previous_hash or "", row.entry_hash or "", _content(row), row.name
			)
		end = rows[-1]
		rows = query.where(
			(table.sequence > end.sequence) | ((table.sequence == end.sequence) & (table.name > end.name))
		).run(as_dict=True)


def _content(row) -> dict[str, str]:
	"""The content protected by the chain, as the database returns it.

	The time stays as stored, in the site's time zone: if it were converted, changing that setting would make
	every entry look changed.
	"""
	return {"name": row.name, **{field: str(row[field] or "") for field in CONTENT_FIELDS}}
