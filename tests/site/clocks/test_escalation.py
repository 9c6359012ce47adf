"""Warnings, quiet hours and escalation steps: who is notified of a deadline, once each (C-3, C-4, R-2)."""

from email import message_from_string
from email.header import decode_header, make_header

import frappe
import pytest

from client_comms import api
from client_comms.client_interactions.clocks import escalation, sweep
from client_comms.enforcement import client_names

pytestmark = pytest.mark.clause("C-3", "C-4", "R-2")

INTERACTION = "Client Interaction"
MANAGER, OFFICER = "Customer Support Manager", "Compliance Officer"
STEPS = [
	{"clock": "All", "to": "Responsible Staff", "notification": 1, "todo": 1},
	{"clock": "All", "after_working_hours": 4, "to": "Role", "role": MANAGER, "email": 1, "notification": 0},
	{
		"clock": "Respond",
		"after_working_hours": 8,
		"to": "Role",
		"role": OFFICER,
		"notification": 1,
		"email": 1,
	},
]


@pytest.fixture
def people(make_user):
	return {
		"responsible": make_user("Frontline Staff"),
		"manager": make_user(MANAGER),
		"officer": make_user(OFFICER),
	}


@pytest.fixture
def steps(set_settings, clock_at):
	"""`steps([…], warning_share=…)` sets the escalation steps, on Monday morning."""

	def change(rows=STEPS, **values):
		values = {"warning_share": 75, "quiet_from": "20:00:00", "quiet_until": "07:00:00", **values}
		with clock_at("2026-11-23 10:00"):
			return set_settings(escalation_steps=[dict(row) for row in rows], **values)

	return change


@pytest.fixture(autouse=True)
def outgoing_account():
	account = {"doctype": "Email Account", "name": "Test Outgoing", "email_account_name": "Test Outgoing"}
	account |= {"email_id": "house@example.com", "enable_outgoing": 1, "default_outgoing": 1}
	frappe.get_doc(account).db_insert()
	frappe.local.outgoing_email_account = {}  # Frappe caches the result
	frappe.flags.mute_emails = False  # they are queued and rolled back
	yield
	frappe.local.outgoing_email_account = {}


@pytest.fixture
def case(inquiry, people, set_calendar, steps):
	"""An inquiry to acknowledge by Tuesday 2026-11-24, to answer by Wednesday, 17:00; that it is theirs has been told."""
	set_calendar(["09:00-17:00"])
	steps()
	name = inquiry(responsible_staff=people["responsible"]).name
	frappe.db.delete("Notification Log", {"document_name": name})
	return name


@pytest.fixture
def next_check_at(clock_at, as_user):
	def run(*moments):
		for moment in moments:
			with clock_at(moment), as_user("Administrator"):
				sweep.run()

	return run


def happened(name):
	kinds = ("Warned", "Breached", "Escalated", "Deadlines Recomputed")
	rows = frappe.get_all(
		"Interaction Event",
		{"parent": name, "event": ("in", kinds)},
		["event", "at", "note"],
		order_by="idx asc",
	)
	return [(row.event, f"{row.at:%d %H:%M}", row.note) for row in rows]


def notifications(name):
	return sorted(
		(row.for_user, row.subject)
		for row in frappe.get_all("Notification Log", {"document_name": name}, ["for_user", "subject"])
	)


def told(sentence, case, late, staff, content="Anna Client: Solar roof"):
	"""What a notification or email says of the inquiry; without `content` if it names only the interaction."""
	about = f"{content} ({case})" if content else case
	return f"{sentence}: {about}, {late}. Responsible: {frappe.utils.get_fullname(staff)}."


