"""Records are numbered one after the other: someone without the rights of staff who tries a number is not told whether there is such a record (P-2)."""

import json
import re
from dataclasses import replace

import frappe
import pytest
from frappe.utils.verified_command import get_signed_params

from client_comms import compat
from client_comms.enforcement import fetched_fields
from client_comms.exceptions import ClearanceMissingError
from client_comms.leak_check.visitor import Visitor

pytestmark = pytest.mark.clause("P-2")

ACCEPT = "frappe.website.doctype.web_form.web_form.accept"
CLIENT = "frappe.client"


def method(path, document=None, name="name", kind="doctype", **others):
	"""A call that names the document in two parameters, or in one."""

	def ask(visitor, doctype, number):
		named = {document: {"doctype": doctype, name: number}} if document else {kind: doctype, name: number}
		return visitor.call(path, **named, **others)

	return ask


def several(path, name, **others):
	return lambda visitor, doctype, number: visitor.call(path, doctype=doctype, **{name: [number]}, **others)


def route(verb, path, **sent):
	return lambda visitor, doctype, number: visitor.request(
		verb, path.format(doctype=doctype, number=number), sent
	)


WAYS = {
	"permission": method(f"{CLIENT}.has_permission", name="docname"),
	"permissions": method(f"{CLIENT}.get_doc_permissions", name="docname"),
	"cancel": method(f"{CLIENT}.cancel"),
	"delete": method(f"{CLIENT}.delete"),
	"change several": lambda visitor, doctype, number: visitor.call(
		f"{CLIENT}.bulk_update", docs=[{"doctype": doctype, "docname": number}]
	),
	"save": method(f"{CLIENT}.save", document="doc"),
	"rename": method(f"{CLIENT}.rename_doc", name="old_name", new_name="x"),
	"rename, by a shorter path": method("frappe.rename_doc", name="old", new="x"),
	"shares": method("frappe.share.get_users"),
	"followers": method("frappe.desk.form.document_follow.get_follow_users", name="doc_name"),
	"open documents": method("frappe.desk.notifications.get_open_count", items=["ToDo"]),
	"unassign several": several("frappe.desk.form.assign_to.remove_multiple", "names"),
	"assign again": several(
		"frappe.automation.doctype.assignment_rule.assignment_rule.bulk_apply", "docnames"
	),
	"assign": method("frappe.desk.form.assign_to.add", document="args", assign_to=["x"]),
	"like": method("frappe.desk.like.toggle_like", add="Yes"),
	"tag": method("frappe.desk.doctype.tag.tag.add_tag", kind="dt", name="dn", tag="x"),
	"discuss": method(
		"frappe.website.doctype.discussion_topic.discussion_topic.submit_discussion",
		name="docname",
		reply="x",
		title="x",
	),
	"comment": method(
		"frappe.desk.form.utils.add_comment",
		kind="reference_doctype",
		name="reference_name",
		content="x",
		comment_email="x@client.example",
		comment_by="x",
	),
	"method": method("run_doc_method", kind="dt", name="dn", method="add_comment", args={"text": "x"}),
	"method of a copy": method("run_doc_method", document="docs", method="add_comment", args={"text": "x"}),
	"file": method("upload_file", name="docname", file_url="/files/x.txt"),
	"print": method("frappe.www.printview.get_html_and_style", name="name", kind="doc"),
	"page": lambda visitor, doctype, number: visitor.get("/printview", doctype=doctype, name=number),
	"REST 1": route("GET", "/api/resource/{doctype}/{number}"),
	"REST 1, change": route("PUT", "/api/resource/{doctype}/{number}", subject="x"),
	"REST 1, delete": route("DELETE", "/api/resource/{doctype}/{number}"),
	"REST 1, method": route("POST", "/api/resource/{doctype}/{number}", run_method="add_comment"),
	"REST 2": route("GET", "/api/v2/document/{doctype}/{number}"),
	"REST 2, copy": route("GET", "/api/v2/document/{doctype}/{number}/copy"),
	"REST 2, change": route("PATCH", "/api/v2/document/{doctype}/{number}", subject="x"),
	"REST 2, method": route("POST", "/api/v2/document/{doctype}/{number}/method/add_comment"),
}
for _linking, _fields in {
	"Contact": {"first_name": "x"},
	"Address": {"address_title": "x", "address_line1": "x", "city": "x", "country": "Germany"},
}.items():
	WAYS[f"link of a new {_linking}"] = (
		lambda visitor, doctype, number, kind=_linking, fields=_fields: visitor.call(
			f"{CLIENT}.insert",
			doc={"doctype": kind, **fields, "links": [{"link_doctype": doctype, "link_name": number}]},
		)
	)
