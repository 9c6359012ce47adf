"""No one gets access to a record without clearance, or can take it for themselves (D-5, P-2)."""

import random
from unittest import mock

import frappe
import pytest
from frappe.desk.form import assign_to
from frappe.share import add as share
from frappe.utils import add_to_date, get_datetime_str

from client_comms import api, clock, ledger
from client_comms.api import break_glass
from client_comms.enforcement import audience, policy, sharing
from client_comms.exceptions import (
	ActionNotPossibleError,
	ClearanceMissingError,
	EventsAreAppendOnlyError,
	MissingDetailsError,
	StatusFollowsEventsError,
)

pytestmark = pytest.mark.clause("D-5", "P-2")

INTERACTION = "Client Interaction"
GRANT = "Interaction Access Grant"


@pytest.fixture
def staff(make_user):
	roles = {
		"frontline": "Frontline Staff",
		"support": "Customer Support",
		"colleague": "Customer Support",
		"manager": "Customer Support Manager",
		"officer": "Compliance Officer",
	}
	return frappe._dict({name: make_user(role) for name, role in roles.items()})


@pytest.fixture
def client():
	"""The fields of a client, which are mandatory when the form is saved (D-2)."""
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Nordlicht"}).insert()
	return {"party_type": "Customer", "party": customer.name}


@pytest.fixture
def sensitive(log, staff):
	"""A complaint that `staff.support` is responsible for."""
	return log("Feedback/Complaint", responsible_staff=staff.support)


def may(user, doc, action="read"):
	return bool(frappe.has_permission(INTERACTION, action, doc.name, user=user))


def lists(user):
	before = frappe.session.user
	frappe.set_user(user)
	try:
		return frappe.get_list(INTERACTION, pluck="name", limit=0)
	finally:
		frappe.set_user(before)


# Shares


@pytest.mark.parametrize("giver", ["manager", "Administrator"])
def test_a_share_asks_for_clearance_and_need_to_know(giver, staff, sensitive, as_user):
	with as_user(staff.get(giver, giver)):
		with pytest.raises(ClearanceMissingError, match="no role that the level"):
			share(INTERACTION, sensitive.name, staff.frontline)
		with pytest.raises(ClearanceMissingError, match=r"requires .* to take part"):
			share(INTERACTION, sensitive.name, staff.colleague)
		with pytest.raises(ClearanceMissingError, match="everyone"):
			share(INTERACTION, sensitive.name, everyone=1)
		with pytest.raises(ClearanceMissingError, match="share"):
			share(INTERACTION, sensitive.name, staff.support, share=1)
	assert not frappe.db.exists("DocShare", {"share_name": sensitive.name})


def test_a_share_with_someone_who_may_read_anyway(staff, sensitive, as_user):
	with as_user(staff.manager):
		share(INTERACTION, sensitive.name, staff.support, write=1)
		with pytest.raises(ClearanceMissingError, match="write"):
			share(INTERACTION, sensitive.name, staff.officer, write=1)


def test_users_without_the_right_cannot_share(staff, sensitive, as_user):
	with as_user(staff.support), pytest.raises(frappe.PermissionError):
		share(INTERACTION, sensitive.name, staff.manager)


def to_do_about(doc):
	about = {"reference_type": doc.doctype, "reference_name": doc.name, "allocated_to": "Administrator"}
	return frappe.get_doc({"doctype": "ToDo", "description": "Call back", **about}).insert()


def shares_of(doc):
	return frappe.get_all("DocShare", {"share_doctype": doc.doctype, "share_name": doc.name}, pluck="user")


def test_a_share_of_what_belongs_to_a_record(staff, sensitive):
	for belonging in (to_do_about(sensitive), sensitive.add_comment("Comment", "Call back")):
		for user in ({"user": staff.frontline}, {"everyone": 1}):
			with pytest.raises(ClearanceMissingError, match="cannot read"):
				share(belonging.doctype, belonging.name, **user)
		share(belonging.doctype, belonging.name, staff.support)
		assert shares_of(belonging) == [staff.support]


