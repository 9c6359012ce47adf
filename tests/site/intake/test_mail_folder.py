"""A folder of emails, through Frappe's fetch with this app and through Frappe alone: none is lost (D-1, F-1).

`CLIENT_COMMS_MAIL_FOLDER` names a folder of .eml files, and `CLIENT_COMMS_MAIL_MOST` how many of them to take; without it,
the emails are those written here, which are as odd as those that people and machines send.
"""

import base64
import gzip
import os
import resource
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from unittest import mock

import frappe
import pytest
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.receive import InboundMail, SentEmailInInboxError

from client_comms import api, clock
from client_comms.clients import parties
from client_comms.intake import failures, inbound_mail, retry, spool, unprocessed

pytestmark = pytest.mark.clause("D-1", "F-1")

FOLDER = os.environ.get("CLIENT_COMMS_MAIL_FOLDER")
MOST = int(os.environ.get("CLIENT_COMMS_MAIL_MOST") or 100_000)
AT_ONCE = 20
SLOWEST = 30  # seconds of this process for one email
MOST_MEMORY = 1_500  # MB above what the process needed before
OWN = "nordlicht.example"


def head(subject: str, **headers) -> bytes:
	named = {
		"From": "Anna Client <anna@client-a.example>",
		"To": f"lead@{OWN}",
		"Subject": subject,
		"Message-ID": f"<{subject.replace(' ', '.')}@client-a.example>",
		"MIME-Version": "1.0",
		"Content-Type": "text/plain; charset=utf-8",
		**{name.replace("_", "-"): value for name, value in headers.items()},
	}
	return (
		"".join(f"{name}: {value}\n" for name, value in named.items() if value is not None).encode() + b"\n"
	)


def attached(name: str, kind: str, content: bytes) -> bytes:
	return (
		head(name, Content_Type="multipart/mixed; boundary=b0")
		+ b"--b0\nContent-Type: text/plain\n\nSee attachment.\n--b0\n"
		+ f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n'.encode()
		+ b"Content-Transfer-Encoding: base64\n\n"
		+ base64.encodebytes(content)
		+ b"--b0--\n"
	)


def zipped(bytes_unpacked: int) -> bytes:
	file = BytesIO()
	with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
		archive.writestr("zeros", b"\0" * bytes_unpacked)
	return file.getvalue()


def nested(levels: int) -> bytes:
	return b"".join(
		b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (level, level + 1)
		for level in range(levels)
	)


