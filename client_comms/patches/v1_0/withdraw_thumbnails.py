"""Removes the public thumbnails of files that became private with their record."""

from client_comms.enforcement import private_files


def execute():
	private_files.withdraw_thumbnails()
