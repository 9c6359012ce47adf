"""Files of the app in a site's private folder that wait for the database (D-1, P-2)."""

import time
from pathlib import Path

MAIL, DEPARTURES = "client_comms_mail", "client_comms_sent"  # folders below the site's private one
LOCK = ".lock"  # how the name of a file ends that is no more than a lock, and stays
BEGUN = ".new"  # how the name of a file ends until it is whole
_HOUR = 60 * 60


def remove_begun(folder: Path, of: str = "") -> None:
	"""Remove what a process began to write and was killed before it was whole: it may have data of clients, and it is written again.

	:param of: only files whose names begin so
	"""
	for path in folder.glob(f"{of}*{BEGUN}"):
		try:
			if time.time() - path.stat().st_mtime > _HOUR:
				path.unlink()
		except FileNotFoundError:
			continue  # it is whole meanwhile


def remove(folder: Path) -> None:
	"""Remove a folder with its files."""
	if folder.is_dir():
		for path in folder.iterdir():
			path.unlink()
		folder.rmdir()
