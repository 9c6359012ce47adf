"""The index by which the access explorer counts has the status as well now; what the DocType no longer indexes alone, longer ones begin with."""

from client_comms.client_interactions.doctype.client_interaction import indexes
from client_comms.setup.indexes import drop_index


def execute():
	drop_index("Client Interaction", "client_comms_reach")
	indexes.add()
