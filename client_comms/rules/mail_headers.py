"""What the headers of an email tell: which message it answers, which document it names, and when it reached
us (D-1, C-3).

Headers are a mapping from name to value; the case of names does not matter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from client_comms.rules import storable_text

# A sending server retries for this long (RFC 5321, 4.5.4.1); a message that claims to be older has a wrong date.
IN_TRANSIT = timedelta(days=5)
# Mail that was in the mailbox for this long when it was fetched arrived before the mailbox was handled here; on its first fetch, all
# mail did that has not just been in transit.
HISTORY = timedelta(days=30)
# Clocks of servers that have lost the time say 1970; no mailbox is older than email on the internet.
_FIRST_YEAR = 1990

_REPLY_PREFIX = re.compile(
	r"\s*(re|aw|antw|antwort|sv|vs|res|resp|odp|rif|fwd?|wg|tr|rv|enc|回复|答复|转发|回覆|轉寄)"
	r"\s*(([\[(]\d+[\])]|\^\d+)\s*)?[:：]",
	re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TAG = re.compile(r"<[^>]{0,200}>")  # a subject that is stored has no more characters
BRACKETED_ID = re.compile(r"<([^<>]+)>")
# Names from a naming series with a year: CI-2026-00012, ISS-2026-00034, CRM-OPP-2026-00056.
_DOCUMENT_NAME = re.compile(r"(?<![\w-])[A-Z]{2,}(?:-[A-Z]+)*-\d{4}-\d{3,}(?:-\d+)?(?![\w-])")

UNREAD = "headers unread"  # in place of those that cannot be read; the name of one that came with an email contains no space


class Headers(Mapping):
	"""The headers of an email by name, the case of which does not matter: of those that occur several times, the first, as every server
	adds its own above the others; but all From headers, of which each server and program reads another one."""

	def __init__(self, pairs: Iterable[tuple[str, str]]):
		self._values: dict[str, str] = {}
		for name, value in pairs:
			key = name.lower()
			if key == "from" and key in self._values:
				self._values[key] += f", {value}"
			else:
				self._values.setdefault(key, value)

	def __getitem__(self, name: str) -> str:
		return self._values[name.lower()]

	def __iter__(self) -> Iterator[str]:
		return iter(self._values)

	def __len__(self) -> int:
		return len(self._values)


def normalise_subject(subject: str) -> str:
	"""Return `subject` without leading Re:, AW:, Fwd:, WG: … and with single spaces."""
	rest = " ".join(str(subject or "").split())
	at = 0
	while (prefix := _REPLY_PREFIX.match(rest, at)) is not None:
		at = prefix.end()
	return rest[at:].strip()


def readable_subject(subject: str | None) -> str:
	"""A subject as one line, without characters that control a terminal; empty if nothing of it can be seen.

	One that is all in angle brackets has others: Frappe takes it for HTML, and so for empty, and refuses the email.
	"""
	text = " ".join(_CONTROLS.sub(" ", str(subject or "")).split())
	if not storable_text.visible(text):
		return ""
	return text if _TAG.sub("", text).strip() else text.replace("<", "‹").replace(">", "›")


def reply_ids(headers: Mapping[str, str]) -> tuple[str, ...]:
	"""Return the Message-IDs that a mail refers to, without brackets, starting with the one it answers.

	In-Reply-To comes before References, and References are read from the end, where the closest is.
	"""
	values = {name.lower(): str(value) for name, value in headers.items()}
	answered = message_ids(values.get("in-reply-to", ""))
	thread = message_ids(values.get("references", ""))
	return tuple(dict.fromkeys((*answered, *reversed(thread))))


def received_at(headers: Mapping[str, str], written: datetime | None, fetched: datetime) -> datetime:
	"""Return when a message reached the organisation (C-3, C-4); all datetimes are aware.

	That is the time stamped by the server that accepted it (the topmost Received header). Without one it is the Date
	header, if plausible: not after `fetched`, and not longer before it than mail can be in transit.
	"""
	if (stamp := _stamp_of_server(headers)) and stamp <= fetched:
		return stamp
	if written and fetched - IN_TRANSIT <= written <= fetched:
		return written
	return fetched


def _stamp_of_server(headers: Mapping[str, str]) -> datetime | None:
	received = next((str(value) for name, value in headers.items() if name.lower() == "received"), "")
	return moment(received.rpartition(";")[2])


def moment(value: str | None) -> datetime | None:
	"""Return what a Date header or a stamp says, None without a time zone, or if it cannot be true.

	"-0000" means universal time, of a place that is not told (RFC 5322, 3.3).
	"""
	try:
		at = parsedate_to_datetime(str(value or "").strip())
	except (ValueError, TypeError, OverflowError):
		return None
	if not at.tzinfo and "-0000" in str(value).split():
		at = at.replace(tzinfo=timezone.utc)
	return at if at.tzinfo and at.year >= _FIRST_YEAR else None


def document_names(subject: str) -> tuple[str, ...]:
	"""Return what looks like document names in `subject`: "Re: your ISS-2026-00034"."""
	return tuple(dict.fromkeys(_DOCUMENT_NAME.findall(str(subject or "").upper())))


def message_ids(value: str) -> list[str]:
	"""Return the Message-IDs in a header, without brackets."""
	# Folding can split an id over two lines; some old clients omit the brackets.
	bracketed = ["".join(each.split()) for each in BRACKETED_ID.findall(value)]
	return bracketed or [word for word in value.split() if "@" in word]
