"""What belongs to what belongs to a record is as confidential as the record, in lists as by its name (D-5, P-2)."""

import contextlib

import frappe
import pytest

from client_comms.enforcement import dependents, guards, interactions, readers, row_conditions
from client_comms.enforcement.registry import OWNER_FIELDS
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("D-5", "P-2")


def version_of(doc):
	doc.db_set("modified", frappe.utils.now())
	return frappe.get_doc(
		{"doctype": "Version", "ref_doctype": doc.doctype, "docname": doc.name, "data": '{"changed": []}'}
	).insert(ignore_permissions=True)


def file_of(doc):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"content": "The roof leaks",
			"is_private": 1,
			"attached_to_doctype": doc.doctype,
			"attached_to_name": doc.name,
		}
	).insert(ignore_permissions=True)


def comment_of(doc):
	return doc.add_comment("Comment", "The roof leaks")


def todo_of(doc):
	return frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": "Administrator",
			"description": "Look at the roof",
			"reference_type": doc.doctype,
			"reference_name": doc.name,
		}
	).insert(ignore_permissions=True)


def tag_of(doc):
	"""A tag keeps the title of what it is given to."""
	doc.add_tag("roof")
	return frappe.get_doc("Tag Link", {"document_type": doc.doctype, "document_name": doc.name})


def queued_email_of(doc):
	made = frappe.get_doc(
		{
			"doctype": "Email Queue",
			"message": "The roof leaks",
			"sender": "a@example.com",
			"status": "Sent",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		}
	)
	made.db_insert()
	return made


def deleted_comment_of(doc):
	comment = comment_of(doc)
	comment.delete(ignore_permissions=True)
	return frappe.get_doc("Deleted Document", {"deleted_name": comment.name})


NESTED = [
	(comment_of, version_of),
	(todo_of, version_of),
	(file_of, version_of),
	(queued_email_of, version_of),
	(deleted_comment_of, version_of),
	(todo_of, file_of),
	(comment_of, file_of),
	(file_of, file_of),
	(comment_of, comment_of),
	(file_of, todo_of),
	(comment_of, todo_of),
	(todo_of, todo_of),
	(todo_of, comment_of),
	(file_of, comment_of),
	(todo_of, tag_of),
	(file_of, tag_of),
]


@pytest.mark.parametrize(("make", "make_nested"), NESTED, ids=lambda make: make.__name__.removesuffix("_of"))
def test_in_lists(make, make_nested, complaint, staff, as_user):
	nested = make_nested(make(complaint))
	assert listed(nested, staff.cleared, as_user)
	assert not listed(nested, staff.uncleared, as_user)


HAVE_THEIR_OWN = {"Data Package Item", "Deleted Document", "Erasure Item"}


@pytest.mark.parametrize("doctype", sorted(OWNER_FIELDS.keys() - HAVE_THEIR_OWN))
@pytest.mark.parametrize("make", [comment_of, file_of, todo_of])
def test_whatever_belongs_to_what_was_added(make, doctype, complaint, staff):
	"""The milestone of a to-do, the notification of a comment: in lists, and found by its name."""
	if not frappe.db.exists("DocType", doctype):
		pytest.skip(f"this version of Frappe or ERPNext has no {doctype}")
	added = make(complaint)
	nested = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash()})
	nested.update(dict(zip(OWNER_FIELDS[doctype], (added.doctype, added.name), strict=True)))
	nested.db_insert()
	for user, shown in ((staff.cleared, True), (staff.uncleared, False)):
		condition = frappe.call(guards.held()[doctype][0], user=user, doctype=doctype) or "1"
		# nosemgrep: frappe-sql-format-injection (the condition under test)
		listed = frappe.db.sql_list(f"select name from `tab{doctype}` where {condition}")
		assert (nested.name in listed) == bool(guards.readable(doctype, [nested.name], user)) == shown


def recipient_of(doc):
	row = frappe.get_doc({"doctype": "Email Queue Recipient", "recipient": "a@example.com"})
	row.update(
		{"parenttype": "Email Queue", "parentfield": "recipients", "parent": queued_email_of(doc).name}
	)
	row.db_insert()
	return row


def event_of(doc):
	return doc.events[0]


