"""Stored mail is as confidential as what it is about (P-2)."""

import frappe
import pytest
from frappe import _
from frappe.desk.doctype.event import event
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.desk.form import document_follow

from client_comms import compat
from client_comms.patches.v1_0 import empty_digests_of_hidden_events

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain"


@pytest.fixture
def notify(mailbox, staff):
	"""`notify(document, kind)` notifies the cleared user by email, and returns the row in the queue."""
	frappe.db.delete("Email Queue")

	def make(document, kind):
		make_notification_logs(
			{
				"type": kind,
				"document_type": document.doctype,
				"document_name": document.name,
				"subject": WORDS,
				"email_content": WORDS,
				"from_user": "Administrator",
			},
			[staff.cleared],
		)
		(row,) = frappe.get_all("Email Queue", ["name", "message"])
		assert WORDS in row.message
		return row.name

	return make


def listed(doctype, name) -> bool:
	doc = frappe.get_doc(doctype, name)
	in_list = name in frappe.get_list(doctype, pluck="name")
	assert in_list == bool(doc.has_permission("read"))
	return in_list


# Version 16 offers energy points as a type, but has no text for them.
@pytest.mark.parametrize(
	"kind", ["Assignment", "Mention", *([] if compat.is_version_16() else ["Energy Point"])]
)
def test_the_email_of_a_notification(kind, notify, complaint, staff, as_user):
	name = notify(complaint, kind)
	with as_user(staff.uncleared):
		assert not listed("Email Queue", name)
	with as_user(staff.cleared):
		assert listed("Email Queue", name)


def test_of_one_about_a_to_do_of_a_record(notify, complaint, staff, as_user):
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": "x",
			"allocated_to": "Administrator",
			"reference_type": complaint.doctype,
			"reference_name": complaint.name,
		}
	).insert()
	frappe.db.delete("Email Queue")
	name = notify(todo, "Mention")
	with as_user(staff.uncleared):
		assert not listed("Email Queue", name)


@pytest.fixture(params=["Client Consent", "Data Subject Request"])
def about_a_client(request, held):
	"""A consent of a Lead that is Sensitive, and a request about its data, which is for officers."""
	about = {"party_type": "Lead", "party": held("Lead", lead_name="Anna").name}
	doc = frappe.get_doc(
		{"doctype": request.param, "name": frappe.generate_hash(), "right": "Access", **about}
	)
	doc.db_insert()
	return doc


def test_of_one_about_a_document_of_a_hidden_client(about_a_client, notify, staff, as_user):
	"""Or about a comment on it."""
	name = notify(about_a_client.add_comment("Comment", "x"), "Mention")
	with as_user(staff.uncleared):
		assert not listed("Email Queue", name)
	with as_user(staff.cleared):
		assert listed("Email Queue", name)


def test_the_email_about_followed_documents_of_clients(about_a_client, email_about_followed, staff, as_user):
	email_about_followed.follow(about_a_client)
	about_a_client.add_comment("Comment", WORDS)
	row = email_about_followed()
	assert WORDS in row.message
	with as_user(staff.uncleared):
		assert not listed("Email Queue", row.name)
	with as_user(staff.cleared):
		assert listed("Email Queue", row.name)


def test_of_one_about_something_open(notify, make_client, staff, as_user):
	customer = frappe.get_doc("Customer", make_client("Anna Client", "anna@client.example").party)
	name = notify(customer, "Mention")
	assert not frappe.db.get_value("Email Queue", name, "reference_name")
	with as_user(staff.uncleared):
		assert listed("Email Queue", name)


def test_a_text_message_that_was_sent(staff, as_user):
	text = frappe.get_doc({"doctype": "SMS Log", "message": WORDS}).insert(ignore_permissions=True)
	with as_user(staff.uncleared):
		assert not listed("SMS Log", text.name)
	with as_user(staff.cleared):
		assert listed("SMS Log", text.name)


