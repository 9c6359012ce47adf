"""The status of an Issue and of its interactions agree when staff switch one (C-4, D-1)."""

import frappe
import pytest

from client_comms import api

pytestmark = pytest.mark.clause("C-4", "D-1")

INTERACTION = "Client Interaction"


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", "Frontline Staff", "Support Team")


@pytest.fixture
def issue(set_settings):
	set_settings(log_issues=0)  # the test logs the interaction itself
	return frappe.get_doc({"doctype": "Issue", "subject": "Noise", "raised_by": "a@b.example"}).insert()


@pytest.fixture
def about(issue, agent, as_user):
	"""`about(…)`: an inquiry about the Issue, whose answer is owed; returns its name."""

	def make(**fields):
		fields = {
			"company": frappe.db.get_value("Company", {}),
			"communication_type": "Initial Inquiry",
			"channel": "Phone",
			"direction": "Inbound",
			"party_name": "Anna Client",
			"subject": "Solar roof",
			"summary": "Please send an offer.",
			"reference_doctype": "Issue",
			"reference_name": issue.name,
			**fields,
		}
		with as_user(agent):
			return api.log_interaction(**fields)["name"]

	return make


def switch(issue, status):
	frappe.local.message_log = []
	issue.reload()
	issue.status = status
	issue.save()
	return " ".join(frappe.parse_json(each)["message"] for each in frappe.local.message_log)


def called(method):
	"""What a request for the method of ERPNext calls."""
	path = f"erpnext.support.doctype.issue.issue.{method}"
	return frappe.get_attr(frappe.get_hooks("override_whitelisted_methods")[path][-1])


def status_of(name, doctype=INTERACTION):
	return frappe.db.get_value(doctype, name, "status")


def test_closing_an_issue_closes_what_is_answered(issue, about, agent, as_user):
	name = about()
	with as_user(agent):
		api.answer(name)
		assert status_of(issue.name, "Issue") == "Replied"
		assert "still missing" not in switch(issue, "Closed")
	assert status_of(name) == "Closed"
	with as_user(agent):
		switch(issue, "Open")
	assert status_of(name) != "Closed"
	event = frappe.get_doc(INTERACTION, name).events[-1]
	assert (event.event, event.by_user) == ("Reopened", agent)


def test_what_is_missing_is_told_and_the_issue_is_closed_all_the_same(issue, about, agent, as_user):
	name = about(channel="Email")
	with as_user(agent):
		told = switch(issue, "Closed")
	assert status_of(issue.name, "Issue") == "Closed" and status_of(name) == "Open"
	assert name in told and "The client has the answer" in told and "Email Copy" in told
	(offer,) = [
		frappe.parse_json(each)["primary_action"]
		for each in frappe.local.message_log
		if "primary_action" in frappe.parse_json(each)
	]
	assert offer["args"] == {"name": name}


def test_on_hold_is_waiting_for_the_client(issue, about, agent, as_user):
	name = about()
	with as_user(agent):
		switch(issue, "On Hold")
		assert status_of(name) == "Waiting for Client"
		switch(issue, "Open")
		assert status_of(name) == "Open"


def test_erpnexts_methods_that_write_the_status_alone_are_followed(issue, about, agent, as_user):
	name = about()
	with as_user(agent):
		called("set_multiple_status")(names=f'["{issue.name}"]', status="On Hold")
		assert status_of(name) == "Waiting for Client"
		called("set_status")(name=issue.name, status="Open")
	assert status_of(name) == "Open"


def test_an_issue_follows_what_staff_do_with_the_interaction(issue, about, agent, as_user):
	name = about()
	with as_user(agent):
		api.pause(name)
		assert status_of(issue.name, "Issue") == "On Hold"
		api.resume(name)
		assert status_of(issue.name, "Issue") == "Open"
		api.answer(name)
		api.close(name)
		assert status_of(issue.name, "Issue") == "Closed"
		api.reopen(name, "They called again.")
	assert status_of(issue.name, "Issue") == "Open"


def test_an_issue_is_closed_with_the_last_of_its_interactions(issue, about, agent, as_user):
	one, other = about(), about(subject="Another")
	with as_user(agent):
		for name, status in ((one, "Replied"), (other, "Closed")):
			api.answer(name)
			api.close(name)
			assert status_of(issue.name, "Issue") == status


def test_nothing_is_told_of_what_the_user_cannot_read_nor_changed(issue, about, agent, as_user):
	name = about()
	frappe.db.set_value(INTERACTION, name, {"confidentiality_level": "Sensitive", "responsible_staff": None})
	with as_user(agent):
		assert name not in switch(issue, "Closed")
	assert status_of(name) == "Open"


def test_one_switch_keeps_them_apart(issue, about, agent, as_user, set_settings):
	set_settings(issue_status_follows=0)
	name = about()
	with as_user(agent):
		switch(issue, "On Hold")
		assert status_of(name) == "Open"
		api.answer(name)
	assert status_of(issue.name, "Issue") == "On Hold"


def test_the_issue_of_what_was_merged_follows_and_is_followed(issue, about, agent, as_user):
	other = frappe.get_doc({"doctype": "Issue", "subject": "Roof", "raised_by": "a@b.example"}).insert()
	goes, stays = about(), about(reference_name=other.name)
	with as_user(agent):
		api.merge_interactions(goes, stays)
		api.pause(stays, "Waiting for the plan")
	assert {status_of(each.name, "Issue") for each in (issue, other)} == {"On Hold"}
	with as_user(agent):
		switch(issue, "Open")
		assert status_of(stays) == "Open"
		api.answer(stays)
		switch(issue, "Closed")
	assert status_of(stays) == "Closed"
