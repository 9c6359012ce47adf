"""Documents that cannot be logged on arrival are recorded, reported, retried and finally logged (D-1)."""

from unittest import mock

import frappe
import pytest

from client_comms import api
from client_comms.communication_governance import matrix as matrices
from client_comms.exceptions import ClearanceMissingError
from client_comms.intake import failures, replies, retry, unlogged

pytestmark = pytest.mark.clause("D-1")

FAILURE = failures.FAILURE
INTERACTION = "Client Interaction"
NOW = "2026-11-24 12:00"


@pytest.fixture(autouse=True)
def now(set_calendar, set_settings, clock_at):
	set_calendar(["09:00-17:00"])
	set_settings(log_issues=1, log_inbound_email=1, manager_role="Client Communications Manager")
	frappe.db.delete(FAILURE)
	for doctype in ("Communication", "Call Log", "Event"):
		frappe.db.delete(doctype)
	with clock_at(NOW):
		yield


@pytest.fixture
def manager(make_user):
	return make_user("Client Communications Manager", "Customer Support Manager")


@pytest.fixture
def no_matrix():
	"""No version is in force inside the block, as between cancelling and amending the only one."""
	return lambda: mock.patch.object(matrices, "in_force", return_value=None)


def issue(**fields):
	return frappe.get_doc(
		{"doctype": "Issue", "subject": "Roof leaks", "raised_by": "berta@kunde.example", **fields}
	).insert(ignore_permissions=True)


def told(user):
	return frappe.get_all("Notification Log", {"for_user": user, "document_type": FAILURE}, pluck="subject")


def interactions_about(doc):
	return frappe.get_all(INTERACTION, {"reference_doctype": doc.doctype, "reference_name": doc.name})


def listed():
	return {(each.doctype, each.name): each.reason for each in unlogged.find(unlogged.since()).rows}


def test_a_document_that_cannot_be_logged_is_stored_kept_and_listed(no_matrix, manager):
	with no_matrix():
		doc = issue()
	assert frappe.db.exists("Issue", doc.name) and not interactions_about(doc)
	assert "No communication matrix is in force" in listed()["Issue", doc.name]
	with_user = frappe.session.user
	frappe.set_user(manager)
	try:
		assert frappe.get_list(FAILURE, {"reference_name": doc.name})
	finally:
		frappe.set_user(with_user)


def test_the_manager_role_is_told_once_a_day(no_matrix, manager, clock_at):
	with no_matrix():
		issue(), issue()
		assert len(told(manager)) == 1
		with clock_at("2026-11-25 09:00"):
			issue()
	assert len(told(manager)) == 2


def test_the_document_is_stored_even_if_no_one_can_be_told(no_matrix, manager):
	with no_matrix(), mock.patch.object(failures.alerts, "tell", side_effect=ValueError("no mail")):
		doc = issue()
	assert frappe.db.exists("Issue", doc.name)
	logged = {"reference_name": doc.name, "method": ("like", "A failure of logging%")}
	assert frappe.db.exists("Error Log", logged)


def test_what_failed_is_tried_again_until_it_is_logged(no_matrix):
	with no_matrix():
		doc = issue()
		assert retry.run() == 0 and listed()
	assert retry.run() == 1
	assert len(interactions_about(doc)) == 1
	assert not frappe.db.count(FAILURE) and retry.run() == 0


def test_what_failed_long_ago_is_tried_again_the_least_recently_tried_first(no_matrix, monkeypatch):
	with no_matrix():
		docs = [issue() for _each in range(3)]
	for number, doc in enumerate(docs):
		times = {"creation": f"2025-01-0{number + 1}", "modified": f"2025-03-0{3 - number}"}
		frappe.db.set_value(FAILURE, {"reference_name": doc.name}, times, update_modified=False)
	monkeypatch.setattr(retry, "AT_ONCE", 2)
	assert retry.run() == 2
	assert [len(interactions_about(doc)) for doc in docs] == [0, 1, 1]


