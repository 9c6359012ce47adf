"""A sweep reads and writes many records together, with the result of doing it one after the other (C-3, C-4, P-2)."""

import frappe
import pytest

from client_comms import clock, document
from client_comms.client_interactions.clocks import sweep
from client_comms.enforcement import policy

pytestmark = pytest.mark.clause("C-3", "C-4", "P-2")

INTERACTION, EVENT = "Client Interaction", "Interaction Event"
LATE = "2026-11-25 17:00:01"


@pytest.fixture
def cases(inquiry, make_user, set_calendar, set_settings):
	"""Three inquiries of Monday, with another client, an action item and a grant among them."""
	set_calendar(["09:00-17:00"])
	steps = [{"clock": "All", "to": "Responsible Staff", "notification": 1, "todo": 1}]
	set_settings(warning_share=0, quiet_from=None, quiet_until=None, escalation_steps=steps)
	staff, other = make_user("Frontline Staff"), make_user("Frontline Staff")
	made = [
		inquiry(responsible_staff=staff, at=f"2026-11-23 10:0{number}", action_items=items)
		for number, items in enumerate([[], [{"description": "Call", "assigned_to": other}], []])
	]
	frappe.db.set_value("Customer", made[0].party, "account_manager", other)
	grant = frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": made[2].name,
			"user": other,
			"valid_until": "2026-12-24 12:00:00",
			"reason": "Substitute",
		}
	)
	grant.db_insert()
	frappe.db.set_value(
		"Interaction Access Grant", grant.name, "interaction", made[2].name.lower(), update_modified=False
	)
	return [doc.name for doc in made]


def test_documents_that_are_read_together_are_those_that_are_read_alone(cases):
	read = document.load_locked(INTERACTION, [*cases[::-1], "CI-none"])
	assert [doc.name for doc in read] == cases[::-1]
	for doc in read:
		alone = frappe.get_doc(INTERACTION, doc.name)
		assert doc.as_dict() == alone.as_dict()
		assert not doc.is_new() and not any(row.is_new() for row in doc.events)
		assert vars(doc).keys() >= vars(alone).keys() - {"flags"}


def test_what_decides_about_access_is_what_is_read_alone(cases):
	records = policy.locked_records(document.load_locked(INTERACTION, cases))
	assert records == {name: policy.stored_record(name) for name in cases}
	assert all(record.account_manager for record in records.values())
	assert records[cases[1]].assignees and records[cases[2]].grants, "the data has what is compared"


def test_rows_that_are_written_together_are_those_that_are_written_alone(cases):
	def rows(note):
		doc = frappe.get_doc(INTERACTION, cases[0])
		for number in range(3):
			doc.append_event(
				"Breached", LATE, f"{note} {number}'%s", by="Administrator", action_key=f"key {number}"
			)
		return doc.events[-3:]

	alone, together = rows("alone"), rows("together")
	for row in alone:
		row.db_insert()
	document.insert_together(together)
	assert not any(row.is_new() for row in together)
	written = {
		note: frappe.get_all(
			EVENT, {"parent": cases[0], "note": ("like", f"{note} %")}, ["*"], order_by="idx asc"
		)
		for note in ("alone", "together")
	}
	assert len(written["together"]) == 3 and len({row.name for row in written["together"]}) == 3
	for one, other in zip(*written.values(), strict=True):
		different = {field for field in one if one[field] != other[field]}
		assert different <= {"name", "creation", "modified", "note"}
		assert one.note.removeprefix("alone") == other.note.removeprefix("together")


def test_two_deadlines_at_once_make_one_reminder_of_the_later(cases, as_user):
	with clock.moved_to(LATE), as_user("Administrator"):
		assert sweep.run() == 3
	for name in cases:
		(todo,) = frappe.get_all(
			"ToDo", {"reference_name": name, "priority": "High"}, ["name", "description", "allocated_to"]
		)
		assert todo.description.startswith("Answer overdue: ")
		assert todo.allocated_to in frappe.db.get_value(INTERACTION, name, "_assign")
		assert not frappe.db.exists("Version", {"docname": todo.name}), "it was written once"


def test_access_is_that_of_each_record(cases, make_user, as_user):
	"""In a chunk, the facts of one record do not decide about another."""
	hidden = make_user("Frontline Staff")
	frappe.db.set_value(INTERACTION, cases[1], "responsible_staff", hidden, update_modified=False)
	frappe.get_doc("User", hidden).remove_roles("Frontline Staff")
	with clock.moved_to(LATE), as_user("Administrator"):
		sweep.run()
	told = set(
		frappe.get_all(
			"Notification Log",
			{"document_name": ("in", cases), "subject": ("like", "%overdue%")},
			pluck="document_name",
		)
	)
	assert told == {cases[0], cases[2]}
