"""Trainings: assigned with the role, taken in the desk, and their effect on access (R-1, T-1)."""

import json
from unittest import mock

import frappe
import pytest
from cryptography.fernet import Fernet
from frappe.desk.form import load
from frappe.desk.form.save import savedocs
from frappe.handler import run_doc_method
from werkzeug.wrappers import Response

from client_comms import api, procedure
from client_comms.enforcement import policy, refusals
from client_comms.patches.v1_0 import seal_training_answers
from client_comms.people import overdue_trainings, trainings
from client_comms.rules import training as rules

pytestmark = pytest.mark.clause("R-1", "T-1")

COURSE = "Course for Account Managers"
RIGHT = {"1": [2], "2": [1, 3]}


@pytest.fixture
def course(site):
	frappe.db.delete("SOP Training Assignment")
	frappe.db.set_value("SOP Training", {"name": ("!=", COURSE)}, "disabled", 1)
	return frappe.get_doc(
		{
			"doctype": "SOP Training",
			"training_name": COURSE,
			"valid_months": 12,
			"grace_days": 14,
			"refresh_days": 30,
			"pass_mark": 80,
			"roles": [{"role": procedure.ACCOUNT_MANAGER}],
			"description": "<p>Read this.</p>",
			"questions": [
				{
					"question": "Within how many business days?",
					"options": "One\nTwo\nThree",
					"right_options": "2",
				},
				{
					"question": "What needs consent?",
					"options": "Advisers\nThe client\nFriends",
					"right_options": "1, 3",
					"multiple": 1,
					"explanation": "Third parties need it.",
				},
			],
		}
	).insert()


@pytest.fixture
def manager(course, make_user):
	return make_user(procedure.ACCOUNT_MANAGER)


@pytest.fixture
def required(site):
	"""Confidential requires training."""
	level = frappe.get_doc("Confidentiality Level", procedure.CONFIDENTIAL)
	level.require_training = 1
	level.save()


def take(user, as_user, answers=RIGHT):
	with as_user(user):
		attempt = api.open_training(COURSE)
		return api.finish_training(attempt["attempt"], answers)


def may_read(record):
	"""Checks the reloaded record, because the one that `log` created ignores permissions."""
	return frappe.get_doc(record.doctype, record.name).has_permission("read")


def refused(record):
	"""What the answer to a refused request for the record tells the user."""
	frappe.local.request, frappe.local.message_log = frappe._dict(method="GET"), []
	with pytest.raises(frappe.PermissionError):
		frappe.has_permission(record.doctype, "read", doc=record.name, throw=True)
	messages = json.dumps([json.dumps(message) for message in frappe.local.message_log])
	answer = Response(json.dumps({"_server_messages": messages}), 403, mimetype="application/json")
	refusals.after_request(answer)
	return answer.get_data(as_text=True)


def state_of(user):
	return trainings.states_of(user)[COURSE].name


def test_users_given_the_role_are_assigned_the_training_at_once(manager, make_user, clock_at):
	assert state_of(manager) == rules.ASSIGNED
	(told,) = frappe.get_all(
		"Notification Log", {"for_user": manager, "document_name": COURSE}, ["subject", "link"]
	)
	assert "Please complete the training" in told.subject
	assert told.link.endswith(f"/take-training/{frappe.utils.quote(COURSE)}")
	assert trainings.states_of(make_user(procedure.CUSTOMER_SUPPORT)) == {}
	user = frappe.get_doc("User", make_user(procedure.CUSTOMER_SUPPORT))
	user.append("roles", {"role": procedure.ACCOUNT_MANAGER})
	user.save()
	assert state_of(user.name) == rules.ASSIGNED


def test_the_assignment_goes_with_the_role(manager):
	user = frappe.get_doc("User", manager)
	user.set("roles", [{"role": procedure.CUSTOMER_SUPPORT}])
	user.save()
	assert trainings.states_of(manager) == {}


