"""Emails of an Email Campaign for a Lead are as confidential as the Lead; what is about a record leaves nothing in lists of other documents."""

import frappe

from client_comms.enforcement import comments_column, filed, places


def execute():
	campaigns = {"reference_doctype": "Email Campaign", "client_interaction": ("is", "not set")}
	if frappe.get_all(filed.COMMUNICATION, campaigns, limit=1, order_by=None):
		places.note_existing()
	about = {filed.ABOUT[1]: ("is", "set")}
	fields = ["name", "reference_doctype", "reference_name"]
	for message in frappe.get_all(filed.COMMUNICATION, about, fields, order_by=None):
		comments_column.take_out(message)