def test_the_course_of_an_inquiry_that_no_one_answers(case, people, next_check_at):
	hours = [f"2026-11-{day} {hour:02d}:05" for day in range(23, 28) for hour in range(24)]
	next_check_at(*hours, *hours[-3:])
	staff, manager, officer = people["responsible"], people["manager"], people["officer"]
	ack, respond = "acknowledge 2026-11-24 17:00:00", "respond 2026-11-25 17:00:00"
	assert happened(case) == [
		("Warned", "24 14:05", f"{ack} → {staff}"),
		("Breached", "24 17:05", ack),
		("Escalated", "24 17:05", f"{ack} → {staff}"),
		("Warned", "25 12:05", f"{respond} → {staff}"),
		("Escalated", "25 13:05", f"{ack} → {manager}"),
		("Breached", "25 17:05", respond),
		("Escalated", "25 17:05", f"{respond} → {staff}"),
		("Escalated", "26 13:05", f"{respond} → {manager}"),
		("Escalated", "26 17:05", f"{respond} → {officer}"),
	]
	assert notifications(case) == sorted(
		[
			(staff, told("Acknowledgement due soon", case, "2 hours left", staff)),
			(staff, told("Acknowledgement overdue", case, "5 minutes late", staff)),
			(staff, told("Answer due soon", case, "4 hours left", staff)),
			(staff, told("Answer overdue", case, "5 minutes late", staff)),
			(officer, told("Answer overdue", case, "1 business day late", staff)),
		]
	)
	assert frappe.db.get_value(INTERACTION, case, "next_check_at") is None


def test_an_email_names_the_client_only_to_users_who_can_email_content_of_the_level(
	case, people, steps, next_check_at
):
	"""What is emailed leaves the system: Compliance Officers have no clearance to email as shipped."""
	steps([{"clock": "All", "to": "Role", "role": role, "email": 1} for role in (MANAGER, OFFICER)])
	next_check_at("2026-11-24 17:05")
	late, staff = "5 minutes late", people["responsible"]
	assert mailed(case) == {
		people["manager"]: told("Acknowledgement overdue", case, late, staff),
		people["officer"]: told("Acknowledgement overdue", case, late, staff, content=None),
	}
	to_officer = frappe.get_all(
		"Email Queue Recipient", {"recipient": people["officer"]}, pluck="parent", order_by="creation desc"
	)[0]
	message = frappe.db.get_value("Email Queue", to_officer, "message")
	assert case in message and "Solar" not in message and "Anna" not in message


def test_what_clients_wrote_is_only_text_in_notices(people, inquiry, set_calendar, steps, next_check_at):
	set_calendar(["09:00-17:00"])
	steps([{"clock": "All", "to": "Role", "role": MANAGER, "email": 1, "notification": 1, "todo": 1}])
	name = inquiry(responsible_staff=people["responsible"], subject="{0} {name} <b>roof</b> & {").name
	subject_of_it = frappe.db.get_value(INTERACTION, name, "subject")
	next_check_at("2026-11-24 17:05")
	((_user, said),) = [each for each in notifications(name) if "overdue" in each[1]]
	assert frappe.utils.escape_html(f"{subject_of_it} ({name})") in said
	(todo,) = frappe.get_all("ToDo", {"reference_name": name}, pluck="description")
	assert frappe.utils.escape_html(f"Anna Client: {subject_of_it}") in todo and f'{name}">' in todo
	assert f"{subject_of_it} ({name})" in mailed(name)[people["manager"]]


def test_without_someone_responsible_the_notice_says_so(case, people, steps, next_check_at):
	steps([{"clock": "All", "to": "Role", "role": MANAGER, "notification": 1}])
	frappe.db.set_value(INTERACTION, case, "responsible_staff", None)
	next_check_at("2026-11-24 17:05")
	((_user, said),) = [each for each in notifications(case) if "overdue" in each[1]]
	assert said.endswith("5 minutes late. No one is responsible yet.")


