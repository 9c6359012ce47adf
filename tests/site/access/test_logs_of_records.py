"""Whatever Frappe stores about a document of any DocType is as confidential as that, or has a reason for which it tells nothing (D-5, P-2)."""

import re

import frappe
import pytest

from client_comms.client_privacy.erasure import belongings
from client_comms.enforcement import guards
from client_comms.enforcement.doctypes import discussion
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("D-5", "P-2")

NAMING = re.compile(
	r"(reference_name|reference_document|reference_docname|ref_docname|docname|document_name)$"
)
# What names documents, and is not guarded by a condition on its rows → why.
REVIEWED = {
	"Audit Trail": "stores nothing; what it is asked to compare is a document that a request contains (documents_in_memory)",
	"Permission Inspector": "asks for the document first (admin_tools)",
	"Permission Log": "about roles, users, pages and fields",
	"Transaction Log": "of submitted documents, for Administrator",
	"Translation": "the name that a translation service gives",
	"User Permission": "names a document for a user",
	"Webhook": "names the document of a preview, which asks for it (webhook)",
	"Webhook Request Log": "what a webhook of System Managers sent elsewhere; version 15 does not note the DocType",
	"Workspace": "names reports, pages and DocTypes",
	"Desktop Icon": "the same",
}


def test_what_names_documents_of_any_doctype_is_guarded_or_reviewed():
	of_frappe = frappe.get_all(
		"DocType",
		{"module": ("in", frappe.get_module_list("frappe")), "istable": 0, "custom": 0},
		pluck="name",
	)
	naming = {doctype for doctype in of_frappe if names_any(frappe.get_meta(doctype))}
	assert {"Comment", "Error Log", "Integration Request", "Discussion Topic"} <= naming
	assert naming - guards.held().keys() - REVIEWED.keys() == set()


def names_any(meta) -> bool:
	return any(
		field.fieldtype == "Dynamic Link" or (field.fieldtype == "Data" and NAMING.search(field.fieldname))
		for field in meta.fields
	)


def test_an_error_about_what_was_queued_for_a_record(complaint, staff, as_user):
	"""Version 16 stores with an error what the request contained, such as the text of the email."""
	queued = frappe.get_doc(
		{"doctype": "Email Queue", "sender": "a@own.example", "message": "x", "status": "Error"}
		| {"reference_doctype": complaint.doctype, "reference_name": complaint.name}
	)
	queued.db_insert()
	log = frappe.log_error("It was not sent", "The roof leaks", queued.doctype, queued.name)
	for user, shown in ((staff.cleared, True), (staff.uncleared, False)):
		with as_user(user):
			assert bool(frappe.get_list("Error Log", {"name": log.name})) == shown
			assert frappe.get_doc("Error Log", log.name).has_permission() == shown


def test_an_error_about_something_else_stays_open(staff, as_user):
	log = frappe.log_error("It failed", "Why", "Email Account", "Mailbox")
	with as_user(staff.uncleared):
		assert frappe.get_list("Error Log", {"name": log.name})


SUBMIT = "frappe.website.doctype.discussion_topic.discussion_topic.submit_discussion"


def test_the_health_report_of_frappe_names_no_error_of_a_hidden_record(complaint, staff, as_user):
	"""It reads the most frequent ones by a query of its own."""
	for title, about in (("The roof leaks", (complaint.doctype, complaint.name)), ("Out of memory", ())):
		frappe.log_error(title, "x", *about)

	def named(user):
		with as_user(user):
			return {row.title for row in frappe.get_doc("System Health Report").top_errors}

	assert named(staff.cleared) == {"The roof leaks", "Out of memory"}
	assert named(staff.uncleared) == {"Out of memory"}
	assert named("Administrator") == {"The roof leaks", "Out of memory"}


def test_the_health_report_of_a_site_without_errors(staff, as_user):
	"""Version 16 loads it with every page of the desk of a System Manager."""
	with as_user(staff.uncleared):
		assert not frappe.get_doc("System Health Report").get("top_errors")


@pytest.mark.parametrize("user", ["cleared", "uncleared"])
def test_no_discussion_of_a_record(user, complaint, staff, request_as):
	"""Each reply is sent to all visitors."""
	about = {"doctype": complaint.doctype, "docname": complaint.name, "title": "", "reply": "It leaks"}
	with pytest.raises(frappe.PermissionError, match="visitors of the website"):
		request_as(staff[user], SUBMIT, **about)
	assert request_as(staff[user], SUBMIT, **about | {"doctype": "User", "docname": "Administrator"})


@pytest.fixture
def discussed(complaint):
	"""The topic of a discussion from before the app refused it, and a reply."""
	topic = frappe.get_doc({"doctype": discussion.TOPIC, "title": "Roof"})
	topic.update({"reference_doctype": complaint.doctype, "reference_docname": complaint.name})
	topic.set_new_name()
	topic.db_insert()
	reply = frappe.get_doc({"doctype": discussion.REPLY, "topic": topic.name, "reply": "It leaks"})
	reply.set_new_name()
	reply.db_insert()
	return topic, reply


def test_a_discussion_from_before_is_as_confidential_as_its_record(discussed, staff, as_user, request_as):
	topic, reply = discussed
	for user, shown in ((staff.cleared, True), (staff.uncleared, False)):
		with as_user(user):
			for doc in (topic, reply):
				assert bool(frappe.get_list(doc.doctype, {"name": doc.name})) == shown
				assert frappe.get_doc(doc.doctype, doc.name).has_permission() == shown
		with pytest.raises(frappe.PermissionError, match="visitors of the website"):
			request_as(user, SUBMIT, doctype="x", docname="x", title="", reply="More", topic_name=topic.name)


def test_a_discussion_from_before_is_erased_with_its_record(complaint, discussed):
	belongings.remove(complaint.doctype, [complaint.name])
	assert not any(frappe.db.exists(doc.doctype, doc.name) for doc in discussed)


def test_a_package_is_published_with_access_to_everything(staff, as_user, monkeypatch):
	"""It writes documents of each DocType that an administrator links to a Module Def into a public file."""
	package = frappe.get_doc({"doctype": "Package", "package_name": f"p{frappe.generate_hash(length=6)}"})
	package.insert(set_name=package.package_name)
	release = {
		"doctype": "Package Release",
		"package": package.name,
		"major": 1,
		"minor": 1,
		"patch": 1,
		"publish": 1,
	}
	written = []
	made = frappe.get_doc(release)
	monkeypatch.setattr(type(made), "export_files", lambda self, package: written.append(self.name))
	for user, published in ((staff.uncleared, False), (staff.cleared, True)):
		with as_user(user):
			if published:
				frappe.get_doc(release).insert()
			else:
				with pytest.raises(ClearanceMissingError, match="public file"):
					frappe.get_doc(release).insert()
				frappe.get_doc(release | {"publish": 0, "patch": 7}).insert()
		assert bool(written) == published
