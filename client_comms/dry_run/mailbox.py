"""Reads mail from an mbox file, a folder of .eml files, or a CSV export of ERPNext's Communication list.

The input is not trusted: an unusable message becomes a `Problem`, and the rest is still read.
Bodies and attachments are never read: the procedure uses only headers.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone, tzinfo
from email.utils import parsedate_to_datetime
from itertools import chain
from pathlib import Path

from client_comms.dry_run.problems import Problem, UnusableInput
from client_comms.rules import addresses, domains, raw_mail
from client_comms.rules.automatic_mail import AUTO_REPLY, automatic_kind
from client_comms.rules.classification import INBOUND, OUTBOUND
from client_comms.rules.mail_headers import reply_ids

INTERNAL = "Internal"

_EMAIL_SUFFIX = ".eml"
_MBOX_SEPARATOR = re.compile(rb"From \S.*\d\d:\d\d.*\d{4}")
_HEADER_LINE = re.compile(rb"[!-9;-~]+[ \t]*:")
_FIRST_USABLE_YEAR = 1971

# Names and labels of the Communication fields that are read here; exports contain one or the other.
_COLUMNS = {
	"name": ("name", "ID"),
	"sender": ("sender", "From"),
	"recipients": ("recipients", "To"),
	"cc": ("cc", "CC"),
	"subject": ("subject", "Subject"),
	"date": ("communication_date", "Date"),
	"sent_or_received": ("sent_or_received", "Sent or Received"),
	"communication_type": ("communication_type", "Communication Type"),
	"message_id": ("message_id", "Message ID"),
	"in_reply_to": ("in_reply_to", "In Reply To"),
}
_FIELD_OF_COLUMN = {label.casefold(): name for name, labels in _COLUMNS.items() for label in labels}
_REQUIRED_COLUMNS = ("sender", "date")
_AUTOMATED_MESSAGE = "Automated Message"
# The other types of a Communication are comments and notifications within the site.
_MESSAGE_TYPES = ("", "Communication", _AUTOMATED_MESSAGE)


@dataclass(frozen=True, slots=True)
class Mail:
	"""One message. Addresses are in lower case, ids without brackets, `at` has a time zone.

	`direction` (empty until `sort_out` has seen the mail) is Inbound, Outbound or Internal; `automatic`
	is a kind of `automatic_mail`, None if a person wrote it; `client` is the address on the other side.
	"""

	origin: str
	at: datetime
	sender: str
	recipients: tuple[str, ...] = ()
	subject: str = ""
	message_id: str = ""
	reply_ids: tuple[str, ...] = ()
	headers: Mapping[str, str] = field(default_factory=dict, repr=False)
	direction: str = ""
	automatic: str | None = None
	client: str = ""


def read_mailbox(path: Path, zone: tzinfo) -> tuple[list[Mail], list[Problem]]:
	"""Return the mails found at `path` in their order, and the messages that were left out.

	`zone` is that of CSV dates, which have none. Raises `UnusableInput` if there is no mail to read.
	"""
	mails, problems = [], []
	try:
		for each in _read(path, zone):
			(problems if isinstance(each, Problem) else mails).append(each)
	except OSError as error:
		raise UnusableInput(f"{path} cannot be read: {error.strerror or error}.") from error
	if not mails and problems:
		first = problems[0]
		raise UnusableInput(
			f"{path}: none of the {len(problems)} messages can be used; the first, {first.origin}: {first.reason}."
		)
	if not mails:
		raise UnusableInput(f"{path} contains no mail.")
	return mails, problems


def parse_mail(raw: bytes, origin: str) -> Mail | Problem:
	"""Return the mail in `raw`, of which only the headers are needed, or why it cannot be used."""
	if not any(map(_HEADER_LINE.match, raw[:10_000].splitlines())):
		return Problem(origin, "this is not an email: it has no headers")
	headers = raw_mail.all_headers_of(raw)
	written_by = headers.get("from") or headers.get("sender", "")
	subject = raw_mail.decoded(headers.get("subject", ""))
	sender = next(iter(addresses.in_header(written_by)), "")
	# A delivery report need not have one.
	automatic = None if sender else automatic_kind(headers, written_by, subject)
	if not (sender or automatic):
		return Problem(origin, "it has no sender")
	at = _date(headers.get("date", "")) or _date(headers.get("received", "").rpartition(";")[2])
	if at is None:
		return Problem(origin, "it has no usable date")
	return Mail(
		origin=origin,
		at=at,
		sender=sender,
		automatic=automatic,
		recipients=addresses.in_header(*(headers.get(name, "") for name in ("to", "cc", "bcc"))),
		subject=subject,
		message_id=next(iter(reply_ids({"In-Reply-To": headers.get("message-id", "")})), ""),
		reply_ids=reply_ids(headers),
		headers=headers,
	)


def own_domains_among(mails: Iterable[Mail]) -> tuple[str, ...]:
	"""Guess whose mailbox this is, if it was not specified.

	In an export with sent mail it is the sender's; otherwise the domain that occurs in more messages than any
	other. Raises `UnusableInput` if two occur equally often.
	"""
	mails = list(mails)
	if sent := {domains.of(mail.sender) for mail in mails if mail.direction == OUTBOUND}:
		return tuple(sorted(sent))
	counts = Counter(
		chain.from_iterable(
			{domains.of(each) for each in (mail.sender, *mail.recipients) if each} for mail in mails
		)
	)
	ranking = counts.most_common(2)
	if len(ranking) == 2 and ranking[0][1] == ranking[1][1]:
		raise UnusableInput("It is unclear which side of this mail is yours. Specify it with --own-domain.")
	return (ranking[0][0],)


def sort_out(mails: Iterable[Mail], own_domains: Collection[str]) -> list[Mail]:
	"""Return the mails with direction, client and kind, from the view of the organisation of `own_domains`.

	A domain includes its subdomains. Copies of one message, as sent and as received, are one mail.
	"""
	copies = set()
	kept = []
	for mail in mails:
		copy = mail.message_id, mail.sender, mail.at
		if mail.message_id and copy in copies:
			continue
		copies.add(copy)
		kept.append(_placed(mail, own_domains))
	return kept


def _placed(mail: Mail, own_domains: Collection[str]) -> Mail:
	reply_to = next(iter(addresses.in_header(mail.headers.get("reply-to", ""))), mail.sender)
	# A form on the organisation's website writes from an own address, and directs replies to the person who filled it in.
	author = mail.sender if _is_own(reply_to, own_domains) else reply_to
	clients = [each for each in mail.recipients if not _is_own(each, own_domains)]
	sent = mail.direction == OUTBOUND or _is_own(mail.sender, own_domains)
	if sent and (clients or not mail.recipients):
		direction, client = OUTBOUND, next(iter(clients), "")
	elif not _is_own(author, own_domains):
		direction, client = INBOUND, author
	else:
		direction, client = INTERNAL, ""
	automatic = mail.automatic or automatic_kind(
		mail.headers, mail.sender, mail.subject, own_domains=own_domains
	)
	return replace(mail, direction=direction, client=client, automatic=automatic)


def _read(path: Path, zone: tzinfo) -> Iterator[Mail | Problem]:
	if path.is_dir():
		yield from _read_folder(path)
		return
	with path.open("rb") as file:
		start = file.read(8192)
	if start.startswith(b"From "):
		yield from _read_mbox(path)
	elif _HEADER_LINE.match(start) and path.suffix.lower() != ".csv":
		yield parse_mail(path.read_bytes(), path.name)
	else:
		yield from _read_csv(path, zone)


def _read_folder(folder: Path) -> Iterator[Mail | Problem]:
	for path in sorted(folder.rglob("*")):
		if path.suffix.lower() != _EMAIL_SUFFIX or path.is_dir():
			continue
		origin = path.relative_to(folder).as_posix()
		try:
			raw = path.read_bytes()
		except OSError as error:
			yield Problem(origin, f"it cannot be read: {error.strerror or error}")
		else:
			yield parse_mail(raw, origin)


def _read_mbox(path: Path) -> Iterator[Mail | Problem]:
	# The standard library's mbox takes any line that starts with "From " for a new message.
	with path.open("rb") as file:
		count, headers, in_headers, after_blank = 0, [], False, True
		for line in file:
			if after_blank and _MBOX_SEPARATOR.match(line):
				if count:
					yield parse_mail(b"".join(headers), f"message {count}")
				count, headers, in_headers = count + 1, [], True
			elif in_headers:
				headers.append(line)
			after_blank = not line.strip()
			in_headers = in_headers and not after_blank
		if count:
			yield parse_mail(b"".join(headers), f"message {count}")


def _read_csv(path: Path, zone: tzinfo) -> Iterator[Mail | Problem]:
	csv.field_size_limit(2**31 - 1)  # whole message bodies are in one field
	text = raw_mail.text_of_bytes(path.read_bytes()).replace("\0", "")
	delimiter = max(",;\t", key=text.partition("\n")[0].count)
	rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
	columns = [_FIELD_OF_COLUMN.get(each.strip().casefold()) for each in next(rows, [])]
	if absent := [" or ".join(_COLUMNS[name]) for name in _REQUIRED_COLUMNS if name not in columns]:
		if not any(columns):
			raise UnusableInput(
				f"{path} is neither an mbox file, nor a folder of .eml files, nor a CSV export of Communication."
			)
		raise UnusableInput(f"{path} has no column {' and no column '.join(absent)}.")
	try:
		for number, cells in enumerate(rows, start=2):
			# Rows can be short, and a total row is empty in the relevant columns.
			row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
			if any(row.values()) and row.get("communication_type", "") in _MESSAGE_TYPES:
				yield _mail_of_row(row, f"row {number}", zone)
	except csv.Error as error:
		yield Problem(f"line {rows.line_num}", f"the file is broken from here on: {error}")


def _mail_of_row(row: Mapping[str, str], origin: str, zone: tzinfo) -> Mail | Problem:
	senders = addresses.in_header(row["sender"])
	if not senders:
		return Problem(origin, "it has no sender")
	at = _local_date(row.get("date", ""), zone)
	if at is None:
		return Problem(origin, "it has no usable date")
	# A reply refers to its parent by document name, so that is an id of the message like its Message-ID.
	name, message_id = row.get("name", ""), row.get("message_id", "").strip("<>")
	in_reply_to = row.get("in_reply_to", "")
	return Mail(
		origin=origin,
		at=at,
		sender=senders[0],
		recipients=addresses.in_header(row.get("recipients", ""), row.get("cc", "")),
		subject=row.get("subject", ""),
		message_id=name or message_id,
		reply_ids=(in_reply_to,) if in_reply_to else (),
		direction=OUTBOUND if row.get("sent_or_received") == "Sent" else "",
		automatic=AUTO_REPLY if row.get("communication_type") == _AUTOMATED_MESSAGE else None,
	)


def _is_own(address: str, own_domains: Collection[str]) -> bool:
	domain = domains.of(address)
	return any(domain == own or domain.endswith("." + own) for own in own_domains)


def _date(value: str) -> datetime | None:
	try:
		at = parsedate_to_datetime(value)
		# "-0000" means UTC with an unknown time zone of the sender.
		return _usable(at if at.tzinfo else at.replace(tzinfo=timezone.utc))
	except (TypeError, ValueError, IndexError, OverflowError):
		return None


def _local_date(value: str, zone: tzinfo) -> datetime | None:
	for pattern in ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M:%S"):
		try:
			return _usable(datetime.strptime(value, pattern).replace(tzinfo=zone))
		except (ValueError, OverflowError):
			continue
	return None


def _usable(at: datetime) -> datetime | None:
	# Machines with an unset clock write dates around 1970; year 9999 breaks arithmetic.
	return at if _FIRST_USABLE_YEAR <= at.year < 9000 else None
