"""Messages and calls of other apps become interactions, are as confidential, and pass the gate (C-2, D-1, P-1 to P-3).

The DocTypes of frappe_whatsapp and frappe/telephony are stand-ins of the same fields.
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType

import frappe
import pytest
from frappe.model.document import Document

from client_comms import clock, health, procedure
from client_comms.api import retention, subject_requests, withdraw_consent
from client_comms.client_interactions import conversation
from client_comms.client_privacy import identity
from client_comms.client_privacy.erasure import runs
from client_comms.client_privacy.requests import data_map, subjects
from client_comms.enforcement import anchors, compose, governed, registry, source_doctypes, takeovers
from client_comms.exceptions import (
	ClearanceMissingError,
	OutgoingRefusedError,
	ReasonNeededError,
	RecordIsKeptError,
	RestrictedError,
)
from client_comms.intake import retry, telephony, unlogged, whatsapp
from client_comms.outgoing import departures, facts, gate, recipient_kinds, register, source_documents
from client_comms.rules.arrival import Arrival

pytestmark = pytest.mark.clause("C-2", "D-1", "P-1", "P-2", "P-3")

INTERACTION, DISCLOSURE = "Client Interaction", "Client Disclosure"
MESSAGE, CALL = "WhatsApp Message", "TP Call Log"
MONDAY = "2026-11-23 10:00"
# As WhatsApp reports numbers, and as they are stored with a contact.
ANNA, ANNA_STORED = "4930901820", "+49 30 901820"
EVE, EVE_STORED = "4940999888", "+49 40 999888"


@pytest.fixture(scope="module", autouse=True)
def stand_ins(app_installed):
	with app_installed(MESSAGE, CALL):
		yield


@pytest.fixture(autouse=True)
def working_hours(set_calendar, set_settings):
	set_calendar(["09:00-17:00"])
	set_settings(log_sources=1, own_email_domains="own.example", identity_mode="Off", consent_mode="Enforce")


@pytest.fixture
def client(site, make_client):
	"""Anna, with her number; and an adviser, who has one as well."""
	found = make_client("Anna Client", "anna@client.example")
	contact = frappe.get_doc("Contact", found.contact)
	contact.append("phone_nos", {"phone": ANNA_STORED, "is_primary_phone": 1})
	contact.save()
	frappe.get_doc(
		{"doctype": "Third Party", "third_party_name": "Adviser", "email_domains": "adviser.example"}
	).insert()
	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Eve",
			"email_ids": [{"email_id": "eve@adviser.example", "is_primary": 1}],
			"phone_nos": [{"phone": EVE_STORED, "is_primary_phone": 1}],
		}
	).insert()
	return found


@pytest.fixture
def staff(make_user):
	return make_user(procedure.FRONTLINE_STAFF, "Account Manager", "Support Team", "System Manager")


@pytest.fixture
def receive(clock_at):
	"""`receive("When will you come?")`: Anna writes by WhatsApp, and the app stores it."""

	def store(text, at=MONDAY, **fields):
		with clock_at(at):
			return frappe.get_doc(
				{
					"doctype": MESSAGE,
					"type": "Incoming",
					"from": ANNA,
					"profile_name": "Anna",
					"message": text,
					"message_id": frappe.generate_hash(),
					"content_type": "text",
					**fields,
				}
			).insert(ignore_permissions=True)

	return store


@pytest.fixture
def send(clock_at, as_user, staff):
	"""`send("At noon.")`: a user answers in the desk."""

	def write(text, to=ANNA, at="2026-11-23 11:00", **fields):
		with clock_at(at), as_user(staff):
			return frappe.get_doc(
				{
					"doctype": MESSAGE,
					"type": "Outgoing",
					"to": to,
					"message": text,
					"message_type": "Manual",
					"content_type": "text",
					**fields,
				}
			).insert()

	return write


def interaction_of(doc):
	return frappe.get_doc(INTERACTION, frappe.db.get_value(doc.doctype, doc.name, "client_interaction"))


# --- logging -------------------------------------------------------------------------------------


def test_a_message_begins_an_interaction_with_running_clocks(receive, client):
	doc = receive("When will you come?")
	interaction = interaction_of(doc)
	assert (interaction.party, interaction.contact) == (client.party, client.contact)
	assert (interaction.channel, interaction.direction) == ("Chat", "Inbound")
	assert interaction.summary == "When will you come?"
	assert interaction.respond_by and interaction.status == "Open"
	assert doc.confidentiality_level == interaction.confidentiality_level
	assert interaction.events[1].source_name == doc.name


def test_the_next_message_of_the_same_number_continues_it(receive, client):
	first, second = receive("When will you come?"), receive("Hello?", at="2026-11-23 10:30")
	assert interaction_of(first).name == interaction_of(second).name
	other = receive("Who are you?", **{"from": EVE}, at="2026-11-23 10:40")
	assert interaction_of(other).name != interaction_of(first).name


def test_an_answer_of_staff_answers_it(receive, send, client, staff):
	asked = receive("When will you come?")
	sent = send("At noon.")
	interaction = interaction_of(sent)
	assert interaction.name == interaction_of(asked).name
	last = interaction.events[-1]
	assert (last.source_name, last.by_user) == (sent.name, staff)
	assert last.event in ("Acknowledged", "Answered")


def test_an_automatic_message_answers_nothing(receive, send, client):
	before = interaction_of(receive("When will you come?"))
	sent = send("Your parcel", message_type="Template", message_id="wamid.1")
	interaction = interaction_of(sent)
	assert interaction.name == before.name
	assert len(interaction.events) == len(before.events)


def test_a_reaction_is_not_a_message(receive, client):
	assert not receive("👍", content_type="reaction").get("client_interaction")


def test_nothing_is_logged_while_it_is_switched_off(receive, client, set_settings):
	set_settings(log_sources=0)
	assert not receive("When will you come?").get("client_interaction")


def test_a_call_is_logged_once_it_has_ended_and_continues_nothing(client, clock_at):
	with clock_at(MONDAY):
		calls = [
			frappe.get_doc(
				{
					"doctype": CALL,
					"id": frappe.generate_hash(),
					"type": "Incoming",
					"from": ANNA_STORED,
					"to": "+49 30 1",
					"status": "Ringing",
					"start_time": MONDAY,
				}
			).insert()
			for _each in range(2)
		]
		assert not calls[0].get("client_interaction")
		for call in calls:
			call.status = "No Answer"
			call.save()
		first, second = map(interaction_of, calls)
		assert first.name != second.name
		assert (first.channel, first.party) == ("Phone", client.party)
		calls[0].status = "Completed"
		calls[0].save()
		assert interaction_of(calls[0]).name == first.name


def test_an_outgoing_call_is_logged_if_it_reached_the_client(client, clock_at, staff):
	fields = {"doctype": CALL, "type": "Outgoing", "from": "1", "to": ANNA_STORED, "caller": staff}
	with clock_at(MONDAY):
		missed = frappe.get_doc({**fields, "status": "Busy", "start_time": MONDAY}).insert()
		reached = frappe.get_doc({**fields, "status": "Completed", "start_time": MONDAY}).insert()
	assert not missed.get("client_interaction")
	interaction = interaction_of(reached)
	assert (interaction.direction, interaction.responsible_staff) == ("Outbound", staff)


def test_the_conversation_shows_what_was_written(receive, send, client):
	receive("When will you come?")
	interaction = interaction_of(send("At noon."))
	said = [
		(each["side"], each["text"])
		for each in conversation.page(interaction)["entries"]
		if each["doctype"] == MESSAGE
	]
	assert sorted(said) == [("client", "When will you come?"), ("staff", "At noon.")]


# --- confidentiality -----------------------------------------------------------------------------


@pytest.fixture
def complaint(receive, client):
	"""A message of a Sensitive conversation, with a comment and a file."""
	doc = receive("I complain about quince")
	interaction = interaction_of(doc)
	interaction.db_set("confidentiality_level", "Sensitive")
	frappe.db.set_value(MESSAGE, doc.name, "confidentiality_level", "Sensitive")
	doc.reload()
	doc.add_comment("Comment", "about quince")
	doc.file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "quince.txt",
			"content": "quince",
			"attached_to_doctype": MESSAGE,
			"attached_to_name": doc.name,
			"is_private": 1,
		}
	).insert()
	return doc


def test_what_it_says_is_for_readers_of_its_interaction(complaint, staff, make_user, as_user):
	from frappe.desk import reportview, search

	def listed():
		frappe.local.form_dict = frappe._dict(doctype=MESSAGE, fields='["name"]', filters="[]")
		search.search_link(MESSAGE, "", page_length=20)
		return [
			complaint.name in frappe.get_list(MESSAGE, pluck="name"),
			bool(frappe.get_list(MESSAGE, {"message": ("like", "%quince%")})),
			complaint.name in frappe.as_json(reportview.get()),
			bool(frappe.get_doc(MESSAGE, complaint.name).has_permission("read")),
			bool(frappe.get_doc(MESSAGE, complaint.name).has_permission("write")),
			bool(frappe.get_list("Comment", {"reference_name": complaint.name, "comment_type": "Comment"})),
			bool(frappe.get_list("File", {"name": complaint.file.name})),
			bool(frappe.get_doc("File", complaint.file.name).has_permission("read")),
		]

	officer = make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "Support Team", "System Manager")
	with as_user(staff):
		assert listed() == [False] * 8
	with as_user(officer):
		assert listed() == [True] * 8


def test_its_level_follows_its_interaction_and_no_request(complaint, receive):
	interaction = interaction_of(complaint)
	complaint.update({"confidentiality_level": "Standard", "client_interaction": None})
	complaint.save()
	assert (complaint.confidentiality_level, complaint.client_interaction) == ("Sensitive", interaction.name)
	assert governed.level(MESSAGE, complaint.name) == "Sensitive"
	assert governed.interaction_of(MESSAGE, complaint.name) == interaction.name


def test_it_is_about_the_client_for_holds_and_requests(complaint, client):
	subject = subjects.of(client.party_type, client.party)
	assert data_map.rows(MESSAGE, subject) == [complaint.name]
	found = anchors.of_each(MESSAGE, [complaint.name])[complaint.name]
	assert ("Customer", client.party) in found
	assert {MESSAGE, CALL} <= {entry.doctype for entry in data_map.entries()}


def test_an_erasure_takes_all_of_it_away(complaint, client, clock_at, make_user, as_user):
	with clock_at(MONDAY):
		call = {"doctype": CALL, "id": "1", "type": "Incoming", "from": ANNA_STORED, "status": "No Answer"}
		frappe.get_doc({**call, "start_time": MONDAY}).insert()
		stays = frappe.get_doc({**call, "id": "2", "from": EVE_STORED, "start_time": MONDAY}).insert()
	officers = [make_user(procedure.COMPLIANCE_OFFICER) for _each in range(2)]
	identity.confirm(client.party_type, client.party, client.contact, "Document Seen")
	asked = {"right": "Erasure", "party_type": client.party_type, "party": client.party}
	with as_user(officers[0]):
		request = frappe.get_doc(
			{"doctype": subject_requests.REQUEST, "contact": client.contact, "details": "Erase", **asked}
		).insert()
		run = subject_requests.plan_erasure(request.name)
	runs.work(run)
	with as_user(officers[1]):
		retention.approve_run(run, "We erase it", "Letter of today")
	runs.work(run)
	assert frappe.db.get_value("Erasure Run", run, "status") == "Finished"
	assert frappe.get_all(MESSAGE) == []
	assert frappe.get_all(CALL, pluck="name") == [stays.name]
	assert not frappe.get_all("Comment", {"reference_doctype": MESSAGE, "content": ("like", "%quince%")})
	assert not frappe.db.exists("File", complaint.file.name)
	assert not frappe.get_all("Version", {"ref_doctype": MESSAGE})


# --- the gate ------------------------------------------------------------------------------------


@pytest.fixture
def update(client, log):
	"""A Service Update (Confidential) to the client."""
	return log("Service Update", **client)


@pytest.fixture
def about(update, staff):
	update.db_set("responsible_staff", staff)
	return {"reference_doctype": INTERACTION, "reference_name": update.name}


def consent(client):
	return frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": client.party_type,
			"party": client.party,
			"purpose": "Sharing with a Third Party",
			"third_party": "Adviser",
			"collected_through": "Phone",
			"notice_text": "I agree.",
			"given_on": "2026-11-20 10:00",
		}
	).insert()


def test_messages_of_a_client_with_restricted_data_are_logged_and_locked(receive, client, staff, as_user):
	message = receive("Stop using my data")
	placed = frappe.new_doc("Processing Restriction")
	placed.update(
		{
			"party_type": client.party_type,
			"party": client.party,
			"status": "Active",
			"restricted_on": MONDAY,
			"restricted_by": "Administrator",
			"ground": "Accuracy Contested",
			"reason": "The address is wrong",
		}
	)
	placed.flags.by_the_app = True
	placed.insert()
	with as_user(staff):  # in a request of staff
		assert interaction_of(receive("Do you hear?", at="2026-11-23 12:00")).party == client.party
		for change in (
			lambda: frappe.get_doc(MESSAGE, message.name).save(ignore_permissions=True),
			lambda: frappe.get_doc(MESSAGE, message.name).add_comment("Comment", "A remark"),
		):
			with pytest.raises(RestrictedError):
				change()
	with pytest.raises(RecordIsKeptError):
		frappe.delete_doc(MESSAGE, message.name, force=True)


def registered(interaction):
	"""The last entry of the register, which is stored when the transaction has ended."""
	frappe.db.commit()
	return frappe.get_last_doc(DISCLOSURE, {"client_interaction": interaction})


def test_a_message_to_an_adviser_is_not_sent_without_consent(send, client, about):
	with pytest.raises(OutgoingRefusedError):
		send("Here are the plans.", to=EVE, **about)
	assert not frappe.db.exists(MESSAGE, {"to": EVE})
	given = consent(client)
	doc = send("Here are the plans.", to=EVE, **about)
	interaction = interaction_of(doc)
	assert interaction.name == about["reference_name"]
	assert interaction.events[-1].source_name == doc.name
	events = len(interaction.events)
	doc.update({"status": "read", "conversation_key": None})
	doc.save()
	assert len(interaction_of(doc).events) == events
	entry = registered(about["reference_name"])
	assert (entry.recipient_kind, entry.third_party, entry.consent) == ("Third Party", "Adviser", given.name)
	assert entry.channel == "Chat"


STRANGER, ANOTHER = "4930777888", "4930777999"
STRANGER_DIALLED = "+49 30 777888"


def test_whom_staff_write_to_first_is_the_client_while_none_is_known(client, send, set_settings):
	set_settings(default_communication_type="Service Update", source_rules=[])
	begun = interaction_of(send("Your offer", to=STRANGER))
	assert (begun.party, begun.confidentiality_level) == (None, "Confidential")
	assert registered(begun.name).recipient_kind == "Client"
	assert interaction_of(send("One more", to=STRANGER)).name == begun.name
	filed = {"reference_doctype": INTERACTION, "reference_name": begun.name}
	for other in (ANOTHER, EVE):
		with pytest.raises(OutgoingRefusedError):
			send("Your offer", to=other, **filed)


def test_who_wrote_first_is_answered_while_the_client_is_unknown(client, receive, send, set_settings):
	set_settings(default_communication_type="Service Update", source_rules=[])
	came = interaction_of(receive("You are late", **{"from": STRANGER}))
	assert (came.party, came.confidentiality_level) == (None, "Confidential")
	answer = send("We are sorry", to=STRANGER)
	assert interaction_of(answer).name == came.name
	assert registered(came.name).recipient_kind == "Client"
	filed = {"reference_doctype": INTERACTION, "reference_name": came.name}
	with pytest.raises(OutgoingRefusedError):
		send("They are late", to=ANOTHER, **filed)
	# Once the client is known, by a number of its own.
	came.reload()
	came.update({"party_type": client.party_type, "party": client.party, "contact": client.contact})
	came.save()
	with pytest.raises(OutgoingRefusedError):
		send("We are sorry", to=STRANGER, **filed)


def test_an_app_that_knows_addresses_instead_of_numbers_begins_and_answers_as_well(
	client, receive, send, set_settings, monkeypatch
):
	set_settings(default_communication_type="Service Update", source_rules=[])

	read = whatsapp.read

	def reads_addresses(doc):
		person = doc.to if doc.type == whatsapp.OUTGOING else doc.get("from")
		return replace(read(doc), number=None, email=f"{person}@nowhere.example")

	monkeypatch.setattr(whatsapp, "read", reads_addresses)
	for begin in (
		lambda: send("Your offer", to=STRANGER),
		lambda: receive("Your offer?", **{"from": ANOTHER}),
	):
		begun = begin()
		person = begun.get("to") or begun.get("from")
		assert interaction_of(send("One more", to=person)).name == interaction_of(begun).name
		filed = {"reference_doctype": INTERACTION, "reference_name": interaction_of(begun).name}
		with pytest.raises(OutgoingRefusedError, match="other"):
			send("One more", to="other", **filed)


@pytest.mark.parametrize("of_another", [False, True])
def test_who_wrote_first_is_not_the_client_whom_staff_chose_if_another_one_has_the_number(
	of_another, receive, send, set_settings, make_client
):
	set_settings(default_communication_type="Service Update", source_rules=[])
	came = interaction_of(receive("You are late", **{"from": STRANGER}))
	chosen, other = make_client("Carl", "carl@client.example"), make_client("Bert", "bert@client.example")
	came.update({"party_type": chosen.party_type, "party": chosen.party, "contact": chosen.contact})
	came.save()
	if of_another:
		contact = frappe.get_doc("Contact", other.contact)
		contact.append("phone_nos", {"phone": STRANGER_DIALLED})
		contact.save()
	context = facts.context_of(INTERACTION, came.name, channel="Chat")
	(number,) = recipient_kinds.sort_numbers(context, [f"+{STRANGER}"])
	assert number.kind == ("Third Party" if of_another else "Client")


def test_a_call_to_a_stranger_reached_the_client(client, clock_at, staff):
	with clock_at(MONDAY):
		call = {
			"doctype": "Call Log",
			"id": frappe.generate_hash(),
			"type": "Outgoing",
			"status": "Completed",
		}
		call |= {"from": "100", "to": f"+{STRANGER}", "employee_user_id": staff}
		call = frappe.get_doc(call).insert()
	context = facts.context_of(INTERACTION, call.client_interaction, channel="Phone")
	assert not context.party
	kinds = [each.kind for each in recipient_kinds.sort_numbers(context, [STRANGER_DIALLED, f"+{ANOTHER}"])]
	assert kinds == ["Client", "Third Party"]


def test_nothing_is_sent_before_the_client_is_identified(send, client, about, set_settings):
	set_settings(identity_mode="Enforce")
	with pytest.raises(OutgoingRefusedError):
		send("Your offer", **about)
	frappe.get_doc(
		{
			"doctype": "Identity Verification",
			**client,
			"method": "Call-back to Number on File",
			"result": "Confirmed",
		}
	).insert()
	assert send("Your offer", **about).name


def test_the_first_message_to_a_client_has_the_level_of_what_it_begins(send, client, set_settings):
	set_settings(identity_mode="Enforce", default_communication_type="Service Update", source_rules=[])
	with pytest.raises(OutgoingRefusedError):
		send("Your offer")
	set_settings(identity_mode="Off")
	interaction = interaction_of(send("Your offer"))
	assert (interaction.communication_type, interaction.direction) == ("Service Update", "Outbound")
	assert registered(interaction.name).channel == "Chat"


def test_a_channel_that_the_client_excluded_is_not_used(send, client, set_settings):
	set_settings(channel_mode="Enforce")
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": client.party_type,
			"party": client.party,
			"channels_not_to_use": [{"channel": "Chat"}],
		}
	).insert()
	with pytest.raises(OutgoingRefusedError):
		send("Hello")


def test_what_a_check_warns_of_is_sent_with_a_reason(send, client, about, set_settings, monkeypatch):
	set_settings(identity_mode="Warn")
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	with pytest.raises(ReasonNeededError):
		send("Your offer", **about)
	send("Your offer", outgoing_reason="They are at the door", **about)
	entry = registered(about["reference_name"])
	assert entry.reason == "They are at the door"


def test_what_had_left_before_is_registered(send, client, about, set_settings):
	set_settings(identity_mode="Enforce")
	doc = send("Your offer", message_id="wamid.2", **about)
	assert interaction_of(doc).name == about["reference_name"]
	entry = registered(about["reference_name"])
	assert "before it could be checked" in entry.reason


def test_the_stricter_of_conversation_and_document_counts(send, receive, client, log, staff, set_settings):
	"""A template sends fields of the document under which its message is filed."""
	set_settings(govern_opportunities=1, identity_mode="Enforce")
	receive("Hello")
	assert send("Hello").name
	opportunity = frappe.get_doc(
		{"doctype": "Opportunity", "opportunity_from": "Customer", "party_name": client.party}
	)
	opportunity.flags.ignore_mandatory = True
	opportunity.insert(ignore_permissions=True)
	frappe.db.set_value("Opportunity", opportunity.name, "confidentiality_level", "Confidential")
	frappe.db.delete(INTERACTION, {"reference_name": opportunity.name})
	with pytest.raises((OutgoingRefusedError, ClearanceMissingError)):
		send("Your offer", reference_doctype="Opportunity", reference_name=opportunity.name)


def test_the_gate_stands_before_the_class_that_sends(client, about, send, monkeypatch, site):
	"""frappe_whatsapp sends in `before_insert` of its class, which Frappe calls before any hook."""
	sent = []

	class WhatsAppMessage(Document):
		def before_insert(self):
			sent.append(self.to)

	guards = (source_documents.GuardedSource, WhatsAppMessage)
	controllers = frappe.controllers.setdefault(frappe.local.site, {})
	monkeypatch.setitem(controllers, MESSAGE, compose._composed(guards))
	with pytest.raises(OutgoingRefusedError):
		send("Here are the plans.", to=EVE, **about)
	assert sent == []
	consent(client)
	send("Here are the plans.", to=EVE, **about)
	assert sent == [EVE]


def test_a_message_that_left_is_on_the_register_even_if_it_is_not_stored(
	client, about, send, monkeypatch, set_settings
):
	set_settings(identity_mode="Off")
	frappe.db.commit()

	class WhatsAppMessage(Document):
		def before_insert(self):
			if self.message == "Refused":
				raise ConnectionError

		def validate(self):
			raise ZeroDivisionError

	guards = (source_documents.GuardedSource, WhatsAppMessage)
	controllers = frappe.controllers.setdefault(frappe.local.site, {})
	monkeypatch.setitem(controllers, MESSAGE, compose._composed(guards))
	for text, error, count in (("Refused", ConnectionError, 0), ("Your offer", ZeroDivisionError, 1)):
		with pytest.raises(error):
			send(text, **about)
		frappe.db.rollback()
		entries = frappe.get_all(DISCLOSURE, {"client_interaction": about["reference_name"]})
		assert len(entries) == count


@pytest.mark.parametrize("accepted", [True, False])
def test_an_app_that_fails_after_the_other_side_has_answered(
	accepted, client, about, send, monkeypatch, set_settings
):
	set_settings(identity_mode="Off")
	frappe.db.commit()

	class WhatsAppMessage(Document):
		def before_insert(self):
			frappe.flags.integration_request = frappe._dict(ok=accepted)
			raise KeyError

	guards = (source_documents.GuardedSource, WhatsAppMessage)
	controllers = frappe.controllers.setdefault(frappe.local.site, {})
	monkeypatch.setitem(controllers, MESSAGE, compose._composed(guards))
	with pytest.raises(KeyError):
		send("Your offer", **about)
	frappe.db.rollback()
	assert frappe.db.count(DISCLOSURE, {"client_interaction": about["reference_name"]}) == accepted


def test_its_entry_is_on_disk_before_the_app_sends(client, about, send, monkeypatch, set_settings):
	"""So that a process that is killed while it sends leaves it there."""
	set_settings(identity_mode="Off")
	there = []

	class WhatsAppMessage(Document):
		def before_insert(self):
			there.extend(departures.folder().glob("*.json"))

	guards = (source_documents.GuardedSource, WhatsAppMessage)
	controllers = frappe.controllers.setdefault(frappe.local.site, {})
	monkeypatch.setitem(controllers, MESSAGE, compose._composed(guards))
	send("Your offer", **about)
	assert len(there) == 1
	frappe.db.commit()
	assert frappe.db.count(DISCLOSURE, {"client_interaction": about["reference_name"]}) == 1


def test_what_had_left_is_registered_although_nothing_is_logged(send, client, about, set_settings):
	set_settings(log_sources=0, identity_mode="Off")
	doc = send("Your offer", message_id="wamid.3", **about)
	assert registered(about["reference_name"]).recipient == f"+{ANNA}"
	count = frappe.db.count(DISCLOSURE)
	doc.status = "read"
	doc.save(ignore_permissions=True)
	frappe.db.commit()
	assert frappe.db.count(DISCLOSURE) == count


def test_what_was_refused_is_asked_again_when_it_is_tried_again(client, about, staff, as_user):
	message = {"doctype": MESSAGE, "type": "Outgoing", "to": EVE, "message": "Plans", "content_type": "text"}
	doc = frappe.get_doc({**message, **about})
	with as_user(staff):
		for _attempt in range(2):
			with pytest.raises(OutgoingRefusedError):
				doc.insert()


def test_what_failed_is_asked_again_when_it_is_sent_again(client, about, send, staff):
	"""frappe_whatsapp sends it again without inserting it, in a job."""
	given = consent(client)
	doc = send("Here are the plans.", to=EVE, **about)
	doc = frappe.get_doc(MESSAGE, doc.name)
	sent = []
	source_documents.send_again(lambda message: sent.append(message.message_id), doc)
	assert sent == [None]
	frappe.db.commit()
	assert frappe.db.count(DISCLOSURE, {"client_interaction": about["reference_name"]}) == 2
	withdraw_consent(given.name)
	with pytest.raises(OutgoingRefusedError):
		source_documents.send_again(lambda message: sent.append(message.message_id), doc)
	assert len(sent) == 1

	new = frappe.new_doc(MESSAGE, type="Outgoing", to=EVE, message="Plans")
	source_documents.send_again(lambda message: sent.append("new"), new)
	assert sent[1:] == ["new"], "what is inserted is asked by its guard"


def test_a_whatsapp_notification_passes_the_gate_before_it_sends(client, about, receive, set_settings):
	sent = []

	class WhatsAppNotification:
		def get(self, field):
			return None

		def notify(self, data, doc_data=None):
			sent.append(data["to"])

	class Guarded(source_documents.GuardedWhatsAppNotification, WhatsAppNotification):
		pass

	set_settings(identity_mode="Enforce")
	interaction_of(receive("Hello")).db_set("confidentiality_level", "Sensitive")
	with pytest.raises(OutgoingRefusedError):
		Guarded().notify({"to": ANNA})
	assert sent == []
	with pytest.raises(OutgoingRefusedError):
		Guarded().notify({"to": EVE}, {"doctype": INTERACTION, "name": about["reference_name"]})
	assert sent == []
	set_settings(identity_mode="Off")
	Guarded().notify({"to": ANNA})
	assert sent == [ANNA]


class Template:
	"""Of frappe_whatsapp's notifications: it sends, stores what it sent, and catches the errors of both."""

	def __init__(self, save=lambda doc: doc.save(ignore_permissions=True), answer=None, error=None):
		self.save, self.answer, self.error = save, answer, error

	def get(self, field):
		return None

	def notify(self, data, doc_data=None):
		if self.error:
			raise self.error
		try:
			frappe.flags.integration_request = self.answer
			if self.answer is not None and not self.answer.ok:
				raise ConnectionError
			message = {"doctype": MESSAGE, "type": "Outgoing", "to": data["to"], "message": "Template"}
			about = {"reference_doctype": doc_data["doctype"], "reference_name": doc_data["name"]}
			message |= {"message_type": "Template", "message_id": "wamid.4", "content_type": "text"}
			self.save(frappe.get_doc({**message, **about}))
		except Exception:
			frappe.msgprint("Failed to trigger whatsapp message")


