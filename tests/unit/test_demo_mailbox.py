"""The demonstration mailbox: the same for everyone, and with everything that real mail has."""

import email
import zlib
from collections import Counter
from datetime import date, datetime, timedelta
from email import policy
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from client_comms.demo import mailbox, stories
from client_comms.dry_run import Mail, Procedure, assess, parse_mail, read_mailbox, sort_out
from client_comms.dry_run.governance import load_calendar

ANCHORS = [date(2024, 9, 2) + timedelta(days=n) for n in range(7)] + [date(2025, 3, 31), date(2025, 11, 1)]
OWN = [stories.OWN_DOMAIN]


@pytest.fixture(scope="module", params=ANCHORS, ids=str)
def anchor(request):
	return request.param


@pytest.fixture(scope="module")
def items(anchor):
	return mailbox.build(anchor)


def messages(items):
	return [email.message_from_bytes(item.raw, policy=policy.default) for item in items]


def test_the_same_anchor_gives_the_same_bytes(anchor, items):
	assert mailbox.build(anchor) == items
	assert len({item.message_id for item in items}) == len(items)


def test_sixty_days_in_order_of_time(anchor, items):
	days = [item.at.date() for item in items]
	assert days == sorted(days)
	assert anchor - timedelta(days=60) < days[0] and days[-1] <= anchor
	for key in {item.key for item in items}:
		thread = sorted((item for item in items if item.key == key), key=lambda item: item.message_id)
		assert all(one.at < two.at for one, two in pairwise(thread)), key


def test_every_mail_can_be_read_and_says_what_the_item_says(items):
	automatic = {stories.OUT_OF_OFFICE, stories.AUTO_ACKNOWLEDGEMENT, stories.BOUNCE, stories.NEWSLETTER}
	for item in items:
		found = parse_mail(item.raw, item.key)
		assert isinstance(found, Mail), found
		(found,) = sort_out([found], OWN)
		assert (found.direction, found.at) == (item.direction, item.at)
		assert f"<{found.message_id}>" == item.message_id
		assert (found.automatic is not None) == (item.kind in automatic), item
		assert all(each.endswith(".example") for each in (found.sender, *found.recipients))


def test_kinds_and_numbers(items):
	first_of = {}
	for item in items:
		first_of.setdefault(item.key, item)
	assert 43 <= sum(item.direction == "Inbound" for item in first_of.values()) <= 47
	kinds = Counter(item.kind for item in items)
	assert kinds[stories.BOUNCE] == kinds[stories.NEWSLETTER] == kinds[stories.AUTO_ACKNOWLEDGEMENT] == 1
	assert kinds[stories.OUT_OF_OFFICE] == 2
	assert kinds[stories.COMPLAINT] == 8
	assert kinds[stories.STAFF_REPLY] > 30
	assert {item.account for item in items} == {stories.SUPPORT, stories.SALES}


def test_arrivals_at_night_on_weekends_and_on_the_holiday(anchor, items):
	inbound = [item for item in items if item.direction == "Inbound"]
	assert sum(item.at.weekday() >= 5 for item in inbound) >= 4
	assert sum(not 7 <= item.at.hour < 20 for item in inbound) >= 5
	(holiday,) = mailbox.holidays(anchor)
	assert holiday.weekday() == 0
	assert any(item.at.date() == holiday for item in inbound)
	assert not any(item.at.date() == holiday for item in items if item.direction == "Outbound")


def test_encodings_and_attachments_are_real(items):
	charsets = Counter(
		part.get_content_charset() for m in messages(items) for part in m.walk() if not part.is_multipart()
	)
	assert {"utf-8", "iso-8859-1", "gb2312", "iso-2022-jp"} <= set(charsets)
	assert sum(b"\xfc" in item.raw and b"charset" not in item.raw for item in items) == 1
	assert not any(b"eucgb2312" in item.raw for item in items)
	subjects = {message["Subject"] for message in messages(items)}
	assert {"关于太阳能组件的询价", "視察のお願い", "Balkonkraftwerk für Mieter"} <= subjects

	attachments = {
		part.get_filename(): part
		for m in messages(items)
		for part in m.iter_attachments()
		if part.get_filename()
	}
	assert {name.rpartition(".")[2] for name in attachments} == {"png", "pdf", "txt"}
	png = attachments["module.png"].get_content()
	assert png.startswith(b"\x89PNG\r\n\x1a\n")
	assert int.from_bytes(png[29:33], "big") == zlib.crc32(png[12:29])
	title = png.index(b"tEXt")
	end = title + 4 + int.from_bytes(png[title - 4 : title], "big")
	assert int.from_bytes(png[end : end + 4], "big") == zlib.crc32(png[title:end])
	assert len({part.get_content() for part in attachments.values()}) == len(attachments)
	pdf = attachments["rechnung-2210.pdf"].get_content()
	xref = int(pdf.split(b"startxref\n")[1].split()[0])
	assert pdf[xref:].startswith(b"xref\n")
	first = int(pdf[xref:].splitlines()[3].split()[0])
	assert pdf[first:].startswith(b"1 0 obj")


def test_replies_refer_to_what_they_answer(items):
	ids = {item.message_id for item in items}
	replies = [item for item in items if item.kind in (stories.STAFF_REPLY, stories.CLIENT_REPLY)]
	for message in messages(replies):
		assert message["In-Reply-To"] in ids
		assert set(message["References"].split()) <= ids


def test_written_files_are_what_the_dry_run_reads(tmp_path, anchor, items):
	paths = mailbox.write(tmp_path / "mail", anchor)
	assert [path.read_bytes() for path in paths] == [item.raw for item in items]
	mails, problems = read_mailbox(tmp_path / "mail", ZoneInfo("UTC"))
	assert (len(mails), problems) == (len(items), [])


def test_it_shows_every_outcome(anchor, items):
	zone = ZoneInfo(stories.TIME_ZONE)
	mails = sort_out([parse_mail(item.raw, item.key) for item in items], OWN)
	calendar = load_calendar(None, stories.TIME_ZONE, mailbox.holidays(anchor))
	now = datetime.combine(anchor, datetime.max.time().replace(hour=8, minute=0), zone)
	found = assess(mails, Procedure.shipped(), calendar, now)
	keys = {item.key for item in items if item.kind != stories.NEWSLETTER and item.at <= now}
	assert len(found) == len(keys)
	assert {each.communication_type for each in found} == {
		"Initial Inquiry",
		"Service Update",
		"Feedback/Complaint",
		"Resolution/Closure",
	}
	statuses = {each.acknowledge_status for each in found} | {each.respond_status for each in found}
	assert statuses == {"Met", "Met Late", "Breached", "Running", "Not Required"}


def test_times_of_day_are_those_of_the_time_zone():
	here, there = (mailbox.build(ANCHORS[0], zone) for zone in ("Europe/Berlin", "Asia/Kolkata"))
	assert [item.at.strftime("%d %H:%M") for item in here] == [item.at.strftime("%d %H:%M") for item in there]
	assert there[0].at.utcoffset() == timedelta(hours=5, minutes=30)
