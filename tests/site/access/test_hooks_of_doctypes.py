"""Everything registered for individual DocTypes works for each of them (D-5, P-2)."""

import io
import zipfile
from unittest import mock

import frappe
import pytest
from frappe import share
from frappe.desk import search
from frappe.handler import execute_cmd
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms import compat, ledger, procedure
from client_comms.enforcement import dependents, documents, governed, guards, interactions, policy
from client_comms.enforcement.doctypes.notification_log import GuardedNotificationLog
from client_comms.enforcement.methods import exports
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("D-5", "P-2")

# `check-leaks` requests each kind of deleted document.
BELONGINGS = sorted(
	set(dependents.OWNER_FIELDS)
	- {"Deleted Document"}
	# Only for Compliance Officers: tests/site/privacy/test_retention.py and test_data_packages.py
	- {"Data Package Item", "Erasure Item"}
	- ({"Energy Point Log"} if compat.is_version_16() else set())  # gone with version 15
)
BOUND = (governed.COMMUNICATION, governed.EVENT, governed.CALL)
FOR_SOMEBODY = ("user", "for_user", "allocated_to")


@pytest.fixture
def frontline(make_user):
	"""Sees Standard; ERPNext would show everything."""
	return make_user(procedure.FRONTLINE_STAFF, procedure.COMMUNICATIONS_MANAGER, "System Manager")


@pytest.fixture
def officer(make_user):
	return make_user(procedure.COMPLIANCE_OFFICER, "System Manager")


def stored(doctype, **fields):
	"""A document written without the checks of a save."""
	doc = frappe.new_doc(doctype)
	known = fields.keys() & set(doc.meta.get_valid_columns())
	doc.update({field: fields[field] for field in known})
	doc.name = None if doc.meta.autoname == "autoincrement" else frappe.generate_hash()
	doc.db_insert()
	if doctype == "Workflow Action":  # which Frappe shows to these roles
		row = {"parenttype": doctype, "parent": doc.name, "parentfield": "permitted_roles", "role": "All"}
		stored("Workflow Action Permitted Role", **row)
	return doc


@pytest.mark.parametrize("doctype", BELONGINGS)
def test_a_dependent_is_shown_to_readers_of_its_record(doctype, frontline, officer, log, as_user):
	plain, sensitive = log("Initial Inquiry"), log("Feedback/Complaint")
	owner_type, owner_name = dependents.OWNER_FIELDS[doctype]
	for user, readable in ((frontline, [plain]), (officer, [plain, sensitive])):
		rows = {
			record.name: stored(
				doctype,
				**{owner_type: record.doctype, owner_name: record.name, "is_private": 1},
				**dict.fromkeys(FOR_SOMEBODY, user),
			).name
			for record in (plain, sensitive)
		}
		if doctype == "Reminder":  # which Frappe shows to its owner alone
			frappe.db.set_value(doctype, {"name": ("in", list(rows.values()))}, "owner", user)
		shown = {rows[record.name] for record in readable}
		with as_user(user):
			assert set(frappe.get_list(doctype, {"name": ("in", list(rows.values()))}, pluck="name")) == shown
			assert {row for row in rows.values() if frappe.get_doc(doctype, row).has_permission()} == shown
		assert guards.readable(doctype, list(rows.values()), user) == shown
		frappe.db.delete(doctype, {"name": ("in", list(rows.values()))})


OFFICERS_ONLY = {"Data Package Item", "Erasure Item"}


@pytest.mark.parametrize("doctype", sorted({*BELONGINGS, *OFFICERS_ONLY, "Deleted Document"}))
def test_a_print_of_a_dependent_asks_for_clearance_for_its_record(doctype, frontline, log, as_user):
	complaint = log("Feedback/Complaint")
	owner = zip(dependents.OWNER_FIELDS[doctype], (complaint.doctype, complaint.name), strict=True)
	row = stored(doctype, **dict(owner), **dict.fromkeys(FOR_SOMEBODY, frontline), is_private=1)
	frappe.local.request = Request(EnvironBuilder().get_environ())
	with as_user(frontline), pytest.raises(ClearanceMissingError):
		row.run_method("before_print", frappe.get_single("Print Settings"))
	del frappe.local.request
	frappe.db.delete(doctype, {"name": row.name})