def test_mail_that_could_not_be_processed(staff, as_user):
	mail = frappe.get_doc({"doctype": "Unhandled Email", "raw": WORDS, "uid": "1", "reason": "x"}).insert(
		ignore_permissions=True
	)
	with as_user(staff.uncleared):
		assert not listed("Unhandled Email", mail.name)
	with as_user(staff.cleared):
		assert listed("Unhandled Email", mail.name)


@pytest.fixture
def email_about_followed(mailbox, staff):
	"""`email_about_followed()`: the queued email about what the cleared user follows; `follow(doc)` lets them follow one."""
	frappe.db.set_value("User", staff.cleared, "document_follow_notify", 1)

	def follow(doc):
		row = {"doctype": "Document Follow", "ref_doctype": doc.doctype, "ref_docname": doc.name}
		frappe.get_doc({**row, "user": staff.cleared}).insert(ignore_permissions=True)

	def send():
		frappe.db.delete("Email Queue")
		quoted, about = document_follow.get_message_for_user("Hourly", staff.cleared)
		document_follow.send_email_alert(staff.cleared, about, quoted)
		(row,) = frappe.get_all("Email Queue", ["name", "message", "reference_name"])
		return row

	send.follow = follow
	return send


def test_the_email_about_followed_documents(email_about_followed, complaint, log, staff, as_user):
	"""It quotes their comments; in the queue it is as confidential as the strictest of them."""
	for followed in (log(confidentiality_level="Standard"), complaint):
		email_about_followed.follow(followed)
		followed.add_comment("Comment", WORDS)
	row = email_about_followed()
	assert WORDS in row.message
	assert row.reference_name == complaint.name
	with as_user(staff.uncleared):
		assert not listed("Email Queue", row.name)
	with as_user(staff.cleared):
		assert listed("Email Queue", row.name)


def test_is_not_stricter_than_what_it_quotes(email_about_followed, complaint, log, staff, as_user):
	"""Nothing happened to another document that its recipient follows."""
	quoted, quiet = log(confidentiality_level="Standard"), complaint
	for followed in (quoted, quiet):
		email_about_followed.follow(followed)
	frappe.db.delete("Version", {"docname": quiet.name})
	frappe.db.delete("Comment", {"reference_name": quiet.name})
	quoted.add_comment("Comment", WORDS)
	row = email_about_followed()
	assert quiet.name not in row.message
	assert row.reference_name == quoted.name
	with as_user(staff.uncleared):
		assert listed("Email Queue", row.name)


def test_where_a_template_names_none_all_of_them_count(email_about_followed, complaint, log, staff):
	for followed in (log(confidentiality_level="Standard"), complaint):
		email_about_followed.follow(followed)
	frappe.db.delete("Email Queue")
	frappe.sendmail(recipients=[staff.cleared], subject=_("Document Follow Notification"), message=WORDS)
	assert frappe.get_all("Email Queue", pluck="reference_name") == [complaint.name]


@pytest.fixture
def digest(mailbox, staff, complaint):
	"""`digest(user)`: the queued email about the events of today that a user gets."""
	frappe.db.delete("Event")
	today = {"doctype": "Event", "starts_on": frappe.utils.now_datetime(), "send_reminder": 1}
	about = {"reference_doctype": complaint.doctype, "reference_docname": complaint.name}
	frappe.get_doc({**today, **about, "subject": WORDS, "event_type": "Public"}).insert()
	frappe.get_doc({**today, "subject": "Lunch with the team", "event_type": "Public"}).insert()
	own = frappe.get_doc({**today, **about, "subject": "My visit", "event_type": "Private"}).insert()
	own.db_set("owner", staff.uncleared)

	def send(user):
		frappe.db.delete("Email Queue")
		frappe.db.delete("Email Queue Recipient")
		event.send_event_digest()
		queued = frappe.db.get_value("Email Queue Recipient", {"recipient": user}, "parent")
		return queued and frappe.get_doc("Email Queue", queued)

	return send