class GuardedTemplate(source_documents.GuardedWhatsAppNotification, Template):
	pass


def fails_to_save(doc):
	raise ZeroDivisionError


ANSWERED, REFUSED = frappe._dict(ok=True), frappe._dict(ok=False)


@pytest.mark.parametrize(
	("notification", "count", "told"),
	[
		({"answer": ANSWERED}, 1, ""),
		({"answer": ANSWERED, "save": fails_to_save}, 1, "not saved"),
		({"answer": None, "save": fails_to_save}, 1, "not saved"),
		({"answer": REFUSED}, 0, ""),
		({"error": frappe.ValidationError("no account")}, 0, ""),
	],
	ids=["stored", "not stored", "no answer is known", "refused", "not sent"],
)
@pytest.mark.parametrize("logging", [1, 0])
@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_notification_that_left_is_on_the_register(
	notification, count, told, logging, end, client, about, set_settings
):
	"""Also if its message cannot be stored, which frappe_whatsapp notes in a log of its own."""
	set_settings(identity_mode="Off", log_sources=logging)
	frappe.db.commit()
	frappe.flags.integration_request = None
	document = {"doctype": INTERACTION, "name": about["reference_name"]}
	if "error" in notification:
		with pytest.raises(frappe.ValidationError):
			GuardedTemplate(**notification).notify({"to": ANNA}, document)
	else:
		GuardedTemplate(**notification).notify({"to": ANNA}, document)
	getattr(frappe.db, end)()
	entries = frappe.get_all(DISCLOSURE, {"client_interaction": document["name"]}, ["recipient", "reason"])
	assert [row.recipient for row in entries] == [f"+{ANNA}"] * count
	assert all(told in (row.reason or "") for row in entries)


