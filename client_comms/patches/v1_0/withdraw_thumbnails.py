"""Removes the public thumbnails of files that became private with their record."""

from client_comms.enforcement.doctypes import file


def execute():
	file.withdraw_thumbnails()