def test_supervisors_are_led_to_the_status_of_the_user(manager, make_user, clock_at):
	boss = make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	frappe.db.set_value("SOP Training Assignment", {"user": manager}, "owed_since", "2026-01-01")
	trainings.remind()
	told = {"document_type": "SOP Training", "document_name": COURSE, "subject": ("like", "%overdue%")}
	(link,) = frappe.get_all("Notification Log", {"for_user": boss, **told}, pluck="link")
	assert link.endswith(f"/query-report/Training Status?user={frappe.utils.quote(manager)}")
	(own,) = frappe.get_all("Notification Log", {"for_user": manager, **told}, pluck="link")
	assert own.endswith(f"/take-training/{frappe.utils.quote(COURSE)}")


def test_the_training_that_is_missing_says_what_it_closes(manager, required, as_user):
	def of(user):
		with as_user(user):
			return [each.get("closes") for each in api.my_duties() if each["what"] == "Training"]

	(closes,) = of(manager)
	assert closes.endswith(f"{procedure.CONFIDENTIAL}.")
	assert trainings.closed_levels("Administrator") == []
	frappe.db.set_value("SOP Training", COURSE, "mandatory", 0)  # and no other is
	assert of(manager) == [None]
	frappe.db.set_value("SOP Training", COURSE, "mandatory", 1)
	assert take(manager, as_user)["passed"]
	assert trainings.closed_levels(manager) == [] == of(manager)


def test_roles_given_past_the_user_are_found_daily(course, make_user):
	user = make_user(procedure.CUSTOMER_SUPPORT)
	frappe.get_doc("User", user).append("roles", {"role": procedure.ACCOUNT_MANAGER}).db_insert()
	frappe.clear_cache(user=user)
	trainings.assign_all()
	assert state_of(user) == rules.ASSIGNED
	trainings.assign_all()
	assert frappe.db.count("SOP Training Assignment", {"user": user}) == 1


def test_those_for_whom_nothing_changes_take_no_queries(course, make_user, count_queries):
	make_user(procedure.ACCOUNT_MANAGER)
	few = count_queries(trainings.assign_all)
	for _number in range(3):
		make_user(procedure.ACCOUNT_MANAGER)
	assert count_queries(trainings.assign_all) == few


def test_a_user_whose_training_cannot_be_assigned_does_not_stop_the_others(course, make_user, monkeypatch):
	users = sorted(make_user(procedure.CUSTOMER_SUPPORT) for _ in "ab")
	for user in users:
		frappe.get_doc("User", user).append("roles", {"role": procedure.ACCOUNT_MANAGER}).db_insert()
		frappe.clear_cache(user=user)
	assign = trainings.assign

	def assign_or_fail(user, *args):
		if user == users[0]:
			raise frappe.ValidationError("An assignment needs a colour")
		return assign(user, *args)

	monkeypatch.setattr(trainings, "assign", assign_or_fail)
	trainings.assign_all()
	assert state_of(users[1]) == rules.ASSIGNED
	assert trainings.states_of(users[0]) == {}
	assert frappe.db.exists("Error Log", {"reference_doctype": "User", "reference_name": users[0]})


def test_failing_once_then_passing_opens_what_requires_training(manager, required, log, as_user):
	record = log(procedure.SERVICE_UPDATE, responsible_staff=manager)
	with as_user(manager):
		assert not may_read(record)
		reasons = api.explain_access(record.doctype, record.name)
		assert reasons["rule"] == "training-not-current"
	failed = take(manager, as_user, {"1": [2], "2": [1]})
	assert not failed["passed"] and failed["score"] == 50
	assert failed["wrong"] == [{"question": "What needs consent?", "explanation": "Third parties need it."}]
	with as_user(manager):
		assert not may_read(record)
	passed = take(manager, as_user)
	assert passed["passed"] and passed["score"] == 100
	with as_user(manager):
		assert may_read(record)
	assert [
		row.status
		for row in frappe.get_all(
			"SOP Training Attempt", {"user": manager}, ["status"], order_by="creation asc"
		)
	] == ["Failed", "Passed"]


