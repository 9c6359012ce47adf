"""What is kept of a deleted document is as confidential as the document was (P-2)."""

import frappe
import pytest

from client_comms import api, hooks
from client_comms.enforcement import copied_fields, deleted_content, documents, levels
from client_comms.enforcement.doctypes import deleted_document
from client_comms.patches.v1_0 import keep_levels_of_deleted_records, leave_copies_out_of_histories

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain"
RECORDS = {
	"Communication": lambda lead: {"content": WORDS, "reference_doctype": "Lead", "reference_name": lead},
	"Event": lambda lead: {
		"subject": WORDS,
		"starts_on": "2026-12-01 10:00:00",
		"event_type": "Public",
		"event_participants": [{"reference_doctype": "Lead", "reference_docname": lead}],
	},
	"Call Log": lambda lead: {
		"id": frappe.generate_hash(),
		"from": "+49301234567",
		"summary": WORDS,
		"links": [{"link_doctype": "Lead", "link_name": lead}],
	},
}


@pytest.fixture
def deleted(held):
	"""`deleted(doctype)`: what is kept of a message, meeting or call about a hidden Lead, for which there was no interaction."""

	def make(doctype, level="Sensitive"):
		lead = held("Lead", level, lead_name="Anna")
		doc = frappe.get_doc({"doctype": doctype, **RECORDS[doctype](lead.name)}).insert()
		frappe.db.set_value(doctype, doc.name, {"client_interaction": None, "confidentiality_level": None})
		frappe.delete_doc(doctype, doc.name, force=True)
		return frappe.get_last_doc("Deleted Document", {"deleted_doctype": doctype, "deleted_name": doc.name})

	return make


def is_open(kept, user, as_user) -> bool:
	"""In the list and alone, which agree."""
	with as_user(user):
		listed = bool(frappe.get_list("Deleted Document", {"name": kept.name}))
		assert listed == bool(kept.has_permission("read"))
		return listed


@pytest.mark.parametrize("doctype", RECORDS)
@pytest.mark.parametrize("level", ["Sensitive", None])
def test_a_record_without_an_interaction(level, doctype, deleted, staff, as_user):
	kept = deleted(doctype, level)
	assert WORDS in kept.data
	assert is_open(kept, staff.uncleared, as_user) == (level is None)
	assert is_open(kept, "Administrator", as_user)


@pytest.mark.parametrize("doctype", RECORDS)
def test_one_that_was_deleted_before(doctype, deleted, staff, as_user):
	kept = deleted(doctype)
	content = frappe.parse_json(kept.data)
	kept.db_set("data", frappe.as_json({**content, "confidentiality_level": None}))
	assert is_open(kept, staff.uncleared, as_user)
	keep_levels_of_deleted_records.execute()
	assert not is_open(kept.reload(), staff.uncleared, as_user)


@pytest.mark.parametrize("doctype", RECORDS)
@pytest.mark.parametrize("name", ["Lead", "Anfrage für Müller"])
def test_one_that_was_deleted_before_its_lead_was_raised(name, doctype, deleted, staff, as_user):
	kept = deleted(doctype, None)
	(lead,) = (
		each for each in frappe.get_all("Lead", {"lead_name": "Anna"}, pluck="name") if each in kept.data
	)
	if name != "Lead":
		kept.db_set("data", frappe.as_json(frappe.parse_json(kept.data.replace(lead, name))))
		frappe.db.set_value("Lead", lead, "name", name)
		lead = name
	assert is_open(kept, staff.uncleared, as_user)
	with as_user(staff.cleared):
		api.change_level("Lead", lead, "Sensitive")
	assert not is_open(kept.reload(), staff.uncleared, as_user)