def test_a_notification_after_a_commit_that_ends_in_a_rollback(client, about, set_settings):
	"""frappe_whatsapp sends when the save is committed, in a transaction of its own, and takes that back after the first error. What another message
	of the save waits for is not lost either."""
	set_settings(identity_mode="Off")
	frappe.db.commit()
	document = {"doctype": INTERACTION, "name": about["reference_name"]}

	def notify():
		try:
			GuardedTemplate(answer=ANSWERED).notify({"to": ANNA}, document)
			raise ConnectionError
		except ConnectionError:
			frappe.db.rollback()

	frappe.db.after_commit.add(notify)
	(row,) = register._rows(*_to_client(document["name"]))
	departures.note([{**row, "description": "First"}])
	frappe.db.commit()
	frappe.db.commit()
	entries = frappe.get_all(DISCLOSURE, {"client_interaction": document["name"]}, pluck="description")
	assert len(entries) == 2 and "First" in entries


def _to_client(interaction):
	context = facts.context_of(INTERACTION, interaction, channel="Chat")
	recipients = recipient_kinds.sort_numbers(context, [f"+{ANNA}"])
	return context, recipients, gate.judge(context, recipients), None


# --- adapters that fail --------------------------------------------------------------------------


def fails(doc):
	raise ValueError("no such account")


