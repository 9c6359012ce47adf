"""A half holiday of ERPNext 16 counted as a whole one; now business closes halfway, and running clocks follow."""

import frappe

from client_comms import compat
from client_comms.client_interactions.clocks import recalculate


def execute():
	if not compat.is_version_16():
		return
	lists = frappe.get_all(
		"Response Calendar", {"holiday_list": ("is", "set")}, pluck="holiday_list", order_by=None
	)
	half = {"parenttype": "Holiday List", "parent": ("in", lists or [""]), "is_half_day": 1}
	if frappe.get_all("Holiday", half, limit=1, order_by=None):
		recalculate.follow()
