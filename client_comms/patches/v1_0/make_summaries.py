"""Existing sites get the shipped texts for summaries of conversations, as drafts: those in languages that were shipped then."""

from client_comms import procedure
from client_comms.patches.v1_0 import add_french_texts
from client_comms.setup import found_names, install


def execute():
	rows = add_french_texts.others(procedure.SUMMARIES)
	found_names.remember_found_names("Email Template", [row["name"] for row in rows])
	install.make_templates(rows, "is_summary")
