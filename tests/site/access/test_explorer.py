"""The Access Explorer agrees with `explain_access` about who can access what, and shows only names, levels
and numbers."""

from unittest import mock

import frappe
import pytest
from frappe.permissions import add_user_permission

from client_comms import api, clock
from client_comms.enforcement import explorer, policy, ties
from client_comms.rules import access

pytestmark = pytest.mark.clause("D-5", "R-3")

INTERACTION = "Client Interaction"
OFFICER, MANAGER = "Compliance Officer", "Client Communications Manager"
ROLES = [
	("Frontline Staff",),
	("Account Manager",),
	("Customer Support",),
	("Customer Support Manager",),
	(OFFICER,),
	(MANAGER,),
	("System Manager",),
	("Sales User",),
]
QUESTIONS = {
	"explore_user": ("Administrator",),
	"explore_record": (INTERACTION, "CI-0000-00000"),
	"simulate_matrix_access": ("1.0",),
	"simulate_role": ("Administrator", "Frontline Staff"),
	"simulate_clearance": ("Standard", "Frontline Staff", []),
}


@pytest.fixture
def complaint(log):
	return log(
		"Feedback/Complaint",
		confidentiality_level="Sensitive",
		subject="Hidden panel",
		summary="Hidden words",
	)


def cell_of(answer, level, kind):
	return next(
		cell for cell in answer["cells"] if (cell["level"], cell["communication_type"]) == (level, kind)
	)


def rows_read():
	return sum(int(value) for _name, value in frappe.db.sql("show session status like 'Handler_read%'"))


def of(answer, user):
	return [row for row in answer["rows"] if row["user"] == user]


@pytest.mark.parametrize("method", QUESTIONS)
@pytest.mark.parametrize("role", ["Customer Support Manager", "System Manager"])
def test_no_one_else_may_explore(method, role, make_user, as_user):
	with as_user(make_user(role)):
		with pytest.raises(frappe.PermissionError, match=OFFICER):
			getattr(api, method)(*QUESTIONS[method])


# A record


def test_a_record_agrees_with_explain_access_for_everyone(make_user, as_user, log, officer):
	"""Role Permissions and User Permissions included."""
	level = frappe.get_doc("Confidentiality Level", "Standard")
	level.append("clearances", {"role": "Sales User", "can_read": 1})
	level.save()
	users = [make_user(*roles) for roles in ROLES]
	add_user_permission("Communication Type", "Service Update", users[0])
	records = [
		log("Initial Inquiry", confidentiality_level="Standard").name,
		log("Service Update", confidentiality_level="Confidential").name,
		log("Feedback/Complaint", confidentiality_level="Sensitive", responsible_staff=users[2]).name,
	]
	rules = set()
	with as_user(officer):
		for name in records:
			for action in access.ACTIONS:
				answer = api.explore_record(INTERACTION, name, action)
				told = {row["user"]: (True, row["rule"], row["reasons"]) for row in answer["reaching"]}
				told |= {row["user"]: (False, row["rule"]) for row in answer["others"]}
				for user in (*users, officer):
					asked = api.explain_access(INTERACTION, name, user, action)
					assert told[user][:2] == (asked["allowed"], asked["rule"]), (user, action)
					assert not asked["allowed"] or told[user][2] == asked["reasons"]
					rules.add(asked["rule"])
	assert rules >= {"role", "oversight", "takes-part", "role-permission", "user-permission", "no-clearance"}


def test_the_record_itself_is_not_told(make_user, as_user, complaint):
	with as_user(make_user(MANAGER)):
		assert not frappe.has_permission(INTERACTION, "read", complaint.name)
		answer = api.explore_record(INTERACTION, complaint.name)
	assert set(answer) == {"doctype", "name", "level", "communication_type", "action", "reaching", "others"}
	assert (answer["level"], answer["communication_type"]) == ("Sensitive", "Feedback/Complaint")
	assert "Hidden" not in frappe.as_json(answer)


def test_many_users_cost_no_more_queries(make_user, as_user, complaint, officer):
	def queries():
		frappe.local.fullnames = {}  # as in another request
		with as_user(officer), mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			answer = api.explore_record(INTERACTION, complaint.name)
		return sql.call_count, len(answer["reaching"]) + len(answer["others"])

	queries()  # fills caches
	few, users = queries()
	for _ in range(15):
		make_user("Customer Support Manager")
	queries()
	many, more_users = queries()
	assert more_users == users + 15
	assert many <= few