NONSENSE = {
	"a dict": {"at": "now"},
	"no zone": Arrival(datetime(2026, 11, 23, 9), "Inbound", "Chat", number="+4930901820"),
	"no direction": Arrival(datetime(2026, 11, 23, 9, tzinfo=UTC), "in", "Chat", number="+4930901820"),
	"no channel": Arrival(datetime(2026, 11, 23, 9, tzinfo=UTC), "Inbound", "Pigeon", number="+4930901820"),
	"nobody": Arrival(datetime(2026, 11, 23, 9, tzinfo=UTC), "Inbound", "Chat"),
}


@pytest.mark.parametrize("adapter", [fails, *NONSENSE.values()], ids=["raises", *NONSENSE])
def test_a_document_is_stored_and_listed_if_its_adapter_fails(adapter, receive, client, monkeypatch):
	monkeypatch.setattr(whatsapp, "read", adapter if callable(adapter) else lambda doc: adapter)
	doc = receive("When will you come?")
	assert frappe.db.exists(MESSAGE, doc.name) and not doc.get("client_interaction")
	listed = {each.name: each for each in unlogged.find(clock.now().replace(year=2020)).rows}
	assert listed[doc.name].reason
	monkeypatch.undo()
	assert retry.run()
	assert interaction_of(doc).party == client.party
	assert not frappe.db.exists("Intake Failure", {"reference_name": doc.name})


