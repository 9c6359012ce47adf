"""Deleted messages, meetings and calls without an interaction have the level of the Lead, Opportunity or Issue that they were about."""

from client_comms.enforcement.doctypes import deleted_document


def execute():
	deleted_document.keep_levels()
