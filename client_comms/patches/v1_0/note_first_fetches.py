"""Mailboxes that were fetched before have been connected since they were made, as far as is known; their last change may have been a user's."""

import frappe

from client_comms.intake import mailboxes
from client_comms.setup import install


def execute():
	install.sync_custom_fields()
	rows = frappe.get_all(
		mailboxes.ACCOUNT,
		{mailboxes.LAST_FETCHED: ("is", "set"), mailboxes.CONNECTED: ("is", "not set")},
		["name", "creation"],
		order_by=None,
	)
	for row in rows:
		frappe.db.set_value(
			mailboxes.ACCOUNT, row.name, mailboxes.CONNECTED, row.creation, update_modified=False
		)
