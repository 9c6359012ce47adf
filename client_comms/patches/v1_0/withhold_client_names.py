"""Removes the names of confidential Leads from interactions that are less confidential."""

from client_comms.enforcement import client_names


def execute():
	client_names.settle_all()
