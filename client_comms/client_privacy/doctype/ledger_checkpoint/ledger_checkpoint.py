from client_comms.client_privacy.ledger import LedgerDocument


class LedgerCheckpoint(LedgerDocument):
	"""The hash of the ledger up to an entry: what a later verification starts from and must pass through."""
