"""The actions on the response clocks, called by users and programs (C-3, C-4, M-1)."""

from unittest import mock

import frappe
import pytest
import requests
from frappe.utils import get_datetime

from client_comms import api
from client_comms.client_interactions import closing_checklist
from client_comms.client_interactions.report.response_compliance import response_compliance
from client_comms.exceptions import (
	ActionNotPossibleError,
	MissingDetailsError,
	MissingDocumentationError,
)
from client_comms.i18n import moment
from client_comms.scorecard.clauses import CLAUSES

pytestmark = pytest.mark.clause("C-3", "C-4", "M-1")

INTERACTION = "Client Interaction"
PASSWORD = "correct horse battery"


@pytest.fixture
def fiona(make_user):
	return make_user("Frontline Staff")


@pytest.fixture
def case(inquiry, fiona, set_calendar, set_settings):
	"""Fiona's inquiry of Monday 2026-11-23 10:00, to acknowledge by Tuesday and to answer by Wednesday 17:00."""
	set_calendar(["09:00-17:00"])
	set_settings(evidence_mode="Off")
	return inquiry(responsible_staff=fiona).name


@pytest.fixture
def act(clock_at, as_user, fiona):
	"""`act("answer", case, at="2026-11-23 12:00")` calls a method as Fiona."""

	def call(action, *args, at="2026-11-23 12:00", user=fiona, **kwargs):
		with clock_at(at), as_user(user):
			return getattr(api, action)(*args, **kwargs)

	return call


def refusal(error):
	"""The refusal as the user sees it, without markup."""
	return frappe.utils.strip_html(str(error.value))


# --- what the actions do ------------------------------------------------------------------------


def test_acknowledging_meets_the_first_clock_only(act, case):
	answer = act("acknowledge", case, "by phone")
	assert (answer["status"], answer["acknowledge_status"], answer["respond_status"]) == (
		"Acknowledged",
		"Met",
		"Running",
	)
	assert answer["acknowledged_on"] == "2026-11-23 12:00:00"
	assert answer["next_deadline"] == "2026-11-25 17:00:00"
	assert answer["events"][-1]["note"] == "by phone"


def test_who_acts_is_in_the_history(act, case, fiona):
	assert act("acknowledge", case)["events"][-1]["by_user"] == fiona


def test_promising_meets_the_answer_and_starts_the_promise(act, case):
	answer = act("promise", case, "2026-11-30 12:00:00")
	assert (answer["respond_status"], answer["promise_status"]) == ("Met", "Running")
	assert answer["promised_for"] == answer["next_deadline"] == "2026-11-30 12:00:00"


@pytest.mark.clause("C-4")
def test_another_promise_before_the_first_is_due_leaves_a_trace(act, case):
	act("promise", case, "2026-11-30 12:00:00")
	answer = act("promise", case, "2026-12-30 12:00:00")
	assert "Promised again instead of" in answer["events"][-1]["note"]
	answer = act("promise", case, "2027-01-30 12:00:00", "No parts")
	assert answer["events"][-1]["note"].endswith("replaced promises: 2: No parts")
	assert answer["replaced_promises"] == 2
	act("answer", case)
	assert frappe.db.get_value(INTERACTION, case, ["replaced_promises", "missed_deadlines"]) == (2, 0)
	found = next(each for each in CLAUSES["C-4"].figures if each.label == "Promised Again Before It Was Due")
	assert found.value(get_datetime("2026-11-23"), get_datetime("2026-11-24"))


@pytest.mark.clause("C-3")
def test_a_pause_before_receipt_is_acknowledged_without_a_reason_says_so(act, case):
	assert "without a reason" in act("pause", case)["events"][-1]["note"]
	act("resume", case)
	assert act("pause", case, "Asked for the drawings")["events"][-1]["note"] == "Asked for the drawings"
	act("resume", case)
	act("acknowledge", case)
	assert not act("pause", case)["events"][-1]["note"]


