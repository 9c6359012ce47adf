"""Restricted use of a client's data: locked for everyone, no sends, until it is lifted (P-2)."""

from unittest import mock

import frappe
import pytest
from frappe.core.doctype.communication.email import make
from frappe.desk.doctype.bulk_update.bulk_update import submit_cancel_or_update_docs
from frappe.email.doctype.email_queue.email_queue import QueueBuilder
from frappe.model.rename_doc import rename_doc

from client_comms import api, ledger, procedure
from client_comms.api import interactions as actions
from client_comms.api import restrictions as rights
from client_comms.api import subject_requests
from client_comms.client_interactions import merging, satisfaction
from client_comms.client_privacy import invitations
from client_comms.client_privacy.erasure import records, runs
from client_comms.client_privacy.requests import asking
from client_comms.clients import preferences
from client_comms.enforcement import explain, legal_holds, levels, restrictions
from client_comms.enforcement.methods import missing_checks_frappe, relink
from client_comms.exceptions import (
	ActionNotPossibleError,
	OutgoingRefusedError,
	RecordIsKeptError,
	RestrictedError,
	ResultIsFixedError,
)
from client_comms.i18n import speaking
from client_comms.intake import failures, issue_status, moving
from client_comms.outgoing import departures, email, text_messages

pytestmark = pytest.mark.clause("P-2")
ADDRESS = "anna.limited@client.example"
GROUND = "Accuracy Contested"


@pytest.fixture(autouse=True)
def outgoing_account(mailbox, set_settings):
	set_settings(identity_mode="Off", channel_mode="Off", template_mode="Off", wording_mode="Off")


@pytest.fixture
def agent(make_user):
	"""Writes everything about clients in ERPNext and in this app."""
	return make_user(
		procedure.CUSTOMER_SUPPORT_MANAGER,
		procedure.CUSTOMER_SUPPORT,
		procedure.FRONTLINE_STAFF,
		"Sales User",
		"Sales Manager",
		"Sales Master Manager",
		"Support Team",
		"System Manager",
	)


@pytest.fixture
def client(make_client):
	return make_client("Anna Limited", ADDRESS, customer_type="Individual")


@pytest.fixture
def restrict(client, officer, as_user):
	"""`restrict()` approves a request of the client, and returns the restriction."""

	def begin(confirmed=True, right="Restriction", **fields):
		request = frappe.get_doc(
			{
				"doctype": "Data Subject Request",
				"right": right,
				"party_type": client.party_type,
				"party": client.party,
				"contact": client.contact,
				**fields,
			}
		).insert()
		if confirmed:
			frappe.get_doc(
				{
					"doctype": "Identity Verification",
					**client,
					"method": "Call-back to Number on File",
					"result": "Confirmed",
				}
			).insert()
		with as_user(officer):
			name = rights.restrict(request.name, GROUND, "The address is wrong", "We have restricted it.")
		return frappe.get_doc("Processing Restriction", name)

	return begin


@pytest.fixture
def about(log, client, agent):
	"""An interaction with the client, and a document of every other kind that is locked."""
	doc = log(party_type="Customer", party=client.party, contact=client.contact, responsible_staff=agent)
	customer = {"link_doctype": "Customer", "link_name": client.party}
	made = [
		{
			"doctype": "Address",
			"address_title": "A",
			"address_line1": "Way 1",
			"city": "Bonn",
			"links": [customer],
		},
		{"doctype": "Issue", "subject": "Leak", "customer": client.party},
		{"doctype": "Opportunity", "opportunity_from": "Customer", "party_name": client.party},
		{
			"doctype": "Communication",
			"communication_medium": "Phone",
			"sent_or_received": "Received",
			"subject": "Call",
			"reference_doctype": "Customer",
			"reference_name": client.party,
		},
		{
			"doctype": "Comment",
			"comment_type": "Comment",
			"content": "A remark",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		},
		{
			"doctype": "File",
			"file_name": "note.txt",
			"content": "x",
			"attached_to_doctype": doc.doctype,
			"attached_to_name": doc.name,
		},
		{"doctype": "Communication Preference", "party_type": "Customer", "party": client.party},
		{
			"doctype": "Event",
			"subject": "Visit",
			"starts_on": frappe.utils.add_days(frappe.utils.now_datetime(), 1),
			"event_participants": [{"reference_doctype": "Customer", "reference_docname": client.party}],
		},
	]
	country = frappe.db.get_value("Country", {}, "name")
	inserted = [frappe.get_doc({"country": country, **each}).insert() for each in made]
	return [
		doc,
		*inserted,
		frappe.get_doc("Customer", client.party),
		frappe.get_doc("Contact", client.contact),
	]