def test_what_is_logged_after_a_matrix_was_submitted_names_no_one(no_matrix, manager, as_user):
	"""Frappe runs a job in the name of the user who caused it, here who submitted the matrix."""
	with no_matrix():
		doc = issue()
	with as_user(manager):
		with mock.patch.object(frappe, "enqueue") as enqueue:
			retry.follow()
		assert enqueue.call_args.args[0]() == 1
		assert frappe.session.user == manager
	(row,) = interactions_about(doc)
	interaction = frappe.get_doc(INTERACTION, row.name)
	assert {interaction.owner, *(event.by_user for event in interaction.events)} <= {"Administrator", None}


def test_what_was_logged_meanwhile_is_not_logged_twice(no_matrix):
	with no_matrix():
		doc = issue()
	api.log_unlogged([{"doctype": "Issue", "name": doc.name}])
	failures.keep(doc, ValueError("late"))
	retry.run()
	assert len(interactions_about(doc)) == 1 and not frappe.db.count(FAILURE)


def test_what_is_filed_under_an_interaction_is_logged_there_after_a_failure(inquiry, make_user):
	interaction = inquiry(at="2026-11-24 09:00", responsible_staff=make_user("Frontline Staff"))
	call = {
		"doctype": "Call Log",
		"id": "failed-call",
		"type": "Outgoing",
		"status": "Completed",
		"from": "+49 30 100",
		"to": "+49 30 1234567",
		"start_time": "2026-11-24 10:00",
		"links": [{"link_doctype": INTERACTION, "link_name": interaction.name}],
	}
	with mock.patch.object(replies, "staff_wrote", side_effect=ValueError("no room")):
		doc = frappe.get_doc(call).insert(ignore_permissions=True)
	assert doc.client_interaction == interaction.name and frappe.db.count(FAILURE) == 1
	assert retry.run() == 1
	logged = {"parent": interaction.name, "source_doctype": "Call Log", "source_name": doc.name}
	assert frappe.db.count("Interaction Event", logged) == 1
	failures.keep(doc, ValueError("late"))
	assert retry.run() == 1
	assert frappe.db.count("Interaction Event", logged) == 1


def test_what_was_deleted_meanwhile_is_off_the_list(no_matrix):
	with no_matrix():
		doc = issue()
	frappe.delete_doc("Issue", doc.name)
	assert retry.run() == 1 and not listed()


def test_what_is_missing_while_a_document_is_logged_keeps_it_on_the_list(no_matrix):
	"""An adapter of another app, or an interaction that was merged meanwhile: nothing of it stays, and it is not forgotten."""
	with no_matrix():
		doc = issue()
	log = retry._LOG["Issue"]

	def fail(doc):
		log(doc)
		frappe.get_doc(INTERACTION, "merged-meanwhile")

	with mock.patch.dict(retry._LOG, {"Issue": fail}):
		assert retry.run() == 0
	assert "merged-meanwhile not found" in listed()["Issue", doc.name]
	assert not interactions_about(doc)


def test_one_that_cannot_be_logged_keeps_no_other_from_it(no_matrix):
	with no_matrix():
		bad, good = issue(subject="Bad"), issue(subject="Good")
	log = retry._LOG["Issue"]

	def fail(doc):
		if doc.name == bad.name:
			raise ValueError("broken <b>for good</b>")
		return log(doc)

	with mock.patch.dict(retry._LOG, {"Issue": fail}):
		assert retry.run() == 1
	assert listed() == {("Issue", bad.name): "broken for good"}
	assert interactions_about(good)


def test_many_that_fail_again_keep_no_other_from_its_turn(no_matrix, clock_at):
	with no_matrix():
		docs = [issue(), issue()]
	tried = []

	def fail(doc):
		tried.append(doc.name)
		raise ValueError("not yet")

	with mock.patch.dict(retry._LOG, {"Issue": fail}), mock.patch.object(retry, "AT_ONCE", 1):
		for minute in (1, 2):
			with clock_at(f"2026-11-24 12:0{minute}"):
				retry.run()
	assert sorted(tried) == sorted(doc.name for doc in docs)