def test_a_share_of_what_belongs_to_a_record_ends_with_access(staff, sensitive):
	todo = to_do_about(sensitive)
	for user in (staff.support, staff.officer):
		share("ToDo", todo.name, user)
	sensitive.db_set("responsible_staff", None)
	sharing.end_lapsed(INTERACTION, sensitive.name)
	assert shares_of(todo) == [staff.officer]


def test_a_share_lets_no_one_do_more_than_their_clearance(staff, sensitive, held, as_user):
	"""Whether with the record, with what is linked to it, or with what someone said about it: the officer only reads."""
	meeting = {"subject": "Roof", "starts_on": "2026-12-01 10:00:00", "client_interaction": sensitive.name}
	event = frappe.get_doc({"doctype": "Event", **meeting}).insert()
	for doc in (held("Issue", subject="Roof"), event, sensitive.add_comment("Comment", "Call back")):
		with pytest.raises(ClearanceMissingError, match="write"):
			share(doc.doctype, doc.name, staff.officer, write=1)
		assert share(doc.doctype, doc.name, staff.officer).read
		assert not frappe.has_permission(doc.doctype, "write", doc.name, user=staff.officer)
		assert share(doc.doctype, doc.name, staff.manager, write=1).write
		if doc.doctype != "Comment":
			with pytest.raises(ClearanceMissingError, match="share"):
				share(doc.doctype, doc.name, staff.officer, share=1)


def test_a_share_ends_with_what_it_allows(staff, sensitive, set_clearance):
	"""Who can still read the record needs no share for that."""
	share(INTERACTION, sensitive.name, staff.support, write=1)
	share(INTERACTION, sensitive.name, staff.manager)
	set_clearance("Sensitive", "Customer Support", can_write=0)
	assert may(staff.support, sensitive) and not may(staff.support, sensitive, "write")
	assert shares_of(sensitive) == [staff.manager]


