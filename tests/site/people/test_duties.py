"""Policies to read, trainings to take and records to review stand where staff look each day (R-1, R-2, T-1, T-3)."""

from unittest import mock

import frappe
import pytest
from frappe.utils import getdate

from client_comms import api, procedure
from client_comms.client_interactions import daily_digest
from client_comms.people import duties, policies, reviews

pytestmark = pytest.mark.clause("R-1", "R-2", "T-1", "T-3")


@pytest.fixture
def agent(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT)


@pytest.fixture
def review(agent, log, make_user):
	"""A record of someone else to be reviewed by the agent."""
	record = log(responsible_staff=make_user(procedure.FRONTLINE_STAFF))
	programme = frappe.get_doc("Review Programme", procedure.REVIEW_PROGRAMME["programme_name"])
	return reviews.open_review(programme, record.name, agent)


def test_they_stand_in_owed_today(agent, review, as_user):
	with as_user(agent):
		duties = api.owed_today()["duties"]
	assert {duty["what"] for duty in duties} == {"Training", "Record to Review"}
	(found,) = [duty for duty in duties if duty["what"] == "Record to Review"]
	assert found["route"] == ["Form", "Interaction Review", review.name]
	assert [duty["due"] for duty in duties] == sorted(duty["due"] for duty in duties)


def test_a_policy_from_before_is_due_on_the_first_day_of_a_user(agent):
	policy = frappe._dict(
		name="P", policy_title="Phones", version_label="1.0", effective_from=getdate("2020-01-01")
	)
	with mock.patch.object(policies, "to_read", return_value=[policy]):
		(duty,) = (each for each in duties.of_user(agent) if each["what"] == "Policy to Read")
		assert duty["due"] == str(getdate(frappe.db.get_value("User", agent, "creation")))
		policy.effective_from = getdate("2099-01-01")
		(duty,) = (each for each in duties.of_user(agent) if each["what"] == "Policy to Read")
		assert duty["due"] == "2099-01-01"


def test_the_digest_tells_what_is_due_and_nothing_else_alone(agent, review, as_user, clock_at):
	subscription = frappe.get_doc("Digest Subscription", daily_digest.subscription_of(agent))
	with as_user(agent):
		assert daily_digest.contents(subscription) is None
	with clock_at(f"{review.due_on} 07:00"), as_user(agent):
		content = daily_digest.contents(subscription)
	assert {duty["title"] for duty in content["duties"]} >= {review.interaction}
	assert content["own"] == content["team"] == content["next"] == []


def test_who_owes_nothing_today_reads_in_the_digest_what_is_due_next(inquiry, agent, as_user, clock_at):
	"""If there is one: what is due next causes none."""
	subscription = frappe.get_doc("Digest Subscription", daily_digest.subscription_of(agent))
	due = inquiry(procedure.FEEDBACK, at="2026-11-26 10:00", responsible_staff=agent).name
	with clock_at("2026-11-24 12:00"), as_user(agent):
		assert daily_digest.contents(subscription) is None
		asked = {"what": "Training", "title": "Course", "due": "2026-11-24"}
		with mock.patch.object(daily_digest.duties, "of_user", return_value=[asked]):
			content = daily_digest.contents(subscription)
	assert content["own"] == []
	assert {row["name"] for row in content["next"]} == {due}
	text = frappe.render_template(
		"templates/emails/daily_digest.html",
		{**content, "shown": 20, "most": 1000, "owed_url": "", "unlogged_url": "", "subscription_url": ""},
	)
	assert "What you owe clients next" in text
	assert due in text


def test_the_digest_of_a_team_names_its_staff(inquiry, make_user, as_user, clock_at):
	member = make_user(procedure.FRONTLINE_STAFF, first_name="Fiona", last_name="Berg")
	inquiry(at="2026-11-23 10:00", responsible_staff=member)
	manager = make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	subscription = frappe.get_doc("Digest Subscription", daily_digest.subscription_of(manager))
	subscription.team_items = 1
	with clock_at("2026-11-25 12:00"), as_user(manager):
		content = daily_digest.contents(subscription)
	assert "Fiona Berg" in {row["staff"] for row in content["team"]}
	assert member not in {row["staff"] for row in content["team"]}


def test_what_reviews_found_stands_there_too(agent, review, as_user):
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": agent,
			"description": "<p>Write the escalation report</p>",
			"date": "2026-12-07",
			"reference_type": review.doctype,
			"reference_name": review.name,
		}
	).insert()

	def findings():
		with as_user(agent):
			return [each for each in api.owed_today()["duties"] if each["what"] == "Finding of a Review"]

	(found,) = findings()
	assert (found["title"], found["due"]) == ("Write the escalation report", "2026-12-07")
	assert found["route"] == ["Form", review.doctype, review.name]
	todo.status = "Closed"
	todo.save()
	assert not findings()
