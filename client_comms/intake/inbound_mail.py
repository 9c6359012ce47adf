"""Emails as they come out of a mailbox, with what their senders claim put right before anything is made of them (D-1, F-1).

The headers say whether a message was sent automatically (RFC 3834), but Frappe does not store them or pass
them to hooks: a Communication is inserted from inside `InboundMail.process`. The message is therefore taken
from the call stack. A patched or overridden mail class would have to be in place before every way into it
(scheduler, console, tests) and would collide with other apps that do the same.
"""

import functools
import random
import sys
import time

import frappe
from frappe import _
from frappe.email.receive import InboundMail, SentEmailInInboxError
from frappe.utils import cstr, validate_email_address

from client_comms import acting, clock, transactions
from client_comms.client_privacy import returned_secrets
from client_comms.clients import parties
from client_comms.enforcement.doctypes.unanswered_mail import RemindingAccount
from client_comms.exceptions import OutgoingRefusedError
from client_comms.intake import acknowledgement, copies, mail_writers, mailboxes, spool, turns, unprocessed
from client_comms.rules import (
	addresses,
	automatic_mail,
	html_text,
	long_values,
	mail_headers,
	mail_identity,
	mail_parts,
	mail_reports,
	raw_mail,
	storable_text,
)
from client_comms.rules.mail_headers import Headers
from client_comms.rules.mail_identity import Identity

COMMUNICATION = "Communication"
SPAM = "Spam"  # Frappe's status of such an email
_WAITS = (0.2, 0.5, 1, 2, 4)  # seconds at most before a message is tried again


# --- the mailbox --------------------------------------------------------------------------------------


class GuardedEmailAccount(RemindingAccount):
	"""Frappe's Email Account: received messages are stored, logged and answered in the app's own name.

	A message may require more clearance than the user who fetches it has; it must not be refused and lost
	because of that. What cannot be stored is kept (`unprocessed`).
	"""

	unread: list
	missing_folders: list
	is_fetched = False

	def receive(self):
		self.unread, self.missing_folders, self.is_fetched = [], [], False
		with acting.as_the_app(), spool.fetching(self.name):
			try:
				super().receive()
			finally:
				unprocessed.keep_all(self, self.unread)
				if self.is_fetched:
					mailboxes.note_fetch(self)

	def get_incoming_server(self, *args, **kwargs):
		server = super().get_incoming_server(*args, **kwargs)
		if server and hasattr(self, "unread"):  # not if only its connection is tried
			mailboxes.watch(server, self, ReceivedMail.quickly)
		return server

	def get_inbound_mails(self):
		mails = [ReceivedMail.of(mail) for mail in super().get_inbound_mails()]
		for mail in mails:
			spool.put(self.name, mailboxes.as_bytes(mail.raw_message), mail.uid if self.use_imap else None)
		return mails

	def validate(self):
		with mailboxes.one_refusal(self):
			super().validate()
		self.set(mailboxes.CHANGED, clock.now())
		if self.enable_incoming:
			self.set(mailboxes.STOPPED, None)

	def _disable_broken_incoming_account(self, *args, **kwargs):
		super()._disable_broken_incoming_account(*args, **kwargs)
		mailboxes.note_stop(self)

	def handle_bad_emails(self, uid, raw, reason):
		"""Frappe puts aside the text of an email that it could not store; `unprocessed` keeps all of it, however long."""
		if not mailboxes.is_too_long(len(raw)):
			super().handle_bad_emails(uid, raw, reason)

	def append_email_to_sent_folder(self, message):
		"""All who read the mailbox read what is kept there of a sent email."""
		return super().append_email_to_sent_folder(returned_secrets.as_kept(message))

	def send_auto_reply(self, communication, email):
		"""Like a confirmation of receipt, it answers no machine, and no one of us; the gate may refuse it, and the message is stored
		anyway (C-3)."""
		address = email.from_email or ""  # of several writers, none is believed
		if not (
			address and acknowledgement.may_answer(mail_writers.headers_of(email), address, email.subject)
		):
			return
		title, about = (
			"The automatic reply of a mailbox was refused",
			(communication.doctype, communication.name),
		)
		with transactions.part(title, *about, only=(OutgoingRefusedError,)):
			with acknowledgement.replying_to(communication):
				super().send_auto_reply(communication, email)


