"""Writes checkpoints into a folder that the administrator of the server released for them, and into no other (P-2, R-3)."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
from frappe import _
from frappe.utils import get_bench_path

from client_comms.i18n import bold

# In site_config.json: absolute paths.
FOLDERS = "client_comms_witness_folders"
_OF_SITE = ("", "public", "public/files", "private", "private/files", "private/backups")
_NEW = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY


def require(folder: str | None) -> Path:
	"""
	:raises frappe.ValidationError: checkpoints must not be written there. Of a folder that is not released, the message does
	    not say whether it exists.
	"""
	path = Path(folder or "")
	if not path.is_absolute() or path not in map(Path, frappe.conf.get(FOLDERS) or ()):
		frappe.throw(
			_(
				"{0} is not released for checkpoints. Ask the administrator of the server to add its absolute path to {1} in site_config.json."
			).format(bold(folder or ""), FOLDERS),
			title=_("Invalid Folder"),
		)
	if not path.is_dir() or _is_of_the_site(path.resolve()):
		frappe.throw(
			_(
				"{0} must be a folder that exists on the server and is outside of the bench and of the site."
			).format(bold(folder)),
			title=_("Invalid Folder"),
		)
	return path


def _is_of_the_site(path: Path) -> bool:
	"""Also where the site or its files are symbolic links to another disk."""
	roots = {Path(get_bench_path()).resolve()}
	roots.update(Path(frappe.get_site_path(part)).resolve() for part in _OF_SITE)
	return not roots.isdisjoint({path, *path.parents})


def write(
	folder: str, files: Iterable[tuple[str, str]], replaced: Iterable[tuple[str, str]] = ()
) -> dict[str, str]:
	"""Write files, name and text, each whole or not at all. One that is there is never written again, except a `replaced` one
	whose text has changed.

	:returns: the texts of the `files` that were there, by name
	"""
	there = {}
	with _opened(require(folder)) as place:
		for name, text in files:
			found = _read(place, name)
			if found is None:
				_put(place, name, text)
			else:
				there[name] = found
		for name, text in replaced:
			if _read(place, name) != text:
				_put(place, name, text)
	return there


@contextmanager
def _opened(path: Path) -> Iterator[int]:
	"""Everything is done in the folder that was checked, even if another one has its path by now."""
	place = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
	try:
		yield place
	finally:
		os.close(place)


def _read(place: int, name: str) -> str | None:
	"""The text of a file; None if there is none, empty if it is something else."""
	try:
		with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)) as file:
			return file.read()
	except FileNotFoundError:
		return None
	except (OSError, ValueError):
		return ""


def _put(place: int, name: str, text: str) -> None:
	new = f".{name}.{secrets.token_hex(8)}"
	try:
		with open(os.open(new, _NEW, 0o644, dir_fd=place), "w") as file:
			file.write(text)
		os.replace(new, name, src_dir_fd=place, dst_dir_fd=place)
	except OSError:
		_remove(place, new)
		raise


def _remove(place: int, name: str) -> None:
	try:
		os.unlink(name, dir_fd=place)
	except OSError:
		pass
