"""Deleted messages, meetings and calls without an interaction, Opportunities and split-off Issues have the level of what they were about or made of."""

from client_comms.enforcement import deleted_content


def execute():
	deleted_content.keep_levels()
