"""A document that is sent to one of Frappe's routes is checked alike in whichever way it is sent, and its links name documents (P-2)."""

from urllib.parse import urlencode

import frappe
import pytest
from frappe.api import API_URL_MAP
from frappe.app import make_form_dict
from frappe.desk.doctype.todo.todo import ToDo
from frappe.model.utils import link_count
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("P-2")

# How a document is sent: a type of content, and what is in the body.
WAYS = {
	"JSON": ("application/json", frappe.as_json),
	"a body of any type": ("text/plain", frappe.as_json),
	"a parameter": (
		"application/x-www-form-urlencoded",
		lambda document: urlencode({"data": frappe.as_json(document)}),
	),
}
READS = "x' and extractvalue(1, concat(0x7e, (select summary from `tabClient Interaction` limit 1))) -- "


@pytest.fixture
def send(as_user):
	"""`send(user, "POST", "/api/resource/ToDo", "JSON", {…})`: what a route answers to a document, after this app's hooks."""

	def call(user, verb, path, way, document):
		with as_user(user):
			content_type, body = WAYS[way]
			builder = EnvironBuilder(path, method=verb, data=body(document), content_type=content_type)
			frappe.local.request = Request(environ := builder.get_environ())
			frappe.local.response = frappe._dict(docs=[])
			make_form_dict(frappe.local.request)
			for hook in frappe.get_hooks("before_request", app_name=compose.APP):
				frappe.call(hook)
			endpoint, arguments = API_URL_MAP.bind_to_environ(environ).match()
			return endpoint(**arguments)

	return call


def refuses_conditions():
	return pytest.raises(frappe.PermissionError, match="Conditions are for lists only")


@pytest.mark.parametrize("way", WAYS)
def test_a_document_is_made_and_changed(send, staff, way):
	made = send(staff.uncleared, "POST", "/api/resource/ToDo", way, {"description": "Call"})
	changed = send(staff.uncleared, "PUT", f"/api/resource/ToDo/{made.name}", way, {"description": "Write"})
	assert (made.description, changed.description) == ("Call", "Write")


@pytest.mark.parametrize("way", WAYS)
def test_it_does_not_find_the_document_that_it_names(send, staff, complaint, way):
	about = {"comment_type": "Comment", "content": "x", "reference_doctype": complaint.doctype}
	for word in ("%e%", "%no such word%"):
		named = {**about, "reference_name": {"summary": ["like", word]}}
		with refuses_conditions():
			send(staff.uncleared, "POST", "/api/resource/Comment", way, named)


@pytest.mark.parametrize("way", WAYS)
def test_its_texts_read_no_table(send, staff, complaint, way, monkeypatch):
	"""Where a document writes its own text into a query."""

	def look(doc):
		frappe.db.sql(f"select name from `tabToDo` where color = '{doc.color}'")

	monkeypatch.setattr(ToDo, "before_insert", look, raising=False)
	with pytest.raises(frappe.PermissionError, match="part of a query"):
		send(staff.uncleared, "POST", "/api/v1/resource/ToDo", way, {"description": "x", "color": READS})


@pytest.mark.parametrize("way", WAYS)
def test_its_body_calls_no_method(send, staff, way):
	sent = {"description": "Call", "cmd": "frappe.ping"}
	if way == "JSON":
		return  # where Frappe calls it
	made = send(staff.uncleared, "POST", "/api/resource/ToDo", way, sent)
	assert made.description == "Call" and not frappe.form_dict.get("cmd")


