"""Clients see their conversations in the portal, no one else's and nothing internal, and write in them (P-2, C-3, C-4, D-1)."""

import re
from html import escape

import frappe
import markupsafe
import pytest
from frappe.website.serve import get_response_content
from frappe.website.utils import get_portal_sidebar_items
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from client_comms import procedure
from client_comms.api.portal import write
from client_comms.client_interactions import conversation, portal
from client_comms.client_privacy import page_visits
from client_comms.enforcement import client_portal
from client_comms.exceptions import ActionNotPossibleError
from client_comms.intake import portal_messages as writing
from client_comms.www.client_conversations import get_context

pytestmark = pytest.mark.clause("P-2", "C-3", "C-4", "D-1")

ANNA, BEN = "anna@portal.example", "ben@portal.example"


@pytest.fixture
def client(make_client, mailbox):
	return make_client("Anna Client", ANNA)


@pytest.fixture
def anna(client, make_user):
	"""The login of the client's contact."""
	user = make_user("Customer", user_type="Website User")
	frappe.db.set_value("Contact", client.contact, "user", user)
	return user


@pytest.fixture
def ben(client, make_user):
	"""The login of another contact of the same client."""
	user = make_user("Customer", user_type="Website User")
	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Ben",
			"user": user,
			"email_ids": [{"email_id": BEN, "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": client.party}],
		}
	).insert()
	return user


@pytest.fixture
def of_anna(client, log):
	def make(communication_type="Initial Inquiry", **fields):
		fields = {"direction": "Inbound", "subject": "Our own words about her", **client, **fields}
		return log(communication_type, **fields)

	return make


def message(interaction, **fields):
	sent = fields.get("sent_or_received", "Received") == "Sent"
	doc = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": "The roof",
			"sender": "service@own.example" if sent else ANNA,
			"recipients": ANNA if sent else "service@own.example",
			"content": "When will it be done?",
			"reference_doctype": "Client Interaction",
			"reference_name": interaction.name,
			**fields,
		}
	).insert(ignore_permissions=True)
	if "delivery_status" in fields:
		doc.db_set("delivery_status", fields["delivery_status"])
	return doc


def seen_by(user, as_user):
	with as_user(user):
		return {row["name"]: row for row in portal.conversations(page_visits.by_login())["rows"]}


def read(user, as_user, interaction):
	with as_user(user):
		return portal.conversation(page_visits.by_login(), interaction.name)


def test_they_see_their_own_at_every_level_and_of_others_only_open_ones(of_anna, anna, ben, as_user):
	everyday = of_anna("Initial Inquiry")
	complaint = of_anna(procedure.FEEDBACK)
	internal = of_anna("Initial Inquiry", direction="Internal")
	assert everyday.confidentiality_level in client_portal.open_levels()
	assert complaint.confidentiality_level not in client_portal.open_levels()
	assert set(seen_by(anna, as_user)) == {everyday.name, complaint.name}
	assert set(seen_by(ben, as_user)) == {everyday.name}
	for user, hidden in ((ben, complaint), (anna, internal)):
		with pytest.raises(ActionNotPossibleError, match="cannot be shown"):
			read(user, as_user, hidden)
		with as_user(user), pytest.raises(ActionNotPossibleError, match="cannot be shown"):
			write(hidden.name, "Let me in")


def test_another_clients_conversations_are_not_theirs(of_anna, anna, make_client, make_user, as_user):
	other = make_client("Carl Client", "carl@portal.example")
	carl = make_user("Customer", user_type="Website User")
	frappe.db.set_value("Contact", other.contact, "user", carl)
	mine = of_anna()
	assert not seen_by(carl, as_user)
	with pytest.raises(ActionNotPossibleError, match="cannot be shown"):
		read(carl, as_user, mine)
	with as_user(carl), pytest.raises(ActionNotPossibleError, match="cannot be shown"):
		write(mine.name, "Let me in")


def test_a_conversation_that_we_began_says_so_until_they_write(of_anna, anna, as_user):
	doc = of_anna("Service Update", direction="Outbound")
	message(doc, sent_or_received="Sent", content="We begin on Monday.", delivery_status="Sent")
	assert read(anna, as_user, doc)["state"] == seen_by(anna, as_user)[doc.name]["state"] == "From us"
	message(doc, content="Which Monday?")
	assert read(anna, as_user, doc)["state"] == seen_by(anna, as_user)[doc.name]["state"] == "Received"


def test_only_messages_that_went_between_them_and_us_are_shown(of_anna, anna, as_user):
	doc = of_anna()
	message(doc, content="<p>When will it be done?</p>")
	message(doc, sent_or_received="Sent", content="On Friday.", delivery_status="Sent")
	message(doc, sent_or_received="Sent", content="It waits.", delivery_status="Sending")
	message(doc, sent_or_received="Sent", content="It came back.", delivery_status="Bounced")
	message(doc, sent_or_received="Sent", recipients="adviser@other.example", content="She is slow to pay.")
	message(doc, sender="adviser@other.example", content="So she is.")
	doc.add_comment("Comment", "Careful with her.")
	shown = read(anna, as_user, doc)
	assert [each["text"] for each in shown["messages"]] == ["When will it be done?", "On Friday."]
	assert [each["is_own"] for each in shown["messages"]] == [True, False]
	assert "Our own words" not in frappe.as_json(shown)
	# The subject is the message's, not staff's.
	assert shown["title"] == "The roof"
	assert seen_by(anna, as_user)[doc.name]["title"] == "The roof"


