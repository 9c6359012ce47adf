"""Who wrote an email, and whether two emails are one (C-3, C-4).

The sender of an email writes its headers: Reply-To, X-Original-From and Message-ID prove nothing. That the From header is
not forged is for the mail server to see to (SPF, DKIM, DMARC).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from client_comms.rules import addresses, long_values, mail_headers
from client_comms.rules.messages import Message, _

IN_DOUBT = "Sender in Doubt"  # the event
_FAILED = re.compile(r"\bdmarc\s*=\s*(fail|permerror)\b")
_PASSED = re.compile(r"\b(dkim|dmarc)\s*=\s*pass\b")
# Besides letters, marks and digits of every script. Not what an address or a tag has: a name must not pass for another's address.
_IN_NAMES = frozenset(" .,'’-–()&/_·")
_SPF_FAILED = re.compile(r"\bspf\s*=\s*(fail|softfail)\b")


@dataclass(frozen=True, slots=True)
class Identity:
	"""What tells an email from another one with the same Message-ID.

	`sender` is an address in lower case, `date` what the Date header says (None without one that can be true), `body` text
	without regard to white space.
	"""

	sender: str
	date: datetime | None
	body: str


def writer(
	header: str, claimed: str, is_own: Callable[[str], bool], is_customer: Callable[[str], bool]
) -> str:
	"""Return the address of the person who wrote.

	A form on a website or a mailing list sends in its own name for someone else, who is `claimed`. A customer does not, and
	a person outside never speaks for one of us: then it is who the From `header` says.
	"""
	if not header or header == claimed:  # the usual case, which needs no answer
		return claimed
	if is_own(header):
		return claimed
	return header if is_own(claimed) or is_customer(header) else claimed


def spoken(name: str) -> str:
	"""Return the name of a writer without what names do not have, such as quotation marks, "@", and characters that turn the direction of a text;
	empty if nothing is left, and not longer than a field."""
	kept = (
		each for each in name if unicodedata.category(each)[0] in "LMN" or each in _IN_NAMES or each.isspace()
	)
	named = " ".join("".join(kept).split()).strip(" .,'’-–/_·")
	return named[: long_values.FIELD].rstrip() if any(map(str.isalnum, named)) else ""


def several(header: str, is_own: Callable[[str], bool]) -> tuple[str, ...]:
	"""Return the addresses that a From `header` names as writers, if there are several and not all are ours; otherwise none.

	That is allowed (RFC 5322, 3.6.2), but says of none of them that they wrote, and mail servers check at most one
	(RFC 7489, 6.6.1).
	"""
	named = addresses.in_header(header)
	return named if len(named) > 1 and not all(map(is_own, named)) else ()


def is_same(one: Identity, other: Identity) -> bool:
	"""Return whether two emails with the same Message-ID are copies of one message.

	Mailing lists and Frappe itself put something under a text.
	"""
	dates = {one.date, other.date} - {None}
	bodies = sorted((one.body, other.body), key=len)
	return len(dates) < 2 and one.sender == other.sender and bodies[1].startswith(bodies[0])


def doubts(headers: Mapping[str, str], is_own: Callable[[str], bool]) -> tuple[Message, ...]:
	"""Return why the person who wrote may not be who the From header says.

	An answer would go somewhere else, or the server that received the email says that it did not come from our own domain
	(RFC 8601).
	"""
	values = {name.lower(): str(value) for name, value in headers.items()}
	wrote, answer_to = addresses.first(values.get("from", "")), addresses.first(values.get("reply-to", ""))
	found = []
	if mail_headers.UNREAD in values:
		message = _(
			"The headers of the email could not be read, so it is not known whether it comes from who it says. Find out before you reply."
		)
		return (Message(message),)
	if writers := several(values.get("from", ""), is_own):
		message = _(
			"The email names several writers: {writers}. Which of them wrote it is not known, so it belongs to no client. Find out before you reply or choose the client."
		)
		return (Message(message, {"writers": ", ".join(writers)}),)
	if wrote and answer_to and wrote != answer_to and not is_own(wrote):
		message = _(
			"The email comes from {wrote}, but asks for answers to {answer_to}. Check who that is before you reply."
		)
		found.append(Message(message, {"wrote": wrote, "answer_to": answer_to}))
	if names_us_falsely(headers, is_own):
		message = _(
			"The email names our own address {wrote}, but the mail server says that it did not come from us."
		)
		found.append(Message(message, {"wrote": wrote}))
	return tuple(found)


def names_us_falsely(headers: Mapping[str, str], is_own: Callable[[str], bool]) -> bool:
	"""Return whether the server that received the email says that it did not come from our domain, which its From header names (RFC
	8601), or whether that cannot be read."""
	values = {name.lower(): str(value) for name, value in headers.items()}
	if mail_headers.UNREAD in values:
		return True
	results = values.get("authentication-results", "").lower()
	failed = _FAILED.search(results) or (_SPF_FAILED.search(results) and not _PASSED.search(results))
	wrote = addresses.first(values.get("from", ""))
	return bool(failed and wrote and is_own(wrote))
