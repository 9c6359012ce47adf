"""What people owe clients, who sees it, and how promptly things are logged (C-3, C-4, F-2, D-1)."""

import datetime

import frappe
import pytest
from frappe.desk import query_report
from frappe.desk.desktop import get_desktop_page
from frappe.desk.doctype.number_card import number_card

from client_comms import api, clock
from client_comms.client_interactions import daily_digest, figures, form_data, owed
from client_comms.client_interactions.report.owed_today import owed_today as owed_report
from client_comms.client_interactions.report.team_board import team_board
from client_comms.setup import workspace_block

pytestmark = pytest.mark.clause("C-3", "C-4", "F-2", "D-1")

MONDAY = "2026-11-23 10:00"  # acknowledged by Tuesday 17:00, answered by Wednesday 17:00


@pytest.fixture(autouse=True)
def calendar(set_calendar):
	set_calendar(["09:00-17:00"])


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", "Sales User")


def at(moment):
	return datetime.datetime.fromisoformat(moment)


def whats(items):
	return [item.what for item in items]


def test_owed_today_is_what_is_due_by_the_end_of_the_day_and_what_is_overdue(
	inquiry, frontline, clock_at, as_user
):
	name = inquiry(responsible_staff=frontline).name
	with as_user(frontline):
		with clock_at("2026-11-23 12:00"):
			assert not owed.owed(frontline, clock.end_of("2026-11-23"))
		with clock_at("2026-11-24 12:00"):
			items = owed.owed(frontline, clock.end_of("2026-11-24"))
			assert [(item.what, item.due, item.interaction.name) for item in items] == [
				(owed.ACKNOWLEDGEMENT, at("2026-11-24 17:00:00"), name)
			]
			assert not owed.is_late(items[0])
			assert whats(owed.owed(frontline)) == [owed.ACKNOWLEDGEMENT, owed.ANSWER]
		with clock_at("2026-11-24 18:00"):
			assert owed.is_late(owed.owed(frontline)[0])


@pytest.mark.parametrize(
	("zone", "logged", "morning", "today"),
	[
		# Due on Tuesday at 17:00 there, which is on Wednesday at 02:00 here, and on Tuesday at 05:00.
		("America/Los_Angeles", "2026-11-23 19:00", "2026-11-24 18:00", "2026-11-24"),
		("Pacific/Auckland", "2026-11-22 22:00", "2026-11-23 21:00", "2026-11-24"),
	],
)
def test_today_is_the_day_where_business_is(
	zone, logged, morning, today, inquiry, frontline, clock_at, as_user, business_in
):
	"""Everywhere: the digest of that morning would otherwise say that nothing is owed."""
	business_in(zone)
	item = {"description": "Call back", "assigned_to": frontline, "due_on": today}
	inquiry(at=logged, responsible_staff=frontline, action_items=[item])
	with clock_at(morning), as_user(frontline):
		work = owed.work(frontline)
		assert len(work["today"]["rows"]) == 2 and not work["late"]["rows"]
		assert figures.card_due_today()["value"] == 1
		board = (row for row in team_board.execute({})[1] if not row["indent"])
		(mine,) = (row for row in board if frontline in frappe.as_json(row["drill"]))
		assert (mine["due_today"], mine["due_tomorrow"]) == (1, 0)
		assert len(owed_report.execute({"staff": frontline, "until": today})[1]) == 2
		subscription = frappe.get_doc("Digest Subscription", daily_digest.subscription_of(frontline))
		assert len(daily_digest.contents(subscription)["own"]) == 2


def test_a_promise_is_owed_and_a_pause_owes_nothing(inquiry, frontline, clock_at, as_user):
	doc = inquiry(responsible_staff=frontline)
	with clock_at("2026-11-23 11:00"), as_user(frontline):
		api.promise(doc.name, "2026-11-27 12:00")
		assert whats(owed.owed(frontline)) == [owed.PROMISED_ANSWER]
		api.pause(doc.name)
		assert not owed.owed(frontline)


