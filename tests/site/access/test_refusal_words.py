"""A refusal says what to do next: staff learn whom to ask, clients to write (D-5). Clients read no names of staff and no word of levels."""

import frappe
import pytest

from client_comms import procedure, roles
from client_comms.api import access
from client_comms.enforcement import guards
from client_comms.enforcement.doctypes import admin_tools

pytestmark = pytest.mark.clause("D-5")

NAMED = {"first_name": "Aaron", "last_name": "Aaronson"}  # the first of the five whom a message names


@pytest.fixture
def officer(make_user):
	return make_user(roles.COMPLIANCE_OFFICER, **NAMED)


@pytest.fixture
def client(make_user):
	return make_user("Customer", user_type="Website User")


CHECKS = {
	"auditing": roles.require_auditing,
	"configuring": roles.require_configuring_or_auditing,
	"texts": roles.require_approving_texts,
	"asking about others": lambda: access.explain_access("Issue", "none", user="Administrator"),
}


@pytest.mark.parametrize("check", CHECKS)
def test_staff_learn_which_role_is_needed_and_who_has_it(check, officer, make_user, as_user):
	with as_user(make_user(procedure.FRONTLINE_STAFF)):
		with pytest.raises(frappe.PermissionError, match=r"Compliance Officer.*such as Aaron Aaronson"):
			CHECKS[check]()


@pytest.mark.parametrize("check", ["auditing", "configuring", "texts"])
def test_clients_read_no_names_of_staff(check, officer, client, as_user):
	with as_user(client), pytest.raises(frappe.PermissionError) as refusal:
		CHECKS[check]()
	assert "Aaron" not in str(refusal.value)


def test_who_has_no_clearance_learns_whom_to_ask(log, client, make_user, as_user):
	complaint = log("Feedback/Complaint")
	comment = complaint.add_comment("Comment", "Secret")
	with as_user(make_user(procedure.FRONTLINE_STAFF)):
		with pytest.raises(frappe.PermissionError, match=r"no clearance .* Ask a colleague"):
			guards.require("Comment", comment.name)
	for user in (client, "Guest"):
		with as_user(user), pytest.raises(frappe.PermissionError, match="please contact us") as refusal:
			guards.require("Comment", comment.name)
		assert "clearance" not in str(refusal.value)


def test_what_needs_every_clearance_names_the_roles_that_have_it(client, make_user, as_user):
	with as_user(make_user("System Manager")):
		with pytest.raises(frappe.PermissionError, match=r"one of these roles: .*Compliance Officer"):
			admin_tools.require_everything("The console shows every record.")
	with as_user(client), pytest.raises(frappe.PermissionError, match="please contact us") as refusal:
		admin_tools.require_everything("The console shows every record.")
	assert "Compliance" not in str(refusal.value)
