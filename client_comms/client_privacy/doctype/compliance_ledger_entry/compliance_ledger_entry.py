from client_comms.client_privacy.ledger import LedgerDocument


class ComplianceLedgerEntry(LedgerDocument):
	"""Who viewed, printed, exported, emailed or downloaded a record, was given access to it or refused it (P-2, R-3)."""
