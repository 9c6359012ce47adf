"""Approve the texts that go to clients, and withdraw them (D-3)."""

import frappe
from frappe import _

from client_comms import transactions, validation
from client_comms.i18n import language_in_words
from client_comms.people import template_approvals
from client_comms.roles import require_approving_texts

TEMPLATE = "Communication Template"


@frappe.whitelist(methods=["POST"])
def approve_template(name: str) -> dict:
	"""Approve a Communication Template with its current text.

	:returns: the template as a dict
	:raises frappe.PermissionError: the caller has none of the approving roles
	:raises FourEyesError: the caller wrote the text
	:raises frappe.ValidationError: it is already approved, has expired, or has unknown placeholders
	"""
	require_approving_texts()
	doc = transactions.locked(TEMPLATE, name)
	doc.approve()
	return doc.as_dict(convert_dates_to_str=True)


@frappe.whitelist(methods=["POST"])
def withdraw_template(name: str, reason: str) -> dict:
	"""End the approval of a Communication Template immediately.

	:returns: the template as a dict
	:raises frappe.PermissionError: the caller has none of the approving roles
	:raises MissingDetailsError: no reason is given
	"""
	require_approving_texts()
	validation.require_reason(reason, _("Give a reason for withdrawing the template."))
	doc = transactions.locked(TEMPLATE, name)
	doc.withdraw(reason)
	return doc.as_dict(convert_dates_to_str=True)


@frappe.whitelist(methods=["POST"])
def send_back_template(name: str, reason: str) -> dict:
	"""Ask the authors of a text that waits for approval for another one; they are notified.

	:returns: the template as a dict
	:raises frappe.PermissionError: the caller has none of the approving roles
	:raises MissingDetailsError: no reason is given
	:raises frappe.ValidationError: it does not wait for approval
	"""
	require_approving_texts()
	validation.require_reason(reason, _("Say what should be different, so that the author can change it."))
	doc = transactions.locked(TEMPLATE, name)
	doc.send_back(reason)
	return doc.as_dict(convert_dates_to_str=True)


@frappe.whitelist()
def templates_to_approve() -> list[dict]:
	"""The texts that wait for approval: see `template_approvals.waiting`.

	:raises frappe.PermissionError: the caller has none of the approving roles
	"""
	require_approving_texts()
	return template_approvals.waiting(frappe.session.user)


@frappe.whitelist()
def template_to_approve(name: str) -> dict:
	"""One of them beside its last approved text, with the use for which it is meant.

	:returns: as `template_approvals.compared`, with `{"template": the Communication Template as a dict}`
	:raises frappe.PermissionError: the caller has none of the approving roles
	"""
	require_approving_texts()
	template = frappe.get_doc(TEMPLATE, name).as_dict(convert_dates_to_str=True)
	template.language_name = language_in_words(template.language)
	return {**template_approvals.compared(name), "template": template}
