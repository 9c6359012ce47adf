"""Whose turn it is follows when the last interaction came, not its number: an index has that now."""

from client_comms.client_interactions.doctype.client_interaction import indexes
from client_comms.setup.indexes import drop_index


def execute():
	indexes.add()
	drop_index("Client Interaction", "responsible_staff_clock_state_index")
