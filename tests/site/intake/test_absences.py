"""New work passes over users who are away, what is due goes to their substitute, and comes back untouched (F-2)."""

from unittest import mock

import frappe
import pytest

from client_comms.client_interactions import conversation
from client_comms.communication_governance import calendars, templates
from client_comms.communication_governance.doctype.assignment_share.assignment_share import shares
from client_comms.i18n import speaking
from client_comms.intake import acknowledgement, assignment, reassignment, substitution
from client_comms.patches.v1_0 import mark_handovers
from client_comms.people import absences

pytestmark = pytest.mark.clause("F-2", "C-3")

INTERACTION = "Client Interaction"
INQUIRY = "Initial Inquiry"
NOBODY = frappe._dict(party_type=None, party=None)


@pytest.fixture(autouse=True)
def office(set_calendar, clock_at):
	"""Only the users of a test have the roles; it is Monday, 10 o'clock, and inquiries are acknowledged by Tuesday evening."""
	frappe.db.delete("Has Role", {"role": ("in", ("Frontline Staff", "Customer Support Manager"))})
	frappe.db.delete("Staff Absence")
	set_calendar(["09:00-17:00"])
	with clock_at("2026-11-23 10:00"), mock.patch("frappe.enqueue"):
		yield


@pytest.fixture
def leave():
	"""`leave(user, "2026-11-23", "2026-11-27")`: an absence."""

	def enter(user, first, last, **fields):
		return frappe.get_doc(
			{"doctype": "Staff Absence", "user": user, "from_date": first, "to_date": last, **fields}
		).insert(ignore_permissions=True)

	return enter


@pytest.fixture
def matrix():
	return frappe.get_last_doc("Communication Matrix", {"docstatus": 1}).name


def chosen(matrix, client=NOBODY):
	return assignment.responsible_for(matrix, INQUIRY, "Standard", client, None)


def inquiry(log, user, received="2026-11-23 09:30"):
	"""An inquiry that waits for `user`."""
	doc = log(INQUIRY, direction="Inbound", occurred_on=received, responsible_staff=user)
	doc.reload()
	doc.append_event("Received", received)
	doc.save_by_app()
	return doc


# --- who is away -------------------------------------------------------------------------------------


def test_who_is_away_until_when(make_user, leave):
	here, away, half, later = (make_user("Frontline Staff") for _number in range(4))
	leave(away, "2026-11-23", "2026-11-27")
	leave(half, "2026-11-20", "2026-11-23", until_noon=1)
	leave(later, "2026-11-24", "2026-11-24")
	found = absences.away([here, away, half, later])
	assert {user: str(back) for user, back in found.items()} == {
		away: "2026-11-30 09:00:00",
		half: "2026-11-23 12:00:00",
	}


def test_many_users_cost_no_more_queries(make_user, leave):
	users = [make_user("Frontline Staff") for _number in range(6)]
	for user in users:
		leave(user, "2026-11-23", "2026-11-27")

	def queries(among):
		with mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			assert len(absences.away(among)) == len(among)
		return sql.call_count

	queries(users)
	assert queries(users) == queries(users[:1])


def test_the_holiday_list_of_an_employee_counts(make_user, employee):
	user = make_user("Frontline Staff")
	holidays = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Part-time",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
			"holidays": [
				{"holiday_date": day, "description": "Free"} for day in ("2026-11-23", "2026-11-24")
			],
		}
	).insert()
	employee(user, holiday_list=holidays.name)
	assert str(absences.away([user])[user]) == "2026-11-25 09:00:00"


# --- new work ----------------------------------------------------------------------------------------


