"""How promptly staff log interactions (D-1)."""

from datetime import datetime

import frappe
from frappe import _

from client_comms import clock
from client_comms.communication_governance import calendars
from client_comms.i18n import bold

FIELDS = ("logged_by_hand", "logged_after_seconds", "logged_late")


def measure(doc):
	"""Measure once how long staff took to log it; documents that arrive automatically are never late (D-1)."""
	before = doc.stored()
	if before:
		doc.update({field: before.get(field) for field in FIELDS})
	elif doc.flags.from_intake:
		doc.update(dict.fromkeys(FIELDS, 0))
	else:
		doc.update(of_log(doc.occurred_on, doc.company))
		if doc.logged_late and not frappe.flags.in_import:
			tell_late(doc.logged_after_seconds)


def of_log(occurred_on: datetime, company: str | None = None) -> dict:
	"""The fields of an interaction that staff log now.

	:param occurred_on: when it happened, as stored
	:param company: the company whose calendar applies
	:returns: `logged_by_hand`, `logged_after_seconds` (working time) and
	    `logged_late`: whether that is more than the settings allow
	"""
	calendar = calendars.for_company(company)
	seconds = calendar.working_seconds(clock.to_aware(occurred_on), clock.to_aware(clock.now()))
	allowed = frappe.get_cached_doc("Client Comms Settings").late_log_hours
	return {
		"logged_by_hand": 1,
		"logged_after_seconds": int(seconds),
		"logged_late": int(bool(allowed) and seconds > allowed * 3600),
	}


def tell_late(seconds: int) -> None:
	"""Show a message to users who log late; it does not block them."""
	frappe.msgprint(
		_(
			"Logged {0} working hours after the interaction. Please log interactions within {1} working hours."
		).format(
			bold(frappe.format(seconds / 3600, {"fieldtype": "Float", "precision": 1})),
			bold(
				frappe.format(
					frappe.get_cached_doc("Client Comms Settings").late_log_hours,
					{"fieldtype": "Float", "precision": 1},
				)
			),
		),
		alert=True,
		indicator="orange",
	)