def noted_of(doc):
	"""What Frappe notes when a file is attached; a row has no other comments."""
	return doc.add_comment("Attachment", "The roof leaks")


LOGS, ROWS = (queued_email_of, version_of, deleted_comment_of), (recipient_of, event_of)


@pytest.mark.parametrize(
	("make", "make_nested"),
	[
		*((make, nested) for make in LOGS for nested in (comment_of, file_of, todo_of)),
		*((make, nested) for make in ROWS for nested in (noted_of, file_of)),
	],
	ids=lambda make: make.__name__.removesuffix("_of"),
)
def test_what_is_added_to_a_log_or_a_row(make, make_nested, complaint, staff, as_user):
	nested = make_nested(make(complaint))
	assert not listed(nested, staff.uncleared, as_user)
	assert not is_open(nested, staff.uncleared)
	assert is_open(nested, staff.cleared)


def is_open(doc, user) -> bool:
	"""Whether it is shown by its name, and in the timeline of what it was added to."""
	allowed = dependents.has_permission(doc, "read", user) is not False
	assert allowed == bool(guards.readable(doc.doctype, [doc.name], user))
	return allowed


def test_what_is_added_to_an_email_about_nothing_confidential(make_client, staff):
	customer = frappe.get_doc("Customer", make_client("Anna Client", "anna@client.example").party)
	email = queued_email_of(customer)
	for make in (comment_of, file_of, todo_of, version_of):
		assert is_open(make(email), staff.uncleared)


def test_what_is_added_to_an_email_with_a_confidential_message(make_client, complaint, staff):
	"""It is filed where the message is, which may be less confidential."""
	customer = frappe.get_doc("Customer", make_client("Anna Client", "anna@client.example").party)
	message = frappe.get_doc(
		{"doctype": "Communication", "subject": "Roof", "client_interaction": complaint.name}
	).insert(ignore_permissions=True)
	email = queued_email_of(customer)
	email.db_set("communication", message.name)
	comment = comment_of(email)
	assert not is_open(comment, staff.uncleared)
	assert is_open(comment, staff.cleared)


MAIL = [
	("Unhandled Email", {"raw": "The roof leaks", "reason": "x", "uid": "x"}),
	("Unprocessed Email", {"subject": "The roof leaks", "status": "Waiting"}),
	("SMS Log", {"message": "The roof leaks"}),
]


@pytest.fixture(params=MAIL, ids=lambda each: each[0])
def mail(request):
	"""A message of which it is not known how confidential it is."""
	doctype, fields = request.param
	doc = frappe.get_doc({"doctype": doctype, **fields})
	doc.db_insert()
	return doc


def test_what_is_added_to_mail_of_an_unknown_level(mail, staff, as_user):
	comment = comment_of(mail)
	for user, shown in ((staff.uncleared, False), (staff.cleared, True)):
		assert is_open(comment, user) == shown
		assert bool(listed(comment, user, as_user)) == shown


def test_mail_of_an_unknown_level_is_printed_with_clearance_to_print_everything(
	mail, complaint, staff, as_user
):
	def print_it(doc):
		doc.run_method("before_print", frappe.get_single("Print Settings"))

	comment = comment_of(mail)
	level = frappe.get_doc("Confidentiality Level", complaint.confidentiality_level)
	with as_user(staff.cleared):
		print_it(mail)
		print_it(comment)
	for row in level.clearances:
		row.can_print = 0
	level.save()
	with as_user(staff.cleared):
		for doc in (mail, comment):
			doc.check_permission("read")
			with pytest.raises(ClearanceMissingError):
				print_it(doc)


def test_a_deleted_document_that_says_nothing_of_what_it_belonged_to(complaint, staff, as_user):
	deleted = deleted_comment_of(complaint)
	deleted.db_set("data", "The roof")
	for doc in (deleted, version_of(deleted)):
		assert not listed(doc, staff.uncleared, as_user)
	assert not deleted.has_permission("read", user=staff.uncleared)


