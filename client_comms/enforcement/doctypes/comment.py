"""Comments on confidential records (P-2)."""

from frappe.core.doctype.comment.comment import Comment

from client_comms.enforcement.realtime import Discreet


class GuardedComment(Discreet, Comment):
	"""The comment of Frappe, whose text open forms load again instead of being sent it."""
