"""Beside Frappe HR (HRMS): leave and holiday lists of employees, and messages about applicants and employees (D-1, F-2).

Its DocTypes are stand-ins of the same fields.
"""

import frappe
import pytest

from client_comms.clients import parties
from client_comms.intake import backfill, substitution, unlogged
from client_comms.people import absences

pytestmark = pytest.mark.clause("D-1", "F-2")

LEAVE, ASSIGNMENT, APPLICANT = "Leave Application", "Holiday List Assignment", "Job Applicant"
COMMUNICATION = "Communication"
MONDAY = "2026-11-23 10:00"


@pytest.fixture(scope="module", autouse=True)
def stand_ins(app_installed):
	with app_installed(LEAVE, ASSIGNMENT, APPLICANT):
		yield


@pytest.fixture(autouse=True)
def office(set_calendar, clock_at):
	"""Only the users of a test have the role; it is Monday, 10 o'clock."""
	frappe.db.delete("Has Role", {"role": "Frontline Staff"})
	frappe.db.delete("Staff Absence")
	set_calendar(["09:00-17:00"])
	with clock_at(MONDAY):
		yield


@pytest.fixture
def holidays():
	"""`holidays("Part-time", "2026-11-23", …)`: a holiday list with these days."""

	def make(name, *days, **fields):
		return (
			frappe.get_doc(
				{
					"doctype": "Holiday List",
					"holiday_list_name": name,
					"from_date": "2026-01-01",
					"to_date": "2026-12-31",
					"holidays": [{"holiday_date": day, "description": "Free", **fields} for day in days],
				}
			)
			.insert()
			.name
		)

	return make


def submitted(doctype, **fields):
	doc = frappe.get_doc({"doctype": doctype, **fields}).insert()
	doc.submit()
	return doc


def leave(employee, first, last, half=None, status="Approved"):
	fields = {"from_date": first, "to_date": last, "half_day": int(bool(half)), "half_day_date": half}
	return submitted(LEAVE, employee=employee, status=status, **fields)


def back(user):
	found = absences.away([user]).get(user)
	return found and str(found)


# --- leave -------------------------------------------------------------------------------------------


def test_leave_counts_once_it_is_approved_and_as_long_as_it_is(employee):
	user, name = employee()
	frappe.get_doc(
		{
			"doctype": LEAVE,
			"employee": name,
			"from_date": "2026-11-23",
			"to_date": "2026-11-27",
			"status": "Approved",
		}
	).insert()  # a draft
	leave(name, "2026-11-23", "2026-11-27", status="Rejected")
	assert back(user) is None
	approved = leave(name, "2026-11-23", "2026-11-24")
	leave(name, "2026-11-25", "2026-11-27")
	assert back(user) == "2026-11-30 09:00:00", "the two follow each other"
	assert user in absences.absent()
	approved.cancel()
	assert back(user) is None


def test_two_half_days_of_one_day_are_a_day(employee):
	user, name = employee()
	leave(name, "2026-11-23", "2026-11-23", half="2026-11-23")
	assert back(user) is None, "which half it is, is not known"
	leave(name, "2026-11-23", "2026-11-24", half="2026-11-23")
	assert back(user) == "2026-11-25 09:00:00"
	leave(name, "2026-11-25", "2026-11-26", half="2026-11-26")
	assert back(user) == "2026-11-26 09:00:00"


def test_leave_of_an_employee_without_a_login_concerns_no_user(employee):
	_user, name = employee()
	frappe.db.set_value("Employee", name, "user_id", None)
	leave(name, "2026-11-23", "2026-11-24")
	assert None not in absences.absent()


def test_what_is_due_is_handed_over_during_leave(employee, make_user, log):
	user, name = employee()
	colleague = make_user("Frontline Staff")
	doc = log(direction="Inbound", occurred_on="2026-11-23 09:30", responsible_staff=user)
	doc.reload()
	doc.append_event("Received", "2026-11-23 09:30")
	doc.save_by_app()
	leave(name, "2026-11-23", "2026-11-25")
	substitution.run()
	doc.reload()
	assert (doc.responsible_staff, doc.substituting_for) == (colleague, user)


def test_a_table_that_version_13_left_behind_is_not_read(employee, monkeypatch):
	"""ERPNext had leave up to version 13; the upgrade deletes its DocTypes, and leaves their tables."""
	user, _name = employee()
	monkeypatch.setattr(absences, "LEAVE", "Leave of Version 13")
	monkeypatch.setattr(absences, "HOLIDAYS_GIVEN", "Holidays of Version 13", raising=False)
	monkeypatch.setattr(frappe.db, "table_exists", lambda *args, **kwargs: True)
	assert back(user) is None
	assert user not in absences.absent()


# --- holiday lists -----------------------------------------------------------------------------------