def test_a_share_that_cannot_be_judged_does_not_hold_back_the_others_of_a_day(staff, sensitive, monkeypatch):
	todos = {share("ToDo", todo.name, staff.support).name: todo for todo in map(to_do_about, [sensitive] * 2)}
	(_first, broken), (_second, other) = sorted(todos.items())
	sensitive.db_set("responsible_staff", None)
	judge = sharing._refusal

	def fail_for_one(doctype, name, given):
		if name == broken.name:
			raise KeyError(name)
		return judge(doctype, name, given)

	with monkeypatch.context() as failing:
		failing.setattr(sharing, "_refusal", fail_for_one)
		sharing.end_daily()
	assert (shares_of(broken), shares_of(other)) == ([staff.support], [])
	assert frappe.db.exists("Error Log", {"reference_doctype": "ToDo", "reference_name": broken.name})
	sharing.end_daily()
	assert shares_of(broken) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_of_many_those_end_that_would_end_alone(
	staff, log, make_user, client, set_settings, monkeypatch, seed
):
	"""Found by a query for each user and DocType: also where grants and account managers, which do not last, open a document."""
	set_settings(govern_issues=1)
	draw = random.Random(seed)
	users = [
		*staff.values(),
		*(make_user(role) for role in ("Account Manager", "Customer Support", "Sales User")),
	]
	frappe.db.set_value("Customer", client["party"], "account_manager", users[5])
	limited, left = make_user("Compliance Officer"), make_user("Compliance Officer")
	permission = {
		"doctype": "User Permission",
		"user": limited,
		"allow": "Customer",
		"for_value": client["party"],
	}
	frappe.get_doc(permission).insert()
	documents = []
	for number in range(15):
		issue = frappe.get_doc({"doctype": "Issue", "subject": f"Noise {number}"}).insert()
		doc = log(
			draw.choice(["Initial Inquiry", "Service Update", "Feedback/Complaint"]),
			responsible_staff=draw.choice(users),
			confidentiality_level=draw.choice(["Standard", "Confidential", "Sensitive"]),
			reference_doctype="Issue",
			reference_name=issue.name,
			**draw.choice([{}, client]),
		)
		issue.db_set("confidentiality_level", draw.choice([doc.confidentiality_level, "Sensitive", None]))
		if draw.random() < 0.4:
			doc.append("action_items", {"description": "Call", "assigned_to": draw.choice(users)}).db_insert()
		if draw.random() < 0.4:
			grant = {"interaction": doc.name, "user": draw.choice(users), "reason": "Holiday cover"}
			frappe.get_doc({"doctype": GRANT, **grant, "valid_until": add_to_date(None, days=1)}).db_insert()
		message = {"doctype": "Communication", "subject": "Noise", "communication_medium": "Email"}
		bound = {"client_interaction": doc.name, "confidentiality_level": doc.confidentiality_level}
		filed = {"reference_doctype": "Issue", "reference_name": issue.name}
		messages = [
			frappe.get_doc({**message, **fields}).insert(ignore_permissions=True)
			for fields in (bound, filed, bound)
		]
		messages[2].db_set("client_interaction", "deleted")
		documents += messages
		documents += [doc, issue]
	frappe.db.set_value("User", left, "enabled", 0)
	frappe.db.delete("DocShare")
	frappe.db.delete("Document Follow")
	for doc in documents:
		for user in (*users, limited, left):
			shared = {"share_doctype": doc.doctype, "share_name": doc.name, "user": user, "read": 1}
			right = {draw.choice(["read", "write", "submit", "share"]): 1}
			frappe.get_doc({"doctype": "DocShare", **shared, **right}).db_insert()
			followed = {"ref_doctype": doc.doctype, "ref_docname": doc.name, "user": user}
			frappe.get_doc({"doctype": "Document Follow", **followed}).db_insert()

	def staying(doctype, fields) -> set:
		rights = [field for field in ("write", "submit", "share") if doctype == "DocShare"]
		return {
			tuple(each[field] for field in fields)
			for each in frappe.get_all(doctype, fields=[*fields, *rights])
			if sharing._refusal(each[fields[0]], each[fields[1]], each) is None
		}

	shared, followed = (
		("share_doctype", "share_name", "user"),
		("ref_doctype", "ref_docname", "user"),
	)
	shares_left, follows_left = staying("DocShare", shared), staying("Document Follow", followed)
	decided = mock.Mock(side_effect=sharing._refusal)
	monkeypatch.setattr(sharing, "_refusal", decided)
	sharing.end_all_lapsed()
	assert set(frappe.get_all("DocShare", fields=shared, as_list=True)) == shares_left
	assert set(frappe.get_all("Document Follow", fields=followed, as_list=True)) == follows_left
	stayed = len(shares_left) + len(follows_left)
	assert 100 < len(shares_left) < len(follows_left)
	assert decided.call_count < 2 * len(documents) * (len(users) + 2) - stayed // 2


# Assignments


@pytest.mark.parametrize("giver", ["support", "manager", "Administrator"])
def test_an_assignment_names_the_missing_clearance(giver, staff, sensitive, as_user):
	with as_user(staff.get(giver, giver)), pytest.raises(ClearanceMissingError) as refusal:
		assign_to.add(dict(doctype=INTERACTION, name=sensitive.name, assign_to=[staff.frontline]))
	named = frappe.db.get_value("User", staff.frontline, "full_name")
	assert named in str(refusal.value) and "Customer Support" in str(refusal.value)
	frappe.db.rollback()
	assert not frappe.db.exists("ToDo", {"allocated_to": staff.frontline})
	assert not frappe.db.exists("DocShare", {"share_name": sensitive.name})


@pytest.fixture
def assigned(staff, sensitive, as_user):
	# The test site has no account from which to send the usual email.
	frappe.db.set_value("Notification Settings", staff.colleague, "enable_email_notifications", 0)
	with as_user(staff.support):
		assign_to.add(
			dict(
				doctype=INTERACTION,
				name=sensitive.name,
				assign_to=[staff.colleague],
				description="<p>Call</p>",
			)
		)
	return sensitive.reload()