WAYS["file of it"] = lambda visitor, doctype, number: visitor.call(
	f"{CLIENT}.insert",
	doc={
		"doctype": "File",
		"file_url": "https://client.example/x",
		"attached_to_doctype": doctype,
		"attached_to_name": number,
	},
)
WAYS["REST 1, file of it"] = lambda visitor, doctype, number: visitor.request(
	"POST",
	"/api/resource/File",
	{
		"file_url": "https://client.example/x",
		"attached_to_doctype": doctype,
		"attached_to_name": number,
	},
)


def in_two_steps(first, then, made="File", **fields):
	"""A document of one's own gets the DocType and the number one after the other; what the second step is answered."""

	def ask(visitor, doctype, number):
		values = {"number": number, "doctype": doctype}
		own = json.loads(visitor.call(f"{CLIENT}.insert", doc={"doctype": made, **fields}).text)["message"][
			"name"
		]
		for field, value in (first, then):
			answer = visitor.call(
				f"{CLIENT}.set_value", doctype=made, name=own, fieldname=field, value=values[value]
			)
		return replace(answer, body=answer.text.replace(own, "…").encode())

	return ask


_KIND, _NUMBER = ("attached_to_doctype", "doctype"), ("attached_to_name", "number")
for _steps in ((_KIND, _NUMBER), (_NUMBER, _KIND)):
	WAYS[f"file of it, first {_steps[0][1]}"] = in_two_steps(*_steps, file_url="https://client.example/x")
if compat.is_version_16():
	WAYS["unlock"] = method("frappe.model.document.unlock_document")

WAYS["link of a document whose method is called"] = lambda visitor, doctype, number: visitor.call(
	"run_doc_method",
	docs={"doctype": "Auto Repeat", "reference_doctype": doctype, "reference_document": number},
	method="get_auto_repeat_schedule",
)
WAYS["link of a row of one"] = lambda visitor, doctype, number: visitor.call(
	"run_doc_method",
	docs={
		"doctype": "Contact",
		"first_name": "x",
		"links": [{"link_doctype": doctype, "link_name": number}],
	},
	method="get_name",
)


def _make(doctype, **fields):
	return frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)


@pytest.fixture(scope="module")
def numbers(site):
	"""A client, and records of others, also one without a level."""
	settings = frappe.get_doc("Client Comms Settings")
	before = settings.govern_issues
	settings.db_set("govern_issues", 1)
	frappe.clear_document_cache("Client Comms Settings", "Client Comms Settings")
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": "tries@client.example",
			"first_name": "Tries",
			"send_welcome_email": 0,
			"roles": [{"role": "Customer"}],
		}
	)
	user.flags.no_welcome_mail = True
	user.insert(ignore_permissions=True)
	issues = [_make("Issue", subject="Of others", raised_by="other@client.example") for _each in range(2)]
	levels = {"Issue at a level": "Sensitive", "Issue without a level": None}
	for issue, level in zip(issues, levels.values(), strict=True):
		issue.db_set("confidentiality_level", level)
	hidden = {label: ("Issue", issue.name) for label, issue in zip(levels, issues, strict=True)}
	interaction = frappe.get_all("Client Interaction", {"reference_name": issues[0].name}, pluck="name")[0]
	frappe.db.commit()
	yield frappe._dict(user=user.name, hidden={**hidden, "interaction": ("Client Interaction", interaction)})
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for issue in issues:
		for doctype in ("Client Interaction", "Communication"):
			for name in frappe.get_all(doctype, {"reference_name": issue.name}, pluck="name"):
				frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)
		frappe.delete_doc("Issue", issue.name, force=True, ignore_permissions=True)
	frappe.delete_doc("User", user.name, force=True, ignore_permissions=True)
	for name in frappe.get_all("Contact", {"email_id": user.name}, pluck="name"):
		frappe.delete_doc("Contact", name, force=True, ignore_permissions=True)
	settings.db_set("govern_issues", before)
	frappe.db.commit()


