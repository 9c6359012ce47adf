"""What leaves at once, in a save that may still fail: a text message, a meeting for Google, a message of another app (P-2).

Frappe takes back what such a save wrote, but the message is gone, and the register has to say so. So its entries are written to a file
before anything leaves, which outlives the transaction and the process, and are stored when the transaction has ended, either way, in one of
their own. Not in the save itself, and not by a second connection: the number of an entry comes from a row that each new one locks,
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

from client_comms import transactions, waiting_files
from client_comms.client_privacy import disclosures

_FOLDER = "client_comms_sent"
_KEPT = ".json"
WAITING = "client_comms_departures"
_SAME = ("disclosed_on", "disclosed_by", "recipient", "channel", "description")


@dataclass(eq=False, slots=True)
class Departure:
	"""Entries of the register that wait for the end of a transaction. The file is locked as long as its process lives."""

	rows: list[dict]
	path: Path
	file: IO

	def remove(self) -> None:
		self.path.unlink(missing_ok=True)
		self.file.close()


def folder() -> Path:
	return Path(frappe.get_site_path("private", _FOLDER))


def note(rows: Iterable[dict]) -> Departure | None:
	"""Something is about to leave; when this returns, its entries outlive the process.

	:param rows: fields of Client Disclosure, `disclosed_on` and `disclosed_by` included
	:returns: None without rows
	"""
	rows = list(rows)
	if not rows:
		return None
	departure = _keep(rows)
	waiting = frappe.flags.setdefault(WAITING, [])
	if not waiting:
		frappe.db.after_commit.add(lambda: frappe.db.after_commit.add(_settle))
		frappe.db.after_rollback.add(lambda: frappe.db.after_rollback.add(_settle))
	waiting.append(departure)
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
			disclosures.enter(_saved_alone(row))
	# nosemgrep: frappe-manual-commit (see above)
	frappe.db.commit()
	if not part.error:
		departure.remove()


def _saved_alone(row: dict) -> dict:
	"""An entry as it can be stored if what it is about was undone."""
	doc = frappe.get_doc({"doctype": disclosures.DISCLOSURE, **row})
	not_saved, _cancelled = doc.get_invalid_links()
	if not not_saved:
		return row
	reason = [row.get("reason"), _("The document was not saved, but the message may have left.")]
	return {**row, **{field: None for field, *_named in not_saved}, "reason": " ".join(filter(None, reason))}


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
	same = {field: departure.rows[0][field] for field in _SAME if departure.rows[0].get(field)}
	if frappe.db.exists(disclosures.DISCLOSURE, same):
		departure.remove()  # its process ended between storing and removing
	else:
		_store(departure)


def remove() -> None:
	"""The app is uninstalled."""
	waiting_files.remove(folder())
