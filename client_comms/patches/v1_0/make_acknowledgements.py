"""Existing sites get the shipped acknowledgements, as drafts."""

from client_comms.setup import install


def execute():
	install.remember_found("Email Template")
	install.make_acknowledgements()
