"""The mail of the demonstration: the data of `stories` as the bytes in which it is delivered.

It resembles a real mailbox. The same anchor always gives the same bytes.
"""

import base64
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path
from zoneinfo import ZoneInfo

from client_comms.demo.stories import (
	AUTO_ACKNOWLEDGEMENT,
	BOUNCE,
	CLIENT_REPLY,
	MISSING_CHARSET,
	NEWSLETTER,
	OUT_OF_OFFICE,
	OWN_DOMAIN,
	STAFF_REPLY,
	STORIES,
	TIME_ZONE,
	Step,
	Story,
)

INBOUND = "Inbound"
OUTBOUND = "Outbound"

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CRLF = compat32.clone(linesep="\r\n")
_PIXEL = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class MailItem:
	"""One mail: its bytes as delivered, its time, direction and conversation.

	`key` names the conversation, `account` is the mailbox it arrived in or belongs to, `at` is aware.
	"""

	raw: bytes
	at: datetime
	direction: str
	key: str
	account: str
	kind: str
	message_id: str


def build(anchor: date, time_zone: str = TIME_ZONE) -> list[MailItem]:
	"""Return the mail of the 60 days up to and including `anchor`, in order of time.

	Times of day are those of `time_zone`.
	"""
	zone = ZoneInfo(time_zone)
	items = [item for story in STORIES for item in _items(story, anchor, zone)]
	return sorted(items, key=lambda item: (item.at, item.key))


def write(folder: Path, anchor: date, time_zone: str = TIME_ZONE) -> list[Path]:
	"""Write the mail as .eml files into `folder`, numbered in order of time, and return their paths."""
	folder.mkdir(parents=True, exist_ok=True)
	paths = []
	for number, item in enumerate(build(anchor, time_zone), start=1):
		path = folder / f"{number:03}-{item.key}-{item.kind.replace(' ', '-')}.eml"
		path.write_bytes(item.raw)
		paths.append(path)
	return paths


def holidays(anchor: date) -> tuple[date, ...]:
	"""Return the company's days off in the 60 days: the Monday five weeks before the anchor's week."""
	return (_day_of_week(anchor, -5, "Mon"),)


def first_moment(when: tuple, anchor: date) -> tuple[date, str]:
	"""Return day and time of day of a story's `when`."""
	*place, clock = when
	day = _day_of_week(anchor, *place) if len(place) == 2 else business_day(anchor, -place[0], anchor)
	return day, clock


def _day_of_week(anchor: date, week: int, weekday: str) -> date:
	monday = anchor - timedelta(days=anchor.weekday())
	return monday + timedelta(weeks=week, days=_WEEKDAYS.index(weekday))


def business_day(start: date, count: int, anchor: date) -> date:
	"""The `count`-th business day after `start`, before it when negative; 0 is `start` itself."""
	day, step = start, timedelta(days=1 if count > 0 else -1)
	while count:
		day += step
		if day.weekday() < 5 and day not in holidays(anchor):
			count -= 1 if count > 0 else -1
	return day


def _items(story: Story, anchor: date, zone: ZoneInfo) -> Iterator[MailItem]:
	first_day, clock = first_moment(story.when, anchor)
	opening = Step(0, clock, story.kind, story.body, story.staff)
	before: list[MailItem] = []
	for step in (opening, *story.steps):
		day = business_day(first_day, step.business_days, anchor)
		at = datetime.combine(day, time.fromisoformat(step.at), zone)
		outbound = step.staff is not None or step.kind == AUTO_ACKNOWLEDGEMENT
		# The anchor is part of the id, so that two demonstrations on one site do not refer to each other.
		domain = OWN_DOMAIN if outbound else story.client[1].rpartition("@")[2]
		message_id = f"<{story.key}.{len(before) + 1}.{anchor:%Y%m%d}@{domain}>"
		message = _message(story, step, before)
		message["Date"] = format_datetime(at)
		message["Message-ID"] = message_id
		if before and step.kind != BOUNCE:
			message["In-Reply-To"] = before[-1].message_id
			message["References"] = " ".join(item.message_id for item in before)
		raw = message.as_bytes(policy=_CRLF)
		if story.charset == MISSING_CHARSET and not outbound:
			raw = _without_charset(raw, step.body)
		item = MailItem(
			raw=raw,
			at=at,
			direction=OUTBOUND if outbound else INBOUND,
			key=story.key,
			account=story.account,
			kind=step.kind,
			message_id=message_id,
		)
		before.append(item)
		yield item


