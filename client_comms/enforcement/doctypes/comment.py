"""Comments on confidential records (P-2)."""

from client_comms.enforcement.realtime import Discreet


class GuardedComment(Discreet):
	"""The comment of Frappe, whose text open forms load again instead of being sent it."""
