"""Files of consents, identity checks, requests, imports and the like are private, as those of records are."""

from client_comms.enforcement import private_files


def execute():
	private_files.make_private_of_few()