def test_the_name_of_a_lead_above_the_level_goes_from_notices(case, people, steps, next_check_at):
	"""As from the interaction itself, when the Lead is raised."""
	lead = frappe.get_doc({"doctype": "Lead", "first_name": "Petra & Co", "email_id": "petra@example.org"})
	lead.flags.ignore_permissions = True
	lead.insert()
	title = lead.lead_name
	values = {"party_type": "Lead", "party": lead.name, "party_name": title}
	frappe.db.set_value(INTERACTION, case, values)
	steps([{"clock": "All", "to": "Responsible Staff", "notification": 1, "todo": 1}])
	next_check_at("2026-11-24 17:05")
	about = {"reference_name": case}
	assert any("Petra &amp; Co" in said for _user, said in notifications(case))
	frappe.db.set_value("Lead", lead.name, "confidentiality_level", "Sensitive")
	client_names.settle("Lead", lead.name)
	assert not any("Petra" in said for _user, said in notifications(case))
	assert not any("Petra" in said for said in frappe.get_all("ToDo", about, pluck="description"))


def test_each_is_told_in_their_own_language(case, people, steps, make_user, next_check_at):
	german = make_user(MANAGER, language="de")
	ways = {"clock": "All", "to": "Role", "role": MANAGER, "notification": 1, "email": 1, "todo": 1}
	steps([ways])
	next_check_at("2026-11-24 17:05")
	english = told("Acknowledgement overdue", case, "5 minutes late", people["responsible"])
	name = frappe.utils.get_fullname(people["responsible"])
	about = f"Anna Client: Solar roof ({case}), 5 Minuten zu spät"
	ours = f"Eingangsbestätigung überfällig: {about}. Zuständig: {name}."
	assert notifications(case) == sorted([(people["manager"], english), (german, ours)])
	assert mailed(case) == {people["manager"]: english, german: ours}
	todos = dict(
		frappe.get_all(
			"ToDo",
			{"reference_name": case},
			["allocated_to", "description"],
			as_list=True,
			order_by="name asc",
		)
	)
	assert (
		todos[german].startswith("Eingangsbestätigung überfällig")
		and "Anna Client: Solar roof" in todos[german]
	)
	assert todos[people["manager"]].startswith("Acknowledgement overdue")


def mailed(case):
	"""Recipient → subject of each email about the interaction."""
	queued = frappe.get_all("Email Queue", {"reference_name": case}, ["name", "message"])
	return {
		recipient: subject(row)
		for row in queued
		for recipient in frappe.get_all("Email Queue Recipient", {"parent": row.name}, pluck="recipient")
	}


def subject(row):
	return str(make_header(decode_header(message_from_string(row.message)["Subject"])))


def test_users_who_cannot_read_are_not_told(case, people, next_check_at):
	frappe.get_doc("User", people["manager"]).remove_roles(MANAGER)
	frappe.get_doc("User", people["responsible"]).remove_roles("Frontline Staff")
	next_check_at("2026-11-24 14:05", "2026-11-24 17:05", "2026-11-25 13:05")
	assert notifications(case) == [] and not frappe.get_all("Email Queue", {"reference_name": case})
	assert not frappe.get_all("ToDo", {"reference_name": case})
	assert next(note for kind, _at, note in happened(case) if kind == "Escalated").endswith("→ –")


def test_a_user_and_the_account_manager_can_be_told(case, people, steps, make_user, next_check_at):
	account_manager = make_user("Account Manager")
	frappe.db.set_value("Customer", "Anna Client", "account_manager", account_manager)
	steps(
		[
			{"clock": "All", "to": "Account Manager", "notification": 1},
			{"clock": "All", "to": "User", "user": people["officer"], "notification": 1, "todo": 1},
		]
	)
	next_check_at("2026-11-24 17:05")
	assert {user for user, _subject in notifications(case)} == {account_manager, people["officer"]}
	assert frappe.get_all("ToDo", {"reference_name": case}, pluck="allocated_to") == [people["officer"]]


def test_managers_are_told_where_a_step_would_reach_no_one(case, people, steps, make_user, next_check_at):
	gone = make_user("Customer Support")
	steps(
		[
			{"clock": "All", "to": "Account Manager", "notification": 1},  # there is none
			{"clock": "All", "to": "User", "user": gone, "notification": 1},
		]
	)
	frappe.db.set_value("User", gone, "enabled", 0)
	next_check_at("2026-11-24 17:05")
	assert {user for user, _subject in notifications(case)} == {people["manager"]}


