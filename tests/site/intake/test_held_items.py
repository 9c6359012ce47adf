"""Open action items that are due while a user is away go to the substitute, and come back if they are still open (F-2)."""

from unittest import mock

import frappe
import pytest

from client_comms.client_interactions import conversation
from client_comms.intake import reassignment, substitution

pytestmark = pytest.mark.clause("F-2")
ITEMS_MOVED = "Action Items Reassigned"
FIRST, LAST, AFTER = "2026-11-23", "2026-11-25", "2026-11-26 09:30"


@pytest.fixture(autouse=True)
def monday(set_calendar, clock_at):
	frappe.db.delete("Staff Absence")
	set_calendar(["09:00-17:00"])
	with clock_at("2026-11-23 10:00"), mock.patch("frappe.enqueue"):
		yield


@pytest.fixture
def away(make_user):
	"""`away(substitute)` is a user who is away from Monday to Wednesday."""

	def make(substitute=None):
		user = make_user("Frontline Staff", first_name="Frank", last_name="Frey")
		leave = {"user": user, "from_date": FIRST, "to_date": LAST, "substitute": substitute}
		frappe.get_doc({"doctype": "Staff Absence", **leave}).insert(ignore_permissions=True)
		return user

	return make


def with_items(log, user, *due, responsible, **fields):
	"""An interaction whose action items of `user` are due on these days."""
	doc = log("Initial Inquiry", responsible_staff=responsible, **fields)
	for day in due:
		doc.append("action_items", {"description": f"Call by {day}", "assigned_to": user, "due_on": day})
	doc.save(ignore_permissions=True)
	return doc


def held(doc):
	return [(row.assigned_to, row.substituting_for) for row in doc.reload().action_items]


def todos(doc):
	return [frappe.db.get_value("ToDo", row.todo, "allocated_to") for row in doc.action_items]


def heard(user, doc):
	about = {"for_user": user, "document_type": doc.doctype, "document_name": doc.name}
	return frappe.get_all("Notification Log", about, pluck="subject", order_by="creation asc, name asc")


def test_what_is_due_meanwhile_goes_with_its_to_do_and_comes_back(make_user, away, log, clock_at):
	substitute, responsible = make_user("Frontline Staff"), make_user("Frontline Staff")
	user = away(substitute)
	doc = with_items(log, user, "2026-11-24", "2026-11-26", None, "2026-11-20", responsible=responsible)
	for _again in range(2):  # the second run finds nothing
		substitution.run()
	there = [(substitute, user), (user, None), (user, None), (substitute, user)]
	assert held(doc) == there
	assert todos(doc) == [each[0] for each in there]
	changes = [row.note for row in doc.events if row.event == "Reassigned"]
	assert len(changes) == 1 and substitute in changes[0] and "back on" in changes[0]
	assert [each for each in heard(substitute, doc) if "While Frank Frey is away" in each]
	doc.action_items[3].status = "Closed"
	doc.save(ignore_permissions=True)
	with clock_at(AFTER):
		for _again in range(2):
			substitution.run()
	assert held(doc) == [(user, None), (user, None), (user, None), (substitute, None)]
	assert todos(doc)[0] == user
	assert [each for each in heard(user, doc) if "is yours again" in each]
	told = [each for each in conversation.page(doc)["entries"] if each.get("meaning") == ITEMS_MOVED]
	assert [each["by_app"] for each in told] == [True, True]


def test_it_stays_with_whom_a_person_gave_it_to(make_user, away, log, clock_at):
	substitute, third, responsible = (make_user("Frontline Staff") for _number in range(3))
	user = away(substitute)
	doc = with_items(log, user, "2026-11-24", responsible=responsible)
	substitution.run()
	doc.reload().action_items[0].assigned_to = third
	doc.save(ignore_permissions=True)
	assert held(doc) == [(third, None)]
	with clock_at(AFTER):
		substitution.run()
	assert held(doc) == [(third, None)]


def test_users_do_not_say_for_whom_an_item_is_held(make_user, away, log):
	user, responsible = away(), make_user("Frontline Staff")
	doc = with_items(log, responsible, "2026-11-24", responsible=responsible)
	doc.action_items[0].substituting_for = user
	doc.append("action_items", {"description": "Write", "assigned_to": responsible, "substituting_for": user})
	doc.save(ignore_permissions=True)
	assert held(doc) == [(responsible, None)] * 2


def test_without_a_substitute_who_can_have_it_the_responsible_colleague_gets_it(make_user, away, log):
	outsider, responsible = make_user("Sales User"), make_user("Frontline Staff")
	user = away(outsider)
	doc = with_items(log, user, "2026-11-24", responsible=responsible)
	own = with_items(log, user, "2026-11-24", responsible=user)
	substitution.run()
	assert held(doc) == [(responsible, user)]
	own.reload()
	assert own.action_items[0].assigned_to == own.responsible_staff


def test_another_substitute_gets_it_from_the_first(make_user, away, log):
	first, second, responsible = (make_user("Frontline Staff") for _number in range(3))
	user = away(first)
	doc = with_items(log, user, "2026-11-24", responsible=responsible)
	substitution.run()
	absence = frappe.get_last_doc("Staff Absence", {"user": user})
	absence.substitute = second
	absence.save(ignore_permissions=True)
	substitution.run()
	assert held(doc) == [(second, user)]


def test_what_a_disabled_substitute_had_comes_back_as_well(make_user, away, log, clock_at):
	substitute, responsible = make_user("Frontline Staff"), make_user("Frontline Staff")
	manager = make_user("Customer Support Manager")
	user = away(substitute)
	doc = with_items(log, user, "2026-11-24", responsible=responsible)
	substitution.run()
	frappe.db.set_value("User", substitute, "enabled", 0)
	frappe.clear_cache(user=substitute)
	assert reassignment.hand_over(substitute) == 1
	((holder, whose),) = held(doc)
	assert holder in {
		manager,
		*frappe.get_all("Has Role", {"role": "Customer Support Manager"}, pluck="parent"),
	}
	assert whose == user
	with clock_at(AFTER):
		substitution.run()
	assert held(doc) == [(user, None)]


def test_an_error_in_one_does_not_stop_the_others(make_user, away, log, monkeypatch):
	from client_comms.intake import held_items

	substitute, responsible = make_user("Frontline Staff"), make_user("Frontline Staff")
	user = away(substitute)
	first, second = (with_items(log, user, "2026-11-24", responsible=responsible) for _number in range(2))
	hand_over = held_items.hand_over

	def fails(doc, *others):
		if doc.name == first.name:
			raise ValueError("no")
		hand_over(doc, *others)

	monkeypatch.setattr(held_items, "hand_over", fails)
	substitution.run()
	assert (held(first), held(second)) == ([(user, None)], [(substitute, user)])
	frappe.db.delete("Error Log")
