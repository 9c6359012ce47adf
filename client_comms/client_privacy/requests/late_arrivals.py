"""What comes of a client while their data is erased (P-2).

Once their contact is gone, they are a stranger: an email makes another contact, or a lead, and an interaction of no client, and a call only
has their number.
"""

from collections.abc import Collection

import frappe
from frappe.query_builder.functions import Coalesce
from pypika.terms import ExistsCriterion

from client_comms.client_privacy.requests import data_map
from client_comms.client_privacy.requests.subjects import Subject
from client_comms.clients import phone_numbers
from client_comms.enforcement.governed import COMMUNICATION, INTERACTION

_CALL = "Call Log"


def rows(entry: data_map.Entry, subject: Subject, markers: Collection[str], moment) -> list[str]:
	"""The records of an entry that refer to the client, also as a stranger.

	:param markers: texts that identify the client, such as their numbers
	:param moment: when the erasure was planned
	"""
	found = set(data_map.rows(entry.doctype, subject))
	if entry.doctype == _CALL:
		found.update(_calls(markers, moment))
	elif entry.doctype == INTERACTION:
		found.update(_of_messages(subject.addresses))
		of_calls = [each for each in _calls(markers, moment).values() if each]
		unknown = {"name": ("in", [*of_calls, ""]), "party": ("is", "not set"), "contact": ("is", "not set")}
		found.update(frappe.get_all(INTERACTION, unknown, pluck="name", order_by=None))
	return sorted(found)


def _calls(markers: Collection[str], moment) -> dict[str, str | None]:
	"""Calls from and to the client's numbers → their interactions."""
	sought = {phone_numbers.normalised(each) for each in markers if "@" not in each} - {None}
	if not sought:
		return {}
	fields = ["name", "`from`", "`to`", "client_interaction"]
	return {
		row.name: row.client_interaction
		for row in frappe.get_all(_CALL, {"creation": (">=", moment)}, fields, order_by=None)
		if sought & {phone_numbers.normalised(row["from"]), phone_numbers.normalised(row.to)}
	}


def _of_messages(senders: Collection[str]) -> set[str]:
	"""The interactions of no known client in which only these addresses have written: of a message without a sender it is not known who did."""
	if not senders:
		return set()
	message, others = frappe.qb.DocType(COMMUNICATION), frappe.qb.DocType(COMMUNICATION).as_("others")
	interaction = frappe.qb.DocType(INTERACTION)
	by_another = (
		frappe.qb.from_(others)
		.select(others.name)
		.where((others.client_interaction == interaction.name) & (others.sent_or_received == "Received"))
		.where(Coalesce(others.sender, "").notin(list(senders)))
	)
	query = (
		frappe.qb.from_(message)
		.join(interaction)
		.on(interaction.name == message.client_interaction)
		.select(interaction.name)
		.where(message.sender.isin(list(senders)) & (message.sent_or_received == "Received"))
		.where(interaction.party.isnull() & interaction.contact.isnull())
		.where(ExistsCriterion(by_another).negate())
	)
	return {name for (name,) in query.run()}
