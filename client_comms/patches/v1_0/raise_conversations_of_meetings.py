"""An interaction is at least as confidential as all that its messages, meetings and calls name, not only what it is about, and an Issue that one of
its messages made is as confidential as the interaction."""

from client_comms.enforcement import level_spread


def execute():
	level_spread.raise_existing()
	level_spread.raise_existing_issues()
