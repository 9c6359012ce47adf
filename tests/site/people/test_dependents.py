"""What belongs to a review or a paper file is as confidential as it: comments, files, to-dos, versions, rows (P-2)."""

import frappe
import pytest

from client_comms import api, procedure
from client_comms.enforcement import governed
from client_comms.people import reviews

pytestmark = pytest.mark.clause("R-2", "D-6", "P-2")

ROWS = {
	"Physical File": ("Physical File Movement", "Physical File Interaction"),
	"Interaction Review": ("Interaction Review Score", "Interaction Review Finding"),
}


@pytest.fixture
def staff(make_user):
	return frappe._dict(
		agent=make_user(procedure.CUSTOMER_SUPPORT),
		reader=make_user(procedure.CUSTOMER_SUPPORT_MANAGER),
		other=make_user(procedure.CUSTOMER_SUPPORT),
		frontline=make_user(procedure.FRONTLINE_STAFF),
	)


@pytest.fixture
def owner(log, staff):
	"""`owner(doctype)`: a file or an open review of a Sensitive record."""

	def make(doctype):
		complaint = log(procedure.FEEDBACK, responsible_staff=staff.agent)
		if doctype == "Interaction Review":
			programme = frappe.get_doc("Review Programme", procedure.REVIEW_PROGRAMME["programme_name"])
			review = reviews.open_review(programme, complaint.name, staff.reader)
			review.append(
				"findings", {"description": "x", "assigned_to": staff.reader, "due_on": "2026-12-01"}
			)
			return review.save_by_app() or review
		if not frappe.db.exists("Physical Location", "Archive"):
			frappe.get_doc(
				{"doctype": "Physical Location", "location_name": "Archive", "location_type": "Room"}
			).insert()
		return frappe.get_doc(
			{
				"doctype": doctype,
				"title": "Contract",
				"location": "Archive",
				"custodian": staff.agent,
				"confidentiality_level": procedure.STANDARD,
				"interactions": [{"interaction": complaint.name}],
			}
		).insert()

	return make


def dependents_of(doc) -> list[tuple[str, str]]:
	comment = doc.add_comment("Comment", "The client's words")
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"allocated_to": "Administrator",
			"description": "Copy it",
			"reference_type": doc.doctype,
			"reference_name": doc.name,
		}
	).insert()
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "scan.txt",
			"content": f"The client's words in {doc.name}",
			"attached_to_doctype": doc.doctype,
			"attached_to_name": doc.name,
			"is_private": 1,
		}
	).insert()
	version = frappe.get_doc(
		{"doctype": "Version", "ref_doctype": doc.doctype, "docname": doc.name, "data": "{}"}
	).insert()
	return [(each.doctype, each.name) for each in (comment, todo, file, version)]


@pytest.mark.parametrize("doctype", ROWS)
def test_what_belongs_to_it_is_for_its_readers(doctype, owner, staff, as_user):
	doc = owner(doctype)
	found = dependents_of(doc)
	for user in (staff.reader, staff.frontline):  # ERPNext would show all of it to both
		frappe.get_doc("User", user).add_roles("System Manager")
	for user, allowed in ((staff.reader, True), (staff.frontline, False)):
		with as_user(user):
			for kind, name in found:
				listed = name in frappe.get_list(kind, {"name": name}, pluck="name")
				asked = bool(frappe.get_doc(kind, name).has_permission("read"))
				assert (listed, asked) == (allowed, allowed), (kind, user)


@pytest.mark.parametrize("doctype", ROWS)
def test_its_rows_are_for_its_readers(doctype, owner, staff, as_user):
	doc = owner(doctype)
	for child in ROWS[doctype]:
		(name, *_more) = frappe.get_all(child, {"parent": doc.name, "parenttype": doctype}, pluck="name")
		for user, allowed in ((staff.reader, True), (staff.other, False)):
			with as_user(user):
				listed = frappe.get_list(child, {"name": name}, pluck="name", parent_doctype=doctype)
				assert bool(listed) is allowed, (child, user)
				if not allowed:
					assert not frappe.get_doc(child, name).has_permission("read")


@pytest.mark.parametrize("doctype", ROWS)
def test_the_reason_is_explained(doctype, owner, staff):
	doc = owner(doctype)
	for user, rule in (
		(staff.reader, "oversight" if doctype == "Physical File" else "reviewer"),
		(staff.other, "not-participant"),
		(staff.frontline, "no-clearance"),
	):
		answer = api.explain_access(doctype, doc.name, user)
		assert (answer["rule"], answer["allowed"]) == (rule, user == staff.reader), user
	assert governed.level(doctype, doc.name) == procedure.SENSITIVE


def test_a_deleted_file_or_review_keeps_nothing_open(owner, staff, as_user):
	for doctype in ROWS:
		doc = owner(doctype)
		frappe.delete_doc(doctype, doc.name, force=True)
		deleted = frappe.get_last_doc("Deleted Document", {"deleted_name": doc.name})
		frappe.get_doc("User", staff.reader).add_roles("System Manager")
		with as_user(staff.reader):
			assert not deleted.has_permission("read")
			assert not frappe.get_list("Deleted Document", {"name": deleted.name})


def test_no_one_gets_a_share_who_could_not_read_it(owner, staff):
	doc = owner("Physical File")
	with pytest.raises(frappe.PermissionError):
		frappe.share.add(doc.doctype, doc.name, staff.other, notify=0)
