"""The compliance ledger of the site (P-2, R-3): evidence of who did what, that others can check.

`entries` writes, `chaining` gives entries their place in a Merkle tree and signs checkpoints of it, `verification` finds every
fault, `following` records every state of the documents that decide about access and consent, and `erasure` removes what names people without breaking the tree.
"""

from client_comms.ledger.chaining import BEHIND, chain, rotate_key, waiting
from client_comms.ledger.entries import (
	CHECK_SESSION,
	CHECKPOINT,
	DOWNLOAD,
	EMAIL,
	EMERGENCY_ACCESS,
	ENTRY,
	ERASURE,
	EXCEPTION,
	EXCEPTION_USED,
	EXPORT,
	GRANT,
	GRANT_CHANGED,
	GRANT_DELETED,
	HANDED_OVER,
	HOLD,
	HOLD_CHANGED,
	HOLD_LIFTED,
	LEAK_CHECK,
	LEFT_OUT,
	LEVEL_LOWERED,
	LEVEL_RAISED,
	LIFTING_ANNOUNCED,
	MERGED,
	MESSAGE_MOVED,
	PRINT,
	REFUSAL,
	RESTRICTION,
	RESTRICTION_LIFTED,
	SHARE,
	VIEW,
	WAITING_INDEX,
	WRITE_DOWN,
	LedgerDocument,
	entry,
	note_token,
	record,
	silenced,
	write,
)
from client_comms.ledger.erasure import entries_about, erase_payload
from client_comms.ledger.following import erase_entries, follow_erasure, record_erased, record_states
from client_comms.ledger.verification import is_last_signature_known, verify
