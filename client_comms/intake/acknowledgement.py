"""Confirms receipt of an inquiry automatically, if the settings say so (C-3).

The confirmation is written in the same transaction as its interaction, so there is exactly one, however often
a message is delivered and on however many workers. It is added to Frappe's Email Queue, which sends it.
"""

import html
from contextlib import contextmanager
from datetime import timedelta

import frappe
from frappe.email.email_body import get_message_id
from frappe.translate import print_language
from frappe.utils import (
	cint,
	cstr,
	escape_html,
	get_datetime,
	get_string_between,
)

from client_comms import clock, transactions
from client_comms.clients import parties, preferences, unsubscribed
from client_comms.clients.addresses import bare_address
from client_comms.communication_governance import template_values, templates
from client_comms.enforcement import restrictions
from client_comms.people import absences
from client_comms.rules import automatic_mail, channels, mail_headers, response_clock

EMAIL = "Email"
AUTOMATED = "Automated Message"
# Two unmarked automatic responders would answer each other forever, so there is a daily limit per address.
A_DAY_TO_AN_ADDRESS = 10
_DAY = 24 * 60 * 60
_AT_ONCE = timedelta(minutes=1)  # between the document that a message becomes and the message itself
_REPLYING_TO, _NOTED = "client_comms_replying_to", "client_comms_confirmations"


def send(interaction, message) -> None:
	"""Confirm receipt of the message that opened the interaction.

	An error does not prevent the message or the interaction from being stored: it is written to the Error Log.

	:param interaction: the Client Interaction that the Communication `message` belongs to
	"""
	if message.sent_or_received != "Received":
		return  # such as the acknowledgement itself, in the middle of being sent
	if not (message.reference_name or frappe.get_cached_doc("Client Comms Settings").send_acknowledgement):
		return
	with transactions.part("Acknowledgement could not be sent", interaction.doctype, interaction.name):
		if not is_due(interaction, message):
			return
		if _was_confirmed(message):
			interaction.record(response_clock.AUTO_ACKNOWLEDGED, source=message)
		elif frappe.get_cached_doc("Client Comms Settings").send_acknowledgement:
			_send(interaction, message)


def is_due(interaction, message) -> bool:
	"""Whether the message is an email that opened the interaction, and its client is owed a reply (C-3).

	Mail of machines and of staff opens none. If the Email Account replies automatically, it does so next. What took days to be fetched
	is answered by a person: a confirmation would come too late, and name deadlines that have passed.
	"""
	received = [row for row in interaction.events if row.event in response_clock.CLOCK_EVENTS]
	return (
		message.communication_medium == EMAIL
		and [(row.event, row.source_name) for row in received] == [(response_clock.RECEIVED, message.name)]
		and interaction.acknowledge_status in response_clock.UNMET
		and clock.now() - get_datetime(interaction.occurred_on) <= mail_headers.IN_TRANSIT
		and not _replies_by_itself(message.email_account)
	)


def _replies_by_itself(account: str | None) -> bool:
	return bool(account and frappe.get_cached_value("Email Account", account, "enable_auto_reply"))


def _was_confirmed(message) -> bool:
	"""Whether another app has just confirmed receipt: it wrote to the sender about the document that it made of the message.

	Of a message without a Communication no one else knows that it went out.
	"""
	about = (message.reference_doctype, message.reference_name)
	made = all(about) and frappe.db.get_value(*about, "creation")
	if not made or get_datetime(message.creation) - made > _AT_ONCE:
		return False
	queued = frappe.get_all(
		"Email Queue",
		{
			"reference_doctype": message.reference_doctype,
			"reference_name": message.reference_name,
			"communication": ("is", "not set"),
			"creation": (">=", made),
		},
		pluck="name",
	)
	address = bare_address(message.sender)
	to_sender = {"parent": ("in", queued), "recipient": ("like", f"%{address}%")}
	return bool(queued and address and frappe.db.exists("Email Queue Recipient", to_sender))


def _send(interaction, message) -> None:
	address = bare_address(message.sender)  # of the person, even behind a web form
	if "@" not in address:
		return
	if restrictions.of((interaction.doctype, interaction.name)):
		return  # the client wants the use of their data restricted; staff see that it is owed
	preference = preferences.of(interaction.party_type, interaction.party, interaction.contact)
	if channels.choose(preferences.rule_of(preference), EMAIL).outcome == channels.BLOCKED:
		return
	language = preferences.language_of(interaction.party_type, interaction.party, preference)
	template = templates.acknowledgement(interaction, language)
	if parties.is_own(address) or not template or not _may_confirm(address, message.subject):
		return
	if not unsubscribed.among([address], *_filed_under(interaction, message)):
		_queue(interaction, message, address, written(template, interaction))


def _filed_under(interaction, message) -> tuple[str, str]:
	"""The client's answer is filed under the same document as the inquiry."""
	if message.reference_doctype and message.reference_name:
		return message.reference_doctype, message.reference_name
	return interaction.doctype, interaction.name


def may_answer(headers: mail_headers.Headers, address: str, subject: str | None) -> bool:
	"""Whether the automatic reply of a mailbox may go to the writer of an email: not to a machine, and not to one of us.

	Frappe would send it to all who write, also for what lay in a mailbox that is just being connected.
	"""
	own = frappe.get_cached_doc("Client Comms Settings").own_domains()
	now = clock.to_aware(clock.now())
	at = mail_headers.received_at(headers, mail_headers.moment(headers.get("Date")), now)
	return (
		mail_headers.UNREAD not in headers
		and not automatic_mail.automatic_kind(headers, address, cstr(subject), own_domains=own)
		and not parties.is_own(address)
		and now - at <= mail_headers.IN_TRANSIT
		and _may_confirm(bare_address(address), subject)
	)