def test_a_killed_run_loses_nothing(no_matrix):
	with no_matrix():
		docs = [issue(), issue()]
	log, tried = retry._LOG["Issue"], []

	def killed(doc):
		tried.append(doc.name)
		if len(tried) == 2:
			raise SystemExit
		return log(doc)

	with mock.patch.dict(retry._LOG, {"Issue": killed}), pytest.raises(SystemExit):
		retry.run()
	frappe.db.rollback()
	assert retry.run() == 1
	assert [len(interactions_about(doc)) for doc in docs] == [1, 1]


def test_a_click_logs_it(no_matrix, manager):
	with no_matrix():
		doc = issue()
	frappe.set_user(manager)
	try:
		(done,) = api.log_unlogged([{"doctype": "Issue", "name": doc.name}])
	finally:
		frappe.set_user("Administrator")
	assert done["interaction"] == interactions_about(doc)[0].name
	assert not listed()


def test_it_can_be_set_aside(no_matrix):
	with no_matrix():
		doc = issue()
	api.dismiss_unlogged([{"doctype": "Issue", "name": doc.name}], "A test of the form")
	assert not listed() and not frappe.db.count(FAILURE)
	assert retry.run() == 0


def test_staff_cannot_log_what_is_for_the_managers_to_see(no_matrix, make_user):
	with no_matrix():
		doc = issue()
	frappe.set_user(make_user("Frontline Staff"))
	try:
		with pytest.raises(ClearanceMissingError):
			unlogged.require("Issue", doc.name)
		assert not listed()
	finally:
		frappe.set_user("Administrator")


def test_an_issue_that_never_failed_is_not_to_be_logged_this_way():
	with pytest.raises(frappe.ValidationError, match="no longer unlogged"):
		unlogged.require("Issue", issue().name)


# --- versions of the matrix that would log nothing ------------------------------------------------


def version(*types):
	shipped = frappe.get_doc(
		"Communication Matrix", frappe.db.get_value("Communication Matrix", {"docstatus": 1})
	)
	doc = frappe.copy_doc(shipped)
	doc.update({"version_label": "Next", "effective_from": "2026-11-24 00:00:00", "docstatus": 0})
	for table in ("rules", "documentation", "parties", "priorities"):
		doc.set(table, [row for row in doc.get(table) if row.communication_type in types])
	return doc.insert()


def test_a_version_without_a_rule_for_what_arrives_is_not_submitted():
	doc = version("Service Update")
	with pytest.raises(frappe.ValidationError, match="this version has no rule for it"):
		doc.submit()


def test_settings_name_no_type_without_a_rule_in_the_version_in_force():
	kind = frappe.get_doc({"doctype": "Communication Type", "type_name": "Site Visit"}).insert()
	settings = frappe.get_doc("Client Comms Settings")
	settings.append("source_rules", {"source": "Issue", "communication_type": kind.name})
	with pytest.raises(frappe.ValidationError, match="has no rule for"):
		settings.save()


def test_cancelling_the_only_version_says_that_nothing_is_logged_until_the_next():
	frappe.clear_messages()
	for name in frappe.get_all("Communication Matrix", {"docstatus": 1}, pluck="name"):
		frappe.get_doc("Communication Matrix", name).cancel()
	assert any("cannot be logged until you submit one" in str(each) for each in frappe.message_log)
	doc = issue()
	assert not interactions_about(doc) and frappe.db.count(FAILURE) == 1

	old = frappe.get_last_doc("Communication Matrix", {"docstatus": 2})
	amended = frappe.copy_doc(old)
	amended.update({"amended_from": old.name, "docstatus": 0})
	with mock.patch.object(frappe, "enqueue") as enqueue:
		amended.insert().submit()
	assert retry.run in [each.args[0] for each in enqueue.call_args_list]
	retry.run()
	assert len(interactions_about(doc)) == 1


@pytest.mark.parametrize("channel", ["Email", "Letter"])
def test_channels_that_came_with_the_app_keep_their_names(channel):
	with pytest.raises(frappe.ValidationError, match="is a standard channel"):
		frappe.delete_doc("Communication Channel", channel)
	with pytest.raises(frappe.ValidationError):
		frappe.rename_doc("Communication Channel", channel, "E-Post", force=True)
	assert frappe.db.exists("Communication Channel", channel)
	own = frappe.get_doc({"doctype": "Communication Channel", "channel_name": "Carrier Pigeon"}).insert()
	own.delete()