def test_an_assignment_is_an_action_item(staff, assigned):
	assert [(i.assigned_to, i.status, i.description) for i in assigned.action_items] == [
		(staff.colleague, "Open", "Call")
	]
	assert may(staff.colleague, assigned) and assigned.name in lists(staff.colleague)
	assert not frappe.db.exists("DocShare", {"share_name": assigned.name})


def test_taking_part_ends_with_the_assignment(staff, assigned, as_user):
	with as_user(staff.support):
		assign_to.remove(INTERACTION, assigned.name, staff.colleague)
	assert not may(staff.colleague, assigned) and assigned.name not in lists(staff.colleague)
	todo = frappe.get_doc("ToDo", assigned.action_items[0].todo)
	todo.status = "Open"
	with as_user(staff.colleague), pytest.raises(frappe.PermissionError):
		todo.save()
	assert not may(staff.colleague, assigned)


def test_a_to_do_for_oneself_needs_write_access(staff, sensitive, as_user):
	"""Any user can create a to-do that refers to a record; it does not make anyone take part."""
	todo = {
		"doctype": "ToDo",
		"reference_type": INTERACTION,
		"reference_name": sensitive.name,
		"description": "x",
	}
	for user in (staff.colleague, staff.officer):
		with as_user(user), pytest.raises(frappe.PermissionError):
			frappe.get_doc({**todo, "allocated_to": user}).insert()
	assert not sensitive.reload().action_items


# Grants


def grant(doc, user, **fields):
	return frappe.get_doc(
		{
			"doctype": GRANT,
			"interaction": doc.name,
			"user": user,
			"reason": "Covers for a colleague",
			"valid_until": add_to_date(clock.now(), hours=2),
			**fields,
		}
	).insert()


@pytest.mark.parametrize("giver", ["manager", "officer"])
def test_oversight_gives_access_that_ends_automatically(giver, staff, sensitive, as_user):
	with as_user(staff[giver]):
		given = grant(sensitive, staff.colleague, granted_by=staff.support)
	assert given.granted_by == staff[giver]
	assert may(staff.colleague, sensitive) and sensitive.name in lists(staff.colleague)
	event = sensitive.reload().events[-1]
	assert (event.event, event.source_name) == ("Access Granted", given.name)

	with clock.moved_to(given.valid_until):
		assert may(staff.colleague, sensitive) and sensitive.name in lists(staff.colleague)
	with clock.moved_to(add_to_date(given.valid_until, seconds=1)):
		assert not may(staff.colleague, sensitive) and sensitive.name not in lists(staff.colleague)


def test_a_grant_until_a_day_lasts_to_the_end_of_that_day(staff, sensitive, as_user):
	today = str(clock.now().date())
	with as_user(staff.manager):
		given = grant(sensitive, staff.colleague, valid_until=today)
		assert given.reload().valid_until == clock.end_of(today)
		assert may(staff.colleague, sensitive)
		given.valid_until = str(clock.to_aware(clock.end_of(today)))  # with an offset
		given.save()
	assert recorded(sensitive)[0] == [("Grant", staff.manager)]


def recorded(doc):
	"""The entries of the ledger about a record's grants, as (action, user)."""
	rows = frappe.get_all(
		ledger.ENTRY,
		{"reference_name": doc.name, "action": ("like", "Grant%")},
		["action", "user", "reason"],
		order_by="creation asc",
	)
	return [(row.action, row.user) for row in rows], rows[-1].reason if rows else None


@pytest.mark.parametrize("ended", [False, True], ids=["lengthened", "revived"])
def test_lengthening_or_reviving_a_grant_is_giving_one(ended, staff, sensitive, as_user):
	with as_user(staff.manager):
		given = grant(sensitive, staff.colleague)
	later = add_to_date(given.valid_until, days=30)
	with clock.moved_to(add_to_date(given.valid_until, seconds=1 if ended else -60)):
		with as_user(staff.officer):
			given = frappe.get_doc(GRANT, given.name)
			given.valid_until = later
			given.save()
		assert may(staff.colleague, sensitive)
	actions, reason = recorded(sensitive)
	assert actions == [("Grant", staff.manager), ("Grant", staff.officer)]
	assert str(later) in reason and staff.colleague in reason
	assert given.granted_by == staff.officer
	assert [row.event for row in sensitive.reload().events].count("Access Granted") == 2