def _may_confirm(address: str, subject: str | None) -> bool:
	return not _answers_ours(address, subject) and _within_the_day(address)


def _answers_ours(address: str, subject: str | None) -> bool:
	"""Whether this is "Re: …" to a subject of which the address had a confirmation today: of another machine, which does not
	say that it is one.
	"""
	subject = cstr(subject)
	normal = mail_headers.normalise_subject(subject)
	key = f"client_comms_confirmed:{address}:{normal.casefold()[:140]}"
	known = _noted(key)
	_note(key)
	return bool(known) and normal != " ".join(subject.split())


def _within_the_day(address: str) -> bool:
	key = f"client_comms_acknowledged:{address}:{clock.now().date()}"
	is_within = _noted(key) < A_DAY_TO_AN_ADDRESS
	if is_within:
		_note(key)
	return is_within


def _noted(key: str) -> int:
	"""How often it was noted, in this transaction and in those that were committed within a day."""
	return _kept(key) + (frappe.flags.get(_NOTED) or {}).get(key, 0)


def _note(key: str) -> None:
	"""For a day, but not before this transaction is committed: a message whose transaction was undone is stored again."""
	noted = frappe.flags.setdefault(_NOTED, {})
	noted[key] = noted.get(key, 0) + 1
	frappe.db.after_commit.add(_keep_noted)
	frappe.db.after_rollback.add(_forget_noted)


def _keep_noted() -> None:
	for key, number in (frappe.flags.pop(_NOTED, None) or {}).items():
		frappe.cache.set_value(key, _kept(key) + number, expires_in_sec=_DAY)


def _forget_noted() -> None:
	frappe.flags.pop(_NOTED, None)


def _kept(key: str) -> int:
	return cint(frappe.cache.get_value(key, expires=True))


def written(template: str, interaction) -> dict[str, str]:
	"""Subject, content and Email Template, in the template's language; the client's own words are inserted
	as text, never as markup.

	Frappe treats text with an angle bracket as HTML.
	"""
	email_template, language = frappe.db.get_value(
		templates.TEMPLATE, template, ["email_template", "language"]
	)
	text = frappe.get_doc("Email Template", email_template)
	values = {
		key: html.unescape(value) if isinstance(value, str) else value
		for key, value in interaction.as_dict().items()
	}
	away = absences.away({interaction.responsible_staff} - {None, ""})
	with print_language(language):
		values = template_values.in_words(
			interaction.doctype, values, {templates.BACK_ON: away.get(interaction.responsible_staff)}
		)
		subject = text.get_formatted_subject(values)
		markup = {key: _as_text(value) for key, value in values.items()}
		return {
			"subject": " ".join(cstr(subject).split()),
			"content": text.get_formatted_response(markup),
			"email_template": text.name,
		}


def _as_text(value):
	"""In a text that is HTML."""
	if isinstance(value, template_values.Shown):
		return value.with_words(escape_html(str(value)))
	return escape_html(value) if isinstance(value, str) else value


def _queue(interaction, message, address: str, text: dict[str, str]) -> None:
	account = message.email_account and frappe.get_cached_doc("Email Account", message.email_account)
	reply = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": AUTOMATED,
			"communication_medium": EMAIL,
			"sent_or_received": "Sent",
			**text,
			"sender": account.email_id if account else None,
			"sender_full_name": account.name if account else None,
			"recipients": address,
			"email_account": account.name if account else None,
			"message_id": get_string_between("<", get_message_id(), ">"),
			# Not under the Issue: ERPNext would count the first real reply as the second one.
			"reference_doctype": interaction.doctype,
			"reference_name": interaction.name,
		}
	)
	reply.flags.skip_add_signature = True
	reply.flags.client_comms_acknowledgement = True
	reply.insert(ignore_permissions=True)
	reply.db_set("in_reply_to", message.name, update_modified=False)
	doctype, name = _filed_under(interaction, message)
	with replying_to(message):
		frappe.sendmail(
			recipients=[address],
			sender=account.email_id if account else None,
			reply_to=account.email_id if account else None,
			subject=text["subject"],
			content=text["content"],
			reference_doctype=doctype,
			reference_name=name,
			communication=reply.name,
			message_id=reply.message_id,
			in_reply_to=message.name,
			add_unsubscribe_link=0,
		)


@contextmanager
def replying_to(message):
	"""An email that is queued inside the block is the reply of a machine to the Communication `message`."""
	frappe.flags[_REPLYING_TO] = message
	try:
		yield
	finally:
		frappe.flags.pop(_REPLYING_TO, None)


def replied_to():
	"""The message of the block, see `replying_to`."""
	return frappe.flags.get(_REPLYING_TO)


def add_headers(mail) -> None:
	"""Hook `make_email_body_message`: mark the message as automatic (RFC 3834), and add its thread."""
	message = replied_to()
	if message is None:
		return
	mail.set_header("Auto-Submitted", "auto-replied")
	mail.set_header("X-Auto-Response-Suppress", "All")
	if message.message_id:
		for name in ("In-Reply-To", "References"):  # Frappe 16 omits the brackets of the first
			mail.set_header(name, f"<{message.message_id.strip('<> ')}>")