@pytest.fixture
def sensitive(log, set_settings):
	"""`sensitive(doctype)`: a Sensitive document, linked to an interaction or with its own level."""
	set_settings(govern_issues=1, govern_leads=1, govern_opportunities=1)

	def make(doctype):
		complaint = log("Feedback/Complaint")
		if doctype == complaint.doctype:
			return complaint
		fields = dict.fromkeys(("client_interaction", "interaction", "reference_name"), complaint.name)
		return stored(
			doctype, **fields, confidentiality_level="Sensitive", reference_doctype=complaint.doctype
		)

	return make


@pytest.mark.parametrize("doctype", [governed.INTERACTION, "Interaction Review", *BOUND, *documents.SETTING])
def test_a_print_asks_for_clearance_and_is_recorded(doctype, sensitive, frontline, as_user):
	doc = sensitive(doctype)
	frappe.local.request = Request(EnvironBuilder().get_environ())
	with as_user(frontline), pytest.raises(ClearanceMissingError):
		doc.run_method("before_print", frappe.get_single("Print Settings"))
	del frappe.local.request
	prints = {"action": ledger.PRINT, "reference_doctype": doctype, "reference_name": doc.name}
	before = frappe.db.count(ledger.ENTRY, prints)  # names of deleted records are reused
	doc.run_method("before_print", frappe.get_single("Print Settings"))
	assert frappe.db.count(ledger.ENTRY, prints) == before + 1


@pytest.mark.parametrize(
	("doctype", "kind", "name"),
	[
		("Auto Repeat", "reference_doctype", "reference_document"),
		("Email Campaign", "email_campaign_for", "recipient"),
		("Quotation", "quotation_to", "party_name"),
		("Task", None, "issue"),
	],
)
def test_a_document_that_copies_from_another_one_names_no_hidden_one(
	doctype, kind, name, sensitive, frontline, as_user
):
	hidden = sensitive("Lead" if kind else "Issue")
	doc = frappe.new_doc(doctype)
	doc.update({name: hidden.name, **({kind: hidden.doctype} if kind else {})})

	def check():
		for hook in frappe.get_doc_hooks()[doctype]["validate"]:
			if hook.startswith("client_comms."):
				frappe.call(hook, doc, "validate")

	check()
	with as_user(frontline), pytest.raises(ClearanceMissingError):
		check()


@pytest.mark.parametrize("doctype", documents.SETTING)
def test_the_level_of_a_document_is_not_set_by_saving_it(doctype, sensitive):
	doc = sensitive(doctype)
	doc.confidentiality_level = "Standard"
	with pytest.raises(ClearanceMissingError):
		doc.run_method("before_validate")


@pytest.mark.parametrize("doctype", BOUND)
def test_what_is_bound_to_an_interaction_stays_so(doctype, sensitive):
	doc = sensitive(doctype)
	interaction = doc.client_interaction
	doc.update({"client_interaction": None, "confidentiality_level": "Standard"})
	doc.run_method("before_validate")
	assert (doc.client_interaction, doc.confidentiality_level) == (interaction, "Sensitive")


def test_a_grant_is_shown_to_readers_of_its_interaction(make_user, officer, log, as_user):
	manager = make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != procedure.CUSTOMER_SUPPORT_MANAGER]
	level.save()
	plain, sensitive = (
		stored(governed.GRANT, interaction=log(kind).name, user="Administrator").name
		for kind in ("Initial Inquiry", "Feedback/Complaint")
	)
	for user, shown in ((manager, {plain}), (officer, {plain, sensitive})):
		with as_user(user):
			rows = {"name": ("in", (plain, sensitive))}
			assert set(frappe.get_list(governed.GRANT, rows, pluck="name")) == shown
			opened = (frappe.get_doc(governed.GRANT, name) for name in (plain, sensitive))
			assert {grant.name for grant in opened if grant.has_permission()} == shown


