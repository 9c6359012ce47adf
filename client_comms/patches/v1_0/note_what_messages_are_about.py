"""Notes in messages that are filed under a to-do, a meeting or another message which document these are about."""

from client_comms.enforcement import places
from client_comms.setup import install


def execute():
	install.sync_custom_fields()
	places.note_existing()
