"""Approve the texts that go to clients, and withdraw them (D-3)."""

import frappe
from frappe import _

from client_comms.exceptions import MissingDetailsError
from client_comms.roles import require_configuring_or_auditing

TEMPLATE = "Communication Template"


@frappe.whitelist(methods=["POST"])
def approve_template(name: str) -> dict:
	"""Approve a Communication Template with its current text.

	:returns: the template as a dict
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises FourEyesError: the caller wrote the text
	:raises frappe.ValidationError: it is already approved, has expired, or has unknown placeholders
	"""
	require_configuring_or_auditing()
	doc = frappe.get_doc(TEMPLATE, name, for_update=True)
	doc.approve()
	return doc.as_dict(convert_dates_to_str=True)


@frappe.whitelist(methods=["POST"])
def withdraw_template(name: str, reason: str) -> dict:
	"""End the approval of a Communication Template immediately.

	:returns: the template as a dict
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises MissingDetailsError: no reason is given
	"""
	require_configuring_or_auditing()
	if not (reason or "").strip():
		frappe.throw(
			_("Give a reason for withdrawing the template."),
			exc=MissingDetailsError,
			title=_("Reason Missing"),
		)
	doc = frappe.get_doc(TEMPLATE, name, for_update=True)
	doc.withdraw(reason)
	return doc.as_dict(convert_dates_to_str=True)