def test_assignment_passes_over_who_is_away_until_after_the_deadline(make_user, leave, matrix):
	long, short, here = (make_user("Frontline Staff") for _number in range(3))
	leave(long, "2026-11-23", "2026-11-24")  # back on Wednesday, due on Tuesday evening
	leave(short, "2026-11-23", "2026-11-23")  # back on Tuesday morning
	assert assignment.back_in_time({long, short, here}, matrix, INQUIRY, None) == {short, here}
	leave(here, "2026-11-20", "2026-12-04")
	assert chosen(matrix) == short
	leave(short, "2026-11-24", "2026-11-27")
	assert chosen(matrix) is None, "then the manager role is asked"


def test_who_is_back_in_time_follows_the_calendar_of_the_company(make_user, leave, matrix):
	long = make_user("Frontline Staff")
	leave(long, "2026-11-23", "2026-11-24")  # back on Wednesday, due on Tuesday evening
	company = frappe.db.get_value("Company", {})
	assert assignment.back_in_time({long}, matrix, INQUIRY, company) == set()
	closed = frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Closed until Wednesday",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
			"holidays": [{"holiday_date": f"2026-11-{day}", "description": "Closed"} for day in (24, 25)],
		}
	).insert()
	own = frappe.copy_doc(frappe.get_doc("Response Calendar", calendars.default_name()))
	own.update({"calendar_name": "Their Own", "company": company, "holiday_list": closed.name}).insert()
	assert assignment.back_in_time({long}, matrix, INQUIRY, company) == {long}, "due on Thursday"


def test_the_substitute_of_the_account_manager_comes_before_the_turn(make_user, leave, matrix):
	manager, substitute = (make_user("Frontline Staff", "Account Manager") for _number in range(2))
	make_user("Frontline Staff")
	customer = frappe.get_doc(
		{"doctype": "Customer", "customer_name": "Client A", "account_manager": manager}
	).insert()
	client = frappe._dict(party_type="Customer", party=customer.name)
	assert chosen(matrix, client) == manager
	leave(manager, "2026-11-23", "2026-11-27", substitute=substitute)
	assert chosen(matrix, client) == substitute


def test_a_manager_who_is_away_comes_last(make_user, leave):
	away, here = (make_user("Customer Support Manager") for _number in range(2))
	leave(away, "2026-11-23", "2026-11-27")
	assert [assignment.manager_for("Standard") for _number in range(2)] == [here] * 2
	leave(here, "2026-11-23", "2026-11-27")
	assert assignment.manager_for("Standard") in (away, here)


def test_shares_in_the_round(make_user, matrix, log):
	full, half = (make_user("Frontline Staff") for _number in range(2))
	frappe.get_doc({"doctype": "Assignment Share", "user": half, "weight": 50}).insert()
	got = []
	for _number in range(6):
		got.append(chosen(matrix))
		log(INQUIRY, responsible_staff=got[-1])
	assert got.count(full) == 4 and got.count(half) == 2


def test_a_renamed_user_keeps_the_share_and_who_gets_the_login_can_have_one(make_user):
	user = make_user("Frontline Staff")
	frappe.get_doc({"doctype": "Assignment Share", "user": user, "weight": 50}).insert()
	renamed = frappe.rename_doc("User", user, f"renamed-{user}", force=True, show_alert=False)
	make_user("Frontline Staff", email=user)
	frappe.get_doc({"doctype": "Assignment Share", "user": user, "weight": 30}).insert()
	with pytest.raises(frappe.UniqueValidationError):
		frappe.get_doc({"doctype": "Assignment Share", "user": renamed, "weight": 30}).insert()
	found = shares()
	assert (found[renamed].weight, found[user].weight) == (50, 30)


def test_who_has_enough_open_ones_is_passed_over(make_user, matrix, log):
	busy, other = (make_user("Frontline Staff") for _number in range(2))
	frappe.get_doc({"doctype": "Assignment Share", "user": busy, "most_open": 1}).insert()
	log(INQUIRY, responsible_staff=busy)
	for _number in range(3):
		assert chosen(matrix) == other
		log(INQUIRY, responsible_staff=other)