def test_of_what_waits_for_clients_a_few_are_read_and_the_others_counted(
	inquiry, frontline, as_user, monkeypatch
):
	for _each in range(4):
		inquiry(responsible_staff=frontline).record("Paused")
	monkeypatch.setattr(owed, "SHOWN", 2)
	read = []
	get_list = frappe.get_list

	def counted(*args, **filters):
		found = get_list(*args, **filters)
		read.append(len(found) if found and isinstance(found[0], dict) else 0)
		return found

	with as_user(frontline):
		monkeypatch.setattr(frappe, "get_list", counted)
		waiting = owed.work(frontline)["waiting"]
		monkeypatch.setattr(frappe, "get_list", get_list)
	assert (len(waiting["rows"]), waiting["more"], max(read)) == (2, 2, 2)


def test_action_items_are_owed_by_whom_they_are_assigned_to(inquiry, frontline, make_user, clock_at, as_user):
	helper = make_user("Frontline Staff")
	doc = inquiry(
		responsible_staff=frontline,
		action_items=[
			{"description": "Send the brochure", "assigned_to": helper, "due_on": "2026-11-24"},
			{"description": "Some day", "assigned_to": helper},
		],
	)
	with clock_at("2026-11-24 12:00"), as_user(helper):
		items = owed.owed(helper, clock.end_of("2026-11-24"))
		assert [(item.what, item.subject, item.due) for item in items] == [
			(owed.ITEM, "Send the brochure", at("2026-11-24 23:59:59"))
		]
		assert not owed.is_late(items[0])
		undated = owed.work(helper)["undated"]
		assert [(row["subject"], row["what"], row["due"]) for row in undated["rows"]] == [
			("Some day", ["Action Item"], None)
		]
	doc.reload()
	doc.action_items[0].status = "Closed"
	doc.save()
	with as_user(helper):
		assert not owed.owed(helper)


def test_items_of_hidden_records_are_hidden(inquiry, frontline, agent, clock_at, as_user):
	inquiry(responsible_staff=frontline)
	complaint = inquiry(
		"Feedback/Complaint",
		responsible_staff=agent,
		action_items=[{"description": "Call back", "assigned_to": agent, "due_on": "2026-11-24"}],
	)
	with clock_at("2026-11-25 12:00"):
		with as_user(agent):
			assert {item.interaction.name for item in owed.owed(agent)} == {complaint.name}
			assert whats(owed.owed(agent)).count(owed.ITEM) == 1
		with as_user(frontline):
			assert complaint.name not in {item.interaction.name for item in owed.owed()}
			assert not owed.owed(agent)
			assert not [
				row
				for row in query_report.run("Owed Today", filters={"staff": agent})["result"]
				if isinstance(row, dict)
			]


def key(item):
	return item.due, item.interaction.name, item.what, item.subject


def test_the_most_urgent_are_found_among_hidden_ones(
	inquiry, frontline, agent, clock_at, as_user, monkeypatch
):
	"""Of what is asked for, items of interactions that the user cannot read are not counted."""
	for day in range(24, 28):
		due = {"assigned_to": frontline, "due_on": f"2026-11-{day}"}
		hidden = [{"description": "Hidden", **due, "assigned_to": agent}]
		inquiry("Feedback/Complaint", responsible_staff=agent, action_items=hidden)
		inquiry(responsible_staff=frontline, action_items=[{"description": f"Item of {day}", **due}])
	with clock_at("2026-11-26 12:00"), as_user(frontline):
		whole = owed.owed()
		assert len(whole) > 8 and {owed.ITEM, owed.ANSWER} <= set(whats(whole))
		assert "Hidden" not in {item.subject for item in whole}
		for most in range(1, len(whole) + 2):
			found = owed.owed(most=most)
			assert [item.due for item in found] == [item.due for item in whole[:most]]
			assert {key(item) for item in found} <= {key(item) for item in whole}
		monkeypatch.setattr(owed, "MOST", 3)
		_columns, rows, message = owed_report.execute()
		assert len(rows) == 3 and "The 3 most urgent are shown" in message
		own = api.owed_today()
		assert own["uncounted"] and len(own["items"]) + own["more"] <= 3 + 1
		monkeypatch.setattr(owed, "MOST", len(whole))
		_columns, rows, message = owed_report.execute()
		assert len(rows) == len(whole) and "most urgent" not in message


