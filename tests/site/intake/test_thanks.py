"""A message that only thanks starts nothing (C-4); what is odd about a sender is told (D-4)."""

import frappe
import pytest

from client_comms import api
from client_comms.client_interactions import conversation, thanks
from client_comms.exceptions import ActionNotPossibleError

pytestmark = pytest.mark.clause("C-3", "C-4")


@pytest.fixture
def asked(deliver, raw_mail, clock_at):
	"""An inquiry; `reply(text, at)` is the client's next message."""
	first = deliver(raw_mail())

	class Conversation:
		name = first.client_interaction

		def reply(self, text, at, **headers):
			message = deliver(
				raw_mail(
					text,
					Date=f"Mon, 23 Nov 2026 {at[-5:]}:00 +0100",
					Message_ID=f"<{at}@client-a.example>",
					In_Reply_To="<1@client-a.example>",
					**headers,
				),
				at=at,
			)
			assert message.client_interaction == self.name
			return self.doc()

		def doc(self):
			return frappe.get_doc("Client Interaction", self.name)

	return Conversation()


def kinds(doc):
	return [row.event for row in doc.events]


def test_thanks_for_an_answer_start_nothing_until_staff_say_so(asked, clock_at):
	with clock_at("2026-11-23 11:00"):
		api.answer(asked.name)
	doc = asked.reply("Thank you very much!", "2026-11-23 12:00")
	assert (doc.status, doc.clock_state) == ("Answered", "Stopped")
	assert kinds(doc)[-1] == "Only Thanks"
	subject = frappe.get_all(
		"Notification Log", {"document_name": doc.name, "for_user": doc.responsible_staff}, pluck="subject"
	)
	assert any("thank" in each for each in subject)
	with clock_at("2026-11-23 15:00"):
		before = thanks.counts()
		api.needs_answer(asked.name)
		doc = asked.doc()
		assert doc.status != "Answered" and doc.clock_state == "Running"
		assert str(doc.events[-1].at) == str(doc.events[-2].at)  # from when it arrived
		after = thanks.counts()
		assert (after[0] - before[0], after[1] - before[1]) == (0, 1)
		with pytest.raises(ActionNotPossibleError):
			api.needs_answer(asked.name)


def test_a_question_after_an_answer_starts_a_clock(asked, clock_at):
	with clock_at("2026-11-23 11:00"):
		api.answer(asked.name)
	doc = asked.reply("Thank you. When do you come?", "2026-11-23 12:00")
	assert doc.clock_state == "Running" and kinds(doc)[-1] == "Received"


def test_thanks_with_an_attachment_start_a_clock(asked, clock_at, monkeypatch):
	with clock_at("2026-11-23 11:00"):
		api.answer(asked.name)
	body = (
		"--b\nContent-Type: text/plain\n\nThanks!\n--b\nContent-Type: text/csv\n"
		"Content-Disposition: attachment; filename=a.csv\n\n1,2\n--b--"
	)
	doc = asked.reply(body, "2026-11-23 12:00", Content_Type="multipart/mixed; boundary=b")
	assert kinds(doc)[-1] == "Received"


def test_thanks_before_any_answer_change_nothing_that_is_owed(asked):
	doc = asked.reply("Thanks in advance!", "2026-11-23 12:00")
	assert kinds(doc)[-1] == "Received" and doc.clock_state == "Running"


def test_thanks_end_no_promise(asked, clock_at):
	with clock_at("2026-11-23 11:00"):
		api.promise(asked.name, "2026-11-26 12:00")
	doc = asked.reply("OK, thanks", "2026-11-23 12:00")
	assert kinds(doc)[-1] == "Only Thanks"
	assert (doc.status, doc.promise_status) == ("Acknowledged", "Running")


@pytest.mark.parametrize("promised", [False, True])
def test_any_message_ends_a_wait_for_the_client(asked, clock_at, promised):
	with clock_at("2026-11-23 11:00"):
		if promised:
			api.promise(asked.name, "2026-11-26 12:00")
		api.pause(asked.name)
	assert asked.doc().status == "Waiting for Client"
	doc = asked.reply("I confirm.", "2026-11-23 12:00")
	assert kinds(doc)[-1] == "Received"
	assert (doc.status, doc.clock_state) == ("Acknowledged" if promised else "Open", "Running")


def test_a_message_on_its_way_ends_a_wait_that_began_before_it_was_fetched(asked, clock_at):
	with clock_at("2026-11-23 12:05"):
		api.pause(asked.name)
	doc = asked.reply("Here it is.", "2026-11-23 12:00")
	assert (kinds(doc)[-1], doc.clock_state) == ("Received", "Running")


def test_a_name_in_thanks_is_one_of_the_conversation(asked, clock_at):
	with clock_at("2026-11-23 11:00"):
		api.answer(asked.name)
	frappe.db.set_value("Client Interaction", asked.name, "party_name", "Anna Client")
	assert kinds(asked.reply("Thanks!\nAnna", "2026-11-23 12:00"))[-1] == "Only Thanks"
	assert kinds(asked.reply("Thanks!\nCancel", "2026-11-23 12:10"))[-1] == "Received"


@pytest.mark.parametrize("settle", [api.answer, api.close])
def test_what_needs_an_answer_does_so_after_later_events_as_well(asked, clock_at, set_settings, settle):
	set_settings(evidence_mode="Off")
	with clock_at("2026-11-23 11:00"):
		api.promise(asked.name, "2026-11-26 12:00")
		if settle is api.close:
			api.answer(asked.name)
	asked.reply("Thanks!", "2026-11-23 12:00")
	with clock_at("2026-11-23 13:00"):
		settle(asked.name)
	with clock_at("2026-11-23 15:00"):
		api.needs_answer(asked.name)
		doc = asked.doc()
	assert doc.clock_state == "Running" and doc.status != "Closed"
	assert str(doc.events[-1].at) == "2026-11-23 13:00:00"


def test_thanks_do_not_reopen(asked, clock_at, set_settings):
	set_settings(evidence_mode="Off")
	with clock_at("2026-11-23 11:00"):
		api.answer(asked.name)
		api.close(asked.name)
	assert asked.reply("Thanks!", "2026-11-23 12:00").status == "Closed"
	with clock_at("2026-11-23 13:00"):
		api.needs_answer(asked.name)
	assert asked.doc().clock_state == "Running"


@pytest.mark.clause("D-4")
def test_an_odd_sender_is_told_on_the_interaction(deliver, raw_mail):
	odd = deliver(raw_mail(Reply_To="eve@other.example"), to="Communication")
	doc = frappe.get_doc("Client Interaction", odd.client_interaction)
	(row,) = [row for row in doc.events if row.event == "Sender in Doubt"]
	assert "eve@other.example" in row.note and "<" not in row.note and row.source_name == odd.name
	(entry,) = conversation.page(doc)["entries"]
	assert entry["doubts"] == row.note, "not told where one reads and replies"


@pytest.mark.clause("C-4")
def test_a_missed_deadline_stays_missed_whatever_is_changed(asked, clock_at, make_client):
	with clock_at("2026-11-30 10:00"):
		doc = asked.doc()
		doc.save()
		assert doc.breached
		doc.update({"occurred_on": "2026-11-29 10:00", "direction": "Internal"})
		doc.reclassification_reason = "Was a note among colleagues"
		doc.save()
	assert doc.breached and doc.respond_status == "Breached"
	assert {"Date Changed", "Direction Changed"} <= set(kinds(doc))
