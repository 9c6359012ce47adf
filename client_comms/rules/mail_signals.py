"""What an email's headers reveal: whether a person or a machine wrote it, and which message it answers.

Automatic mail starts no clock (C-3, C-4) and never counts as an answer, so both mistakes are costly: a
vacation notice taken for an answer hides an inquiry, and an inquiry taken for a newsletter is lost.
Headers that senders set deliberately are checked before addresses, and addresses before subjects.
Headers are a mapping from name to value; the case of names does not matter.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from email import message_from_string
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from client_comms.rules import domains

AUTO_REPLY = "auto-reply"
BOUNCE = "bounce"
BULK = "bulk"
# A sending server retries for this long (RFC 5321, 4.5.4.1); a message that claims to be older has a wrong date.
IN_TRANSIT = timedelta(days=5)
# Mail that was in the mailbox for this long when it was fetched arrived before the mailbox was handled here.
HISTORY = timedelta(days=30)

_REPORT_TYPE = re.compile(r"""report-type\s*=\s*["']?([\w-]+)""")
_BOUNCE_SENDER = re.compile(r"(mailer-daemon|postmaster|microsoftexchange[0-9a-f]{20,})$")
_NO_REPLY = re.compile(r"(^|[-_.+])(no|do[-_.]?not)[-_.]?reply")

# A prefix counts only if nothing but punctuation, a date or the quoted subject follows, so that
# "Out of office furniture" stays a question about furniture.
_PREFIX_END = r"\s*($|[:：;!.,\-–—(\[]|until\b|from\b|till\b|bis\b|vom\b|re:)"
_AUTO_REPLY_SUBJECT = re.compile(
	r"(automatic reply|automated reply|auto[- ]?reply|auto[- ]?response|automatic response"
	r"|out of (the )?office( auto[- ]?reply)?"
	r"|abwesenheitsnotiz|abwesenheitsnachricht|automatische (antwort|abwesenheitsnotiz)"
	r"|réponse automatique|respuesta automática|resposta automática|risposta automatica"
	r"|automatisch antwoord|automatisk svar|autosvar|odpowiedź automatyczna"
	r"|自动答复|自动回复|自動返信|自動応答)" + _PREFIX_END
)
_BOUNCE_SUBJECT = re.compile(
	r"(undelivered mail returned to sender|undeliverable|unzustellbar|delivery status notification"
	r"|mail delivery failed|delivery failure|returned mail|failure notice)" + _PREFIX_END
)

_REPLY_PREFIX = re.compile(
	r"\s*(re|aw|antw|antwort|sv|vs|res|resp|odp|rif|fwd?|wg|tr|rv|enc|回复|答复|转发|回覆|轉寄)"
	r"\s*([\[(]\d+[\])]|\^\d+)?\s*[:：]",
	re.IGNORECASE,
)
_BRACKETED_ID = re.compile(r"<([^<>]+)>")
# Names from a naming series with a year: CI-2026-00012, ISS-2026-00034, CRM-OPP-2026-00056.
_DOCUMENT_NAME = re.compile(r"(?<![\w-])[A-Z]{2,}(?:-[A-Z]+)*-\d{4}-\d{3,}(?:-\d+)?(?![\w-])")


def automatic_kind(
	headers: Mapping[str, str],
	sender: str,
	subject: str,
	content_type: str = "",
	own_domains: Collection[str] = (),
) -> str | None:
	"""Return AUTO_REPLY, BOUNCE or BULK for mail that no person wrote, otherwise None (C-3, C-4).

	`sender` is an address with or without a name. `content_type` (default: the header of that name)
	is the whole value, since the kind of a report is one of its parameters. Exchange puts
	X-Auto-Response-Suppress on ordinary mail, so it is ignored. With `own_domains`, a mailing list of
	such a domain is ignored as well, because a group address such as support@ forwards inquiries like that.
	"""
	values = {name.lower(): str(value).strip() for name, value in headers.items()}
	local_part = parseaddr(sender)[1].partition("@")[0].lower()
	title = _comparable(subject)
	report = _report_type(content_type or values.get("content-type", ""))
	auto_submitted = _first_word(values.get("auto-submitted") or "no")
	precedence = _first_word(values.get("precedence", ""))

	if report == "delivery-status" or "x-failed-recipients" in values or _BOUNCE_SENDER.match(local_part):
		return BOUNCE
	if (
		report
		or auto_submitted == "auto-replied"
		or precedence in ("auto_reply", "auto-reply")
		or any(_first_word(values.get(name, "no")) != "no" for name in ("x-autoreply", "x-autorespond"))
		or _AUTO_REPLY_SUBJECT.match(title)
	):
		return AUTO_REPLY
	if _is_bulk(values, precedence, own_domains):
		return BULK
	if auto_submitted != "no":
		return AUTO_REPLY
	# Only mail that must not be answered automatically has no return path; vacation notices were recognised above.
	if values.get("return-path") == "<>" or _BOUNCE_SUBJECT.match(title):
		return BOUNCE
	if _NO_REPLY.search(local_part) and not _speaks_for_someone(values):
		return BULK
	return None