def test_a_grant_is_judged_as_it_is_stored(make_user, officer, log, as_user):
	"""With an interaction of one's own, a request finds no other grant: neither its error nor its time of change would be hidden."""
	manager = make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != procedure.CUSTOMER_SUPPORT_MANAGER]
	level.save()
	own, complaint = (log(kind).name for kind in ("Initial Inquiry", "Feedback/Complaint"))
	hidden, gone = (
		stored(governed.GRANT, interaction=each, user="Administrator").name for each in (complaint, "CI-Gone")
	)
	with as_user(manager):
		for name in (hidden, gone):
			changed = frappe.get_doc(governed.GRANT, name)
			for interaction in (changed.interaction, own, None):
				changed.interaction = interaction
				assert not changed.has_permission("read"), (name, interaction)
				assert not changed.has_permission("write")
			assert not frappe.get_list(governed.GRANT, {"name": name})
		given = frappe.get_doc({"doctype": governed.GRANT, "interaction": own})
		assert given.has_permission("read") and frappe.new_doc(governed.GRANT).has_permission("read")
	with as_user("Administrator"):
		assert frappe.get_doc(governed.GRANT, gone).has_permission("read")


@pytest.fixture
def prepared():
	"""`prepared(doctype)`: what Administrator had prepared of a report on that DocType."""

	def make(doctype):
		report = {
			"ref_doctype": doctype,
			"report_name": frappe.generate_hash(),
			"report_type": "Report Builder",
		}
		report = stored("Report", **report)
		report.db_set({"is_standard": "No", "module": "Core"}, update_modified=False)
		return stored("Prepared Report", report_name=report.name, status="Completed").name

	return make


def test_a_report_is_for_the_user_in_whose_name_it_was_prepared(frontline, prepared, as_user):
	ours, other = prepared(governed.INTERACTION), prepared("User")
	with as_user(frontline):
		assert frappe.get_list("Prepared Report", {"name": ("in", (ours, other))}, pluck="name") == [other]


def call(method, **arguments):
	"""A method as called by a request."""
	frappe.local.request = Request(EnvironBuilder(method="POST").get_environ())
	frappe.local.form_dict = frappe._dict(arguments)
	return execute_cmd(method)


@pytest.mark.parametrize("method", ["frappe.desk.query_report.run", "frappe.desk.query_report.export_query"])
def test_a_report_prepared_for_someone_else_is_not_given_out(method, frontline, prepared, as_user):
	name = prepared(governed.INTERACTION)
	report = frappe.db.get_value("Prepared Report", name, "report_name")
	filters = frappe.as_json({"prepared_report_name": name})
	with as_user(frontline), pytest.raises(frappe.PermissionError):
		call(method, report_name=report, filters=filters, file_format_type="CSV")


@pytest.mark.parametrize(
	"method", ["frappe.core.api.file.unzip_file", "frappe.core.doctype.file.file.unzip_file"]
)
def test_a_file_is_unpacked_by_those_who_can_change_its_record(
	method, frontline, officer, make_user, log, as_user
):
	agent = make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	complaint = log("Feedback/Complaint")
	content = io.BytesIO()
	with zipfile.ZipFile(content, "w") as archive:
		archive.writestr("letter.txt", frappe.generate_hash())
	attached = {"attached_to_doctype": complaint.doctype, "attached_to_name": complaint.name}
	file = frappe.get_doc(
		{"doctype": "File", "file_name": "letters.zip", "content": content.getvalue(), **attached}
	).insert(ignore_permissions=True)
	frappe.db.commit()
	for user in (frontline, officer):  # a user who can read it can unpack it, but not delete it
		with as_user(user), pytest.raises(frappe.PermissionError):
			call(method, name=file.name)
		frappe.db.rollback()
	with as_user(agent):
		call(method, name=file.name)
	assert frappe.get_all("File", attached, pluck="file_name") == ["letter.txt"]


@pytest.mark.parametrize("doctype", documents.SETTING)
def test_a_governed_document_is_shown_to_its_readers(doctype, sensitive, make_user, as_user):
	doc = sensitive(doctype)
	for role, shown in ((procedure.FRONTLINE_STAFF, []), (procedure.COMPLIANCE_OFFICER, [doc.name])):
		with as_user(make_user(role, "Support Team", "Sales User", "Sales Manager")):
			assert frappe.get_list(doctype, {"name": doc.name}, pluck="name") == shown
			assert frappe.get_doc(doctype, doc.name).has_permission() == bool(shown)


