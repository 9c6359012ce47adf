"""Nothing is sent against the rule, whichever way it is sent (C-2, P-1 to P-3).

A table of situations (recipients, level, consent, identity, mode) is sent through the ways out in turn. The
expected result comes from `expected` below, which is independent of the app's own rule.
"""

import itertools
import random
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_string
from unittest import mock

import frappe
import pytest
import requests
from frappe.core.doctype.communication.email import make
from frappe.core.doctype.sms_settings import sms_settings

from client_comms import api, clock, procedure
from client_comms.enforcement import compose
from client_comms.exceptions import ClearanceMissingError, OutgoingRefusedError, ReasonNeededError
from client_comms.outgoing import notification, text_messages

pytestmark = pytest.mark.clause("C-2", "P-1", "P-2", "P-3")

ANNA, EVE, STRANGER = "anna@client.example", "eve@adviser.example", "who@nowhere.example"
COLLEAGUE = "colleague@own.example"
NUMBER, OTHER_NUMBER = "+4930123456", "+4940999888"
TYPES = {"Standard": "Initial Inquiry", "Confidential": "Service Update", "Sensitive": "Feedback/Complaint"}
REFUSALS = (OutgoingRefusedError, ReasonNeededError)


@dataclass(frozen=True)
class Situation:
	recipients: tuple[str, ...]
	level: str
	consent: str
	confirmed: bool
	mode: str
	reason: bool
	way: str

	def __str__(self):
		who = "+".join(each.partition("@")[0] for each in self.recipients)
		known = "confirmed" if self.confirmed else "unconfirmed"
		return f"{self.way}: {who}, {self.level}, consent {self.consent}, {known}, {self.mode}" + (
			", reason" if self.reason else ""
		)


def _table() -> list[Situation]:
	"""A fixed sample of all situations."""
	product = itertools.product(
		((COLLEAGUE,), (ANNA,), (EVE,), (ANNA, EVE), (STRANGER, COLLEAGUE)),
		TYPES,
		("none", "given", "refused", "withdrawn", "expired"),
		(True, False),
		("Enforce", "Warn", "Enforce", "Off"),
		(True, False),
		("dialog", "reply", "notification", "app"),
	)
	return random.Random(7).sample([Situation(*row) for row in product], 64)


def expected(it: Situation) -> bool:
	"""Whether it is sent."""
	if it.level == "Standard" or it.mode == "Off" or it.recipients == (COLLEAGUE,):
		return True
	without_consent = STRANGER in it.recipients or (EVE in it.recipients and it.consent != "given")
	if not without_consent and it.confirmed:
		return True
	if it.mode == "Enforce":
		return False
	asked = it.way in ("dialog", "reply")
	return it.reason or not asked


TABLE = _table()


def test_the_table_is_large_and_each_way_has_both_outcomes():
	assert len(set(TABLE)) >= 60
	for way in ("dialog", "reply", "notification", "app"):
		outcomes = [expected(it) for it in TABLE if it.way == way]
		assert outcomes.count(True) >= 3 and outcomes.count(False) >= 3


@pytest.fixture(autouse=True)
def house(mailbox, set_settings):
	set_settings(own_email_domains="own.example", identity_mode="Off", log_outbound=0)


@pytest.fixture
def client(make_client, adviser):
	numbers = [{"phone": NUMBER, "is_primary_mobile_no": 1}]
	return make_client("Anna Client", ANNA, {"first_name": "Anna", "phone_nos": numbers})


@pytest.fixture
def at_desk(monkeypatch):
	"""`at_desk()`: what follows is the request of a desk user; `at_desk("why")` includes a reason."""

	def sit(reason=None):
		monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
		form = frappe._dict({"outgoing_reason": reason} if reason else {})
		monkeypatch.setattr(frappe.local, "form_dict", form)

	return sit


def prefer(client, channels=(), never=()):
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			**client,
			"channels": [{"channel": each} for each in channels],
			"channels_not_to_use": [{"channel": each} for each in never],
		}
	).insert()


def confirm(client):
	return frappe.get_doc(
		{
			"doctype": "Identity Verification",
			**client,
			"method": "Document Seen",
			"result": "Confirmed",
		}
	).insert()


