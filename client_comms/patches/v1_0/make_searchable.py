"""Existing sites find interactions, including existing ones, with the search bar."""

import frappe

from client_comms.setup import install


def execute():
	install.make_searchable()
	frappe.enqueue(
		"frappe.utils.global_search.rebuild_for_doctype",
		queue="long",
		enqueue_after_commit=True,
		doctype=install.INTERACTION,
	)
