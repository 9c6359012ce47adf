"""Ways to carry a record elsewhere (P-2): moving a message to another document, creating a document from it, replying to
it, or referring to a record in another document.

Frappe and ERPNext do not check the record: anyone who knows its name could move it, or copy its content, to a
place where they can read it.
"""

import frappe
from frappe import _

from client_comms.enforcement import filed, governed, guards, level_spread, levels, restrictions
from client_comms.enforcement.compose import call_previous
from client_comms.flags import flagged
from client_comms.rules import access

_MESSAGE = "client_comms_made_of"


def made_of(communication: str):
	"""A document created inside the block continues the conversation of that message, if it is logged."""
	return flagged(_MESSAGE, communication)


def made_of_now() -> str | None:
	"""The message from which a document is currently being created."""
	return frappe.flags.get(_MESSAGE)


@frappe.whitelist()
def relink(name: str, reference_doctype: str | None = None, reference_name: str | None = None, **others):
	"""File a message under another document; the user must be able to access both."""
	guards.require(governed.COMMUNICATION, name, access.WRITE)
	guards.require(reference_doctype, reference_name)
	restrictions.require(governed.COMMUNICATION, name)
	restrictions.require(reference_doctype, reference_name)
	level = filed.level_of(governed.COMMUNICATION, name)
	call_previous(
		"frappe.email.relink",
		name=name,
		reference_doctype=reference_doctype,
		reference_name=reference_name,
		**others,
	)
	filed.keep_level(governed.COMMUNICATION, name, level)
	level_spread.raise_to_filed(governed.COMMUNICATION, name, [(reference_doctype, reference_name)])


@frappe.whitelist()
def make_issue_from_communication(communication: str, **others):
	original = "erpnext.support.doctype.issue.issue.make_issue_from_communication"
	return _make("Issue", original, communication, others)


@frappe.whitelist()
def make_lead_from_communication(communication: str, **others):
	original = "erpnext.crm.doctype.lead.lead.make_lead_from_communication"
	return _make("Lead", original, communication, others)


@frappe.whitelist()
def make_opportunity_from_communication(communication: str, **others):
	original = "erpnext.crm.doctype.opportunity.opportunity.make_opportunity_from_communication"
	return _make("Opportunity", original, communication, others)


def _lead_made_with(opportunity: str, since: str) -> str | None:
	"""ERPNext makes a Lead of the sender first, if there is none."""
	party = {"name": opportunity, "opportunity_from": "Lead"}
	lead = frappe.db.get_value("Opportunity", party, "party_name")
	return lead and frappe.db.exists("Lead", {"name": lead, "creation": (">=", since)})


def _make(doctype: str, original: str, communication: str, others: dict) -> str:
	"""A document created from a message is at least as confidential as the message, if it is governed."""
	guards.require(governed.COMMUNICATION, communication, access.WRITE)
	restrictions.require(governed.COMMUNICATION, communication)
	level = filed.level_of(governed.COMMUNICATION, communication)  # before it is filed under the new document
	started = frappe.utils.now()
	with made_of(communication):
		made = call_previous(original, communication=communication, **others)
	if doctype == "Lead":
		guards.require(doctype, made)  # ERPNext files the message under the Lead that has its address
	if level:
		_raise(doctype, made, level)
		if doctype == "Opportunity" and (lead := _lead_made_with(made, started)):
			_raise("Lead", lead, level)
	return made


def _raise(doctype: str, name: str, level: str) -> None:
	"""And the interaction that was just logged about the new document, because it quotes the message."""
	levels.raise_to(doctype, name, level)
	reason = _("{0} {1} was made of a message at the level {2}.").format(_(doctype), name, _(level))
	level_spread.raise_conversations(doctype, name, level, reason)
