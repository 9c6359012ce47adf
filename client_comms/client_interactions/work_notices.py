"""Notifies users, in their own language, when an interaction becomes their work (F-2).

No one is notified of their own actions or of what they cannot read; `alerts.muted` suppresses all of it.
"""

import frappe
from frappe import _
from frappe.utils import escape_html, get_datetime, get_fullname, get_link_to_form
from redis.exceptions import RedisError

from client_comms import alerts, transactions
from client_comms.client_interactions import action_items
from client_comms.enforcement import interactions
from client_comms.i18n import speaking_to
from client_comms.rules import response_clock

INTERACTION = "Client Interaction"
BOUNCED = "Bounced"


def follow(doc) -> None:
	"""Notify the new responsible staff and assignees, and the responsible staff whose clocks are running again or whose email came back.

	`flags.told_together` of the document: the new responsible staff get one notification about many records. `flags.told_of_items`: a function
	that returns what new assignees read.
	"""
	before = doc.get_doc_before_save()
	given_to = (
		doc.responsible_staff if doc.responsible_staff != (before and before.responsible_staff) else None
	)
	if given_to and not doc.flags.told_together:
		_tell_responsible(doc, before, given_to)
	elif before and before.clock_state != doc.clock_state == response_clock.STATE_RUNNING:
		_tell_goes_on(doc, before, _others(doc, before, {doc.responsible_staff}))
	elif _newly(doc, before, *response_clock.UNSENT.values()):
		_tell_came_back(doc, _others(doc, before, {doc.responsible_staff}))
	if _newly(doc, before, BOUNCED):
		_tell_came_back(doc, _others(doc, before, {doc.responsible_staff}))
	if not action_items.are_syncing():  # of what is assigned in the desk, or by a rule, Frappe tells
		_tell_assigned(doc, _others(doc, before, _newly_assigned(doc, before) - {given_to}))


def _tell_responsible(doc, before, user: str) -> None:
	"""In a job, as Frappe does it: the person who logs a message, or the worker that receives one, does not wait for it."""
	if alerts.are_muted() or not _besides_actors(doc, before, {user}):
		return
	after_commit(doc.name, user)


def after_commit(interaction: str, user: str) -> None:
	"""Queue the notification once the interaction is stored, which stands in Owed Today even if Redis cannot be reached."""

	def enqueue():
		try:
			frappe.enqueue(tell_responsible, queue="short", interaction=interaction, user=user)
		except RedisError:
			frappe.log_error(
				title="Notification of a responsible user could not be queued",
				reference_doctype=INTERACTION,
				reference_name=interaction,
			)

	frappe.db.after_commit.add(enqueue)


@transactions.again_if_undone
def tell_responsible(interaction: str, user: str) -> None:
	"""Notify a user for whom an interaction was just logged, or to whom it was reassigned, if that is still so."""
	if frappe.db.get_value(INTERACTION, interaction, "responsible_staff") != user:
		return
	doc = frappe.get_doc(INTERACTION, interaction)
	readers = interactions.readers(doc, {user})
	alerts.tell(
		readers, lambda: _("You are now responsible for {0}").format(alerts.named(doc)), doc.doctype, doc.name
	)
	wanted = frappe.get_cached_doc("Client Comms Settings").responsible_todo
	if not wanted or doc.clock_state == response_clock.STATE_STOPPED:
		return
	for reader in readers:
		with speaking_to(reader):
			link = f"{get_link_to_form(doc.doctype, doc.name)} ({escape_html(alerts.of_client(doc))})"
			action_items.remind(doc, reader, _("You are responsible for {0}").format(link), priority="Medium")


def _tell_goes_on(doc, before, readers: list[str]) -> None:
	def subject() -> str:
		if before.clock_state == response_clock.STATE_PAUSED:
			return _("{0} is no longer waiting for the client: its clocks are running again").format(
				alerts.named(doc)
			)
		return _("The client is owed an answer again: {0}").format(alerts.named(doc))

	alerts.tell(readers, subject, doc.doctype, doc.name)


def _tell_came_back(doc, readers: list[str]) -> None:
	alerts.tell(
		readers,
		lambda: _("An email in {0} came back or is delayed: make sure that the client has it").format(
			alerts.named(doc)
		),
		doc.doctype,
		doc.name,
	)


def answer_came_back(doc) -> bool:
	"""Whether an email came back since the answer, unless it is known to be another one than the answer.

	The answer counts until someone takes it back: anyone can forge such a message (C-3).
	"""
	# By time: those of an interaction that was merged into this one are at the end.
	last = {row.event: row for row in sorted(doc.events, key=lambda row: get_datetime(row.at))}
	answer, returned = last.get(response_clock.ANSWERED), last.get(BOUNCED)
	if not (answer and returned) or get_datetime(returned.at) < get_datetime(answer.at):
		return False
	if doc.status not in (response_clock.STATUS_ANSWERED, response_clock.STATUS_CLOSED):
		return False
	sent = answer.source_doctype == returned.source_doctype and answer.source_name
	if sent and returned.source_name == sent:
		return True  # it never left
	about = sent and frappe.db.get_value(returned.source_doctype, returned.source_name, "in_reply_to")
	return not about or about == sent


def post_woken(doc) -> set[str]:
	"""A pause with a day has ended, in a sweep: notify the responsible staff; returns who was, for `alerts.show`."""
	readers = interactions.readers(doc, {doc.responsible_staff})
	if alerts.are_muted():
		return set()
	alerts.post(
		[(readers, lambda: _("{0} is due again: its pause has ended").format(alerts.named(doc)))],
		doc.doctype,
		doc.name,
	)
	return set(readers)


def _newly(doc, before, *events: str) -> bool:
	known = {row.name for row in before.events} if before else set()
	return any(row.event in events and row.name not in known for row in doc.events)


def _newly_assigned(doc, before) -> set[str | None]:
	had = {(row.name, row.assigned_to) for row in before.action_items} if before else set()
	return {
		row.assigned_to
		for row in doc.action_items
		if row.status == "Open" and (row.name, row.assigned_to) not in had
	}


def _tell_assigned(doc, readers: list[str]) -> None:
	by = get_fullname(frappe.session.user)

	def subject() -> str:
		return _("{0} assigned you an action item in {1}").format(by, alerts.named(doc))

	alerts.tell(readers, doc.flags.told_of_items or subject, doc.doctype, doc.name)


def _others(doc, before, users: set[str | None]) -> list[str]:
	"""Those of `users` who can read it and did not make the change."""
	return interactions.readers(doc, _besides_actors(doc, before, users))


def _besides_actors(doc, before, users: set[str | None]) -> set[str | None]:
	known = {row.name for row in before.events} if before else set()
	acted = {row.by_user for row in doc.events if row.name not in known}
	return users - {frappe.session.user} - acted
