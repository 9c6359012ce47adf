"""The method with which clients write in their conversations in the portal (D-1, C-3)."""

import frappe
from frappe import _

from client_comms.client_interactions.portal import is_switched_on
from client_comms.client_privacy import page_visits
from client_comms.exceptions import ActionNotPossibleError
from client_comms.intake import portal_messages


@frappe.whitelist(methods=["POST"])
def write(interaction: str, text: str, client: str | None = None) -> dict:
	"""Send a message in one of the client's own conversations; returns `{"done": True}`.

	:param interaction: the Client Interaction
	:param text: plain text of at most 10,000 characters
	:param client: which of several clients of the login, such as "Customer/Anna Client"
	:raises client_comms.exceptions.ActionNotPossibleError: the conversation is not theirs to see or has been closed for long,
	    the text is empty or too long, or they wrote too often within an hour
	"""
	visit = page_visits.by_login(client)
	if visit is None or not is_switched_on():
		frappe.throw(
			_("Your login has no conversations here. Please contact us so that we can set it up."),
			exc=ActionNotPossibleError,
			title=_("Not Possible"),
		)
	portal_messages.write(visit, interaction, text)
	return {"done": True}
