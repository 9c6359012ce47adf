"""Nothing is sent to a client who has had the use of their data restricted, nor about them to others, whichever way it goes
(GDPR Art. 18, P-2). The gate asks for messages about records (`checks`); what belongs to no record is checked here.

What concerns the request itself goes out, what the client sets off themselves does too, and so does what a Compliance Officer has
allowed a user.
"""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import acting, clock, roles
from client_comms.client_privacy import links
from client_comms.enforcement import restrictions
from client_comms.exceptions import OutgoingRefusedError
from client_comms.i18n import bold
from client_comms.outgoing import facts
from client_comms.rules import outgoing as rules
from client_comms.rules import restriction
from client_comms.rules.outgoing import Recipient

# What is about a request: of it, its proof of identity, its copy of the data, and its end.
_ABOUT_REQUESTS = ("Data Subject Request", "Processing Restriction", "Identity Verification", "Data Package")
_LINKS_FOR_REQUESTS = (links.PREFERENCES, links.DATA)
# The recipient, None if the message is about the client, and what stops it.
Stopping = tuple[str | None, restriction.Restriction]


def found_in(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[Stopping]:
	"""The restrictions that stop a message."""
	user, now = frappe.session.user, clock.now()
	return [
		(recipient, found)
		for recipient, found in _covering(context, recipients)
		if not found.exempts(user, restriction.MESSAGES, now)
	]


def note_use(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> None:
	"""A message passed the gate and is stored: if an exception allowed it, that is on the ledger, once in a transaction."""
	for found, on in _exempting(context, recipients):
		restrictions.note_use(found, restriction.MESSAGES, *on)


def uses(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[dict]:
	"""The same for one that leaves at once: the entries of the ledger."""
	return [
		restrictions.use_of(found, restriction.MESSAGES, *on) for found, on in _exempting(context, recipients)
	]


def _exempting(
	context: facts.OutgoingContext, recipients: Iterable[Recipient]
) -> list[tuple[restriction.Restriction, tuple]]:
	"""The restrictions from which an exception lets the user send a message, and the document that it is about."""
	on = (context.doctype, context.name) if context.name else (context.party_type, context.party)
	user, now = frappe.session.user, clock.now()
	covering = {found.name: found for _recipient, found in _covering(context, recipients)}
	return [(each, on) for each in covering.values() if each.exempts(user, restriction.MESSAGES, now)]


def _covering(context: facts.OutgoingContext, recipients: Iterable[Recipient]) -> list[Stopping]:
	outside = [each.address for each in recipients if each.kind != rules.STAFF]
	if not (outside and restrictions.active()) or goes_out(context.doctype, context.name):
		return []
	if about := _about(context):
		return [(None, about)]
	return list(restrictions.of_addresses(outside).items())


def _about(context: facts.OutgoingContext) -> restriction.Restriction | None:
	return restrictions.of(
		(context.doctype, context.name),
		(facts.INTERACTION, context.interaction),
		(context.party_type, context.party),
		("Contact", context.contact),
	)


def goes_out(doctype: str | None, name: str | None) -> bool:
	"""Whether a message concerns a client's request, or a client has set it off."""
	if doctype == links.LINK:
		return frappe.db.get_value(doctype, name, "kind") in _LINKS_FOR_REQUESTS or _by_a_client()
	return doctype in _ABOUT_REQUESTS or _by_a_client()


def _by_a_client() -> bool:
	user = frappe.session.user
	if user == "Administrator":
		return False
	return roles.is_outside(user)


# --- emails and text messages that belong to no record -------------------------------------------


def before_queueing(queued) -> None:
	"""An email without a record, such as a newsletter, a report or a link: who sends it is told; where there is no one to tell,
	these recipients are left out, and the email is marked if none remains.

	:raises OutgoingRefusedError: a user sends it
	"""
	if not restrictions.active() or goes_out(queued.reference_doctype, queued.reference_name):
		return
	stopped = _stopped([row.recipient for row in queued.recipients])
	if stopped and not acting.is_unattended():
		_refuse(stopped, queued.reference_doctype, queued.reference_name)
	if stopped:
		queued.recipients = [row for row in queued.recipients if row.recipient not in stopped]
		if not queued.recipients:
			queued.status, queued.error = "Error", why(next(iter(stopped.values())))
	for found in _exempted([row.recipient for row in queued.recipients]):
		restrictions.note_use(found, restriction.MESSAGES, *_on(found, queued))


def require(numbers: Iterable[str]) -> list[dict]:
	"""The same for a text message that belongs to no record; nothing of it is sent.

	:returns: entries of the ledger about exceptions that allow it
	:raises OutgoingRefusedError: a number is that of a client whose data is restricted, confirmed or not
	"""
	if not restrictions.active() or _by_a_client():
		return []
	if stopped := _stopped(numbers):
		_refuse(stopped)
	return [restrictions.use_of(each, restriction.MESSAGES, *_on(each)) for each in _exempted(numbers)]


def _on(found: restriction.Restriction, queued=None) -> tuple[str, str]:
	"""What a message is about that belongs to no record."""
	about = queued and (queued.reference_doctype, queued.reference_name)
	return about if about and all(about) else (restrictions.RESTRICTION, found.name)


def began_meanwhile(queued, context: facts.OutgoingContext | None, waiting: Iterable[str]) -> str | None:
	"""Why a waiting email may not go out any more: a restriction began after it was queued, when the gate let it pass."""
	if not restrictions.active() or goes_out(queued.reference_doctype, queued.reference_name):
		return None
	found = [*restrictions.of_addresses(waiting).values()]
	if context:
		found.append(_about(context))
	queued_on = get_datetime(queued.creation)
	return next((why(each) for each in found if each and each.since > queued_on), None)


def why(found: restriction.Restriction) -> str:
	"""For what is stored with an email."""
	return _("The use of the client's data is restricted ({0}), so it was not sent.").format(found.name)


def _refuse(
	stopped: dict[str, restriction.Restriction], doctype: str | None = None, name: str | None = None
) -> None:
	found = next(iter(stopped.values()))
	frappe.throw(
		", ".join(bold(each) for each in stopped)
		+ "<br>"
		+ restrictions.sentence(found)
		+ "<br>"
		+ restrictions.who_can_help(),
		exc=OutgoingRefusedError,
		title=_("Not Sent"),
		primary_action=restrictions.next_step(found, doctype, name),
	)


def _stopped(recipients: Iterable[str]) -> dict[str, restriction.Restriction]:
	user, now = frappe.session.user, clock.now()
	return {
		recipient: found
		for recipient, found in restrictions.of_addresses([*recipients]).items()
		if not found.exempts(user, restriction.MESSAGES, now)
	}


def _exempted(recipients: Iterable[str]) -> list[restriction.Restriction]:
	"""The restrictions of addresses of which none is stopped."""
	return [*{found.name: found for found in restrictions.of_addresses([*recipients]).values()}.values()]