def test_interactions_are_counted_only_for_shares(make_user, matrix):
	users = {make_user("Frontline Staff") for _number in range(2)}

	def counted():
		with mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			assignment._in_turn(users)
		asked = " ".join(str(call.args[0]) for call in sql.call_args_list)
		return "occurred_on" in asked, "status" in asked

	assert counted() == (False, False)
	share = frappe.get_doc({"doctype": "Assignment Share", "user": min(users), "weight": 50}).insert()
	assert counted() == (True, False)
	share.db_set({"weight": 100, "most_open": 5})
	assert counted() == (False, True)


def test_turns_are_counted_from_an_index(make_user, matrix, monkeypatch):
	users = {make_user("Frontline Staff") for _number in range(2)}
	for user, weight in zip(users, (50, 100), strict=True):
		frappe.get_doc(
			{"doctype": "Assignment Share", "user": user, "weight": weight, "most_open": 9999}
		).insert()
	frappe.db.sql(
		"""insert into `tabClient Interaction` (name, responsible_staff, status, occurred_on)
		select concat('Turn ', seq), if(mod(seq, 10), concat('other', mod(seq, 50)), %s), 'Closed', '2026-11-20'
		from seq_1_to_3000""",
		min(users),
	)
	plans, real = [], frappe.db.sql

	def explaining(query, *args, **kwargs):
		if "count(" in str(query).lower() and INTERACTION in str(query):
			plans.extend(real(f"explain {query}", *args, as_dict=True))
		return real(query, *args, **kwargs)

	monkeypatch.setattr(frappe.db, "sql", explaining)
	assert set(assignment._in_turn(users)) == users
	assert len(plans) == 2
	for plan in plans:
		assert plan.key == "client_comms_turn" and "Using index" in plan.Extra, plan


def test_managers_take_turns_in_one_order(make_user):
	for _number in range(3):
		make_user("Customer Support Manager")
	with mock.patch.object(assignment, "_in_turn", wraps=assignment._in_turn) as turn:
		assignment.manager_for("Standard")
	assert turn.call_count == 1


# --- what runs ---------------------------------------------------------------------------------------


def test_what_is_due_goes_to_the_substitute_and_comes_back_untouched(make_user, leave, log, clock_at):
	user, substitute = (make_user("Frontline Staff") for _number in range(2))
	untouched, touched, later = inquiry(log, user), inquiry(log, user), log(INQUIRY, responsible_staff=user)
	leave(user, "2026-11-23", "2026-11-25", substitute=substitute)
	for _number in range(2):  # the second run finds nothing
		substitution.run()
	for doc in (untouched, touched, later):
		doc.reload()
	assert (untouched.responsible_staff, untouched.substituting_for) == (substitute, user)
	assert later.responsible_staff == user, "nothing runs there"
	assert sum(row.event == "Reassigned" for row in untouched.events) == 1
	assert "back on" in untouched.events[-1].note
	touched.record("Acknowledged", by=substitute)
	with clock_at("2026-11-26 09:30"):
		substitution.run()
	for doc in (untouched, touched):
		doc.reload()
	assert (untouched.responsible_staff, untouched.substituting_for) == (user, None)
	assert (touched.responsible_staff, touched.substituting_for) == (substitute, None)


def test_the_conversation_says_of_an_absence_that_no_user_changed_who_is_responsible(
	make_user, leave, log, clock_at
):
	user, first, second = (make_user("Frontline Staff") for _number in range(3))
	doc = inquiry(log, user)
	absence = leave(user, "2026-11-23", "2026-11-25", substitute=first)
	substitution.run()
	absence.db_set("substitute", second)
	substitution.run()
	with clock_at("2026-11-26 09:30"):
		substitution.run()
		doc.reload().responsible_staff = first
		doc.save(ignore_permissions=True)
	assert doc.responsible_staff == first
	told = [
		(each["by_app"], first_of(each["text"]))
		for each in reversed(conversation.page(doc.reload())["entries"])
		if each.get("meaning") == "Reassigned"
	]
	names = [frappe.utils.get_fullname(each) for each in (user, first, second)]
	assert told == [(True, names[0]), (True, names[1]), (True, names[2]), (False, names[0])]