def test_a_year_later_it_lapses_with_the_way_back(manager, required, log, as_user, clock_at):
	record = log(procedure.SERVICE_UPDATE, responsible_staff=manager)
	take(manager, as_user)
	until = frappe.utils.add_months(frappe.utils.nowdate(), 12)
	with clock_at(f"{until} 10:00"), as_user(manager):
		assert may_read(record)
		assert state_of(manager) == rules.DUE
	with clock_at(f"{frappe.utils.add_days(until, 1)} 10:00"), as_user(manager):
		assert not may_read(record)
		assert state_of(manager) == rules.LAPSED
		take(manager, as_user)
		assert may_read(record)


def test_the_refusal_shows_the_way_to_the_training(manager, required, log, as_user):
	record = log(procedure.SERVICE_UPDATE, responsible_staff=manager)
	with as_user(manager):
		said = refused(record)
	assert "take-training" in said and "requires training" in said


def test_answers_are_kept_between_sittings(manager, as_user):
	with as_user(manager):
		first = api.open_training(COURSE)
		api.keep_training_answers(first["attempt"], {"1": [3]})
		again = api.open_training(COURSE)
	assert again["attempt"] == first["attempt"]
	assert again["answers"] == {"1": [3]}
	assert again["questions"] == first["questions"]


def test_the_paper_does_not_tell_what_is_right(manager, as_user):
	with as_user(manager):
		paper = api.open_training(COURSE)
		assert "right" not in frappe.as_json(paper)
		doc = frappe.client.get("SOP Training", COURSE)
		assert not any(row.get("right_options") for row in doc["questions"])


def test_no_answer_is_found_in_what_every_desk_user_can_read(course, manager, as_user, monkeypatch):
	monkeypatch.setattr(frappe.local, "request", frappe._dict(method="POST"), raising=False)
	with as_user(manager):
		frappe.response.docs = []
		run_doc_method(
			"add_comment", dt="SOP Training", dn=COURSE, args={"comment_type": "Comment", "text": "Hi"}
		)
		answered = json.dumps(frappe.response.docs, default=str) + frappe.as_json(
			frappe.client.get("SOP Training", COURSE)
		)
		assert "What needs consent?" in answered
		assert "Third parties need it." not in answered and '"1, 3"' not in answered
		for field, value in (("right_options", "1%"), ("right_options", "1, 3"), ("explanation", "%Third%")):
			assert not found(["SOP Training Question", field, "like", value])
		form = load_form(course)
		assert not any(row.get("right_options") or row.get("explanation") for row in form.questions)


def found(condition):
	try:
		return frappe.get_list("SOP Training", [condition, ["name", "=", COURSE]])
	except frappe.PermissionError:  # so Frappe 16
		return []


def load_form(course):
	frappe.response.docs = []
	load.getdoc("SOP Training", course.name)
	(form,) = frappe.response.docs
	return form


def test_users_who_edit_a_training_see_the_answers_and_an_unchanged_one_is_stored_as_before(course):
	form = load_form(course)
	assert [row.right_options for row in form.questions] == ["2", "1, 3"]
	assert form.questions[1].explanation == "Third parties need it."
	before = {row.name: (row.right_options, row.explanation) for row in course.reload().questions}
	form.questions[0].right_options = "3"
	frappe.response.docs = []
	savedocs(frappe.as_json(form), "Save")
	(shown,) = frappe.response.docs
	assert [row.right_options for row in shown.questions] == ["3", "1, 3"]
	after = {row.name: (row.right_options, row.explanation) for row in course.reload().questions}
	first, second = (row.name for row in course.questions)
	assert after[second] == before[second] and after[first] != before[first]
	assert [sorted(question.right) for question in course.as_rules()] == [[3], [1, 3]]