@pytest.mark.parametrize(
	("doctype", "row", "text"),
	[
		("Lead", "CRM Note", "note"),
		("Opportunity", "Opportunity Item", "description"),
		("Event", "Event Participants", "email"),
		("Communication", "Communication Link", "link_title"),
		("Client Interaction", "Interaction Event", "note"),
	],
)
def test_a_deleted_row_of_a_hidden_document(doctype, row, text, complaint, held, staff, as_user):
	"""Frappe keeps each row that is deleted separately."""
	if doctype == "Client Interaction":
		owner = complaint.name
	else:
		record = {"doctype": doctype, "name": frappe.generate_hash(), "confidentiality_level": "Sensitive"}
		held("Lead", lead_name="Anna")  # governs all of them
		owner = frappe.get_doc(record).db_insert() or record["name"]
	content = {"doctype": row, "name": "gone", "parenttype": doctype, "parent": owner, text: "The roof"}
	deleted = frappe.get_doc(
		{
			"doctype": "Deleted Document",
			"name": frappe.generate_hash(),
			"deleted_doctype": row,
			"deleted_name": "gone",
			"data": frappe.as_json(content),
		}
	)
	deleted.db_insert()
	assert not listed(deleted, staff.uncleared, as_user)
	assert listed(deleted, staff.cleared, as_user)


@pytest.mark.parametrize("make_nested", [version_of, file_of, comment_of])
def test_of_a_todo_about_nothing_confidential(make_nested, staff, as_user):
	todo = frappe.get_doc({"doctype": "ToDo", "description": "Water the plants"}).insert()
	assert listed(make_nested(todo), staff.uncleared, as_user)


def listed(doc, user, as_user):
	with as_user(user):
		return frappe.get_list(doc.doctype, {"name": doc.name})


def test_what_is_left_of_mail_that_could_not_be_processed(make_user, staff, as_user):
	mail = frappe.get_doc({"doctype": "Unhandled Email", "raw": "The roof leaks", "reason": "x", "uid": "x"})
	mail.insert(ignore_permissions=True)
	version = version_of(mail)
	mail.delete(ignore_permissions=True)
	deleted = frappe.get_doc("Deleted Document", {"deleted_name": mail.name})
	for doc in (version, deleted):
		assert not listed(doc, staff.uncleared, as_user)
	assert not deleted.has_permission("read", user=staff.uncleared)
	assert frappe.get_list("Deleted Document", {"name": deleted.name})


@pytest.mark.parametrize("make", [version_of, file_of, comment_of, todo_of, deleted_comment_of])
def test_a_print_of_it_requires_clearance_to_print_the_record(make, complaint, staff, as_user):
	level = frappe.get_doc("Confidentiality Level", complaint.confidentiality_level)
	doc = make(complaint)
	with as_user(staff.cleared):
		doc.run_method("before_print", frappe.get_single("Print Settings"))
	for row in level.clearances:
		row.can_print = 0
	level.save()
	with as_user(staff.cleared):
		doc.check_permission("read")
		with pytest.raises(ClearanceMissingError):
			doc.run_method("before_print", frappe.get_single("Print Settings"))


@pytest.mark.parametrize("field", ["events", "evidence"])
def test_a_print_of_a_row_requires_clearance(field, complaint, staff, as_user):
	complaint.append(
		"evidence",
		{"documentation_method": frappe.db.get_value("Documentation Method", {}), "note": "The roof leaks"},
	)
	complaint.save_by_app()
	stored = complaint.get(field)[0]
	for user, refused in ((staff.cleared, False), (staff.uncleared, True)):
		with as_user(user):
			row = frappe.get_doc(stored.doctype, stored.name)
			with pytest.raises(ClearanceMissingError) if refused else contextlib.nullcontext():
				row.run_method("before_print", frappe.get_single("Print Settings"))


def test_what_another_user_can_read(complaint, staff, as_user):
	"""Frappe lists it to a System Manager, in that user's name."""
	about = {"reference_type": complaint.doctype, "reference_name": complaint.name}
	todo = frappe.get_doc(
		{"doctype": "ToDo", "description": "x", "allocated_to": staff.cleared, **about}
	).insert()
	report = frappe.get_doc("Report", "Permitted Documents For User")
	for user, is_shown in ((staff.cleared, True), (staff.uncleared, False)):
		with as_user(user):
			_columns, rows, *_more = report.execute_script_report({"user": staff.cleared, "doctype": "ToDo"})
			assert (todo.name in str(rows)) == is_shown


