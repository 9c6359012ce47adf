"""No text of a confidential message, comment or call is sent to open browsers (P-2)."""

from unittest import mock

import frappe
import frappe.realtime
import pytest

from client_comms import compat
from client_comms.enforcement import realtime

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain"


@pytest.fixture
def sent(site):
	"""`sent()` returns what was sent since the last call, as (room, event, message as text)."""
	told = []

	def emit(event, message, room):
		told.append((room, event, frappe.as_json(message)))

	def take():
		frappe.db.commit()
		taken = told[:]
		told.clear()
		return taken

	with mock.patch.object(frappe.realtime, "emit_via_redis", emit):
		yield take


@pytest.fixture
def customer(make_client):
	return make_client("Anna Client", "anna@client.example")


def message(**fields):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Event",  # neither logged nor checked at the gate
			"subject": "Noise",
			"content": WORDS,
			**fields,
		}
	).insert(ignore_permissions=True)


def room(doctype, name):
	return f"doc:{doctype}/{name}"


def test_a_confidential_message_under_a_customer(customer, complaint, sent):
	about = {"reference_doctype": "Customer", "reference_name": customer.party}
	sent()
	made = message(client_interaction=complaint.name, confidentiality_level="Sensitive", **about)
	made.notify_change("update")
	made.delete(ignore_permissions=True)
	told = sent()
	assert (room("Customer", customer.party), realtime.EVENT) in [each[:2] for each in told]
	assert not [each for each in told if WORDS in each[2]]


def test_one_that_becomes_confidential_after_it_was_stored(customer, complaint, sent):
	made = message(reference_doctype="Customer", reference_name=customer.party)
	made.db_set({"client_interaction": complaint.name, "confidentiality_level": "Sensitive"})
	told = sent()
	assert (room("Customer", customer.party), realtime.EVENT) in [each[:2] for each in told]
	assert not [each for each in told if WORDS in each[2]]


def test_an_open_one_is_sent_as_frappe_sends_it(customer, sent):
	made = message(reference_doctype="Customer", reference_name=customer.party)
	made.notify_change("update")
	told = [each for each in sent() if WORDS in each[2]]
	assert {each[:2] for each in told} == {(room("Customer", customer.party), "docinfo_update")}
	assert ['"add"' in each[2] for each in told] != ['"update"' in each[2] for each in told]


@pytest.mark.parametrize("confidential", [True, False])
def test_comments(confidential, customer, complaint, sent):
	about = complaint if confidential else frappe.get_doc("Customer", customer.party)
	sent()
	comment = about.add_comment("Comment", WORDS)
	told = sent()
	comment.content = f"{WORDS} again"
	comment.save(ignore_permissions=True)
	comment.delete(ignore_permissions=True)
	told += sent()
	events = {event for its_room, event, _text in told if its_room == room(about.doctype, about.name)}
	assert (realtime.EVENT in events) == confidential
	assert any(WORDS in each[2] for each in told) != confidential


def test_a_message_and_comments_below_a_meeting_about_a_lead(held, sent):
	"""Neither the meeting nor the message has a level of its own."""
	lead = held("Lead", lead_name="Anna")
	meeting = frappe.get_doc(
		{
			"doctype": "Event",
			"subject": "Roof",
			"starts_on": frappe.utils.add_days(frappe.utils.now(), 1),  # one that has begun can be logged
			"event_type": "Public",
			"event_participants": [{"reference_doctype": "Lead", "reference_docname": lead.name}],
		}
	).insert()
	assert not meeting.get("client_interaction")
	sent()
	made = message(reference_doctype=meeting.doctype, reference_name=meeting.name)
	assert not made.get("confidentiality_level")
	meeting.add_comment("Comment", WORDS)
	made.add_comment("Comment", WORDS)
	told = sent()
	assert not [each for each in told if WORDS in each[2]]
	for about in (meeting, made):
		assert (room(about.doctype, about.name), realtime.EVENT) in [each[:2] for each in told]


def test_a_comment_on_a_to_do_about_an_interaction(complaint, sent):
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": "x",
			"allocated_to": "Administrator",
			"reference_type": complaint.doctype,
			"reference_name": complaint.name,
		}
	).insert()
	sent()
	todo.add_comment("Comment", WORDS)
	assert not [each for each in sent() if WORDS in each[2]]


