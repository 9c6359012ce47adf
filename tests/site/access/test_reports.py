"""The reports count only what the user can read, and count it correctly (C-3, C-4, D-5, R-2).

The numbers are compared with a plain computation in Python over generated interactions, each checked with the
permission check on its document.
"""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from unittest import mock

import frappe
import pytest
from frappe.desk import query_report
from frappe.utils import get_datetime

from client_comms import clock, procedure
from client_comms.api import calendar as deadline_calendar
from client_comms.client_interactions import reporting
from client_comms.client_interactions.report.interaction_ageing import interaction_ageing
from client_comms.client_interactions.report.response_compliance import response_compliance, times
from client_comms.client_interactions.report.team_board import team_board
from client_comms.enforcement.doctypes import kanban_board
from client_comms.exceptions import ActionNotPossibleError, StatusFollowsEventsError
from client_comms.patches.v1_0 import measure_working_times
from client_comms.rules import response_clock as clocks

pytestmark = pytest.mark.clause("C-3", "C-4", "D-5", "R-2")

INTERACTION = "Client Interaction"
NOW = "2026-11-27 14:00"
FIELDS = {
	reporting.STAFF: "responsible_staff",
	reporting.TYPE: "communication_type",
	reporting.CHANNEL: "channel",
	reporting.COMPANY: "company",
}


@pytest.fixture
def users(make_user):
	return {
		"oversight": make_user(procedure.CUSTOMER_SUPPORT_MANAGER),
		"frontline": make_user(procedure.FRONTLINE_STAFF),
		"support": make_user(procedure.CUSTOMER_SUPPORT),
		"manager": make_user(procedure.ACCOUNT_MANAGER),
		"configurer": make_user(procedure.COMMUNICATIONS_MANAGER),
	}


@pytest.fixture
def interactions(site, set_calendar, clock_at, inquiry, users):
	"""Forty interactions of November with their events, by name: `(event, moment)` in order."""
	set_calendar(["09:00-17:00"])
	draw = random.Random(20261127)
	staff = {
		procedure.INITIAL_INQUIRY: users["frontline"],
		procedure.FEEDBACK: users["support"],
		procedure.SERVICE_UPDATE: users["manager"],
	}
	happened = {}
	for number in range(40):
		kind = draw.choice([*staff, procedure.INITIAL_INQUIRY, procedure.FEEDBACK])
		moment = datetime(2026, 11, 2) + timedelta(days=draw.randrange(24), minutes=draw.randrange(1440))
		doc = inquiry(
			kind,
			at=str(moment),
			channel=draw.choice(["Phone", "Email"]),
			responsible_staff=staff[kind],
			subject=f"Report {number}",
		)
		events = [(clocks.RECEIVED, moment)]
		for event in draw.choices(
			(
				clocks.ACKNOWLEDGED,
				clocks.PROMISED,
				clocks.PAUSED,
				clocks.RESUMED,
				clocks.ANSWERED,
				clocks.CLOSED,
			),
			k=draw.randrange(6),
		):
			moment += timedelta(minutes=draw.randrange(1, draw.choice((60, 1400, 6000))))
			if moment >= get_datetime(NOW):
				break
			until = moment + timedelta(days=draw.randrange(1, 4)) if event == clocks.PROMISED else None
			with clock_at(str(moment)):
				try:
					doc.record(event, at=moment, promised_until=until)
				except ActionNotPossibleError:
					continue
			events.append((event, moment))
		happened[doc.name] = events
	with clock_at(NOW):
		for name in happened:
			doc = frappe.get_doc(INTERACTION, name)
			doc.save_by_app()  # what the sweep would mark by now
		yield happened


def readable(user, names=None):
	"""Every interaction that the permission check lets `user` read, as a row."""
	rows = frappe.get_all(INTERACTION, {"name": ("in", names)} if names else {}, ["*"], order_by="name asc")
	return [row for row in rows if frappe.has_permission(INTERACTION, "read", doc=row.name, user=user)]


def working_minutes(since, until):
	"""Monday to Friday, 9 to 17, minute by minute."""
	count, moment = 0, since
	while moment < until:
		count += moment.weekday() < 5 and 9 <= moment.hour < 17
		moment += timedelta(minutes=1)
	return count


