"""Every interaction has an owner, even when users leave (F-2, M-1)."""

import frappe
import pytest
from frappe.automation.doctype.assignment_rule.assignment_rule import AssignmentRule

from client_comms import health, i18n
from client_comms.client_interactions import action_items, conversation
from client_comms.exceptions import NotResponsibleError
from client_comms.intake import assignment, reassignment

pytestmark = pytest.mark.clause("F-2", "M-1")

INTERACTION = "Client Interaction"
ROLES = ("Frontline Staff", "Customer Support Manager", "Compliance Officer")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.fixture(autouse=True)
def alone():
	"""Only the users of a test have the roles."""
	frappe.db.delete("Has Role", {"role": ("in", ROLES)})


@pytest.fixture
def receive():
	"""`receive("Solar roof")`: an email from outside is logged; returns its interaction."""
	numbers = iter(range(1000))

	def make(subject="Solar roof", sender="anna@client-a.example"):
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": sender,
				"subject": f"{subject} {next(numbers)}",
				"content": "Please get back to me.",
			}
		).insert(ignore_permissions=True)
		assert message.client_interaction or frappe.db.get_value(
			"Communication", message.name, "client_interaction"
		)
		return frappe.get_doc(
			INTERACTION, frappe.db.get_value("Communication", message.name, "client_interaction")
		)

	return make


@pytest.fixture
def make_rule():
	"""`make_rule(user, …)`: an Assignment Rule for inquiries; Frappe tells whom it assigns by email."""
	if not frappe.db.exists("Email Account", {"default_outgoing": 1}):
		frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": "Test Outgoing",
				"email_id": "office@ostwind.example",
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"smtp_server": "127.0.0.1",
				"no_smtp_authentication": 1,
			}
		).insert()

	def make(*users, condition="communication_type == 'Initial Inquiry'", rule="Round Robin", **fields):
		return frappe.get_doc(
			{
				"doctype": "Assignment Rule",
				"name": f"Test {frappe.generate_hash(length=6)}",
				"document_type": INTERACTION,
				"description": "Look after it",
				"assign_condition": condition,
				"rule": rule,
				"users": [{"user": user} for user in users],
				"assignment_days": [{"day": day} for day in DAYS],
				**fields,
			}
		).insert(ignore_permissions=True)

	return make


def open_todos(doc):
	return frappe.get_all(
		"ToDo",
		{"reference_type": INTERACTION, "reference_name": doc.name, "status": "Open"},
		pluck="allocated_to",
		order_by="creation asc",
	)


# --- who gets a new one ------------------------------------------------------------------------------


def test_in_turn_among_holders_of_the_responsible_role(receive, make_user):
	users = {make_user("Frontline Staff") for _ in range(3)}
	make_user("Frontline Staff", enabled=0)
	make_user("Account Manager")
	assert {receive().responsible_staff for _ in range(3)} == users


def test_the_account_manager_comes_before_the_turn(receive, make_user, make_client):
	manager = make_user("Frontline Staff", "Account Manager")
	make_user("Frontline Staff")
	make_client("Client A", "anna@client-a.example", account_manager=manager)
	assert [receive().responsible_staff for _ in range(3)] == [manager] * 3


def test_no_one_available_gives_it_to_the_manager_role_with_a_warning(receive, make_user):
	managers = {make_user("Customer Support Manager", first_name=name) for name in ("Mara", "Milo")}
	docs = [receive(), receive()]
	assert {doc.responsible_staff for doc in docs} == managers
	told = frappe.get_all("Notification Log", {"document_name": docs[0].name}, ["for_user", "subject"])
	assert {row.for_user for row in told} >= managers
	assert any("No one with the responsible role was available" in row.subject for row in told)


# --- Assignment Rules --------------------------------------------------------------------------------


def test_an_assignment_rule_decides_with_one_todo(receive, make_user, make_rule):
	make_user("Frontline Staff")
	chosen = [make_user("Frontline Staff") for _ in range(2)]
	make_rule(*chosen)
	docs = [receive() for _ in range(3)]
	assert [doc.responsible_staff for doc in docs] == [chosen[0], chosen[1], chosen[0]]
	for doc in docs:
		assert open_todos(doc) == [doc.responsible_staff]
		assert [(row.assigned_to, row.status) for row in doc.action_items] == [
			(doc.responsible_staff, "Open")
		]