def _message(story: Story, step: Step, before: list[MailItem]) -> Message:
	"""The mail of a step, with headers for sender, recipient, subject and kind."""
	if step.kind == BOUNCE:
		return _bounce(story, before[-1])
	outbound = step.staff is not None or step.kind == AUTO_ACKNOWLEDGEMENT
	charset = "utf-8" if outbound else story.charset or "iso-8859-1"
	subject = f"Re: {story.subject}" if before else story.subject
	author = step.staff or ("Nordlicht Solar", story.account) if outbound else story.client
	text = f"{step.body}\n\n{author[0]}\n"
	if step.staff:
		text = f"Dear {story.client[0]},\n\n{step.body}\n\nKind regards\n{author[0]}\nNordlicht Solar\n"
	if before and step.kind in (STAFF_REPLY, CLIENT_REPLY):
		text += f"\n{before[-1].at:%d %b %Y %H:%M}:\n" + "".join(
			f"> {line}\n" for line in story.body.split("\n")
		)

	message: Message = _text(text, charset)
	if story.attachment and not before:
		body, message = message, MIMEMultipart(boundary=f"=_{story.key}_=")
		message.attach(body)
		message.attach(_attachment(story.attachment))
	if step.kind == OUT_OF_OFFICE:
		# Some mail systems set the headers of automatic mail, some only use the subject.
		german = step.body.startswith("Ich")
		subject = f"{'Abwesenheitsnotiz' if german else 'Automatic reply'}: {story.subject}"
		if not german:
			message["Auto-Submitted"] = "auto-replied"
			message["X-Auto-Response-Suppress"] = "All"
	elif step.kind == AUTO_ACKNOWLEDGEMENT:
		message["Auto-Submitted"] = "auto-replied"
	elif step.kind == NEWSLETTER:
		message["List-Unsubscribe"] = f"<mailto:leave@{story.client[1].rpartition('@')[2]}>"
		message["Precedence"] = "bulk"
	elif not outbound:
		message["X-Auto-Response-Suppress"] = "DR, OOF"  # Exchange also adds this to mail from people
	message["Subject"] = Header(subject, None if subject.isascii() else _charset(charset))
	message["From"] = formataddr(author, _charset(charset))
	message["To"] = formataddr(story.client) if outbound else story.account
	if step.staff:
		message["Cc"] = story.account
	return message


def _text(text: str, charset: str) -> MIMEText:
	return MIMEText(text, "plain", _charset(charset))


def _charset(name: str) -> Charset:
	charset = Charset(name)
	if name == "utf-8":
		charset.body_encoding = QP
	elif name == "gb2312":
		# The standard library would label headers with its own name for the codec, which no one else knows.
		charset.output_codec = name
	return charset


def _without_charset(raw: bytes, body: str) -> bytes:
	"""The mail as some web shops send it: raw Latin-1 bytes without a declared charset."""
	headers = [
		line
		for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
		if not line.startswith((b"Content-", b"MIME-Version"))
	]
	text = body.replace("\n", "\r\n").encode("iso-8859-1")
	return b"\r\n".join([*headers, b"Content-Type: text/plain", b"", text, b""])


def _attachment(filename: str) -> MIMENonMultipart:
	"""Each has a content of its own: the same one in a confidential conversation and in an open one would be a leak."""
	part: MIMENonMultipart
	if filename.endswith(".png"):
		part = MIMEImage(_png(filename), "png")
	elif filename.endswith(".pdf"):
		part = MIMEApplication(_pdf(filename), "pdf")
	else:
		text = f"{filename}\nSerial number NL-2210-0047\nError 301, 14 times since Monday\n"
		part = MIMEText(text, "plain", "us-ascii")
	part.add_header("Content-Disposition", "attachment", filename=filename)
	return part


def _png(title: str) -> bytes:
	"""A pixel that says what it is called."""
	chunk = b"tEXtTitle\0" + title.encode("ascii")
	said = (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
	end = _PIXEL.index(b"IEND") - 4
	return _PIXEL[:end] + said + _PIXEL[end:]


def _pdf(title: str) -> bytes:
	"""The smallest PDF that viewers open: one page with a line of text."""
	stream = f"BT /F1 18 Tf 40 100 Td ({title}) Tj ET".encode()
	objects = (
		b"<< /Type /Catalog /Pages 2 0 R >>",
		b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 200] /Contents 4 0 R"
		b" /Resources << /Font << /F1 5 0 R >> >> >>",
		b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
		b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	)
	pdf, offsets = b"%PDF-1.4\n", []
	for number, content in enumerate(objects, start=1):
		offsets.append(len(pdf))
		pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
	table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
	size = len(objects) + 1
	return (
		pdf
		+ b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
		% (
			size,
			table,
			size,
			len(pdf),
		)
	)


def _bounce(story: Story, bounced: MailItem) -> Message:
	"""The client's mail server's report about a reply that it could not deliver."""
	server = f"mx.{story.client[1].rpartition('@')[2]}"
	report = MIMEMultipart("report", boundary=f"=_{story.key}_bounce_=", report_type="delivery-status")
	report.attach(_text(f"Your message to <{story.client[1]}> could not be delivered.\n", "us-ascii"))
	status = MIMEBase("message", "delivery-status")
	about_server, about_recipient = Message(), Message()
	about_server["Reporting-MTA"] = f"dns; {server}"
	about_recipient["Final-Recipient"] = f"rfc822; {story.client[1]}"
	about_recipient["Action"] = "failed"
	about_recipient["Status"] = "5.1.1"
	status.set_payload([about_server, about_recipient])
	report.attach(status)
	original = MIMENonMultipart("text", "rfc822-headers")
	original.set_payload(f"Message-ID: {bounced.message_id}\nSubject: Re: {story.subject}\n")
	report.attach(original)
	report["Return-Path"] = "<>"
	report["Auto-Submitted"] = "auto-replied"
	report["Subject"] = "Undelivered Mail Returned to Sender"
	report["From"] = f"Mail Delivery System <MAILER-DAEMON@{server}>"
	report["To"] = story.account
	return report