def test_it_begins_with_a_checked_identity_and_an_approval(
	restrict, client, officer, agent, as_user, mailbox
):
	with pytest.raises(ActionNotPossibleError, match="identity"):
		restrict(confirmed=False)
	with pytest.raises(ActionNotPossibleError, match="not a request for restriction"):
		restrict(right="Access")
	request = frappe.get_last_doc("Data Subject Request")
	with as_user(agent), pytest.raises(frappe.PermissionError):
		rights.restrict(request.name, GROUND, "x", "y")
	placed = restrict()
	assert (placed.restricted_by, placed.status, placed.on) == (officer, "Active", ("Customer", client.party))
	assert frappe.db.get_value("Data Subject Request", placed.request, "status") == "Answered"
	assert "We have restricted it." in mailbox(placed.request)["text/plain"]
	assert frappe.db.exists(ledger.ENTRY, {"action": ledger.RESTRICTION, "rule": placed.name})
	with pytest.raises(ActionNotPossibleError, match="already"):
		restrict()


def test_desks_that_are_open_hear_that_it_begins(restrict):
	"""Their lists ask for marks only where the use of some client's data is restricted."""
	with mock.patch.object(frappe, "publish_realtime") as told:
		restrict()
	assert mock.call("client_comms_restricted", after_commit=True) in told.mock_calls


def changed(doc):
	"""The document as someone would change it."""
	doc = frappe.get_doc(doc.doctype, doc.name)
	meta = doc.meta
	field = next(
		df.fieldname
		for df in meta.fields
		if df.fieldtype
		in ("Data", "Small Text", "Text", "Text Editor", "Code", "HTML Editor", "Check", "Select")
		and not (df.read_only or df.options in ("Email", "Phone") or df.set_only_once or df.is_virtual)
	)
	return doc, field


def test_every_record_of_the_client_is_read_only_for_everyone(restrict, about, agent, as_user):
	before = {each.doctype for each in about}
	placed = restrict()
	for record in about:
		doc, field = changed(record)
		with as_user(agent):
			with pytest.raises(RestrictedError, match="GDPR Art"):
				doc.save(ignore_permissions=True)
			if doc.doctype != "Communication":  # in single fields, Frappe notes how it was delivered
				with pytest.raises(RestrictedError):
					frappe.get_doc(doc.doctype, doc.name).db_set(field, None)
		with pytest.raises(RecordIsKeptError, match=placed.name):
			frappe.delete_doc(doc.doctype, doc.name, force=True)
	assert {"Client Interaction", "Customer", "Contact", "Address", "File", "Comment", "Event"} <= before


def test_nothing_is_locked_of_another_client_nor_without_a_restriction(
	about, log, make_client, restrict, agent, as_user
):
	with as_user(agent):
		for record in about:
			if record.doctype != "File":
				frappe.get_doc(record.doctype, record.name).save(ignore_permissions=True)
	restrict()
	other = make_client("Ben Free", "ben.free@client.example")
	doc = log(party_type="Customer", party=other.party, responsible_staff=agent)
	with as_user(agent):
		for each in (doc, frappe.get_doc("Customer", other.party), frappe.get_doc("Contact", other.contact)):
			frappe.get_doc(each.doctype, each.name).save(ignore_permissions=True)


def test_administrator_is_locked_out_as_well(restrict, about, monkeypatch):
	restrict()

	def save():
		frappe.get_doc("Customer", about[-2].name).save()

	monkeypatch.setattr(frappe.local, "request", object(), raising=False)
	with pytest.raises(RestrictedError):
		save()
	monkeypatch.setattr(frappe.local, "request", None)
	frappe.flags.in_import = True
	try:
		with pytest.raises(RestrictedError):
			save()
	finally:
		frappe.flags.in_import = False
	job = frappe._dict(method="frappe.desk.doctype.bulk_update.bulk_update._bulk_action")
	monkeypatch.setattr(frappe.local, "job", job, raising=False)
	with pytest.raises(RestrictedError):
		save()


def test_other_ways_of_writing_are_refused(restrict, about, log, client, agent, as_user):
	doc = about[0]
	second = log(party_type="Customer", party=client.party)
	issue = next(each for each in about if each.doctype == "Issue")
	message = next(each for each in about if each.doctype == "Communication")
	contact = frappe.get_doc("Contact", client.contact)
	restrict()
	ways = {
		"action": lambda: actions.answer(doc.name),
		"merge": lambda: merging.merge(second.name, doc.name),
		"split": lambda: moving.split_off(doc.name, message.name),
		"move": lambda: moving.move(doc.name, message.name, second.name),
		"level": lambda: levels.change_level("Issue", issue.name, "Sensitive", "Raised"),
		"relink": lambda: relink.relink(message.name, "Customer", client.party),
		"rename": lambda: rename_doc("Customer", client.party, "Somebody Else", force=True),
		"set_value": lambda: frappe.client.set_value("Customer", client.party, "website", "x"),
		"row": lambda: contact.email_ids[0].save(ignore_permissions=True),
		"deleted row": lambda: frappe.delete_doc("Contact Email", contact.email_ids[0].name),
		"new comment": lambda: doc.add_comment("Comment", "A remark"),
		"new file": lambda: frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "later.txt",
				"content": "later",
				"attached_to_doctype": doc.doctype,
				"attached_to_name": doc.name,
			}
		).insert(),
		"new meeting": lambda: frappe.get_doc(
			{
				"doctype": "Event",
				"subject": "Visit",
				"starts_on": frappe.utils.now_datetime(),
				"event_participants": [{"reference_doctype": "Customer", "reference_docname": client.party}],
			}
		).insert(),
	}
	went = []
	for way, attempt in ways.items():
		frappe.db.savepoint("one_way")
		with as_user(agent):
			try:
				attempt()
				went.append(way)
			except (RestrictedError, RecordIsKeptError):
				pass
		frappe.db.rollback(save_point="one_way")
	assert went == []
	with as_user(agent):
		submit_cancel_or_update_docs("Customer", [client.party], "update", {"website": "https://x.example"})
	assert frappe.db.get_value("Customer", client.party, "website") != "https://x.example"


