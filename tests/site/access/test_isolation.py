"""The guarantees of tests/conftest.py on which all other site tests depend."""

import frappe
import pytest
import requests

NAME = "Isolation of tests"


def note(title=NAME):
	return frappe.get_doc({"doctype": "Note", "title": title}).insert()


@pytest.mark.parametrize("run", ["first", "second"])
def test_a_commit_does_not_outlast_its_test(run):
	assert not frappe.db.exists("Note", {"title": NAME})
	note()
	frappe.db.commit()


def test_a_rollback_keeps_what_was_committed_and_nothing_else():
	kept = note().name
	frappe.db.commit()
	lost = note("Isolation of tests, lost").name
	frappe.db.rollback()
	assert frappe.db.exists("Note", kept)
	assert not frappe.db.exists("Note", lost)


def test_callbacks_run_when_the_code_commits():
	called = []
	frappe.db.after_commit.add(lambda: called.append("committed"))
	assert not called
	frappe.db.commit()
	assert called == ["committed"]


@pytest.mark.parametrize("run", ["first", "second"])
def test_flags_messages_and_the_user_are_fresh(run, make_user):
	assert frappe.session.user == "Administrator"
	assert not frappe.flags.left_behind
	assert not frappe.local.message_log
	frappe.flags.left_behind = True
	frappe.msgprint("left behind")
	frappe.set_user(make_user("Sales User"))


@pytest.mark.parametrize("run", ["first", "second"])
def test_the_structure_is_read_again_after_a_test_changed_it(run):
	assert not frappe.get_meta("Note").get_field("title").description
	frappe.make_property_setter(
		{"doctype": "Note", "fieldname": "title", "property": "description", "value": "Changed"}
	)
	frappe.db.commit()
	assert frappe.get_meta("Note").get_field("title").description == "Changed"


def test_as_user_comes_back_also_after_an_error(as_user, make_user):
	user = make_user("Sales User")
	with pytest.raises(frappe.ValidationError):
		with as_user(user):
			assert frappe.session.user == user
			frappe.throw("no")
	assert frappe.session.user == "Administrator"


@pytest.mark.committed
def test_the_web_server_sees_a_committed_user(http, make_user):
	user = make_user("Sales User", password="correct horse")
	session = requests.Session()
	session.post(f"{http}/api/method/login", data={"usr": user, "pwd": "correct horse"}).raise_for_status()
	answer = session.get(f"{http}/api/method/frappe.auth.get_logged_user")
	assert answer.json()["message"] == user
