"""Removes the titles of confidential records from the contacts and addresses that link to them."""

from client_comms.enforcement import link_titles


def execute():
	link_titles.withdraw_all()