def test_a_meeting_of_a_client_with_a_hold_as_well_is_kept(restrict, client, about):
	"""Both are on the same client, and either one keeps it."""
	(event,) = (each for each in about if each.doctype == "Event")
	restriction = restrict()
	with pytest.raises(RecordIsKeptError, match=restriction.name):
		frappe.delete_doc("Event", event.name)
	hold = {"doctype": "Legal Hold", "hold_on": "Client", "party_type": "Customer", "party": client.party}
	hold = frappe.get_doc({**hold, "reason": "Claim"}).insert()
	with pytest.raises(RecordIsKeptError, match=hold.name):
		frappe.delete_doc("Event", event.name)
	hold.release("Settled")
	with pytest.raises(RecordIsKeptError, match=restriction.name):
		frappe.delete_doc("Event", event.name)


def test_methods_that_write_past_the_document_are_refused(restrict, about, agent, as_user):
	"""ERPNext and Frappe change some fields in the database, without saving the document."""
	issue, event, comment = (
		next(each for each in about if each.doctype == doctype) for doctype in ("Issue", "Event", "Comment")
	)
	event.db_set("owner", agent)
	restrict()
	ways = {
		"status": lambda: issue_status.set_status(issue.name, status="Closed"),
		"statuses": lambda: issue_status.set_multiple_status(frappe.as_json([issue.name]), status="Closed"),
		"attendance": lambda: missing_checks_frappe.update_attending_status(event.name, agent, "Yes"),
		"publicity": lambda: missing_checks_frappe.update_comment_publicity(comment.name, enable=True),
	}
	for way, attempt in ways.items():
		with as_user(agent), pytest.raises(RestrictedError):
			attempt()
			pytest.fail(way)
	assert frappe.db.get_value("Issue", issue.name, "status") != "Closed"


def test_a_message_that_is_only_filed_in_a_timeline_is_locked(restrict, client, agent, as_user):
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Phone",
			"sent_or_received": "Received",
			"subject": "Call",
			"timeline_links": [{"link_doctype": "Contact", "link_name": client.contact}],
		}
	).insert()
	restrict()
	with as_user(agent), pytest.raises(RestrictedError):
		frappe.get_doc("Communication", message.name).save(ignore_permissions=True)


def test_documents_about_a_lead_are_locked(agent, as_user, officer, log):
	lead = frappe.get_doc(
		{"doctype": "Lead", "first_name": "Lea", "last_name": "Limited", "email_id": "lea@lead.example"}
	).insert()
	about_lead = [
		lead,
		log(party_type="Lead", party=lead.name),
		frappe.get_doc({"doctype": "Issue", "subject": "Leak", "lead": lead.name}).insert(),
		frappe.get_doc(
			{"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": lead.name}
		).insert(),
		frappe.get_doc(
			{
				"doctype": "Event",
				"subject": "Visit",
				"starts_on": frappe.utils.now_datetime(),
				"event_participants": [{"reference_doctype": "Lead", "reference_docname": lead.name}],
			}
		).insert(),
		frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": "Phone",
				"sent_or_received": "Received",
				"subject": "Call",
				"reference_doctype": "Lead",
				"reference_name": lead.name,
			}
		).insert(),
	]
	placed = frappe.new_doc("Processing Restriction")
	placed.update(
		{
			"party_type": "Lead",
			"party": lead.name,
			"status": "Active",
			"restricted_on": frappe.utils.now_datetime(),
			"restricted_by": officer,
			"ground": GROUND,
			"reason": "The address is wrong",
		}
	)
	placed.flags.by_the_app = True
	placed.insert()
	for record in about_lead:
		with as_user(agent), pytest.raises(RestrictedError):
			frappe.get_doc(record.doctype, record.name).save(ignore_permissions=True)
	for record in reversed(about_lead):
		with pytest.raises(RecordIsKeptError, match=placed.name):
			frappe.delete_doc(record.doctype, record.name, force=True)


# --- what it costs --------------------------------------------------------------------------------