def normalise_subject(subject: str) -> str:
	"""Return `subject` without leading Re:, AW:, Fwd:, WG: … and with single spaces."""
	rest = " ".join(str(subject or "").split())
	while (prefix := _REPLY_PREFIX.match(rest)) is not None:
		rest = rest[prefix.end() :]
	return rest.strip()


def reply_ids(headers: Mapping[str, str]) -> tuple[str, ...]:
	"""Return the Message-IDs that a mail refers to, without brackets, starting with the one it answers.

	In-Reply-To comes before References, and References are read from the end, where the closest is.
	"""
	values = {name.lower(): str(value) for name, value in headers.items()}
	answered = _message_ids(values.get("in-reply-to", ""))
	thread = _message_ids(values.get("references", ""))
	return tuple(dict.fromkeys((*answered, *reversed(thread))))


def returned_ids(message: Message) -> tuple[str, ...]:
	"""Return the Message-IDs of the message that a delivery report returns, without brackets.

	A report need not refer to that message in its own headers (RFC 3464), but it contains the message or
	its headers.
	"""
	found: list[str] = []
	for part in message.walk():
		if part.get_content_type() == "text/rfc822-headers":
			returned = message_from_string(str(part.get_payload()))
		elif part.get_content_type() == "message/rfc822" and part.is_multipart():
			returned = part.get_payload(0)
		else:
			continue
		found += _message_ids(str(returned.get("Message-ID", "")))
	return tuple(dict.fromkeys(found))


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
	try:
		stamp = parsedate_to_datetime(received.rpartition(";")[2].strip())
	except (ValueError, TypeError, OverflowError):
		return None
	return stamp if stamp.tzinfo else None


def document_names(subject: str) -> tuple[str, ...]:
	"""Return what looks like document names in `subject`: "Re: your ISS-2026-00034"."""
	return tuple(dict.fromkeys(_DOCUMENT_NAME.findall(str(subject or "").upper())))


def _report_type(content_type: str) -> str | None:
	"""The kind of a multipart/report ("unknown" if not specified), None for any other content."""
	lowered = content_type.strip().lower()
	if not lowered.startswith("multipart/report"):
		return None
	found = _REPORT_TYPE.search(lowered)
	return found.group(1) if found else "unknown"


def _is_bulk(values: Mapping[str, str], precedence: str, own_domains: Collection[str]) -> bool:
	list_id = (_BRACKETED_ID.findall(values.get("list-id", "")) or [values.get("list-id", "")])[-1]
	list_id = domains.normal(list_id)
	if any(list_id == own or list_id.endswith("." + own) for own in map(domains.normal, own_domains)):
		return precedence in ("bulk", "junk")
	return precedence in ("bulk", "list", "junk") or "list-id" in values or "list-unsubscribe" in values


def _speaks_for_someone(values: Mapping[str, str]) -> bool:
	"""A web form sends from no-reply@ and names the person who filled it in under Reply-To."""
	local_part, at, _domain = parseaddr(values.get("reply-to", ""))[1].partition("@")
	return bool(at) and not _NO_REPLY.search(local_part.lower())


def _message_ids(value: str) -> list[str]:
	# Folding can split an id over two lines; some old clients omit the brackets.
	bracketed = ["".join(each.split()) for each in _BRACKETED_ID.findall(value)]
	return bracketed or [word for word in value.split() if "@" in word]


def _first_word(value: str) -> str:
	"""The keyword of a header value, without parameters and comments: "auto-replied; owner=…"."""
	return re.split(r"[\s;(,]", value.strip().lower(), maxsplit=1)[0]


def _comparable(text: str) -> str:
	return " ".join(unicodedata.normalize("NFC", str(text or "")).lower().split())
