"""Interactions that an erasure anonymised while they were open are closed: their answer stayed owed to a client who is gone."""

import frappe
from frappe.utils import create_batch

from client_comms.client_privacy.erasure import records
from client_comms.enforcement.governed import INTERACTION

_AT_ONCE = 1000


def execute():
	erased = frappe.get_all(INTERACTION, {"anonymised_on": ("is", "set")}, pluck="name", order_by=None)
	for names in create_batch(erased, _AT_ONCE):
		records.close(names)
