"""Who wrote an email, by its headers (C-3, C-4).

Frappe drops the quotation marks of a header and takes the first that looks like an address: a name that its writer chose
(`"anna@client.example" <eve@elsewhere.example>`), which no mail server checks.
"""

from frappe.email.receive import InboundMail
from frappe.utils import parse_addr, validate_email_address

from client_comms.clients import parties
from client_comms.rules import addresses


def sender_in_header(headers) -> tuple[str, str]:
	"""Name and address (in lower case) of the From header; of several writers, the first one outside. The name is empty if it is not
	of that address, such as a colleague's beside it."""
	name, read = parse_addr(InboundMail.decode_email(headers.get("From")) or "")
	read, named = (read or "").lower(), writers_in(headers)
	address = next((each for each in named if not parties.is_own(each)), next(iter(named), read))
	return name if address == read else "", address


def writers_in(headers) -> list[str]:
	"""The addresses in the From header, in lower case."""
	return list(filter(validate_email_address, addresses.in_header(str(headers.get("From") or ""))))


def claimed(headers, read: str) -> str:
	"""Who a message says has written it, by the header from which Frappe has `read` that."""
	for header in ("Reply-To", "X-Original-From", "From"):
		value = headers.get(header)
		if value and (parse_addr(InboundMail.decode_email(value) or "")[1] or "").lower() == read:
			named = addresses.first(str(value))
			return named if validate_email_address(named) else read
	return read