def test_what_a_user_takes_part_in_is_named_once(make_user, make_client, monkeypatch):
	"""A version may belong to what belongs to a message about a client: repeated for each of these, a thousand clients would make a
	query of megabytes."""
	monkeypatch.setattr(readers, "NAMED_INSIDE", 0)
	manager = make_user("Account Manager")
	customer = make_client("Solar House", "anna@solar.example").party
	frappe.db.set_value("Customer", customer, "account_manager", manager)
	assert row_conditions.literal(customer) in interactions.interaction_condition(manager)
	for doctype in ("ToDo", "Version", "Communication", "Issue"):
		(hook,) = guards.held()[doctype]
		assert row_conditions.literal(customer) not in frappe.call(hook, user=manager, doctype=doctype)


def test_the_condition_for_named_rows_looks_only_at_what_they_belong_to(make_user, log):
	version = version_of(log("Initial Inquiry"))
	condition = dependents.condition(make_user("Frontline Staff"), "Version", [version.name])
	assert "`tabClient Interaction`" in condition
	assert "`tabComment`" not in condition and "`tabOpportunity`" not in condition


@pytest.mark.parametrize("doctype", sorted(dependents.FOUND_BY_OWNER))
def test_to_what_rows_belong_is_found_by_an_index(doctype):
	(owner_type, _name) = OWNER_FIELDS[doctype]
	first = frappe.db.sql(f"show index from `tab{doctype}` where Seq_in_index = 1", as_dict=True)
	assert owner_type in {row.Column_name for row in first}


@pytest.mark.parametrize(
	("owner_type", "shown"),
	[
		("Client Interaction", False),
		("Legal Hold", False),
		("Client Consent", False),
		("Comment", False),
		("Email Queue", False),
		("Customer", True),
	],
)
def test_the_first_row_of_a_kind_may_come_after_the_condition_was_made(
	owner_type, shown, staff, as_user, monkeypatch
):
	monkeypatch.setattr(dependents, "_owner_types", lambda *_arguments: set())
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"name": frappe.generate_hash(),
			"allocated_to": staff.uncleared,
			"description": "x",
			"reference_type": owner_type,
			"reference_name": "gone",
		}
	)
	todo.db_insert()
	assert bool(listed(todo, staff.uncleared, as_user)) == shown


@pytest.mark.parametrize("reader", ["uncleared", "cleared"])
def test_the_page_of_a_report_that_someone_printed(
	reader, staff, make_user, request_as, as_user, monkeypatch
):
	"""Frappe stores it for System Managers, and does not note which records are in it."""
	monkeypatch.setattr("frappe.utils.print_format.get_pdf", lambda *_args, **_options: b"")
	printing = {"html": "<p>The roof leaks</p>"}
	overseer = make_user("Customer Support Manager", "Compliance Officer", "System Manager")
	request_as(overseer, "frappe.utils.print_format.report_to_pdf", **printing)
	(name,) = frappe.get_all("Access Log", {"page": ("like", "%roof%")}, pluck="name")
	open_to = [overseer, *([staff.cleared] if reader == "cleared" else [])]
	for user in (overseer, staff[reader]):
		with as_user(user):
			allowed = user in open_to
			assert frappe.get_doc("Access Log", name).has_permission("read") is allowed
			for changed in ({"user": user}, {"export_from": "Customer"}, {"page": None}):
				in_memory = frappe.get_doc("Access Log", name).update(changed)
				assert in_memory.has_permission("read") is allowed
			assert (name in frappe.get_list("Access Log", pluck="name")) is allowed
	about_nothing = frappe.get_doc(
		{"doctype": "Access Log", "export_from": "Customer", "page": "Standard"}
	).insert()
	with as_user(staff.uncleared):
		assert about_nothing.name in frappe.get_list("Access Log", pluck="name")
	deleted = {}
	for log in (name, about_nothing.name):
		frappe.delete_doc("Access Log", log, force=True)
		deleted[log] = frappe.get_last_doc("Deleted Document", {"deleted_name": log})
	with as_user(staff[reader]):
		listed = frappe.get_list("Deleted Document", pluck="name")
		for log, doc in deleted.items():
			assert doc.has_permission("read") is (doc.name in listed) is (log != name)
