"""Who can open a page that the desk refuses: its roles, and colleagues who have one of them (D-5)."""

import frappe
import pytest

from client_comms import api, procedure, roles

pytestmark = pytest.mark.clause("D-5")


@pytest.fixture
def frontline(make_user):
	return make_user(procedure.FRONTLINE_STAFF)


@pytest.mark.parametrize(
	("address", "title", "roles"),
	[
		("access-explorer", "Access Explorer", ["Client Communications Manager", "Compliance Officer"]),
		("leak-check", "Leak Check", ["Compliance Officer"]),
		("Team Board", "Team Board", ["Compliance Officer", "Customer Support Manager"]),
		("team-board", "Team Board", ["Compliance Officer", "Customer Support Manager"]),
		("legal-hold", "Legal Hold", ["Compliance Officer"]),
		("communication-governance", "Communication Governance", ["Customer Support Manager"]),
		("approve-templates", "Approve Texts", ["Compliance Officer", "Client Communications Manager"]),
	],
)
def test_a_refusal_names_the_roles_and_who_can_help(address, title, roles, frontline, make_user, as_user):
	colleague = make_user(roles[0], first_name="Aaron", last_name="Aaronson")
	with as_user(frontline):
		told = api.who_opens(address)
	assert told["title"] == title
	opens, helps = told["sentences"]
	assert title in opens and all(role in opens for role in roles) and procedure.FRONTLINE_STAFF not in opens
	assert frappe.db.get_value("User", colleague, "full_name") in helps


def test_without_anyone_who_has_the_role_it_says_who_gives_it(frontline, as_user):
	frappe.db.delete("Has Role", {"role": "Compliance Officer", "parenttype": "User"})
	with as_user(frontline):
		assert "System Manager" in api.who_opens("leak-check")["sentences"][1]


def test_custom_roles_of_a_page_count(frontline, as_user):
	frappe.get_doc(
		{"doctype": "Custom Role", "page": "leak-check", "roles": [{"role": "Accounts Manager"}]}
	).insert()
	with as_user(frontline):
		assert "Accounts Manager" in api.who_opens("leak-check")["sentences"][0]


def test_a_report_typed_as_a_page_is_found(make_user, as_user):
	with as_user(make_user(procedure.CUSTOMER_SUPPORT_MANAGER)):
		assert api.who_opens("team-board") == {"route": ["query-report", "Team Board"]}
		assert api.who_opens("Team Board") == {}


def test_a_contact_is_opened_by_roles_that_open_more_than_their_own(make_user, as_user):
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		opens = api.who_opens("Contact")["sentences"][0]
	assert "Sales User" in opens and "All" not in opens
	with as_user(make_user("Sales User")):
		assert api.who_opens("Contact") == {}


def test_the_step_of_setting_up_mailboxes_says_who_opens_them(make_user, as_user):
	with as_user(make_user(procedure.COMMUNICATIONS_MANAGER)):
		told = api.who_opens("email-account")
	assert told["title"] == "Email Account"
	assert "System Manager" in told["sentences"][0]


def test_where_administrator_alone_manages_the_system_they_are_the_one_to_ask(
	make_user, as_user, monkeypatch
):
	user = make_user(procedure.COMMUNICATIONS_MANAGER)
	monkeypatch.setattr(roles, "users_with_role", lambda *_roles: {"Administrator"})
	with as_user(user):
		told = api.who_opens("email-account")
	assert told["sentences"][1] == "No user has such a role. Ask the Administrator of this site."


def test_users_whose_roles_do_not_let_them_act_are_told_who_can(make_user, as_user, log):
	name = log().name
	make_user(procedure.FRONTLINE_STAFF, first_name="Aaron", last_name="Aaronson")
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		for act in (lambda: api.acknowledge(name), lambda: api.log_interaction(subject="x")):
			with pytest.raises(frappe.PermissionError, match=r"Frontline Staff.*Aaron Aaronson"):
				act()
	with as_user(make_user(procedure.FRONTLINE_STAFF)):
		with pytest.raises(frappe.PermissionError, match="Only users with one of these roles"):
			api.complete_training("Administrator", "Client Communication Procedure")


@pytest.mark.parametrize(
	"address", ["role-profile", "user", "error-log", "customer", "Sales Invoice", "holiday-list"]
)
def test_of_documents_to_which_forms_and_texts_lead_it_says_who_opens_them(address, frontline, as_user):
	title = address.replace("-", " ").title()
	with as_user(frontline):
		told = api.who_opens(address)
	assert told["title"] == title
	opens, helps = told["sentences"]
	assert opens.startswith(f"{title} can be opened by users with one of these roles: ") and "Ask" in helps


@pytest.mark.parametrize("address", ["todo", "owed-today", "no-such-page", "background_jobs", ""])
def test_nothing_is_said_of_what_they_can_open_or_is_a_page_of_others(address, frontline, as_user):
	with as_user(frontline):
		assert api.who_opens(address) == {}


def test_clients_learn_no_names(make_user, as_user):
	with as_user(make_user(user_type="Website User")):
		assert api.who_opens("leak-check") == {}


def test_a_step_of_setting_up_says_who_does_what_managers_cannot_open(make_user, as_user):
	steps = {
		step.path: step.description
		for step in frappe.get_all("Onboarding Step", {"name": ("like", "Client Communications %")}, ["*"])
	}
	with as_user(make_user(procedure.COMMUNICATIONS_MANAGER)):
		opens = {path: api.who_opens(path).get("sentences", [""])[0] for path in steps}
	refused = {path for path, sentence in opens.items() if sentence}
	steps_of = {
		"email-account": "System Manager",
		"user": "System Manager",
		"leak-check": procedure.COMPLIANCE_OFFICER,
	}
	assert refused == set(steps_of)
	for path, role in steps_of.items():
		assert role in opens[path] and f"{role}s" in steps[path]