class ReceivedMail(returned_secrets.LeftOut, InboundMail):
	"""A message that Frappe has fetched; `is_slow` if Frappe alone would take long to read it."""

	is_slow = is_shortened = False

	def __init__(self, content, email_account, *args, **kwargs):
		super().__init__(content, email_account, *args, **kwargs)
		self.message_id = storable_text.repaired(cstr(self.message_id)) or copies.own_id_of(self)

	@staticmethod
	def of(mail: InboundMail) -> "ReceivedMail":
		guarded = _in_front_of(type(mail))
		return guarded(mail.raw_message, mail.email_account, mail.uid, mail.seen_status, mail.append_to)

	@classmethod
	def read(
		cls, raw: bytes | str, account, uid: str | None = None, append_to: str | None = None
	) -> "ReceivedMail":
		"""
		:raises frappe.DataTooLongException: there is more of it than can be read, or than the database takes
		"""
		if raw_mail.is_slow_to_divide(mailboxes.as_bytes(raw)):
			raise frappe.DataTooLongException(_("The email has too many parts."))
		mail = cls(raw, account, uid, append_to=append_to)
		mail.require_storable()
		return mail

	@classmethod
	def quickly(cls, raw: bytes | str, account, uid: str | None = None) -> "ReceivedMail":
		"""`read`, as long as Frappe can read it as well within a few seconds; `store` can read any."""
		mail = cls.read(raw, account, uid)
		recipients = sum(str(mail.mail.get(name, "")).count("@") for name in ("To", "Cc", "Bcc"))
		if mail.is_slow or recipients > long_values.MOST_RECIPIENTS:
			raise frappe.DataTooLongException(
				_("The email takes long to read. It is stored in a few minutes.")
			)
		return mail

	def parse(self):
		"""Frappe reads each part with all that is in it, and decodes headers with whichever codec they name."""
		if mail_parts.is_too_deep(self.mail):
			raise frappe.DataTooLongException(_("The email has too many parts."))
		self.is_slow = mail_parts.mend(self.mail)
		super().parse()

	def shorten(self):
		"""Cut what is longer than its field; only for a message to which the email is attached, which has all of it."""
		self.is_shortened = True
		if name := getattr(self, "from_real_name", None):  # Frappe sets none without a sender
			self.from_real_name = name[: long_values.FIELD]
		self.message_id = cstr(self.message_id)[: long_values.MESSAGE_ID]
		for attachment in self.attachments:
			self._rename(attachment, long_values.file_name(attachment["fname"]))

	def _rename(self, attachment, name: str) -> None:
		former, attachment["fname"] = attachment["fname"], name
		if former in self.cid_map:
			self.cid_map[name] = self.cid_map.pop(former)

	def as_dict(self):
		values = super().as_dict()
		for name, value in values.items():
			if isinstance(value, str):
				values[name] = storable_text.repaired(value)
		for name, header in (("recipients", "To"), ("cc", "Cc"), ("bcc", "Bcc")):
			values[name] = raw_mail.unencoded_addresses(self.mail, header) or values[name]
			if self.is_shortened and values[name]:
				values[name] = long_values.recipients(cstr(values[name]))
		return values

	def get_payload(self, part):
		"""Frappe finds out an encoding that is not named from the whole text."""
		if not part.get_content_charset() and raw_mail.is_slow(str(part.get_payload())):
			self.is_slow = True
			return raw_mail.text_of_bytes(part.get_payload(decode=True) or b"")
		return storable_text.repaired(str(super().get_payload(part)))

	def get_attachment(self, part):
		known = len(self.attachments)
		super().get_attachment(part)
		for attachment in self.attachments[known:]:
			self._rename(attachment, storable_text.repaired(attachment["fname"]))

	def set_content_and_type(self):
		html, text = self.html_content, self.text_content
		if raw_mail.is_slow_html(html) if html else raw_mail.is_slow(text):
			self.is_slow = True
			text = html_text.to_text(html) if html else text
			self.content, self.content_type = text.replace("\n", "\n\n"), "text/plain"
		else:
			super().set_content_and_type()

	def process(self):
		"""Messages of several mailboxes that are stored at once can stop each other; the database then takes back one of them."""
		try:
			stored = self._process()
			frappe.db.after_commit.add(self._settle)
			return stored
		except SentEmailInInboxError:
			if self._is_ours():
				self._settle()
			else:
				reason = _("The email names the mailbox itself as its sender, so who wrote it is not known.")
				self._leave(SentEmailInInboxError(reason))
			raise
		except Exception as error:
			self._leave(error)
			raise

	def _is_ours(self) -> bool:
		"""Whether an email from the mailbox itself is one that was sent from here, for which Frappe takes it, or a machine's.

		Forms on websites send like that, and forgers.
		"""
		sent = {"message_id": self.message_id}
		if self.message_id and (
			frappe.db.exists("Email Queue", sent)
			or frappe.db.exists(COMMUNICATION, {**sent, "sent_or_received": "Sent"})
		):
			return True
		own = frappe.get_cached_doc("Client Comms Settings").own_domains()
		headers = of_message_being_received()
		return bool(
			automatic_mail.automatic_kind(headers, self.from_email or "", self.subject or "", own_domains=own)
		)

	def _leave(self, error: Exception) -> None:
		if (unread := getattr(self.email_account, "unread", None)) is not None:
			unread.append(unprocessed.unread_of(self, error))

	def _process(self):
		for wait in _WAITS:
			try:
				if hasattr(self.email_account, "unread"):  # a job that stores it holds a lock of its own
					turns.take(self.message_id)
				return super().process()
			except frappe.QueryDeadlockError:
				frappe.db.rollback()
				time.sleep(wait * random.random())
				self._parent_email_queue = self._parent_communication = self._reference_document = None
		return super().process()

	def require_storable(self):
		"""
		:raises frappe.DataTooLongException: the text is too long for the database
		"""
		if mailboxes.is_too_long(len(self.content or "") + len(self.text_content or "")):
			raise frappe.DataTooLongException(_("The text of the email is too long for the database."))

	def _settle(self):
		spool.settle(self.email_account.name, mailboxes.as_bytes(self.raw_message))

	def set_subject(self):
		super().set_subject()
		if written := raw_mail.unencoded(self.mail, "Subject"):
			self.subject = written[: long_values.FIELD]
		# What Frappe calls one without a subject.
		self.subject = mail_headers.readable_subject(storable_text.repaired(self.subject)) or "No Subject"

	def set_from(self):
		super().set_from()
		if self.from_email:
			self.from_email = storable_text.repaired(self.from_email)
			self.from_real_name = storable_text.repaired(cstr(self.from_real_name))
		if several := mail_writers.several_in(self.mail):
			self.from_email, self.from_real_name = "", ", ".join(several)
			return
		written = raw_mail.unencoded(self.mail, "From")  # of which Frappe reads less
		name, address = mail_writers.sender_in_header({"From": written} if written else self.mail)
		claimed = mail_writers.claimed(self.mail, self.from_email or "")
		wrote = mail_identity.writer(address, claimed, parties.is_own, parties.is_customer)
		header = written or str(self.mail.get("From") or "")
		named = addresses.first(header)
		# Where answers go need not be an address, and Frappe drops the apostrophe of one and of a name.
		is_misread = not validate_email_address(wrote) or ("'" in header and wrote == named.lower())
		if wrote and is_misread and validate_email_address(named):
			wrote, name = named, raw_mail.decoded(header.partition("<")[0]).removesuffix(named).strip("\"' ")
		if written or wrote != (self.from_email or ""):
			self.from_email, self.from_real_name = wrote, name
		elif name and "@" not in name:  # otherwise it is the address
			self.from_real_name = name

	def match_record_by_subject_and_sender(self, doctype):
		"""Without a sender, Frappe would take any document of the same subject that has none either."""
		return super().match_record_by_subject_and_sender(doctype) if self.from_email else None

	@property
	def in_reply_to(self):
		"""A delivery report is about the message it returns, whether it says so or not; Frappe would make an Issue of it."""
		return super().in_reply_to or mail_reports.reported_id(self.mail)

	def is_exist_in_system(self):
		"""Frappe takes every message with the Message-ID of another one for that one, and drops it."""
		named, known = self.message_id, super().is_exist_in_system()
		mine = Identity(
			self.from_email or "", copies.date_of(self.mail), copies.words(self.text_content, self.content)
		)
		is_of_another = known and not mail_identity.is_same(mine, copies.identity_of(known))
		if is_of_another or not known:
			# One that came with the ID of another message is known by one of its own.
			self.message_id = copies.own_id_of(self, named)
			known = super().is_exist_in_system()
			if not (known or is_of_another):
				self.message_id = named
		return None if known and self._is_first_for_clients(known) else known

	def _is_first_for_clients(self, known) -> bool:
		"""Whether the copies that are known came into mailboxes that are not for clients: then it is an inquiry here all the same."""
		return (
			mailboxes.is_not_for_clients(known.email_account)
			and not known.client_interaction
			and not mailboxes.is_not_for_clients(self.email_account.name)
		)


