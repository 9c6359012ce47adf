"""A user without clearance to email sees who has it, and hands over (D-5, F-2)."""

import frappe
import pytest

from client_comms import api
from client_comms.exceptions import ClearanceMissingError
from client_comms.patches.v1_0 import let_customer_support_reply

SENSITIVE, SUPPORT, MANAGER = "Sensitive", "Customer Support", "Customer Support Manager"


@pytest.fixture
def agent(make_user):
	return make_user(SUPPORT, first_name="Ada")


@pytest.fixture
def manager(make_user):
	return make_user(MANAGER, first_name="Maren")


@pytest.fixture
def complaint(inquiry, agent):
	return inquiry("Feedback/Complaint", responsible_staff=agent)


@pytest.fixture
def muted_support(set_clearance):
	"""A site on which Customer Support may not email what is Sensitive."""
	set_clearance(SENSITIVE, SUPPORT, can_email=0)


def told(user):
	about = {"for_user": user, "document_type": "Client Interaction"}
	return frappe.get_all("Notification Log", about, ["document_name", "subject"])


def test_the_responsible_person_of_a_complaint_may_reply(complaint, agent, as_user):
	with as_user(agent):
		assert api.who_may_write(complaint.doctype, complaint.name)["allowed"]
		frappe.has_permission(complaint.doctype, "email", doc=complaint.name, throw=True)


def test_the_users_with_clearance_are_named(complaint, agent, manager, make_user, muted_support, as_user):
	colleague, frontline = make_user(SUPPORT), make_user("Frontline Staff")
	with as_user(agent):
		found = api.who_may_write(complaint.doctype, complaint.name)
	people = {each["user"]: each for each in found["people"]}
	assert not found["allowed"]
	assert found["may_hand_over"]
	assert people[manager]["may_be_responsible"]
	assert people[manager]["full_name"].startswith("Maren")
	assert not {agent, colleague, frontline, "Administrator"} & people.keys()
	assert found["reasons"] and not any("Give" in each for each in found["reasons"])


def test_where_no_user_can_write_those_who_change_clearances_are_named(
	complaint, agent, make_user, set_clearance, as_user
):
	make_user("Client Communications Manager", first_name="Ines")
	for role in (SUPPORT, MANAGER):
		set_clearance(SENSITIVE, role, can_email=0)
	with as_user(agent):
		found = api.who_may_write(complaint.doctype, complaint.name)
	assert (found["people"], found["may_hand_over"]) == ([], False)
	assert "Ines" in found["managers"]


def test_those_who_take_part_already_come_first(complaint, agent, manager, make_user, muted_support, as_user):
	# Managers have oversight; other users with clearance would have to take part.
	doc = frappe.get_doc("Confidentiality Level", SENSITIVE)
	doc.append("clearances", {"role": "Account Manager", "can_read": 1, "can_write": 1, "can_email": 1})
	doc.save()
	outsider = make_user("Account Manager", first_name="Aaron")
	with as_user(agent):
		people = api.who_may_write(complaint.doctype, complaint.name)["people"]
	by_user = {each["user"]: each["takes_part"] for each in people}
	assert by_user[manager] and not by_user[outsider]
	assert [each["takes_part"] for each in people] == sorted(by_user.values(), reverse=True)


def test_handing_over_makes_an_action_item_and_tells(complaint, agent, manager, muted_support, as_user):
	with as_user(agent):
		api.hand_over(complaint.doctype, complaint.name, manager, "Tell her that we come on Monday.")
	complaint.reload()
	(item,) = complaint.action_items
	assert (item.assigned_to, item.description) == (manager, "Tell her that we come on Monday.")
	assert complaint.responsible_staff == agent
	assert frappe.db.exists("ToDo", {"allocated_to": manager, "reference_name": complaint.name})
	(notification,) = told(manager)
	assert notification.document_name == complaint.name
	assert "Monday" not in notification.subject


@pytest.mark.parametrize(
	("moment", "due"),
	[("2026-11-23 12:00", "2026-11-24"), ("2026-12-01 12:00", "2026-12-01")],
	ids=["ahead", "missed"],
)
def test_what_is_handed_over_is_due_with_what_the_client_is_owed(
	moment, due, complaint, agent, manager, muted_support, clock_at, as_user
):
	assert str(complaint.next_deadline.date()) == "2026-11-24"
	with clock_at(moment), as_user(agent):
		api.hand_over(complaint.doctype, complaint.name, manager, "Tell her that we come on Monday.")
	(item,) = complaint.reload().action_items
	assert str(item.due_on) == due


def test_handing_over_makes_responsible_and_tells(complaint, agent, manager, muted_support, as_user):
	with as_user(agent):
		api.hand_over(complaint.doctype, complaint.name, manager, responsible=True)
	complaint.reload()
	assert complaint.responsible_staff == manager
	assert [each.document_name for each in told(manager)] == [complaint.name]


def test_a_user_without_clearance_cannot_take_over(complaint, agent, make_user, muted_support, as_user):
	colleague = make_user(SUPPORT)
	with as_user(agent), pytest.raises(ClearanceMissingError):
		api.hand_over(complaint.doctype, complaint.name, colleague)
	assert not complaint.reload().action_items


def test_handing_over_needs_write_access(complaint, manager, make_user, muted_support, as_user):
	auditor = make_user("Compliance Officer")
	with as_user(auditor):
		found = api.who_may_write(complaint.doctype, complaint.name)
		assert not found["allowed"] and not found["may_hand_over"] and found["people"]
		with pytest.raises(frappe.PermissionError):
			api.hand_over(complaint.doctype, complaint.name, manager)


def test_names_need_read_access(complaint, make_user, as_user):
	with as_user(make_user("Frontline Staff")), pytest.raises(frappe.PermissionError):
		api.who_may_write(complaint.doctype, complaint.name)


def test_a_governed_issue_is_assigned(agent, manager, make_user, muted_support, set_settings, as_user):
	set_settings(govern_issues=1)
	agent = make_user(SUPPORT, "Support Team")
	issue = frappe.get_doc(
		{"doctype": "Issue", "subject": "Noise", "raised_by": "anna@client.example"}
	).insert()
	issue.db_set("confidentiality_level", SENSITIVE)
	interaction = frappe.db.get_value("Client Interaction", {"reference_name": issue.name})
	frappe.db.set_value(
		"Client Interaction", interaction, {"responsible_staff": agent, "confidentiality_level": SENSITIVE}
	)
	with as_user(agent):
		found = api.who_may_write("Issue", issue.name)
		assert not found["allowed"]


def clearance():
	return frappe.db.get_value(
		"Level Clearance", {"parent": SENSITIVE, "role": SUPPORT}, ["can_email", "can_print"], as_dict=True
	)


def test_existing_sites_get_the_clearance_if_unchanged(set_clearance):
	set_clearance(SENSITIVE, SUPPORT, can_email=0)
	let_customer_support_reply.execute()
	assert clearance().can_email


def test_changed_clearances_are_kept(set_clearance):
	set_clearance(SENSITIVE, SUPPORT, can_email=0, can_print=0)
	let_customer_support_reply.execute()
	assert not clearance().can_email
