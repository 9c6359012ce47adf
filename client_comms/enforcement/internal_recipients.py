"""Staff who cannot read a record are removed from the recipients of messages about it, and the sender is told (D-5, P-2).

Frappe does not check the recipients of mentions, emails, notifications and follows. The other recipients are
not affected. The same holds for documents without a level that have a rule of their own: those about clients and for officers
(consents, requests, holds), and received mail that could not be processed.
"""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import get_fullname, split_emails

from client_comms import clock
from client_comms.clients import contacts, parties, phone_numbers
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import dependents, governed, guards
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS, WITHOUT_LEVEL
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import refuse, translate
from client_comms.rules import access
from client_comms.rules.messages import Message
from client_comms.rules.messages import _ as N_

_LOGGED = "client_comms_left_out"
_TOLD = "client_comms_told"
_CANNOT_READ = N_(
	"{user} cannot read {document}. Write to colleagues who can, or ask your administrator for the access of {user}."
)
# The app emails clients about these, at an address on file; never about holds and erasures.
_FOR_CLIENTS = (*OF_CLIENTS, "Data Subject Request", "Processing Restriction", governed.DATA_PACKAGE)


def without_clearance(doctype: str, name: str, users: Iterable[str]) -> dict[str, access.Decision]:
	"""User -> the decision that denies access, for those of `users` who cannot read the record."""
	if not (name and has_rule(doctype)):
		return {}
	decide = governed.decide if doctype in governed.doctypes() else _decide_without_level
	decisions = {user: decide(doctype, name, access.READ, user) for user in sorted(set(users))}
	return {user: each for user, each in decisions.items() if each is not None and not each.allowed}


def has_rule(doctype: str) -> bool:
	"""Whether messages about documents of a DocType reach only colleagues who can read the document."""
	return doctype in governed.doctypes() or doctype in (*OF_CLIENTS, *OF_OFFICERS, *WITHOUT_LEVEL)


def _decide_without_level(doctype: str, name: str, action: str, user: str) -> access.Decision | None:
	if doctype in WITHOUT_LEVEL:
		is_closed = guards.objects(doctype, name, action, user)
	else:  # Deleted ones as well: they would say whose they were.
		is_closed = not frappe.db.exists(doctype, name) or not frappe.has_permission(
			doctype, action, name, user=user
		)
	if not is_closed:
		return None
	values = {"user": get_fullname(user), "document": name}
	return access.Decision(False, access.NO_CLEARANCE, (Message(_CANNOT_READ, values),))


def reasons(left_out: dict[str, access.Decision]) -> list[Message]:
	"""Which clearances are missing and what to do about it, each sentence once."""
	every = [reason for decision in left_out.values() for reason in decision.reasons]
	return list({translate(reason): reason for reason in every}.values())


def tell_left_out(left_out: dict[str, access.Decision], title: str) -> None:
	"""Tell the sender, once per request."""
	if left_out:
		message = "<br>".join(map(translate, reasons(left_out)))
		if message and message not in frappe.flags.setdefault(_TOLD, set()):
			frappe.flags[_TOLD].add(message)
			frappe.msgprint(message, title=title, indicator="orange")


def leave_out_of_message(doc, method=None) -> None:
	"""Before a desk message is stored, remove colleagues without clearance from its recipients.

	:raises ClearanceMissingError: no recipient remains
	"""
	if doc.sent_or_received != "Sent" or doc.communication_medium != "Email" or not doc.reference_name:
		return
	if not has_rule(doc.reference_doctype):
		return
	given = {field: split_emails(doc.get(field) or "") for field in ("recipients", "cc", "bcc")}
	addresses = [address for addresses in given.values() for address in addresses]
	users = _colleagues(doc.reference_doctype, doc.reference_name, addresses)
	left_out = without_clearance(doc.reference_doctype, doc.reference_name, users.values())
	if not left_out:
		return
	kept = {
		field: [each for each in addresses if users.get(address_of(each)) not in left_out]
		for field, addresses in given.items()
	}
	if not any(kept.values()):
		refuse(*reasons(left_out), title=_("Not Sent"), exc=ClearanceMissingError)
	doc.update({field: ", ".join(addresses) for field, addresses in kept.items()})
	tell_left_out(left_out, _("Not Sent to Everyone"))


def leave_out_of_queue(doc, method=None) -> None:
	"""Before any email is queued, do the same for Notifications, forwarded answers and all other senders.

	No user would see a message, so it is written to the Error Log, once a day per record.
	"""
	left_out, has_users = _left_out_of_queue(doc)
	doc.recipients = [row for row in doc.recipients if row.recipient not in left_out]
	if has_users and not doc.recipients:
		doc.status = "Error"
		doc.error = _("None of the recipients has clearance for this document.")


def leave_out_of_sending(queued) -> None:
	"""The same when it is sent: while it waited, the level may have been raised, or a role removed. Who has lost access is left out of `queued`,
	and stays in the database with the reason."""
	left_out, _has_users = _left_out_of_queue(queued)
	for row in queued.recipients:
		if row.recipient in left_out:
			frappe.db.set_value(row.doctype, row.name, "error", _("No clearance any more when it was sent."))
	queued.recipients = [row for row in queued.recipients if row.recipient not in left_out]


