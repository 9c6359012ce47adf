"""Cleans what was stored with a tag, which would run as those who see it, before such was cleaned when it is saved."""

from client_comms.setup import stored_markup


def execute():
	stored_markup.clean()