def test_answers_encrypted_with_another_key_are_to_be_entered_again(course, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, "encryption_key", Fernet.generate_key().decode())
	with pytest.raises(frappe.ValidationError, match=r"row 1: .*Correct Options.* another key"):
		course.reload().as_rules()
	form = load_form(course)
	assert not any(row.right_options or row.explanation for row in form.questions)
	for row, right in zip(form.questions, ("1", "2, 3"), strict=True):
		row.right_options = right
	savedocs(frappe.as_json(form), "Save")
	assert [sorted(question.right) for question in course.reload().as_rules()] == [[1], [2, 3]]


def test_answers_of_former_versions_are_encrypted_and_left_out_of_the_history(course):
	row = course.questions[1]
	plain = {"right_options": "1, 3", "explanation": "Third parties need it."}
	frappe.db.set_value(row.doctype, row.name, dict(plain))
	history = {
		"added": [["questions", {"question": "New", **plain}]],
		"row_changed": [["questions", 1, row.name, [["right_options", "1, 3", "1"], ["question", "A", "B"]]]],
	}
	version = frappe.get_doc(
		doctype="Version", ref_doctype="SOP Training", docname=COURSE, data=json.dumps(history)
	).insert()
	for _again in range(2):
		seal_training_answers.execute()
	assert set(frappe.db.get_value(row.doctype, row.name, list(plain))) & set(plain.values()) == set()
	assert sorted(course.reload().as_rules()[1].right) == [1, 3]
	data = frappe.db.get_value("Version", version.name, "data")
	assert "Third parties" not in data and "1, 3" not in data and '"question", "A", "B"' in data


@pytest.mark.parametrize("number", ["x", None, [1], float("nan"), float("inf")])
def test_answers_without_numbers_are_refused(course, manager, as_user, number):
	"""JSON knows Infinity."""
	with as_user(manager):
		attempt = api.open_training(COURSE)["attempt"]
		with pytest.raises(frappe.ValidationError, match="list of option numbers"):
			api.finish_training(attempt, {"1": [number]})


def test_no_one_takes_what_is_not_theirs(course, manager, make_user, as_user):
	other = make_user(procedure.ACCOUNT_MANAGER)
	with as_user(manager):
		attempt = api.open_training(COURSE)["attempt"]
	with as_user(other), pytest.raises(frappe.PermissionError):
		api.finish_training(attempt, RIGHT)
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError, match="not assigned"):
		api.open_training(COURSE)


def test_another_app_reports_a_completion(manager, make_user, as_user):
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError):
		api.complete_training(manager, COURSE)
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		done = api.complete_training(manager, COURSE, frappe.utils.add_days(frappe.utils.nowdate(), -1), 90)
	assert state_of(manager) == rules.CURRENT
	record = frappe.get_last_doc("SOP Training Record", {"user": manager})
	assert (record.score, str(record.valid_until)) == (90, done["valid_until"])


@pytest.mark.parametrize("role", [procedure.COMPLIANCE_OFFICER, procedure.COMMUNICATIONS_MANAGER])
def test_who_records_trainings_takes_their_own(role, manager, make_user, as_user):
	"""At a level that requires training, it opens records."""
	officer = make_user(role)
	own = {"doctype": "SOP Training Record", "training": COURSE, "user": officer}
	kept = frappe.get_doc({**own, "completed_on": "2020-01-01"}).insert()
	with as_user(officer):
		with pytest.raises(frappe.PermissionError, match="your own training"):
			frappe.get_doc({**own, "completed_on": frappe.utils.nowdate()}).insert()
		with pytest.raises(frappe.PermissionError, match="your own training"):
			api.complete_training(officer, COURSE)
		for change in ({"completed_on": frappe.utils.nowdate()}, {"user": manager}):
			kept.reload()
			kept.update(change)
			with pytest.raises(frappe.PermissionError, match="your own training"):
				kept.save()
		frappe.get_doc({**own, "user": manager, "completed_on": frappe.utils.nowdate()}).insert()
	assert state_of(manager) == rules.CURRENT


