"""Emails, calls and events with clients that are not logged (D-1)."""

from unittest import mock

import frappe
import pytest
from frappe.desk import query_report

from client_comms import api
from client_comms.client_interactions.report.unlogged_interactions import unlogged_interactions
from client_comms.clients import phone_numbers
from client_comms.exceptions import ClearanceMissingError
from client_comms.intake import unlogged

pytestmark = pytest.mark.clause("D-1")

NOW = "2026-11-24 12:00"
BEFORE = "2026-11-24 11:00:00"
ADDRESS = "berta@kunde.example"
DISMISSAL = "Logging Exemption"


@pytest.fixture(autouse=True)
def now(set_calendar, set_settings, clock_at):
	"""Tuesday noon, on a site that logs nothing automatically and has no documents of its own."""
	set_calendar(["09:00-17:00"])
	set_settings(
		log_inbound_email=0, log_outbound=0, log_calls=0, log_events=0, own_email_domains="us.example"
	)
	for doctype in ("Communication", "Call Log", "Event"):
		frappe.db.delete(doctype)
	with clock_at(NOW):
		yield


@pytest.fixture
def client(make_client):
	person = {"first_name": "Berta", "phone_nos": [{"phone": "030 12345678"}]}
	return frappe.get_doc("Contact", make_client("Kunde AG", ADDRESS, person).contact)


@pytest.fixture
def staff(make_user):
	return make_user("Frontline Staff", "Sales User", "Inbox User")


@pytest.fixture
def manager(make_user):
	return make_user("Customer Support Manager")


def email(sender=ADDRESS, recipients="office@us.example", received=True, **fields):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received" if received else "Sent",
			"sender": sender,
			"recipients": recipients,
			"subject": "Solar roof",
			"content": "Please get back to me.",
			"communication_date": BEFORE,
			**fields,
		}
	).insert(ignore_permissions=True)


def call(**fields):
	return frappe.get_doc(
		{
			"doctype": "Call Log",
			"id": frappe.generate_hash(length=10),
			"type": "Incoming",
			"from": "+49 30 12345678",
			"to": "+49 30 555",
			"status": "Completed",
			"start_time": BEFORE,
			**fields,
		}
	).insert(ignore_permissions=True)


def meeting(participant, **fields):
	return frappe.get_doc(
		{
			"doctype": "Event",
			"subject": "Roof visit",
			"starts_on": BEFORE,
			"event_category": "Meeting",
			"event_type": "Public",
			"event_participants": [{"reference_doctype": "Contact", "reference_docname": participant}],
			**fields,
		}
	).insert(ignore_permissions=True)


def found():
	return {each.name for each in unlogged.find(unlogged.since()).rows}


def each_of(*docs):
	return [{"doctype": doc.doctype, "name": doc.name} for doc in docs]


# What is found


def test_mail_calls_and_meetings_with_clients_are_found(client):
	docs = [
		email(),
		email("someone@us.example", f"Berta <{ADDRESS.upper()}>", received=False),
		call(),
		call(**{"type": "Outgoing", "from": "+49 30 555", "to": "0049 30 12345678"}),
		call(status="No Answer"),
		meeting(client.name),
	]
	rows = unlogged.find(unlogged.since()).rows
	assert {row.name for row in rows} == {doc.name for doc in docs}
	assert {(row.client.party_type, row.client.party) for row in rows} == {("Customer", "Kunde AG")}
	assert sorted(row.kind for row in rows) == ["Call", "Call", "Call", "Email", "Email", "Meeting"]


def test_a_lead_is_a_client_too():
	frappe.get_doc({"doctype": "Lead", "first_name": "Lea", "email_id": "lea@neu.example"}).insert()
	name = email("lea@neu.example").name
	assert found() == {name}


def test_a_meeting_about_an_issue_or_an_opportunity_is_one_with_its_client(client):
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Broken", "customer": "Kunde AG"}).insert()
	opportunity = frappe.get_doc(
		{"doctype": "Opportunity", "opportunity_from": "Customer", "party_name": "Kunde AG"}
	).insert()
	for doc in (issue, opportunity):
		participant = {"reference_doctype": doc.doctype, "reference_docname": doc.name}
		meeting(None, event_participants=[participant])
	rows = unlogged.find(unlogged.since()).rows
	assert [(row.kind, row.client.party) for row in rows] == [("Meeting", "Kunde AG")] * 2


