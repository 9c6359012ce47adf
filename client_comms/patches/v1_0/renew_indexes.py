"""Frappe asks for a DocType's indexes only when the DocType itself has changed: those that came later are added here, and those that
others have replaced dropped. Repeatable; a later change of indexes runs it once more, by a comment in patches.txt."""

from client_comms.client_interactions.doctype.client_interaction import client_interaction
from client_comms.client_interactions.doctype.interaction_action_item import interaction_action_item
from client_comms.client_privacy.doctype.client_disclosure import client_disclosure
from client_comms.communication_governance.doctype.interaction_review import interaction_review
from client_comms.setup.indexes import drop_index

REPLACED = (
	("Client Interaction", "confidentiality_level_occurred_on_index"),
	("Client Interaction", "party_type_party_index"),
	("Client Interaction", "responsible_staff_clock_state_index"),
	# Added again with more columns
	("Client Interaction", "client_comms_reach"),
	("Client Interaction", "client_comms_newest"),
	("Interaction Action Item", "assigned_to_status_index"),
)


def execute():
	for doctype, index in REPLACED:
		drop_index(doctype, index)
	for changed in (client_interaction, interaction_action_item, client_disclosure, interaction_review):
		changed.on_doctype_update()