@pytest.fixture
def other_apps(monkeypatch):
	"""Functions of other apps that report completions, by their paths."""

	def have(paths):
		get_hooks, call = frappe.get_hooks, frappe.call
		monkeypatch.setattr(
			frappe,
			"get_hooks",
			lambda hook=None, *args, **kwargs: [*paths]
			if hook == trainings.COMPLETED_HOOK
			else get_hooks(hook, *args, **kwargs),
		)
		monkeypatch.setattr(
			frappe,
			"call",
			lambda fn, *args, **kwargs: paths[fn](**kwargs) if fn in paths else call(fn, *args, **kwargs),
		)

	return have


def test_completions_that_other_apps_know_are_collected(manager, other_apps, errors):
	"""The hook: daily, and at once when the user opens the training."""
	yesterday = frappe.utils.add_days(frappe.utils.nowdate(), -1)
	asked = []

	def reported(training=None, user=None, since=None):
		asked.append((training, user, str(since)))
		return [{"user": manager, "training": COURSE, "completed_on": yesterday, "score": 95}]

	def broken(**arguments):
		raise ValueError("The other app is broken")

	other_apps({"other_app.completed": reported, "broken_app.completed": broken})
	assert trainings.collect() == 1
	assert trainings.collect() == 0
	assert state_of(manager) == rules.CURRENT
	assert asked[0] == (None, None, str(frappe.utils.add_months(frappe.utils.getdate(), -12)))
	assert any("broken" in error for error in errors())
	record = frappe.get_last_doc("SOP Training Record", {"user": manager})
	assert (str(record.completed_on), record.score) == (yesterday, 95)


def test_a_completion_that_cannot_be_recorded_does_not_stop_the_others(manager, other_apps, errors):
	yesterday, tomorrow = (frappe.utils.add_days(frappe.utils.nowdate(), days) for days in (-1, 1))
	known = {"user": manager, "training": COURSE, "completed_on": yesterday}
	early, gone = {**known, "completed_on": tomorrow}, {**known, "user": "left@example.com"}
	no_day, unnamed = {**known, "completed_on": "soon"}, {"user": manager}
	other_apps({"other_app.completed": lambda **_arguments: [gone, early, no_day, known, unnamed]})
	assert trainings.collect() == 1
	assert state_of(manager) == rules.CURRENT
	assert len(errors()) == 3, "only of what is wrong: the site need not have every user of another app"


def test_completions_are_asked_for_as_long_as_they_count(course, other_apps):
	course.db_set("valid_months", 36)
	asked = []
	other_apps({"other_app.completed": lambda **arguments: asked.append(arguments["since"])})
	trainings.collect()
	assert asked == [frappe.utils.add_months(frappe.utils.getdate(), -36)]


def test_files_of_a_training_are_offered_to_those_who_take_it(manager, as_user):
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "handbook.txt",
			"content": "Read this as well.",
			"attached_to_doctype": "SOP Training",
			"attached_to_name": COURSE,
			"is_private": 1,
		}
	).insert()
	with as_user(manager):
		(offered,) = api.open_training(COURSE)["files"]
		assert offered["file_url"] == file.file_url
		assert frappe.get_doc("File", file.name).is_downloadable()


@pytest.mark.parametrize(
	("arguments", "message"),
	[
		({"training": "No such course"}, "does not exist"),
		({"user": "nobody@example.com"}, "does not exist"),
		({"completed_on": "2099-01-01"}, "not in the future"),
		({"score": 101}, "from 0 to 100"),
	],
)
def test_a_completion_that_makes_no_sense_is_refused(manager, arguments, message):
	with pytest.raises(frappe.ValidationError, match=message):
		api.complete_training(**{"user": manager, "training": COURSE, **arguments})
	assert not frappe.db.count("SOP Training Record", {"user": manager})


