"""Contacts, addresses, numbers and logins that staff had entered on existing sites count as confirmed."""

from client_comms.clients import confirmation
from client_comms.setup import install


def execute():
	install.sync_custom_fields()
	confirmation.confirm_existing()
