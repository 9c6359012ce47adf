"""The dry run: any mailbox in, an assessment by the procedure out, and no message that stops it."""

import json
import os
import subprocess
import sys
import time
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms import procedure as shipped
from client_comms.dry_run import Mail, Problem, Procedure, UnusableInput, assess, parse_mail, sort_out
from client_comms.dry_run.assessment import threads
from client_comms.dry_run.governance import load_calendar, load_procedure
from client_comms.dry_run.mailbox import own_domains_among, read_mailbox

ROOT = Path(__file__).parents[2]
OWN = ["own.example"]
BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = load_calendar(None, "Europe/Berlin", [])
MONDAY = datetime(2024, 6, 17, 10, 0, tzinfo=BERLIN)
LATER = MONDAY + timedelta(days=30)


def eml(
	sender="Ada <ada@client.example>",
	to="support@own.example",
	subject="Offer",
	date="Mon, 17 Jun 2024 10:00:00 +0200",
	**headers,
):
	"""A mail as bytes; headers that are None are left out, underscores in names become dashes."""
	values = {"From": sender, "To": to, "Subject": subject, "Date": date, **headers}
	lines = [f"{name.replace('_', '-')}: {value}" for name, value in values.items() if value is not None]
	return "\r\n".join([*lines, "", "Hello", ""]).encode()


def mail(number, days=0, *, outbound=False, client="ada@client.example", **fields):
	"""A mail on the n-th day after that Monday, at ten."""
	sender, recipient = ("jana@own.example", client) if outbound else (client, "support@own.example")
	return Mail(
		origin=f"mail {number}",
		at=MONDAY + timedelta(days=days),
		sender=sender,
		recipients=(recipient,),
		**{"subject": "Offer", "message_id": f"{number}@x", **fields},
	)


def assessed(*mails, now=LATER, procedure=None):
	return assess(sort_out(mails, OWN), procedure or Procedure.shipped(), CALENDAR, now)


def berlin(*parts):
	return datetime(*parts, tzinfo=BERLIN)


