"""Existing sites get the shipped terms to avoid, unless they have their own."""

from client_comms.setup import install


def execute():
	install.make_terminology()
