"""A refusal leads on: ask for access, and the responsible staff or a user with oversight grants it for some hours (P-2)."""

import frappe
import pytest

from client_comms import alerts, api, clock
from client_comms.enforcement import policy
from client_comms.exceptions import ActionNotPossibleError, ClearanceMissingError, MissingDetailsError

pytestmark = pytest.mark.clause("P-2")

INTERACTION = "Client Interaction"


@pytest.fixture
def people(make_user, set_settings):
	"""Two agents, of whom the first is responsible; the manager has oversight; frontline staff have no clearance."""
	set_settings(access_request_hours=6)
	return frappe._dict(
		responsible=make_user("Customer Support", first_name="Rita"),
		agent=make_user("Customer Support", first_name="Aron"),
		manager=make_user("Customer Support Manager", first_name="Maren"),
		frontline=make_user("Frontline Staff", first_name="Fiona"),
	)


@pytest.fixture
def case(log, people):
	return log("Feedback/Complaint", responsible_staff=people.responsible).name


def told(user):
	about = {"for_user": user, "subject": ("like", "%CI-%")}
	return frappe.get_all("Notification Log", about, pluck="subject", order_by="creation asc, name asc")


def named(name):
	"""An interaction as notifications name it, in HTML."""
	return frappe.utils.escape_html(alerts.named(frappe.get_doc(INTERACTION, name)))


def may_read(user, name):
	return bool(frappe.has_permission(INTERACTION, "read", doc=name, user=user))


def test_one_click_of_the_responsible_staff_opens_it_for_some_hours(as_user, people, case):
	with as_user(people.agent):
		assert api.access_refusal(case) == {
			"allowed": False,
			"may_ask": True,
			"asked": False,
			"training": False,
			"help": [],
		}
		api.request_access(case, "I stand in for Rita tomorrow.")
		assert api.access_refusal(case)["asked"]
	assert told(people.responsible) == [f"Aron asks for access to {named(case)}"]
	assert told(people.manager) == []  # someone is responsible
	assert not may_read(people.agent, case)
	with as_user(people.responsible):
		doc = frappe.get_doc(INTERACTION, case)
		doc.run_method("onload")
		(asked,) = doc.get("__onload").access_requests
		assert (asked["user"], asked["reason"]) == (people.agent, "I stand in for Rita tomorrow.")
		grant = frappe.get_doc("Interaction Access Grant", api.grant_access(case, people.agent))
	assert (grant.granted_by, grant.break_glass) == (people.responsible, 0)
	assert may_read(people.agent, case)
	assert "granted you access" in told(people.agent)[-1]
	with clock.moved_to(frappe.utils.add_to_date(clock.now(), hours=7)):
		assert not may_read(people.agent, case)
	events = [row.event for row in frappe.get_doc(INTERACTION, case).events]
	assert events[-2:] == ["Access Requested", "Access Granted"]
	with as_user(people.responsible):
		told_by = {each.get("meaning"): each["text"] for each in api.conversation(case)["entries"]}
	assert told_by["Access Granted"] == "Aron: I stand in for Rita tomorrow."


def test_oversight_decides_too_and_the_responsible_staff_learn_of_it(as_user, people, case):
	with as_user(people.agent):
		api.request_access(case, "Handover")
	with as_user(people.manager):
		api.grant_access(case, people.agent)
	assert f"Maren granted Aron access to {named(case)}" in told(people.responsible)[-1]
	with as_user(people.manager), pytest.raises(ActionNotPossibleError):
		api.grant_access(case, people.agent)  # decided


def test_without_responsible_staff_those_with_oversight_are_asked(as_user, people, log):
	name = log("Feedback/Complaint").name
	with as_user(people.agent):
		api.request_access(name, "Handover")
	assert told(people.manager) == [f"Aron asks for access to {named(name)}"]


def test_while_the_responsible_staff_are_away_those_with_oversight_are_asked_too(as_user, people, case):
	today = clock.now().date()
	absence = {"doctype": "Staff Absence", "user": people.responsible, "from_date": today}
	frappe.get_doc({**absence, "to_date": frappe.utils.add_days(today, 7)}).insert(ignore_permissions=True)
	with as_user(people.agent):
		api.request_access(case, "Handover")
	assert told(people.responsible) == told(people.manager) == [f"Aron asks for access to {named(case)}"]
	with as_user(people.manager):
		api.grant_access(case, people.agent)
	assert may_read(people.agent, case)


def test_what_is_declined_stays_closed_and_can_be_asked_for_again(as_user, people, case):
	with as_user(people.agent):
		api.request_access(case, "Curious")
		with pytest.raises(ActionNotPossibleError):
			api.request_access(case, "Still curious")
	with as_user(people.responsible):
		api.decline_access(case, people.agent)
	assert not may_read(people.agent, case)
	assert told(people.agent) == [f"Rita declined access to {case}"]
	with as_user(people.agent):
		api.request_access(case, "Rita is ill")