def test_a_rule_passes_over_who_is_disabled_or_not_cleared(receive, make_user, make_rule):
	make_user("Frontline Staff")
	good = [make_user("Frontline Staff") for _ in range(2)]
	disabled, uncleared = make_user("Frontline Staff", enabled=0), make_user("Sales User")
	make_rule(disabled, good[0], uncleared, good[1])
	assert [receive().responsible_staff for _ in range(4)] == [*good, *good]


def test_a_rule_for_no_one_who_may_leaves_it_to_the_turn(receive, make_user, make_rule):
	fiona = make_user("Frontline Staff")
	make_rule(make_user("Sales User"))
	doc = receive()
	assert (doc.responsible_staff, open_todos(doc)) == (fiona, [])


@pytest.mark.parametrize(
	"rule",
	[
		{"condition": "communication_type == 'Service Update'"},
		{"disabled": 1},
		{"assignment_days": [{"day": "Tuesday"}]},
	],
	ids=["another type", "disabled", "another day"],
)
def test_only_a_rule_that_matches_counts(receive, make_user, make_rule, rule):
	fiona = make_user("Frontline Staff", first_name="A")
	receive()
	chosen = make_user("Frontline Staff", first_name="B")
	receive()  # both had one: the turn is Fiona's
	make_rule(chosen, **rule)
	frappe.flags.assignment_day = "Monday"
	assert receive().responsible_staff == fiona


def test_a_rule_by_load_takes_the_one_with_the_least_to_do(receive, make_user, make_rule):
	users = [make_user("Frontline Staff") for _ in range(2)]
	make_rule(*users, rule="Load Balancing")
	first = receive().responsible_staff
	assert receive().responsible_staff == next(user for user in users if user != first)


def test_the_role_is_required_of_responsible_staff_not_of_assignees(receive, make_user, make_rule):
	fiona, adam = make_user("Frontline Staff"), make_user("Account Manager")
	make_rule(adam)
	doc = receive()
	assert (doc.responsible_staff, open_todos(doc)) == (fiona, [adam])


def test_an_interaction_that_a_rule_assigned_proceeds_at_once(make_user, make_rule, as_user, inquiry):
	"""The document in memory contains the action item, so that saving it again neither fails nor removes it."""
	fiona, helper = make_user("Frontline Staff"), make_user("Frontline Staff")
	make_rule(helper)
	with as_user(fiona):
		doc = inquiry(responsible_staff=fiona)
		doc.subject = "Solar roof, second floor"
		doc.save()
	todos = frappe.get_all("ToDo", {"reference_name": doc.name}, ["name", "allocated_to", "status"])
	assert [(todo.allocated_to, todo.status) for todo in todos] == [(helper, "Open")], (
		"not cancelled and made anew"
	)
	(item,) = frappe.get_doc(INTERACTION, doc.name).action_items
	assert (item.assigned_to, item.todo) == (helper, todos[0].name)


def test_a_rule_assigns_what_its_author_may_not_open(make_user, make_rule, as_user, inquiry):
	"""A user who logs a complaint for others cannot read it afterwards; a rule assigns it anyway."""
	adam, sara = make_user("Account Manager"), make_user("Customer Support")
	helper = make_user("Customer Support")
	make_rule(helper, condition="communication_type == 'Feedback/Complaint'")
	with as_user(adam):
		doc = inquiry("Feedback/Complaint", responsible_staff=sara)
	assert open_todos(doc) == [helper]


def test_no_one_passes_for_a_rule(make_user, as_user, inquiry):
	fiona, sara = make_user("Frontline Staff", "Sales User"), make_user("Customer Support")
	hidden = inquiry("Feedback/Complaint", responsible_staff=sara)
	todo = {
		"doctype": "ToDo",
		"reference_type": INTERACTION,
		"reference_name": hidden.name,
		"allocated_to": sara,
		"description": "x",
		"assignment_rule": "Any",
	}
	with as_user(fiona), pytest.raises(frappe.PermissionError):
		action_items.adopt_todo(frappe.get_doc({**todo, "status": "Open"}))