def test_at_a_confidential_level_only_their_own_messages(of_anna, anna, ben, as_user):
	doc = of_anna(procedure.FEEDBACK)
	message(doc, content="Mine.")
	message(doc, sender=BEN, content="Ben's.")
	assert [each["text"] for each in read(anna, as_user, doc)["messages"]] == ["Mine."]


def test_a_call_has_no_words_of_staff(of_anna, anna, as_user):
	doc = of_anna(channel="Phone", occurred_on="2026-11-20 10:00")
	assert seen_by(anna, as_user)[doc.name]["title"] == "Phone, 20 November 2026"


@pytest.mark.parametrize(
	("language", "day"),
	[("en", "{0} November 2026"), ("de", "{0}. November 2026"), ("fr", "{0} novembre 2026")],
)
def test_days_and_times_are_in_the_words_of_the_client(language, day, of_anna, anna, as_user, monkeypatch):
	"""In no order of numbers that another country reads in another way; the time to the minute."""
	monkeypatch.setattr(frappe.local, "lang", language)
	doc = of_anna(occurred_on="2026-11-20 09:00")
	message(doc, communication_date="2026-11-23 09:05:40")
	assert seen_by(anna, as_user)[doc.name]["on"] == day.format(20)
	(shown,) = read(anna, as_user, doc)["messages"]
	assert shown["at"] == f"{day.format(23)}, 09:05"


def test_state_and_promised_day(of_anna, anna, as_user, clock_at):
	with clock_at("2026-11-23 10:00"):
		doc = of_anna(occurred_on="2026-11-23 09:00")
		doc.record("Received")
		assert seen_by(anna, as_user)[doc.name]["state"] == "Received"
		doc.record("Promised", promised_until="2026-11-27 17:00:00")
		row = seen_by(anna, as_user)[doc.name]
		assert (row["state"], row["promised"]) == ("We are working on it", "Friday, 27 November 2026")
		doc.record("Answered")
		row = seen_by(anna, as_user)[doc.name]
		assert (row["state"], row["promised"]) == ("Answered", None)


def test_days_are_those_where_the_company_has_its_business(of_anna, anna, as_user, clock_at, business_in):
	"""Closing time in Los Angeles is another day in the zone of the site."""
	business_in("America/Los_Angeles")
	with clock_at("2026-11-24 05:00"):
		doc = of_anna(occurred_on="2026-11-24 04:30")
		doc.record("Received")
		message(doc, communication_date="2026-11-24 04:30:00")
		doc.record("Promised", promised_until="2026-11-28 02:00:00")
		row = seen_by(anna, as_user)[doc.name]
		assert (row["on"], row["promised"]) == ("23 November 2026", "Friday, 27 November 2026")
		assert read(anna, as_user, doc)["messages"][0]["at"] == "23 November 2026, 19:30"


def test_what_staff_put_off_does_not_wait_for_them(of_anna, anna, as_user, clock_at):
	with clock_at("2026-11-23 10:00"):
		doc = of_anna(occurred_on="2026-11-23 09:00")
		doc.record("Received")
		for until, state, waits in (
			(None, "Waiting for your answer", True),
			("2026-11-26 09:00:00", "We are working on it", False),
		):
			doc.record("Paused", note="The parts are on order", promised_until=until)
			for shown in (read(anna, as_user, doc), seen_by(anna, as_user)[doc.name]):
				assert (shown["state"], shown["waits"]) == (state, waits)
			doc.record("Resumed")
	assert read(anna, as_user, doc)["state"] == "Received"


def test_what_they_write_starts_the_clock_again(of_anna, anna, as_user, clock_at):
	with clock_at("2026-11-23 10:00"):
		doc = of_anna(occurred_on="2026-11-23 09:00")
		doc.record("Answered")
	with clock_at("2026-11-24 10:00"), as_user(anna):
		assert write(doc.name, "And the <b>gutter</b>?\nIt leaks.") == {"done": True}
	doc.reload()
	assert (doc.events[-1].event, doc.status) == ("Received", "Open")
	written = frappe.get_last_doc("Communication", {"client_interaction": doc.name})
	assert (written.sender, written.owner, written.sent_or_received) == (anna, anna, "Received")
	assert read(anna, as_user, doc)["messages"][-1]["text"] == "And the <b>gutter</b>?\nIt leaks."
	assert conversation.page(doc)["entries"][0]["channel"] == "Portal"


@pytest.mark.parametrize(
	("text", "told"), [("", "write your message"), ("x" * 10_001, "10001 characters; at most 10000")]
)
def test_nothing_and_too_much_cannot_be_sent(of_anna, anna, as_user, text, told):
	doc = of_anna()
	with as_user(anna), pytest.raises(ActionNotPossibleError, match=told):
		write(doc.name, text)


