"""The method with which a client rates a closed interaction through their link (F-1)."""

import frappe

from client_comms.client_interactions import satisfaction


# nosemgrep: frappe-guest-method (the token decides, and wrong ones are counted)
@frappe.whitelist(allow_guest=True, methods=["POST"])
def rate(token: str, rating: int | str, comment: str | None = None) -> dict:
	"""Store the rating; returns `{"done": True}`.

	:param rating: from 1 to 5
	:param comment: at most 1000 characters are stored
	:raises client_comms.exceptions.LinkNotValidError: the link is not valid; the message does not say why
	"""
	satisfaction.rate(token, rating, comment)
	return {"done": True}