def give_consent(client, state):
	if state == "none":
		return
	now = clock.now()
	doc = frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": client.party_type,
			"party": client.party,
			"purpose": "Sharing with a Third Party",
			"third_party": "Adviser",
			"collected_through": "Phone",
			"notice_text": "I agree.",
			"status": "Refused" if state == "refused" else "Given",
			"given_on": now - timedelta(days=9),
			"valid_until": now - timedelta(days=1) if state == "expired" else None,
		}
	).insert()
	if state == "withdrawn":
		api.withdraw_consent(doc.name)


def notify(doc, recipients, **fields):
	return frappe.get_doc(
		{
			"doctype": "Notification",
			"__newname": f"Ways out {frappe.generate_hash(length=6)}",
			"subject": "About you",
			"message": "Hello",
			"document_type": doc.doctype,
			"event": "Value Change",
			"value_changed": "subject",
			"channel": "Email",
			"recipients": [{"cc": "\n".join(recipients)}],
			**fields,
		}
	)


def send(way, doc, recipients):
	if way == "dialog":
		make(doc.doctype, doc.name, content="Hello", subject="S", recipients=list(recipients), send_email=1)
	elif way == "reply":
		before = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": "Email",
				"communication_type": "Communication",
				"sent_or_received": "Sent",
				"subject": "Earlier",
				"content": "Earlier",
				"recipients": COLLEAGUE,
				"reference_doctype": doc.doctype,
				"reference_name": doc.name,
			}
		).insert()
		make(
			doc.doctype,
			doc.name,
			content="Hello",
			subject="Re: Earlier",
			recipients=recipients[0],
			cc=", ".join(recipients[1:]),
			send_email=1,
			in_reply_to=before.name,
		)
	elif way == "notification":
		notify(doc, recipients).send(doc)
	else:
		frappe.sendmail(
			recipients=list(recipients),
			sender="service@own.example",
			subject="S",
			message="Hello",
			reference_doctype=doc.doctype,
			reference_name=doc.name,
		)


def queued_to():
	"""Who is in the Email Queue."""
	return sorted(frappe.get_all("Email Queue Recipient", {"parenttype": "Email Queue"}, pluck="recipient"))


def disclosed(doc):
	frappe.db.commit()  # what leaves at once is on the register when the transaction has ended
	return sorted(frappe.get_all("Client Disclosure", {"client_interaction": doc.name}, pluck="recipient"))


@pytest.mark.parametrize("it", TABLE, ids=str)
def test_the_table(it, client, log, set_settings, at_desk, errors):
	frappe.db.delete("Email Queue Recipient")
	give_consent(client, it.consent)
	if it.confirmed:
		confirm(client)
	set_settings(consent_mode=it.mode, identity_mode=it.mode)
	doc = log(TYPES[it.level], **client)
	if it.way in ("dialog", "reply"):
		at_desk("She asked me to" if it.reason else None)
	try:
		send(it.way, doc, it.recipients)
		refused = False
	except REFUSALS:
		refused = True
	went_out = queued_to()
	if expected(it):
		assert not refused and went_out == sorted(it.recipients)
		assert disclosed(doc) == sorted(set(it.recipients) - {COLLEAGUE})
	else:
		assert went_out == [] and disclosed(doc) == []
		# A Notification never stops the action that triggered it: Frappe writes errors to the Error Log.
		assert refused or (it.way == "notification" and any("OutgoingRefusedError" in e for e in errors()))


# --- automatic ways -----------------------------------------------------------------------------------


def test_of_a_refused_notification_nothing_is_left(client, log, errors):
	update = log("Service Update", **client)
	notify(update, [EVE]).send(update)
	assert not frappe.db.exists("Communication", {"reference_name": update.name, "recipients": EVE})
	assert not frappe.db.exists("Communication", {"reference_name": update.name, "cc": EVE})
	assert any("OutgoingRefusedError" in each for each in errors())


def test_no_one_is_asked_about_a_notification(client, log, set_settings, at_desk):
	set_settings(consent_mode="Warn")
	update = log("Service Update", **client)
	at_desk()
	notify(update, [EVE]).send(update)
	assert disclosed(update) == [EVE]
	(reason,) = frappe.get_all("Client Disclosure", {"client_interaction": update.name}, pluck="reason")
	assert "no reason was asked for" in reason


