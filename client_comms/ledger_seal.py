"""The end of the ledger's chain, kept in a file outside the database (P-2, R-3).

Cutting entries off in the database leaves this file behind, and `ledger.verify` compares the two. The file is
replaced whenever entries were chained, every few minutes; it is not in backups of the database, so that restoring an
old one is found as well.
"""

import json
import os
from pathlib import Path

import frappe

_FILE = "client_comms_ledger.json"


def path() -> Path:
	return Path(frappe.get_site_path("private", _FILE))


def read() -> tuple[int, str] | None:
	"""Sequence and hash of the last entry when it was sealed; None if nothing was."""
	try:
		sealed = json.loads(path().read_text())
		return int(sealed["sequence"]), str(sealed["entry_hash"])
	except (OSError, ValueError, KeyError, TypeError):
		return None


def write(sequence: int, entry_hash: str) -> None:
	"""Seal an end that is committed; an earlier one than before is not taken."""
	if sequence <= (read() or (0,))[0]:
		return
	new = path().with_suffix(".new")
	new.write_text(json.dumps({"sequence": sequence, "entry_hash": entry_hash}))
	os.replace(new, path())  # readers find the old one or the new one, but never half of it


def remove() -> None:
	"""The app was installed or uninstalled: the ledger begins again."""
	path().unlink(missing_ok=True)
