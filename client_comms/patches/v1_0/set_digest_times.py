"""The time of the daily digest was the time of installation, which Frappe puts into every empty Time field.

Subscriptions with that time get the shipped time as well; chosen times are kept.
"""

import frappe
from frappe.utils import get_timedelta

from client_comms import procedure

SETTINGS, SUBSCRIPTION = "Client Comms Settings", "Digest Subscription"


def execute():
	found = frappe.db.get_single_value(SETTINGS, "digest_at", cache=False)
	if _is_chosen(found):
		return
	for row in frappe.get_all(SUBSCRIPTION, fields=["name", "send_at"]):
		if not _is_chosen(row.send_at):
			frappe.db.set_value(SUBSCRIPTION, row.name, "send_at", procedure.DIGEST_AT, update_modified=False)
	frappe.db.set_single_value(SETTINGS, "digest_at", procedure.DIGEST_AT, update_modified=False)


def _is_chosen(at) -> bool:
	"""A time such as 19:19:52 was not chosen: users choose whole minutes."""
	seconds = 1 if at in (None, "") else get_timedelta(str(at)).total_seconds()
	return not seconds % 60