def test_may_share_says_so_of_all_but_staff(client, restrict, agent, officer, as_user, adviser):
	consent = {"doctype": "Client Consent", "party_type": client.party_type, "party": client.party}
	purpose = frappe.db.get_single_value("Client Comms Settings", "sharing_purpose")
	paper = {"collected_through": "Letter", "notice_text": "I agree."}
	frappe.get_doc({**consent, "purpose": purpose, "third_party": adviser.name, **paper}).insert()
	asked = {"party_type": client.party_type, "party": client.party}
	recipients = [ADDRESS, "eve@adviser.example", officer]
	restriction = restrict()
	with as_user(agent):
		answers = api.may_share(**asked, recipients=recipients)
	assert [each["allowed"] for each in answers] == [False, False, True]
	assert [each["rule"] for each in answers] == ["restriction", "restriction", "staff"]
	assert "GDPR Art. 18" in answers[0]["why"]
	with as_user(officer):
		rights.allow(restriction.name, agent, "Send Messages", "Consent of the Client", "They asked for it")
	(told,) = frappe.get_all(
		"Notification Log",
		{"for_user": agent, "subject": ("like", "Exception from the restricted use%Send Messages")},
		["document_type", "document_name"],
	)
	assert told == {"document_type": "Customer", "document_name": client.party}
	with as_user(agent):
		assert all(each["allowed"] for each in api.may_share(**asked, recipients=recipients))


@pytest.fixture
def asked(monkeypatch):
	"""The queries about restrictions."""
	found, real = [], frappe.local.db.sql

	def sql(query, *args, **kwargs):
		if restrictions.RESTRICTION in str(query):
			found.append(str(query))
		return real(query, *args, **kwargs)

	monkeypatch.setattr(frappe.local.db, "sql", sql)
	return found


def test_while_there_is_none_the_database_is_asked_once_per_transaction(about, client, asked):
	for each in (*about, frappe.get_doc("Customer", client.party)):
		frappe.db.value_cache.clear()  # as in another transaction
		asked.clear()
		frappe.get_doc(each.doctype, each.name).save()
		assert len(asked) <= 1, each.doctype


def test_one_that_began_is_not_hidden_by_what_others_saw_before(restrict, client):
	"""Nothing that outlives a transaction says that there is none, so emptied caches lose nothing."""
	assert not restrictions.of(("Customer", client.party))
	restrict()
	frappe.clear_cache()
	frappe.db.value_cache.clear()  # a transaction that began before, and sees no row
	with mock.patch.object(restrictions, "_load", dict):
		assert not restrictions.of(("Customer", client.party))
	frappe.db.value_cache.clear()
	assert restrictions.of(("Customer", client.party))


def test_what_the_client_sends_is_logged_with_its_deadline(restrict, about, client, agent, as_user):
	restrict()
	received = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": ADDRESS,
			"subject": "My address",
			"content": "It is still wrong.",
		}
	)
	with as_user(agent):  # in a request of staff
		received.insert(ignore_permissions=True)
	assert not frappe.db.exists(failures.FAILURE, {"reference_name": received.name})
	assert received.reload().client_interaction
	interaction = frappe.get_doc("Client Interaction", received.client_interaction)
	assert received.name in [row.source_name for row in interaction.events] and interaction.respond_by
	with as_user(agent):
		api.log_interaction(
			communication_type="Initial Inquiry",
			channel="Phone",
			direction="Inbound",
			party_type="Customer",
			party=client.party,
			subject="A call",
			summary="The client asked about the address.",
			occurred_on=frappe.utils.now_datetime(),
			responsible_staff=agent,
		)


def received_email(**fields):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": ADDRESS,
			"subject": "My address",
			"content": "It is still wrong.",
			**fields,
		}
	).insert(ignore_permissions=True)


def test_staff_log_what_the_client_sent_into_its_conversation(restrict, agent, as_user, set_settings):
	first = received_email()
	interaction = first.reload().client_interaction
	assert interaction
	restrict()
	set_settings(log_inbound_email=0)
	second = received_email(in_reply_to=first.name, subject="Re: My address")
	set_settings(log_inbound_email=1)
	assert not second.reload().client_interaction
	with as_user(agent):
		(done,) = api.log_unlogged([{"doctype": "Communication", "name": second.name}])
	assert done.get("interaction") == interaction, done
	events = frappe.get_doc("Client Interaction", interaction).events
	assert second.name in [row.source_name for row in events]


def test_the_client_goes_on_themselves(restrict, client):
	restrict()
	preference = frappe.get_doc(
		{"doctype": "Communication Preference", "party_type": "Customer", "party": client.party}
	).insert()
	frappe.set_user("Guest")
	try:
		preferences.set_by_client(
			"Customer", client.party, None, {"channels": ["Email"], "never": [], "language": "de"}
		)
		invitations.invite(client.party_type, client.party, client.contact)
	finally:
		frappe.set_user("Administrator")
	assert frappe.db.get_value("Communication Preference", preference.name, "language") == "de"