def test_who_would_be_locked_out_is_known_before(manager, make_user, as_user):
	other = make_user(procedure.ACCOUNT_MANAGER)
	take(manager, as_user)
	with as_user(make_user(procedure.COMMUNICATIONS_MANAGER)):
		locked_out = {row["user"] for row in api.locked_out_by_training(procedure.CONFIDENTIAL)}
	assert other in locked_out and manager not in locked_out


def test_trained_is_by_the_trainings_of_ones_roles(manager, make_user, required):
	agent = make_user(procedure.CUSTOMER_SUPPORT)
	assert policy.is_trained(agent)
	assert not policy.is_trained(manager)
	frappe.db.set_value("SOP Training", COURSE, "mandatory", 0)
	assert not policy.is_trained(agent), "without any mandatory training nobody is trained"


def test_reminders_go_to_the_person_and_when_overdue_to_the_manager_role(course, make_user, clock_at):
	boss = make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	with clock_at("2026-11-02 09:00"):
		user = make_user(procedure.ACCOUNT_MANAGER)

	def told(day):
		with clock_at(f"{day} 06:00"):
			before = set(frappe.get_all("Notification Log", pluck="name"))
			trainings.remind()
			new = {"document_name": COURSE, "name": ("not in", [*before, ""])}
			return set(frappe.get_all("Notification Log", new, pluck="for_user")) & {boss, user}

	# The assignment was announced the day before, and the step of 30 days lies before it.
	assert told("2026-11-03") == set()
	assert told("2026-11-09") == {user}  # seven days before the grace period ends
	assert told("2026-11-09") == set()
	assert told("2026-11-15") == {user}
	assert told("2026-11-16") == {user}
	assert told("2026-11-20") == set()
	assert told("2026-11-23") == {user, boss}


def test_a_supervisor_is_told_once_of_all_that_is_overdue(course, make_user, clock_at, monkeypatch):
	boss = make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	more = frappe.copy_doc(course).update({"training_name": "Second Course"}).insert()
	with clock_at("2026-11-02 09:00"):
		users = [
			make_user(procedure.ACCOUNT_MANAGER, first_name=name, last_name="Vogt") for name in ("Ada", "Ben")
		]

	def told(day):
		with clock_at(f"{day} 06:00"):
			before = frappe.get_all("Notification Log", pluck="name")
			trainings.remind()
			new = {"for_user": boss, "name": ("not in", [*before, ""])}
			return frappe.get_all("Notification Log", new, ["subject", "link"])

	assert told("2026-11-16") == []
	(all_of_them,) = told("2026-11-23")
	for part in ("overdue (4)", "Ada Vogt", "Ben Vogt", COURSE, more.name):
		assert part in all_of_them.subject
	assert all_of_them.link.endswith("/query-report/Training Status")
	monkeypatch.setattr(overdue_trainings, "_NAMED", 1)
	(shorter,) = told("2026-11-30")
	assert "Ada Vogt" in shorter.subject and "Ben" not in shorter.subject and "1 more" in shorter.subject
	frappe.db.delete("SOP Training Assignment", {"user": users[1]})
	(of_one,) = told("2026-12-07")
	assert of_one.link.endswith(f"?user={frappe.utils.quote(users[0])}")


def test_the_team_report(manager, make_user, as_user):
	from client_comms.communication_governance.report.training_status import training_status

	other = make_user(procedure.ACCOUNT_MANAGER)
	take(manager, as_user)
	with as_user(make_user(procedure.CUSTOMER_SUPPORT_MANAGER)):
		_columns, rows, _message, chart = training_status.execute({"role": procedure.ACCOUNT_MANAGER})
	states = {row["user"]: row["state"] for row in rows}
	assert (states[manager], states[other]) == (rules.CURRENT, rules.ASSIGNED)
	assert chart["data"]["labels"] == ["Assigned", "Current"]
	with as_user(manager), pytest.raises(frappe.PermissionError):
		training_status.execute()