def test_the_holiday_list_that_is_assigned_counts(employee, holidays):
	old, new = holidays("Full-time", "2026-11-23"), holidays("Part-time", "2026-11-24", "2026-11-25")
	user, name = employee(holiday_list=old)
	assert back(user) == "2026-11-24 09:00:00"

	given = {"applicable_for": "Employee", "assigned_to": name}
	frappe.get_doc(
		{"doctype": ASSIGNMENT, **given, "holiday_list": new, "from_date": "2026-01-01"}
	).insert()  # a draft
	assert back(user) == "2026-11-24 09:00:00"

	submitted(ASSIGNMENT, **given, holiday_list=new, from_date="2026-11-24")
	assert back(user) == "2026-11-26 09:00:00", "the old one until then, the new one from then on"
	submitted(ASSIGNMENT, **given, holiday_list=old, from_date="2026-11-25")
	assert back(user) == "2026-11-25 09:00:00", "the latest one counts"


def test_a_half_day_holiday_counts_as_present(employee, holidays):
	if not frappe.get_meta("Holiday").has_field("is_half_day"):
		pytest.skip("ERPNext 15 has no half holidays")
	user, _name = employee(holiday_list=holidays("Half", "2026-11-23", is_half_day=1))
	assert back(user) is None


# --- messages ----------------------------------------------------------------------------------------


@pytest.fixture
def mailbox(accounts):
	"""A mailbox whose mail becomes applications."""
	accounts[APPLICANT] = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Test jobs",
			"email_id": "careers@nordlicht.example",
			"append_to": APPLICANT,
			"smtp_server": "127.0.0.1",
			"no_smtp_authentication": 1,
		}
	).insert()
	return accounts


def test_an_application_is_not_logged(mailbox, deliver, raw_mail):
	"""As an interaction, all of the front line could read it."""
	received = deliver(raw_mail(), APPLICANT)
	assert received.reference_doctype == APPLICANT
	assert not received.client_interaction
	assert deliver(raw_mail(Message_ID="<2@client-a.example>")).client_interaction, "as an inquiry is"


def test_nor_is_what_is_answered_there(mailbox, deliver, raw_mail, staff, as_user):
	received = deliver(raw_mail(), APPLICANT)
	with as_user(staff["Frontline Staff"]):
		answer = _sent(received, staff["Frontline Staff"])
	assert not answer.client_interaction
	again = deliver(
		raw_mail(Message_ID="<2@client-a.example>", In_Reply_To=f"<{answer.message_id}>"), APPLICANT
	)
	assert not again.client_interaction


def _sent(received, sender, recipients="anna@client-a.example"):
	return frappe.get_doc(
		{
			"doctype": COMMUNICATION,
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"sender": sender,
			"recipients": recipients,
			"subject": "Your application",
			"content": "Please come on Monday.",
			"message_id": frappe.generate_hash(),
			"reference_doctype": received.reference_doctype,
			"reference_name": received.reference_name,
		}
	).insert(ignore_permissions=True)


def test_what_staff_write_to_a_client_from_there_is(mailbox, deliver, raw_mail, staff, as_user, make_client):
	"""Otherwise the outgoing checks would not see it."""
	make_client("Client B", "ben@client-b.example")
	received = deliver(raw_mail(), APPLICANT)
	with as_user(staff["Frontline Staff"]):
		for recipients in ("ben@client-b.example", "anna@client-a.example, Ben <Ben@client-b.example>"):
			assert _sent(received, staff["Frontline Staff"], recipients).client_interaction


def test_the_application_of_a_client_is_listed_and_can_be_logged_by_hand(
	mailbox, deliver, raw_mail, make_client, staff
):
	make_client("Client A", "anna@client-a.example")
	received = deliver(raw_mail(), APPLICANT)
	assert not received.client_interaction
	assert (COMMUNICATION, received.name) in {
		(each.doctype, each.name) for each in unlogged.find(unlogged.since()).rows
	}
	assert unlogged.log(COMMUNICATION, received.name)


def test_backfill_leaves_them_out(mailbox, deliver, raw_mail):
	received = deliver(raw_mail(), APPLICANT)
	assert (COMMUNICATION, received.name) not in {
		each[1:] for each in backfill._unlogged(COMMUNICATION, "2026-11-01 00:00:00")
	}


def test_mail_about_an_employee_is_not_logged(accounts, employee):
	_user, name = employee(personal_email="ada@private.example")
	filed = frappe._dict(reference_doctype="Employee", reference_name=name)
	sender = frappe.db.get_value("Has Role", {"role": "Frontline Staff", "parenttype": "User"}, "parent")
	assert not _sent(filed, sender, "ada@private.example").client_interaction


@pytest.mark.parametrize(("status", "ours"), [("Active", True), ("Left", False)])
def test_the_login_of_an_employee_is_ours_whatever_type_of_user_it_is(employee, make_user, status, ours):
	user, name = employee()
	frappe.db.set_value("User", user, {"user_type": "Employee Self Service", "email": "ada@private.example"})
	frappe.db.set_value("Employee", name, "status", status)
	assert parties.is_own("Ada <ada@private.example>") is ours
	assert parties.holders_of("ada@private.example").is_ours is ours
	assert bool(parties.own_addresses(["ada@private.example"])) is ours
	frappe.db.set_value("User", user, "enabled", 0)
	assert not parties.is_own("ada@private.example")