def test_an_exception_is_for_one_user_one_use_and_a_time(
	restrict, about, officer, agent, make_user, as_user, clock_at
):
	placed, other = restrict(), make_user("Sales Manager", "Sales Master Manager")
	customer = about[-2]
	with as_user(agent), pytest.raises(frappe.PermissionError):
		rights.allow(placed.name, agent, "Change Records", "Legal Claims", "For the court")
	with as_user(officer):
		for use, basis, reason in (
			("Change", "Legal Claims", "x"),
			("Change Records", "It helps", "x"),
			("Change Records", "Legal Claims", " "),
		):
			with pytest.raises(ActionNotPossibleError):
				rights.allow(placed.name, agent, use, basis, reason)
		rights.allow(placed.name, agent, "Change Records", "Legal Claims", "For the court", 2)
	entry = {"action": ledger.EXCEPTION, "rule": placed.name}
	assert "For the court" in frappe.db.get_value(ledger.ENTRY, entry, "changes")
	with as_user(agent):
		frappe.get_doc("Customer", customer.name).save()
	used = {"action": ledger.EXCEPTION_USED, "rule": placed.name, "user": agent}
	assert frappe.db.count(ledger.ENTRY, used) == 1
	with as_user(other), pytest.raises(RestrictedError):
		frappe.get_doc("Customer", customer.name).save()
	with as_user(officer), pytest.raises(RestrictedError):
		frappe.get_doc("Customer", customer.name).save(ignore_permissions=True)
	with clock_at(frappe.utils.add_to_date(frappe.utils.now_datetime(), hours=3)), as_user(agent):
		with pytest.raises(RestrictedError):
			frappe.get_doc("Customer", customer.name).save()


@pytest.fixture
def employee(agent):
	"""The same with a type of the site, such as Frappe HR has one for employees; Frappe lets them use the desk."""
	frappe.db.set_value("User", agent, "user_type", "Employee Self Service")
	frappe.clear_document_cache("User", agent)
	return agent


def test_users_of_a_site_s_own_type_are_bound_as_staff_are(
	restrict, about, employee, officer, make_user, as_user
):
	placed, customer = restrict(), about[-2]
	frappe.db.delete("Email Queue Recipient")
	with as_user(employee):
		with pytest.raises(RestrictedError, match="GDPR Art"):
			frappe.get_doc("Customer", customer.name).save(ignore_permissions=True)
		with pytest.raises(OutgoingRefusedError, match="GDPR Art"):
			queue(about[0], ADDRESS)
		queue(None, ADDRESS)
	assert not sent_to(ADDRESS)
	with as_user(officer):
		rights.allow(placed.name, employee, "Change Records", "Legal Claims", "For the court")
		with pytest.raises(ActionNotPossibleError):
			client = make_user("Customer", user_type="Website User")
			rights.allow(placed.name, client, "Change Records", "Legal Claims", "For the court")
	with as_user(employee):
		frappe.get_doc("Customer", customer.name).save(ignore_permissions=True)


# --- sending --------------------------------------------------------------------------------------


def queue(doc, *recipients):
	return QueueBuilder(
		recipients=list(recipients),
		sender="service@own.example",
		subject="Offer",
		message="<p>Hello</p>",
		reference_doctype=doc.doctype if doc else None,
		reference_name=doc.name if doc else None,
	).process()


def sent_to(address):
	return frappe.get_all(
		"Email Queue Recipient",
		{
			"recipient": address,
			"parent": ("in", frappe.get_all("Email Queue", {"status": "Not Sent"}, pluck="name")),
		},
	)


def test_no_message_about_the_client_passes_the_gate(restrict, about, officer, agent, as_user):
	doc = about[0]
	placed = restrict()
	frappe.db.delete("Email Queue Recipient")
	with as_user(agent):
		for recipient in (ADDRESS, "adviser@third.example"):
			with pytest.raises(OutgoingRefusedError, match="GDPR Art"):
				queue(doc, recipient)
			with pytest.raises(OutgoingRefusedError):
				make(
					doctype=doc.doctype, name=doc.name, content="Hello", recipients=recipient, send_email=True
				)
	frappe.db.delete("Email Queue Recipient")
	with as_user(officer):
		rights.allow(
			placed.name, agent, "Send Messages", "Consent of the Client", "They asked for it by phone"
		)
	with as_user(agent):
		queue(doc, ADDRESS)
	assert sent_to(ADDRESS)
	assert frappe.db.exists(
		ledger.ENTRY, {"action": ledger.EXCEPTION_USED, "rule": placed.name, "user": agent}
	)


def used(placed, agent):
	entry = {"action": ledger.EXCEPTION_USED, "rule": placed.name, "user": agent}
	return frappe.get_all(ledger.ENTRY, entry, ["reference_doctype", "reference_name", "at"])


@pytest.fixture
def exempted(restrict, client, officer, agent, as_user):
	"""A restriction, from which an exception lets the agent send messages; the client has a number that is confirmed, and one that is not."""
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": "+49 30 1234567", "is_primary_mobile_no": 1})
	contact.append("phone_nos", {"phone": "+49 30 7654321"})
	contact.save()
	contact.phone_nos[-1].db_set("confirmed_on", None)
	placed = restrict()
	with as_user(officer):
		rights.allow(placed.name, agent, "Send Messages", "Consent of the Client", "They asked for it")
	frappe.db.commit()
	return placed


@pytest.mark.parametrize("end", ["commit", "rollback"])
@pytest.mark.parametrize("number", ["+49 30 1234567", "030 7654321"])
def test_an_exception_by_which_a_text_message_left_is_on_the_ledger(number, end, exempted, agent, as_user):
	"""Whatever becomes of the save in which it left: also to a number that tells the client, and belongs to no record."""
	with as_user(agent):
		text_messages.require([number])
	getattr(frappe.db, end)()
	(entry,) = used(exempted, agent)
	assert entry.reference_name and ledger.verify()["ok"]


