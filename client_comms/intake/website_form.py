"""What visitors write in the contact form of the website (C-3, D-1, F-1).

Frappe stores it as a message without a medium, filed under nothing. ERPNext makes a Lead and an Opportunity of it, and stores it once more, under the
Opportunity. All of them are one interaction, and a new one: a visitor can enter any address, so what they write continues no conversation.
"""

from collections.abc import Collection

import frappe

from client_comms import roles, transactions
from client_comms.clients import parties
from client_comms.enforcement import governed, level_spread
from client_comms.rules import domains

_BEGUN = "client_comms_begun_by_visitor"


def is_from_no_one(sender: str, recipients: Collection[str], held: parties.Held) -> bool:
	"""Whether an email names an address of our domain that is no one's, as forms on a website do, and went to none of us but mailboxes:
	then a visitor wrote it.

	:param held: of all these addresses
	"""

	def is_of_our_domain(address: str) -> bool:
		return domains.of(address) in frappe.get_cached_doc("Client Comms Settings").own_domains()

	return (
		is_of_our_domain(sender)
		and sender not in held.by_staff | held.by_mailboxes
		and bool(recipients)
		and all(each in held.by_mailboxes or is_of_our_domain(each) for each in recipients)
		and held.by_staff.isdisjoint(recipients)
	)


def is_from_visitor(doc) -> bool:
	"""Whether a Communication was written in the form, which clients with a login use as well."""
	return bool(
		doc.sent_or_received == "Received"
		and not (doc.communication_medium or doc.email_account)
		and doc.reference_doctype in (None, "", "Opportunity")
		and roles.is_outside(doc.owner)
	)


def subject_of(doc) -> str | None:
	"""What the visitor entered as the subject of a message, to which Frappe gives one of its own."""
	if doc.reference_name or not is_from_visitor(doc) or frappe.form_dict.get("sender") != doc.sender:
		return doc.subject
	return frappe.form_dict.get("subject") or doc.subject


def note(doc, interaction) -> None:
	"""A message of a visitor is logged: what ERPNext makes of it follows."""
	if is_from_visitor(doc):
		frappe.flags[_BEGUN] = (doc.sender, interaction.name)


def begun(doc, address: str | None):
	"""The interaction of the message of which a document is made, locked for the change that follows, or None.

	:param address: that of the visitor, in the document
	"""
	sender, name = frappe.flags.get(_BEGUN) or (None, None)
	if not address or sender != address or not roles.is_outside():
		return None
	return transactions.locked(governed.INTERACTION, name)


def continued(doc):
	"""The same for the Lead or Opportunity that ERPNext makes: the interaction has its client, and is about the Opportunity."""
	is_lead = doc.doctype == "Lead"
	interaction = begun(doc, doc.get("email_id" if is_lead else "contact_email"))
	if interaction is None:
		return None
	client = (doc.doctype, doc.name) if is_lead else (doc.opportunity_from, doc.party_name)
	if not interaction.party:
		interaction.update({"party_type": client[0], "party": client[1]})
	if is_lead:
		interaction.save_by_app()
		return interaction
	interaction.update({"reference_doctype": doc.doctype, "reference_name": doc.name})
	interaction.save_by_app()
	if level := governed.level(*client):  # ERPNext copies from it
		level_spread.raise_to_stated(interaction, level, doc)
	return interaction
