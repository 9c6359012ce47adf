"""Escalating by hand: whom the matrix names hears the reason at once, and the history keeps it (M-1, R-2)."""

import frappe
import pytest

from client_comms import api
from client_comms.client_interactions import conversation
from client_comms.exceptions import ActionNotPossibleError, MissingDetailsError

pytestmark = pytest.mark.clause("M-1", "R-2")

INTERACTION = "Client Interaction"
SUPPORT, MANAGER, OFFICER = "Customer Support", "Customer Support Manager", "Compliance Officer"
REASON = "The client threatens to sue & wants {an} answer <today>."


@pytest.fixture
def people(make_user, set_settings):
	# Of other tests, and of the site.
	frappe.db.delete("Has Role", {"role": ("in", (MANAGER, OFFICER)), "parenttype": "User"})
	set_settings(manager_role=MANAGER)
	return {"agent": make_user(SUPPORT), "manager": make_user(MANAGER), "officer": make_user(OFFICER)}


@pytest.fixture
def complaint(inquiry, people, set_calendar):
	set_calendar(["09:00-17:00"])
	name = inquiry("Feedback/Complaint", responsible_staff=people["agent"]).name
	frappe.db.delete("Notification Log", {"document_name": name})
	return name


def escalate(name, as_user, user, clock_at, reason=REASON, at="2026-11-26 10:00"):
	with clock_at(at), as_user(user):
		return api.escalate(name, reason)


def told(name):
	return dict(
		frappe.get_all(
			"Notification Log",
			{"document_name": name},
			["for_user", "subject"],
			as_list=True,
			order_by="name asc",
		)
	)


def test_the_supervisors_of_the_matrix_hear_what_it_is_about_and_why(complaint, people, as_user, clock_at):
	with as_user(people["agent"]):
		assert api.escalation_recipients(complaint) == [frappe.utils.get_fullname(people["manager"])]
	after = escalate(complaint, as_user, people["agent"], clock_at)
	by = frappe.utils.get_fullname(people["agent"])
	about = f"Anna Client: Solar roof ({complaint}), 2 business days late. Responsible: {by}."
	assert told(complaint) == {
		people["manager"]: frappe.utils.escape_html(f"{by} escalates to you: {about} Reason: {REASON}")
	}
	last = after["events"][-1]
	assert (last["event"], last["by_user"]) == ("Escalated by Staff", people["agent"])
	assert last["note"].endswith(f" → {people['manager']}") and "threatens to sue" in last["note"]


def test_the_conversation_and_the_report_keep_it(complaint, people, as_user, clock_at):
	escalate(complaint, as_user, people["agent"], clock_at)
	doc = frappe.get_doc(INTERACTION, complaint)
	with as_user(people["manager"]):
		(step,) = [
			each for each in conversation.page(doc)["entries"] if each.get("meaning") == "Escalated by Staff"
		]
		assert step["text"].endswith(f" → {frappe.utils.get_fullname(people['manager'])}")
		(event,) = [
			each for each in doc.escalation_facts()["events"] if each["event"] == "Escalated by Staff"
		]
		assert event["escalation"]


def test_deadlines_and_their_steps_go_on_beside_it(complaint, people, as_user, clock_at):
	fields = ["status", "acknowledge_by", "respond_by", "clock_state", "breached", "next_deadline"]
	before = frappe.db.get_value(INTERACTION, complaint, fields)
	escalate(complaint, as_user, people["agent"], clock_at, at="2026-11-23 11:00")
	assert frappe.db.get_value(INTERACTION, complaint, fields) == before


def test_without_another_supervisor_oversight_is_told_and_without_any_a_refusal_says_what_to_do(
	complaint, people, as_user, clock_at
):
	with as_user(people["manager"]):
		assert api.escalation_recipients(complaint) == [frappe.utils.get_fullname(people["officer"])]
	for role, user in ((MANAGER, "manager"), (OFFICER, "officer")):
		frappe.get_doc("User", people[user]).remove_roles(role)
	with pytest.raises(ActionNotPossibleError, match="Ask a System Manager"):
		escalate(complaint, as_user, people["agent"], clock_at)


def test_who_is_away_is_left_out_while_others_are_there(complaint, people, make_user, as_user, clock_at):
	other = make_user(MANAGER)
	with clock_at("2026-11-26 10:00"):
		frappe.get_doc(
			{
				"doctype": "Staff Absence",
				"user": people["manager"],
				"from_date": "2026-11-26",
				"to_date": "2026-11-27",
			}
		).insert()
	escalate(complaint, as_user, people["agent"], clock_at)
	assert set(told(complaint)) == {other}


def test_types_without_a_supervisor_in_the_matrix_go_to_the_manager_role(
	inquiry, people, make_user, as_user, clock_at
):
	frontline = make_user("Frontline Staff")
	name = inquiry(responsible_staff=frontline).name
	frappe.db.delete("Notification Log", {"document_name": name})
	escalate(name, as_user, frontline, clock_at)
	assert set(told(name)) == {people["manager"]}


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_reason_is_needed(complaint, people, as_user, clock_at, reason):
	with pytest.raises(MissingDetailsError, match="Say why"):
		escalate(complaint, as_user, people["agent"], clock_at, reason or "")


def test_who_cannot_write_it_cannot_escalate_it(complaint, people, make_user, as_user, clock_at):
	for user in (make_user(SUPPORT), people["officer"]):
		with pytest.raises(frappe.PermissionError):
			escalate(complaint, as_user, user, clock_at)
		with as_user(user), pytest.raises(frappe.PermissionError):
			api.escalation_recipients(complaint)


def test_what_is_closed_is_reopened_first(complaint, people, as_user, clock_at):
	with as_user(people["agent"]):
		assert "Escalated by Staff" in frappe.get_doc(INTERACTION, complaint).possible_actions()
		frappe.db.set_value(INTERACTION, complaint, "status", "Closed")
		assert "Escalated by Staff" not in frappe.get_doc(INTERACTION, complaint).possible_actions()
	with pytest.raises(ActionNotPossibleError, match="Reopen it first"):
		escalate(complaint, as_user, people["agent"], clock_at)
