"""Frappe asks for a DocType's indexes only when the DocType itself has changed: those that came later are added here."""

from client_comms.client_interactions.doctype.client_interaction import indexes


def execute():
	indexes.add()