@pytest.mark.parametrize(("days", "closed"), [(0, True), (-1, True), (30, False)])
def test_what_was_deleted_before_the_document_existed_is_not_searched(days, closed, deleted, staff, as_user):
	"""It cannot be about it; so raising one does not read all that was ever deleted."""
	kept = deleted("Communication", None)
	(lead,) = (
		each for each in frappe.get_all("Lead", {"lead_name": "Anna"}, pluck="name") if each in kept.data
	)
	created = frappe.utils.add_days(kept.creation, days)
	frappe.db.set_value("Lead", lead, "creation", created, update_modified=False)
	with as_user(staff.cleared):
		api.change_level("Lead", lead, "Sensitive")
	assert is_open(kept.reload(), staff.uncleared, as_user) != closed


def test_governing_closes_what_was_deleted_in_one_pass(deleted, staff, as_user, log, monkeypatch):
	kept = deleted("Communication", None)
	about = frappe.parse_json(kept.data)
	log("Feedback/Complaint", reference_doctype="Lead", reference_name=about["reference_name"])
	frappe.db.set_value("Lead", about["reference_name"], "confidentiality_level", None)
	kept.db_set("data", frappe.as_json({**about, "confidentiality_level": None}))
	assert is_open(kept.reload(), staff.uncleared, as_user)
	monkeypatch.setattr(deleted_content, "naming", lambda *_: pytest.fail("searched for one document"))
	levels.backfill_levels("Lead")
	assert not is_open(kept.reload(), staff.uncleared, as_user)


def made_of(held):
	lead = held("Lead", None, lead_name="Anna")
	return lead, {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": lead.name}


def split_off(held):
	issue = held("Issue", None, subject="Solar roof")
	return issue, {"doctype": "Issue", "subject": "Solar roof", "issue_split_from": issue.name}


@pytest.mark.parametrize("make", [made_of, split_off])
@pytest.mark.parametrize("by_upgrade", [False, True])
def test_what_was_made_of_one_and_deleted_before_it_was_raised(by_upgrade, make, held, staff, as_user):
	origin, content = make(held)
	kept = {"doctype": "Deleted Document", "deleted_doctype": content["doctype"], "deleted_name": "GONE"}
	kept = frappe.get_doc({**kept, "data": frappe.as_json(content)})
	kept.db_insert()
	assert is_open(kept, staff.uncleared, as_user)
	if by_upgrade:
		origin.db_set("confidentiality_level", "Sensitive")
		keep_levels_of_deleted_records.execute()
	else:
		with as_user(staff.cleared):
			api.change_level(origin.doctype, origin.name, "Sensitive")
	assert not is_open(kept.reload(), staff.uncleared, as_user)


@pytest.mark.parametrize("content", ["{}", "[]", "null", "", '{"timeline_links": null}', "no JSON"])
def test_what_was_changed_by_hand_stops_no_upgrade(content, deleted):
	kept = deleted("Communication")
	kept.db_set("data", content)
	keep_levels_of_deleted_records.execute()
	leave_copies_out_of_histories.execute()
	assert kept.reload().data == content


@pytest.mark.parametrize("content", ['"{}"', '["{}"]', 'no JSON "{}"'])
def test_a_deleted_task_that_was_changed_by_hand_keeps_no_issue_from_being_raised(content, held):
	issue = held("Issue", "Standard", subject="Solar roof")
	kept = {"doctype": "Deleted Document", "deleted_doctype": "Task", "deleted_name": "TASK-GONE"}
	kept = frappe.get_doc({**kept, "data": content.format(issue.name)})
	kept.db_insert()
	issue.db_set("confidentiality_level", "Sensitive")
	copied_fields.withdraw_from_deleted("Issue", issue.name)
	copied_fields.withdraw_from_all_deleted()
	assert kept.reload().data == content.format(issue.name)


def test_a_task_that_was_deleted_before_loses_the_words_of_its_issue_with_an_upgrade(held):
	"""Although the Issue has no other Task."""
	issue = held("Issue", subject="Solar roof")
	words = {"doctype": "Task", "name": "TASK-GONE", "issue": issue.name, "subject": issue.subject}
	kept = {"doctype": "Deleted Document", "deleted_doctype": "Task", "deleted_name": "TASK-GONE"}
	kept = frappe.get_doc({**kept, "data": frappe.as_json(words)})
	kept.db_insert()
	leave_copies_out_of_histories.execute()
	assert frappe.parse_json(kept.reload().data)["subject"] == issue.name


@pytest.mark.parametrize("doctype", sorted(hooks.has_permission.keys() - {*documents.SETTING}))
def test_of_no_guarded_doctype_the_content_is_open_because_it_says_nothing(doctype, staff, as_user):
	content = frappe.as_json({"doctype": doctype, "name": "gone", "client_interaction": "CI-GONE"})
	kept = {
		"doctype": "Deleted Document",
		"deleted_doctype": doctype,
		"deleted_name": "gone",
		"data": content,
	}
	kept = frappe.get_doc(kept)
	kept.db_insert()
	if doctype not in deleted_document.pointers():
		assert not is_open(kept, staff.uncleared, as_user)
		assert is_open(kept, "Administrator", as_user)


def test_others_stay_open(staff, as_user):
	note = frappe.get_doc({"doctype": "Note", "title": frappe.generate_hash(), "public": 1}).insert()
	note.delete()
	assert is_open(
		frappe.get_last_doc("Deleted Document", {"deleted_name": note.name}), staff.uncleared, as_user
	)


# --- what belonged to something that belongs to a record ------------------------------------------------------


def stored(doctype, **values):
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(), **values})
	doc.db_insert()
	return doc.reload()


