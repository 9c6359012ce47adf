"""Sites that were installed before find interactions by the search bar, those that they have as well."""

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