def test_what_is_not_a_client_matter_is_not_found(client):
	email("stranger@nowhere.example")
	email("me@us.example", "you@us.example", received=False)
	email(subject="Automatic reply: Solar roof")
	email("noreply@kunde.example")
	email(communication_date="2026-10-01 10:00:00")
	call(**{"from": "+49 40 999999"})
	call(status="Ringing")
	call(**{"type": "Outgoing", "from": "+49 30 555", "to": "03012345678", "status": "Busy"})
	meeting(client.name, status="Cancelled")
	meeting(client.name, starts_on="2026-11-25 10:00:00")
	frappe.get_doc(
		{"doctype": "Event", "subject": "Lunch", "starts_on": BEFORE, "event_type": "Public"}
	).insert()
	assert found() == set()


def test_a_contact_of_no_one_is_not_a_client():
	frappe.get_doc(
		{"doctype": "Contact", "first_name": "Carl", "email_ids": [{"email_id": "c@x.example"}]}
	).insert()
	email("c@x.example")
	assert found() == set()


def test_what_was_logged_on_arrival_is_not_found(client, set_settings):
	set_settings(log_inbound_email=1, log_calls=1, log_events=1)
	email()
	call()
	meeting(client.name)
	assert found() == set()


def test_the_number_of_queries_does_not_follow_the_number_of_rows(client):
	def queries():
		with mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			unlogged.find(unlogged.since())
		return sql.call_count

	email(), call(), meeting(client.name)
	queries()
	few = queries()
	for _ in range(5):
		email(), call(), meeting(client.name)
	assert queries() == few


def test_pages_are_read_on_to_the_end(client):
	names = {email(communication_date=BEFORE if n < 4 else f"2026-11-24 10:{n:02}:00").name for n in range(7)}
	with mock.patch.object(unlogged, "PAGE", 2):
		assert found() == names
		assert len(unlogged.find(unlogged.since(), limit=3).rows) == 3


def test_calls_without_a_beginning_count_when_they_were_stored(client):
	"""As Exotel's code makes them."""

	def without(creation, **fields):
		doc = call(start_time=None, **fields)
		doc.db_set("creation", creation, update_modified=False)
		return doc.name

	early, late = without("2026-11-24 10:01:00"), without("2026-11-24 11:30:00")
	without("2026-10-01 10:00:00")
	between = [call(start_time=f"2026-11-24 10:1{n}:00").name for n in range(5)]
	with mock.patch.object(unlogged, "PAGE", 2):
		rows = unlogged.find(unlogged.since()).rows
		assert [row.name for row in rows] == [late, *reversed(between), early]
		assert str(rows[0].at) == "2026-11-24 11:30:00"
		assert [row.name for row in unlogged.find(unlogged.since(), limit=1).rows] == [late]
		assert unlogged.count(unlogged.since()).everyones == {"Call": 7}
	row = unlogged.require("Call Log", early)
	assert str(row.at) == "2026-11-24 10:01:00"


def test_mail_with_the_client_in_bcc_is_found(client, staff):
	sent = email(staff, None, received=False, bcc=f"Berta <{ADDRESS}>")
	to_us = email(staff, "office@us.example", received=False, bcc=ADDRESS)
	received = email(ADDRESS, "office@us.example", bcc=staff)
	rows = {row.name: row for row in unlogged.find(unlogged.since()).rows}
	assert set(rows) == {sent.name, to_us.name, received.name}
	assert {(row.client.party, row.staff) for row in rows.values()} == {("Kunde AG", staff)}
	assert unlogged.log("Communication", sent.name)


# Who sees what


def test_staff_see_their_own_and_who_answers_for_logging_sees_all(client, staff, manager, as_user):
	mine = email(recipients=staff), email(staff, ADDRESS, received=False), call(employee_user_id=staff)
	others = email(), call()
	with as_user(staff):
		assert found() == {doc.name for doc in mine}
	with as_user(manager):
		assert found() == {doc.name for doc in (*mine, *others)}


def test_content_is_shown_to_whom_frappe_lets_read_it(client, manager, make_user, as_user):
	email()
	with as_user(manager):
		assert [row.subject for row in unlogged.find(unlogged.since()).rows] == [None]
	with as_user(make_user("Customer Support Manager", "System Manager")):
		assert [row.subject for row in unlogged.find(unlogged.since()).rows] == ["Solar roof"]


