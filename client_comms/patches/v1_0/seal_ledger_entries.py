"""Gives each ledger entry its salt and digests, so that the tree begins with the first entry.

The hash chain that entries had until now stays with them and is verified further on; whether it was intact, and where it ended,
is an entry of the ledger. Continues where it stopped: the last name of each chunk is stored with the chunk.
"""

from collections.abc import Iterator

import frappe
from frappe import _

from client_comms.ledger import entries, seal
from client_comms.rules import ledger as rules
from client_comms.rules import ledger_chain

_CHUNK = 1000
_DONE = "client_comms_ledger_sealed_until"


def execute():
	done = frappe.db.get_global(_DONE) or ""
	while rows := frappe.get_all(
		entries.ENTRY,
		{"name": (">", done)},
		[*rules.KEPT_FIELDS, *rules.PERSONAL_FIELDS, "digest"],
		order_by="name asc",
		limit=_CHUNK,
	):
		unsealed = {row.name: entries.sealed(row) for row in rows if not row.digest}
		frappe.db.bulk_update(entries.ENTRY, unsealed, update_modified=False)
		done = rows[-1].name
		frappe.db.set_global(_DONE, done)
		# nosemgrep: frappe-manual-commit (a patch that is stopped loses at most this chunk)
		frappe.db.commit()
	record_chain()
	frappe.db.set_global(_DONE, None)


def record_chain():
	"""Whether the chain was intact when the tree began."""
	if frappe.db.exists(entries.ENTRY, {"action": entries.MIGRATED}):
		return
	known = frappe.get_all(
		entries.CHECKPOINT, {"entry_hash": ("is", "set")}, ["sequence", "entry_hash"], order_by="sequence asc"
	)
	sealed = seal.read()
	if sealed and sealed.entry_hash:
		known.append(frappe._dict(sequence=sealed.size, entry_hash=sealed.entry_hash))
	if not known:
		return
	found = ledger_chain.verify(
		_chained(), checkpoints=[ledger_chain.Checkpoint(each.sequence, each.entry_hash) for each in known]
	)
	end = max(known, key=lambda each: each.sequence)
	fault = found.first_fault and found.first_fault.message
	entries.record(
		entries.MIGRATED,
		entries.ENTRY,
		None,
		None,
		reason=_(fault.text).format(**fault.values) if fault else None,
		state={"correct_entries": found.checked, "sequence": end.sequence, "entry_hash": end.entry_hash},
	)


def _chained() -> Iterator[ledger_chain.Entry]:
	table = frappe.qb.DocType(entries.ENTRY)
	after, fields = 0, ("sequence", "previous_hash", "entry_hash", *ledger_chain.FIELDS)
	query = frappe.qb.from_(table).select(*fields).orderby(table.sequence, table.name).limit(_CHUNK)
	while rows := query.where(table.sequence > after).run(as_dict=True):
		for row in rows:
			yield ledger_chain.Entry(
				row.sequence,
				row.previous_hash or "",
				row.entry_hash or "",
				entries.texts(row, ledger_chain.FIELDS),
				row.name,
			)
		after = rows[-1].sequence