def test_lengthening_asks_for_the_same_rights_as_giving(staff, sensitive, as_user):
	with as_user(staff.manager):
		given = grant(sensitive, staff.colleague)

	def lengthen():
		doc = frappe.get_doc(GRANT, given.name)
		doc.valid_until = add_to_date(given.valid_until, days=1)
		doc.save(ignore_permissions=True)

	for user in (staff.support, staff.colleague):
		with as_user(user), pytest.raises(ClearanceMissingError):
			lengthen()
	frappe.get_doc("User", staff.colleague).remove_roles("Customer Support")
	with as_user(staff.manager), pytest.raises(ClearanceMissingError):
		lengthen()
	with clock.moved_to(add_to_date(given.valid_until, days=2)):  # both ends have passed
		with as_user(staff.manager), pytest.raises(frappe.ValidationError, match="future"):
			lengthen()
	assert recorded(sensitive)[0] == [("Grant", staff.manager)]


def test_a_grant_is_ended_early_and_that_is_recorded(staff, sensitive, as_user):
	with as_user(staff.manager):
		given = grant(sensitive, staff.colleague)
	frappe.get_doc("User", staff.colleague).remove_roles("Customer Support")  # no reason to keep the grant
	with as_user(staff.officer):
		given.reload().valid_until = clock.now()
		given.save()
	assert given.granted_by == staff.manager
	frappe.delete_doc(GRANT, given.name, force=True)
	assert recorded(sensitive)[0] == [
		("Grant", staff.manager),
		("Grant Changed", staff.officer),
		("Grant Deleted", "Administrator"),
	]


def test_emergency_access_is_ended_but_not_lengthened(staff, sensitive, as_user):
	with as_user(staff.colleague):
		taken = api.break_glass(sensitive.name, "The client is on the phone")
	with as_user(staff.officer):
		given = frappe.get_doc(GRANT, taken["name"])
		given.valid_until = add_to_date(given.valid_until, days=1)
		with pytest.raises(ClearanceMissingError, match="lengthened"):
			given.save()
		given.reload().break_glass = 0
		given.save()
		assert given.reload().break_glass == 1  # the app says so, not a user
		given.valid_until = clock.now()
		given.save()
	with clock.moved_to(add_to_date(clock.now(), seconds=1)):
		assert not may(staff.colleague, sensitive)


@pytest.mark.parametrize("giver", ["support", "frontline"])
def test_no_one_else_gives_access(giver, staff, sensitive, as_user):
	with as_user(staff[giver]), pytest.raises(frappe.PermissionError):
		grant(sensitive, staff.colleague)
	assert not may(staff.colleague, sensitive)


def test_oversight_at_one_level_gives_nothing_at_another(staff, sensitive, as_user):
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != "Compliance Officer"]
	level.append("clearances", {"role": "Compliance Officer", "can_read": 1})
	level.save()
	sensitive.db_set("responsible_staff", staff.officer)
	with as_user(staff.officer), pytest.raises(frappe.PermissionError, match="Customer Support Manager"):
		grant(sensitive, staff.colleague)


def test_a_grant_never_replaces_clearance(staff, sensitive, as_user):
	with as_user(staff.manager), pytest.raises(ClearanceMissingError, match="no role that the level"):
		grant(sensitive, staff.frontline)
	# Written without the check, it still opens nothing.
	grant(sensitive, staff.colleague).db_set("user", staff.frontline)
	assert not may(staff.frontline, sensitive) and sensitive.name not in lists(staff.frontline)


def test_a_grant_lies_in_the_future_and_is_not_an_emergency(staff, sensitive, as_user):
	with as_user(staff.manager):
		with pytest.raises(frappe.ValidationError, match="future"):
			grant(sensitive, staff.colleague, valid_until=clock.now())
		with pytest.raises(ClearanceMissingError):
			grant(sensitive, staff.colleague, break_glass=1)


# Emergency access