@functools.cache
def _in_front_of(fetched: type[InboundMail]) -> type[ReceivedMail]:
	"""Another app's Email Account may fetch into a class of its own, which goes on doing what it is for."""
	return ReceivedMail if fetched is InboundMail else type(fetched.__name__, (ReceivedMail, fetched), {})


def store(raw: bytes, account):
	"""Store an email as if it had just been fetched from its mailbox; returns the Communication, to which callers attach it."""
	append_to = next((row.append_to for row in account.imap_folder if row.append_to), None)
	mail = ReceivedMail.read(raw, account, append_to=append_to)
	mail.shorten()
	return InboundMail.process(mail)


# --- the message as a Communication -------------------------------------------------------------------


def keep_headers(doc, method=None) -> None:
	"""`before_insert` of Communication: read the headers while Frappe still has them. One that is taken in has them already."""
	if doc.sent_or_received != "Received" or doc.communication_medium != "Email":
		return
	if message := _message_being_received():
		doc.flags.client_comms_headers = mail_writers.headers_of(message)
		with transactions.part("A message could not be told from others"):
			doc.flags.client_comms_own_id = copies.own_id_of(message, doc.message_id)
			doc.flags.client_comms_content = message.html_content or message.text_content


def of_message_being_received() -> Headers:
	"""The headers of the message being received; empty if there is none."""
	message = _message_being_received()
	return mail_writers.headers_of(message) if message else Headers(())