def first_of(note):
	return note.split(" → ")[0]


def test_the_reason_is_stored_in_the_language_of_the_site(make_user, leave, log, clock_at):
	user, substitute = (make_user("Frontline Staff") for _number in range(2))
	doc = inquiry(log, user)
	leave(user, "2026-11-23", "2026-11-25", substitute=substitute)
	with speaking("de"):
		substitution.run()
	assert "back on" in doc.reload().events[-1].note
	with speaking("fr"), clock_at("2026-11-26 09:30"):
		substitution.run()
	assert doc.reload().events[-1].note.endswith(": back again")


def test_who_names_a_substitute_hears_what_cannot_go_there_and_the_substitute_hears_it(make_user, leave):
	user, alike = (make_user("Frontline Staff") for _number in range(2))
	other = make_user("Account Manager", first_name="Tom", last_name="Brandt")
	frappe.clear_messages()
	leave(user, "2026-12-07", "2026-12-11", substitute=alike)
	assert frappe.get_message_log() == []
	absence = leave(user, "2026-12-14", "2026-12-18", substitute=other)
	(said,) = frappe.get_message_log()
	assert "Tom Brandt" in said["message"] and INQUIRY in said["message"]
	for substitute in (alike, other):
		(subject,) = frappe.get_all(
			"Notification Log", {"for_user": substitute, "document_type": "Staff Absence"}, pluck="subject"
		)
		assert subject.startswith("You substitute for ")
	absence.until_noon = 1
	frappe.clear_messages()
	absence.save(ignore_permissions=True)
	assert frappe.get_message_log() == []
	assert frappe.db.count("Notification Log", {"for_user": other, "document_type": "Staff Absence"}) == 1


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("who", ["user", "substitute"])
@pytest.mark.parametrize("dealt_with", [False, True])
def test_it_does_not_matter_if_a_user_is_renamed_meanwhile(
	make_user, leave, log, clock_at, who, merge, dealt_with
):
	users = {each: make_user("Frontline Staff") for each in ("user", "substitute")}
	doc = inquiry(log, users["user"])
	leave(users["user"], "2026-11-23", "2026-11-25", substitute=users["substitute"])
	substitution.run()
	doc.reload()
	assert doc.responsible_staff == users["substitute"]
	if dealt_with:
		doc.record("Acknowledged", by=users["substitute"])
	former = users[who]
	users[who] = make_user("Frontline Staff") if merge else f"renamed-{former}"
	frappe.rename_doc("User", former, users[who], force=True, show_alert=False, merge=merge)
	with clock_at("2026-11-26 09:30"):
		substitution.run()
	doc.reload()
	stays = users["substitute" if dealt_with else "user"]
	assert (doc.responsible_staff, doc.substituting_for) == (stays, None)


def test_what_was_handed_over_before_the_key_is_marked(make_user, leave, log):
	user, substitute = (make_user("Frontline Staff") for _number in range(2))
	doc = inquiry(log, user)
	leave(user, "2026-11-23", "2026-11-25", substitute=substitute)
	substitution.run()
	handed_over = doc.reload().events[-1].name
	frappe.db.set_value("Interaction Event", handed_over, "action_key", None)
	mark_handovers.execute()
	assert frappe.db.get_value("Interaction Event", handed_over, "action_key") == "handed over"


