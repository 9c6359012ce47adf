"""Holds on what was renamed after they were placed hold it again."""

import frappe

from client_comms.enforcement import legal_holds

_FIELDS = (
	"name",
	"status",
	"hold_on",
	"party_type",
	"party",
	"client_interaction",
	"reference_doctype",
	"reference_name",
	"on_doctype",
	"on_name",
)


def execute():
	for hold in frappe.get_all(legal_holds.HOLD, fields=_FIELDS, order_by="name asc"):
		covered = legal_holds.covered(hold)
		if all(covered) and covered != (hold.on_doctype, hold.on_name):
			legal_holds.put_on(hold, *covered)
