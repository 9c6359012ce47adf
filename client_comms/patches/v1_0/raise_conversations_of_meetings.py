"""An interaction is at least as confidential as all that its messages, meetings and calls name, not only what it is about."""

from client_comms.enforcement import level_spread


def execute():
	level_spread.raise_existing()