def test_a_client_at_a_level_is_named_to_those_with_clearance(make_user, as_user, set_settings):
	"""Others learn which record it is, and not whose."""
	set_settings(govern_leads=1)
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna Kruse", "email_id": ADDRESS}).insert()
	email()
	lead.db_set("confidentiality_level", "Sensitive")

	def named(*roles):
		with as_user(make_user(*roles)):
			rows = unlogged_interactions.execute()[1]
		return [row["client_name"] for row in rows if row["party"] == lead.name]

	assert named("Client Communications Manager") == [lead.name]
	assert named("Customer Support Manager") == ["Anna Kruse"]
	lead.db_set("confidentiality_level", None)
	assert named("Client Communications Manager") == ["Anna Kruse"]


@pytest.mark.parametrize(
	"role", ["Compliance Officer", "Client Communications Manager", "Customer Support Manager"]
)
def test_the_report_runs_for_those_who_answer_for_logging(client, make_user, as_user, role):
	name = email().name
	with as_user(make_user(role)):
		rows = query_report.run("Unlogged Interactions", filters={"from_date": "2026-11-20"})["result"]
	assert [(row["reference_name"], row["client_name"], row["ago"]) for row in rows] == [
		(name, "Kunde AG", 3600)
	]


def test_a_period_with_too_much_says_so(client, manager, as_user):
	email(), email()
	with mock.patch.object(unlogged, "LIMIT", 1), as_user(manager):
		answer = query_report.run("Unlogged Interactions", filters={"from_date": "2026-11-20"})
	assert "newest 1" in (answer["message"] or "")


def test_a_period_is_looked_through_as_far_as_a_page_can_wait(client, manager, as_user):
	"""Whose documents they are is known only once they are read, so for a user with few of them the search would read a whole year."""
	names = [email(communication_date=f"2026-11-24 10:{n:02}:00").name for n in range(6)]
	with mock.patch.multiple(unlogged, PAGE=2, LOOKED_AT=4), as_user(manager):
		answer = query_report.run("Unlogged Interactions", filters={"from_date": "2026-11-20"})
		assert "before 24.11.2026 10:02" in (answer["message"] or "").replace("24-11-2026", "24.11.2026")
		assert {row["reference_name"] for row in answer["result"]} == set(names[2:])
		rest = unlogged.find(unlogged.since(), frappe.utils.get_datetime("2026-11-24 10:02:00"))
	assert set(names[:2]) < {each.name for each in rest.rows} and not rest.looked_back_to


# Log


def test_one_click_logs_each_kind_and_it_does_not_come_again(client, manager, as_user):
	docs = (
		email(),
		email("someone@us.example", ADDRESS, received=False, subject="Hello"),
		call(),
		meeting(client.name),
	)
	with as_user(manager):
		done = api.log_unlogged(each_of(*docs))
		assert found() == set()
	for doc, row in zip(docs, done, strict=True):
		interaction = frappe.get_doc("Client Interaction", row["interaction"])
		assert frappe.db.get_value(doc.doctype, doc.name, "client_interaction") == interaction.name
		assert (interaction.party, str(interaction.occurred_on)) == ("Kunde AG", BEFORE)
		assert (interaction.logged_by_hand, interaction.logged_late) == (1, 0)


def test_mail_logged_days_later_is_a_late_log_with_the_clocks_of_its_day(client, manager, as_user):
	doc = email(communication_date="2026-11-19 10:00:00")
	with as_user(manager):
		(done,) = api.log_unlogged(each_of(doc))
	interaction = frappe.get_doc("Client Interaction", done["interaction"])
	assert interaction.logged_late == 1
	assert str(interaction.acknowledge_by) == "2026-11-20 17:00:00"


def test_a_message_of_a_thread_continues_it_and_makes_nothing_late(client, manager, as_user, set_settings):
	set_settings(log_inbound_email=1)
	first = email()
	set_settings(log_inbound_email=0)
	second = email(in_reply_to=first.name)
	with as_user(manager):
		(done,) = api.log_unlogged(each_of(second))
	assert done["interaction"] == frappe.db.get_value("Communication", first.name, "client_interaction")
	assert not frappe.db.get_value("Client Interaction", done["interaction"], "logged_by_hand")


def test_twice_is_refused_and_one_refusal_does_not_keep_the_rest_from_being_logged(client, manager, as_user):
	first, second = email(), email(subject="Another roof")
	with as_user(manager):
		api.log_unlogged(each_of(first))
		again, done = api.log_unlogged(each_of(first, second))
	assert "no longer unlogged" in again["error"]
	assert done["interaction"]
	assert frappe.db.count("Client Interaction", {"party": "Kunde AG"}) == 2
	assert not frappe.message_log