@pytest.mark.parametrize("about", ["Comment", "ToDo"])
def test_an_email_about_what_belongs_to_a_record_is_one_about_the_record(client, log, about):
	update = log("Service Update", **client)
	if about == "Comment":
		belonging = update.add_comment("Comment", "She earns well")
	else:
		belonging = frappe.get_doc(
			{
				"doctype": "ToDo",
				"description": "Call her",
				"allocated_to": "Administrator",
				"reference_type": update.doctype,
				"reference_name": update.name,
			}
		).insert()
	with pytest.raises(OutgoingRefusedError):
		send("app", belonging, [EVE])


@pytest.fixture
def emailed(monkeypatch):
	"""`emailed("Late Logs", [address])`: an Auto Email Report, with content."""

	def report(name, recipients):
		doc = frappe.new_doc("Auto Email Report")
		doc.update(
			{
				"report": name,
				"user": "Administrator",
				"email_to": "\n".join(recipients),
				"format": "HTML",
				"frequency": "Daily",
				"filters": "{}",
			}
		)
		doc.insert()
		monkeypatch.setattr(type(doc), "get_report_content", lambda self: "<p>Anna Client</p>")
		return doc

	return report


def test_a_report_on_interactions_goes_to_staff_alone(emailed):
	frappe.db.delete("Email Queue Recipient")
	with pytest.raises(OutgoingRefusedError, match=EVE):
		emailed("Late Logs", [COLLEAGUE, EVE]).send()
	assert queued_to() == []


def test_a_refused_report_advises_what_can_be_done_about_it(emailed):
	"""There is no client whom one could ask for consent, or whose identity could be confirmed."""
	frappe.clear_messages()
	with pytest.raises(OutgoingRefusedError) as refused:
		emailed("Late Logs", [EVE]).send()
	assert "Send the report to colleagues only" in str(refused.value)
	assert not any(words in str(refused.value) for words in ("Ask the client", "Confirm who"))


def test_a_report_on_something_else_is_none_of_our_business(emailed):
	frappe.db.delete("Email Queue Recipient")
	emailed("Customer Credit Balance", [EVE]).send()
	assert queued_to() == [EVE]


# --- links and shares -----------------------------------------------------------------------------------


def test_no_link_with_a_key_opens_a_governed_record(client, log):
	update = log("Service Update", **client)
	with pytest.raises(OutgoingRefusedError, match="anyone with the share link"):
		update.get_document_share_key()
	assert not frappe.db.exists("Document Share Key", {"reference_docname": update.name})
	(message,) = frappe.get_message_log()
	assert message["primary_action"]["client_action"] == "client_comms.outgoing.write_email"
	frappe.clear_messages()
	customer = frappe.get_doc("Customer", client.party)
	assert customer.get_document_share_key()


def test_an_email_with_a_print_carries_no_link_to_a_governed_record(client, log):
	site_wide = frappe.get_doc("System Settings")
	site_wide.attach_view_link = 1
	site_wide.save()
	update, customer = log("Service Update", **client), frappe.get_doc("Customer", client.party)
	texts = {}
	for doc in (update, customer):
		name = make(
			doc.doctype,
			doc.name,
			content="Hello",
			subject="S",
			recipients=[ANNA],
			send_email=1,
			print_format="Standard",
		)["name"]
		queued = frappe.get_last_doc("Email Queue", {"communication": name})
		assert "print_format_attachment" in queued.attachments
		texts[doc.doctype] = "".join(
			part.get_payload(decode=True).decode()
			for part in message_from_string(queued.message).walk()
			if part.get_content_type() == "text/html"
		)
	assert "Hello" in texts[update.doctype]
	assert "View this in your browser" not in texts[update.doctype]
	assert "View this in your browser" in texts[customer.doctype]


def test_a_website_user_is_given_no_share(client, log, site):
	visitor = site.get_doc(
		{
			"doctype": "User",
			"email": ANNA,
			"first_name": "Anna",
			"user_type": "Website User",
			"send_welcome_email": 0,
		}
	).insert()
	for level in TYPES.values():
		with pytest.raises(frappe.PermissionError):
			frappe.share.add("Client Interaction", log(level, **client).name, visitor.name)
	assert not frappe.db.exists("DocShare", {"user": visitor.name, "share_doctype": "Client Interaction"})