def test_documents_and_messages_are_explored_by_what_governs_them(
	make_user, as_user, complaint, officer, set_settings
):
	set_settings(govern_issues=1)
	issue = frappe.get_doc(
		{"doctype": "Issue", "subject": "Hidden", "confidentiality_level": "Sensitive"}
	).insert(ignore_permissions=True)
	message = frappe.get_doc(
		{"doctype": "Communication", "subject": "Hidden", "client_interaction": complaint.name}
	).insert(ignore_permissions=True)
	users = [make_user(*roles) for roles in ROLES]
	with as_user(officer):
		for doctype, name in (("Issue", issue.name), ("Communication", message.name)):
			answer = api.explore_record(doctype, name)
			assert (answer["level"], answer["communication_type"]) == ("Sensitive", None)
			told = {row["user"]: row["rule"] for row in (*answer["reaching"], *answer["others"])}
			for user in users:
				assert told[user] == api.explain_access(doctype, name, user)["rule"], (doctype, user)


def test_what_is_not_governed_or_not_there_is_refused(as_user, officer, complaint):
	with as_user(officer):
		with pytest.raises(frappe.ValidationError, match="no confidentiality level"):
			api.explore_record("User", "Administrator")
		with pytest.raises(frappe.DoesNotExistError):
			api.explore_record(INTERACTION, "CI-0000-00000")
		with pytest.raises(frappe.ValidationError, match="export"):
			api.explore_record(INTERACTION, complaint.name, "steal")
		with pytest.raises(frappe.DoesNotExistError, match="nobody"):
			api.explore_user("nobody@example.com")


# A user


def test_a_user_is_told_with_rules_actions_training_and_grants(make_user, as_user, log, officer):
	agent = make_user("Customer Support")
	before = explorer.of_user(agent)
	mine = log("Feedback/Complaint", confidentiality_level="Sensitive", responsible_staff=agent)
	granted = log("Feedback/Complaint", confidentiality_level="Sensitive")
	log("Feedback/Complaint", confidentiality_level="Sensitive")
	frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": granted.name,
			"user": agent,
			"valid_until": frappe.utils.add_days(clock.now(), 1),
			"reason": "Hidden reason",
		}
	).insert(ignore_permissions=True)
	with as_user(officer):
		answer = api.explore_user(agent)
	cell, old = (cell_of(each, "Sensitive", "Feedback/Complaint") for each in (answer, before))
	assert cell["existing"] - old["existing"] == 3
	assert cell["listed"] - old["listed"] == 2
	assert cell["rules"] == {access.BY_TAKING_PART: 1, "grant": 1}
	assert cell["refusals"][access.NOT_PARTICIPANT] - old["refusals"].get(access.NOT_PARTICIPANT, 0) == 1
	assert {a for a in cell["actions"]} == {access.READ, access.WRITE, access.PRINT, access.EMAIL}
	assert [grant["interaction"] for grant in answer["grants"]] == [granted.name]
	assert "Hidden" not in frappe.as_json(answer) and mine.name not in frappe.as_json(answer)
	assert answer["roles"] == ["Customer Support"] and answer["enabled"] and not answer["training_matters"]
	assert [training["current"] for training in answer["trainings"]] == [False]


def test_a_cell_without_records_tells_the_rule(make_user):
	answer = explorer.of_user(make_user("Frontline Staff"))
	cell = cell_of(answer, "Sensitive", "Initial Inquiry")
	assert (cell["existing"], cell["rules"], cell["refusals"]) == (0, {}, {access.NO_CLEARANCE: 0})
	assert cell_of(answer, "Standard", "Service Update")["rules"] == {access.BY_ROLE: 0}


def test_what_frappe_takes_away_is_taken_away(make_user, log):
	"""The list omits what User Permissions or missing role permissions hide."""
	log("Initial Inquiry")
	user = make_user("Frontline Staff")
	cell = cell_of(explorer.of_user(user), "Standard", "Initial Inquiry")
	assert cell["listed"] == cell["existing"] > 0
	add_user_permission("Communication Type", "Service Update", user)
	cell = cell_of(explorer.of_user(user), "Standard", "Initial Inquiry")
	assert cell["listed"] == 0 and cell["rules"][access.BY_ROLE] == cell["existing"]

	level = frappe.get_doc("Confidentiality Level", "Standard")
	level.append("clearances", {"role": "Sales User", "can_read": 1})
	level.save()
	answer = explorer.of_user(make_user("Sales User"))
	assert answer["permission_missing"]
	assert not any(cell["listed"] for cell in answer["cells"])


@pytest.mark.clause("T-1")
def test_training_that_is_required_and_missing_is_told(make_user):
	frappe.db.set_value("Confidentiality Level", "Standard", "require_training", 1)
	policy.clear_cache()
	answer = explorer.of_user(make_user("Frontline Staff"))
	assert answer["training_matters"] and not answer["trained"]
	assert cell_of(answer, "Standard", "Initial Inquiry")["refusals"]