def test_who_was_renamed_after_asking_is_granted_what_they_asked_for(as_user, people, case):
	with as_user(people.agent):
		api.request_access(case, "I stand in for Rita tomorrow.")
	frappe.rename_doc("User", people.agent, renamed := f"new-{people.agent}", force=True, show_alert=False)
	with as_user(people.responsible):
		api.grant_access(case, renamed)
		with pytest.raises(ActionNotPossibleError, match="no open request"):
			api.grant_access(case, renamed)
	assert may_read(renamed, case)


def test_three_requests_a_day_are_enough(as_user, people, case):
	for _number in range(3):
		with as_user(people.agent):
			api.request_access(case, "Curious")
		with as_user(people.responsible):
			api.decline_access(case, people.agent)
	with as_user(people.agent), pytest.raises(ActionNotPossibleError, match="3 times today"):
		api.request_access(case, "Very curious")
	with as_user(people.agent), clock.moved_to(frappe.utils.add_to_date(clock.now(), days=2)):
		api.request_access(case, "Rita is ill")


def test_no_one_else_decides(as_user, people, case):
	with as_user(people.agent):
		api.request_access(case, "Handover")
		with pytest.raises(frappe.PermissionError):
			api.grant_access(case, people.agent)  # for themselves
	with as_user(people.responsible), pytest.raises(ActionNotPossibleError):
		api.grant_access(case, people.frontline)  # who has not asked
	# A grant without a request still takes oversight.
	with as_user(people.responsible), pytest.raises(frappe.PermissionError):
		frappe.get_doc(
			{
				"doctype": "Interaction Access Grant",
				"interaction": case,
				"user": people.agent,
				"valid_until": frappe.utils.add_to_date(clock.now(), hours=1),
				"reason": "Friend",
			}
		).insert(ignore_permissions=True)


def test_who_only_misses_a_training_learns_that_it_is_the_way_in(as_user, people, case):
	level = frappe.get_doc(
		"Confidentiality Level", frappe.db.get_value(INTERACTION, case, "confidentiality_level")
	)
	level.require_training = 1
	level.save()
	with as_user(people.responsible):
		assert api.access_refusal(case) == {
			"allowed": False,
			"may_ask": False,
			"asked": False,
			"training": True,
			"help": [],
		}
	with as_user(people.frontline):
		assert not api.access_refusal(case)["training"]


def test_who_could_not_read_it_even_by_taking_part_is_told_at_once_who_can(as_user, people, case):
	with as_user(people.frontline):
		told_at_once = api.access_refusal(case)
		roles, who = told_at_once.pop("help")
		assert told_at_once == {"allowed": False, "may_ask": False, "asked": False, "training": False}
		assert roles == (
			f"{case} can be opened by users with one of these roles: Compliance Officer, Customer Support Manager."
		)
		assert who.startswith("Ask someone who has one, such as ")
		with pytest.raises(ClearanceMissingError):
			api.request_access(case, "Please")
	with as_user(people.agent), pytest.raises(MissingDetailsError):
		api.request_access(case, "  ")
	with as_user(people.responsible), pytest.raises(ActionNotPossibleError):
		api.request_access(case, "I have it")
	policy.clear_cache()


def test_of_an_issue_that_its_level_hides_staff_are_told_who_can_open_it(
	as_user, people, make_user, make_client
):
	client = make_client("Anna Client", "anna@client.example")
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Noise", "customer": client.party}).insert()
	issue.db_set("confidentiality_level", "Sensitive")
	with as_user(make_user("Support Team")):
		told = api.access_refusal(issue.name, "Issue")
		assert told.keys() == {"help"}
		opened, whom = told["help"]
		assert issue.name in opened and "Customer Support Manager" in opened
		assert "Maren" in whom
		assert api.access_refusal("ISS-NONE", "Issue") == {"help": []}
	with as_user(make_user("Stock User")), pytest.raises(frappe.PermissionError):
		api.access_refusal(issue.name, "Issue")
	with as_user(make_user("Customer Support Manager", "Support Team")):
		assert api.access_refusal(issue.name, "Issue") == {"help": []}


@pytest.mark.parametrize("missing", ["interaction", "user", "valid_until"])
def test_a_grant_needs_whom_and_what_it_is_for(missing, log, make_user, as_user):
	fields = {
		"interaction": log("Feedback/Complaint").name,
		"user": make_user("Customer Support"),
		"valid_until": "2099-12-31 12:00:00",
		"reason": "Holiday",
	}
	with as_user(make_user("Customer Support Manager")), pytest.raises(frappe.MandatoryError):
		frappe.get_doc({"doctype": "Interaction Access Grant", **fields, missing: None}).insert()