def is_receiving() -> bool:
	"""Whether the current document is created by an email whose Communication follows."""
	return _message_being_received() is not None


def set_company(doc, method=None) -> None:
	"""`before_insert` of Issue, Lead and Opportunity: what Frappe makes of an email is of the company of its mailbox."""
	message = _message_being_received()
	if message and (company := mailboxes.company_of(message.email_account.name)):
		doc.company = company


def _message_being_received() -> InboundMail | None:
	frame = sys._getframe(1)
	while frame is not None:
		receiver = frame.f_locals.get("self")
		if isinstance(receiver, InboundMail):
			return receiver
		frame = frame.f_back
	return None


def settle(doc, method=None) -> None:
	"""`before_insert` of Communication, after its headers were read: set who wrote it, and tell it from other messages."""
	if doc.sent_or_received != "Received" or doc.communication_medium != "Email":
		return
	mail_writers.set_writer(doc)
	doc.message_id = doc.message_id or doc.flags.client_comms_own_id
	if automatic_mail.is_spam(doc.flags.client_comms_headers or {}):
		doc.email_status = SPAM
	others = copies.with_same_id(doc)
	doc.flags.client_comms_copies = [other for other in others if copies.is_copy(doc, other)]
	if others and not doc.flags.client_comms_copies:
		doc.message_id = doc.flags.client_comms_own_id or copies.fresh_id(doc.message_id)