# What if


@pytest.fixture
def draft():
	"""A version in which an Initial Inquiry is Sensitive."""
	doc = frappe.copy_doc(frappe.get_doc("Communication Matrix", {"docstatus": 1}))
	doc.docstatus = 0
	doc.version_label = f"Draft {frappe.generate_hash(length=6)}"
	for rule in doc.rules:
		if rule.communication_type == "Initial Inquiry":
			rule.confidentiality_level = "Sensitive"
	return doc.insert()


def test_a_draft_is_compared_and_nothing_is_written(make_user, as_user, log, officer, draft):
	frontline, agent = make_user("Frontline Staff"), make_user("Customer Support")
	log("Initial Inquiry", confidentiality_level="Standard", responsible_staff=agent)
	log("Initial Inquiry", confidentiality_level="Standard")
	existing = frappe.db.count(
		INTERACTION, {"communication_type": "Initial Inquiry", "confidentiality_level": "Standard"}
	)
	before = policy.current()
	with as_user(officer), mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
		answer = api.simulate_matrix_access(draft.name)
	assert not [
		c
		for c in sql.call_args_list
		if str(c.args[0]).lstrip().lower().startswith(("insert", "update", "delete"))
	]
	assert policy.current() == before
	expected = {
		"level": "Standard",
		"level_after": "Sensitive",
		"communication_type": "Initial Inquiry",
		"gained": 0,
	}
	told = {key: value for key, value in of(answer, frontline)[0].items() if key in expected or key == "lost"}
	assert told == {**expected, "lost": existing}
	assert [row["lost"] for row in of(answer, agent)] == [existing - 1]
	assert of(answer, officer) == [], "who has oversight loses nothing when a level changes"
	assert answer["losing"] >= 2

	version = frappe.db.get_value("Communication Matrix", {"docstatus": 1})
	assert api.simulate_matrix_access(draft.name, draft.name)["rows"] == []
	reverse = of(api.simulate_matrix_access(version, draft.name), frontline)
	assert [row["gained"] for row in reverse if row["communication_type"] == "Initial Inquiry"] == [existing]


def test_a_draft_costs_the_same_for_many_users(make_user, log, draft):
	"""Queries, and rows read of interactions, which are counted in the order of an index and not sorted."""

	def cost():
		before = rows_read()
		with mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			users = explorer.simulate_matrix(draft.name, None, access.READ)["users"]
		asked = [str(call.args[0]) for call in sql.call_args_list]
		return len(asked), rows_read() - before, users

	for _each in range(40):
		log("Initial Inquiry")
	make_user("Customer Support")  # for Administrator alone, nothing is asked about users
	cost()  # fills caches
	queries, rows, users = cost()
	for _each in range(20):
		make_user("Customer Support")
	cost()
	queries_then, rows_then, users_then = cost()
	assert users_then == users + 20
	assert queries_then <= queries
	assert rows_then - rows < 20 * 15, "more than the users themselves with their roles"
	with mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
		ties.by_responsible()
	(plan,) = frappe.db.sql(f"explain {sql.call_args.args[0]}", as_dict=True)
	assert plan.key == "client_comms_reach" and plan.Extra == "Using index"


def test_account_managers_are_counted_only_where_they_decide(make_user, log, make_client, draft):
	"""At no level of which the rule does not ask for the responsible party, before and after."""
	manager, client = make_user("Customer Support"), make_client("Anna Client", "anna@managed.example")
	frappe.db.set_value("Customer", client.party, "account_manager", manager)
	for kind in ("Initial Inquiry", "Service Update"):
		log(kind, party_type="Customer", party=client.party)

	def counted():
		with mock.patch.object(ties, "of_users", wraps=ties.of_users) as of_users:
			explorer.simulate_matrix(draft.name, None, access.READ)
			explorer.simulate_role(manager, "Account Manager", True, access.READ)
		return [call.args[3] for call in of_users.call_args_list]

	assert counted() == [{"Confidential"}] * 2
	inquiry = next(rule for rule in draft.rules if rule.communication_type == "Initial Inquiry")
	inquiry.confidentiality_level = "Confidential"
	others = [row for row in draft.parties if row.communication_type != inquiry.communication_type]
	draft.set("parties", others)
	frontline = {"communication_type": inquiry.communication_type, "party": "Role", "role": "Frontline Staff"}
	draft.append("parties", frontline)
	draft.save()
	assert counted() == [{"Standard", "Confidential"}, {"Confidential"}]
	stranger = make_user("Customer Support")
	answer = explorer.simulate_matrix(draft.name, None, access.READ)
	lost = {user: sum(row["lost"] for row in of(answer, user)) for user in (manager, stranger)}
	assert lost[manager] == lost[stranger] - 1


