"""A comment is by the user who makes it, and Frappe's notes in a timeline are Frappe's (D-5, R-3)."""

import json

import frappe
import pytest

from client_comms.leak_check.visitor import Visitor

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-5", "R-3")]

INTERACTION = "Client Interaction"
FORGED = {"comment_email": "boss@own.example", "comment_by": "The Boss"}


@pytest.fixture
def author(make_user):
	return make_user("Customer Support Manager", "Website Manager", first_name="Anton", last_name="Author")


@pytest.fixture
def case(log, author):
	doc = log("Feedback/Complaint", responsible_staff=author)
	frappe.db.commit()
	yield doc
	for name in frappe.get_all("Comment", {"reference_name": doc.name}, pluck="name"):
		frappe.db.delete("Comment", {"name": name})
	frappe.db.commit()


def run_doc_method(visitor, doc, args):
	return visitor.call("run_doc_method", dt=INTERACTION, dn=doc.name, method="add_comment", args=args)


def in_memory(visitor, doc, args):
	docs = frappe.get_doc(INTERACTION, doc.name).as_json()
	return visitor.call("run_doc_method", docs=json.loads(docs), method="add_comment", args=args)


def rest(verb):
	def send(visitor, doc, args):
		path = f"/api/resource/{INTERACTION}/{doc.name}"
		return visitor.request(verb, path, {"run_method": "add_comment", **args})

	return send


def second_version(visitor, doc, args):
	return visitor.request("POST", f"/api/v2/document/{INTERACTION}/{doc.name}/method/add_comment/", args)


WAYS = {
	"run_doc_method": run_doc_method,
	"in memory": in_memory,
	"REST": rest("POST"),
	"REST, GET": rest("GET"),
	"API v2": second_version,
}


def comments(doc, kind):
	fields = ["comment_email", "comment_by", "content", "owner"]
	return frappe.get_all("Comment", {"reference_name": doc.name, "comment_type": kind}, fields)


@pytest.mark.parametrize("way", WAYS)
def test_a_comment_is_by_its_author_and_of_no_other_type(way, case, author):
	with Visitor(author) as visitor:
		refused = WAYS[way](visitor, case, {"comment_type": "Info", "text": "lowered the level"})
		added = WAYS[way](visitor, case, {"text": "I have called Anna", **FORGED})
	assert refused.status == 403 and not comments(case, "Info")
	if way == "REST, GET":  # Frappe rolls it back
		return
	assert added.ok, added.text
	(comment,) = comments(case, "Comment")
	assert (comment.comment_email, comment.comment_by) == (author, "Anton Author")
	assert comment.content == "I have called Anna"


def test_types_by_position(case, author):
	with Visitor(author) as visitor:
		assert run_doc_method(visitor, case, "Info").status == 403
		assert run_doc_method(visitor, case, ["Info"]).status == 403
	assert not comments(case, "Info")


def test_the_comment_box_and_documents_of_comments(case, author):
	about = {"reference_doctype": INTERACTION, "reference_name": case.name}
	with Visitor(author) as visitor:
		visitor.call("frappe.desk.form.utils.add_comment", content="By me", **about, **FORGED)
		doc = {"doctype": "Comment", "content": "By me, too", **about, **FORGED}
		inserted = visitor.call("frappe.client.insert", doc={**doc, "comment_type": "Comment"})
		assert inserted.ok, inserted.text
		assert visitor.call("frappe.client.insert", doc={**doc, "comment_type": "Info"}).status == 403
		visitor.request("PUT", f"/api/resource/Comment/{inserted.message['name']}", FORGED)
		visitor.request("PUT", f"/api/resource/Comment/{inserted.message['name']}", {"comment_type": "Info"})
	assert [comment.comment_email for comment in comments(case, "Comment")] == [author] * 2
	assert not comments(case, "Info")


def test_what_frappe_notes_itself_stays(case, author):
	"""Frappe notes a like as a comment of its own type."""
	with Visitor(author) as visitor:
		liked = visitor.call("frappe.desk.like.toggle_like", doctype=INTERACTION, name=case.name, add="Yes")
		assert liked.ok, liked.text
	assert [comment.owner for comment in comments(case, "Like")] == [author]


def test_an_assignment_is_in_the_name_of_who_assigns(case, author):
	with Visitor(author) as visitor:
		assigned = visitor.call(
			"frappe.desk.form.assign_to.add",
			doctype=INTERACTION,
			name=case.name,
			assign_to=[author],
			description="Look",
			assigned_by="Administrator",
		)
		assert assigned.ok, assigned.text
	todos = frappe.get_all("ToDo", {"reference_name": case.name}, ["name", "assigned_by"])
	frappe.db.delete("ToDo", {"reference_name": case.name})
	frappe.db.commit()
	assert [todo.assigned_by for todo in todos] == [author]


def test_a_to_do_is_in_the_name_of_who_enters_it(case, author):
	"""Frappe notes who assigned it in the timeline."""
	with Visitor(author) as visitor:
		entered = visitor.call(
			"frappe.client.insert",
			doc={
				"doctype": "ToDo",
				"description": "Look",
				"allocated_to": author,
				"assigned_by": "Administrator",
				"reference_type": INTERACTION,
				"reference_name": case.name,
			},
		)
		assert entered.ok, entered.text
		visitor.request("PUT", f"/api/resource/ToDo/{entered.message['name']}", {"assigned_by": "Guest"})
	(todo,) = frappe.get_all("ToDo", {"reference_name": case.name}, ["name", "assigned_by"])
	frappe.delete_doc("ToDo", todo.name, force=True)
	frappe.db.commit()
	assert todo.assigned_by == author
	assert [comment.content for comment in comments(case, "Assigned")] == [
		"Anton Author self assigned this task: Look"
	]


CHANGES = {
	"its text": ("frappe.client.set_value", {"fieldname": {"content": "Nothing happened"}}),
	"what it is about": (
		"frappe.client.set_value",
		{"fieldname": {"reference_doctype": "User", "reference_name": "Administrator"}},
	),
	"that it is there": ("frappe.client.delete", {}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_someone_else_said_is_changed_by_those_who_can_change_the_record(
	change, case, author, make_user
):
	"""System Managers may change comments; of a record that they can only read, only their own."""
	reader = make_user("System Manager", "Compliance Officer")
	remark = case.add_comment("Comment", "The roof leaks")
	method, how = CHANGES[change]
	for owner, is_changed in ((author, False), (reader, True)):
		remark.db_set("owner", owner, commit=True)
		with Visitor(reader) as visitor:
			assert visitor.call("frappe.client.get", doctype="Comment", name=remark.name).ok
			assert visitor.call(method, doctype="Comment", name=remark.name, **how).ok == is_changed