def test_content_that_may_not_be_emailed_is_told_apart(inquiry, agent, clock_at, as_user, set_clearance):
	set_clearance("Sensitive", "Customer Support", can_email=0)
	complaint = inquiry("Feedback/Complaint", responsible_staff=agent)
	with clock_at("2026-11-24 12:00"), as_user(agent):
		items = owed.owed(agent)
		assert {item.interaction.name for item in items} == {complaint.name}
		assert not owed.emailable(items)


def test_the_report_shows_what_is_overdue(inquiry, frontline, clock_at, as_user):
	name = inquiry(responsible_staff=frontline).name
	with clock_at("2026-11-24 18:00:30"), as_user(frontline):
		result = query_report.run("Owed Today", filters={"staff": frontline, "until": "2026-11-24"})["result"]
	assert [(row["interaction"], row["what"], row["late"], row["words"]) for row in result] == [
		(name, "Acknowledgement", True, "Tue 17:00, 1 hour late")
	]


def test_a_deadline_has_the_same_words_everywhere(inquiry, frontline, clock_at, as_user):
	doc = inquiry(responsible_staff=frontline)
	words = "Tue 17:00, 1 hour late"
	with clock_at("2026-11-24 18:00"), as_user(frontline):
		form_data.show(doc)
		subscription = frappe._dict(user=frontline, own_items=1)
		assert {
			"form": doc.get_onload("owed")[0]["words"],
			"list": api.deadline_words([doc.name])[doc.name],
			"banner": api.open_interactions(doc.party_type, doc.party)[0].owed[0]["words"],
			"workspace": api.owed_today()["items"][0]["words"],
			"work": api.owed_work()["late"]["rows"][0]["words"],
			"report": owed_report.execute({"staff": frontline})[1][0]["words"],
			"board": team_board.execute({"responsible_staff": frontline})[1][1]["words"],
			"digest": daily_digest.contents(subscription)["own"][0]["due"],
		} == dict.fromkeys(
			("form", "list", "banner", "workspace", "work", "report", "board", "digest"), words
		)


def test_a_list_gets_words_for_what_its_reader_may_see_and_whose_clocks_run(
	inquiry, frontline, agent, clock_at, as_user
):
	shown, paused = (inquiry(responsible_staff=frontline).name for _each in range(2))
	complaint = inquiry("Feedback/Complaint", responsible_staff=agent).name
	with clock_at("2026-11-24 18:00"), as_user(frontline):
		api.pause(paused)
		assert list(api.deadline_words([shown, paused, complaint])) == [shown]
		assert api.deadline_words([]) == {}


def test_the_workspace_block_shows_the_eight_most_urgent(inquiry, frontline, clock_at, as_user):
	for number in range(9):
		inquiry(responsible_staff=frontline, subject=f"Question {number}")
	with clock_at("2026-11-24 12:00"), as_user(frontline):
		shown = api.owed_today()
	assert len(shown["items"]) == 8
	assert shown["more"] == 1
	assert shown["items"][0]["client"] == "Anna Client"


def test_the_workspace_gets_its_block_beside_the_figures(frontline, as_user, clock_at, monkeypatch):
	monkeypatch.setattr(frappe.local, "response", frappe._dict())
	with (
		as_user(frontline),
		clock_at("2026-11-24 12:00"),
	):  # figures name the second at which they were asked for
		shown = api.workspace_block()
		page = get_desktop_page(frappe.as_json(workspace_block.WORKSPACE))
		assert shown == {**api.owed_today(), "page": page}
	assert [row.custom_block_name for row in page["custom_blocks"]["items"]] == [workspace_block.NAME]
	assert [doc.name for doc in frappe.response.docs] == [workspace_block.NAME]
	assert "docinfo" not in frappe.response


def figures_of(user, as_user):
	with as_user(user):
		return {each["label"]: (each["count"], each["more"]) for each in api.owed_today()["figures"]}