@pytest.mark.clause("C-3")
def test_what_owes_no_answer_is_acknowledged_before_it_is_closed(act, case):
	frappe.db.set_value(
		"Communication Matrix Rule", {"communication_type": "Initial Inquiry"}, "respond_within_days", 0
	)
	frappe.clear_cache(doctype="Communication Matrix")
	for name in frappe.get_all("Communication Matrix", pluck="name"):
		frappe.clear_document_cache("Communication Matrix", name)
	doc = frappe.get_doc(INTERACTION, case)
	assert "Closed" not in doc.possible_actions()
	doc.save_by_app()
	assert {"item": "acknowledgement", "done": False}.items() <= closing_checklist.items(doc)[0].items()
	with pytest.raises(ActionNotPossibleError, match="Acknowledge receipt first"):
		act("close", case)
	act("acknowledge", case)
	assert act("close", case)["status"] == "Closed"


@pytest.mark.clause("C-4")
def test_an_earlier_missed_deadline_stays_in_the_figures(act, case, clock_at):
	act("answer", case, at="2026-11-27 12:00")  # late
	with clock_at("2026-11-27 13:00"):
		frappe.get_doc(INTERACTION, case).record("Received")
	assert act("answer", case, at="2026-11-27 14:00")["respond_status"] == "Met"
	period = get_datetime("2026-11-23"), get_datetime("2026-11-24")
	(missed,) = [each for each in CLAUSES["C-4"].figures if each.label.startswith("Missed a Deadline")]
	assert missed in CLAUSES["C-3"].figures
	before = frappe.db.count(INTERACTION, {"occurred_on": ("between", period)})
	assert missed.value(*period) == round(100 / before, 1)
	*_rows, total = response_compliance.execute({"party_type": "Customer", "party": "Anna Client"})[1]
	assert (total["missed_any"], total["answered_late"], total["replied_share"]) == (1, 0, 100.0)


def test_the_chart_has_no_bar_for_what_was_not_judged(act, case):
	act("acknowledge", case, at="2026-11-23 11:00")
	_columns, _rows, _notice, chart, *_more = response_compliance.execute(
		{"party_type": "Customer", "party": "Anna Client"}
	)
	assert [each["values"] for each in chart["data"]["datasets"]] == [[100.0], [None]]


def test_answering_meets_every_clock(act, case):
	act("promise", case, "2026-11-30 12:00:00")
	answer = act("answer", case, at="2026-11-26 09:00")
	assert (answer["status"], answer["promise_status"], answer["clock_state"]) == (
		"Answered",
		"Met",
		"Stopped",
	)
	assert answer["next_deadline"] is None


def test_a_pause_keeps_the_remaining_working_time(act, case):
	paused = act("pause", case, at="2026-11-24 16:00")
	assert (paused["status"], paused["respond_status"], paused["next_deadline"]) == (
		"Waiting for Client",
		"Paused",
		None,
	)
	resumed = act("resume", case, at="2026-11-30 10:00")
	assert resumed["acknowledge_by"] == "2026-11-30 11:00:00"  # one hour was left
	assert resumed["respond_by"] == "2026-12-01 11:00:00"  # nine hours were left


def test_closing_and_reopening_owe_an_answer_again(act, case):
	act("answer", case)
	assert act("close", case, at="2026-11-23 13:00")["status"] == "Closed"
	answer = act("reopen", case, "The client called again.", at="2026-11-26 10:00")
	assert (answer["respond_status"], answer["respond_by"]) == ("Running", "2026-11-30 17:00:00")
	assert answer["events"][-1]["note"] == "The client called again."


