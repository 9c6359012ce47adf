"""Lists and forms of the desk show users by their names (R-1)."""

import frappe
import pytest

from client_comms import api
from client_comms.enforcement.methods import form_load

pytestmark = pytest.mark.clause("R-1")


@pytest.fixture
def fiona(make_user):
	return make_user("Frontline Staff", first_name="Fiona", last_name="Berg")


def test_users_of_the_desk_read_the_names_of_colleagues(fiona, make_user, as_user, monkeypatch):
	left = make_user("Account Manager", first_name="Left", last_name="Long Ago")
	frappe.db.set_value("User", left, "enabled", 0)
	client = make_user("Customer", user_type="Website User", first_name="Anna")
	with as_user(make_user("Account Manager")):
		found = api.user_names([fiona, left, client, "nobody@example.com"])
	assert found == {fiona: "Fiona Berg", left: "Left Long Ago"}
	monkeypatch.setitem(frappe.local.flags, "in_test", False)  # in tests, version 15 does not ask for roles
	with as_user(client), pytest.raises(frappe.PermissionError):
		api.user_names([fiona])


def test_a_form_comes_with_the_names_of_its_users(fiona, make_user, log, as_user):
	owner = make_user("Frontline Staff", first_name="Olga", last_name="Owner")
	item = {"description": "Call back", "assigned_to": fiona, "due_on": "2026-12-24"}
	doc = log(responsible_staff=owner, action_items=[item], party_name="Anna Client")
	with as_user(make_user("Customer Support Manager")):
		form_load.getdoc(doc.doctype, doc.name)
		known = frappe.response["docinfo"]["user_info"]
		assert {known[user]["fullname"] for user in (owner, fiona)} == {"Olga Owner", "Fiona Berg"}
		frappe.response.clear()
		frappe.response["docs"] = []
		form_load.savedocs(frappe.get_doc(doc.doctype, doc.name).as_json(), "Save")
		assert known.items() <= frappe.response["docinfo"]["user_info"].items()