def test_responsible_parties_of_a_draft_count(make_user, log, draft):
	draft.append(
		"parties", {"communication_type": "Service Update", "party": "Role", "role": "Customer Support"}
	)
	draft.save()
	agent = make_user("Customer Support")
	log("Service Update", confidentiality_level="Confidential")
	rows = of(api.simulate_matrix_access(draft.name), agent)
	assert [row["gained"] > 0 for row in rows if row["communication_type"] == "Service Update"] == [True]


def test_versions_of_two_companies_are_not_compared(draft):
	other = frappe.copy_doc(draft)
	companies = [make_company("One"), make_company("Two")]
	for doc, company in zip((draft, other), companies, strict=True):
		doc.version_label = f"{company} only"
		doc.company = company
		doc.insert() if doc.is_new() else doc.save()
	with pytest.raises(frappe.ValidationError, match="different companies"):
		api.simulate_matrix_access(draft.name, other.name)


def make_company(name):
	doc = frappe.get_doc(
		{"doctype": "Company", "name": f"Explored {name}", "company_name": f"Explored {name}"}
	)
	doc.db_insert()
	return doc.name


def test_a_role_opens_only_what_the_role_permissions_manager_lets_it(make_user, as_user, log, officer):
	log("Service Update", confidentiality_level="Confidential")
	user = make_user("Frontline Staff")
	with as_user(officer):
		gained = api.simulate_role(user, "Account Manager")
		lost = api.simulate_role(user, "Frontline Staff", held=False)
	assert [row["communication_type"] for row in of(gained, user)] == ["Service Update"]
	assert {row["level"] for row in of(lost, user)} <= {"Standard"}
	assert "Account Manager" not in frappe.get_roles(user)

	level = frappe.get_doc("Confidentiality Level", "Confidential")
	level.append("clearances", {"role": "Sales User", "can_read": 1, "oversight": 1})
	level.save()
	stranger = make_user("Employee")
	assert of(api.simulate_role(stranger, "Sales User"), stranger) == []


def test_a_changed_clearance_tells_who_loses(make_user, as_user, log, officer):
	log("Initial Inquiry")
	user, other = make_user("Frontline Staff"), make_user("Account Manager")
	existing = frappe.db.count(INTERACTION, {"confidentiality_level": "Standard"})
	with as_user(officer):
		answer = api.simulate_clearance("Standard", "Frontline Staff", '["write", "print"]')
		printing = api.simulate_clearance("Standard", "Frontline Staff", ["read"], action="print")
		with pytest.raises(frappe.ValidationError, match="export"):
			api.simulate_clearance("Standard", "Frontline Staff", ["steal"])
		with pytest.raises(frappe.DoesNotExistError):
			api.simulate_clearance("Secret", "Frontline Staff", [])
	for each in (answer, printing):
		assert sum(row["lost"] for row in of(each, user)) == existing
		assert of(each, other) == []


def test_each_interaction_counts_once_by_the_closest_tie(log, make_user, make_client):
	"""Account managers with an action item, a grant or the responsibility for some of their clients' interactions."""
	manager, colleague = make_user("Account Manager"), make_user("Frontline Staff")
	client = make_client("Anna Client", "anna@ties.example")
	frappe.db.set_value("Customer", client.party, "account_manager", manager)
	of_client = {"party_type": "Customer", "party": client.party}
	managed, with_item, granted, own = (log(**of_client) for _each in range(4))
	own.db_set("responsible_staff", manager)
	elsewhere = log()
	for doc in (with_item, elsewhere):
		doc.append("action_items", {"description": "Call", "assigned_to": manager, "status": "Open"})
		doc.action_items[-1].db_insert()
	grant = {"doctype": "Interaction Access Grant", "reason": "Help", "granted_by": "Administrator"}
	for user, doc in ((manager, granted), (manager, with_item), (colleague, managed)):
		until = frappe.utils.add_days(clock.now(), 1)
		frappe.get_doc({**grant, "interaction": doc.name, "user": user, "valid_until": until}).db_insert()

	counts = ties.of_users([manager, colleague], ties.by_responsible())
	by_tie = {tie: sum(n for (_k, t), n in counts[manager].items() if t == tie) for tie in ties.TIES}
	assert [*by_tie.values()] == [3, 1, 1]
	assert sum(counts[colleague].values()) == 1
	assert all(n > 0 for each in counts.values() for n in each.values())
