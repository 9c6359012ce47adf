"""A consent that ends takes effect immediately, even on emails that wait to be sent (P-3).

The request that ends it, often the client's own, judges what is about this client, up to a number. A job judges the rest: the gate
decides again about each before it is sent, so nothing leaves in the meantime that should not.
"""

import frappe
from pypika.terms import ExistsCriterion

from client_comms import transactions
from client_comms.client_privacy import disclosures
from client_comms.clients import parties
from client_comms.outgoing import email, facts
from client_comms.rules import consent

AT_ONCE = 50  # emails that the request itself judges


def follow(doc, method=None) -> None:
	"""`on_update` of Client Consent."""
	before = doc.get_doc_before_save()
	if before and before.status == consent.GIVEN and doc.status != consent.GIVEN:
		hold_waiting(doc.party_type, doc.party)


def hold_waiting(party_type: str, party: str) -> int:
	"""A client's consent ended: hold back the waiting emails that needed it; returns how many."""
	names = _about_client(party_type, party)
	if len(names) > AT_ONCE or _of_unknown_clients():
		frappe.enqueue(
			hold_rest,
			queue="short",
			enqueue_after_commit=True,
			party_type=party_type,
			party=party,
		)
	return _hold(names[:AT_ONCE])


@transactions.again_if_undone
def hold_rest(party_type: str, party: str) -> None:
	"""The job, also for emails of which it is not known whom they are about. Repeatable."""
	for name in dict.fromkeys([*_about_client(party_type, party), *_of_unknown_clients()]):
		_hold([name])
		# nosemgrep: frappe-manual-commit (a job; what is held back stays so when it is killed)
		frappe.db.commit()


def _hold(names: list[str]) -> int:
	return sum(email.hold(frappe.get_doc("Email Queue", name)) for name in names)


def _about_client(party_type: str, party: str) -> list[str]:
	"""The waiting emails that are about a client, or about the lead that it was: under its record, of its interactions, and those of
	which the register says so."""
	queue, message, interaction, entry = (
		frappe.qb.DocType(each)
		for each in ("Email Queue", "Communication", facts.INTERACTION, disclosures.DISCLOSURE)
	)
	found = set()
	for kind, names in parties.same_client(party_type, party).items():
		own, registered = (
			frappe.qb.from_(each).where((each.party_type == kind) & each.party.isin(names))
			for each in (interaction, entry)
		)
		about = own.select(interaction.name)
		waiting = frappe.qb.from_(queue).where(queue.status.isin(disclosures.WAITING)).select(queue.name)
		found.update(
			waiting.left_join(message)
			.on(message.name == queue.communication)
			.where(
				message.client_interaction.isin(about)
				| ((queue.reference_doctype == facts.INTERACTION) & queue.reference_name.isin(about))
				| ((queue.reference_doctype == kind) & queue.reference_name.isin(names))
			)
			.run(pluck=True)
		)
		found.update(
			registered.join(queue)
			.on(queue.name == entry.email_queue)
			.where(queue.status.isin(disclosures.WAITING))
			.select(queue.name)
			.run(pluck=True)
		)
	return sorted(found)


def _of_unknown_clients() -> list[str]:
	"""Waiting emails about documents whose type is checked now, but was not yet when they were queued: the register has no entry."""
	checked = frappe.get_cached_doc("Client Comms Settings").checked_document_types()
	if not checked:
		return []
	queue, entry = frappe.qb.DocType("Email Queue"), frappe.qb.DocType(disclosures.DISCLOSURE)
	registered = frappe.qb.from_(entry).where(entry.email_queue == queue.name).select(entry.name)
	return (
		frappe.qb.from_(queue)
		.where(queue.status.isin(disclosures.WAITING) & queue.reference_doctype.isin([*checked]))
		.where(ExistsCriterion(registered).negate())
		.select(queue.name)
		.orderby(queue.name)
	).run(pluck=True)
