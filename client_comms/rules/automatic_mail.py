"""Whether a machine wrote an email: automatic replies, bounces and bulk mail (C-3, C-4).

Automatic mail starts no clock and never counts as an answer, so both mistakes are costly: a vacation notice
taken for an answer hides an inquiry, and an inquiry taken for a newsletter is lost. Headers that senders set
deliberately are checked before addresses, and addresses before subjects. Headers are a mapping from name to
value; the case of names does not matter.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from email.utils import parseaddr

from client_comms.rules import domains
from client_comms.rules.mail_headers import BRACKETED_ID

AUTO_REPLY = "auto-reply"
BOUNCE = "bounce"
BULK = "bulk"
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


def _report_type(content_type: str) -> str | None:
	"""The kind of a multipart/report ("unknown" if not specified), None for any other content."""
	lowered = content_type.strip().lower()
	if not lowered.startswith("multipart/report"):
		return None
	found = _REPORT_TYPE.search(lowered)
	return found.group(1) if found else "unknown"


def _is_bulk(values: Mapping[str, str], precedence: str, own_domains: Collection[str]) -> bool:
	list_id = (BRACKETED_ID.findall(values.get("list-id", "")) or [values.get("list-id", "")])[-1]
	list_id = domains.normal(list_id)
	if any(list_id == own or list_id.endswith("." + own) for own in map(domains.normal, own_domains)):
		return precedence in ("bulk", "junk")
	return precedence in ("bulk", "list", "junk") or "list-id" in values or "list-unsubscribe" in values


def _speaks_for_someone(values: Mapping[str, str]) -> bool:
	"""A web form sends from no-reply@ and names the person who filled it in under Reply-To."""
	local_part, at, _domain = parseaddr(values.get("reply-to", ""))[1].partition("@")
	return bool(at) and not _NO_REPLY.search(local_part.lower())


def _first_word(value: str) -> str:
	"""The keyword of a header value, without parameters and comments: "auto-replied; owner=…"."""
	return re.split(r"[\s;(,]", value.strip().lower(), maxsplit=1)[0]


def _comparable(text: str) -> str:
	return " ".join(unicodedata.normalize("NFC", str(text or "")).lower().split())