def test_one_that_is_refused_with_another_message_was_not_used(exempted, agent, as_user, make_client):
	other = make_client("Ben Free", "ben.free@client.example")
	contact = frappe.get_doc("Contact", other.contact)
	contact.append("phone_nos", {"phone": "+49 40 1234567", "is_primary_mobile_no": 1})
	contact.save()
	frappe.get_doc(
		{"doctype": "Communication Preference", **other, "channels_not_to_use": [{"channel": "Chat"}]}
	).insert()
	frappe.db.set_single_value("Client Comms Settings", "channel_mode", "Enforce")
	with as_user(agent), pytest.raises(OutgoingRefusedError):
		text_messages.require(["+49 30 1234567", "+49 30 7654321", "+49 40 1234567"])
	frappe.db.commit()
	assert used(exempted, agent) == []


def test_an_exception_for_an_email_that_belongs_to_no_record_is_on_the_ledger(exempted, agent, as_user):
	with as_user(agent):
		queue(None, ADDRESS)
	(entry,) = used(exempted, agent)
	assert (entry.reference_doctype, entry.reference_name) == ("Processing Restriction", exempted.name)


def test_the_use_of_an_exception_is_stored_once_after_a_kill(exempted, agent, as_user):
	"""Between storing it and removing its file, or before."""
	with as_user(agent):
		text_messages.require(["030 7654321"])
	(path,) = departures.folder().glob("*.json")
	kept = path.read_text()
	(waiting,) = frappe.flags.pop(departures.WAITING)
	waiting.file.close()
	frappe.db.rollback()
	departures.store_left_behind()
	assert len(used(exempted, agent)) == 1 and not path.exists()
	path.write_text(kept)
	departures.store_left_behind()
	assert len(used(exempted, agent)) == 1 and not path.exists() and ledger.verify()["ok"]


def test_text_messages_calls_and_copies_to_the_client_are_refused(
	restrict, about, client, log, make_client, agent, as_user
):
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": "+49 30 1234567", "is_primary_mobile_no": 1})
	contact.save()
	other = make_client("Ben Free", "ben.free@client.example")
	doc = log(party_type="Customer", party=other.party, contact=other.contact)
	restrict()
	with as_user(agent):
		with pytest.raises(OutgoingRefusedError):
			text_messages.require(["+49 30 1234567"])
		with pytest.raises(OutgoingRefusedError, match="anna"):
			queue(doc, "ben.free@client.example", ADDRESS)
		queue(doc, "ben.free@client.example")
		with pytest.raises((OutgoingRefusedError, RestrictedError)):
			api.log_interaction(
				communication_type="Initial Inquiry",
				channel="Phone",
				direction="Outbound",
				party_type="Customer",
				party=client.party,
				subject="A call",
				summary="We called.",
				occurred_on=frappe.utils.now_datetime(),
				responsible_staff=agent,
			)


def test_no_text_message_to_a_number_that_is_not_confirmed(restrict, client, agent, as_user):
	"""It counts as theirs, as an address does."""
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": "+49 30 7654321"})
	contact.save()
	contact.phone_nos[-1].db_set("confirmed_on", None)
	with as_user(agent):
		text_messages.require(["+49 30 7654321"])
	restrict()
	with as_user(agent), pytest.raises(OutgoingRefusedError, match="GDPR Art"):
		text_messages.require(["+49 30 9999999", "030 7654321"])


def test_no_text_message_to_a_number_of_a_lead_that_its_contact_has_not(restrict, agent, as_user):
	lead = frappe.get_doc(
		{"doctype": "Lead", "first_name": "Lena", "email_id": "lena@client.example"}
	).insert()
	lead.reload()
	lead.update({"mobile_no": "+49 30 8765432"}).save()
	about = {"party_type": "Lead", "party": lead.name, "contact": None}
	proof = {"method": "Call-back to Number on File", "result": "Confirmed"}
	frappe.get_doc({"doctype": "Identity Verification", **about, **proof}).insert()
	restrict(confirmed=False, **about)
	with as_user(agent):
		text_messages.require(["+49 30 9999999"])
		with pytest.raises(OutgoingRefusedError, match="GDPR Art"):
			text_messages.require(["030 8765432"])


def test_newsletters_and_reports_leave_the_client_out(restrict, agent, as_user, monkeypatch):
	restrict()
	frappe.db.delete("Email Queue Recipient")
	mixed = queue(None, ADDRESS, "ben.free@client.example")
	assert [row.recipient for row in mixed.recipients] == ["ben.free@client.example"]
	alone = queue(None, f"Anna <{ADDRESS}>")
	assert (alone.status, alone.recipients) == ("Error", [])
	assert not sent_to(ADDRESS)
	monkeypatch.setattr(frappe.local, "request", object(), raising=False)
	with as_user(agent), pytest.raises(OutgoingRefusedError, match="GDPR Art"):
		queue(None, ADDRESS)