def test_another_substitute_gets_what_the_first_one_has_not_touched(make_user, leave, log, clock_at):
	user, first, second = (make_user("Frontline Staff") for _number in range(3))
	untouched, touched = inquiry(log, user), inquiry(log, user)
	absence = leave(user, "2026-11-23", "2026-11-25", substitute=first)
	substitution.run()
	touched.reload()
	touched.append_event("Contacted", "2026-11-23 10:00", by=first)
	touched.save_by_app()
	absence.substitute = second
	absence.save(ignore_permissions=True)
	for _again in range(2):
		substitution.run()
	found = [(doc.reload().responsible_staff, doc.substituting_for) for doc in (untouched, touched)]
	assert found == [(second, user), (first, user)]
	with clock_at("2026-11-26 09:30"):
		substitution.run()
	found = [(doc.reload().responsible_staff, doc.substituting_for) for doc in (untouched, touched)]
	assert found == [(user, None), (first, None)]


def test_a_substitute_hears_of_other_days_and_of_the_end(make_user, leave):
	user, first, second = (make_user("Frontline Staff") for _number in range(3))

	def heard(person):
		told = frappe.get_all(
			"Notification Log",
			{"for_user": person, "document_type": "Staff Absence"},
			pluck="subject",
			order_by="creation asc",
		)
		frappe.db.delete("Notification Log", {"for_user": person})
		return [each.partition(frappe.utils.get_fullname(user)) for each in told]

	def change(**values):
		absence.update(values).save(ignore_permissions=True)

	absence = leave(user, "2026-11-23", "2026-11-27", substitute=first)
	heard(first)
	change(until_noon=1)
	assert heard(first) == []
	change(to_date="2026-12-04")
	assert [each[2] for each in heard(first)] == [" from 23.11.2026 to 04.12.2026"]
	change(substitute=second)
	(ended,) = heard(first)
	assert ended[0] + ended[2] == "You do not substitute for  any more"
	assert len(heard(second)) == 1
	change(from_date="2026-11-20", to_date="2026-11-22")
	assert [each[2] for each in heard(second)] == [" any more"], "back before the time"
	change(to_date="2026-11-27")
	heard(second)
	absence.delete(ignore_permissions=True)
	assert [each[2] for each in heard(second)] == [" any more"]
	assert (heard(first), heard(user)) == ([], [])


def test_it_stays_where_a_person_put_it(make_user, leave, log, clock_at):
	user, substitute, third = (make_user("Frontline Staff") for _number in range(3))
	doc = inquiry(log, user)
	leave(user, "2026-11-23", "2026-11-25", substitute=substitute)
	substitution.run()
	doc.reload()
	doc.responsible_staff = third
	doc.save(ignore_permissions=True)
	with clock_at("2026-11-26 09:30"):
		substitution.run()
	doc.reload()
	assert (doc.responsible_staff, doc.substituting_for) == (third, None)


@pytest.mark.parametrize("dealt_with", [False, True])
@pytest.mark.parametrize("disabled", [False, True])
def test_what_a_substitute_cannot_keep_comes_back_all_the_same(
	make_user, as_user, leave, log, clock_at, set_settings, disabled, dealt_with
):
	"""By a disabled login, or by a version of the matrix or a role that makes someone else responsible: the manager role only stands in."""
	set_settings(responsible_party_mode="Enforce")
	user, substitute = make_user("Frontline Staff"), make_user("Frontline Staff", "Account Manager")
	manager, admin = make_user("Customer Support Manager"), make_user("System Manager")
	doc = inquiry(log, user)
	leave(user, "2026-11-23", "2026-11-25", substitute=substitute)
	substitution.run()
	if disabled:
		frappe.db.set_value("User", substitute, "enabled", 0)
	else:
		frappe.get_doc("User", substitute).remove_roles("Frontline Staff")
	frappe.clear_cache(user=substitute)
	with as_user(admin):  # the job runs in the name of who changed the user
		assert reassignment.hand_over(substitute) == 1
	for _again in range(2):
		substitution.run()
		doc.reload()
		assert (doc.responsible_staff, doc.substituting_for) == (manager, user)
	if dealt_with:
		doc.record("Acknowledged", by=manager)
	with clock_at("2026-11-26 09:30"):
		substitution.run()
	doc.reload()
	assert (doc.responsible_staff, doc.substituting_for) == (manager if dealt_with else user, None)