def test_rules_of_other_documents_are_as_frappe_has_them(make_user):
	users = [make_user("Sales User") for _ in range(2)]
	rule = frappe.get_doc(
		{
			"doctype": "Assignment Rule",
			"document_type": "Lead",
			"rule": "Round Robin",
			"users": [{"user": user} for user in users],
		}
	)
	assert isinstance(rule, assignment.GuardedAssignmentRule)
	assert rule.get_user({}) == AssignmentRule.get_user(rule, {}) == users[0]


def test_a_rule_for_messages_skips_who_cannot_read_them(make_rule, make_user, log):
	"""Frappe would assign them all the same, and the message that arrives would not be stored."""
	uncleared = make_user("Frontline Staff", "System Manager")
	cleared = make_user("Customer Support Manager", "System Manager")
	rule = make_rule(uncleared, condition="True", document_type="Communication")

	def received(communication_type):
		about = log(communication_type)
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": "anna@client-a.example",
				"subject": "Noise",
				"content": "Noise",
				"reference_doctype": INTERACTION,
				"reference_name": about.name,
			}
		).insert(ignore_permissions=True)
		return frappe.get_all("ToDo", {"reference_name": message.name}, pluck="allocated_to")

	assert received("Feedback/Complaint") == []
	assert received("Initial Inquiry") == [uncleared]
	rule.reload().append("users", {"user": cleared})
	rule.save()
	assert received("Feedback/Complaint") == [cleared]


# --- when a user leaves --------------------------------------------------------------------------


@pytest.fixture
def team(make_user):
	return frappe._dict(
		fiona=make_user("Frontline Staff", first_name="Fiona"),
		frida=make_user("Frontline Staff", first_name="Frida"),
		managers=[make_user("Customer Support Manager", first_name=name) for name in ("Mara", "Milo")],
	)


@pytest.fixture
def run_jobs(monkeypatch):
	"""What was enqueued after the commit runs when this is called."""
	jobs = []
	monkeypatch.setattr(
		reassignment.frappe, "enqueue", lambda method, **kwargs: jobs.append((method, kwargs))
	)

	def run():
		mine = [(method, kwargs) for method, kwargs in jobs if method is reassignment.hand_over]
		jobs.clear()
		for method, kwargs in mine:
			method(**{k: v for k, v in kwargs.items() if k not in ("queue", "enqueue_after_commit")})
		return len(mine)

	return run


def notifications_of(users):
	return frappe.get_all("Notification Log", {"for_user": ("in", users)}, ["document_name"])


def notifications(user):
	return frappe.get_all(
		"Notification Log", {"document_type": "User", "document_name": user}, ["for_user", "subject", "link"]
	)


def test_what_a_disabled_user_leaves_goes_to_the_manager_role(team, inquiry, run_jobs):
	mine = [inquiry(responsible_staff=team.fiona) for _ in range(3)]
	others = inquiry(
		responsible_staff=team.frida, action_items=[{"description": "Call", "assigned_to": team.fiona}]
	)
	closed = inquiry("Resolution/Closure", responsible_staff=team.fiona)
	closed.record("Closed")
	untouched = inquiry(responsible_staff=team.frida)

	frappe.get_doc("User", team.fiona).update({"enabled": 0}).save()
	assert run_jobs() == 1
	for doc in mine:
		doc.reload()
		assert doc.responsible_staff in team.managers
		assert (doc.events[-1].event, doc.events[-1].note) == (
			"Reassigned",
			f"{team.fiona} → {doc.responsible_staff}: user disabled",
		)
	assert {doc.responsible_staff for doc in mine} == set(team.managers), "in turn"

	others.reload()
	(item,) = others.action_items
	assert others.responsible_staff == team.frida and item.assigned_to in team.managers
	assert open_todos(others) == [item.assigned_to]
	assert others.events[-1].event == "Reassigned" and "user disabled" in others.events[-1].note
	for doc, meaning in ((mine[0], "Reassigned"), (others, "Action Items Reassigned")):
		step = next(each for each in conversation.page(doc)["entries"] if each.get("meaning") == meaning)
		assert (step["relieved"], step["by_app"]) == (True, False), "nor was it an absence"
	closed.reload()
	untouched.reload()
	assert (closed.responsible_staff, untouched.responsible_staff) == (team.fiona, team.frida)

	told = notifications(team.fiona)
	assert sorted(row.for_user for row in told) == sorted(team.managers)
	assert all(row.subject.endswith("(user disabled) reassigned to the manager role: 4") for row in told)
	assert all(row.link.endswith("/query-report/Team Board") for row in told), "they may not open users"