# What is odd -> the email
ODD = {
	"plain": lambda: head("Solar roof") + b"Please send an offer.\n",
	"no sender": lambda: head("Who", From=None) + b"It leaks.\n",
	"a sender without a domain": lambda: head("Local", From="root") + b"It leaks.\n",
	"a name in angle brackets": lambda: head("Name", From="<Anna Client>") + b"It leaks.\n",
	"an empty sender": lambda: head("Empty", From="<>") + b"It leaks.\n",
	"a report without a sender": lambda: head("Returned", From="<>", X_Failed_Recipients="a@b.example")
	+ b"It could not be delivered.\n",
	"a newsletter without a sender": lambda: head("News", From=None, List_Id="<n.example>") + b"News.\n",
	"a broken PDF": lambda: attached("broken.pdf", "application/pdf", b"%PDF-1.4\n\xff\xff broken"),
	"a broken picture": lambda: attached("broken.jpg", "image/jpeg", b"\xff\xd8\xff broken"),
	"an empty file": lambda: attached("empty.pdf", "application/pdf", b""),
	"a zip bomb": lambda: attached("bomb.zip", "application/zip", zipped(2_000_000_000)),
	"a bomb of gzip": lambda: attached("bomb.gz", "application/gzip", gzip.compress(b"\0" * 500_000_000)),
	"25 MB": lambda: attached("large.bin", "application/octet-stream", os.urandom(18_500_000)),
	"25 MB of text": lambda: head("Long") + b"Please send an offer. And now.\n" * 800_000,
	"5 MB without a charset": lambda: head("Odd", Content_Type="text/plain")
	+ b"Gr\xfc\xdfe aus K\xf6ln.\n" * 300_000,
	"what takes hours to read": lambda: head("On") + b"On " * 3_333,
	"200,000 parts": lambda: head("Dust", Content_Type="multipart/mixed; boundary=b0")
	+ b"--b0\n\nx\n" * 200_000,
	"one line of 5 MB": lambda: head("Line") + b"x" * 5_000_000,
	"10,000 recipients": lambda: head("Many", To=", ".join(f"c{n}@many.example" for n in range(10_000)))
	+ b"All of you.\n",
	"1,000 nested parts": lambda: head("Nested", Content_Type="multipart/mixed; boundary=b0") + nested(1000),
	"40 nested parts": lambda: head("Some", Content_Type="multipart/mixed; boundary=b0") + nested(40),
	"10,000 parts": lambda: head("Parts", Content_Type="multipart/mixed; boundary=b0")
	+ b"--b0\nContent-Type: text/plain\n\nx\n" * 10_000,
	"addresses nested 10,000 deep": lambda: head("Deep", To="(" * 10_000 + "a@b.example" + ")" * 10_000)
	+ b"It leaks.\n",
	"a sender nested 10,000 deep": lambda: head("From", From="(" * 10_000 + "a@b.example" + ")" * 10_000)
	+ b"It leaks.\n",
	"answers to an address nested 10,000 deep": lambda: head("Reply", Reply_To="(" * 10_000 + "a@b.example")
	+ b"It leaks.\n",
	"NUL bytes": lambda: head("NUL \0 byte") + b"It \0 leaks.\n",
	"a lying charset": lambda: head("Lie", Content_Type="text/plain; charset=us-ascii") + b"Gr\xfc\xdfe\n",
	"a charset that does not exist": lambda: head("Charset", Content_Type="text/plain; charset=klingon")
	+ b"Gr\xfc\xdfe\n",
	"a charset in a header that does not exist": lambda: head(
		"=?klingon?Q?Gr=FC=DFe?=", Message_ID="<k@x.example>"
	)
	+ b"It leaks.\n",
	"UTF-16 that is none": lambda: head("Wide", Content_Type="text/plain; charset=utf-16")
	+ b"It leaks\xff.\n",
	"bytes in headers": lambda: head("Gr").replace(b"Subject: Gr", b"Subject: Gr\xfc\xdfe") + b"It leaks.\n",
	"emoji and a half": lambda: head("Emoji \U0001f600") + "It leaks \U0001f600\n".encode()[:-3],
	"no Message-ID": lambda: head("Nameless", Message_ID=None) + b"It leaks.\n",
	"the Message-ID of another": lambda: head("Other", Message_ID="<Solar.roof@client-a.example>")
	+ b"Quite another matter.\n",
	"a date that is none": lambda: head("When", Date="yesterday") + b"It leaks.\n",
	"a date before time": lambda: head("Then", Date="Thu, 01 Jan 1 00:00:00 +0000") + b"It leaks.\n",
	"a subject of 100,000 characters": lambda: head("s" * 100_000, Message_ID="<s@x.example>")
	+ b"It leaks.\n",
	"nothing but headers": lambda: head("Bare"),
	"base64 that is none": lambda: head("Base", Content_Transfer_Encoding="base64") + b"!!! not base64 !!!\n",
	"a boundary that never comes": lambda: head("Bound", Content_Type="multipart/mixed; boundary=nowhere")
	+ b"It leaks.\n",
	"HTML without end": lambda: head("Markup", Content_Type="text/html; charset=utf-8")
	+ b"<div><table><p>" * 2_000
	+ b"It leaks.",
	"a thread of 2 MB in HTML": lambda: head("Thread", Content_Type="text/html; charset=utf-8")
	+ b'<div><p style="color: red">It leaks.</p>Again.<br></div>\n' * 35_000,
	"styles without end": lambda: head("Style", Content_Type="text/html; charset=utf-8")
	+ b"<b>It <i>leaks. " * 5_000,
	"a winmail.dat": lambda: attached("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22 broken"),
	"an invitation": lambda: head("Meet", Content_Type="text/calendar; method=REQUEST")
	+ b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n",
}


@dataclass
class Fates:
	"""What became of each email, by its number."""

	alone: dict[int, str] = field(default_factory=dict)  # with Frappe alone; "" if it is stored
	stored: dict[int, str] = field(default_factory=dict)  # its Communication
	own: set[int] = field(default_factory=set)  # from the mailbox itself, which Frappe leaves out
	seconds: dict[int, float] = field(default_factory=dict)


def emails() -> dict[str, bytes]:
	"""Name -> the email, stamped as the server of a mailbox does: what is years old would not be logged."""
	if FOLDER:
		paths = sorted(Path(FOLDER).rglob("*.eml"))[:MOST]
		found = {str(path.relative_to(FOLDER)): path.read_bytes() for path in paths}
	else:
		found = {name: write() for name, write in ODD.items()}
	stamp = f"Received: by mx.{OWN}; {format_datetime(clock.to_aware(clock.now()))}\r\n".encode()
	return {name: stamp + raw for name, raw in found.items()}


@pytest.fixture(autouse=True)
def nothing_on_its_way():
	"""Files are not rolled back."""
	spool.remove()
	yield
	spool.remove()