def test_someone_who_is_reached_twice_is_told_once(case, people, steps, next_check_at):
	frappe.get_doc("User", people["responsible"]).add_roles(MANAGER)
	steps([STEPS[0], {"clock": "All", "to": "Role", "role": MANAGER, "notification": 1}])
	next_check_at("2026-11-24 17:05")
	assert [user for user, _subject in notifications(case)] == sorted(
		[people["responsible"], people["manager"]]
	)


def test_no_one_responsible_lets_the_managers_be_warned(case, people, next_check_at):
	frappe.db.set_value(INTERACTION, case, "responsible_staff", None)
	next_check_at("2026-11-24 14:05")
	assert {user for user, _subject in notifications(case)} >= {people["manager"]}


def test_nothing_is_told_in_quiet_time_and_all_of_it_after(case, people, steps, next_check_at):
	steps(quiet_from="16:30:00", quiet_until="08:00:00", warning_share=0)
	next_check_at("2026-11-24 17:05", "2026-11-24 23:00", "2026-11-25 07:59")
	assert happened(case) == [("Breached", "24 17:05", "acknowledge 2026-11-24 17:00:00")]
	assert notifications(case) == []
	assert str(frappe.db.get_value(INTERACTION, case, "next_check_at")) == "2026-11-25 08:00:00"
	next_check_at("2026-11-25 08:05")
	assert notifications(case) == [
		(
			people["responsible"],
			told("Acknowledgement overdue", case, "1 business day late", people["responsible"]),
		)
	]


def test_changed_steps_apply_to_running_clocks(case, people, steps, next_check_at, clock_at):
	steps(warning_share=10)
	next_check_at("2026-11-23 12:05")
	assert notifications(case) == [
		(
			people["responsible"],
			told("Acknowledgement due soon", case, "1 business day left", people["responsible"]),
		)
	]


def test_a_step_that_is_added_again_is_not_taken_again(case, people, steps, next_check_at, clock_at):
	next_check_at("2026-11-24 17:05")
	steps()
	next_check_at("2026-11-24 17:10")
	assert len([row for row in happened(case) if row[0] == "Escalated"]) == 1


def test_who_cannot_be_told_takes_no_breach_back(case, people, next_check_at, monkeypatch):
	monkeypatch.setattr(frappe, "sendmail", lambda **_kwargs: frappe.throw("No outgoing account"))
	next_check_at("2026-11-24 17:05", "2026-11-25 13:05")
	assert ("Escalated", "25 13:05", f"acknowledge 2026-11-24 17:00:00 → {people['manager']}") in happened(
		case
	)
	log = {"reference_name": case, "method": "Some users could not be notified of a deadline"}
	assert frappe.db.count("Error Log", log) == 1


def test_each_error_of_a_day_is_logged_once(case, people, next_check_at, monkeypatch):
	"""One that every record has does not hide another."""

	def broken_notification(*args):
		raise ValueError(f"{case} cannot be shown")

	log = {"reference_name": case, "method": "Some users could not be notified of a deadline"}
	with monkeypatch.context() as patch:
		patch.setattr(frappe, "sendmail", lambda **_kwargs: frappe.throw("No outgoing account"))
		next_check_at("2026-11-24 17:05", "2026-11-25 13:05")
		assert frappe.db.count("Error Log", log) == 1
		patch.setattr(escalation.alerts, "post", broken_notification)
		next_check_at("2026-11-26 13:05", "2026-11-26 17:05")
	texts = frappe.get_all("Error Log", log, pluck="error")
	assert len(texts) == 2 and any("cannot be shown" in text for text in texts)