def took(events, ends):
	"""Seconds of working time from receipt to the first of `ends`, without pauses; None without any."""
	waited, paused, since = 0, None, events[0][1]
	for event, moment in events[1:]:
		if paused and event in (*ends, clocks.RESUMED, clocks.PROMISED, clocks.CLOSED):
			waited += working_minutes(paused, moment)
			paused = None
		if event == clocks.PAUSED:
			paused = moment
		if event in ends:
			return 60 * (working_minutes(since, moment) - waited)
	return None


def nearest_rank(values, tenths):
	values = sorted(values)
	return values[-(-tenths * len(values) // 10) - 1] if values else None


def expected(rows, happened):
	"""What the compliance report must say about these rows."""

	def number(**wanted):
		return sum(
			all(
				row[field] in (values if isinstance(values, set) else {values})
				for field, values in wanted.items()
			)
			for row in rows
		)

	promised = {status for status in clocks.UNMET} | {clocks.MET, clocks.MET_LATE}
	acknowledged = [
		took(happened[row.name], (clocks.ACKNOWLEDGED, clocks.PROMISED, clocks.ANSWERED))
		for row in rows
		if row.acknowledged_on
	]
	answered = [took(happened[row.name], (clocks.ANSWERED,)) for row in rows if row.answered_on]
	return {
		"interactions": len(rows),
		"owing": len(
			[r for r in rows if (r.acknowledge_status, r.respond_status) != (clocks.NOT_REQUIRED,) * 2]
		),
		"acknowledged_in_time": number(acknowledge_status=clocks.MET),
		"acknowledged_late": number(acknowledge_status=clocks.MET_LATE),
		"not_acknowledged": number(acknowledge_status=clocks.BREACHED),
		"answered_in_time": number(respond_status=clocks.MET, promise_status=clocks.NOT_REQUIRED),
		"promised_in_time": number(respond_status=clocks.MET, promise_status=promised),
		"answered_late": number(respond_status=clocks.MET_LATE),
		"not_answered": number(respond_status=clocks.BREACHED),
		"promises_kept": number(promise_status=clocks.MET),
		"promises_broken": number(promise_status={clocks.MET_LATE, clocks.BREACHED}),
		"missed_any": number(breached=1),
		"acknowledge_median": nearest_rank(acknowledged, 5),
		"acknowledge_p90": nearest_rank(acknowledged, 9),
		"answer_median": nearest_rank(answered, 5),
		"answer_p90": nearest_rank(answered, 9),
	}


def period(**filters):
	return {"party_type": "Customer", "party": "Anna Client", "from_date": "2026-11-01", **filters}


def test_compliance_is_what_a_plain_computation_says(interactions, users, as_user):
	for who in ("oversight", "frontline", "support", "manager"):
		rows = readable(users[who], list(interactions))
		whole = expected(rows, interactions)
		if who == "oversight":
			assert all(whole.values()), f"the generated month lacks a case: {whole}"
		for name, field in FIELDS.items():
			groups = defaultdict(list)
			for row in rows:
				groups[row[field]].append(row)
			with as_user(users[who]):
				*found, total = response_compliance.execute(period(group_by=name))[1]
			wanted = [expected(group, interactions) for group in groups.values()]
			assert sorted(map(str, map(pick, found))) == sorted(map(str, wanted)), (who, name)
			assert pick(total) == whole


@pytest.mark.parametrize("group_by", ["Responsible Staff", "Client", "Week"])
def test_times_are_the_same_in_parts_and_if_the_database_cuts_their_text_off(
	group_by, interactions, users, as_user, monkeypatch
):
	asked = period(group_by=group_by)
	asked.pop("from_date")  # so all from the first interaction on
	with as_user(users["oversight"]):
		before = response_compliance.execute(asked)[1]
		for setting, small in (("_AT_ONCE", 3), ("_TEXT", 256)):
			monkeypatch.setattr(times, setting, small)
			assert response_compliance.execute(asked)[1] == before
	assert before[-1]["answer_median"]


@pytest.mark.parametrize("name", list(reporting._KEYS))
def test_the_database_numbers_groups_as_python_does(name, interactions, log):
	log(channel="Phone", party_name="Jörg Weiß 😀", party=None, party_type=None)
	grouping = reporting.Grouping(name)
	# nosemgrep: frappe-sql-format-injection (columns of the report)
	rows = frappe.db.sql(f"select {grouping.number()}, {grouping.select()} from {reporting.TABLE}")
	assert len({number for number, *_key in rows}) >= (1 if name == reporting.COMPANY else 2)
	assert [number for number, *_key in rows] == [grouping.number_of(key) for _number, *key in rows]


@pytest.mark.parametrize("report", [response_compliance, interaction_ageing])
def test_groups_beyond_the_first_are_shown_as_one(report, interactions, users, as_user, monkeypatch):
	with as_user(users["oversight"]):
		_columns, every, message, *_rest = report.execute(period(group_by="Communication Type", days="1, 5"))
		assert len(every) >= 4 and "first" not in message
		monkeypatch.setattr(reporting, "MOST_GROUPS", 1)
		_columns, rows, message, *_rest = report.execute(period(group_by="Communication Type", days="1, 5"))
	*first, others, total = rows
	assert [row["group"] for row in first] == [row["group"] for row in every[:1]]
	assert first == every[:1] and total == every[-1]
	assert others["group"] == "All Others" and others["drill"] is None
	column = "interactions" if report is response_compliance else "total"
	assert others[column] == sum(row[column] for row in every[1:-1]) > 0
	assert "The first 1 are shown" in message


def pick(row):
	return {column: row.get(column) for column in expected([], {})}


def test_the_totals_of_someone_uncleared_are_theirs_alone(interactions, users, as_user):
	with as_user(users["frontline"]):
		rows = response_compliance.execute(period(group_by=reporting.TYPE))[1]
		board = interaction_ageing.execute(period(group_by=reporting.TYPE))[1]
	assert [row["group"] for row in rows] == [procedure.INITIAL_INQUIRY, "All"]
	assert {row["group"] for row in board} <= {procedure.INITIAL_INQUIRY, "All"}
	assert rows[0]["interactions"] == rows[1]["interactions"] < len(interactions)


def test_the_report_says_that_it_leaves_out_and_not_how_much(users, as_user):
	with as_user(users["frontline"]):
		for report in (response_compliance, interaction_ageing, team_board):
			message = report.execute(period())[2]
			assert (
				"Only interactions that you can read are counted; in a file that you export, those that you can export."
				in message
			)
			assert not any(character.isdigit() for character in message)


def test_user_permissions_hold_in_reports(site, log, users, as_user):
	log(subject="Here")
	with as_user(users["oversight"]):
		assert response_compliance.execute({})[1]
	other = site.get_doc(
		{
			"doctype": "Company",
			"company_name": "Elsewhere",
			"abbr": "ELSE",
			"default_currency": "EUR",
			"country": "Germany",
		}
	)
	other.db_insert()
	frappe.permissions.add_user_permission("Company", other.name, users["oversight"], ignore_permissions=True)
	with as_user(users["oversight"]):
		assert response_compliance.execute({})[1] == []
		assert team_board.execute({})[1] == []


def test_the_chart_shows_the_shares_and_the_target(interactions, users, as_user, set_settings):
	set_settings(target_share=80)
	with as_user(users["oversight"]):
		_columns, rows, _message, chart, summary = response_compliance.execute(
			period(group_by=reporting.WEEK)
		)
	(line,) = chart["data"]["yMarkers"]
	assert (line["value"], line["label"]) == (80, "Target: 80 %")
	shown = [row for row in rows[:-1] if row["group"] in chart["data"]["labels"]]
	acknowledged, replied = (each["values"] for each in chart["data"]["datasets"])
	assert acknowledged == [row["acknowledged_share"] or 0 for row in shown] and any(acknowledged)
	assert replied == [row["replied_share"] or 0 for row in shown] and any(replied)
	share = rows[-1]["acknowledged_share"]
	(card,) = [card for card in summary if card["label"] == "Acknowledged in Time"]
	assert card["indicator"] == ("Green" if share >= 80 else "Red")


def test_a_number_leads_to_the_list_of_what_it_counts(interactions, users, as_user):
	with as_user(users["support"]):
		for report, group_by in (
			(response_compliance, reporting.STAFF),
			(response_compliance, reporting.CLIENT),
			(response_compliance, reporting.WEEK),
			(interaction_ageing, reporting.STAFF),
		):
			columns, rows, *_rest = report.execute(period(group_by=group_by))
			for row in rows:
				for column in columns:
					if "drill" not in column:
						continue
					filters = [[INTERACTION, *each] for each in (*row["drill"], *column["drill"])]
					listed = frappe.get_list(INTERACTION, filters=filters, pluck="name", limit=0)
					assert len(listed) == row[column["fieldname"]], (row["group"], column["fieldname"])


def test_weeks_are_in_their_order_and_filters_narrow_the_report(interactions, users, as_user):
	with as_user(users["oversight"]):
		*weeks, _total = response_compliance.execute(period(group_by=reporting.WEEK))[1]
		asked = period(channel="Phone", communication_type=procedure.FEEDBACK, to_date="2026-11-15")
		rows = response_compliance.execute(asked)[1]
	everything = readable(users["oversight"], list(interactions))
	counted = defaultdict(int)
	for row in everything:
		counted[row.occurred_on.date() - timedelta(days=row.occurred_on.weekday())] += 1
	assert [row["interactions"] for row in weeks] == [counted[monday] for monday in sorted(counted)]
	wanted = [
		row
		for row in everything
		if row.channel == "Phone"
		and row.communication_type == procedure.FEEDBACK
		and row.occurred_on < datetime(2026, 11, 16)
	]
	assert rows[-1]["interactions"] == len(wanted) > 0


def test_ageing_is_what_a_plain_computation_says(interactions, users, as_user):
	with as_user(users["oversight"]):
		columns, rows, *_rest = interaction_ageing.execute(period(days="1, 5"))
	now, wanted = get_datetime(NOW), defaultdict(int)
	for row in readable(users["oversight"], list(interactions)):
		if row.status == clocks.STATUS_CLOSED:
			continue
		wanted["total"] += 1
		if row.clock_state != clocks.STATE_RUNNING:
			wanted["waiting" if row.clock_state == clocks.STATE_PAUSED else "nothing_owed"] += 1
			continue
		late = row.next_deadline < now
		days = working_minutes(*sorted((row.next_deadline, now))) / 480
		wanted[f"{'overdue' if late else 'due'}_{sum(days > each for each in (1, 5))}"] += 1
	counted = {c["fieldname"]: rows[-1][c["fieldname"]] for c in columns if c["fieldname"] != "group"}
	assert {column: count for column, count in counted.items() if count} == wanted
	assert sum(1 for column in wanted if column.startswith("overdue")) >= 2


def test_the_team_board_shows_unassigned_ones_then_who_is_most_behind(interactions, users, as_user, log):
	nobodys = log(
		subject="Nobody's", party_type="Customer", party="Anna Client", occurred_on="2026-11-26 10:00"
	)
	with as_user(users["oversight"]):
		rows = team_board.execute(period())[1]
	staff = [row for row in rows if not row["indent"]]
	assert staff[0]["group"] == "No one"
	assert rows[1]["name"] == nobodys.name
	overdue = [row["overdue"] for row in staff[1:]]
	assert overdue == sorted(overdue, reverse=True)
	assert any(overdue)
	shown = 0
	for row in rows:
		shown = shown + 1 if row["indent"] else 0
		assert shown <= 10
	late = [row for row in rows if row.get("late")]
	assert late
	for row in late:
		assert row["next_deadline"] < get_datetime(NOW)
		assert row["words"].endswith("late")

	with as_user(users["support"]):
		named = {row["name"] for row in team_board.execute(period())[1] if row["indent"]}
	assert named
	assert named <= {row.name for row in readable(users["support"])}


def test_the_team_board_shows_what_is_due_first_then_the_oldest(site, users, as_user, log):
	mine = {"responsible_staff": users["support"]}
	other = [
		("next_deadline", "2027-03-01 10:00:00"),
		("next_deadline", None),
		("next_deadline", "2027-02-01 10:00:00"),
	]
	logged = [
		log(subject=f"Board {number}", occurred_on=f"2026-11-{20 - number:02d} 10:00", **mine)
		for number in range(14)
	]
	for doc in logged:
		doc.db_set({"next_deadline": None, "clock_state": clocks.STATE_STOPPED, "status": clocks.STATUS_OPEN})
	for doc, (field, value) in zip(logged, other, strict=False):
		doc.db_set(field, value)
	logged[13].db_set("status", clocks.STATUS_CLOSED)
	logged[12].db_set("status", clocks.STATUS_ANSWERED)
	with as_user(users["oversight"]):
		rows = team_board.execute(mine)[1]
	named = [row["name"] for row in rows if row["indent"] and row["subject"].startswith("Board ")]
	assert named[:2] == [logged[2].name, logged[0].name]
	assert named[2:] == [doc.name for doc in reversed(logged[3:12])][: len(named) - 2]
	assert len(named) >= 5


def test_the_team_board_says_who_is_away(interactions, users, as_user):
	def presence():
		with as_user(users["oversight"]):
			staff = [row for row in team_board.execute(period())[1] if not row["indent"]]
		return {row["drill"][-1][2]: row["group"] for row in staff if row["group"] != "No one"}

	before = presence()
	user = sorted(before)[0]
	frappe.get_doc(
		{"doctype": "Staff Absence", "user": user, "from_date": NOW[:10], "to_date": NOW[:10]}
	).insert()
	after = presence()
	assert {name for name in before if after[name] != before[name]} == {user}
	assert after[user] == f"{before[user]}, back on Mon 30 Nov"


def test_who_reads_no_records_gets_no_report(users, as_user):
	with as_user(users["configurer"]):
		for report in (response_compliance, interaction_ageing, team_board):
			with pytest.raises(frappe.PermissionError):
				report.execute(period())
		with pytest.raises(Exception, match=r"permission|access"):
			query_report.run("Response Compliance", filters=period())


@pytest.mark.parametrize(
	("report", "filters", "message"),
	[
		(response_compliance, {"group_by": "Mood"}, "not grouped by"),
		(response_compliance, {"from_date": "2026-11-02", "to_date": "2026-11-01"}, "Choose a later end"),
		(interaction_ageing, {"days": "soon"}, "Enter them like 1, 5"),
		(interaction_ageing, {"days": "5, 1"}, "ascending order"),
	],
)
def test_bad_filters_are_refused_with_what_to_do(report, filters, message):
	with pytest.raises(frappe.ValidationError, match=message):
		report.execute(filters)


def test_what_was_measured_stays_and_the_patch_measures_what_was_not(interactions, set_calendar):
	fields = ["name", "acknowledge_working_seconds", "answered_on", "respond_working_seconds"]
	names = {"name": ("in", list(interactions))}
	measured = frappe.get_all(INTERACTION, names, fields, order_by="name asc")
	frappe.db.set_value(
		INTERACTION,
		names,
		{"acknowledge_working_seconds": 0, "answered_on": None, "respond_working_seconds": 0},
		update_modified=False,
	)
	with mock.patch.object(measure_working_times, "_CHUNK", 7):
		measure_working_times.execute()
	assert frappe.get_all(INTERACTION, names, fields, order_by="name asc") == measured

	set_calendar(["09:00-10:00"])
	for name in interactions:
		frappe.get_doc(INTERACTION, name).save_by_app()
	assert frappe.get_all(INTERACTION, names, fields, order_by="name asc") == measured


# --- where reports go ------------------------------------------------------------------------------


def test_an_emailed_report_is_computed_in_the_name_of_its_user(site, log, users):
	"""The scheduler is Administrator."""
	for kind in (procedure.INITIAL_INQUIRY, procedure.FEEDBACK):
		log(kind)
	report = site.get_doc(
		{
			"doctype": "Auto Email Report",
			"report": "Response Compliance",
			"report_type": "Script Report",
			"user": users["frontline"],
			"enabled": 1,
			"email_to": "somebody@example.com",
			"frequency": "Daily",
			"format": "CSV",
			"filters": frappe.as_json({"group_by": reporting.TYPE}),
		}
	)
	content = report.get_report_content()
	assert procedure.INITIAL_INQUIRY in content
	assert procedure.FEEDBACK not in content
	assert frappe.session.user == "Administrator"


@pytest.mark.parametrize("who", ["user", "owner", "modified_by"])
def test_an_emailed_report_on_other_documents_names_only_what_all_of_them_may_read(who, site, log, users):
	"""Its rows can name interactions, whatever DocType it is on; the scheduler is Administrator."""
	shown, hidden = log(procedure.INITIAL_INQUIRY), log(procedure.FEEDBACK)
	listing = site.get_doc(
		{
			"doctype": "Report",
			"report_name": "Interactions of users",
			"ref_doctype": "User",
			"report_type": "Query Report",
			"is_standard": "No",
			"query": "select name as 'Interaction:Link/Client Interaction:200' from `tabClient Interaction`",
		}
	).insert()
	people = dict.fromkeys(("user", "owner", "modified_by"), "Administrator")
	emailed = {"doctype": "Auto Email Report", "report": listing.name, "report_type": "Query Report"}
	emailed |= {"enabled": 1, "email_to": "somebody@example.com", "frequency": "Daily", "format": "CSV"}

	def content(**changed):
		return site.get_doc({**emailed, **people, **changed}).get_report_content()

	assert hidden.name in content()
	narrowed = content(**{who: users["frontline"]})
	assert shown.name in narrowed
	assert hidden.name not in narrowed


def test_the_calendar_shows_deadlines_that_the_user_may_read(interactions, users, as_user):
	with as_user(users["frontline"]):
		events = deadline_calendar.get_events(INTERACTION, "2026-11-23", "2026-12-01", filters="[]")
	wanted = {
		row.name
		for row in readable(users["frontline"])
		if row.next_deadline and datetime(2026, 11, 23) <= row.next_deadline < datetime(2026, 12, 1)
	}
	assert {event["name"] for event in events} == wanted
	assert wanted & set(interactions)
	assert all(event["overdue"] == (event["next_deadline"] < clock.now()) for event in events)


def test_cards_cannot_be_moved_and_the_board_names_none(log, users, as_user):
	from frappe.desk.doctype.kanban_board import kanban_board as frappe_board

	board = procedure.KANBAN_BOARD["kanban_board_name"]
	name = log(responsible_staff=users["oversight"]).name
	with as_user(users["oversight"]):
		with pytest.raises(StatusFollowsEventsError):
			kanban_board.update_order(board, frappe.as_json({"Closed": [name]}))
		kanban_board.update_order(board, frappe.as_json({"Open": [name]}))
		frappe_board.add_card(board, name, "Open")
	assert {column.order for column in frappe.get_doc("Kanban Board", board).columns} == {"[]"}
	assert frappe.db.get_value(INTERACTION, name, "status") == "Open"


def test_a_board_of_todos_names_none_about_a_hidden_record(log):
	def todo(**about):
		return frappe.get_doc({"doctype": "ToDo", "description": "Call", **about}).insert().name

	free = todo()
	hidden = todo(
		reference_type=INTERACTION,
		reference_name=log("Feedback/Complaint").name,
		allocated_to="Administrator",
	)
	board = frappe.get_doc(
		{
			"doctype": "Kanban Board",
			"kanban_board_name": "To-dos of all",
			"reference_doctype": "ToDo",
			"field_name": "status",
			"columns": [{"column_name": "Open"}],
		}
	).insert()
	board.columns[0].order = frappe.as_json([hidden, free])
	board.save()
	assert frappe.parse_json(board.reload().columns[0].order) == [free]


@pytest.mark.parametrize("cards", ["a text, not a list", [], ["CI-0000-00000"]])
def test_a_board_is_not_saved_for_cards_that_are_not_shown(cards, users, as_user):
	board = procedure.KANBAN_BOARD["kanban_board_name"]
	before = frappe.db.get_value("Kanban Board", board, "modified")
	with as_user(users["frontline"]):
		shown, moved = kanban_board.update_order(board, frappe.as_json({"Open": cards}))
	assert (shown.name, moved) == (board, [])
	assert frappe.db.get_value("Kanban Board", board, "modified") == before


@pytest.mark.parametrize(
	("report", "filters"),
	[
		("Channel Deviations", {"staff": "Guest"}),
		("Data Map", {"document_type": "Terminology Rule"}),
		("Disclosure Register", {"recipient": "no.such@address"}),
		("Interaction Ageing", {"responsible_staff": "Guest", "days": "1, 5"}),
		("Late Logs", {"staff": "Guest"}),
		("Owed Today", {"staff": "Guest"}),
		("Response Compliance", {"responsible_staff": "Guest"}),
		("Review Results", {"reviewed_user": "Guest"}),
		("Team Board", {"responsible_staff": "Guest"}),
		("Training Status", {"user": "Guest"}),
		("Unlogged Interactions", {"staff": "Guest"}),
		("Wording Findings", {"user": "Guest"}),
	],
)
def test_an_empty_report_says_why_and_what_to_do(site, report, filters):
	answer = query_report.run(report, filters=filters)
	assert [row for row in answer["result"] if isinstance(row, dict)] == []
	assert answer["message"].count(".") >= 2
