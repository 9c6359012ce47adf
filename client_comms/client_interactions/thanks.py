"""A message that only thanks starts nothing until staff say that it needs an answer (C-4).

The guess costs one click to undo, and both are counted.
"""

from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import alerts, clock
from client_comms.client_interactions import received
from client_comms.exceptions import ActionNotPossibleError
from client_comms.rules import response_clock

ONLY_THANKS = "Only Thanks"
_EVENT = "Interaction Event"


def record(doc, document, at) -> None:
	"""Add the message to the history; the responsible user decides whether it needs an answer."""
	doc.record(ONLY_THANKS, at=at, source=document)
	alerts.notify(
		doc,
		{doc.responsible_staff} - {None, ""},
		lambda: _(
			"The client's last message in {0} seems only to thank. Open it if it needs an answer."
		).format(alerts.named(doc)),
	)


def names(doc) -> list[str]:
	"""The names with which a message in the conversation can be addressed or signed: of the client, the contact and staff."""
	staff = {doc.responsible_staff, *(row.by_user for row in doc.events)} - {None, ""}
	found = frappe.get_all("User", {"name": ("in", sorted(staff))}, pluck="full_name") if staff else []
	contact = doc.contact and frappe.db.get_value("Contact", doc.contact, "full_name")
	return [name for name in (*found, doc.party_name, contact) if name]


def pending(doc):
	"""The last such message of which no one has said that it needs an answer; None without one."""
	undone = {row.source_name for row in doc.events if row.event == response_clock.RECEIVED}
	found = [row for row in doc.events if row.event == ONLY_THANKS and row.source_name not in undone]
	return max(found, key=lambda row: get_datetime(row.at), default=None)


def needs_answer(doc) -> None:
	"""The message counts as received after all, from when it arrived or was thought to be settled.

	:raises ActionNotPossibleError: no message waits for this decision
	"""
	row = pending(doc)
	if row is None:
		frappe.throw(
			_("No message of the client is waiting for this decision. Reload the interaction."),
			exc=ActionNotPossibleError,
			title=_("Not Possible Now"),
		)
	source = frappe._dict(doctype=row.source_doctype, name=row.source_name)
	received.record(doc, source, row.at)


def counts(days: int = 30) -> tuple[int, int]:
	"""Messages of the last days that were taken for thanks, and how many of them needed an answer."""
	thanked, received = frappe.qb.DocType(_EVENT).as_("thanked"), frappe.qb.DocType(_EVENT).as_("received")
	since = clock.now() - timedelta(days=days)
	query = frappe.qb.from_(thanked).where((thanked.event == ONLY_THANKS) & (thanked.at >= since))
	undone = query.inner_join(received).on(
		(received.parent == thanked.parent)
		& (received.source_name == thanked.source_name)
		& (received.event == response_clock.RECEIVED)
	)
	count = frappe.query_builder.functions.Count("*")
	return query.select(count).run()[0][0], undone.select(count).run()[0][0]


def with_counts(text: str) -> tuple[str, dict[str, int]]:
	"""The text of the Health page with the counts of a month, and these as figures."""
	thanked, undone = counts()
	if thanked:
		text = _(
			"{0}. Messages of 30 days taken for mere thanks: {1}, of which needed an answer: {2}"
		).format(text, thanked, undone)
	return text, {"thanks": thanked, "thanks_to_answer": undone}