def test_no_email_of_a_folder_is_lost(accounts, without_app, make_user, as_user, clock_at):
	with clock_at(clock.now().replace(microsecond=0)):
		mails = emails()
		fates = Fates()
		numbered = list(enumerate(mails.values()))
		boxes = [*accounts.values()]
		before = _memory()
		for start in range(0, len(numbered), AT_ONCE):
			some = numbered[start : start + AT_ONCE]
			account = boxes[start // AT_ONCE % len(boxes)]
			_alone(some, account, fates, without_app)
			_fetched(some, account, fates)
		kept = frappe.db.count(unprocessed.UNPROCESSED)
		for _attempt in range(unprocessed.MOST_ATTEMPTS * (kept // unprocessed.AT_ONCE + 1)):
			retry.store_unprocessed()
		waiting = frappe.get_all(unprocessed.UNPROCESSED, {"status": unprocessed.WAITING}, pluck="name")
		refused = []
		with as_user(make_user("Customer Support Manager", "Compliance Officer")):
			for name in waiting:
				began = time.process_time()
				(done,) = api.log_unlogged([{"doctype": unprocessed.UNPROCESSED, "name": name}])
				assert time.process_time() - began < SLOWEST, name
				if "error" in done:
					refused.append(done)
	names = list(mails)
	taken_in = frappe.get_all(unprocessed.UNPROCESSED, ["name", "status", "communication", "fingerprint"])
	by_fingerprint = {row.fingerprint: row for row in taken_in}
	states = Counter()
	lost, unlogged = [], []
	for number, raw in numbered:
		row = next(
			(
				by_fingerprint[each]
				for each in (spool.fingerprint(account.name, raw) for account in boxes)
				if each in by_fingerprint
			),
			None,
		)
		stored = fates.stored.get(number) or (row and row.communication)
		fate = "stored" if number in fates.stored else "own" if number in fates.own else "taken in"
		states[fate] += 1
		states["refused by Frappe alone"] += bool(fates.alone[number])
		if not stored and number not in fates.own:
			lost.append((names[number], fates.alone[number]))
		if number not in fates.stored and number not in fates.own and not fates.alone[number]:
			lost.append((names[number], "stored by Frappe alone, kept here"))
		if stored:
			states[_logged(stored, names[number], unlogged)] += 1
	slowest = sorted(fates.seconds.items(), key=lambda each: -each[1])[:5]
	print(
		f"{len(mails)} emails: {dict(states)}; {kept} kept, {kept - len(waiting)} of them stored by the job, "
		f"{len(waiting)} taken in by hand; {_memory() - before} MB; slowest: "
		+ ", ".join(f"{names[number]} {seconds:.1f} s" for number, seconds in slowest)
	)
	print(f"Frappe alone: {dict(Counter(fates.alone.values()))}")
	assert not refused, refused[:20]
	assert not lost, lost[:20]
	assert not unlogged, unlogged[:20]
	assert all(seconds < SLOWEST for seconds in fates.seconds.values()), slowest
	assert _memory() - before < MOST_MEMORY


def _memory() -> int:
	"""The most that this process needed until now, in MB."""
	return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _alone(some, account, fates, without_app):
	"""What Frappe does without this app, undone each time."""
	for number, raw in some:
		frappe.db.savepoint("alone")
		try:
			inbound_mail.ReceivedMail.quickly(raw, account)
			with without_app():
				InboundMail(raw, account, append_to=account.append_to).process()
			fates.alone[number] = ""
		except frappe.DataTooLongException:
			# It would take hours, or the database would close the connection.
			fates.alone[number] = "too long"
		except SentEmailInInboxError:
			fates.alone[number] = "own"
		except Exception as error:
			fates.alone[number] = type(error).__name__
		finally:
			frappe.db.rollback(save_point="alone")
			frappe.clear_messages()


def _fetched(some, account, fates):
	"""Frappe's fetch with this app; one after the other, as in one connection."""
	numbers = {raw: number for number, raw in some}
	server = mock.Mock(settings={})
	server.get_messages.return_value = {"latest_messages": [raw for _number, raw in some]}
	real = inbound_mail.ReceivedMail.process

	def process(self):
		number, began = numbers[self.raw_message], time.process_time()
		try:
			stored = real(self)
			fates.stored[number] = stored.name
			return stored
		except SentEmailInInboxError:
			fates.own.add(number)
			raise
		finally:
			fates.seconds[number] = time.process_time() - began

	account.db_set({"enable_incoming": 1, "email_sync_option": "ALL"})
	with (
		mock.patch.object(EmailAccount, "get_incoming_server", lambda *args, **kwargs: server),
		mock.patch.object(inbound_mail.ReceivedMail, "process", process),
	):
		try:
			frappe.get_doc("Email Account", account.name).receive()
		except Exception as error:
			if not str(error).startswith("["):  # Frappe's list of those that failed
				raise
	frappe.clear_messages()


def _logged(name: str, which: str, unlogged: list) -> str:
	"""Whether the message stands in an interaction, or why not."""
	doc = frappe.get_doc("Communication", name)
	if doc.client_interaction:
		return "logged"
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	if reason := frappe.db.get_value(failures.FAILURE, about, "reason"):
		unlogged.append((which, reason))
		return "failed"
	return "of staff" if parties.is_own(doc.sender) else "of a machine"