def test_what_cannot_be_checked_is_not_sent(send, client, monkeypatch):
	monkeypatch.setattr(whatsapp, "read", fails)
	with pytest.raises(OutgoingRefusedError, match="no such account"):
		send("Hello")


# --- registering ---------------------------------------------------------------------------------


@pytest.fixture
def neighbour(monkeypatch):
	"""An app on the bench that registers a DocType of its own and one that this app guards; and one that cannot be imported."""
	module = ModuleType("neighbour_app.hooks")
	module.client_comms_sources = {
		"Neighbour Chat": {"adapter": "neighbour_app.chat.read", "rows": ["Neighbour Chat Line", "CRM Note"]},
		"Issue": {"adapter": "neighbour_app.issue.read"},
		MESSAGE: {"adapter": "neighbour_app.whatsapp.read"},
	}
	monkeypatch.setitem(sys.modules, "neighbour_app", ModuleType("neighbour_app"))
	monkeypatch.setitem(sys.modules, module.__name__, module)
	monkeypatch.setattr(frappe, "get_all_apps", lambda **_ways: ["frappe", "broken_app", "neighbour_app"])
	return module.client_comms_sources


def test_what_another_app_registers_is_guarded_and_nothing_that_is_guarded_already(neighbour):
	import runpy

	hooks = runpy.run_path(frappe.get_app_path("client_comms", "hooks.py"))
	for hook in ("has_permission", "permission_query_conditions", "extend_doctype_class", "doc_events"):
		assert hooks[hook]["Neighbour Chat"]
		assert hooks[hook][MESSAGE] == hooks[hook]["Neighbour Chat"]
	assert hooks["extend_doctype_class"]["Issue"] == "client_comms.enforcement.doctypes.issue.GuardedIssue"
	assert list(registry.sources({})) == ["Neighbour Chat", "Issue", MESSAGE]
	for row in ("Neighbour Chat Line", "CRM Note"):
		for hook in ("permission_query_conditions", "extend_doctype_class"):
			assert ".child_rows." in hooks[hook][row]