def _left_out_of_queue(queued) -> tuple[set[str], bool]:
	"""The recipients without clearance, and whether there are colleagues at all among the recipients."""
	has_users, found = False, set()
	for owner_type, owner_name in (
		(governed.COMMUNICATION, queued.communication),
		dependents.owner_of(queued.reference_doctype, queued.reference_name),
	):
		if not owner_name or not has_rule(owner_type):
			continue
		waiting = [row.recipient for row in queued.recipients if row.status != "Sent"]
		users = _colleagues(owner_type, owner_name, waiting)
		has_users |= bool(users)
		if left_out := without_clearance(owner_type, owner_name, users.values()):
			found |= {each for each in waiting if users.get(address_of(each)) in left_out}
			_log(owner_type, owner_name, left_out)
	return found, has_users


def _colleagues(doctype: str, name: str, addresses: Iterable[str]) -> dict[str, str]:
	"""`users_of` the recipients of a message about a document. What goes to an address that is on file for the client of a consent or a request is
	for the client, who can work here as well; a message about a record at a level takes an address of ours for that of a colleague, as
	the outgoing checks do."""
	users = users_of(addresses)
	client = _client_of(doctype, name) if users else None
	own = contacts.on_file(client.party_type, client.party, client.contact) if client else {}
	return {address: user for address, user in users.items() if address not in own}


def _client_of(doctype: str, name: str):
	"""Of a document of which the app tells clients: `party_type`, `party` and `contact`; None of another, and once the client is erased."""
	if doctype not in _FOR_CLIENTS:
		return None
	client = frappe.db.get_value(doctype, name, ("party_type", "party", "contact"), as_dict=True)
	return client if client and client.party else None


def with_clearance(doctype: str, name: str, numbers: Iterable[str]) -> list[str]:
	"""The same for the numbers of a text message, without a user who sends it: without those of staff who cannot read what it is about."""
	kept, left_out = by_clearance(doctype, name, numbers)
	if left_out:
		_log(*dependents.owner_of(doctype, name), left_out)
	return kept


def leave_out_of_text(doctype: str, name: str, numbers: Iterable[str]) -> list[str]:
	"""The same for a text message that a user sends, who is told.

	:raises ClearanceMissingError: no number remains
	"""
	kept, left_out = by_clearance(doctype, name, numbers)
	if left_out and not kept:
		refuse(*reasons(left_out), title=_("Not Sent"), exc=ClearanceMissingError)
	tell_left_out(left_out, _("Not Sent to Everyone"))
	return kept


def by_clearance(
	doctype: str, name: str, numbers: Iterable[str]
) -> tuple[list[str], dict[str, access.Decision]]:
	"""The numbers without those of staff who cannot read what a text message is about, a record or what belongs to one; and, for
	each of these users, the decision."""
	numbers = list(numbers)
	owner_type, owner_name = dependents.owner_of(doctype, name)
	if not owner_name or not has_rule(owner_type):
		return numbers, {}
	wanted = {phone_numbers.normalised(number) for number in numbers} - {None}
	staff = frappe.get_all(
		"User", {"mobile_no": ("is", "set"), "user_type": "System User"}, ["name", "mobile_no"]
	)
	of = {row.name: phone_numbers.normalised(row.mobile_no) for row in staff}
	wanted -= _numbers_of_client(owner_type, owner_name, wanted)
	left_out = without_clearance(owner_type, owner_name, [user for user in of if of[user] in wanted])
	hidden = {of[user] for user in left_out}
	return [number for number in numbers if phone_numbers.normalised(number) not in hidden], left_out


def _numbers_of_client(doctype: str, name: str, numbers: set[str]) -> set[str]:
	"""Those that the client of a consent or a request has on file, whichever user has entered them as well."""
	client = _client_of(doctype, name)
	if not client:
		return set()
	people = {client.contact} if client.contact else {*contacts.contacts_of(client.party_type, client.party)}
	confirmed = phone_numbers.contacts_of(numbers, parties.CONFIRMED)
	of_itself = (client.party_type, client.party)
	own = {number for number, holders in phone_numbers.owners_of(numbers).items() if of_itself in holders}
	return own | {number for number, holders in confirmed.items() if people.intersection(holders)}


def users_of(addresses: Iterable[str]) -> dict[str, str]:
	"""Address -> desk user, for the addresses that belong to staff; one query."""
	return parties.users_of(map(address_of, addresses))


def user_of(address: str) -> str | None:
	"""The desk user to whom an address belongs."""
	return users_of([address]).get(address_of(address))


def address_of(recipient: str) -> str:
	return bare_address(recipient) or recipient.lower()


def _log(doctype: str, name: str, left_out: dict[str, access.Decision]) -> None:
	if clock.is_first_in_a_day(f"{_LOGGED}|{doctype}|{name}|{','.join(left_out)}"):
		frappe.log_error(
			title="Recipients without clearance were left out of a message",
			message=", ".join(left_out),
			reference_doctype=doctype,
			reference_name=name,
		)
