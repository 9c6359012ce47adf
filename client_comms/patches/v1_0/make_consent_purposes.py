"""Existing sites get the shipped consent purposes, unless they have their own."""

from client_comms.setup import install


def execute():
	install.make_consent_purposes()
