"""Checks emails at the gate when they are queued and again when they are sent, because consent may end in
between (P-1 to P-3)."""

from collections.abc import Collection
from contextlib import nullcontext

import frappe
from frappe import _
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from client_comms import acting, alerts, compat, roles, transactions
from client_comms.client_privacy import disclosures
from client_comms.clients import preferences
from client_comms.communication_governance import wording
from client_comms.enforcement import governed, guards
from client_comms.exceptions import OutgoingRefusedError
from client_comms.i18n import words_of
from client_comms.intake import acknowledgement_delivery
from client_comms.outgoing import (
	advertising,
	carried_files,
	facts,
	gate,
	presentation,
	recipient_kinds,
	register,
	restricted,
)
from client_comms.rules import html_text
from client_comms.rules import outgoing as rules

AUTOMATED = "Automated Message"  # Frappe's type for messages sent by a Notification
_NOT_FOLLOWED = "What became of an email could not be entered on the register"


def keep_acknowledgement(doc, method=None) -> None:
	"""`before_validate` of Communication: only the app can mark a message as an acknowledgement, which reveals nothing
	about the record and is not checked (C-3)."""
	stored = governed.as_stored(doc, "is_acknowledgement")
	marked = stored.is_acknowledgement if stored else doc.flags.client_comms_acknowledgement
	doc.is_acknowledgement = int(bool(marked))


def keep_written(doc, method=None) -> None:
	"""`before_validate` of Communication: a message that a request marks as automatic was written by a user,
	and is checked as such (C-5, D-3)."""
	declared = (frappe.local.form_dict or {}).get("communication_type")
	if doc.is_new() and doc.communication_type == declared == AUTOMATED:
		doc.communication_type = "Communication"


def context_of_email(queued) -> facts.OutgoingContext | None:
	"""The context of a row of the Email Queue; None if it is not a message about a client.

	Messages of the app to staff, and of Frappe about accounts and passwords, do not belong to a client's record.
	"""
	if not (queued.communication or (queued.reference_doctype and queued.reference_name)):
		return None
	context = facts.context_of(
		queued.reference_doctype, queued.reference_name, communication=queued.communication or None
	)
	context = carried_files.with_carried(context, queued)
	if not context.governed and not queued.communication and guards.is_own(queued.reference_doctype):
		return None  # a link or a code that the client needs, or a reminder to staff
	recipients = [row.recipient for row in queued.recipients]
	context = facts.addressed_to(context, recipients, queued.owner or frappe.session.user)
	return context if context.governed or context.party or context.carried else None


def before_queueing(doc, method=None) -> None:
	"""`before_insert` of Email Queue: the gate, which leaves clients out of advertising to which they have not consented.

	:raises OutgoingRefusedError: nothing is queued
	"""
	if advertising.before_queueing(doc):
		return
	context = context_of_email(doc)
	# What a program sends under a document without a level, such as ERPNext's statements of account: it has no field for a reason.
	by_program = bool(context and not context.governed and not doc.communication)
	if context is None or by_program:
		restricted.before_queueing(doc)
		if context is None or not doc.recipients:
			return
	recipients = recipient_kinds.sort_recipients(context, [row.recipient for row in doc.recipients])
	someone_waits = not acting.is_unattended()
	try:
		with acting.unattended() if by_program else nullcontext():
			doc.flags.client_comms_passed = (context, recipients, *gate.require(context, recipients))
	except OutgoingRefusedError as refusal:
		# Its sender, such as an Email Campaign, may have filed it before, and continue without it.
		if doc.communication:
			acknowledgement_delivery.take_back(doc)
			frappe.db.set_value(
				"Communication", doc.communication, "delivery_status", "Rejected", update_modified=False
			)
		if not (doc.flags.client_comms_reminder or (by_program and not someone_waits)):
			raise
		# Frappe would remind of no other message, and a program may send no other one.
		doc.recipients, doc.status, doc.error = [], "Error", words_of(refusal)


def after_queueing(doc, method=None) -> None:
	"""`after_insert` of Email Queue: add the message to the register."""
	if passed := doc.flags.client_comms_passed:
		register.register(*passed, email_queue=doc.name)
		context = passed[0]
		if context.content and any(finding.check == rules.WORDING for finding in passed[2].warned):
			language = preferences.language_known(context.party_type, context.party, context.contact)
			found = wording.check(wording.plain(context.content), language)
			wording.keep(found, context.communication)