def test_the_answer_closes_every_reminder(case, people, steps, next_check_at, clock_at):
	steps([{"clock": "All", "to": "Role", "role": MANAGER, "todo": 1, "notification": 0}])
	next_check_at("2026-11-24 17:05")
	assert frappe.get_all("ToDo", {"reference_name": case, "status": "Open"}, pluck="allocated_to") == [
		people["manager"]
	]
	with clock_at("2026-11-24 18:00"):
		api.answer(case)
	assert not frappe.get_all("ToDo", {"reference_name": case, "status": "Open"})


def test_the_sweep_changes_nothing_else_of_a_record(case, next_check_at):
	before = frappe.get_doc(INTERACTION, case).as_dict()
	next_check_at("2026-11-24 17:05")
	after = frappe.get_doc(INTERACTION, case).as_dict()
	changed = {key for key in before if key != "events" and before[key] != after[key]}
	assert changed <= {
		"modified",
		"breached",
		"missed_deadlines",
		"acknowledge_status",
		"next_check_at",
		"_assign",
	}
	assert [row.name for row in after.events[: len(before.events)]] == [row.name for row in before.events]


def test_the_light_way_of_saving_renders_what_a_full_save_would(case, next_check_at, clock_at):
	next_check_at("2026-11-24 17:05")
	doc = frappe.get_doc(INTERACTION, case)
	before = doc.as_dict()
	with clock_at("2026-11-24 17:05"):
		doc.save()
	after = frappe.get_doc(INTERACTION, case).as_dict()
	assert {key for key in before if key not in ("modified", "events") and before[key] != after[key]} == set()
	assert len(before.events) == len(after.events)


@pytest.mark.parametrize(
	("values", "complaint"),
	[
		({"warning_share": 100}, "percentage"),
		({"quiet_until": None}, "both"),
		({"rows": [{"clock": "All", "to": "Role", "notification": 1}]}, "choose the Role"),
		({"rows": [{"clock": "All", "to": "User", "notification": 1}]}, "choose the User"),
		({"rows": [{"clock": "All", "to": "Responsible Staff", "notification": 0}]}, "a notification"),
		({"rows": [STEPS[0], STEPS[0]]}, "rows 1 and 2 are the same"),
	],
)
def test_bad_settings_are_refused_in_words(steps, values, complaint):
	with pytest.raises(frappe.ValidationError, match=complaint):
		steps(**values)


def test_shipped_sites_have_escalation_steps():
	current = escalation.current()
	assert current.warning_share == 0.75 and current.quiet and len(current.steps) == 4


def test_the_open_form_is_told_to_look_again_and_nothing_more(case, next_check_at, monkeypatch):
	"""Frappe lets only users who can read a document into its room."""
	published = []
	monkeypatch.setattr(
		frappe,
		"publish_realtime",
		lambda event=None, message=None, **to: published.append((event, message, to)),
	)
	next_check_at("2026-11-24 17:05")
	updates = [
		(message, to) for event, message, to in published if event == "doc_update" and to["docname"] == case
	]
	assert len(updates) == 1
	message, to = updates[0]
	assert to["doctype"] == INTERACTION and set(message) == {"modified", "doctype", "name"}


def test_what_a_due_record_costs(inquiry, people, set_calendar, steps, next_check_at, monkeypatch):
	"""Queries per due record, including writing events, notifications and the ToDo."""
	set_calendar(["09:00-17:00"])
	steps()
	for number in range(10):
		inquiry(responsible_staff=people["responsible"], at=f"2026-11-23 10:{number:02d}")
	queries, real = [], frappe.db.sql

	def counting(query, *args, **kwargs):
		queries.append(str(query))
		return real(query, *args, **kwargs)

	monkeypatch.setattr(frappe.db, "sql", counting)
	next_check_at("2026-11-24 14:05")
	warned = len(queries) / 10
	queries.clear()
	next_check_at("2026-11-24 17:05")
	breached = len(queries) / 10
	print(f"{warned} queries to warn, {breached} to tell of a breach, with the first reading of metadata")
	assert warned <= 12 and breached <= 16
