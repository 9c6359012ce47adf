"""The way from a mail server to Frappe, watched: nothing is lost on it, and a mailbox that is not fetched is noticed (D-1)."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cint, cstr, escape_html, get_datetime, pretty_date

from client_comms import alerts, clock, transactions
from client_comms.clients.addresses import bare_address, spellings
from client_comms.communication_governance import calendars
from client_comms.i18n import bold
from client_comms.intake import spool, unprocessed
from client_comms.rules import mail_headers

ACCOUNT = "Email Account"
LAST_FETCHED = "last_fetched_on"
STOPPED = "client_comms_stopped_on"  # when Frappe did, after several failures
CONNECTED = "client_comms_first_fetched_on"
CHANGED = "client_comms_changed_on"  # by a user; Frappe counts each attempt to fetch as a change
MISSING = "client_comms_missing_folders"  # a line for each
NOT_FOR_CLIENTS = "client_comms_not_for_clients"
_OF_CLIENTS = ("Issue", "Lead", "Opportunity")  # logged as inquiries, whichever mailbox they come from
_ALWAYS_STORABLE = 100_000  # characters
_BYTES_OF_CHARACTER = 4  # at most, in a statement


def company_of(account: str | None) -> str | None:
	"""The company to which what arrives in a mailbox is an inquiry; None if none is named."""
	return account and frappe.get_cached_value(ACCOUNT, account, "client_comms_company")


def is_not_for_clients(account: str | None) -> bool:
	"""Whether staff, applicants or others write to a mailbox, and clients do not."""
	return bool(account) and bool(frappe.get_cached_value(ACCOUNT, account, NOT_FOR_CLIENTS))


def is_apart(doc) -> bool:
	"""Whether a message came into a mailbox that is not for clients, or was written from its address."""
	if doc.sent_or_received == "Received":
		return is_not_for_clients(doc.email_account)
	address = bare_address(doc.sender)
	written = ("in", spellings([address]))
	return bool(address and frappe.db.exists(ACCOUNT, {"email_id": written, NOT_FOR_CLIENTS: 1}))


def not_for_clients() -> list[str]:
	return frappe.get_all(ACCOUNT, {NOT_FOR_CLIENTS: 1}, pluck="name", order_by=None)


@contextmanager
def one_refusal(doc) -> Iterator[None]:
	"""A mail server that does not answer is refused in one message. Frappe says what is wrong, and shows the error of the network beside it.

	:raises frappe.ValidationError: the server to receive emails from cannot be reached
	"""
	try:
		yield
	except OSError as error:
		if not transactions.is_request():
			raise
		frappe.clear_last_message()
		frappe.throw(
			_(
				"The mail server {0} cannot be reached ({1}). Check {2}, its port, and whether it uses SSL."
			).format(
				bold(doc.email_server),
				escape_html(str(error.strerror or error)),
				bold(_(doc.meta.get_label("email_server"))),
			),
			title=_("Mail Server Not Reached"),
		)


def refuse_documents_of_clients(doc, method=None) -> None:
	"""`validate` of Email Account.

	:raises frappe.ValidationError: it makes what is logged as an inquiry of its emails, and is not for clients
	"""
	if not doc.get(NOT_FOR_CLIENTS):
		return
	for append_to in (doc.append_to, *(row.append_to for row in doc.imap_folder)):
		if append_to in _OF_CLIENTS:
			frappe.throw(
				_(
					"What arrives in a mailbox that is not for clients is not logged, but each new {0} is. Choose something else in Append To, or clear {1}."
				).format(bold(_(append_to)), bold(_("Not for Clients"))),
				title=_("Mailbox Makes Inquiries"),
			)


def watch(server, account, read: Callable) -> None:
	"""Let Frappe's connection to a mail server tell what it could not read, and that it came to its end.

	:param read: makes a message of what was fetched, with the account and the number; may raise anything
	:param account: gets `unread` (a list of `unprocessed.Unread`), `missing_folders` and `is_fetched`
	"""
	get_messages, make_error_msg, logout = server.get_messages, server.make_error_msg, server.logout
	cleanup, incomplete = server._post_retrieve_cleanup, set()
	select_folder = server.select_imap_folder

	def readable_messages(*args, **kwargs):
		return _only_readable(get_messages(*args, **kwargs) or {}, account, read)

	def keep_what_is_known(uid, *args, **kwargs):
		# Frappe is about to note that one message could not be fetched.
		error = sys.exc_info()[1]
		text = make_error_msg(uid, *args, **kwargs)
		headers = text.partition("Traceback")[0].strip()
		incomplete.add(uid)
		account.unread.append(
			unprocessed.Unread(f"{headers}\n\n".encode(errors="replace"), cstr(uid), error, incomplete=True)
		)
		return text

	def keep_first(uid, *args, **kwargs):
		# Frappe is about to mark what it has just fetched as read (IMAP) or to delete it in the mailbox (POP3).
		if uid in incomplete:
			# There is nothing else of it than what is in the mailbox.
			return cleanup(uid, *args, **kwargs) if account.use_imap else None
		# Frappe passes over those that someone has read already, if the account says so.
		is_passed_over = account.email_sync_option == "UNSEEN" and server.seen_status.get(uid) == "SEEN"
		for raw in [] if is_passed_over else server.latest_messages[-1:]:
			spool.put(account.name, as_bytes(raw), frappe.safe_decode(uid) if account.use_imap else None)
		return cleanup(uid, *args, **kwargs)

	def select_existing(folder, *args, **kwargs):
		# Frappe passes over a folder that was renamed on the server.
		found = select_folder(folder, *args, **kwargs)
		if not found:
			account.missing_folders.append(cstr(folder))
		return found

	def end(*args, **kwargs):
		account.is_fetched = True
		return logout(*args, **kwargs)

	server.get_messages, server.make_error_msg, server.logout = readable_messages, keep_what_is_known, end
	server._post_retrieve_cleanup, server.select_imap_folder = keep_first, select_existing


def _only_readable(messages: dict, account, read: Callable) -> dict:
	"""Frappe drops all messages of a fetch if one of them cannot be read, and has none if reading one takes hours."""
	numbers = list(messages.get("uid_list") or [])
	readable, uids = [], []
	for index, raw in enumerate(messages.get("latest_messages", [])):
		uid = numbers[index] if index < len(numbers) else None
		try:
			read(raw, account, frappe.safe_decode(uid))
		except Exception as error:
			account.unread.append(unprocessed.Unread(as_bytes(raw), frappe.safe_decode(uid) or "", error))
			continue
		readable.append(raw)
		uids.append(uid)
	return {**messages, "latest_messages": readable, **({"uid_list": uids} if numbers else {})}


def as_bytes(raw: bytes | str) -> bytes:
	return raw if isinstance(raw, bytes) else cstr(raw).encode(errors="replace")


def is_too_long(characters: int) -> bool:
	"""Whether a text may be longer than the database takes: it closes the connection, and all else that was fetched fails as well."""
	if characters < _ALWAYS_STORABLE:
		return False
	(packet,) = frappe.db.sql("select @@max_allowed_packet", pluck=True)
	return characters * _BYTES_OF_CHARACTER > packet


def note_fetch(account) -> None:
	"""A fetch has come to its end; without one of the folders, the mailbox is not fetched."""
	values = {STOPPED: None, MISSING: "\n".join(account.missing_folders)}
	if not account.missing_folders:
		values[LAST_FETCHED] = clock.now()
	if not frappe.db.get_value(ACCOUNT, account.name, CONNECTED):
		values[CONNECTED] = clock.now()
	frappe.db.set_value(ACCOUNT, account.name, values, update_modified=False)


def note_stop(account) -> None:
	"""Frappe has just stopped fetching a mailbox: unlike one that a user switches off, it is still to be fetched."""
	if not frappe.db.get_value(ACCOUNT, account.name, "enable_incoming"):
		frappe.db.set_value(ACCOUNT, account.name, STOPPED, clock.now(), update_modified=False)


def is_from_before(account: str | None, at: datetime) -> bool:
	"""Whether what reached us at that time, as stored, had lain in a mailbox when it was connected, and not just been in transit:
	of a full one, Frappe fetches a hundred emails at once, so most come with later fetches."""
	if not account:
		return False
	# Plain SQL, because each received email asks.
	row = frappe.db.sql(
		"select client_comms_first_fetched_on from `tabEmail Account` where name = %s", account
	)
	connected = row and row[0][0]
	begun = get_datetime(connected) if connected else unprocessed.fetched_at()
	return at < begun - mail_headers.IN_TRANSIT


def stopped() -> list[tuple[str, datetime]]:
	"""Mailboxes of clients that Frappe no longer fetches because it failed too often: name, and since when, as stored."""
	which = {"enable_incoming": 0, STOPPED: ("is", "set"), NOT_FOR_CLIENTS: 0}
	return [
		(row.name, get_datetime(row[STOPPED]))
		for row in frappe.get_all(ACCOUNT, which, ["name", STOPPED], order_by="name asc")
	]


def silent() -> list[tuple[str, datetime]]:
	"""Mailboxes of clients that were not fetched for longer than the settings allow, in working time: name, and since when, as stored."""
	minutes = cint(frappe.get_cached_doc("Client Comms Settings").mailbox_silent_minutes)
	if not minutes:
		return []
	calendar = calendars.for_company(None)
	found = []
	for row in frappe.get_all(
		ACCOUNT,
		{"enable_incoming": 1, NOT_FOR_CLIENTS: 0},
		["name", LAST_FETCHED, CHANGED, "creation"],
		order_by="name asc",
	):
		# A mailbox that was just set up, or changed, has time until its next fetch.
		since = get_datetime(max(row[LAST_FETCHED] or row.creation, row[CHANGED] or row.creation))
		if calendar.working_seconds(clock.to_aware(since), clock.to_aware(clock.now())) > minutes * 60:
			found.append((row.name, since))
	return found


def tell_silent() -> None:
	"""Every five minutes: tell the manager role, once, of each mailbox that is not fetched, at once if Frappe stopped that."""
	for name, since in stopped():
		_tell_once(
			name,
			since,
			lambda name=name: _(
				"Frappe could not fetch the mailbox {0} several times and has stopped, so no email from it is logged. Its password and server have to be checked, then Enable Incoming set again."
			).format(name),
		)
	for name, since in silent():
		_tell_once(
			name,
			since,
			lambda name=name, since=since: without_folders(name)
			or _(
				"The mailbox {0} was last fetched {1}, so no email from it is logged. Check its password and server."
			).format(name, pretty_date(since)),
		)


def without_folders(name: str) -> str:
	"""The sentence that says which folders of a mailbox the server does not have; empty if none is missing."""
	missing = cstr(frappe.db.get_value(ACCOUNT, name, MISSING)).split("\n")
	if not any(missing):
		return ""
	return _(
		"The mailbox {0} has no folder {1}, so no email from there is logged. Correct the folders in its Email Account."
	).format(name, ", ".join(missing))


def _tell_once(name: str, since: datetime, subject: Callable[[], str]) -> None:
	told = {"document_type": ACCOUNT, "document_name": name, "creation": (">=", since)}
	with transactions.step("A mailbox that is not fetched could not be told of", ACCOUNT, name):
		if not frappe.db.exists("Notification Log", told):
			alerts.tell(alerts.managers(), subject, ACCOUNT, name)
