"""What portal users and visitors had confirmed about contacts, under earlier rules, is no longer confirmed unless they could confirm it
today. Staff find it in the report Contacts to Confirm, and those in charge of the clients get a ToDo for it."""

from client_comms.clients import confirmation


def execute():
	confirmation.withdraw_unfounded()
