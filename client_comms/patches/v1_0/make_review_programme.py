"""Existing sites get a programme of record reviews, switched off."""

from client_comms.setup import install


def execute():
	install.make_review_programme()