def test_who_disables_a_user_hears_what_becomes_of_their_work(team, inquiry):
	def said(change):
		frappe.clear_messages()
		frappe.get_doc("User", team.fiona).update(change).save()
		return [each.message for each in frappe.get_message_log() if "reassigned" in each.message]

	assert said({"enabled": 0}) == [], "nothing is open"
	assert said({"enabled": 1}) == []
	inquiry(responsible_staff=team.fiona)
	assert said({"bio": "At the counter"}) == []
	(message,) = said({"enabled": 0})
	assert "Open interactions that" in message and "Customer Support Manager" in message


def test_doing_it_again_does_nothing(team, inquiry, run_jobs):
	doc = inquiry(responsible_staff=team.fiona)
	frappe.get_doc("User", team.fiona).update({"enabled": 0}).save()
	run_jobs()
	before = frappe.get_doc(INTERACTION, doc.name).as_dict()
	assert reassignment.hand_over(team.fiona) == 0
	reassignment.hand_over_all()
	assert frappe.get_doc(INTERACTION, doc.name).as_dict() == before
	assert len(notifications(team.fiona)) == len(team.managers)


def test_a_lost_role_takes_only_what_it_was_for(team, inquiry, run_jobs, make_user):
	both = make_user("Frontline Staff", "Account Manager")
	inquiries, update = inquiry(responsible_staff=both), inquiry("Service Update", responsible_staff=both)
	frappe.get_doc("User", both).remove_roles("Frontline Staff")
	assert run_jobs() == 1
	inquiries.reload()
	update.reload()
	assert inquiries.responsible_staff in team.managers and update.responsible_staff == both
	assert inquiries.events[-1].note.endswith("role or clearance lost")
	(theirs,) = [row for row in notifications(both) if row.for_user == both]
	assert (
		theirs.subject == "Your interactions were reassigned to the manager role (role or clearance lost): 1"
	)
	assert theirs.link.endswith("/owed-today")


def test_where_the_role_is_not_enforced_no_one_loses_anything_with_it(team, inquiry, run_jobs, set_settings):
	set_settings(responsible_party_mode="Warn")
	doc = inquiry(responsible_staff=team.fiona)
	user = frappe.get_doc("User", team.fiona)
	user.add_roles("Account Manager")
	user.remove_roles("Frontline Staff")
	run_jobs()
	reassignment.hand_over_all()
	doc.reload()
	assert doc.responsible_staff == team.fiona
	user.remove_roles("Account Manager")  # and with it the clearance
	run_jobs()
	doc.reload()
	assert doc.responsible_staff in team.managers


@pytest.mark.clause("F-2", "P-2")
def test_what_a_raised_level_hides_goes_to_the_manager_role(team, inquiry, run_jobs, as_user, monkeypatch):
	def raise_level(doc):
		with as_user(team.managers[0]):
			doc.update({"confidentiality_level": "Sensitive", "level_change_reason": "Neighbours"}).save()

	monkeypatch.setattr(frappe.local, "request", frappe._dict(method="POST"), raising=False)
	mine = inquiry(responsible_staff=team.fiona)
	theirs = inquiry(
		responsible_staff=team.frida, action_items=[{"description": "Call", "assigned_to": team.fiona}]
	)
	untouched = inquiry(responsible_staff=team.fiona)
	asked = [each["document_name"] for each in notifications_of(team.managers)]
	raise_level(mine)
	said = [each.message for each in frappe.get_message_log() if "reassigned" in each.message]
	assert ["Fiona" in each and "Sensitive" in each for each in said] == [True]
	assert run_jobs() == 1
	assert mine.reload().responsible_staff in team.managers
	assert mine.events[-1].note == f"{team.fiona} → {mine.responsible_staff}: level raised"

	raise_level(theirs)
	assert run_jobs() == 2
	theirs.reload()
	assert {theirs.responsible_staff, theirs.action_items[0].assigned_to} <= {*team.managers}
	assert untouched.reload().responsible_staff == team.fiona
	assert len(notifications_of(team.managers)) > len(asked)