def test_hooks_from_before_the_app_was_there_are_reported(neighbour):
	told = {each.key: each.remedy for each in takeovers.compare() if "Neighbour Chat" in each.key}
	assert "Neighbour Chat" in told and "restart" in told["Neighbour Chat"]


def test_what_a_registration_lacks_is_said(neighbour, monkeypatch):
	assert source_doctypes.faults() == []
	monkeypatch.setattr(source_doctypes, "adapter", lambda doctype: "neighbour_app.gone.read")
	monkeypatch.setattr(source_doctypes, "active", lambda: (MESSAGE,))
	get_hooks = frappe.get_hooks
	registered = {**get_hooks("client_comms_sources"), "Issue": {}, "ToDo List": {}, "Project": {}}
	monkeypatch.setattr(
		frappe,
		"get_hooks",
		lambda hook=None, *args, **kwargs: registered
		if hook == "client_comms_sources"
		else get_hooks(hook, *args, **kwargs),
	)
	issue, project, fields, *adapters = source_doctypes.faults()
	assert "Issue" in issue and "Remove the entry" in issue
	assert "Project" in project and "restart the bench" in project
	assert CALL in fields and "bench migrate" in fields
	assert len(adapters) == 2 and all("neighbour_app.gone.read" in each for each in adapters)
	assert set(source_doctypes.faults()) <= set(health.intake().faults)