def unused(name: str) -> str:
	head, number = re.fullmatch(r"(.*?)(\d+)", name).groups()
	return f"{head}{int(number) + 70000:0{len(number)}}"


def told(answer, number: str) -> tuple:
	"""What an answer says, without the number and what is of one request alone."""
	text = answer.text.replace(number, "…").replace(number.lower(), "…")
	return answer.status, re.sub(r'exc_id\W+\w+|csrf_token.*|nonce="\w+"|\d\d:\d\d:\d\d\.\d+', "", text)


@pytest.mark.committed
@pytest.mark.parametrize("way", WAYS)
def test_a_client_is_not_told_whether_there_is_a_record(way, numbers):
	with Visitor(numbers.user) as visitor:
		for label, (doctype, name) in numbers.hidden.items():
			answers = [told(WAYS[way](visitor, doctype, number), number) for number in (name, unused(name))]
			assert answers[0] == answers[1], label


FILE_WAYS = {
	"file": lambda visitor, address: visitor.get(address),
	"download": lambda visitor, address: visitor.get("/api/method/download_file", file_url=address),
	"download, REST 2": lambda visitor, address: visitor.get(
		"/api/v2/method/frappe.handler.download_file", file_url=address
	),
	"file manager": lambda visitor, address: visitor.call(
		"frappe.utils.file_manager.download_file", file_url=address
	),
	"upload": lambda visitor, address: visitor.call("upload_file", file_url=address, is_private=1),
	"file of one's own": lambda visitor, address: visitor.call(
		f"{CLIENT}.insert", doc={"doctype": "File", "file_url": address, "is_private": 1}
	),
}


@pytest.mark.committed
@pytest.mark.parametrize("way", FILE_WAYS)
def test_nor_whether_there_is_a_file_of_one(way, numbers, file_of_hidden):
	"""Files are called as those who sent them did."""
	for user in (numbers.user, "Guest"):
		with Visitor(user) as visitor:
			addresses = (file_of_hidden, file_of_hidden.replace(".txt", "x.txt"))
			answers = [told(FILE_WAYS[way](visitor, each), each) for each in addresses]
			assert answers[0] == answers[1], user


@pytest.fixture
def file_of_hidden(numbers):
	"""The address of a private file of a record at a level."""
	doctype, name = numbers.hidden["Issue at a level"]
	about = {"attached_to_doctype": doctype, "attached_to_name": name}
	file = _make("File", file_name="complaint.txt", is_private=1, content=b"x", **about)
	frappe.db.commit()
	yield file.file_url
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.delete_doc("File", file.name, force=True, ignore_permissions=True)
	frappe.db.commit()


@pytest.fixture
def client(make_user):
	return make_user("Customer", user_type="Website User")


@pytest.fixture
def has(request_as):
	"""`has(user, doctype, name)`: what Frappe says of the permission, or None if it is refused."""

	def ask(user, doctype, name, **others):
		try:
			asked = {"doctype": doctype, "docname": name, **others}
			return request_as(user, f"{CLIENT}.has_permission", **asked)["has_permission"]
		except ClearanceMissingError:
			return None

	return ask