# --- acknowledgements -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["insert", "save", "set_value"])
def test_no_one_declares_a_message_an_acknowledgement(client, log, set_settings, how):
	set_settings(identity_mode="Enforce")
	complaint = log("Feedback/Complaint", **client)
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Email",
			"communication_type": "Communication",
			"sent_or_received": "Sent",
			"subject": "S",
			"content": "All about her",
			"recipients": ANNA,
			"reference_doctype": complaint.doctype,
			"reference_name": complaint.name,
			"is_acknowledgement": int(how == "insert"),
		}
	).insert()
	if how == "save":
		message.is_acknowledgement = 1
		message.save()
	elif how == "set_value":
		frappe.client.set_value("Communication", message.name, "is_acknowledgement", 1)
	assert not frappe.db.get_value("Communication", message.name, "is_acknowledgement")
	with pytest.raises(OutgoingRefusedError):
		message.reload().send_email()


def test_no_one_declares_what_they_wrote_automatic(client, log, set_settings, at_desk):
	set_settings(template_mode="Enforce")
	update = log("Service Update", **client)
	at_desk()
	frappe.local.form_dict["communication_type"] = "Automated Message"
	with pytest.raises(OutgoingRefusedError, match="template"):
		make(
			update.doctype,
			update.name,
			content="Hello",
			subject="S",
			recipients=ANNA,
			send_email=1,
			communication_type="Automated Message",
		)


# --- conversations ------------------------------------------------------------------------------------


@pytest.fixture
def call(client):
	"""`call()` logs a call to the client as staff do."""

	def make_call(**fields):
		return frappe.get_doc(
			{
				"doctype": "Client Interaction",
				"company": frappe.db.get_value("Company", {}),
				**client,
				"communication_type": "Service Update",
				"channel": "Phone",
				"direction": "Outbound",
				"occurred_on": clock.now(),
				"subject": "Progress",
				"summary": "Told her about the progress.",
				"responsible_staff": "Administrator",
				**fields,
			}
		).insert()

	return make_call


@pytest.fixture
def anybody_responsible(set_settings):
	set_settings(responsible_party_mode="Off")


@pytest.mark.usefixtures("anybody_responsible")
class TestConversations:
	def test_a_call_to_someone_unconfirmed_is_not_made(self, call, set_settings, client):
		set_settings(identity_mode="Enforce")
		with pytest.raises(OutgoingRefusedError, match="not been confirmed"):
			call()
		call(direction="Inbound")
		call(communication_type="Initial Inquiry")
		confirm(client)
		made = call()
		assert disclosed(made) == [client.contact]

	def test_a_warning_asks_staff_for_a_reason_and_keeps_it(self, call, set_settings, at_desk):
		set_settings(identity_mode="Warn")
		at_desk()
		with pytest.raises(ReasonNeededError):
			call()
		made = call(outgoing_reason="I know her voice")
		assert made.events[0].note == "I know her voice"
		(reason,) = frappe.get_all("Client Disclosure", {"client_interaction": made.name}, pluck="reason")
		assert reason == "I know her voice"

	def test_what_became_outbound_afterwards_passes_the_gate_too(self, call, set_settings):
		made = call(direction="Inbound")
		set_settings(identity_mode="Enforce")
		made.direction = "Outbound"
		with pytest.raises(OutgoingRefusedError):
			made.save()

	def test_a_channel_that_the_client_does_not_want(self, call, client):
		prefer(client, never=["Phone"])
		with pytest.raises(OutgoingRefusedError, match="does not want"):
			call()
		call(channel="Meeting")

	def test_another_channel_than_preferred_is_on_the_register(self, call, client, at_desk):
		prefer(client, channels=["Meeting"])
		at_desk("Her meeting was cancelled")
		made = call()
		(row,) = frappe.get_all(
			"Client Disclosure", {"client_interaction": made.name}, ["channel", "preferred_channel", "reason"]
		)
		assert tuple(row.values()) == ("Phone", "Meeting", "Her meeting was cancelled")

	@pytest.mark.parametrize("medium", ["Phone", "SMS", "Other"])
	def test_a_message_by_another_medium(self, client, log, set_settings, medium):
		set_settings(identity_mode="Enforce")
		update = log("Service Update", **client)
		message = {
			"doctype": "Communication",
			"communication_medium": medium,
			"communication_type": "Communication",
			"sent_or_received": "Sent",
			"subject": "Progress",
			"content": "Told her",
			"reference_doctype": update.doctype,
			"reference_name": update.name,
		}
		with pytest.raises(OutgoingRefusedError):
			frappe.get_doc(message).insert()
		confirm(client)
		frappe.get_doc(message).insert()
		assert len(disclosed(update)) == 1

	@pytest.mark.parametrize("medium", ["Phone", "SMS", "Other"])
	def test_a_message_of_which_no_recipient_is_known(self, log, medium):
		"""About an interaction of no client: it is stored, and on the register."""
		inquiry = log()
		made = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": medium,
				"communication_type": "Communication",
				"sent_or_received": "Sent",
				"subject": "Progress",
				"content": "Told them",
				"reference_doctype": inquiry.doctype,
				"reference_name": inquiry.name,
			}
		).insert()
		entry = frappe.get_doc("Client Disclosure", {"communication": made.name})
		assert (entry.recipient, entry.recipient_kind) == ("Not named", "Client")


