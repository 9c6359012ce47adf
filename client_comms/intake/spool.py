"""Emails on their way from a mailbox into the database, on disk (D-1).

Frappe marks or deletes each email in the mailbox when it has fetched it, and stores them only after all are fetched. A process
that is killed in between would lose the rest, so each is written here first and removed when it is settled. It is a file and
not a row, because committing rows in the middle of Frappe's fetch would commit what Frappe has only begun.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe

from client_comms import waiting_files


def folder() -> Path:
	return Path(frappe.get_site_path("private", waiting_files.MAIL))


def fingerprint(account: str, raw: bytes) -> str:
	"""The same for the same email in the same mailbox."""
	return hashlib.sha256(account.encode() + b"\0" + raw).hexdigest()[:40]


def put(account: str, raw: bytes, uid: str | None) -> None:
	"""Write an email that has been fetched; when this returns, it outlives the process."""
	path = _path(account, raw)
	if path.exists():
		return
	path.parent.mkdir(parents=True, exist_ok=True)
	head = json.dumps({"account": account, "uid": uid or ""}).encode()
	new = path.with_suffix(f".{os.getpid()}{waiting_files.BEGUN}")
	with new.open("wb") as file:
		file.write(head + b"\n" + raw)
		file.flush()
		os.fsync(file.fileno())
	os.replace(new, path)


def settle(account: str, raw: bytes) -> None:
	"""The email is stored, or need not be."""
	_path(account, raw).unlink(missing_ok=True)


@contextmanager
def fetching(account: str) -> Iterator[None]:
	"""While emails of a mailbox are fetched, they are not left behind; the operating system ends this with the process."""
	with _locked(account, fcntl.LOCK_SH):
		yield


def left_behind() -> Iterator[tuple[str, str, bytes]]:
	"""Mailbox, number and email of each that a process had fetched which has ended."""
	waiting_files.remove_begun(folder())
	for account, paths in _by_account().items():
		try:
			with _locked(account, fcntl.LOCK_EX | fcntl.LOCK_NB):
				for path in paths:
					if path.exists():
						head, _line, raw = path.read_bytes().partition(b"\n")
						yield account, json.loads(head)["uid"], raw
		except BlockingIOError:
			continue  # it is being fetched


def remove() -> None:
	"""The app is uninstalled."""
	waiting_files.remove(folder())


def _path(account: str, raw: bytes) -> Path:
	return folder() / f"{fingerprint(account, raw)}.eml"


def _by_account() -> dict[str, list[Path]]:
	found: dict[str, list[Path]] = {}
	for path in sorted(folder().glob("*.eml")):
		try:
			with path.open("rb") as file:
				account = json.loads(file.readline())["account"]
		except FileNotFoundError:
			continue  # settled meanwhile
		except (ValueError, KeyError, TypeError):
			frappe.log_error(title="A file of the mail spool cannot be read", message=str(path))
			continue
		found.setdefault(account, []).append(path)
	return found


@contextmanager
def _locked(account: str, how: int) -> Iterator[None]:
	folder().mkdir(parents=True, exist_ok=True)
	name = hashlib.sha256(account.encode()).hexdigest()[:16]
	with (folder() / f"{name}{waiting_files.LOCK}").open("wb") as file:
		fcntl.flock(file, how)
		yield