def test_a_file_of_a_row(complaint, sent):
	"""Frappe lets all who can read some interaction listen to a row."""
	sent()
	complaint.events[0].add_comment("Attachment", WORDS)
	told = sent()
	assert not [each for each in told if WORDS in each[2]]
	row = complaint.events[0]
	assert (room(row.doctype, row.name), realtime.EVENT) in [each[:2] for each in told]


def test_a_call_that_ended_is_told_to_all_without_what_was_said(sent):
	call = frappe.get_doc(
		{
			"doctype": "Call Log",
			"id": frappe.generate_hash(length=8),
			"from": "+49 30 1234567",
			"to": "+49 30 7654321",
			"type": "Incoming",
			"status": "In Progress",
			"summary": WORDS,
		}
	).insert(ignore_permissions=True)
	sent()
	call.status = "Completed"
	call.save(ignore_permissions=True)
	told = {event: text for its_room, event, text in sent() if its_room == "all"}
	ended = frappe.parse_json(told[f"call_{call.id}_ended"])
	assert ended == {
		"doctype": "Call Log",
		"name": call.name,
		"id": call.id,
		"status": "Completed",
		"links": [],
	}
	assert call.as_dict()["summary"] == WORDS


def test_whom_it_rings_sees_who_calls(sent, make_user, monkeypatch):
	from erpnext.telephony.doctype.call_log import call_log

	agent = make_user("Customer Support")
	monkeypatch.setattr(call_log, "get_scheduled_employees_for_popup", lambda medium: [agent])
	monkeypatch.setattr(
		call_log, "get_employees_with_number", lambda number: [frappe._dict(user_id=agent, name=None)]
	)
	call = frappe.get_doc(
		{
			"doctype": "Call Log",
			"id": frappe.generate_hash(length=8),
			"from": "+49 30 1234567",
			"to": "+49 30 7654321",
			"type": "Incoming",
			"status": "Ringing",
		}
	).insert(ignore_permissions=True)
	call.to = "+49 30 7654322"  # passed on
	call.save(ignore_permissions=True)
	told = sent()
	popups = [
		text for its_room, *event, text in told if (its_room, *event) == (f"user:{agent}", "show_call_popup")
	]
	assert len(popups) == 2 and all("+49 30 1234567" in text for text in popups)
	assert not [text for its_room, event, text in told if event.endswith("_missed") and "1234567" in text]


def test_no_list_is_told_who_saved_a_document(make_user, request_as, sent):
	"""Of a hidden record, that would be the client who wrote in the portal."""
	author = make_user("Support Team")
	sent()
	made = request_as(author, "frappe.client.insert", doc={"doctype": "Note", "title": "Noise"})
	told = [frappe.parse_json(text) for _room, event, text in sent() if event == "list_update"]
	assert {"doctype": "Note", "name": made["name"]} in told
	assert not [each for each in told if "user" in each]


@pytest.fixture
def listens(request_as):
	"""`listens(user, "Contact")`: whether a user's browser is told which contacts change."""

	def ask(user, doctype):
		try:
			if compat.is_version_16():
				return request_as(user, "frappe.realtime.has_permission", doctype=doctype, name="")
			return request_as(user, "frappe.realtime.can_subscribe_doctype", doctype=doctype)
		except frappe.PermissionError:
			return False

	return ask


@pytest.mark.parametrize("doctype", ["Contact", "Address", "User", "ToDo", "File", "Communication"])
def test_no_list_of_the_portal_is_told_what_was_saved(doctype, make_user, listens):
	"""The name of a contact or a user says who that is, and any login can read its own."""
	assert not listens(make_user("Customer", user_type="Website User"), doctype)
	assert not listens("Guest", doctype)


def test_lists_of_the_desk_are_told(make_user, listens):
	salesperson, other = make_user("Sales User"), make_user("Projects User")
	assert listens(salesperson, "Contact") and listens(salesperson, "Lead") and listens(other, "ToDo")
	assert not listens(other, "Contact"), "who reads their own alone"
	assert not listens(other, "Lead") and not listens(salesperson, "No Such DocType")