# --- text messages ------------------------------------------------------------------------------------


@pytest.fixture
def gateway(monkeypatch):
	"""The numbers that reached the gateway."""
	reached = []
	monkeypatch.setattr(
		"frappe.core.doctype.sms_settings.sms_settings.send_via_gateway",
		lambda arg: reached.extend(arg["receiver_list"]),
	)
	frappe.db.set_single_value("SMS Settings", "sms_gateway_url", "http://gateway.example")
	return reached


def test_no_text_message_to_who_does_not_want_any(client, gateway):
	text_messages.send_sms([NUMBER], "Hello")
	assert gateway == [NUMBER]
	prefer(client, never=["Chat"])
	with pytest.raises(OutgoingRefusedError, match="does not want"):
		text_messages.send_sms(frappe.as_json([NUMBER]), "Hello")
	text_messages.send_sms([OTHER_NUMBER], "Hello")
	assert gateway == [NUMBER, OTHER_NUMBER]


def test_what_another_app_sends_in_python_is_checked_once(client, gateway, log):
	compose.around(
		sms_settings,
		"send_via_gateway",
		compose.own("client_comms_around")[f"{sms_settings.__name__}:send_via_gateway"][0],
	)
	update = log("Service Update", **client)
	text_messages.send_sms([NUMBER], "Hello", doctype=update.doctype, name=update.name)
	assert disclosed(update) == [NUMBER], "no second time at the gateway"
	sms_settings.send_sms([NUMBER, OTHER_NUMBER], "See you tomorrow")
	assert gateway == [NUMBER, NUMBER, OTHER_NUMBER]
	prefer(client, never=["Chat"])
	with pytest.raises(OutgoingRefusedError, match="does not want"):
		sms_settings.send_sms([NUMBER], "See you tomorrow")
	sms_settings.send_sms([OTHER_NUMBER], "See you tomorrow")
	assert gateway == [NUMBER, NUMBER, OTHER_NUMBER, OTHER_NUMBER]


def test_a_number_that_was_read_before_is_not_read_again(client, gateway, make_user, monkeypatch):
	"""Each text message asks for the numbers of all users, to find those of staff."""
	frappe.db.set_value("User", make_user("Sales User"), "mobile_no", OTHER_NUMBER)
	text_messages.send_sms([NUMBER], "Hello")
	monkeypatch.setattr("phonenumbers.parse", mock.Mock(side_effect=AssertionError("read again")))
	text_messages.send_sms([NUMBER], "Hello again")
	assert gateway == [NUMBER, NUMBER]


def test_a_text_message_about_a_record_goes_to_its_client_alone(client, log, gateway):
	update = log("Service Update", **client)
	with pytest.raises(OutgoingRefusedError, match="9998"):
		text_messages.send_sms([NUMBER, OTHER_NUMBER], "Hello", doctype=update.doctype, name=update.name)
	assert gateway == []
	text_messages.send_sms([NUMBER], "Hello", doctype=update.doctype, name=update.name)
	assert gateway == [NUMBER] and disclosed(update) == [NUMBER]


@pytest.mark.clause("P-3")
def test_a_client_whose_number_a_user_entered_as_their_own_is_the_client(client, log, gateway, make_user):
	"""Users change their own numbers."""
	frappe.db.set_value("User", make_user(procedure.ACCOUNT_MANAGER), "mobile_no", NUMBER)
	update = log("Service Update", **client)
	text_messages.send_sms([NUMBER], "Hello", doctype=update.doctype, name=update.name)
	assert gateway == [NUMBER] and disclosed(update) == [NUMBER]