@pytest.mark.parametrize(
	("doctype", "child"),
	[
		("Lead", "CRM Note"),
		("Opportunity", "CRM Note"),
		("Opportunity", "Competitor Detail"),
		("Opportunity", "Opportunity Item"),
		("Opportunity", "Opportunity Lost Reason Detail"),
	],
)
def test_rows_of_a_governed_document_are_shown_to_its_readers(doctype, child, sensitive, make_user, as_user):
	doc = sensitive(doctype)
	field = doc.get_parentfield_of_doctype(child)
	row = stored(child, parent=doc.name, parenttype=doctype, parentfield=field)
	for role, shown in ((procedure.FRONTLINE_STAFF, []), (procedure.COMPLIANCE_OFFICER, [row.name])):
		with as_user(make_user(role, "Sales User", "Sales Manager")):
			listed = frappe.get_list(child, {"parent": doc.name}, pluck="name", parent_doctype=doctype)
			assert listed == shown
			assert frappe.get_doc(child, row.name).has_permission() == bool(shown)


def test_the_title_in_a_link_is_for_readers_of_the_record(frontline, officer, log, as_user, monkeypatch):
	complaint = log("Feedback/Complaint")
	titled = frappe._dict(show_title_field_in_link=1, title_field="subject")
	monkeypatch.setattr(search, "frappe", mock.Mock(wraps=frappe, get_meta=lambda doctype: titled))
	for user, title in ((frontline, complaint.name), (officer, complaint.subject)):
		with as_user(user):
			found = call(
				"frappe.desk.search.get_link_title", doctype=complaint.doctype, docname=complaint.name
			)
			assert found == title


@pytest.mark.parametrize(
	("method", "filters", "arguments"),
	[
		(
			"frappe.desk.reportview.export_query",
			"filters",
			{"title": "x", "fields": '["name"]', "file_format_type": "CSV"},
		),
		(
			"frappe.core.doctype.data_export.exporter.export_data",
			"filters",
			{"with_data": 1, "template": "true", "select_columns": '{"Client Interaction": ["name"]}'},
		),
		(
			"frappe.core.doctype.data_import.data_import.download_template",
			"export_filters",
			{"export_fields": '{"Client Interaction": ["name"]}', "export_records": "by_filter"},
		),
	],
)
def test_an_export_holds_the_records_that_the_user_may_export(
	method, filters, arguments, make_user, log, as_user
):
	user = make_user(procedure.CUSTOMER_SUPPORT, procedure.ACCOUNT_MANAGER)
	plain, sensitive = (
		log(kind, responsible_staff=user).name for kind in ("Initial Inquiry", "Feedback/Complaint")
	)
	rows = {"name": ("in", (plain, sensitive))}
	those = frappe.as_json([[governed.INTERACTION, "name", "in", [plain, sensitive]]])
	frappe.local.response = frappe._dict(docs=[])
	with as_user(user):
		assert set(frappe.get_list(governed.INTERACTION, rows, pluck="name")) == {plain, sensitive}
		call(method, doctype=governed.INTERACTION, **{filters: those}, **arguments)
	exported = str(frappe.local.response)
	assert plain in exported
	assert sensitive not in exported


@pytest.mark.parametrize("event", ["on_update", "on_trash"])
def test_permissions_of_a_user_that_were_read_in_a_transaction_that_is_taken_back_are_forgotten(
	event, frontline
):
	permission = frappe.get_doc({"doctype": "User Permission", "user": frontline})
	for hook in frappe.get_doc_hooks()["User Permission"][event]:
		frappe.call(hook, permission, event)
	frappe.cache.hset("user_permissions", frontline, {"Customer": [{"doc": "Anna"}]})
	frappe.db.rollback()
	assert frappe.cache.hget("user_permissions", frontline) is None


