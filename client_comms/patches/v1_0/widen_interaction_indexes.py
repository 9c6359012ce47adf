"""The index by which the access explorer counts has the status as well now, that of a client the time; what the DocType no longer
indexes alone, longer ones begin with."""

from client_comms.client_interactions.doctype.client_interaction import indexes
from client_comms.setup.indexes import drop_index


def execute():
	for name in ("client_comms_reach", "party_type_party_index"):
		drop_index("Client Interaction", name)
	indexes.add()