def test_a_substitute_who_is_away_or_has_no_clearance_is_passed_over(make_user, leave, log):
	user, away, last = (make_user("Frontline Staff") for _number in range(3))
	outsider = make_user("Sales User")
	doc = inquiry(log, user)
	leave(user, "2026-11-23", "2026-11-25", substitute=away)
	leave(away, "2026-11-23", "2026-11-25", substitute=outsider)
	leave(outsider, "2026-11-01", "2026-11-02", substitute=user)
	substitution.run()
	doc.reload()
	assert doc.responsible_staff == last, "whose turn it is"


@pytest.mark.parametrize(
	("event", "by", "touched"),
	[
		("Only Thanks", "Administrator", False),
		("Bounced", "Administrator", False),
		("Resumed", "Administrator", False),
		("Rated", "Guest", False),
		("Received", "client", False),  # in the portal
		("Received", "Administrator", False),
		("Contacted", "substitute", True),
		("Access Requested", "other", True),
		("Contacted", "user", False),
	],
)
def test_what_staff_have_done_counts_and_nothing_else(make_user, leave, log, clock_at, event, by, touched):
	people = {name: make_user("Frontline Staff") for name in ("user", "substitute", "other")}
	people["client"] = make_user()
	frappe.db.set_value("User", people["client"], "user_type", "Website User")
	doc = inquiry(log, people["user"])
	leave(people["user"], "2026-11-23", "2026-11-25", substitute=people["substitute"])
	substitution.run()
	doc.reload()
	doc.append_event(event, "2026-11-24 10:00", by=people.get(by, by))
	doc.save_by_app()
	with clock_at("2026-11-26 09:30"):
		substitution.run()
	doc.reload()
	assert doc.responsible_staff == people["substitute" if touched else "user"]


def test_only_who_needs_to_know_is_handed_over_to(make_user, as_user, leave, log, set_settings):
	set_settings(responsible_party_mode="Off")
	user, holder = (make_user("Frontline Staff") for _number in range(2))
	manager = make_user("Customer Support Manager")
	cleared = make_user("Customer Support")
	ours, theirs = inquiry(log, user), inquiry(log, user)
	assert assignment.is_cleared(cleared, ours.confidentiality_level)
	with as_user(manager):
		absence = frappe.get_doc(
			{
				"doctype": "Staff Absence",
				"user": user,
				"from_date": "2026-11-23",
				"to_date": "2026-11-25",
				"substitute": cleared,
			}
		).insert()
	substitution.run()
	ours.reload()
	assert ours.responsible_staff == holder, "a manager named someone without the role"
	ours.db_set({"responsible_staff": user, "substituting_for": None})
	with as_user(user):
		frappe.get_doc("Staff Absence", absence.name).save()
	substitution.run()
	for doc in (ours, theirs):
		doc.reload()
	assert ours.responsible_staff == cleared, "the user confirmed the substitute"
	assert f"named by {user}" in ours.events[-1].note


def test_no_one_names_themselves_for_a_colleague(make_user, as_user):
	user, manager = make_user("Frontline Staff"), make_user("Customer Support Manager", "Frontline Staff")
	fields = {"doctype": "Staff Absence", "from_date": "2026-12-01", "to_date": "2026-12-02"}
	with as_user(manager):
		with pytest.raises(frappe.ValidationError, match="name yourself"):
			frappe.get_doc({**fields, "user": user, "substitute": manager}).insert()
		absence = frappe.get_doc({**fields, "user": user}).insert()
		absence.substitute = manager
		with pytest.raises(frappe.ValidationError, match="name yourself"):
			absence.save()
	with as_user(user):
		absence = frappe.get_doc("Staff Absence", absence.name)
		absence.substitute = manager
		absence.save()
	with as_user(manager):
		absence = frappe.get_doc("Staff Absence", absence.name)
		absence.to_date = "2026-12-03"
		absence.save()  # who was named by the colleague can change the days


