"""The responsible staff of a complaint can email the client: Customer Support at the shipped level Sensitive.

Only if the row is unchanged since installation.
"""

import frappe

from client_comms import procedure

_SHIPPED_BEFORE = {
	"parenttype": "Confidentiality Level",
	"parent": procedure.SENSITIVE,
	"role": procedure.CUSTOMER_SUPPORT,
	"can_read": 1,
	"can_write": 1,
	"can_print": 1,
	"can_email": 0,
	"can_export": 0,
	"can_share": 0,
	"oversight": 0,
}


def execute():
	if row := frappe.db.get_value("Level Clearance", _SHIPPED_BEFORE):
		frappe.db.set_value("Level Clearance", row, "can_email", 1, update_modified=False)