def test_the_email_about_events_quotes_what_its_recipient_can_read(digest, complaint, staff, as_user):
	queued = digest(staff.uncleared)
	assert "Lunch with the team" in queued.message and not queued.reference_name
	assert WORDS not in queued.message and "My visit" not in queued.message
	queued = digest(staff.cleared)
	assert "Lunch with the team" in queued.message and WORDS in queued.message
	assert frappe.db.get_value("Event", queued.reference_name, "client_interaction") == complaint.name
	with as_user(staff.uncleared):
		assert not listed("Email Queue", queued.name)
	with as_user(staff.cleared):
		assert listed("Email Queue", queued.name)


def test_no_email_about_events_that_are_all_hidden(digest, staff, as_user):
	frappe.db.delete("Event", {"subject": "Lunch with the team"})
	assert digest(staff.uncleared) is None
	assert WORDS in digest(staff.cleared).message
	with as_user(staff.uncleared):  # nor does one wait in the queue, for no recipient
		assert not [row for row in frappe.get_list("Email Queue", ["message"]) if WORDS in row.message]


def test_one_from_before_is_emptied(digest, complaint, staff):
	queued = digest(staff.cleared)
	alone = {"status": "Error", "error": "None of the recipients has clearance for this document."}
	queued.db_set({**alone, "reference_name": None})
	about_something = frappe.copy_doc(queued)
	about_something.update({"name": frappe.generate_hash(), "reference_name": complaint.name})
	about_something.db_insert()
	for _again in range(2):
		empty_digests_of_hidden_events.execute()
	assert not queued.reload().message and WORDS in about_something.reload().message


@pytest.mark.parametrize("doctype", ["Lead", "Issue", "Opportunity"])
def test_the_email_about_an_event_with_a_confidential_document(
	doctype, digest, held, staff, as_user, make_client
):
	"""Which belongs to no interaction."""
	of_client = {
		"opportunity_from": "Customer",
		"party_name": make_client("Nord", "nord@client.example").party,
	}
	about = {"Lead": {"lead_name": "Anna"}, "Issue": {"subject": "Noise"}, "Opportunity": of_client}[doctype]
	record = held(doctype, **about)
	frappe.db.delete("Event")
	frappe.get_doc(
		{
			"doctype": "Event",
			"subject": WORDS,
			"starts_on": frappe.utils.now_datetime(),
			"send_reminder": 1,
			"event_type": "Public",
			"event_participants": [{"reference_doctype": doctype, "reference_docname": record.name}],
		}
	).insert()
	queued = digest(staff.cleared)
	assert WORDS in queued.message
	with as_user(staff.uncleared):
		assert not listed("Email Queue", queued.name)
		assert not [row for row in frappe.get_list("Email Queue", ["message"]) if WORDS in row.message]
	with as_user(staff.cleared):
		assert listed("Email Queue", queued.name)


@pytest.mark.parametrize("kind", ["Assignment", "Mention"])
def test_of_one_from_before_the_document_got_its_level(kind, notify, held, staff, as_user):
	record = held("Issue", level=None, subject="Noise")
	name = notify(record, kind)
	record.db_set("confidentiality_level", "Sensitive")
	with as_user(staff.uncleared):
		assert not listed("Email Queue", name)
	with as_user(staff.cleared):
		assert listed("Email Queue", name)


def test_that_of_a_digest_of_erpnext(staff, as_user):
	"""It quotes what all its recipients can read, such as the subjects of open Issues."""
	about = {"reference_doctype": "Email Digest", "reference_name": "Daily"}
	queued = frappe.get_doc(
		{"doctype": "Email Queue", "name": frappe.generate_hash(), "message": WORDS, **about}
	)
	queued.db_insert()
	with as_user(staff.uncleared):
		assert not listed("Email Queue", queued.name)
	with as_user(staff.cleared):
		assert listed("Email Queue", queued.name)
