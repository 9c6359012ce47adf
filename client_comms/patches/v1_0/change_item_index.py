"""The index on who an action item is for has the interaction as well now; a DocType that did not change adds none."""

from client_comms.client_interactions.doctype.interaction_action_item import interaction_action_item
from client_comms.setup.indexes import drop_index


def execute():
	interaction_action_item.on_doctype_update()
	drop_index("Interaction Action Item", "assigned_to_status_index")
