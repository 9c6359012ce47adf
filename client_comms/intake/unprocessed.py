"""Emails that a mailbox received and Frappe could not store: kept whole, listed, and taken in (D-1).

Frappe marks or deletes an email in the mailbox before it stores it, so an email that fails is nowhere else. What is known of its
confidentiality is nothing, so it is read only by users with access to everything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import frappe
from frappe import _
from frappe.utils import add_days, cstr, escape_html, get_datetime, validate_email_address

from client_comms import acting, alerts, clock, transactions
from client_comms.client_interactions.doctype.unprocessed_email.unprocessed_email import open_the_mailbox
from client_comms.clients import parties
from client_comms.flags import flagged
from client_comms.intake import copies, failures, mail_writers, spool
from client_comms.rules import addresses, long_values, mail_headers, raw_mail, storable_text

UNPROCESSED, UNHANDLED = "Unprocessed Email", "Unhandled Email"
IS_KEPT = "client_comms_is_kept"
WAITING, TAKEN_IN = "Waiting", "Taken In"
AT_ONCE = 50
MOST_ATTEMPTS = 3
_FETCHED = "client_comms_fetched_at"


@dataclass(frozen=True, slots=True)
class Unread:
	"""An email that could not be stored; `raw` is as it arrived, or (`incomplete`) only what the server told of it."""

	raw: bytes
	uid: str
	error: BaseException
	incomplete: bool = False


# --- keeping --------------------------------------------------------------------------------------------


def keep_all(account, unread: list[Unread]) -> None:
	"""Keep what a fetch could not store; each is committed, because the mailbox does not have it any more."""
	for each in unread:
		# As the last line of a traceback: its message alone may be in the language of the site.
		reason = f"{_name_of(each.error)}: {failures.reason_of(each.error)}"
		if _try_to_keep(account.name, each.raw, each.uid, reason, incomplete=each.incomplete):
			spool.settle(account.name, each.raw)


def _name_of(error: BaseException) -> str:
	"""The name of an error; of one that an app throws for users, the name of the error of Frappe that it is a kind of."""
	kinds = type(error).__mro__
	if isinstance(error, frappe.ValidationError):
		kinds = [kind for kind in kinds if kind.__module__ == frappe.ValidationError.__module__]
	return f"{kinds[0].__module__}.{kinds[0].__qualname__}"


def _try_to_keep(account: str, raw: bytes, uid: str | None, reason: str, **how: bool) -> bool:
	"""`keep`, committed. An error is logged and does not stop the others; then nothing is read of the email, only kept."""
	for is_described in (True, False):
		try:
			keep(account, raw, uid, reason, is_described=is_described, **how)
			break
		except Exception:
			frappe.db.rollback()
			log = frappe.log_error(
				title="An email could neither be stored nor kept", message=frappe.get_traceback()
			)
	else:
		_tell_of_loss(log)
	# nosemgrep: frappe-manual-commit (Frappe's fetch commits each message, too)
	frappe.db.commit()
	return bool(frappe.db.exists(UNPROCESSED, {"fingerprint": spool.fingerprint(account, raw)}))


def _tell_of_loss(log) -> None:
	"""Once a day: an email waits on disk and is tried again, but is listed nowhere."""
	with transactions.part("That an email could not be kept could not be told"):
		if frappe.db.exists(
			"Notification Log", {"document_type": log.doctype, "creation": (">=", clock.now().date())}
		):
			return
		alerts.tell(
			alerts.managers(),
			lambda: _(
				"A received email could be neither stored nor kept. It waits on the disk of the server and is tried again every five minutes; ask an administrator for the Error Log {0}, which says why."
			).format(log.name),
			log.doctype,
			log.name,
		)


def keep(
	account: str,
	raw: bytes,
	uid: str | None,
	reason: str,
	*,
	incomplete=False,
	tell=True,
	is_described=True,
) -> None:
	"""Keep an email once; the manager role is notified of the first one each day.

	:param incomplete: only its headers are known
	:param tell: whether staff need to know now: not if it is about to be stored, and only if that fails
	:param is_described: whether its sender, subject and time are read
	"""
	fingerprint = spool.fingerprint(account, raw)
	if frappe.db.exists(UNPROCESSED, {"fingerprint": fingerprint}):
		return
	doc = frappe.get_doc(
		{
			"doctype": UNPROCESSED,
			"email_account": account,
			"uid": storable_text.repaired(cstr(uid)),
			**(_description_of(raw) if is_described else {"received_at": clock.now()}),
			"reason": storable_text.repaired(reason),
			"incomplete": int(incomplete),
			"status": WAITING,
			"fingerprint": fingerprint,
		}
	)
	doc.flags.ignore_links = True
	doc.insert(ignore_permissions=True)
	_attach(doc.doctype, doc.name, raw)
	if tell:
		with transactions.part("That an email was kept could not be told", doc.doctype, doc.name):
			_tell(doc.name)


def _description_of(raw: bytes) -> dict:
	headers = raw_mail.headers_of(raw)
	return {
		"sender": addresses.first(headers.get("from", ""))[: long_values.FIELD],
		"subject": mail_headers.readable_subject(raw_mail.decoded(headers.get("subject", "")))[
			: long_values.FIELD
		],
		"received_at": clock.to_stored(_received_at(headers)),
	}


def _tell(name: str) -> None:
	"""Once a day, however many there are."""
	today = {"document_type": UNPROCESSED, "creation": (">=", clock.now().date())}
	if not frappe.db.exists("Notification Log", today):
		alerts.tell(
			alerts.managers(),
			lambda: _("A received email could not be stored as a message: see {0}").format(
				_("Unlogged Interactions")
			),
			UNPROCESSED,
			name,
		)


def collect() -> None:
	"""Keep what Frappe itself put aside (Unhandled Email), also before this app was there; each once.

	Those not tried for longest come first, so that one that cannot be kept does not block others.
	"""
	rows = frappe.get_all(
		UNHANDLED,
		{
			IS_KEPT: 0,
			"email_account": ("is", "set"),
			"creation": (">=", add_days(clock.now(), -30)),
		},
		["name", "email_account", "uid", "raw", "reason"],
		order_by="modified asc, name asc",
		limit=AT_ONCE,
	)
	for row in rows:
		reason = next(iter(reversed((row.reason or "").strip().splitlines())), "")
		# Frappe replaces what is not ASCII, so the text may differ from that of the one that is kept.
		known = row.uid and frappe.db.exists(
			UNPROCESSED, {"email_account": row.email_account, "uid": row.uid}
		)
		done = known or _try_to_keep(row.email_account, (row.raw or "").encode(), row.uid, reason)
		field, value = (IS_KEPT, 1) if done else ("modified", clock.now())
		frappe.db.set_value(UNHANDLED, row.name, field, value, update_modified=False)
		# nosemgrep: frappe-manual-commit (a job)
		frappe.db.commit()


def collect_left_behind() -> None:
	"""Keep what had been fetched when a process was killed; the next attempt stores it."""
	for account, uid, raw in spool.left_behind():
		if _try_to_keep(account, raw, uid, _("The process that fetched it was stopped."), tell=False):
			spool.settle(account, raw)


def _received_at(headers: dict[str, str]) -> datetime:
	written = mail_headers.moment(headers.get("date"))
	return mail_headers.received_at(headers, written, clock.to_aware(clock.now()))


def _attach(doctype: str, name: str, raw: bytes) -> None:
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "message.eml",
			"attached_to_doctype": doctype,
			"attached_to_name": name,
			"is_private": 1,
			"content": raw,
		}
	)
	file.flags.client_comms_evidence = True  # it is here already: no limit of size
	file.insert(ignore_permissions=True)


def raw_of(name: str) -> bytes:
	file = frappe.db.get_value("File", {"attached_to_doctype": UNPROCESSED, "attached_to_name": name})
	if not file:
		return b""
	with acting.as_the_app():
		content = frappe.get_doc("File", file).get_content()
	return content.encode() if isinstance(content, str) else content


# --- taking in --------------------------------------------------------------------------------------------


def take_in(doc, process: Callable[[bytes, object], object]):
	"""Store an email as a message: as Frappe does, otherwise what can be read of it, with the email attached.

	:param doc: the Unprocessed Email, locked
	:param process: stores an email in its Email Account as Frappe does; may raise anything
	:returns: the Communication
	"""
	raw = _stamped(raw_of(doc.name), doc.received_at)
	stored = None if doc.incomplete else _stored(raw, doc, process)
	communication = stored or _salvaged(raw, doc)
	# Whether a machine wrote it is asked again when it is logged.
	communication.flags.client_comms_headers = raw_mail.all_headers_of(raw)
	_settle(doc, communication, raw)
	return communication


def count_attempt(name: str) -> None:
	"""Before an attempt, and committed: an email that ends the process, or the connection to the database, is not tried forever."""
	table = frappe.qb.DocType(UNPROCESSED)
	frappe.qb.update(table).set(table.attempts, table.attempts + 1).where(
		(table.name == name) & (table.status == WAITING)
	).run()
	# nosemgrep: frappe-manual-commit (a job)
	frappe.db.commit()


def fetched_at() -> datetime:
	"""When the email that is being stored was fetched: in time, if it was in time when it was kept."""
	return frappe.flags.get(_FETCHED) or clock.now()


def try_again(doc, process: Callable[[bytes, object], object]) -> None:
	"""Store an email as Frappe does, if that works now: it may have been stopped by another one."""
	raw = _stamped(raw_of(doc.name), doc.received_at)
	with flagged(_FETCHED, get_datetime(doc.creation)):
		communication = _stored(raw, doc, process)
	if communication:
		_settle(doc, communication, raw)
	elif doc.attempts >= MOST_ATTEMPTS:
		_tell(doc.name)


def _settle(doc, communication, raw: bytes) -> None:
	_attach(communication.doctype, communication.name, raw)
	doc.db_set({"status": TAKEN_IN, "communication": communication.name})


def _stored(raw: bytes, doc, process):
	told = len(frappe.local.message_log)
	with transactions.part():
		account = frappe.get_doc("Email Account", doc.email_account)
		with acting.as_the_app():
			return process(raw, account)
	del frappe.local.message_log[told:]  # it is taken in nevertheless
	return None


def _salvaged(raw: bytes, doc):
	headers = raw_mail.headers_of(raw)
	text = open_the_mailbox(doc.email_account) if doc.incomplete else raw_mail.text_of(raw)
	name, sender = _writer(headers, doc.email_account)
	own_id = copies.own_id(doc.email_account, raw, message_id := _message_id(headers))
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": mail_headers.readable_subject(doc.subject) or _("No Subject"),
			"sender": sender,
			"sender_full_name": (name or cstr(doc.sender))[: long_values.FIELD],
			"recipients": ", ".join(filter(_is_address, addresses.in_header(headers.get("to", ""))[:100])),
			"text_content": text,
			"content": escape_html(text).replace("\n", "<br>"),
			"email_account": frappe.db.exists("Email Account", doc.email_account),
			"uid": doc.uid,
			"communication_date": doc.received_at,
			"message_id": message_id or own_id,
		}
	)
	communication.flags.client_comms_headers = raw_mail.all_headers_of(raw)
	communication.flags.client_comms_own_id = own_id
	communication.flags.client_comms_content = text
	with acting.as_the_app():
		communication.insert(ignore_permissions=True)
	return communication


def _message_id(headers: mail_headers.Headers) -> str:
	return next(iter(mail_headers.message_ids(headers.get("Message-ID", ""))), "")[: long_values.MESSAGE_ID]


def _writer(headers: mail_headers.Headers, account: str) -> tuple[str, str | None]:
	"""Name and address of who wrote the email; no address if that cannot be who it names: the mailbox that wrote to no one but us."""
	name, address = mail_writers.writer_in(headers)
	if not name:
		named = raw_mail.decoded(headers.get("From", "")).partition("<")[0]
		name = named.removesuffix(address).strip("\"' ")
	mailbox = (frappe.db.get_value("Email Account", account, "email_id") or "").lower()
	recipients = addresses.in_header(headers.get("To", ""), headers.get("Cc", ""))
	is_mailbox = address == mailbox and all(map(parties.is_own, recipients))
	return name, address if _is_address(address) and not is_mailbox else None


def _is_address(address: str) -> bool:
	"""Whether Frappe takes it for an address, and can make a contact of it."""
	return len(address) <= long_values.FIELD and bool(validate_email_address(address))


def _stamped(raw: bytes, received_at: datetime) -> bytes:
	"""With the time at which it was fetched, if no server stamped it: clocks run from then."""
	if "received" in raw_mail.headers_of(raw):
		return raw
	return copies.STAMP + f"{format_datetime(clock.to_aware(received_at))}\r\n".encode() + raw


def to_try() -> list[str]:
	"""Emails that a job can still store: not those of which only the headers are known."""
	return frappe.get_all(
		UNPROCESSED,
		{"status": WAITING, "incomplete": 0, "attempts": ("<", MOST_ATTEMPTS)},
		pluck="name",
		order_by="attempts asc, creation asc",
		limit=AT_ONCE,
	)


# --- finding ----------------------------------------------------------------------------------------------


def waiting(start=None, end=None, limit: int = 1, name: str | None = None) -> list:
	"""Emails of a period (or one) that wait and are not set aside, newest first."""
	table, exempted = frappe.qb.DocType(UNPROCESSED), frappe.qb.DocType("Logging Exemption")
	query = (
		frappe.qb.from_(table)
		.left_join(exempted)
		.on((exempted.reference_doctype == UNPROCESSED) & (exempted.reference_name == table.name))
		.select(table.name, table.received_at, table.sender, table.subject, table.reason)
		.select(table.email_account, table.incomplete)
		.where(exempted.name.isnull() & (table.status == WAITING))
	)
	if name:
		query = query.where(table.name == name)
	else:
		query = query.where(table.received_at >= start)
		query = query.where(table.received_at <= end) if end else query
	return query.orderby(table.received_at, order=frappe.qb.desc).limit(limit).run(as_dict=True)


def unread_of(message, error: BaseException) -> Unread:
	"""What a message of Frappe's mail classes is, for `keep_all`."""
	raw = message.raw_message
	return Unread(
		raw if isinstance(raw, bytes) else cstr(raw).encode(errors="replace"), cstr(message.uid), error
	)
