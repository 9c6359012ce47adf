"""Existing sites get the shipped words of complaints, unless they have their own."""

from client_comms.setup import install


def execute():
	install.make_complaint_words()