def test_the_workspace_counts_what_its_reader_may_see(
	inquiry, frontline, agent, clock_at, as_user, monkeypatch
):
	with clock_at("2026-11-24 18:00"):
		before = figures_of(frontline, as_user)
	inquiry("Feedback/Complaint", responsible_staff=agent)
	with clock_at("2026-11-24 18:00"):
		assert figures_of(frontline, as_user) == before
	inquiry(responsible_staff=frontline)
	with clock_at("2026-11-24 18:00"):
		after = figures_of(frontline, as_user)
	grown = {label for label, (count, _more) in after.items() if count == before[label][0] + 1}
	assert grown == {"Open Interactions", "Overdue Interactions"}
	inquiry(responsible_staff=frontline)
	monkeypatch.setattr(figures, "MANY", 1)
	assert figures_of(frontline, as_user)["Open Interactions"] == (1, True)


def test_due_today_is_what_can_still_be_met_on_the_card_as_on_the_workspace(
	inquiry, frontline, clock_at, as_user
):
	label = "Interactions Due Today"
	moments = ("2026-11-24 09:00:00", "2026-11-24 17:00:00", "2026-11-24 23:59:59", "2026-11-25 00:00:00")
	names = [inquiry(responsible_staff=frontline).name for _moment in moments]
	for name, moment in zip(names, moments, strict=True):
		frappe.db.set_value(
			owed.INTERACTION, name, {"next_deadline": moment, "clock_state": "Running", "status": "Open"}
		)
	card = frappe.get_doc("Number Card", label)
	with clock_at("2026-11-24 12:00"), as_user(frontline):
		counted = number_of(card)
		(figure,) = [each for each in figures.of_workspace() if each["label"] == label]
		shown = [figure["filters"]]
		if card.method:
			shown.append(frappe.call(card.method)["route_options"])
		for filters in shown:
			conditions = [[owed.INTERACTION, *each] for each in conditions_of(filters)]
			listed = frappe.get_list(owed.INTERACTION, conditions, pluck="name", limit=0)
			assert {*listed} & {*names} == {*names[1:3]}
			assert len(listed) == counted == figure["count"]


def number_of(card):
	"""As Frappe's dashboards ask for it."""
	if card.type == "Custom":
		return frappe.call(card.method, filters=card.filters_json)["value"]
	return number_card.get_result(card.as_json(), card.filters_json)


def conditions_of(route_options):
	"""As Frappe's lists read the options of a route: several conditions on a field are a list of texts, and a period is of whole days."""
	for field, value in route_options.items():
		if isinstance(value, list):
			yield from ([field, *frappe.parse_json(each)] for each in value)
		elif isinstance(value, tuple) and value[0] == "between":
			yield [field, "between", [str(each)[:10] for each in value[1]]]
		else:
			yield [field, *(value if isinstance(value, tuple) else ("=", value))]


# The banner on ERPNext's forms


def test_the_banner_names_what_the_reader_may_see_and_nothing_else(
	inquiry, frontline, agent, make_user, clock_at, as_user
):
	standard = inquiry(responsible_staff=frontline)
	complaint = inquiry("Feedback/Complaint", responsible_staff=agent)
	with clock_at("2026-11-23 12:00"):
		with as_user(frontline):
			seen = api.open_interactions("Customer", "Anna Client")
			assert [row.name for row in seen] == [standard.name]
			assert seen[0].responsible_name == "Frontline Staff Sales User"
		with as_user(make_user("Customer Support Manager", "Sales User")):
			both = {row.name for row in api.open_interactions("Customer", "Anna Client")}
			assert both == {standard.name, complaint.name}
		with as_user(make_user("Sales User")):
			assert api.open_interactions("Customer", "Anna Client") == []
		with as_user(make_user("Frontline Staff")), pytest.raises(frappe.PermissionError):
			api.open_interactions("Customer", "Anna Client")  # reads no Customer


