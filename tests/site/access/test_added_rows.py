"""Rows of tables that others have added to a guarded document are shown with their document only (P-2)."""

import frappe
import pytest
from frappe.handler import execute_cmd
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms.enforcement import compose
from client_comms.enforcement.methods import counts
from client_comms.enforcement.requests import added_rows
from client_comms.exceptions import ClearanceMissingError
from client_comms.leak_check.bait.record import insert_row

pytestmark = pytest.mark.clause("P-2")

ROW = "Contact Email"
WORDS = "neighbours@complaint.example"


@pytest.fixture
def row(complaint):
	"""A row of a complaint, in a table that the site has added; returns its name."""
	table(complaint.doctype).db_insert()  # it needs no column
	frappe.clear_cache(doctype=complaint.doctype)
	added_rows.in_added_tables.clear_cache()
	yield insert_row(
		ROW,
		parent=complaint.name,
		parenttype=complaint.doctype,
		parentfield="addresses",
		idx=1,
		email_id=WORDS,
	)
	frappe.db.rollback()
	frappe.clear_cache(doctype=complaint.doctype)
	added_rows.in_added_tables.clear_cache()


def table(doctype):
	return frappe.get_doc(
		{
			"doctype": "Custom Field",
			"name": f"{doctype}-addresses",
			"dt": doctype,
			"fieldname": "addresses",
			"fieldtype": "Table",
			"options": ROW,
		}
	)


@pytest.fixture
def ask(as_user):
	"""`ask(user, method, …)` or `ask(user, path, …)`: our hooks for a request, and what the method answers to it."""

	def request(user, asked, /, **arguments):
		method = "" if asked.startswith("/") else asked
		with as_user(user):
			path = asked if not method else f"/api/method/{method}"
			frappe.local.request = Request(EnvironBuilder(path, method="POST").get_environ())
			frappe.local.form_dict = frappe._dict(arguments)
			frappe.local.response = frappe._dict(docs=[])
			for hook in frappe.get_hooks("before_request", app_name=compose.APP):
				frappe.call(hook)
			return execute_cmd(method) if method else None

	return request


LISTED = {"doctype": ROW, "parent": "Client Interaction"}
WAYS = {
	"list": ("frappe.client.get_list", lambda row: {**LISTED, "fields": '["email_id"]'}),
	"value": ("frappe.client.get_value", lambda row: {**LISTED, "fieldname": "email_id", "filters": row}),
	"one": ("frappe.client.get", lambda row: {**LISTED, "name": row}),
	"form": ("frappe.desk.form.load.getdoc", lambda row: {"doctype": ROW, "name": row}),
	"print": ("frappe.www.printview.get_html_and_style", lambda row: {"doc": ROW, "name": row}),
}


@pytest.mark.parametrize("way", WAYS)
def test_by_a_method(way, row, staff, ask):
	method, arguments = WAYS[way]
	with pytest.raises(ClearanceMissingError):
		ask(staff.uncleared, method, **arguments(row))
	answer = ask("Administrator", method, **arguments(row))
	assert WORDS in frappe.as_json([answer, frappe.response.docs])


@pytest.mark.parametrize(
	"path", ["/api/resource/{}", "/api/v2/document/{}", "/api/v2/doctype/{}/count", "/api/resource/{}/abc"]
)
def test_by_a_route(path, row, staff, ask):
	with pytest.raises(ClearanceMissingError):
		ask(staff.uncleared, path.format(ROW))
	ask("Administrator", path.format(ROW))


@pytest.mark.parametrize("key", ["doc", "docs", "document"])
@pytest.mark.parametrize("several", [False, True])
def test_as_a_document(key, several, row, staff, ask):
	document = {"doctype": ROW, "name": row, "email_id": "mine@own.example"}
	sent = {key: frappe.as_json([document] if several else document)}
	with pytest.raises(ClearanceMissingError):
		ask(staff.uncleared, "/api/method/x", **sent)
	ask("Administrator", "/api/method/x", **sent)


