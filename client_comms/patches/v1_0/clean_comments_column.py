"""Removes the texts of confidential messages from the documents under which these are filed."""

from client_comms.enforcement import comments_column


def execute():
	comments_column.clean()
