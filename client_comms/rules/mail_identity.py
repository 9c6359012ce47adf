"""Who wrote an email, and whether two emails are one (C-3, C-4).

The sender of an email writes its headers: Reply-To, X-Original-From and Message-ID prove nothing. That the From header is
not forged is for the mail server to see to (SPF, DKIM, DMARC).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Identity:
	"""What tells an email from another one with the same Message-ID.

	`sender` is an address in lower case, `date` what the Date header says (None without one that can be true), `body` text
	without regard to white space.
	"""

	sender: str
	date: datetime | None
	body: str


def writer(header: str, claimed: str, is_own: Callable[[str], bool]) -> str:
	"""Return the address of the person who wrote.

	A form on a website or a mailing list sends in its own name for someone else, who is `claimed`. A person outside
	never speaks for one of us: then it is who the From `header` says.
	"""
	return header if header and is_own(claimed) and not is_own(header) else claimed


def is_same(one: Identity, other: Identity) -> bool:
	"""Return whether two emails with the same Message-ID are copies of one message.

	Mailing lists and Frappe itself put something under a text.
	"""
	dates = {one.date, other.date} - {None}
	bodies = sorted((one.body, other.body), key=len)
	return len(dates) < 2 and one.sender == other.sender and bodies[1].startswith(bodies[0])