def test_a_text_message_that_left_stays_on_the_register(client, log, gateway, monkeypatch):
	"""Frappe takes back what a request wrote that fails afterwards; a GET request, of which it always does, sends nothing."""
	update = log("Service Update", **client)
	frappe.db.commit()

	def fails_afterwards(arg):
		gateway.extend(arg["receiver_list"])
		raise ConnectionError

	sending = "frappe.core.doctype.sms_settings.sms_settings.send_via_gateway"
	monkeypatch.setattr(sending, fails_afterwards)
	with pytest.raises(ConnectionError):
		text_messages.send_sms([NUMBER], "Hello", doctype=update.doctype, name=update.name)
	frappe.db.rollback()
	assert gateway == [NUMBER] and disclosed(update) == [NUMBER]
	for sends in (text_messages.send_sms, text_messages.GuardedSMSCenter.send_sms):
		assert frappe.allowed_http_methods_for_whitelisted_func[sends] == ["POST"]


def test_a_notification_by_text_message(client, log, gateway, errors, monkeypatch):
	update = log("Service Update", **client)
	alert = notify(update, [], channel="SMS")
	assert isinstance(alert, notification.GuardedNotification)
	monkeypatch.setattr(alert, "get_receiver_list", lambda *_args: [OTHER_NUMBER])
	alert.send(update)
	assert gateway == [] and any("OutgoingRefusedError" in each for each in errors())
	monkeypatch.setattr(alert, "get_receiver_list", lambda *_args: [NUMBER])
	alert.send(update)
	assert gateway == [NUMBER]


@pytest.mark.clause("P-2")
def test_a_text_message_about_a_record_leaves_out_staff_without_clearance(
	client, log, gateway, make_user, as_user
):
	staff, manager = make_user("Frontline Staff"), make_user("Customer Support Manager")
	theirs, own = "+49301239992", "+49301239993"
	for user, number in ((staff, theirs), (manager, own)):
		frappe.db.set_value("User", user, "mobile_no", number)
	complaint, inquiry = log("Feedback/Complaint", **client), log("Initial Inquiry", **client)
	with as_user(manager):
		with pytest.raises(ClearanceMissingError):
			text_messages.send_sms([theirs], "Hello", doctype=complaint.doctype, name=complaint.name)
		assert gateway == []
		text_messages.send_sms([theirs, own], "Hello", doctype=complaint.doctype, name=complaint.name)
		assert gateway == [own]
		text_messages.send_sms([theirs], "Hello", doctype=inquiry.doctype, name=inquiry.name)
	assert gateway == [own, theirs]


@pytest.mark.clause("P-2")
def test_a_notification_by_text_message_leaves_out_staff_without_clearance(
	client, log, gateway, errors, make_user
):
	numbers = {"Compliance Officer": "+49301239991", "Frontline Staff": "+49301239992"}
	users = {role: make_user(role) for role in numbers}
	for role, number in numbers.items():
		frappe.db.set_value("User", users[role], "mobile_no", number)

	def told(about) -> set[str]:
		gateway.clear()
		alert = notify(about, [], channel="SMS")
		alert.set("recipients", [{"receiver_by_role": role} for role in numbers])
		alert.send(about)
		return {role for role, number in numbers.items() if number in gateway}

	complaint = log("Feedback/Complaint", **client)
	assert told(complaint) == {"Compliance Officer"}
	assert told(complaint.add_comment("Comment", "The roof leaks")) == {"Compliance Officer"}
	assert errors()[0] == users["Frontline Staff"]
	assert told(log("Initial Inquiry", **client)) == {*numbers}


def test_messages_to_many(client, gateway):
	center = frappe.get_doc("SMS Center")
	center.update({"message": "Hello", "receiver_list": f"Anna - {NUMBER}"})
	prefer(client, never=["Chat"])
	with pytest.raises(OutgoingRefusedError):
		center.send_sms()
	assert gateway == []