def test_emergency_access_opens_at_once_and_is_shown_to_oversight(staff, sensitive, as_user):
	hours = frappe.db.get_single_value("Client Comms Settings", "break_glass_hours")
	assert not may(staff.colleague, sensitive)
	with as_user(staff.colleague):
		given = break_glass(sensitive.name, "The client is on the phone")
	assert may(staff.colleague, sensitive) and may(staff.colleague, sensitive, "write")
	event = sensitive.reload().events[-1]
	assert (event.event, event.note, event.by_user) == (
		"Emergency Access",
		"The client is on the phone",
		staff.colleague,
	)
	told = frappe.get_all("Notification Log", {"document_name": sensitive.name}, pluck="for_user")
	assert {staff.manager, staff.officer} <= set(told)
	assert not {staff.colleague, staff.frontline, staff.support} & set(told)
	with clock.moved_to(add_to_date(given["valid_until"], seconds=1)):
		assert not may(staff.colleague, sensitive)
	assert (
		clock.now() < frappe.utils.get_datetime(given["valid_until"]) <= add_to_date(clock.now(), hours=hours)
	)


def test_the_form_says_whose_access_ends_when(staff, sensitive, as_user):
	with as_user(staff.colleague):
		given = break_glass(sensitive.name, "The client is on the phone")
		until = {
			each.user: each.until
			for each in audience.of_record(policy.stored_record(sensitive.name))["people"]
		}
	assert until == {staff.support: None, staff.colleague: get_datetime_str(given["valid_until"])}
	with as_user(staff.manager):
		grant(sensitive, staff.support)  # who takes part anyway
	again = audience.of_record(policy.stored_record(sensitive.name))["people"]
	assert {each.user: each.until for each in again} == until


def test_who_raises_a_document_learns_that_they_can_no_longer_read_it(staff, held, as_user):
	issue = held("Issue", subject="Roof", level="Standard")
	frappe.get_doc("User", staff.frontline).add_roles("Support Team")
	with as_user(staff.frontline):
		assert api.change_level("Issue", issue.name, "Standard") is True
		assert api.change_level("Issue", issue.name, "Sensitive") is False
		assert not frappe.has_permission("Issue", "read", issue.name)
	assert frappe.db.get_value("Issue", issue.name, "confidentiality_level") == "Sensitive"


def test_emergency_access_needs_clearance_a_reason_and_a_need(staff, sensitive, as_user):
	with as_user(staff.frontline), pytest.raises(ClearanceMissingError, match="no role that the level"):
		break_glass(sensitive.name, "I want to know")
	with as_user(staff.colleague), pytest.raises(MissingDetailsError):
		break_glass(sensitive.name, "  ")
	with as_user(staff.support), pytest.raises(ActionNotPossibleError):
		break_glass(sensitive.name, "Twice")
	assert not frappe.db.exists(GRANT, {"interaction": sensitive.name})


# A request cannot influence decisions about a document


def requested(doc, **changes):
	"""What `PUT /api/resource` does with its body."""
	doc = frappe.get_doc(INTERACTION, doc.name, for_update=True)
	doc.update(changes)
	doc.save()


def test_no_one_lets_themselves_in(staff, sensitive, as_user):
	changes = [
		{"responsible_staff": staff.colleague},
		{"action_items": [{"description": "x", "assigned_to": staff.colleague}]},
		{"confidentiality_level": "Standard", "level_change_reason": "x"},
		{"communication_type": "Initial Inquiry"},
		{"matrix": None},
	]
	for change in changes:
		with as_user(staff.colleague), pytest.raises(frappe.PermissionError):
			requested(sensitive, **change)
		with as_user(staff.colleague), pytest.raises(frappe.PermissionError):
			frappe.client.save({**frappe.get_doc(INTERACTION, sensitive.name).as_dict(), **change})
		with as_user(staff.colleague), pytest.raises(frappe.PermissionError):
			frappe.client.set_value(INTERACTION, sensitive.name, change)
	with as_user(staff.colleague), pytest.raises(frappe.PermissionError):
		frappe.client.insert(
			{
				"doctype": "Interaction Action Item",
				"parent": sensitive.name,
				"parenttype": INTERACTION,
				"parentfield": "action_items",
				"description": "x",
				"assigned_to": staff.colleague,
			}
		)
	assert not may(staff.colleague, sensitive)