def test_clients_are_asked_for_nothing(restrict, about, client, set_settings):
	set_settings(ask_for_rating=1)
	doc = about[0]
	assert satisfaction._address(doc)[0] == ADDRESS
	restrict()
	assert satisfaction._address(doc) == (None, None)
	frappe.db.delete("Email Queue Recipient")
	third_party = frappe.get_doc({"doctype": "Third Party", "third_party_name": "Adviser"}).insert().name
	invitations.request_consent(
		client.party_type, client.party, "Sharing with a Third Party", third_party=third_party
	)
	assert not sent_to(ADDRESS)


def test_what_waits_is_held_back_when_a_restriction_begins(restrict, about, clock_at):
	filed, unfiled = queue(about[0], ADDRESS), queue(None, ADDRESS)
	with clock_at(frappe.utils.add_to_date(frappe.utils.now_datetime(), minutes=5)):
		placed = restrict()
	for waiting in (filed, unfiled):
		assert placed.name in email.refusal_at_sending(frappe.get_doc("Email Queue", waiting.name))


# --- the end --------------------------------------------------------------------------------------


def test_the_client_is_told_before_it_is_lifted(restrict, about, officer, as_user, agent, mailbox):
	placed = restrict()
	with as_user(officer):
		with pytest.raises(ActionNotPossibleError, match=r"18\(3\)"):
			rights.lift(placed.name, "The address is right now")
		assert rights.announce(placed.name, "We will lift it tomorrow.") == "Lifting Announced"
	assert "We will lift it tomorrow." in mailbox(placed.name)["text/plain"]
	with as_user(agent), pytest.raises(RestrictedError):
		frappe.get_doc("Customer", about[-2].name).save()
	with as_user(officer):
		with pytest.raises(ActionNotPossibleError):
			rights.lift(placed.name, " ")
		assert rights.lift(placed.name, "The address is right now") == "Lifted"
	with as_user(agent):
		frappe.get_doc("Customer", about[-2].name).save()
	actions_told = frappe.get_all(
		ledger.ENTRY, {"rule": placed.name}, pluck="action", order_by="creation asc"
	)
	assert actions_told == [ledger.RESTRICTION, ledger.LIFTING_ANNOUNCED, ledger.RESTRICTION_LIFTED]
	placed.reload()
	assert (placed.lifted_by, placed.lift_reason, placed.announced_by) == (
		officer,
		"The address is right now",
		officer,
	)


def test_a_notice_by_letter_is_recorded_without_an_email(restrict, officer, as_user):
	placed = restrict()
	with as_user(officer):
		rights.announce(placed.name, "We will lift it.", "Letter of 3 May")
	assert not frappe.db.exists("Email Queue", {"reference_name": placed.name})
	assert (
		frappe.db.get_value("Processing Restriction", placed.name, "announced_otherwise") == "Letter of 3 May"
	)


def test_users_cannot_write_restrictions(restrict, officer, as_user):
	placed = restrict()
	with as_user(officer):
		with pytest.raises((ResultIsFixedError, frappe.PermissionError)):
			placed.reload().update({"status": "Lifted"}).save(ignore_permissions=True)
		with pytest.raises((ResultIsFixedError, frappe.PermissionError)):
			frappe.delete_doc(placed.doctype, placed.name, ignore_permissions=True)


# --- retention and erasure ------------------------------------------------------------------------


def test_nothing_is_erased_meanwhile(restrict, about):
	placed, doc = restrict(), about[0]
	assert legal_holds.of(doc.doctype, doc.name).name == placed.name
	assert placed.name in legal_holds.stored_sentence(legal_holds.of(doc.doctype, doc.name))
	with pytest.raises(RecordIsKeptError):
		records.anonymise(doc.doctype, [doc.name])


def test_an_erasure_waits_until_it_is_lifted_and_is_not_answered_meanwhile(
	restrict, client, officer, make_user, as_user
):
	"""A run would keep all, and the client would read that their data are erased."""
	asked = {"doctype": "Data Subject Request", "right": "Erasure", **client}
	planned, later = (frappe.get_doc(asked).insert() for _number in range(2))
	placed = restrict()
	with as_user(officer):
		with pytest.raises(ActionNotPossibleError, match=rf"{placed.name}.*lift it, and then erase"):
			subject_requests.plan_erasure(later.name)
		assert frappe.get_message_log()[-1]["primary_action"]["label"] == "Open the Restriction"
		placed.db_set("status", "Lifted")
		restrictions.clear_cache()
		run = subject_requests.plan_erasure(planned.name)
	runs.work(run)
	placed.db_set("status", "Active")
	restrictions.clear_cache()
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		with pytest.raises(ActionNotPossibleError, match="every record is kept unchanged"):
			runs.approve(run, "It is erased.")
	assert frappe.db.get_value(planned.doctype, planned.name, "status") == "Open"


def test_the_form_of_a_request_says_in_which_language_the_client_reads_the_answer(client, officer, as_user):
	preference = {"doctype": "Communication Preference", "language": "de", **client}
	frappe.get_doc(preference).insert()
	request = frappe.get_doc({"doctype": "Data Subject Request", "right": "Objection", **client}).insert()
	with as_user(officer):
		for language, hint in (("en", "German"), ("de", None)):
			with speaking(language):
				shown = frappe.get_doc(request.doctype, request.name)
				shown.run_method("onload")
				assert shown.get("__onload").get("write_in") == hint


