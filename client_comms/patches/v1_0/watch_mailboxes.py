"""Mailboxes are watched from now on; none counts as silent since before it was watched."""

import frappe

from client_comms import clock
from client_comms.setup import install


def execute():
	install.sync_custom_fields()
	frappe.db.set_value(
		"Email Account", {"enable_incoming": 1}, "last_fetched_on", clock.now(), update_modified=False
	)
