"""Existing sites get the shipped acknowledgements, as drafts: those in languages that were shipped then."""

from client_comms import procedure
from client_comms.patches.v1_0 import add_french_texts
from client_comms.setup import found_names, install


def execute():
	found_names.remember_found("Email Template")
	# A later patch would take the French ones for the site's own, and uninstalling would leave them behind.
	install.make_templates(add_french_texts.others(procedure.ACKNOWLEDGEMENTS), "is_acknowledgement")