@pytest.mark.parametrize("event", ["on_update", "after_delete"])
def test_a_level_that_changes_is_read_again(event, log):
	before = policy.current()
	for hook in frappe.get_doc_hooks()["Confidentiality Level"][event][:1]:
		frappe.call(hook, frappe.get_doc("Confidentiality Level", "Sensitive"), event)
	assert policy.current() is not before


def test_an_export_does_not_wait_for_a_job():
	"""Of version 16, whose job would list without the row conditions of an export."""
	frappe.local.form_dict = frappe._dict(doctype="Client Interaction", export_in_background=1)
	exports.now_not_later()
	assert frappe.form_dict == {"doctype": "Client Interaction"}


@pytest.mark.parametrize(
	("role", "readable"), [(procedure.FRONTLINE_STAFF, False), (procedure.COMPLIANCE_OFFICER, True)]
)
def test_what_outlived_its_record_is_open_with_access_to_every_level_alone(
	make_user, as_user, role, readable
):
	"""With the record went what decides who can read it."""
	gone = {"reference_doctype": governed.INTERACTION, "reference_name": "Gone"}
	comment = stored("Comment", **gone, comment_type="Comment", content="It leaks")
	with as_user(make_user(role, "System Manager")):
		assert bool(frappe.get_doc("Comment", comment.name).has_permission()) == readable
		assert frappe.get_list("Comment", {"name": comment.name}, pluck="name") == [comment.name] * readable


def followed(user, *docs):
	rows = ({"user": user, "ref_doctype": doc.doctype, "ref_docname": doc.name} for doc in docs)
	return [
		frappe.get_doc({"doctype": "Document Follow", **row}).insert(ignore_permissions=True) for row in rows
	]


def test_one_who_takes_no_part_any_more_follows_it_no_more(make_user, log):
	former, successor = (make_user(procedure.CUSTOMER_SUPPORT) for _ in range(2))
	complaint = log("Feedback/Complaint", responsible_staff=former)
	event = stored("Event", client_interaction=complaint.name, confidentiality_level="Sensitive")
	rows = followed(former, complaint, event)
	assert all(frappe.db.exists("Document Follow", row.name) for row in rows)
	complaint.responsible_staff = successor
	complaint.save()
	assert not any(frappe.db.exists("Document Follow", row.name) for row in rows)


def test_follows_and_shares_end_when_the_level_is_raised(make_user, log):
	user, officer = make_user(procedure.FRONTLINE_STAFF), make_user(procedure.COMPLIANCE_OFFICER)
	inquiry = log("Initial Inquiry")
	event = stored("Event", client_interaction=inquiry.name, confidentiality_level="Standard")
	rows = [*followed(user, inquiry, event), *followed(officer, inquiry)]
	comment = inquiry.add_comment("Comment", "Call back")
	for reader in (user, officer):
		rows.append(share.add("Comment", comment.name, reader))
	inquiry.update({"confidentiality_level": "Sensitive", "level_change_reason": "It is about money"})
	inquiry.save()
	left = [bool(frappe.db.exists(row.doctype, row.name)) for row in rows]
	assert left == [False, False, True, False, True]


def test_who_does_not_deal_with_clients_logs_nothing(make_user, frontline):
	"""The rule alone: these users have no permission for the DocType either."""
	assert interactions.decide_new(frontline).allowed
	assert not interactions.decide_new(make_user("Sales User")).allowed


def test_a_level_that_is_gone_counts_as_the_strictest():
	levels = policy.current()
	assert levels.level("Gone").name == levels.level(None).name == "Sensitive"


def test_a_message_that_is_filed_only_is_listed_for_readers_of_the_document(sensitive, frontline, officer):
	issue = sensitive("Issue")
	filed = {"reference_doctype": "Issue", "reference_name": issue.name}
	name = stored("Communication", **filed, communication_type="Communication").name
	assert guards.readable("Communication", [name], frontline) == set()
	assert guards.readable("Communication", [name], officer) == {name}


def test_what_is_pushed_of_notifications_is_looked_at():
	"""Frappe takes the class from the hooks."""
	assert isinstance(frappe.new_doc("Notification Log"), GuardedNotificationLog)