def test_an_answer_that_came_back_is_owed_as_if_it_had_not_been_sent(act, case):
	act("acknowledge", case)
	before = act("answer", case, at="2026-11-24 16:00")
	with pytest.raises(MissingDetailsError):
		act("take_back_answer", case, " ")
	owed = act("take_back_answer", case, "It came back.", at="2026-11-25 09:00")
	assert (owed["status"], owed["respond_status"], owed["respond_by"]) == (
		"Acknowledged",
		"Running",
		before["respond_by"],
	)
	assert (owed["answered_on"], owed["respond_working_seconds"]) == (None, 0)
	last = owed["events"][-1]
	assert (last["event"], last["note"]) == ("Answer Taken Back", "It came back.")
	again = act("answer", case, at="2026-11-30 10:00")
	assert (again["respond_status"], again["missed_deadlines"]) == ("Met Late", 1)


def test_actions_in_the_same_second_keep_their_order(act, case):
	act("answer", case)
	act("close", case)
	answer = act("reopen", case, "A slip.")
	assert [row["event"] for row in answer["events"]][-3:] == ["Answered", "Closed", "Reopened"]
	assert len({row["at"] for row in answer["events"][-3:]}) == 1
	assert (
		frappe.get_doc(INTERACTION, case).clocks(get_datetime("2026-11-23 12:00")).respond.status == "Running"
	)


# --- moments ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("until", "stored"),
	[
		("2026-11-30 12:00:00", "2026-11-30 12:00:00"),
		("2026-11-30 12:00", "2026-11-30 12:00:00"),
		("2026-11-30", "2026-11-30 17:00:00"),  # the close of business
		("2026-11-30T12:00:00Z", "2026-11-30 13:00:00"),
		("2026-11-30T12:00:00.123456+01:00", "2026-11-30 12:00:00"),
		("2026-07-01T12:00:00-05:00", None),
	],
)
def test_a_promise_takes_moments_as_programs_write_them(act, case, until, stored):
	if stored is None:
		with pytest.raises(ActionNotPossibleError, match="must be due after"):
			act("promise", case, until)
	else:
		assert act("promise", case, until)["promised_for"] == stored


@pytest.mark.parametrize(
	"until",
	# The last of these are parts of a moment, of which Frappe takes the rest from the present.
	[
		"tomorrow-ish",
		"2026-13-45",
		"99999-01-01",
		"1",
		"31",
		"17:00",
		"Friday",
		"December",
		"2099",
		"2099-12",
	],
)
def test_what_is_not_a_moment_is_refused_clearly(act, case, until):
	with pytest.raises(frappe.ValidationError) as error:
		act("promise", case, until)
	assert "is not a date and time" in refusal(error)
	assert frappe.db.get_value(INTERACTION, case, "promise_status") == "Not Required"


@pytest.mark.parametrize("until", ["2026-11-23 11:59:59", "2026-11-23 12:00:00", "2020-01-01"])
def test_a_promise_for_the_past_is_refused(act, case, until):
	with pytest.raises(ActionNotPossibleError) as error:
		act("promise", case, until)
	noon = moment(get_datetime("2026-11-23 12:00"))
	assert refusal(error) == f"The promised answer must be due after {noon}. Choose a later time."


def test_a_promise_without_a_moment_is_refused(act, case):
	with pytest.raises(ActionNotPossibleError) as error:
		act("promise", case, "")
	assert refusal(error) == "Enter the date by which the client was promised an answer."


# --- what is not possible -----------------------------------------------------------------------

IMPOSSIBLE = [
	((), "resume", (), "is not waiting for the client"),
	((), "reopen", ("why",), "is not closed"),
	((), "close", (), "is still waiting for a reply"),
	((("acknowledge",),), "acknowledge", (), "Receipt was already acknowledged on "),
	((("answer",),), "answer", (), "has already been answered"),
	((("answer",),), "promise", ("2026-12-01",), "nothing to promise"),
	((("answer",),), "pause", (), "nothing to pause"),
	((("pause",),), "pause", (), "is already waiting for the client"),
	((("promise", "2026-12-01"),), "close", (), "is still waiting for a reply"),
	((("answer",), ("close",)), "close", (), "is already closed"),
	*(
		((("answer",), ("close",)), action, args, "Reopen it first")
		for action, args in (
			("acknowledge", ()),
			("promise", ("2026-12-01",)),
			("answer", ()),
			("pause", ()),
			("resume", ()),
		)
	),
]