def test_one_is_told_of_what_one_has_made(held, client, has):
	issue = held("Issue", subject="Of others")
	assert has(client, "Issue", issue.name) is None
	issue.db_set("owner", client)
	assert has(client, "Issue", issue.name) is False


def test_one_is_told_of_what_the_portal_shows(held, client, has):
	issue = held("Issue", subject="Mine", raised_by=client)
	assert has(client, "Issue", issue.name) is False  # in the desk


def test_one_is_told_of_a_record_to_the_print_of_which_one_has_a_link(held, client, has):
	issue = held("Issue", level=None, subject="Of others")
	key = issue.get_document_share_key()
	assert has(client, "Issue", issue.name, key=f"{key}x") is None
	assert has(client, "Issue", issue.name, key=key) is False


def test_one_keeps_the_link_of_a_contact_that_it_has_already(held, client, site):
	issue = held("Issue", subject="Of others")
	contact = _make("Contact", first_name="x", links=[{"link_doctype": "Issue", "link_name": issue.name}])
	contact.db_set({"owner": client, "user": client})
	site.set_user(client)
	kept = frappe.get_doc("Contact", contact.name)
	kept.load_doc_before_save()
	fetched_fields.require_own_numbers(kept)
	kept.append("links", {"link_doctype": "Issue", "link_name": unused(issue.name)})
	with pytest.raises(ClearanceMissingError):
		fetched_fields.require_own_numbers(kept)


def test_staff_are_told_why_a_record_is_refused(held, staff, has):
	issue = held("Issue", subject="Noise")
	assert has(staff.uncleared, "Issue", issue.name) is False
	with pytest.raises(frappe.DoesNotExistError):
		has(staff.uncleared, "Issue", unused(issue.name))


@pytest.mark.parametrize("doctype", ["Contact", "Web Page"])
def test_other_documents_are_as_ever(doctype, client, has):
	with pytest.raises(frappe.DoesNotExistError):
		has(client, doctype, "None-00001")


def test_a_file_can_be_uploaded_to_a_form_that_is_not_saved_yet(client, has):
	with pytest.raises(frappe.DoesNotExistError):
		has(client, "Issue", "new-issue-abc")


def test_a_record_that_a_web_form_names(held, client, request_as, site):
	site.local.request_ip = frappe.generate_hash()  # Frappe counts by it
	issue = held("Issue", subject="Of others")
	form = _make(
		"Web Form",
		title=frappe.generate_hash(),
		doc_type="Issue",
		module="Support",
		published=1,
		allow_edit=1,
		web_form_fields=[{"fieldname": "subject", "fieldtype": "Data", "label": "Subject"}],
	)

	def refused(path, **sent):
		with pytest.raises(ClearanceMissingError) as error:
			request_as(client, path, **sent)
		return str(error.value)

	def answer(number):
		sent = {"name": number, "subject": "x"}
		delete = ACCEPT.replace("accept", "delete")
		return [
			refused(ACCEPT, web_form=form.name, data=json.dumps(sent)),
			refused(delete, web_form_name=form.name, docname=number),
			refused(f"{delete}_multiple", web_form_name=form.name, docnames=json.dumps([number])),
		]

	assert answer(issue.name) == answer(unused(issue.name))


@pytest.mark.committed
@pytest.mark.parametrize("is_valid", [True, False])
def test_a_link_that_frappe_has_signed_is_answered(is_valid, numbers):
	"""To leave the emails about a record, without a login."""
	doctype, name = numbers.hidden["Issue at a level"]
	named = {"doctype": doctype, "name": name, "email": "other"}
	signature = get_signed_params(named).rpartition("=")[2] if is_valid else "x"
	with Visitor("Guest") as visitor:
		answer = visitor.get("/api/method/frappe.email.queue.unsubscribe", **named, _signature=signature)
	left = frappe.db.exists("Email Unsubscribe", {"reference_name": name})
	frappe.db.delete("Email Unsubscribe", {"reference_name": name})
	frappe.db.commit()
	assert (answer.status, bool(left)) == ((200, True) if is_valid else (403, False))