MAIL = {"doctype": "Email Queue", "sender": "a@example.com", "message": WORDS, "status": "Sent"}
ADDED = {
	"mail of a message": lambda message, todo: {**MAIL, "communication": message},
	"digest": lambda message, todo: {**MAIL, "reference_doctype": "Email Digest", "reference_name": "x"},
	"report": lambda message, todo: {**MAIL, "reference_doctype": "Auto Email Report", "reference_name": "x"},
	"comment on a to-do": lambda message, todo: {
		"doctype": "Comment",
		"comment_type": "Comment",
		"content": WORDS,
		"reference_doctype": "ToDo",
		"reference_name": todo,
	},
	"tag of a to-do": lambda message, todo: {
		"doctype": "Tag Link",
		"title": WORDS,
		"document_type": "ToDo",
		"document_name": todo,
	},
	"to-do about a to-do": lambda message, todo: {
		"doctype": "ToDo",
		"description": WORDS,
		"reference_type": "ToDo",
		"reference_name": todo,
	},
	"notification of a to-do": lambda message, todo: {
		"doctype": "Notification Log",
		"subject": WORDS,
		"document_type": "ToDo",
		"document_name": todo,
	},
}


@pytest.mark.parametrize("added", ADDED)
def test_what_was_added_to_what_belongs_to_a_record(added, complaint, staff, as_user):
	bound = {"client_interaction": complaint.name, "confidentiality_level": complaint.confidentiality_level}
	message = stored("Communication", communication_type="Communication", content="x", **bound)
	about = {"reference_type": complaint.doctype, "reference_name": complaint.name}
	todo = stored("ToDo", description="x", allocated_to="Administrator", **about)
	doc = stored(**ADDED[added](message.name, todo.name))
	with as_user(staff.uncleared):
		assert not frappe.get_list(doc.doctype, {"name": doc.name})
	frappe.delete_doc(doc.doctype, doc.name, force=True)
	kept = frappe.get_doc("Deleted Document", {"deleted_doctype": doc.doctype, "deleted_name": doc.name})
	assert WORDS in kept.data
	assert not is_open(kept, staff.uncleared, as_user)
	assert is_open(kept, "Administrator", as_user)


def test_what_was_added_to_another_document_stays_open(staff, as_user):
	note = frappe.get_doc({"doctype": "Note", "title": frappe.generate_hash(), "public": 1}).insert()
	comment = note.add_comment("Comment", WORDS)
	comment.delete()
	assert is_open(
		frappe.get_last_doc("Deleted Document", {"deleted_name": comment.name}), staff.uncleared, as_user
	)