@pytest.mark.parametrize(("before", "action", "args", "message"), IMPOSSIBLE)
def test_what_is_not_possible_says_what_to_do_and_changes_nothing(act, case, before, action, args, message):
	for name, *rest in before:
		act(name, case, *rest)
	stored = frappe.get_doc(INTERACTION, case)
	with pytest.raises(ActionNotPossibleError) as error:
		act(action, case, *args)
	assert message in refusal(error)
	after = frappe.get_doc(INTERACTION, case)
	assert len(after.events) == len(stored.events) and after.status == stored.status


@pytest.mark.parametrize("reason", ["", "  "])
def test_reopening_needs_a_reason(act, case, reason):
	act("answer", case)
	act("close", case)
	with pytest.raises(MissingDetailsError, match="Give a reason for reopening"):
		act("reopen", case, reason)


def test_an_interaction_that_owes_nothing_can_be_closed(act, inquiry, fiona, case):
	name = inquiry("Resolution/Closure", responsible_staff=fiona).name
	with pytest.raises(ActionNotPossibleError, match="No acknowledgement is required"):
		act("acknowledge", name)
	assert act("close", name)["status"] == "Closed"


def test_refusals_are_in_the_users_language(act, case):
	german = {
		"The record is not closed, so there is nothing to reopen.": "Der Vorgang ist nicht geschlossen."
	}
	with mock.patch("client_comms.i18n._", lambda text: german.get(text, text)):
		with pytest.raises(ActionNotPossibleError, match="Der Vorgang ist nicht geschlossen"):
			act("reopen", case, "why")


# --- permission ---------------------------------------------------------------------------------

ACTIONS = [
	("acknowledge", ()),
	("promise", ("2026-12-01",)),
	("answer", ()),
	("pause", ()),
	("resume", ()),
	("close", ()),
	("reopen", ("why",)),
]


@pytest.mark.parametrize(("action", "args"), ACTIONS)
@pytest.mark.parametrize("role", ["Compliance Officer", "System Manager"])
def test_users_who_cannot_write_cannot_act(act, case, make_user, role, action, args):
	other = make_user(role)
	with pytest.raises(frappe.PermissionError):
		act(action, case, *args, user=other)
	assert len(frappe.get_doc(INTERACTION, case).events) == 2


def test_a_colleague_with_clearance_may_act(act, case, make_user):
	assert act("acknowledge", case, user=make_user("Account Manager"))["status"] == "Acknowledged"


def test_an_unknown_interaction_is_not_found(act, case):
	with pytest.raises(frappe.DoesNotExistError):
		act("acknowledge", "CI-0000-00000")


@pytest.mark.committed
def test_actions_over_http_are_posts_of_users(http, make_user, inquiry):
	fiona = make_user("Frontline Staff", password=PASSWORD)
	reader = make_user("Compliance Officer", password=PASSWORD)
	doc = inquiry(responsible_staff=fiona)
	frappe.db.commit()
	url = f"{http}/api/method/client_comms.api."

	def session(user):
		client = requests.Session()
		client.post(f"{http}/api/method/login", data={"usr": user, "pwd": PASSWORD}).raise_for_status()
		# What a program without a browser needs in place of the desk's token
		client.headers["X-Frappe-CSRF-Token"] = (
			client.get(f"{http}/app").text.split('csrf_token = "')[1].split('"')[0]
		)
		return client

	try:
		staff, auditor = session(fiona), session(reader)
		for action, args in ACTIONS:
			names = {"promise": "until", "reopen": "reason"}
			values = {"name": doc.name, **({names[action]: args[0]} if args else {})}
			assert staff.get(url + action, params=values).status_code == 403, action
			assert auditor.post(url + action, data=values).status_code == 403, action
			assert requests.post(url + action, data=values).status_code in (401, 403), action
		bad = staff.post(url + "promise", data={"name": doc.name, "until": "whenever"})
		assert bad.status_code == 417 and "is not a date and time" in bad.text
		good = staff.post(url + "promise", data={"name": doc.name, "until": "2036-12-01T12:00:00Z"})
		assert good.json()["message"]["promised_for"] == "2036-12-01 13:00:00"
		frappe.db.rollback()
		assert frappe.db.get_value(INTERACTION, doc.name, "promise_status") == "Running"
	finally:
		frappe.db.rollback()
		frappe.delete_doc(INTERACTION, doc.name, force=True)
		frappe.delete_doc("Customer", doc.party, force=True)
		frappe.db.commit()


