"""The last checkpoint of the ledger, kept in a file outside the database (P-2, R-3).

Cutting entries off in the database leaves this file behind, and `verify` compares the two. The file is
replaced whenever entries were added, every few minutes; it is not in backups of the database, so that restoring an
old one is found as well.
"""

import json
from pathlib import Path

import frappe

from client_comms.ledger import durable
from client_comms.rules.ledger import Known
from client_comms.rules.merkle import CompactRange
from client_comms.rules.signed_notes import Checkpoint, Note

_FILE = "client_comms_ledger.json"
_MODE = 0o644


def path() -> Path:
	return Path(frappe.get_site_path("private", _FILE))


def read() -> Known | None:
	"""What was sealed last; None if nothing was."""
	try:
		sealed = json.loads(path().read_text())
		if "sequence" in sealed:  # from before there was a tree
			return Known(int(sealed["sequence"]), entry_hash=str(sealed["entry_hash"]))
		checkpoint = Checkpoint.parse(Note.parse(sealed["note"]).text)
		tree = CompactRange.from_text(checkpoint.size, sealed["tree"])
		return Known(checkpoint.size, checkpoint.root, tree)
	except (OSError, ValueError, KeyError, TypeError):
		return None


def write(note: str, tree: CompactRange) -> None:
	"""Seal an end that is committed; an earlier one than before is not taken. Callers hold the lock of the ledger."""
	sealed = read()
	if sealed and sealed.root is not None and tree.end <= sealed.size:
		return
	durable.replace(path(), json.dumps({"note": note, "tree": tree.to_text()}), _MODE)


def remove() -> None:
	"""The app was installed or uninstalled: the ledger begins again."""
	durable.remove(path())