def test_staff_log_and_set_aside_their_own_only(client, staff, as_user):
	mine, other = email(recipients=staff), email()
	with as_user(staff):
		refused, done = api.log_unlogged(each_of(other, mine))
		assert "not one of your unlogged documents" in refused["error"]
		assert done["interaction"]
		(refused,) = api.dismiss_unlogged(each_of(other), "Spam")
		assert "not one of your unlogged documents" in refused["error"]
		with pytest.raises(ClearanceMissingError):  # past the method
			frappe.get_doc(
				{
					"doctype": DISMISSAL,
					"reference_doctype": "Communication",
					"reference_name": other.name,
					"reason": "Spam",
				}
			).insert()
	assert found() == {other.name}


def test_users_who_cannot_log_log_nothing(client, make_user, as_user):
	doc = email()
	with as_user(make_user("Compliance Officer")), pytest.raises(frappe.PermissionError):
		api.log_unlogged(each_of(doc))
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError):
		api.dismiss_unlogged(each_of(doc), "Spam")


@pytest.mark.parametrize("documents", ["nonsense", "{}", [{"doctype": "Communication"}], [1]])
def test_what_is_not_a_list_of_documents_is_refused(manager, as_user, documents):
	with as_user(manager), pytest.raises(frappe.ValidationError, match="list like"):
		api.log_unlogged(documents)


def test_other_documents_are_not_logged(manager, as_user):
	with as_user(manager):
		(refused,) = api.log_unlogged([{"doctype": "User", "name": manager}])
	assert "is not logged as an interaction" in refused["error"]


# Set aside


def test_what_is_set_aside_does_not_come_again_and_its_reason_stays(client, manager, as_user):
	doc = call()
	with as_user(manager):
		assert api.dismiss_unlogged(each_of(doc), "Wrong number") == each_of(doc)
		assert found() == set()
		(again,) = api.dismiss_unlogged(each_of(doc), "Wrong number")
		assert "no longer unlogged" in again["error"]
		kept = frappe.get_list(DISMISSAL, ["reference_name", "reason", "owner"])
		assert kept == [{"reference_name": doc.name, "reason": "Wrong number", "owner": manager}]
		frappe.delete_doc(DISMISSAL, frappe.get_list(DISMISSAL, pluck="name")[0])
		assert found() == {doc.name}


def test_a_reason_is_needed(client, manager, as_user):
	doc = call()
	with as_user(manager):
		(refused,) = api.dismiss_unlogged(each_of(doc), "  ")
	assert "Give a reason why" in refused["error"]
	assert found() == {doc.name}


# Numbers


@pytest.mark.parametrize(
	("typed", "number"),
	[
		("030 / 12 34 56 78", "+493012345678"),
		("+49 (0)30 12345678", "+493012345678"),
		("0049-30-12345678", "+493012345678"),
		("+1 415 555 2671", "+14155552671"),
		("n/a", None),
		("", None),
		(None, None),
	],
)
def test_numbers_are_the_same_however_they_are_typed(typed, number):
	assert phone_numbers.normalised(typed, "DE") == number


@pytest.mark.parametrize("before", [None, "Switzerland"])
def test_numbers_are_normalised_again_when_the_country_changes(client, before):
	"""Also those that were saved when no country was known, or another one."""

	def is_in(country):
		frappe.db.set_value("Company", frappe.defaults.get_global_default("company"), "country", country)
		frappe.db.set_default("country", country)

	is_in(before)
	contact = frappe.get_doc("Contact", client.name)
	contact.append("phone_nos", {"phone": "+41 44 668 18 00"})
	contact.save()
	phone_numbers.catch_up()
	assert phone_numbers.contacts_of(["+493012345678"]) == {}
	is_in("Germany")
	assert phone_numbers.catch_up() >= 1
	assert set(phone_numbers.contacts_of(["+493012345678", "+41446681800"])) == {
		"+493012345678",
		"+41446681800",
	}
	assert phone_numbers.catch_up() == 0
	phone_numbers.forget_region()
	assert frappe.db.get_default("client_comms_region") is None


def test_numbers_from_before_are_caught_up_with_once(client):
	phone_numbers.catch_up()
	row = client.phone_nos[0].name
	assert frappe.db.get_value("Contact Phone", row, "phone_e164") == "+493012345678"
	frappe.db.set_value("Contact Phone", row, "phone_e164", None)
	assert phone_numbers.contacts_of(["+493012345678"]) == {}
	assert phone_numbers.catch_up(chunk=1) >= 1
	assert phone_numbers.contacts_of(["+493012345678"]) == {"+493012345678": [client.name]}
	assert phone_numbers.catch_up() == 0
