"""Whether the details that staff enter about a client can be valid (clause D-4)."""

import re

from client_comms.rules import domains
from client_comms.rules.messages import Message, _

# How a client's details were verified
CALL_BACK, DOCUMENT_SEEN, EMAIL_CONFIRMED = _("Call-back"), _("Document Seen"), _("Email Confirmed")
OWN_ENTRY, IN_PERSON = _("Client's Own Entry"), _("Told in Person")
WAYS = (CALL_BACK, DOCUMENT_SEEN, EMAIL_CONFIRMED, OWN_ENTRY, IN_PERSON)

# The characters of RFC 5322, section 3.2.3; letters of other alphabets according to RFC 6531.
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+")
_LABEL = re.compile(r"(?!-)[^\W_](?:[^\W_]|-){0,62}(?<!-)")
_LONGEST = 254  # RFC 5321, section 4.5.3.1, without the brackets


def normal_email(address: str | None) -> str:
	"""The address in the form used for comparison: without surrounding spaces and a dot at its end, in lower case."""
	return domains.spelled(address or "")


def address_fault(address: str) -> Message | None:
	"""What is wrong with the form of an email address; None if it can be one (D-4)."""
	bare = address.strip()
	values = {"address": bare}
	local, at, domain = bare.rpartition("@")
	if not at or "@" in local:
		return Message(_("{address} is not an email address: it needs exactly one @."), values)
	if not local or not domain:
		return Message(
			_("{address} is not an email address: something is missing before or after the @."), values
		)
	if re.search(r"\s", bare):
		return Message(_("{address} is not an email address: it contains a space."), values)
	if "," in bare or ";" in bare:
		return Message(
			_("{address} is not an email address. Enter a single address, with dots instead of commas."),
			values,
		)
	if "." not in domain:
		return Message(
			_("{address} is not an email address: its domain has no ending, such as “.com”. Is it complete?"),
			values,
		)
	if domain.startswith(".") or ".." in bare or bare.endswith(".") or local.startswith("."):
		return Message(_("{address} is not an email address: a dot is in the wrong place."), values)
	if (
		len(bare) > _LONGEST
		or not _LOCAL.fullmatch(local)
		or not all(_LABEL.fullmatch(label) for label in domain.split("."))
	):
		return Message(_("{address} is not an email address: it contains an invalid character."), values)
	return None