def test_lowering_needs_clearance_on_both_levels_and_a_reason(staff, client, sensitive, as_user):
	with as_user(staff.support):
		with pytest.raises(MissingDetailsError, match="reason"):
			requested(sensitive, confidentiality_level="Confidential", **client)
	standard = frappe.get_doc("Confidentiality Level", "Standard")
	standard.clearances = [row for row in standard.clearances if row.role != "Customer Support"]
	standard.save()
	with as_user(staff.support):
		with pytest.raises(ClearanceMissingError, match="Standard"):
			requested(sensitive, confidentiality_level="Standard", level_change_reason="Harmless", **client)
		requested(sensitive, confidentiality_level="Confidential", level_change_reason="Harmless", **client)
	assert sensitive.reload().confidentiality_level == "Confidential"
	assert any("Harmless" in (row.note or "") for row in sensitive.events)


def test_history_and_status_are_not_written_by_hand(staff, client, sensitive, as_user):
	row = {"event": "Answered", "at": clock.now(), "by_user": staff.support}
	with as_user(staff.support):
		for event in ([*sensitive.events, row], [row], []):
			with pytest.raises(EventsAreAppendOnlyError):
				requested(sensitive, events=event, **client)
		with pytest.raises(StatusFollowsEventsError):
			requested(sensitive, status="Closed", **client)
		requested(sensitive, breached=1, acknowledged_on=clock.now(), respond_by="2099-01-01", **client)
	stored = sensitive.reload()
	assert not stored.breached and stored.acknowledged_on is None and stored.respond_by is None
	assert stored.status == "Open"


def test_an_import_brings_no_history_status_or_clocks(staff, client, as_user):
	new = {
		"doctype": INTERACTION,
		"company": frappe.db.get_value("Company", {}),
		"communication_type": "Initial Inquiry",
		"channel": "Phone",
		"direction": "Inbound",
		"occurred_on": clock.now(),
		"subject": "Imported",
		"summary": "Imported",
		"responsible_staff": staff.frontline,
		**client,
	}
	with as_user(staff.frontline):
		with pytest.raises(EventsAreAppendOnlyError):
			frappe.client.insert({**new, "events": [{"event": "Answered", "at": clock.now()}]})
		with pytest.raises(StatusFollowsEventsError):
			frappe.client.insert({**new, "status": "Closed"})
		made = frappe.client.insert(
			{
				**new,
				"breached": 1,
				"acknowledge_status": "Met",
				"acknowledged_on": clock.now(),
				"respond_by": "2099-01-01 00:00:00",
				"clock_state": "Stopped",
				"matrix": None,
			}
		)
	assert (made["breached"], made["acknowledge_status"], made["acknowledged_on"]) == (0, "Running", None)
	assert frappe.utils.get_datetime(made["respond_by"]).year < 2099
	assert made["matrix"] and made["clock_state"] == "Running"


def test_a_new_record_is_not_logged_below_the_level_of_its_type(staff, client, as_user):
	with as_user(staff.support):
		made = frappe.client.insert(
			{
				"doctype": INTERACTION,
				"company": frappe.db.get_value("Company", {}),
				"communication_type": "Feedback/Complaint",
				"confidentiality_level": "Standard",
				"channel": "Phone",
				"occurred_on": clock.now(),
				"subject": "Noise",
				"summary": "It is loud",
				"responsible_staff": staff.support,
				**client,
			}
		)
	assert made["confidentiality_level"] == "Sensitive"


def test_a_deleted_level_closes_what_was_there(staff, sensitive):
	sensitive.db_set({"confidentiality_level": "Gone", "responsible_staff": staff.frontline})
	policy.clear_cache()
	assert not may(staff.frontline, sensitive) and sensitive.name not in lists(staff.frontline)
	assert may(staff.manager, sensitive) and sensitive.name in lists(staff.manager)