def test_another_apps_adapter_goes_before_the_shipped_one(monkeypatch):
	assert source_doctypes.adapter(MESSAGE) == "client_comms.intake.whatsapp.read"
	ours = frappe.get_hooks("client_comms_sources")[MESSAGE]["adapter"]
	hooks = {MESSAGE: {"adapter": ["neighbour_app.whatsapp.read", *ours]}}
	monkeypatch.setattr(frappe, "get_hooks", lambda *args, **kwargs: hooks)
	assert source_doctypes.adapter(MESSAGE) == "neighbour_app.whatsapp.read"


def test_stand_ins_are_active_and_no_control_of_theirs_is_missing():
	assert source_doctypes.active() == (CALL, MESSAGE)
	assert takeovers.compare() == []


def test_rules_can_name_them(set_settings, receive, client):
	settings = frappe.get_doc("Client Comms Settings")
	settings.source_rules = []
	settings.append("source_rules", {"source": MESSAGE, "communication_type": "Feedback/Complaint"})
	settings.save()
	assert interaction_of(receive("Hello")).communication_type == "Feedback/Complaint"


def test_a_call_that_is_linked_to_what_a_conversation_is_about_continues_it(log, client):
	"""Such as a ticket of Frappe Helpdesk: whatever messages can be filed under, but not a contact."""
	ticket = frappe.get_doc({"doctype": "Task", "subject": "Noise"}).insert()
	about = log("Initial Inquiry", reference_doctype="Task", reference_name=ticket.name)
	for linked, continues in ((("Task", ticket.name), True), (("Contact", client.contact), False)):
		call = frappe.get_doc(
			{
				"doctype": CALL,
				"id": linked[0],
				"type": "Incoming",
				"from": ANNA_STORED,
				"status": "Completed",
				"links": [{"link_doctype": linked[0], "link_name": linked[1]}],
			}
		).insert(ignore_permissions=True)
		assert (interaction_of(call).name == about.name) == continues


def test_the_adapters_read_the_fields_of_their_apps():
	message = frappe.get_doc({"doctype": MESSAGE, "type": "Incoming", "from": ANNA, "content_type": "text"})
	assert whatsapp.read(message).number == "+4930901820"
	call = frappe.get_doc({"doctype": CALL, "type": "Incoming", "from": "1", "status": "Ringing"})
	assert telephony.read(call) is None
