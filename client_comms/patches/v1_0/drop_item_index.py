"""The index on who an action item is for has the interaction as well now."""

from client_comms.setup.indexes import drop_index


def execute():
	drop_index("Interaction Action Item", "assigned_to_status_index")
