"""An index that begins with the level made counts read every hidden record first (see Client Interaction)."""

from client_comms.setup.indexes import drop_index


def execute():
	drop_index("Client Interaction", "confidentiality_level_occurred_on_index")
