"""Interactions that an erasure anonymised while they were open are closed: their answer stayed owed to a client who is gone."""

import frappe

from client_comms.client_privacy.erasure import records
from client_comms.enforcement.governed import INTERACTION


def execute():
	records.close(frappe.get_all(INTERACTION, {"anonymised_on": ("is", "set")}, pluck="name", order_by=None))