def test_the_report_of_more_people_takes_no_more_queries(make_user):
	from client_comms.communication_governance.report.training_status import training_status

	def asked() -> int:
		frappe.local.fullnames = {}
		with mock.patch.object(frappe.local.db, "sql", mock.Mock(wraps=frappe.db.sql)) as sql:
			training_status.execute()
		return sql.call_count

	make_user(procedure.ACCOUNT_MANAGER)
	asked()  # fills Frappe's caches
	few = asked()
	for _number in range(3):
		make_user(procedure.ACCOUNT_MANAGER)
	assert asked() == few


def test_everyone_who_sees_the_report_can_filter_it_by_role(course, make_user, as_user):
	"""Also by a role that only a training names."""
	from client_comms.communication_governance.report.training_status import training_status

	course.append("roles", {"role": "Sales User"})
	course.save()
	seller = make_user("Sales User", procedure.FRONTLINE_STAFF)

	for role in (
		procedure.CUSTOMER_SUPPORT_MANAGER,
		procedure.COMPLIANCE_OFFICER,
		procedure.COMMUNICATIONS_MANAGER,
	):
		with as_user(make_user(role)):
			offered = api.training_roles()
			assert {"Sales User", procedure.ACCOUNT_MANAGER} <= set(
				offered
			) and "System Manager" not in offered
			_columns, rows, *_rest = training_status.execute({"role": "Sales User"})
		assert [row["user"] for row in rows] == [seller]
	with as_user(seller), pytest.raises(frappe.PermissionError):
		api.training_roles()


def test_a_new_employee_from_the_first_day_to_the_lapse_and_back(
	course, required, make_user, log, as_user, clock_at
):
	"""Assigned at once, reads two policies, fails, passes, opens what requires training; a year later lapses and is back."""
	officer = make_user(procedure.COMPLIANCE_OFFICER)
	policies = []
	for title in ("Use of Messengers", "Clean Desk"):
		policy = frappe.get_doc(
			{
				"doctype": "SOP Policy",
				"policy_title": title,
				"policy_kind": "Other",
				"version_label": "1.0",
				"change_summary": "First version",
				"effective_from": "2026-11-01",
				"next_review_on": "2029-11-01",
				"policy_owner": officer,
				"roles": [{"role": procedure.ACCOUNT_MANAGER}],
				"body": "<p>What applies here.</p>",
			}
		).insert()
		with as_user(officer):
			frappe.get_doc(policy.doctype, policy.name).submit()
		policies.append(policy.name)

	with clock_at("2026-11-25 09:00"):
		employee = make_user(procedure.ACCOUNT_MANAGER)
		record = log(procedure.SERVICE_UPDATE, responsible_staff=employee)
		with as_user(employee):
			duties = {(duty["what"], duty["title"]) for duty in api.owed_today()["duties"]}
			assert duties == {
				("Training", COURSE),
				("Policy to Read", "Use of Messengers (1.0)"),
				("Policy to Read", "Clean Desk (1.0)"),
			}
			for name in policies:
				api.attest_policy(name)
			assert not may_read(record)
		assert not take(employee, as_user, {"1": [1], "2": [1, 3]})["passed"]
		with as_user(employee):
			assert not may_read(record)
		assert take(employee, as_user)["valid_until"] == "2027-11-25"
		with as_user(employee):
			assert may_read(record)
			assert api.owed_today()["duties"] == []
	with clock_at("2027-11-26 09:00"):
		with as_user(employee):
			assert "take-training" in refused(record)
			assert [duty["title"] for duty in api.owed_today()["duties"]] == [COURSE]
		assert take(employee, as_user)["passed"]
		with as_user(employee):
			assert may_read(record)
