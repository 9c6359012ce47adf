"""Verifies and exports the compliance ledger, and takes co-signatures (P-2, R-3)."""

from datetime import date, datetime

import frappe
from frappe import _

from client_comms import clock, ledger, validation
from client_comms.enforcement import client_documents, ledger_entries
from client_comms.exceptions import ClearanceMissingError
from client_comms.ledger import exporting, runs, witnesses
from client_comms.roles import require_auditing, require_configuring_or_auditing

Moment = str | datetime | date | None
_MOST_TO_DOWNLOAD = 50_000
_MOST_AT_ONCE = 20_000
# An export reads the whole tree, however little it shows.
_LARGEST_TREE = 500_000


@frappe.whitelist(methods=["POST"])
def start_ledger_verification(since: Moment = None, until: Moment = None) -> str:
	"""Verify in the background, for a ledger that is too long for a request; parameters as of `verify_ledger`.

	:returns: the name of the Ledger Verification, which shows the progress and every fault
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	return runs.start(since and clock.parse(since), until and clock.parse(until))


@frappe.whitelist(methods=["POST"])
def continue_ledger_verification(name: str) -> None:
	"""Go on with a verification that was interrupted, from where it stopped.

	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises ActionNotPossibleError: it has finished
	"""
	require_configuring_or_auditing()
	runs.resume(name)


@frappe.whitelist(methods=["POST"])
def cosign_checkpoint(checkpoint: str, signature: str) -> list[str]:
	"""Add a witness's signature to a checkpoint.

	:param signature: the line that the witness's tool printed: `— name base64`
	:returns: the names of the witnesses whose signature it is
	:raises frappe.PermissionError: the caller is not a Compliance Officer
	:raises frappe.ValidationError: no known witness has signed this checkpoint
	"""
	require_auditing()
	validation.require_exists(ledger.CHECKPOINT, checkpoint)
	found = witnesses.cosign(checkpoint, signature)
	if not found:
		frappe.throw(
			_(
				"This is not a signature of this checkpoint by a witness whose public key is known. Enter the key in the Ledger Witness first."
			),
			title=_("Signature Not Accepted"),
		)
	return found


@frappe.whitelist(methods=["POST"])
def export_ledger(
	since: Moment = None,
	until: Moment = None,
	party_type: str | None = None,
	party: str | None = None,
) -> None:
	"""Download the ledger, or what of it belongs to a period or a client, as a file that proves itself.

	:param since: from the first entry of this moment on (site time zone)
	:param until: to the last entry before this moment
	:raises frappe.PermissionError: the caller is not a Compliance Officer, or cannot read the client, or a record that one of
	    the entries is about
	:raises frappe.ValidationError: it is too large for a download
	"""
	require_auditing()
	client = (party_type, party) if party_type and party else None
	if client:
		client_documents.require_to_act(*client, doctype=ledger.ENTRY, ptype="export")
	wanted = exporting.Wanted(since and clock.parse(since), until and clock.parse(until), client)
	found = exporting.shown(wanted)
	_require_small(found)
	_require_readable(found)
	content = "".join(exporting.export(wanted, found))
	frappe.response.update({"filename": "ledger.jsonl", "filecontent": content.encode(), "type": "download"})


def _require_small(found: exporting.Shown) -> None:
	if found.count > _MOST_TO_DOWNLOAD:
		frappe.throw(
			_(
				"This export has more than {0} entries. Choose a shorter period, or ask your administrator to run bench client-comms export-ledger."
			).format(_MOST_TO_DOWNLOAD),
			title=_("Export Too Large"),
		)
	if found.size > _LARGEST_TREE:
		frappe.throw(
			_(
				"The ledger has more than {0} entries, which takes longer than a download may. Ask your administrator to run bench client-comms export-ledger, which exports any part of it."
			).format(_LARGEST_TREE),
			title=_("Export Too Large"),
		)


def _require_readable(found: exporting.Shown) -> None:
	"""An export has no gaps that it does not name, so entries that the user cannot read are not just left out."""
	if found.names is None:
		readable = ledger_entries.is_readable_range(found.first, found.last)
	else:
		readable = ledger_entries.are_readable(sorted(found.names))
	if not readable:
		frappe.throw(
			_(
				"Some of these entries are about records or clients that you cannot read. Choose another period or client, ask a Compliance Officer who can read them, or ask your administrator to run bench client-comms export-ledger."
			),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


@frappe.whitelist()
def verify_ledger(since: Moment = None, until: Moment = None) -> dict:
	"""Verify the entries, their order and the checkpoints of the ledger, and report every fault.

	:param since: start at the last checkpoint before the entries from this moment on (site time zone)
	:param until: stop at the last entry of this moment
	:returns: `{"ok": bool, "is_complete": bool, "checked": int, "first_fault": fault or None, "faults": [{"sequence", "last",
	    "name", "doctype", "fault", "message"}, …], "fault_count": int, "by_doctype": {DocType: number}, "waiting": int,
	    "is_behind": bool}`. Of a longer ledger, the first 20,000 entries are verified: `is_complete` is False then, and `ok`
	    as well, for the rest is not proved; `start_ledger_verification` verifies all of it in the background. Of more than
	    1,000 faults, the first are told; waiting entries get their place in the tree within minutes
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	found = ledger.verify(since and clock.parse(since), until and clock.parse(until), at_most=_MOST_AT_ONCE)
	return {**found, "faults": found["faults"][: runs.MOST_FAULTS], "fault_count": len(found["faults"])}
