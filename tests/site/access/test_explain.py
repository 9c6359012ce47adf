"""`explain_access` returns Frappe's decision and the reason (D-5)."""

import frappe
import pytest
from frappe.permissions import add_user_permission

from client_comms.api import explain_access
from client_comms.enforcement import policy
from client_comms.rules import access

pytestmark = pytest.mark.clause("D-5")

INTERACTION = "Client Interaction"
ROLES = [
	("Frontline Staff",),
	("Account Manager",),
	("Customer Support",),
	("Customer Support Manager",),
	("Compliance Officer",),
	("Client Communications Manager",),
	("System Manager",),
	("Frontline Staff", "Customer Support"),
	("Sales User",),  # no role of the procedure; without any role there is no desk, and nothing is explained
]


@pytest.fixture
def records(log):
	return [
		log("Initial Inquiry", confidentiality_level="Standard").name,
		log("Service Update", confidentiality_level="Confidential").name,
		log("Feedback/Complaint", confidentiality_level="Sensitive").name,
	]


def test_it_answers_what_frappe_answers_in_words(make_user, as_user, records):
	allowed = set()
	for roles in ROLES:
		user = make_user(*roles)
		with as_user(user):
			for name in records:
				for action in access.ACTIONS:
					answer = explain_access(INTERACTION, name, action=action)
					assert set(answer) == {"allowed", "rule", "reasons"}
					assert answer["allowed"] is bool(frappe.has_permission(INTERACTION, action, name))
					assert isinstance(answer["rule"], str) and answer["rule"]
					assert answer["reasons"] and all(isinstance(r, str) and r for r in answer["reasons"])
					allowed.add(answer["allowed"])
	assert allowed == {True, False}


@pytest.mark.parametrize(
	("role", "level", "rule", "words"),
	[
		("Frontline Staff", "Standard", access.BY_ROLE, ["Frontline Staff", "Standard"]),
		(
			"Account Manager",
			"Confidential",
			access.BY_RESPONSIBLE_PARTY,
			["Account Manager", "Service Update"],
		),
		("Customer Support Manager", "Sensitive", access.BY_OVERSIGHT, ["oversight", "Sensitive"]),
		("Frontline Staff", "Sensitive", access.NO_CLEARANCE, ["Customer Support Manager", "Give"]),
		("Customer Support", "Sensitive", access.NOT_PARTICIPANT, ["responsible staff", "grant"]),
		(
			"Customer Support",
			"Confidential",
			access.NOT_RESPONSIBLE_PARTY,
			["account manager", "Account Manager"],
		),
	],
)
def test_it_names_the_rule(role, level, rule, words, make_user, as_user, log):
	kind = {
		"Standard": "Initial Inquiry",
		"Confidential": "Service Update",
		"Sensitive": "Feedback/Complaint",
	}
	name = log(kind[level]).name
	with as_user(make_user(role)):
		answer = explain_access(INTERACTION, name)
	assert answer["rule"] == rule
	assert all(word in " ".join(answer["reasons"]) for word in words), answer["reasons"]


def test_administrator_is_told_so(records):
	assert explain_access(INTERACTION, records[2])["rule"] == access.ADMINISTRATOR


@pytest.mark.parametrize("role", ["Compliance Officer", "Client Communications Manager"])
def test_these_roles_may_ask_about_others(role, make_user, as_user, records):
	other = make_user("Frontline Staff")
	with as_user(make_user(role)):
		assert explain_access(INTERACTION, records[0], user=other)["allowed"] is True
		assert explain_access(INTERACTION, records[2], user=other)["allowed"] is False


def test_a_user_who_is_not_there_or_cannot_log_in(make_user, as_user, records):
	other = make_user("Customer Support Manager")
	with as_user(make_user("Compliance Officer")):
		with pytest.raises(frappe.DoesNotExistError, match="nobody@own"):
			explain_access(INTERACTION, records[0], user="nobody@own.example")
		assert explain_access(INTERACTION, records[2], user=other)["allowed"] is True
		frappe.db.set_value("User", other, "enabled", 0)
		answer = explain_access(INTERACTION, records[2], user=other)
	assert (answer["allowed"], answer["rule"]) == (False, "user-disabled")
	assert other in answer["reasons"][0]


@pytest.mark.parametrize("role", ["Customer Support Manager", "Frontline Staff", "System Manager"])
def test_no_one_else_may_ask_about_others(role, make_user, as_user, records):
	other, user = make_user("Customer Support"), make_user(role)
	with as_user(user):
		with pytest.raises(frappe.PermissionError, match="Compliance Officer"):
			explain_access(INTERACTION, records[0], user=other)
		assert explain_access(INTERACTION, records[0], user=user)["rule"]


def test_a_missing_role_permission_is_named(make_user, as_user, records):
	"""A clearance for a role without a row in the Role Permissions Manager opens nothing."""
	level = frappe.get_doc("Confidentiality Level", "Standard")
	level.append("clearances", {"role": "Sales User", "can_read": 1})
	level.save()
	with as_user(make_user("Sales User")):
		answer = explain_access(INTERACTION, records[0])
	assert (answer["allowed"], answer["rule"]) == (False, "role-permission")
	assert "Role Permissions Manager" in answer["reasons"][-1]


def test_a_user_permission_is_named(make_user, as_user, records):
	user = make_user("Frontline Staff")
	add_user_permission("Communication Type", "Service Update", user)
	with as_user(user):
		answer = explain_access(INTERACTION, records[0])
		assert not frappe.has_permission(INTERACTION, "read", records[0])
	assert (answer["allowed"], answer["rule"]) == (False, "user-permission")
	assert "User Permissions" in answer["reasons"][-1]


@pytest.mark.clause("T-1")
def test_a_level_that_requires_training_is_named(make_user, as_user, records):
	frappe.db.set_value("Confidentiality Level", "Standard", "require_training", 1)
	policy.clear_cache()
	with as_user(make_user("Frontline Staff")):
		answer = explain_access(INTERACTION, records[0])
	assert (answer["allowed"], answer["rule"]) == (False, access.TRAINING_NOT_CURRENT)
	assert "training" in answer["reasons"][-1]


def test_what_is_not_there_or_not_an_action_is_refused(make_user, as_user, records):
	with as_user(make_user("Compliance Officer")):
		with pytest.raises(frappe.DoesNotExistError):
			explain_access(INTERACTION, "CI-0000-00000")
		with pytest.raises(frappe.ValidationError, match="export"):
			explain_access(INTERACTION, records[0], action="steal")
