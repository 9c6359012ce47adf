"""The index by which the scorecard counts those of a period has missed deadlines and replaced promises as well now."""

from client_comms.client_interactions.doctype.client_interaction import indexes
from client_comms.setup.indexes import drop_index


def execute():
	drop_index("Client Interaction", "client_comms_judged")
	indexes.add()