# A link of a document of one's own → conditions in its place; each is met by a hidden record, or by none.
LINKS = {
	"a row": lambda word: {
		"doctype": "Contact",
		"first_name": "Ann",
		"links": [{"link_doctype": "Lead", "link_name": {"lead_name": ["like", word]}}],
	},
	"a link": lambda word: {"doctype": "Issue", "subject": "x", "lead": {"lead_name": ["like", word]}},
	"a list": lambda word: {"doctype": "Issue", "subject": "x", "lead": [["lead_name", "like", word]]},
	"a link of another name": lambda word: {
		"doctype": "Event",
		"subject": "x",
		"starts_on": "2026-12-01 10:00:00",
		"event_participants": [
			{"reference_doctype": "Lead", "reference_docname": {"lead_name": ["like", word]}}
		],
	},
	"a party": lambda word: {
		"doctype": "Appointment",
		"customer_name": "x",
		"appointment_with": "Lead",
		"party": {"lead_name": ["like", word]},
	},
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("way", WAYS)
def test_a_link_finds_no_document_by_conditions(send, held, make_user, link, way):
	held("Lead", lead_name="Hidden Anna")
	user = make_user("Frontline Staff", "Sales User", "Support Team")
	for word in ("%Hidden Anna%", "%no such word%"):
		document = LINKS[link](word)
		doctype = document.pop("doctype")
		with refuses_conditions():
			send(user, "POST", f"/api/resource/{doctype}", way, document)


METHODS = {
	"frappe.client.insert": lambda document: {"doc": frappe.as_json(document)},
	"frappe.client.insert_many": lambda document: {"docs": frappe.as_json([document])},
	"frappe.desk.form.save.savedocs": lambda document: {"doc": frappe.as_json(document), "action": "Save"},
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("method", METHODS)
def test_nor_does_one_that_a_method_saves(request_as, held, make_user, method, link):
	held("Lead", lead_name="Hidden Anna")
	user = make_user("Frontline Staff", "Sales User", "Support Team")
	for word in ("%Hidden Anna%", "%no such word%"):
		with refuses_conditions():
			document = LINKS[link](word)
			new = {"__islocal": 1, "name": f"new-{frappe.scrub(document['doctype'])}-1"}
			request_as(user, method, **METHODS[method]({**document, **new}))


def test_nor_one_that_is_changed(request_as, held, make_user, as_user):
	held("Lead", lead_name="Hidden Anna")
	user = make_user("Frontline Staff", "Sales User", "Support Team")
	with as_user(user):
		own = frappe.get_doc({"doctype": "Issue", "subject": "Own"}).insert()
	for word in ("%Hidden Anna%", "%no such word%"):
		change = frappe.as_json({"lead": {"lead_name": ["like", word]}})
		with refuses_conditions():
			request_as(user, "frappe.client.set_value", doctype="Issue", name=own.name, fieldname=change)


def test_a_client_finds_nothing_by_the_links_of_a_contact(send, held, make_user):
	"""Which every login can make."""
	held("Lead", lead_name="Hidden Anna")
	client = make_user("Customer", user_type="Website User")
	for word in ("%Hidden Anna%", "%no such word%"):
		document = LINKS["a row"](word)
		with refuses_conditions():
			send(client, "POST", f"/api/resource/{document.pop('doctype')}", "JSON", document)


def test_who_can_read_everything_may_find_it_so(held, request_as, monkeypatch):
	monkeypatch.setattr(link_count, "random", lambda: 0)  # of one in ten, Frappe counts links by their names
	held("Lead", lead_name="Hidden Anna")
	document = LINKS["a link"]("%Hidden Anna%")
	try:
		made = request_as("Administrator", "frappe.client.insert", doc=frappe.as_json(document))
	except AssertionError:
		return  # in version 16, for everyone
	assert made["lead"]


@pytest.mark.parametrize("doctype", ["Client Consent", "Client Interaction"])
def test_nor_does_one_that_is_not_saved(request_as, held, make_user, doctype):
	"""Auto Repeat looks for contacts in the document that it names."""
	held("Lead", lead_name="Hidden Anna")
	user = make_user("Frontline Staff", "System Manager")
	for word in ("%Hidden Anna%", "%no such word%"):
		sent = {
			"doctype": "Auto Repeat",
			"__islocal": 1,
			"name": "new-auto-repeat-1",
			"reference_doctype": doctype,
			"reference_document": {"party_name": ["like", word]},
		}
		with refuses_conditions():
			request_as(user, "run_doc_method", docs=frappe.as_json(sent), method="fetch_linked_contacts")