def test_the_banner_leaves_out_what_is_settled_and_puts_what_is_paused_last(
	inquiry, frontline, clock_at, as_user
):
	answered, paused, running = (inquiry(responsible_staff=frontline).name for _ in range(3))
	with clock_at("2026-11-23 11:00"), as_user(frontline):
		api.answer(answered)
		api.pause(paused)
		assert [row.name for row in api.open_interactions("Customer", "Anna Client")] == [running, paused]


def test_the_banner_of_an_issue_is_about_that_issue(inquiry, make_user, clock_at, as_user):
	issue = frappe.get_doc(
		{"doctype": "Issue", "subject": "Broken", "raised_by": "x@nowhere.example"}
	).insert()
	staff = make_user("Frontline Staff", "Support Team")
	about = inquiry(responsible_staff=staff, reference_doctype="Issue", reference_name=issue.name)
	inquiry(responsible_staff=staff)
	with clock_at("2026-11-23 12:00"), as_user(staff):
		assert about.name in {row.name for row in api.open_interactions("Issue", issue.name)}
		assert len(api.open_interactions("Issue", issue.name)) <= 2


# How promptly staff log (D-1)


@pytest.mark.parametrize(
	("logged_at", "late"),
	[("2026-11-23 17:30", 0), ("2026-11-24 09:30", 0), ("2026-11-24 10:30", 1), ("2026-11-30 09:00", 1)],
)
def test_what_is_logged_more_than_eight_working_hours_later_is_late(
	inquiry, frontline, clock_at, logged_at, late
):
	with clock_at(logged_at):
		doc = inquiry(at=logged_at, occurred_on=MONDAY, responsible_staff=frontline)
	assert doc.logged_by_hand == 1
	assert doc.logged_late == late


def test_users_who_log_late_are_told(inquiry, frontline):
	inquiry(at="2026-11-23 11:00", occurred_on=MONDAY, responsible_staff=frontline)
	assert not frappe.message_log
	inquiry(at="2026-11-25 11:00", occurred_on=MONDAY, responsible_staff=frontline)
	assert "working hours after the interaction" in str(frappe.message_log)


def test_lateness_is_measured_once_and_never_typed(inquiry, frontline, clock_at):
	doc = inquiry(at="2026-11-25 11:00", occurred_on=MONDAY, responsible_staff=frontline, logged_late=0)
	assert (doc.logged_late, doc.logged_after_seconds) == (1, 17 * 3600)
	with clock_at("2026-11-27 11:00"):
		doc.update({"logged_late": 0, "logged_after_seconds": 0, "subject": "Another"})
		doc.save()
	doc.reload()
	assert (doc.subject, doc.logged_late, doc.logged_after_seconds) == ("Another", 1, 17 * 3600)


def test_nothing_is_late_where_the_settings_say_never(inquiry, frontline, set_settings):
	set_settings(late_log_hours=0)
	assert not inquiry(at="2026-11-30 11:00", occurred_on=MONDAY, responsible_staff=frontline).logged_late


def test_what_arrives_automatically_is_never_late(log):
	assert not log(direction="Inbound", occurred_on="2026-01-02 10:00").logged_late


def test_late_logs_by_staff(inquiry, make_user, as_user, clock_at):
	logger = make_user("Frontline Staff", "Sales User")
	with as_user(logger):
		for logged_at in ("2026-11-23 11:00", "2026-11-23 12:00", "2026-11-25 10:00"):
			inquiry(at=logged_at, occurred_on=MONDAY, responsible_staff=logger)
	with clock_at("2026-11-26 12:00"), as_user(make_user("Customer Support Manager")):
		rows = query_report.run("Late Logs", filters={"staff": logger, "from_date": "2026-11-20"})["result"]
	assert [(r["staff"], r["logged"], r["late"], r["median"], r["longest"]) for r in rows] == [
		(logger, 3, 1, 2 * 3600, 16 * 3600)
	]
	assert round(rows[0]["share"]) == 33


def test_overdue_interactions_are_counted_with_an_index():
	figures._count({"next_deadline": ("<", "2026-11-24 18:00:00")})
	assert "ifnull" not in str(frappe.db.last_query).lower()