@pytest.mark.clause("F-2", "P-2")
@pytest.mark.parametrize("ended", [True, False])
def test_a_raised_level_starts_no_job_where_nothing_is_left_behind(team, inquiry, run_jobs, make_user, ended):
	if ended:
		doc = inquiry("Resolution/Closure", responsible_staff=team.fiona)
		doc.record("Closed")
	else:
		doc = inquiry(responsible_staff=make_user("Frontline Staff", "Customer Support Manager"))
	doc.update({"confidentiality_level": "Sensitive", "level_change_reason": "Neighbours"}).save()
	assert run_jobs() == 0


@pytest.mark.clause("F-2", "P-2")
@pytest.mark.parametrize(("right", "hands_over"), [("can_read", True), ("can_email", False)])
def test_a_role_that_loses_its_clearance_hands_over_at_once(team, monkeypatch, right, hands_over):
	jobs = []
	monkeypatch.setattr(reassignment.frappe, "enqueue", lambda method, **kwargs: jobs.append(method))
	level = frappe.get_doc("Confidentiality Level", "Standard")
	row = next(row for row in level.clearances if row.role == "Frontline Staff")
	row.can_email = 1
	level.save()
	jobs.clear()
	row.can_email = 0
	if right == "can_read":
		level.remove(row)
	level.save()
	assert (reassignment.hand_over_all in jobs) == hands_over


def test_a_user_who_keeps_the_roles_starts_no_job(team, inquiry, run_jobs):
	inquiry(responsible_staff=team.fiona)
	user = frappe.get_doc("User", team.fiona)
	user.update({"first_name": "Fiona Maria"}).save()
	user.add_roles("Sales User")
	assert run_jobs() <= 1  # a role more is looked at, and takes nothing
	assert frappe.db.count(INTERACTION, {"responsible_staff": team.fiona}) == 1
	frappe.get_doc("User", team.frida).update({"enabled": 0}).save()
	assert run_jobs() == 0, "Frida had nothing"


def test_the_daily_run_finds_what_no_user_was_saved_for(team, inquiry):
	doc = inquiry(responsible_staff=team.fiona)
	frappe.db.set_value("User", team.fiona, "enabled", 0)
	frappe.clear_document_cache("User", team.fiona)
	reassignment.hand_over_all()
	doc.reload()
	assert doc.responsible_staff in team.managers


def test_the_daily_run_looks_only_at_the_records_of_those_who_lose_some(team, inquiry, monkeypatch):
	"""What all others have open, it does not read record by record."""
	looked_at = []
	monkeypatch.setattr(reassignment, "hand_over", looked_at.append)

	def of_team():
		looked_at.clear()
		reassignment.hand_over_all()
		return {*looked_at} & {team.fiona, team.frida, *team.managers}

	lost = inquiry(responsible_staff=team.fiona)
	item = {"description": "Call back", "assigned_to": team.frida, "due_on": "2026-12-24"}
	with_item = inquiry(responsible_staff=team.frida, action_items=[item])
	assert of_team() == set()
	frappe.db.set_value("User", team.fiona, "enabled", 0)
	frappe.clear_document_cache("User", team.fiona)
	assert of_team() == {team.fiona}
	frappe.db.set_value(INTERACTION, lost.name, "status", "Closed")
	assert of_team() == set()
	frappe.db.set_value("Interaction Action Item", {"parent": with_item.name}, "assigned_to", team.fiona)
	assert of_team() == {team.fiona}


