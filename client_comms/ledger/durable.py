"""Files of the ledger: neither a loss of power nor another process leaves half of one (P-2, R-3)."""

import os
from pathlib import Path

import frappe

from client_comms import waiting_files


def replace(path: Path, text: str, mode: int) -> None:
	"""Callers hold the lock of the ledger."""
	os.replace(_written(path, text, mode), path)
	_settle(path)
	waiting_files.remove_begun(path.parent, f"{path.name}.")


def create(path: Path, text: str, mode: int) -> None:
	"""If there is none; another process may be faster."""
	new = _written(path, text, mode)
	try:
		os.link(new, path)
	except OSError:
		# It exists, or the file system has no hard links.
		if not path.exists():
			os.replace(new, path)
	new.unlink(missing_ok=True)
	_settle(path)


def remove(path: Path) -> None:
	for each in (path, *path.parent.glob(f"{path.name}.*{waiting_files.BEGUN}")):
		each.unlink(missing_ok=True)


def _written(path: Path, text: str, mode: int) -> Path:
	"""A file of this process alone, on disk."""
	new = path.with_name(f"{path.name}.{frappe.generate_hash(length=10)}{waiting_files.BEGUN}")
	with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "w") as file:
		file.write(text)
		file.flush()
		os.fsync(file.fileno())
	return new


def _settle(path: Path) -> None:
	"""The name of a file is on disk only when its folder is."""
	folder = os.open(path.parent, os.O_RDONLY)
	try:
		os.fsync(folder)
	finally:
		os.close(folder)