# --- how it is shown ------------------------------------------------------------------------------


def test_forms_lists_and_why_say_it(restrict, about, officer, agent, as_user, log, make_client):
	doc = about[0]
	free = log(party_type="Customer", party=make_client("Ben Free", "ben.free@client.example").party)
	with as_user(agent):
		assert restrictions.shown(doc.doctype, doc.name) is None
		assert explain.explain(doc.doctype, doc.name, agent, "write")["allowed"]
	placed = restrict()
	for record in (doc, about[-2], about[-1]):
		with as_user(agent):
			record.reload().run_method("onload")
			shown = record.get("__onload")["restriction"]
			assert shown["locked"] and "Art. 18" in shown["text"]
			assert shown["button"]["client_action"] == "client_comms.restriction.ask"
			assert placed.name not in str(shown)
			answer = explain.explain(record.doctype, record.name, agent, "write")
			assert (answer["allowed"], answer["rule"]) == (False, explain.RESTRICTED)
			assert explain.explain(record.doctype, record.name, agent)["allowed"]
	assert restrictions.shown(doc.doctype, doc.name)["button"]["args"]["restriction"] == placed.name
	with as_user(agent):
		assert doc.possible_actions() == [] and free.possible_actions()
		assert rights.restricted("Client Interaction", [doc.name, free.name]) == [doc.name]
		assert rights.restricted("Customer", frappe.as_json([about[-2].name])) == [about[-2].name]
		assert rights.restricted("Salary Slip", ["x"]) == []
	rows = {row["user"]: row for row in explain.explain_for_all(doc.doctype, doc.name, "write")}
	assert rows[agent]["rule"] == explain.RESTRICTED


def test_access_is_decided_as_always(restrict, about, agent, make_user, as_user):
	restrict()
	grant = frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": about[0].name,
			"user": make_user(procedure.CUSTOMER_SUPPORT),
			"reason": "To read it",
			"valid_until": frappe.utils.add_days(frappe.utils.now_datetime(), 1),
		}
	)
	with as_user(agent):
		grant.insert()
	assert "Access Granted" in [row.event for row in about[0].reload().events]


def test_staff_ask_for_an_exception(restrict, about, officer, agent, as_user):
	placed, doc = restrict(), about[0]
	with as_user(agent):
		with pytest.raises(ActionNotPossibleError):
			rights.ask(doc.doctype, doc.name, " ")
		rights.ask(doc.doctype, doc.name, "The court wants the letter")
	told = {"document_name": placed.name, "for_user": officer}
	assert frappe.db.exists("Notification Log", told)
	asked = {"reference_name": placed.name, "comment_email": agent}
	assert "The court wants the letter" in frappe.db.get_value("Comment", asked, "content")


def test_one_contact_of_an_organisation(restrict, client, log, agent, as_user):
	theirs = log(party_type="Customer", party=client.party, contact=client.contact)
	others = log(party_type="Customer", party=client.party, responsible_staff=agent)
	placed = restrict(contact_only=1)
	assert placed.on == ("Contact", client.contact)
	with as_user(agent):
		with pytest.raises(RestrictedError):
			frappe.get_doc(theirs.doctype, theirs.name).save(ignore_permissions=True)
		frappe.get_doc(others.doctype, others.name).save(ignore_permissions=True)
		frappe.get_doc("Customer", client.party).save(ignore_permissions=True)
		with pytest.raises(OutgoingRefusedError):
			queue(others, ADDRESS)


def test_requests_go_on_during_a_restriction(restrict, client, officer, as_user):
	restrict()
	fields = {"contact": client.contact}
	request = subject_requests.enter_request(client.party_type, client.party, "Access", **fields)["name"]
	with as_user(officer):
		subject_requests.confirm_request_identity(request)
		subject_requests.answer_request(request, "Here it is.")
	assert frappe.db.exists("Email Queue", {"reference_name": request, "status": "Not Sent"})


def test_the_client_sees_on_their_page_whether_it_is_in_force(restrict, client, officer, as_user):
	visit = frappe._dict(client)

	def shown():
		(request,) = asking.shown(visit)
		return request["restriction"]

	restriction = restrict()
	assert shown().startswith("The use of your data has been restricted since ")
	with as_user(officer):
		rights.announce(restriction.name, "It is clear now.")
		assert shown().endswith("It is clear now.")
		rights.lift(restriction.name, "The address is right")
	assert shown().startswith("The restriction ended on ")


def test_who_cannot_read_the_client_is_told_of_an_exception_without_them(
	restrict, officer, make_user, as_user
):
	user, restriction = make_user(procedure.FRONTLINE_STAFF), restrict()
	with as_user(officer):
		rights.allow(restriction.name, user, "Change Records", "Legal Claims", "For the court")
	told = frappe.get_last_doc("Notification Log", {"for_user": user})
	assert (told.document_name, told.link.rsplit("/", 1)[-1]) == (restriction.name, "owed-today")