def test_chunks_end_at_every_size(team, inquiry, monkeypatch):
	monkeypatch.setattr(reassignment, "CHUNK", 2)
	docs = [inquiry(responsible_staff=team.fiona) for _ in range(4)]
	frappe.db.set_value("User", team.fiona, "enabled", 0)
	frappe.clear_document_cache("User", team.fiona)
	assert reassignment.hand_over(team.fiona) == len(docs)
	assert len(notifications(team.fiona)) == len(team.managers)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_conversation_says_what_was_reassigned(team, inquiry, language):
	item = {"description": "Call back", "assigned_to": team.fiona, "due_on": "2026-12-24"}
	for fields, told in (
		({"responsible_staff": team.fiona}, "Reassigned"),
		({"responsible_staff": team.frida, "action_items": [item]}, "Action Items Reassigned"),
	):
		doc = inquiry(**fields)
		frappe.db.set_value("User", team.fiona, "enabled", 0)
		frappe.clear_document_cache("User", team.fiona)
		with i18n.speaking(language):
			reassignment.hand_over(team.fiona)
		frappe.db.set_value("User", team.fiona, "enabled", 1)
		frappe.clear_document_cache("User", team.fiona)
		entries = conversation.page(doc.reload())["entries"]
		assert [each["meaning"] for each in entries if each["side"] == "step"] == [told]


def test_one_broken_record_keeps_back_no_other(team, inquiry, monkeypatch):
	broken, sound = (inquiry(responsible_staff=team.fiona) for _ in range(2))
	frappe.db.set_value("User", team.fiona, "enabled", 0)
	frappe.clear_document_cache("User", team.fiona)
	give_on, logged = reassignment._give_on, []

	def fail(doc, *args):
		if doc.name == broken.name:
			raise RuntimeError("broken")
		return give_on(doc, *args)

	monkeypatch.setattr(reassignment, "_give_on", fail)
	monkeypatch.setattr(frappe, "log_error", lambda **kwargs: logged.append(kwargs["reference_name"]))
	assert reassignment.hand_over(team.fiona) == 1
	assert logged == [broken.name]
	assert frappe.db.get_value(INTERACTION, sound.name, "responsible_staff") in team.managers


def test_a_version_that_cannot_be_read_keeps_back_no_other(team, inquiry, errors):
	"""Neither in the daily run, which decides for all users first, nor for the records of one user."""
	fiona, frida = team.fiona, team.frida
	broken, sound, broken_too, of_other = (
		inquiry(responsible_staff=user) for user in (fiona, fiona, frida, frida)
	)
	for doc in (broken, broken_too):
		frappe.db.set_value(INTERACTION, doc.name, "matrix", "Deleted past Frappe's checks")
	for user in (fiona, frida):
		frappe.get_doc("User", user).remove_roles("Frontline Staff")
		frappe.get_doc("User", user).add_roles("Customer Support")
	reassignment.hand_over_all()
	owners = [
		frappe.db.get_value(INTERACTION, doc.name, "responsible_staff")
		for doc in (broken, broken_too, sound, of_other)
	]
	assert owners[:2] == [fiona, frida] and {*owners[2:]} <= {*team.managers}
	assert sum("Deleted past" in error for error in errors()) == 1, "it is the same for all"


def test_managers_who_cannot_be_told_get_the_work_all_the_same(team, inquiry, monkeypatch, errors):
	def fail(*_arguments):
		raise RuntimeError("no notification today")

	docs = [inquiry(responsible_staff=user) for user in (team.fiona, team.frida)]
	for user in (team.fiona, team.frida):
		frappe.db.set_value("User", user, "enabled", 0)
		frappe.clear_document_cache("User", user)
	monkeypatch.setattr(reassignment.alerts, "handed_over", fail)
	reassignment.hand_over_all()
	owners = {frappe.db.get_value(INTERACTION, doc.name, "responsible_staff") for doc in docs}
	assert owners <= {*team.managers}
	assert sum("no notification today" in error for error in errors()) == 2


def test_without_a_manager_it_stays_and_the_error_log_says_so(team, inquiry, monkeypatch):
	doc, logged = inquiry(responsible_staff=team.fiona), []
	for manager in (*team.managers, team.fiona):
		frappe.db.set_value("User", manager, "enabled", 0)
		frappe.clear_document_cache("User", manager)
	monkeypatch.setattr(frappe, "log_error", lambda **kwargs: logged.append(kwargs["title"]))
	assert reassignment.hand_over(team.fiona) == 0
	doc.reload()
	assert doc.responsible_staff == team.fiona
	assert logged and doc.name in logged[0]