@pytest.mark.clause("P-2")
def test_the_name_of_a_customer_is_nothing_but_a_name_to_sms_center(log, make_client):
	log("Feedback/Complaint", summary="The roof leaks")
	known = make_client("Anna O'Brien 100% %s", "anna.obrien@client.example")
	contact = frappe.get_doc("Contact", known.contact)
	contact.append("phone_nos", {"phone": NUMBER, "is_primary_mobile_no": 1})
	contact.save()
	center = frappe.get_doc("SMS Center").update({"send_to": "All Customer Contact", "customer": known.party})
	center.create_receiver_list()
	assert center.receiver_list.strip().endswith(f"- {NUMBER}") and center.customer == known.party
	center.customer = "x' union select name, summary from `tabClient Interaction` -- "
	center.create_receiver_list()
	assert not center.receiver_list


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.fixture
def served(site, log, client, make_user, http, site_name):
	"""A Service Update to a client with a login, staff who may write, and sessions of both."""
	password = frappe.generate_hash(length=20)
	staff = make_user("Account Manager", "Sales User", password=password)
	anna = make_user("Customer", user_type="Website User", password=password)
	frappe.db.set_value("Contact", client.contact, "user", anna)
	update = log("Service Update", responsible_staff=staff, **client)
	confirm(client)
	give_consent(client, "given")
	site.db.commit()

	def session(user):
		browser = requests.Session()
		browser.headers["Host"] = site_name
		answer = browser.post(f"{http}/api/method/login", data={"usr": user, "pwd": password}, timeout=60)
		assert answer.ok, answer.text
		return lambda method, **data: browser.post(f"{http}/api/method/{method}", data=data, timeout=60)

	yield frappe._dict(record=update, staff=session(staff), anna=session(anna), user=staff, client=client)
	_remove(site, update, client)


def _remove(site, update, client):
	site.set_user("Administrator")
	site.db.rollback()
	settings = site.get_doc("Client Comms Settings")
	settings.update({"own_email_domains": "", "identity_mode": "Warn", "log_outbound": 1})
	settings.save()
	messages = site.get_all("Communication", {"client_interaction": update.name}, pluck="name")
	consents = site.get_all("Client Consent", {"party": client.party}, pluck="name")
	queued = site.get_all("Email Queue", {"reference_name": ("in", [update.name, *messages])}, pluck="name")
	for doctype, filters in (
		("Email Queue Recipient", {"parent": ("in", queued)}),
		("Email Queue", {"name": ("in", queued)}),
		("Consent Event", {"parent": ("in", consents)}),
		("Client Consent", {"name": ("in", consents)}),
		("Consent Notice", {"notice_text": "I agree."}),
		("Client Disclosure", {"party": client.party}),
		("Identity Verification", {"party": client.party}),
		("Notification Log", {"document_name": ("in", [update.name, *messages])}),
		("Compliance Ledger Entry", {"reference_name": ("in", [update.name, *messages])}),
		("Communication Link", {"parent": ("in", messages)}),
		("Communication", {"name": ("in", messages)}),
		("Third Party", {"name": "Adviser"}),
	):
		site.db.delete(doctype, filters)
	site.delete_doc("Contact", client.contact, force=True)
	site.delete_doc("Client Interaction", update.name, force=True)
	site.delete_doc("Customer", client.party, force=True)
	site.delete_doc("Email Account", "Test mailbox", force=True)
	site.db.commit()


@pytest.mark.committed
def test_an_email_that_waits_when_the_client_withdraws(served, site):
	def write(recipients, **fields):
		return served.staff(
			"frappe.core.doctype.communication.email.make",
			doctype="Client Interaction",
			name=served.record.name,
			subject="Progress",
			content="All is well.",
			recipients=recipients,
			send_email=1,
			**fields,
		)

	refused = write(f"{ANNA}, {STRANGER}")
	assert refused.status_code == 417 and "request_consent" in refused.text
	site.db.rollback()
	assert not frappe.db.exists("Email Queue", {"reference_name": served.record.name})

	tomorrow = str(clock.now() + timedelta(days=1))
	for later in ({}, {"send_after": tomorrow}):
		assert write(EVE, **later).ok
	withdrawn = served.anna(
		"client_comms.api.self_service.submit",
		answers=frappe.as_json({frappe.get_last_doc("Client Consent").name: "Withdrawn"}),
	)
	assert withdrawn.ok, withdrawn.text
	site.db.rollback()
	held = frappe.get_all(
		"Email Queue", {"reference_name": served.record.name}, ["status", "error", "communication"]
	)
	assert len(held) == 2
	for row in held:
		assert row.status == "Error" and "withdrew" in row.error
		assert frappe.db.get_value("Communication", row.communication, "delivery_status") == "Error"
	told = {
		"for_user": served.user,
		"document_name": served.record.name,
		"subject": ("like", "Held back: %"),
	}
	assert frappe.db.count("Notification Log", told) == 2
	assert set(frappe.get_all("Client Disclosure", {"recipient": EVE}, pluck="outcome")) == {"Held Back"}
	assert write(EVE).status_code == 417