class TestParsing:
	def test_a_delivery_report_needs_no_sender(self):
		for sender in ("MAILER-DAEMON", "<>", "Mail Delivery System <>"):
			(found,) = sort_out([parse_mail(eml(sender=sender), "1.eml")], OWN)
			assert (found.sender, found.automatic) == ("", "bounce")
		assert own_domains_among([parse_mail(eml(sender="<>"), "1.eml")]) == ("own.example",)

	def test_without_a_date_the_stamp_of_the_server_counts(self):
		stamped = eml(date=None, Received="from a by b; Mon, 17 Jun 2024 10:00:00 +0200")
		assert parse_mail(stamped, "1.eml").at == MONDAY

	@pytest.mark.parametrize(
		"raw",
		[
			eml(sender="(" * 10_000 + "Ada <ada@client.example>"),
			eml(to="<" * 10_000 + "support@own.example"),
			eml(Reply_To="(" * 10_000),
			eml(Cc=", ".join(f"c{number}@client.example" for number in range(10_000))),
			eml(subject="=?utf-8?q?" + "x" * 100_000),
			eml(subject="=?no-such-charset?b?////?=", Content_Type="text/plain; charset=\0\0"),
			eml() + b"\0" * 25_000_000,
			eml(Content_Type="multipart/mixed; boundary=b0")
			+ b"".join(
				b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (n, n + 1) for n in range(1000)
			),
		],
		ids=("comments", "brackets", "reply to", "recipients", "subject", "charset", "size", "parts"),
	)
	def test_no_mail_takes_long_or_stops_the_run(self, raw):
		began = time.process_time()
		(found,) = sort_out([parse_mail(raw, "1.eml")], OWN)
		assert found.sender == "ada@client.example" and found.direction == "Inbound"
		assert time.process_time() - began < 5

	def test_a_plain_mail(self):
		found = parse_mail(eml(Message_ID="<1@x>", In_Reply_To="<0@x>", Cc="B <B@Own.example>"), "1.eml")
		assert (found.sender, found.subject, found.message_id) == ("ada@client.example", "Offer", "1@x")
		assert found.recipients == ("support@own.example", "b@own.example")
		assert found.reply_ids == ("0@x",)
		assert found.at == MONDAY

	@pytest.mark.parametrize(
		("raw", "reason"),
		[
			(b"", "no headers"),
			(b"\x00\xff\x89PNG\r\n\x1a\n" * 50, "no headers"),
			(b"just a line\r\nand another", "no headers"),
			(eml(sender=None), "no sender"),
			(eml(sender="nobody"), "no sender"),
			(eml(sender="@"), "no sender"),
			(eml(date=None), "no usable date"),
			(eml(date="yesterday"), "no usable date"),
			(eml(date="Mon, 99 Jun 2024 10:00:00 +0200"), "no usable date"),
			(eml(date="Thu, 01 Jan 1970 00:00:00 +0000"), "no usable date"),
			(eml(date="Fri, 31 Dec 9999 23:59:59 -1200"), "no usable date"),
		],
	)
	def test_what_cannot_be_used_is_named(self, raw, reason):
		found = parse_mail(raw, "1.eml")
		assert isinstance(found, Problem)
		assert found.origin == "1.eml"
		assert reason in found.reason

	@pytest.mark.parametrize(
		("header", "subject"),
		[
			(b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
			(b"=?iso-8859-1?Q?Gr=FC=DFe?= und mehr", "Grüße und mehr"),
			(b"=?gb2312?b?xPq6ww==?=", "您好"),
			(b"=?iso-2022-jp?B?GyRCO2s7ISROJCo0aiQkGyhC?=", "視察のお願い"),
			(b"=?utf-8?q?Offer?=\r\n =?utf-8?q?_now?=", "Offer now"),
			("Grüße".encode(), "Grüße"),
			("Grüße".encode("iso-8859-1"), "Grüße"),
			(b"=?no-such-charset?q?Offer?=", "Offer"),
			(b"=?utf-8?b?a?=", "=?utf-8?b?a?="),
			(b"=?utf-8?q?=FF=FE?=", "\ufffd\ufffd"),
			(b"", ""),
		],
	)
	def test_subjects_in_any_encoding(self, header, subject):
		raw = eml(subject="HERE").replace(b"HERE", header)
		assert parse_mail(raw, "1.eml").subject == subject

	def test_a_date_without_a_zone_is_utc(self):
		assert parse_mail(eml(date="Mon, 17 Jun 2024 08:00:00 -0000"), "1.eml").at == MONDAY

	@given(st.binary(max_size=400))
	def test_no_header_bytes_raise(self, junk):
		for raw in (
			junk,
			b"From: " + junk,
			eml(subject="HERE").replace(b"HERE", junk),
			eml(date="HERE").replace(b"HERE", junk),
		):
			assert isinstance(parse_mail(raw, "junk"), Mail | Problem)


class TestSortingOut:
	@pytest.mark.parametrize(
		("raw", "direction", "client"),
		[
			(eml(), "Inbound", "ada@client.example"),
			(eml("jana@own.example", "ada@client.example"), "Outbound", "ada@client.example"),
			(eml("jana@mail.own.example", "Ada@Client.example"), "Outbound", "ada@client.example"),
			(eml("jana@own.example", "tom@own.example"), "Internal", ""),
			(eml("jana@notown.example"), "Inbound", "jana@notown.example"),
			(eml("no-reply@own.example", Reply_To="ada@client.example"), "Inbound", "ada@client.example"),
			(eml(Reply_To="bo@client.example"), "Inbound", "bo@client.example"),
			(eml(Reply_To="support@own.example"), "Inbound", "ada@client.example"),
			(eml("jana@own.example", "tom@own.example", Cc="x@third.example"), "Outbound", "x@third.example"),
		],
	)
	def test_direction_and_client(self, raw, direction, client):
		(found,) = sort_out([parse_mail(raw, "1.eml")], OWN)
		assert (found.direction, found.client) == (direction, client)

	def test_the_form_on_the_own_website_is_written_by_a_person(self):
		form = parse_mail(eml("no-reply@own.example", Reply_To="ada@client.example"), "1.eml")
		assert sort_out([form], OWN)[0].automatic is None

	def test_copies_of_one_message_count_once(self):
		assert (
			len(sort_out([mail(1), mail(1), mail(2), mail("", message_id=""), mail("", message_id="")], OWN))
			== 4
		)

	def test_own_domain_is_the_one_that_always_takes_part(self):
		mails = [mail(1), mail(2, client="bo@other.example"), mail(3, outbound=True)]
		assert own_domains_among(mails) == ("own.example",)

	def test_own_domain_must_be_told_when_nothing_shows_it(self):
		with pytest.raises(UnusableInput, match="--own-domain"):
			own_domains_among([mail(1), mail(2)])


class TestThreads:
	def numbers(self, *mails):
		return [[each.origin for each in thread] for thread in threads(sort_out(mails, OWN))]

	def test_by_reference_whatever_the_subject(self):
		first, other = mail(1), mail(3, 1)
		answer = mail(2, 2, outbound=True, subject="Hi", reply_ids=("1@x",))
		assert self.numbers(answer, other, first) == [["mail 1", "mail 2"], ["mail 3"]]

	def test_by_a_message_that_is_not_here(self):
		one, two = mail(1, reply_ids=("gone@x",)), mail(2, 1, subject="B", reply_ids=("gone@x",))
		assert self.numbers(one, two) == [["mail 1", "mail 2"]]

	def test_a_reply_that_was_dated_before_what_it_answers(self):
		assert self.numbers(mail(1, 1), mail(2, 0, outbound=True, reply_ids=("1@x",))) == [
			["mail 2", "mail 1"]
		]

	def test_by_subject_and_client_when_nothing_is_referred_to(self):
		mails = [
			mail(1),
			mail(2, 1, outbound=True, subject="AW: Re:  offer"),
			mail(3, 2, client="bo@client.example", subject="Re: Offer"),
			mail(4, 3, subject="Re: Roof"),
			mail(5, 4, subject="Re: Offer", reply_ids=("unknown@x",)),
		]
		assert self.numbers(*mails) == [["mail 1", "mail 2", "mail 5"], ["mail 3"], ["mail 4"]]

	def test_a_new_mail_with_an_old_subject_starts_a_new_one(self):
		assert self.numbers(mail(1), mail(2, 9), mail(3, 10, subject="Re: Offer")) == [
			["mail 1"],
			["mail 2", "mail 3"],
		]

	def test_a_reference_outweighs_the_subject(self):
		mails = [mail(1, subject="Roof"), mail(2, 1), mail(3, 2, subject="Re: Offer", reply_ids=("1@x",))]
		assert self.numbers(*mails) == [["mail 1", "mail 3"], ["mail 2"]]

	def test_empty_subjects_hold_nothing_together(self):
		assert len(self.numbers(mail(1, subject=""), mail(2, 1, subject="Re:"))) == 2

	def test_a_long_thread(self):
		mails = [mail(n, n / 100, reply_ids=(f"{n - 1}@x",)) for n in range(3000)]
		assert len(self.numbers(*mails)) == 1


class TestAssessment:
	def test_answered_in_time(self):
		(found,) = assessed(mail(1), mail(2, 1, outbound=True, reply_ids=("1@x",)))
		assert (found.key, found.client, found.messages) == ("1@x", "ada@client.example", 2)
		assert (found.communication_type, found.confidentiality_level) == ("Initial Inquiry", "Standard")
		assert found.received_on == found.started_on == MONDAY
		assert found.acknowledge_by == berlin(2024, 6, 18, 17)
		assert found.respond_by == berlin(2024, 6, 19, 17)
		assert (found.acknowledge_status, found.respond_status, found.breached) == ("Met", "Met", False)
		assert found.documentation_missing == ()

	def test_answered_late_and_not_at_all(self):
		late, never = assessed(
			mail(1), mail(2, 7, outbound=True, reply_ids=("1@x",)), mail(3, 1, client="bo@client.example")
		)
		assert (late.acknowledge_status, late.respond_status, late.breached) == ("Met Late", "Met Late", True)
		assert (never.acknowledge_status, never.respond_status, never.breached) == (
			"Breached",
			"Breached",
			True,
		)

	def test_what_is_still_running(self):
		(found,) = assessed(mail(1), now=MONDAY + timedelta(hours=1))
		assert (found.acknowledge_status, found.respond_status) == ("Running", "Running")

	def test_mail_after_now_has_not_happened(self):
		answer = mail(2, 1, outbound=True, reply_ids=("1@x",))
		(found,) = assessed(mail(1), answer, mail(3, 2), now=MONDAY + timedelta(hours=1))
		assert (found.respond_status, found.messages) == ("Running", 1)

	def test_machines_start_no_clock_and_answer_nothing(self):
		answer = mail(2, 0.1, outbound=True, reply_ids=("1@x",), headers={"auto-submitted": "auto-replied"})
		news = mail(3, client="news@shop.example", headers={"list-unsubscribe": "<x>"})
		(found,) = assessed(mail(1), answer, news)
		assert (found.client, found.acknowledge_status, found.messages) == (
			"ada@client.example",
			"Breached",
			1,
		)

	def test_out_of_office_of_the_client_opens_no_new_round(self):
		answer = mail(2, 1, outbound=True, reply_ids=("1@x",))
		notice = mail(3, 1.1, reply_ids=("2@x",), subject="Automatic reply: Offer")
		(found,) = assessed(mail(1), answer, notice)
		assert found.respond_status == "Met"

	def test_the_client_writing_again_is_owed_another_answer(self):
		answer = mail(2, 1, outbound=True, reply_ids=("1@x",))
		(found,) = assessed(mail(1), answer, mail(3, 2, reply_ids=("2@x",)))
		assert found.respond_by == berlin(2024, 6, 21, 17)
		assert (found.acknowledge_status, found.respond_status) == ("Met", "Breached")

	def test_complaint(self):
		(found,) = assessed(mail(1, subject="Complaint about the roof"))
		assert (found.communication_type, found.confidentiality_level) == ("Feedback/Complaint", "Sensitive")
		assert found.visible_to.anyway == ("Compliance Officer", "Customer Support Manager")
		assert found.visible_to.taking_part == ("Customer Support",)
		assert found.documentation_missing == ("Escalation Report",)

	def test_service_update(self):
		(found,) = assessed(mail(1, outbound=True))
		assert (found.communication_type, found.confidentiality_level) == ("Service Update", "Confidential")
		assert found.visible_to.anyway == (
			"Account Manager",
			"Compliance Officer",
			"Customer Support Manager",
		)
		assert found.visible_to.taking_part == ("Customer Support",)
		assert (found.received_on, found.acknowledge_by, found.respond_by) == (None, None, None)
		assert found.respond_status == "Not Required"
		assert found.documentation_missing == ("Meeting Notes",)

	def test_a_closure_is_followed_up_by_a_mail_to_the_client(self):
		source_rules = [{"communication_type": "Resolution/Closure"}]
		procedure = Procedure.from_rows({**shipped.MATRIX, "source_rules": source_rules})
		told, untold = assessed(
			mail(1), mail(2, 1, outbound=True, reply_ids=("1@x",)), mail(3, 2), procedure=procedure
		)
		assert (told.documentation_missing, untold.documentation_missing) == ((), ("Follow-up Email",))

	def test_a_type_that_the_matrix_leaves_out_is_as_strict_as_can_be(self):
		rules = [{"communication_type": "Service Update", "confidentiality_level": "Standard"}]
		(found,) = assessed(mail(1), procedure=Procedure.from_rows({"rules": rules}))
		assert (found.confidentiality_level, found.respond_status) == ("Sensitive", "Not Required")
		assert found.visible_to.anyway == ("Compliance Officer", "Customer Support Manager")


class TestReading:
	def test_folder(self, tmp_path):
		(tmp_path / "sub").mkdir()
		(tmp_path / "sub" / "1.EML").write_bytes(eml())
		(tmp_path / "2.eml").write_bytes(b"\x00")
		(tmp_path / "notes.txt").write_text("no mail")
		mails, problems = read_mailbox(tmp_path, BERLIN)
		assert [each.origin for each in mails] == ["sub/1.EML"]
		assert [each.origin for each in problems] == ["2.eml"]

	def test_mbox(self, tmp_path):
		path = tmp_path / "inbox"
		body = b"\n\nFrom now on, I write myself.\nFrom ten (10:00) on, in 2024\n\nFrom here\n\n"
		path.write_bytes(
			b"From ada@client.example Mon Jun 17 10:00:00 2024\n"
			+ eml(subject="One").replace(b"\r\n", b"\n")
			+ body
			+ b"From - Mon Jun 17 11:00:00 2024\r\n"
			+ eml(subject="Two")
			+ b"\r\nFrom MAILER-DAEMON Mon Jun 17 12:00:00 2024\n"
			+ eml(sender=None)
		)
		mails, problems = read_mailbox(path, BERLIN)
		assert [each.subject for each in mails] == ["One", "Two"]
		assert problems == [Problem("message 3", "it has no sender")]

	def test_single_mail(self, tmp_path):
		(tmp_path / "1.eml").write_bytes(eml())
		assert len(read_mailbox(tmp_path / "1.eml", BERLIN)[0]) == 1

	LABELS = "Sr,ID,Subject,From,To,Date,Sent or Received,In Reply To,Communication Type\n"
	ROWS = (
		'1,C1,"Offer, please",Ada <ada@client.example>,support@own.example,2024-06-17 10:00:00.123456,'
		"Received,,Communication\n"
		"2,C2,Re: Offer,jana@own.example,ada@client.example,2024-06-18 10:00:00,Sent,C1,Communication\n"
		"3,C3,,Administrator,,2024-06-18 10:00:00,Sent,,Communication\n"
		"4,C4,Hm,ada@client.example,,17/06/24,Received,,Communication\n"
		"5,C5,seen,ada@client.example,,2024-06-18 10:00:00,Received,,Comment\n"
		"6,C6,Thanks,support@own.example,ada@client.example,2024-06-17 10:01:00,Sent,C1,Automated Message\n"
		"Total,,,,,,,,\n"
	)

	@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
	@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
	def test_csv_as_the_list_exports_it(self, tmp_path, encoding, delimiter):
		path = tmp_path / "Communication.csv"
		text = (self.LABELS + self.ROWS).replace('"Offer, please"', "Öffer").replace(",", delimiter)
		path.write_bytes(text.encode(encoding))
		mails, problems = read_mailbox(path, BERLIN)
		assert [each.message_id for each in mails] == ["C1", "C2", "C6"]
		assert mails[0].subject == "Öffer"
		assert mails[0].at == MONDAY.replace(microsecond=123456)
		assert problems == [
			Problem("row 4", "it has no sender"),
			Problem("row 5", "it has no usable date"),
		]
		(found,) = assess(sort_out(mails, own_domains_among(mails)), Procedure.shipped(), CALENDAR, LATER)
		assert (found.messages, found.respond_status) == (2, "Met")

	def test_csv_with_field_names_and_long_bodies(self, tmp_path):
		path = tmp_path / "export"
		body = "x\n" * 200_000
		path.write_text(
			f'sender,communication_date,content,subject\nada@client.example,2024-06-17 10:00,"{body}",Offer\n'
		)
		assert [each.subject for each in read_mailbox(path, BERLIN)[0]] == ["Offer"]

	@pytest.mark.parametrize(
		("name", "content", "reason"),
		[
			("a.csv", b"From,Subject\n", "has no column communication_date or Date"),
			("a.csv", b"x,y\n1,2\n", "neither an mbox file"),
			("a.bin", bytes(range(256)) * 10, "neither an mbox file"),
			("a.csv", b"", "neither an mbox file"),
			("a.csv", b"From,Date\n", "contains no mail"),
			("a.csv", b"From,Date\nnobody,2024-06-17 10:00:00\n", "none of the 1 messages"),
			("a.mbox", b"From x@y.example Mon Jun 17 10:00:00 2024\n\n", "none of the 1 messages"),
			("a.eml", b"Subject: x\n\n", "none of the 1 messages"),
		],
	)
	def test_input_that_is_unusable_as_a_whole(self, tmp_path, name, content, reason):
		path = tmp_path / name
		path.write_bytes(content)
		with pytest.raises(UnusableInput, match=reason):
			read_mailbox(path, BERLIN)

	@given(
		st.sampled_from([b"", b"From x Mon Jun 17 10:00:00 2024\n", b"From,Date\n", b"From: "]),
		st.binary(max_size=300),
	)
	def test_no_file_raises_anything_else(self, tmp_path_factory, start, junk):
		path = tmp_path_factory.mktemp("junk") / "file"
		path.write_bytes(start + junk)
		try:
			mails, problems = read_mailbox(path, BERLIN)
		except UnusableInput as error:
			assert str(path) in str(error)
		else:
			assert mails and all(problem.reason for problem in problems)

	def test_a_folder_without_mail(self, tmp_path):
		with pytest.raises(UnusableInput, match="contains no mail"):
			read_mailbox(tmp_path, BERLIN)


class TestProcedureFiles:
	def write(self, tmp_path, data):
		path = tmp_path / "matrix.json"
		path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
		return path

	def test_the_shipped_matrix_as_a_file_changes_nothing(self, tmp_path):
		assert load_procedure(self.write(tmp_path, shipped.MATRIX)) == Procedure.shipped()

	@pytest.mark.parametrize(
		"wrap", [lambda d: d, lambda d: {"data": d}, lambda d: {"docs": [d]}, lambda d: [d]]
	)
	def test_documents_exported_from_erpnext(self, tmp_path, wrap):
		row = {"doctype": "Communication Matrix Rule", "idx": 1, "name": "a1b2"}
		document = {
			"doctype": "Communication Matrix",
			"name": "CM-2.0-01",
			"docstatus": 1,
			"version_label": "2.0",
			"rules": [{**row, **rule, "respond_within_days": 5.0} for rule in shipped.MATRIX["rules"]],
			"documentation": list(shipped.MATRIX["documentation"]),
			"parties": list(shipped.MATRIX["parties"]),
		}
		found = load_procedure(self.write(tmp_path, wrap(document)))
		assert found.version_label == "2.0"
		assert found.terms_of["Initial Inquiry"].respond_days == 5
		assert found.policy.responsible_roles[("2.0", "Resolution/Closure")] == frozenset()

	def test_fixtures_bring_their_own_levels(self, tmp_path):
		level = {
			"doctype": "Confidentiality Level",
			"level_name": "Secret",
			"rank": 1,
			"need_to_know": "Role",
			"clearances": [{"role": "Boss", "can_read": 1}],
		}
		rule = {"communication_type": "Initial Inquiry", "confidentiality_level": "Secret"}
		matrix = {"doctype": "Communication Matrix", "version_label": "3", "rules": [rule]}
		(found,) = assessed(mail(1), procedure=load_procedure(self.write(tmp_path, [level, matrix])))
		assert (found.confidentiality_level, found.visible_to.anyway) == ("Secret", ("Boss",))

	@pytest.mark.parametrize(
		("data", "reason"),
		[
			("{", "not JSON"),
			("[" * 100_000, "not JSON"),
			("[]", "0 Communication Matrix documents"),
			("[1]", "not a communication matrix"),
			("7", "contains no document"),
			("{}", "no rules"),
			({"rules": 7}, "not a communication matrix"),
			({"rules": ["x"]}, "not a communication matrix"),
			({"rules": [{"communication_type": "A"}]}, "has no confidentiality_level"),
			({"rules": [{"confidentiality_level": "Standard"}]}, "has no communication_type"),
			(
				{"rules": [{"communication_type": "A", "confidentiality_level": "Top"}]},
				"level Top does not exist",
			),
			(
				{
					"rules": [
						{
							"communication_type": "A",
							"confidentiality_level": "Standard",
							"respond_within_days": -1,
						}
					]
				},
				"respond_within_days of A is -1",
			),
			(
				{
					**shipped.MATRIX,
					"documentation": [{"communication_type": "A", "documentation_method": "Fax"}],
				},
				"documentation method Fax does not exist",
			),
			({**shipped.MATRIX, "parties": [{"communication_type": "A", "party": "Role"}]}, "has no role"),
			(
				{**shipped.MATRIX, "levels": [{"level_name": "Standard", "rank": "high"}]},
				"not a communication matrix",
			),
		],
	)
	def test_bad_files_get_one_clear_sentence(self, tmp_path, data, reason):
		path = self.write(tmp_path, data)
		with pytest.raises(UnusableInput, match=reason) as caught:
			load_procedure(path)
		assert str(path) in str(caught.value)

	def test_calendar_file(self, tmp_path):
		path = self.write(
			tmp_path,
			{
				"time_zone": "Europe/Berlin",
				"counting": "Working Hours",
				"hours": [
					{"weekday": "Monday", "start_time": "8:00:00", "end_time": "12:00:00"},
					{"weekday": "Tuesday", "start_time": "20:00", "end_time": "24:00"},
				],
				"holidays": [
					"2024-06-18",
					{"holiday_date": "2024-06-25", "is_half_day": 0},
					{"holiday_date": "2024-07-02", "is_half_day": 1},
				],
			},
		)
		calendar = load_calendar(path, None, [date(2024, 6, 24)])
		assert calendar.deadline(MONDAY, 1) == berlin(2024, 7, 1, 10)
		assert calendar.closing_time(date(2024, 7, 2)) == berlin(2024, 7, 2, 22)
		assert load_calendar(path, "UTC", []).time_zone == "UTC"

	@pytest.mark.parametrize(
		("data", "reason"),
		[
			("{}", "not a response calendar"),
			({"hours": []}, "no working hours"),
			(
				{"hours": [{"weekday": "Someday", "start_time": "9:00", "end_time": "10:00"}]},
				"not a response calendar",
			),
			(
				{"hours": [{"weekday": "Monday", "start_time": "25:00", "end_time": "26:00"}]},
				"not a response calendar",
			),
			({**shipped.DEFAULT_CALENDAR, "time_zone": "Mars/Base"}, "Mars/Base"),
			({**shipped.DEFAULT_CALENDAR, "counting": "Guessing"}, "Guessing"),
		],
	)
	def test_bad_calendars(self, tmp_path, data, reason):
		with pytest.raises(UnusableInput, match=reason):
			load_calendar(self.write(tmp_path, data), None, [])


class TestCommand:
	"""As people run it: a process of its own, which never imports Frappe."""

	def run(self, *arguments, encoding="utf-8"):
		environment = {
			**os.environ,
			"PYTHONPATH": str(ROOT),
			"PYTHONIOENCODING": encoding,
			"COLUMNS": "200",
		}
		command = [sys.executable, "-m", "client_comms", "dry-run", *map(str, arguments)]
		return subprocess.run(command, capture_output=True, env=environment, cwd="/", timeout=60)

	@pytest.fixture
	def mailbox(self, tmp_path):
		folder = tmp_path / "mail"
		folder.mkdir()
		answer = eml(
			"jana@own.example",
			"ada@client.example",
			"Re: Offer",
			"Tue, 18 Jun 2024 10:00:00 +0200",
			Message_ID="<2@x>",
			In_Reply_To="<1@x>",
		)
		complaint = eml("bo@other.example", subject="Complaint \x1b[31mred", Message_ID="<3@x>")
		future = eml(date="Mon, 17 Jun 2047 10:00:00 +0200", subject="Later")
		for name, raw in {
			"1": eml(Message_ID="<1@x>"),
			"2": answer,
			"3": complaint,
			"4": future,
			"5": b"\x00",
		}.items():
			(folder / f"{name}.eml").write_bytes(raw)
		return folder

	def test_json(self, mailbox):
		done = self.run(mailbox, "--json", "--time-zone", "Europe/Berlin", "--now", "2024-06-25T08:00:00Z")
		assert (done.returncode, done.stderr) == (0, b"")
		report = json.loads(done.stdout)
		assert report["own_domains"] == ["own.example"]
		assert report["now"] == "2024-06-25T10:00:00+02:00"
		assert report["counts"] == {"messages": 3, "automatic": 0, "internal": 0, "left_out": 2}
		assert [each["origin"] for each in report["problems"]] == ["5.eml", "4.eml"]
		inquiry, complaint = sorted(report["conversations"], key=lambda each: each["key"])
		assert inquiry["respond_by"] == "2024-06-19T17:00:00+02:00"
		assert (inquiry["respond_status"], complaint["respond_status"]) == ("Met", "Breached")
		assert complaint["visible_to"] == {
			"anyway": ["Compliance Officer", "Customer Support Manager"],
			"taking_part": ["Customer Support"],
		}

	@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
	def test_tables(self, mailbox, encoding):
		done = self.run(mailbox, "--now", "2024-06-25", encoding=encoding)
		assert (done.returncode, done.stderr) == (0, b"")
		text = done.stdout.decode(encoding)
		assert "2024-06-19 17:00 Met" in text
		assert "2024-06-19 17:00 Breached" in text
		assert "Escalation Report" in text
		assert "2 conversations, 1 with a deadline missed." in text
		assert "5.eml: this is not an email" in text
		assert "\x1b" not in text

	def test_options_reach_the_calculation(self, mailbox, tmp_path):
		matrix = tmp_path / "matrix.json"
		rules = [{**rule, "acknowledge_within_days": 3} for rule in shipped.MATRIX["rules"]]
		matrix.write_text(json.dumps({**shipped.MATRIX, "version_label": "9", "rules": rules}))
		options = ["--matrix", matrix, "--holiday", "2024-06-18", "--own-domain", "@Own.example", "--json"]
		report = json.loads(self.run(mailbox, *options).stdout)
		assert (report["matrix"], report["time_zone"]) == ("9", "UTC")
		assert report["conversations"][0]["acknowledge_by"] == "2024-06-21T17:00:00+00:00"

	def test_unusable_input_is_one_line_and_exit_code_2(self, mailbox, tmp_path):
		broken = tmp_path / "broken.json"
		broken.write_text("{\n\n")
		for arguments in (
			[tmp_path / "nothing"],
			[broken],
			[mailbox, "--matrix", broken],
			[mailbox, "--matrix", tmp_path],
			[mailbox, "--calendar", broken],
			[mailbox, "--time-zone", "Mars/Base"],
		):
			done = self.run(*arguments)
			assert (done.returncode, done.stdout) == (2, b""), arguments
			assert done.stderr.count(b"\n") == 1, done.stderr
			assert b"Traceback" not in done.stderr

	@pytest.mark.parametrize(
		"option", [["--now", "soon"], ["--now", "9999-01-01"], ["--holiday", "31.12."], ["--x"]]
	)
	def test_options_that_make_no_sense(self, mailbox, option):
		done = self.run(mailbox, *option)
		assert done.returncode == 2
		assert option[0].encode() in done.stderr
		assert b"Traceback" not in done.stderr

	def test_needs_no_frappe(self, mailbox):
		code = (
			"import sys; sys.modules['frappe'] = None; from client_comms.__main__ import main; "
			f"sys.exit(main(['dry-run', {str(mailbox)!r}, '--json']))"
		)
		environment = {**os.environ, "PYTHONPATH": str(ROOT)}
		assert (
			subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment).returncode == 0
		)

	def test_a_reader_that_stops_early_is_not_an_error(self, mailbox):
		environment = {**os.environ, "PYTHONPATH": str(ROOT)}
		command = [sys.executable, "-m", "client_comms", "dry-run", str(mailbox)]
		with subprocess.Popen(
			command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
		) as process:
			process.stdout.close()
			assert (process.stderr.read(), process.wait(60)) == (b"", 0)


def test_now_decides_which_deadlines_are_past():
	before, after = (
		assessed(mail(1), now=datetime(2024, 6, 19, hour, 30, tzinfo=timezone.utc))[0] for hour in (14, 15)
	)
	assert (before.respond_status, after.respond_status) == ("Running", "Breached")