def test_only_the_app_makes_a_manager_responsible_without_the_role(team, inquiry):
	with pytest.raises(NotResponsibleError):
		inquiry(responsible_staff=team.managers[0])


def test_turns_follow_when_the_last_one_came_and_not_the_digits_of_its_number(make_user, log):
	"""Frappe counts on after CI-2026-99999, and as a text CI-2026-100000 comes before it."""
	fiona, frida = (make_user("Frontline Staff") for _number in range(2))
	for number, user, hour in ((99_999, fiona, 1), (100_000, frida, 2)):
		doc = log("Initial Inquiry", responsible_staff=user)
		frappe.db.sql(
			"update `tabClient Interaction` set name = %s, creation = %s where name = %s",
			(f"CI-2026-{number}", f"2026-11-20 0{hour}:00", doc.name),
		)
	assert assignment._in_turn({fiona, frida}) == [fiona, frida]
	frappe.db.set_value(INTERACTION, "CI-2026-99999", "creation", "2026-11-20 02:00", update_modified=False)
	assert assignment._in_turn({fiona, frida}) == [fiona, frida], (
		"of one moment, the higher number is the later one"
	)


@pytest.mark.clause("F-2")
def test_without_a_manager_someone_with_oversight_is_the_owner(receive, make_user):
	"""Who can write comes before who can only read."""
	officer = make_user("Compliance Officer")
	assert receive().responsible_staff == officer
	level = frappe.get_doc("Confidentiality Level", "Standard")
	role = "Client Communications Manager"
	level.append("clearances", {"role": role, "can_read": 1, "can_write": 1, "oversight": 1})
	level.save()
	writer = make_user(role)
	assert receive().responsible_staff == writer


@pytest.mark.clause("F-2")
def test_what_a_disabled_user_leaves_without_a_manager_goes_to_oversight(receive, make_user, run_jobs):
	leaving, officer = make_user("Frontline Staff"), make_user("Compliance Officer")
	doc = receive()
	assert doc.responsible_staff == leaving
	frappe.db.set_value("User", leaving, "enabled", 0)
	assert reassignment.hand_over(leaving) == 1
	assert frappe.db.get_value(INTERACTION, doc.name, "responsible_staff") == officer
	reassignment.hand_over_all()  # and stays there
	assert frappe.db.get_value(INTERACTION, doc.name, "responsible_staff") == officer


@pytest.mark.clause("F-2")
def test_health_counts_what_has_no_owner_until_someone_can_take_it(receive, make_user):
	frappe.db.delete("Has Role", {"role": "Compliance Officer"})
	before = health.owners().figures["interactions_without_owner"]
	doc = receive()
	assert not doc.responsible_staff
	line = health.owners()
	assert line.figures["interactions_without_owner"] == before + 1
	assert any("next daily run" in fault for fault in line.faults)
	manager = make_user("Customer Support Manager")
	reassignment.hand_over_all()
	assert frappe.db.get_value(INTERACTION, doc.name, "responsible_staff") == manager
	frappe.db.set_value("User", manager, "enabled", 0)
	assert any("disabled users: 1" in fault for fault in health.owners().faults)


@pytest.mark.clause("F-2")
def test_what_stays_without_an_owner_keeps_back_no_other(receive, make_user, monkeypatch):
	frappe.db.delete("Has Role", {"role": "Compliance Officer"})
	level = frappe.get_doc("Confidentiality Level", "Confidential")
	level.clearances = [row for row in level.clearances if row.role != "Customer Support Manager"]
	level.save()
	first, second = receive(), receive()
	assert not (first.responsible_staff or second.responsible_staff)
	frappe.db.set_value(INTERACTION, first.name, "confidentiality_level", "Confidential")
	monkeypatch.setattr(reassignment, "_ADOPTED", 1)
	manager = make_user("Customer Support Manager")
	assert reassignment.adopt() == 1
	assert not frappe.db.get_value(INTERACTION, first.name, "responsible_staff")
	assert frappe.db.get_value(INTERACTION, second.name, "responsible_staff") == manager
