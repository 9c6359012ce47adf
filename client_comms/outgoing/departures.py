"""What leaves at once, in a save that may still fail: a text message, a meeting for Google, a message of another app (P-2).

Frappe takes back what such a save wrote, but the message is gone: the register has to say so, and the ledger, by which exception from a
restriction. So their entries are written to a file before anything leaves, which outlives the transaction and the process, and are stored when
the transaction has ended, either way, in one of their own. Not in the save itself, and not by a second connection: the number of an entry comes from a row that each new one locks,
and all who send would wait until the other side has answered.
"""

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import ledger, transactions, waiting_files
from client_comms.client_privacy import disclosures

_KEPT = ".json"
WAITING = "client_comms_departures"
_SAME = {
	disclosures.DISCLOSURE: ("disclosed_on", "disclosed_by", "recipient", "channel", "description"),
	ledger.ENTRY: ("at", "user", "action", "rule", "reference_doctype", "reference_name"),
}


@dataclass(eq=False, slots=True)
class Departure:
	"""Entries of the register and the ledger that wait for the end of a transaction. The file is locked as long as its process lives."""

	rows: list[dict]
	path: Path
	file: IO

	def remove(self) -> None:
		self.path.unlink(missing_ok=True)
		self.file.close()


def folder() -> Path:
	return Path(frappe.get_site_path("private", waiting_files.DEPARTURES))


def note(rows: Iterable[dict], used: Iterable[dict] = ()) -> Departure | None:
	"""Something is about to leave; when this returns, its entries outlive the process.

	:param rows: fields of Client Disclosure, `disclosed_on` and `disclosed_by` included
	:param used: entries of the ledger about the exceptions by which it may leave (`ledger.entry`)
	:returns: None without any entry
	"""
	rows = [*rows, *({"doctype": ledger.ENTRY, **each} for each in used)]
	if not rows:
		return None
	departure = _keep(rows)
	frappe.flags.setdefault(WAITING, []).append(departure)
	# Each time: a message that is sent after a commit may be the first of its own transaction.
	frappe.db.after_commit.add(lambda: frappe.db.after_commit.add(_settle))
	frappe.db.after_rollback.add(lambda: frappe.db.after_rollback.add(_settle))
	return departure


def forget(departure: Departure | None) -> None:
	"""Nothing has left: the other side refused it."""
	waiting = frappe.flags.get(WAITING) or []
	if departure in waiting:
		waiting.remove(departure)
		departure.remove()


def _keep(rows: list[dict]) -> Departure:
	folder().mkdir(parents=True, exist_ok=True)
	path = folder() / f"{frappe.generate_hash(length=20)}{_KEPT}"
	begun = path.with_suffix(waiting_files.BEGUN)
	file = os.fdopen(os.open(begun, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+")
	fcntl.flock(file, fcntl.LOCK_EX)
	file.write(frappe.as_json(rows))
	file.flush()
	os.fsync(file.fileno())
	os.replace(begun, path)
	return Departure(rows, path, file)


def _settle() -> None:
	"""The transaction has ended. Called after all others that wait for that, because a commit forgets those that wait for a rollback."""
	for departure in frappe.flags.pop(WAITING, None) or ():
		try:
			_store(departure)
		except Exception:
			# What had to be saved is saved or undone, and its user is told that; the job stores the rest.
			frappe.logger("client_comms").exception("An entry of the disclosure register waits in its file")
		finally:
			departure.file.close()


def _store(departure: Departure) -> None:
	with transactions.part(title=_("An entry of the disclosure register is not stored yet")) as part:
		for row in departure.rows:
			_enter(row)
	# nosemgrep: frappe-manual-commit (see above)
	frappe.db.commit()
	if not part.error:
		departure.remove()


def _enter(row: dict) -> None:
	if row.get("doctype") == ledger.ENTRY:
		content = {**row, "at": get_datetime(row["at"])}
		del content["doctype"]
		ledger.write([content])
	else:
		disclosures.enter(_saved_alone(row))


def _saved_alone(row: dict) -> dict:
	"""An entry as it can be stored if what it is about was undone."""
	doc = frappe.get_doc({"doctype": disclosures.DISCLOSURE, **row})
	not_saved, _cancelled = doc.get_invalid_links()
	if not not_saved:
		return row
	return {**unsaved(row), **{field: None for field, *_named in not_saved}}


def unsaved(row: dict) -> dict:
	"""The entry of a message that no document tells of."""
	told = _("The document was not saved, but the message may have left.")
	reason = row.get("reason") or ""
	return {**row, "reason": reason if told in reason else f"{reason} {told}".strip()}


def store_left_behind() -> None:
	"""Called by the scheduler: what waits in files whose process has ended, or could not store it."""
	waiting_files.remove_begun(folder())
	for path in sorted(folder().glob(f"*{_KEPT}")):
		try:
			file = path.open("r+")
		except FileNotFoundError:
			continue  # it is stored meanwhile
		with file:
			try:
				fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
			except BlockingIOError:
				continue  # its transaction still runs
			if path.exists():
				_take_up(Departure(json.load(file), path, file))


def _take_up(departure: Departure) -> None:
	first = departure.rows[0]
	doctype = first.get("doctype", disclosures.DISCLOSURE)
	if frappe.db.exists(doctype, {field: first[field] for field in _SAME[doctype] if first.get(field)}):
		departure.remove()  # its process ended between storing and removing
	else:
		_store(departure)


def remove() -> None:
	"""The app is uninstalled."""
	waiting_files.remove(folder())