def refusal_at_sending(queued, waiting: Collection[str] | None = None) -> str | None:
	"""Why a waiting message can no longer be sent; None if it can.

	:param waiting: the recipients that matter; by default all to whom it has still to be sent
	"""
	if waiting is None:
		waiting = [row.recipient for row in queued.recipients if row.status != "Sent"]
	if _is_about_nothing(queued):
		return _("What this email is about has been deleted.")
	if ended := advertising.ended_meanwhile(queued, waiting):
		return ended
	context = context_of_email(queued)
	if stopped := restricted.began_meanwhile(queued, context, waiting):
		return stopped
	if context is None:
		return None
	recipients = recipient_kinds.sort_recipients(context, waiting)
	verdict = gate.judge(context, recipients)
	# Its wording was already checked when it was queued, and a reason given for what was known then.
	refused = [
		finding
		for finding in verdict.refused
		if finding.check in (rules.CONSENT, rules.IDENTITY, rules.CHANNEL)
	] + register.came_up_since(queued.name, verdict.warned)
	return html_text.to_text(presentation.as_html(refused)) if refused else None


def _is_about_nothing(queued) -> bool:
	"""Whether what would tell how confidential it is has been deleted while it waited."""
	if queued.communication:
		message = frappe.db.get_value("Communication", queued.communication, governed.BINDING, as_dict=True)
		if not message or any(message.values()):
			return not message
	doctype, name = queued.reference_doctype, queued.reference_name
	return bool(name and doctype in governed.doctypes() and not frappe.db.exists(doctype, name))


def hold(queued) -> bool:
	"""Take a message out of the queue that may not go out any more, or that cannot be judged; whether it was.

	One that raises would be tried for ever, and some of them keep Frappe from sending any other.
	"""
	try:
		why = refusal_at_sending(queued)
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		raise  # the next run finds it
	except Exception as error:
		if transactions.is_end_of_job(error):
			raise  # as above
		log = frappe.log_error(
			title="An email could not be checked before it was sent",
			reference_doctype=queued.doctype,
			reference_name=queued.name,
		)
		why = _("It could not be checked before it was sent; see Error Log {0}.").format(log.name)
	if why is None:
		return False
	disclosures.hold_back(queued.name, why)
	queued.flags.held_because = why
	queued.update_status(status="Error", error=why)
	_tell_sender(queued)
	return True


def follow_status(queued, status: str) -> None:
	"""An email has failed for good, or left after it had failed: its entries on the register say so (P-2)."""
	failed = status == "Error"
	if failed or (queued.error and status in ("Sent", "Partially Sent")):
		with transactions.part(_NOT_FOLLOWED, queued.doctype, queued.name):  # the queue goes on
			disclosures.settle([queued.name], has_failed=failed)


def follow_deletion(queued) -> None:
	"""An email that still waits is deleted: it never leaves."""
	if queued.status in disclosures.WAITING:
		disclosures.settle([queued.name], has_failed=True)


def follow_cleaning(days: int) -> None:
	"""Frappe is about to delete rows of the queue after so many days, those that still wait as well, such as where emails are muted."""
	queue = frappe.qb.DocType("Email Queue")
	age = queue.creation if compat.is_version_16() else queue.modified
	old = (
		frappe.qb.from_(queue)
		.where(queue.status.isin(disclosures.WAITING) & (age < Now() - Interval(days=days)))
		.select(queue.name)
		.orderby(queue.name)
	)
	disclosures.settle(old.run(pluck=True), has_failed=True)


def _tell_sender(queued) -> None:
	"""Who wrote it believes that it went out; where no person did, the manager role is told."""
	about = (queued.reference_doctype, queued.reference_name)
	if queued.communication:
		about = ("Communication", queued.communication)
	if not (all(about) and frappe.db.exists(*about)):
		about = (queued.doctype, queued.name)
	author = frappe.db.get_value(*about, "owner") if about[0] == "Communication" else queued.owner
	wrote = author != "Administrator" and roles.has_desk(author)
	name = frappe.db.get_value(*about, "client_interaction") if about[0] == "Communication" else None
	if wrote and name and frappe.has_permission(governed.INTERACTION, doc=name, user=author):
		about = (governed.INTERACTION, name)  # which says why, and what is owed
	alerts.tell(
		[author] if wrote else alerts.managers(),
		lambda: _("Held back: an email that may no longer be sent, in {0}").format(_named(*about))
		if about[0] == governed.INTERACTION
		else _("Held back: an email that may no longer be sent"),
		*about,
	)


def _named(doctype: str, name: str) -> str:
	return alerts.named(frappe.get_doc(doctype, name))