# --- documentation at closing -------------------------------------------------------------------


@pytest.fixture
def undocumented(act, case, set_settings):
	"""An answered inquiry of which an email copy is required."""
	frappe.db.set_value(INTERACTION, case, "channel", "Email")
	act("answer", case)
	return case


def test_an_answered_call_can_be_closed(act, case, set_settings):
	set_settings(evidence_mode="Enforce")
	act("answer", case)
	assert act("owed_documentation", case) == []
	assert act("close", case)["status"] == "Closed"


def test_closing_without_owed_documentation_is_refused(act, undocumented, set_settings):
	set_settings(evidence_mode="Enforce")
	with pytest.raises(MissingDocumentationError) as error:
		act("close", undocumented)
	assert refusal(error) == "Email Copy is missing. Link the email or other Communication."
	assert frappe.db.get_value(INTERACTION, undocumented, "status") == "Answered"


def test_closing_without_owed_documentation_warns(act, undocumented, set_settings):
	set_settings(evidence_mode="Warn")
	frappe.clear_messages()
	assert act("close", undocumented)["status"] == "Closed"
	assert "is missing" in str(frappe.get_message_log())


def test_closing_without_owed_documentation_passes_silently(act, undocumented):
	frappe.clear_messages()
	assert act("close", undocumented)["status"] == "Closed"
	assert not frappe.get_message_log()


def test_closing_with_owed_documentation_is_possible(act, undocumented, set_settings):
	set_settings(evidence_mode="Enforce")
	email = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"subject": "Offer",
			"content": "…",
			"reference_doctype": INTERACTION,
			"reference_name": undocumented,
		}
	).insert()
	assert [row["method"] for row in act("owed_documentation", undocumented)] == ["Email Copy"]
	doc = frappe.get_doc(INTERACTION, undocumented)
	doc.append(
		"evidence",
		{
			"documentation_method": "Email Copy",
			"reference_doctype": "Communication",
			"reference_name": email.name,
		},
	)
	doc.save()
	assert act("owed_documentation", undocumented) == []
	assert act("close", undocumented)["status"] == "Closed"


# --- logging through the API --------------------------------------------------------------------


def test_logging_fills_in_who_and_when(act, case, fiona):
	answer = act(
		"log_interaction",
		communication_type="Initial Inquiry",
		channel="Phone",
		direction="Inbound",
		subject="Warranty",
		summary="Anna asks about the warranty.",
		party_type="Customer",
		party="Anna Client",
		company=frappe.db.get_value("Company", {}),
		action_items=f'[{{"description": "Call back", "assigned_to": "{fiona}"}}]',
	)
	assert answer["responsible_staff"] == fiona
	assert answer["occurred_on"] == "2026-11-23 12:00:00"
	assert (answer["status"], [row["event"] for row in answer["events"]]) == ("Open", ["Logged", "Received"])
	assert answer["action_items"][0]["todo"]


def test_logging_needs_a_responsible_role(act, case, make_user):
	with pytest.raises(frappe.PermissionError):
		act("log_interaction", subject="x", user=make_user("System Manager"))
