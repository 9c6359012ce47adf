"""Removes the titles of confidential records from the contacts and addresses that link to them, and copies of their fields
from Prospects."""

from client_comms.enforcement import copied_fields, link_titles


def execute():
	link_titles.withdraw_all()
	copied_fields.withdraw_all()