def test_counted_on_a_card(row, staff, as_user):
	card = frappe.as_json(
		{"document_type": ROW, "parent_document_type": "Client Interaction", "function": "Count"}
	)
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		counts.get_card_result(card)


def test_its_fields_are_shown(row, staff, ask):
	ask(staff.uncleared, "frappe.desk.form.load.getdoctype", doctype=ROW)


@pytest.mark.parametrize("doctype", [ROW, "CRM Note", "Contact", "No Such DocType"])
def test_other_rows(doctype, staff, ask):
	"""Without the table; with a condition of their own; no rows; unknown, which Frappe reports."""
	assert not added_rows.is_added(doctype)
	ask(staff.uncleared, f"/api/resource/{doctype}")


@pytest.fixture
def own(staff, as_user):
	"""A contact of someone without clearance, with a table of the same rows."""
	with as_user(staff.uncleared):
		return frappe.get_doc(
			{"doctype": "Contact", "first_name": "Own", "email_ids": [{"email_id": "a@own.example"}]}
		).insert()


def with_row(own, **row):
	"""A contact as it is sent, with one more row."""
	sent = own.as_dict()
	return {**sent, "email_ids": [*sent["email_ids"], {"email_id": "b@own.example", **row}]}


# How a document is sent -> what the request says
SENDING = {
	"to be saved": lambda sent: {"doc": frappe.as_json(sent)},
	"to a method of its own": lambda sent: {"docs": frappe.as_json([sent]), "method": "x"},
	"by the API": lambda sent: {"email_ids": sent["email_ids"]},
	"by the API, as text": lambda sent: {"data": frappe.as_json(sent)},
	"as values": lambda sent: {"name": sent["name"], "fieldname": frappe.as_json(sent)},
	"in a list within": lambda sent: {"args": frappe.as_json({"documents": [{"doc": sent}]})},
}


@pytest.mark.parametrize("way", SENDING)
def test_taken_into_a_document(way, row, own, staff, ask):
	sent = SENDING[way](with_row(own, doctype=ROW, name=row))
	with pytest.raises(ClearanceMissingError):
		ask(staff.uncleared, "/api/method/x", **sent)
	ask("Administrator", "/api/method/x", **sent)


@pytest.mark.parametrize("spelled", [str.upper, "{} ".format])
def test_taken_by_another_spelling(spelled, row, own, staff, ask):
	with pytest.raises(ClearanceMissingError):
		ask(staff.uncleared, "/api/method/x", doc=frappe.as_json(with_row(own, name=spelled(row))))


def test_saved_as_usual(row, own, staff, ask):
	"""Added, put in another order, changed."""
	ask(staff.uncleared, "frappe.client.save", doc=frappe.as_json(with_row(own)))
	own.reload()
	own.set("email_ids", [*reversed(own.email_ids)])
	own.email_ids[0].email_id = "c@own.example"
	ask(staff.uncleared, "frappe.client.save", doc=frappe.as_json(own.as_dict()))
	assert {each.email_id for each in own.reload().email_ids} == {"c@own.example", "a@own.example"}


def test_without_added_tables_it_costs_no_query(own, staff, as_user, monkeypatch):
	added_rows.in_added_tables()  # asked once
	frappe.local.request = Request(EnvironBuilder("/api/method/x", method="POST").get_environ())
	with as_user(staff.uncleared):
		frappe.local.form_dict = frappe._dict(doc=frappe.as_json(with_row(own)))
		monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: pytest.fail("a query"))
		added_rows.refuse()


@pytest.mark.parametrize("event", ["on_update", "after_delete"])
def test_tables_are_remembered_until_a_field_changes(event, complaint):
	"""Frappe's own part would change the table of the DocType, and so end the transaction."""
	added_rows.in_added_tables.clear_cache()
	assert ROW not in added_rows.in_added_tables()
	field = table(complaint.doctype)
	field.db_insert()
	assert ROW not in added_rows.in_added_tables()
	for hook in frappe.get_doc_hooks()["Custom Field"][event]:
		frappe.call(hook, field, event)
	assert ROW in added_rows.in_added_tables()
	frappe.db.rollback()
	added_rows.in_added_tables.clear_cache()