def test_the_chain_of_substitutes_is_asked_for_once(make_user, leave, log):
	user, substitute = (make_user("Frontline Staff") for _number in range(2))
	for _number in range(3):
		inquiry(log, user)
	leave(user, "2026-11-23", "2026-11-25", substitute=substitute)
	with mock.patch.object(absences, "substitute", wraps=absences.substitute) as asked:
		substitution.run()
	assert asked.call_count == 2
	assert frappe.db.count(INTERACTION, {"responsible_staff": substitute}) == 3


def test_saved_absences_share_a_job(make_user, leave):
	with mock.patch("frappe.enqueue") as enqueue:
		leave(make_user("Frontline Staff"), "2026-11-23", "2026-11-25")
	(call,) = (each for each in enqueue.call_args_list if each.args[:1] == (substitution.run,))
	assert call.kwargs["job_id"] and call.kwargs["deduplicate"]


def test_without_anyone_it_stays(make_user, leave, log):
	user = make_user("Frontline Staff")
	doc = inquiry(log, user)
	leave(user, "2026-11-23", "2026-11-25")
	substitution.run()
	doc.reload()
	assert doc.responsible_staff == user and not doc.substituting_for


# --- the absence itself ------------------------------------------------------------------------------


def test_users_enter_their_own_and_managers_anyones(make_user, as_user, leave):
	user, other, manager = (
		make_user("Frontline Staff"),
		make_user("Frontline Staff"),
		make_user("Customer Support Manager"),
	)
	with as_user(user):
		own = frappe.get_doc(
			{"doctype": "Staff Absence", "user": user, "from_date": "2026-12-01", "to_date": "2026-12-02"}
		).insert()
		with pytest.raises(frappe.PermissionError, match="own absences"):
			frappe.get_doc({**own.as_dict(), "name": None, "user": other}).insert()
	with as_user(other):
		assert frappe.has_permission("Staff Absence", "read", own.name), "everyone can see who is away"
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc("Staff Absence", own.name).save()
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc("Staff Absence", own.name)
	with as_user(manager):
		frappe.get_doc({**own.as_dict(), "name": None, "user": other}).insert()


@pytest.mark.parametrize(
	"fields, said",
	[
		({"to_date": "2026-11-30"}, "on or after"),
		({"to_date": "2036-11-30"}, "on or after"),
		({"from_noon": 1, "until_noon": 1}, "not both"),
		({"substitute": "Administrator", "user": "Administrator"}, "themselves"),
	],
)
def test_impossible_absences_are_refused(fields, said):
	with pytest.raises(frappe.ValidationError, match=said):
		frappe.get_doc(
			{
				"doctype": "Staff Absence",
				"user": "Administrator",
				"from_date": "2026-12-01",
				"to_date": "2026-12-01",
				**fields,
			}
		).insert()


def test_an_acknowledgement_can_name_the_day(make_user, leave, log):
	user = make_user("Frontline Staff")
	doc = inquiry(log, user)
	text = frappe.get_doc(
		{
			"doctype": "Email Template",
			"name": "Away",
			"subject": "Received",
			"response": "<p>Back: {{ responsible_back_on or 'here' }}</p>",
		}
	).insert()
	template = frappe.get_doc(
		{
			"doctype": "Communication Template",
			"template_name": "Away",
			"email_template": text.name,
			"language": "en",
			"highest_level": "Sensitive",
			"is_acknowledgement": 1,
		}
	).insert()
	assert templates.BACK_ON in template.known_placeholders(text)
	assert "here" in acknowledgement.written(template.name, doc)["content"]
	leave(user, "2026-11-23", "2026-11-25")
	assert "Thursday, 26 November 2026" in acknowledgement.written(template.name, doc)["content"]