def test_a_login_cannot_flood_a_conversation(of_anna, anna, as_user, monkeypatch):
	doc = of_anna()
	monkeypatch.setattr(writing, "AN_HOUR", 2)
	with as_user(anna):
		write(doc.name, "One.")
		write(doc.name, "Two.")
		with pytest.raises(ActionNotPossibleError, match="2 messages within an hour"):
			write(doc.name, "Three.")


def test_one_that_was_closed_long_ago_is_not_continued(of_anna, anna, as_user, clock_at, set_settings):
	set_settings(evidence_mode="Off", reopen_within_days=5)
	with clock_at("2026-11-02 10:00"):
		doc = of_anna(occurred_on="2026-11-02 09:00")
		doc.record("Answered")
		doc.record("Closed")
	with clock_at("2026-11-04 10:00"), as_user(anna):
		assert writing.may_write(page_visits.by_login(), doc.name)
	with clock_at("2026-11-23 10:00"), as_user(anna):
		assert not writing.may_write(page_visits.by_login(), doc.name)
		with pytest.raises(ActionNotPossibleError, match="is closed"):
			write(doc.name, "One more thing")


def test_pages_follow_each_other(of_anna, anna, as_user, monkeypatch):
	monkeypatch.setattr(portal, "PAGE", 2)
	names = [of_anna(occurred_on=f"2026-11-0{day} 10:00").name for day in (3, 2, 1)]
	with as_user(anna):
		first, second = (portal.conversations(page_visits.by_login(), start) for start in (0, 2))
	assert [row["name"] for row in first["rows"]] == names[:2] and first["more"]
	assert [row["name"] for row in second["rows"]] == names[2:] and not second["more"]


def test_seeing_one_is_on_the_ledger_where_its_level_records_views(of_anna, anna, as_user):
	doc = of_anna(procedure.FEEDBACK)
	frappe.db.set_value("Confidentiality Level", doc.confidentiality_level, "log_views", 1)
	frappe.clear_cache(doctype="Confidentiality Level")
	read(anna, as_user, doc)
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name, "action": "View"}
	assert frappe.get_all("Compliance Ledger Entry", about, pluck="user") == [anna]


def test_switched_off_there_is_nothing(of_anna, anna, as_user, set_settings):
	set_settings(portal_conversations=0)
	doc = of_anna()
	with as_user(anna), pytest.raises(ActionNotPossibleError, match="has no conversations"):
		write(doc.name, "Hello")


def test_staff_and_guests_have_none_here(of_anna, make_user, as_user):
	doc = of_anna()
	for user in (make_user("Sales User"), "Guest"):
		with as_user(user), pytest.raises(ActionNotPossibleError, match="has no conversations"):
			write(doc.name, "Hello")


def test_the_page_of_their_own_complaint_is_not_withheld(of_anna, anna, ben, as_user, monkeypatch):
	"""The last look at an answer knows what the portal shows, which the permissions of the desk would not."""
	text = "The roof of the surgery leaks above the archive since Monday"
	complaint = of_anna(procedure.FEEDBACK, summary=text)
	message(complaint, content=text)
	frappe.db.commit()  # a request that is recorded is rolled back
	for user, shown in ((anna, True), (ben, False)):
		monkeypatch.setattr(frappe.local, "request", Request(EnvironBuilder().get_environ()), raising=False)
		frappe.flags.pop("client_comms_loaded", None)
		with as_user(user):
			frappe.form_dict.conversation = complaint.name
			get_context(context := frappe._dict())
			response = Response(frappe.as_json(context), mimetype="text/html")
			for hook in frappe.get_hooks("after_request", app_name="client_comms"):
				frappe.call(hook, response=response, request=frappe.local.request)
		assert response.status_code == 200
		assert (text in response.get_data(as_text=True)) == shown


@pytest.mark.parametrize("tag", ["</title><img src=x onerror=alert(1)>", "</title><script>alert(1)</script>"])
@pytest.mark.parametrize("written", [escape, lambda tag: f"Roof {tag}"], ids=["with entities", "as it is"])
def test_a_subject_is_a_text_wherever_the_page_shows_it(of_anna, anna, as_user, monkeypatch, tag, written):
	"""Anyone can write an email with any subject, which others see in the portal."""
	doc = of_anna()
	subject = message(doc, subject=written(tag)).subject
	monkeypatch.setattr(frappe.local, "request", Request(EnvironBuilder().get_environ()), raising=False)
	for address in ({"conversation": doc.name}, {}):
		with as_user(anna):
			frappe.form_dict.update(address)
			page = get_response_content("client-conversations")
		assert markupsafe.escape(subject) in page
		assert not re.search(r"<(img|script)[^>]*(src=.?x|>alert)", page)


def test_the_portal_offers_the_page(site, anna, as_user):
	frappe.get_single("Portal Settings").sync_menu()  # as installing and migrating do
	with as_user(anna):
		assert "/client-conversations" in [each["route"] for each in get_portal_sidebar_items()]
