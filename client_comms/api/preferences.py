"""What a client prefers, for the desk and for integrations (C-1, C-2)."""

import frappe

from client_comms.clients import preferences
from client_comms.enforcement import client_documents
from client_comms.i18n import translate
from client_comms.roles import require_right
from client_comms.rules import channels


@frappe.whitelist()
def communication_preference(
	party_type: str | None = None,
	party: str | None = None,
	contact: str | None = None,
	channel: str | None = None,
) -> dict:
	"""The preference that applies to a client, and its result for a channel.

	:returns: `{"name": str or None, "description": str, "channels": [str, …], "never": [str, …], "language": str or
	    None, "outcome": "Allowed" | "Deviation" | "Blocked" | None, "message": str}`; the outcome is that of `channel`
	:raises frappe.PermissionError: the caller cannot read preferences, or cannot see the client
	"""
	require_right(preferences.PREFERENCE, "read")
	client_documents.require_open(party_type, party)
	doc = preferences.of(party_type, party, contact)
	if doc and doc.party != party and not doc.has_permission("read"):
		doc = None  # what the client said as a lead, whom the caller cannot see
	if doc:
		doc.check_permission("read")
	rule = preferences.rule_of(doc)
	choice = channels.choose(rule, channel) if channel else None
	return {
		"name": doc and doc.name,
		"description": preferences.describe(doc),
		"channels": list(rule.channels) if rule else [],
		"never": list(rule.never) if rule else [],
		"language": doc and doc.language,
		"outcome": choice and choice.outcome,
		"message": translate(choice.message) if choice and choice.message else "",
	}
