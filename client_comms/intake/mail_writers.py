"""Who wrote an email, by its headers (C-3, C-4).

Frappe drops the quotation marks of a header and takes the first that looks like an address: a name that its writer chose
(`"anna@client.example" <eve@elsewhere.example>`), which no mail server checks.
"""

from email.message import Message
from email.utils import parseaddr

import frappe
from frappe.email.receive import InboundMail
from frappe.utils import parse_addr, validate_email_address

from client_comms import transactions
from client_comms.clients import parties
from client_comms.clients.addresses import bare_address
from client_comms.rules import (
	addresses,
	domains,
	mail_headers,
	mail_identity,
	mail_parts,
	raw_mail,
	storable_text,
)


def headers_of(message: InboundMail) -> mail_headers.Headers:
	"""The headers of an email that is being received (`raw_mail.headers_in`).

	Without headers it would pass every check; those that cannot be read say so.
	"""
	try:
		return raw_mail.headers_in(message.mail)
	except Exception as error:
		if transactions.is_end_of_job(error):
			raise  # the email is tried again
		frappe.log_error(title="Headers of a message could not be read")
		return mail_headers.Headers([(mail_headers.UNREAD, "yes")])


def sender_in_header(headers) -> tuple[str, str]:
	"""Name and address (in lower case) of the From header; of several of us, the first one. The name is empty if it is not of that
	address."""
	name, read = _parsed(headers.get("From"))
	address = next(iter(writers_in(headers)), read)
	return name if address == read else "", address


def staff_of(message) -> str | None:
	"""The user who wrote a message of staff: in the desk, whichever address they chose as its sender; otherwise the owner of the address, or who
	entered it."""
	wrote = message.sent_or_received == "Sent" and message.user
	if wrote and wrote not in frappe.STANDARD_USERS:
		return wrote
	return parties.user_of(message.sender) or message.user


def writers_in(headers) -> list[str]:
	"""The addresses in the From header, in lower case."""
	return list(filter(validate_email_address, addresses.in_header(from_of(headers))))


def several_in(headers) -> tuple[str, ...]:
	"""The writers that a From header names, if there are several outside, or one beside one of us: none of them is believed to have
	written."""
	return mail_identity.several(from_of(headers), parties.is_own)


def from_of(headers) -> str:
	"""The From header; all of them, if a message has several, of which each server and program reads another one."""
	values = headers.get_all("From") or () if isinstance(headers, Message) else (headers.get("From"),)
	return ", ".join(str(value) for value in values if value)


def _parsed(value) -> tuple[str, str]:
	"""Name and address (in lower case) of a header as Frappe reads it; empty if it has more brackets than Python can."""
	try:
		written = value and mail_parts.decodable(str(value))
		name, address = parse_addr(storable_text.repaired(InboundMail.decode_email(written) or ""))
		own, of = parseaddr(written or "")
		own = mail_identity.spoken(raw_mail.decoded(own))
	except RecursionError:
		return "", ""
	# Frappe decodes before it looks for the name, of which it keeps letters of Western Europe alone, and no hyphen.
	named = own if own and domains.spelled(of) == domains.spelled(address or "") else name
	return named or "", domains.spelled(address or "")


def claimed(headers, read: str) -> str:
	"""Who a message says has written it, by the header from which Frappe has `read` that."""
	for header in ("Reply-To", "X-Original-From", "From"):
		value = headers.get(header)
		if value and _parsed(value)[1] == read:
			named = addresses.first(str(value))
			return named if validate_email_address(named) else read
	return read


def writer_in(headers) -> tuple[str, str]:
	"""Name and address of who wrote an email that Frappe could not read, by the same rule as for the others; of several writers, their
	addresses as the name, and none."""
	if several := several_in(headers):
		return ", ".join(several), ""
	name, address = sender_in_header(headers)
	answers = addresses.first(headers.get("Reply-To", ""))
	if frappe.db.exists("Email Account", {"email_id": answers, "enable_incoming": 1}):
		answers = ""
	named = answers or addresses.first(headers.get("X-Original-From", "")) or address
	wrote = mail_identity.writer(
		address, named if validate_email_address(named) else address, parties.is_own, parties.is_customer
	)
	return name if wrote == address else "", wrote


def set_writer(doc) -> None:
	"""Before a received email is stored as a Communication: by whom it is, according to its headers."""
	headers = doc.flags.client_comms_headers
	if not headers:
		return
	if several := several_in(headers):
		doc.update({"sender": "", "sender_full_name": ", ".join(several)})
		return
	name, address = sender_in_header(headers)
	stored = bare_address(doc.sender)
	wrote = mail_identity.writer(address, claimed(headers, stored), parties.is_own, parties.is_customer)
	if wrote != stored:
		doc.update({"sender": wrote, "sender_full_name": name})
	elif name and "@" not in name:  # otherwise it is the address
		doc.sender_full_name = name
