"""Mailboxes that Frappe had stopped fetching were out of sight; those for which no user did so are noticed now."""

import json
from contextlib import suppress

import frappe

from client_comms.intake import mailboxes
from client_comms.setup import install


def execute():
	install.sync_custom_fields()
	which = {
		"enable_incoming": 0,
		mailboxes.LAST_FETCHED: ("is", "set"),
		mailboxes.STOPPED: ("is", "not set"),
	}
	for row in frappe.get_all(mailboxes.ACCOUNT, which, ["name", "modified"], order_by=None):
		if not _was_switched_off(row.name):
			frappe.db.set_value(
				mailboxes.ACCOUNT, row.name, mailboxes.STOPPED, row.modified, update_modified=False
			)


def _was_switched_off(account: str) -> bool:
	"""Whether the last change of the switch that Frappe has kept, which does not keep its own, was off."""
	kept = {"ref_doctype": mailboxes.ACCOUNT, "docname": account, "data": ("like", "%enable_incoming%")}
	for data in frappe.get_all("Version", kept, pluck="data", order_by="creation desc"):
		with suppress(ValueError, KeyError, TypeError):
			for field, _old, new in json.loads(data)["changed"]:
				if field == "enable_incoming":
					return not int(new)
	return False
