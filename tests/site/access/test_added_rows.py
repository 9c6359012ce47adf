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
	frappe.get_doc(
		{
			"doctype": "Custom Field",
			"name": f"{complaint.doctype}-addresses",
			"dt": complaint.doctype,
			"fieldname": "addresses",
			"fieldtype": "Table",
			"options": ROW,
		}
	).db_insert()  # a table needs no column
	frappe.clear_cache(doctype=complaint.doctype)
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


TAKING = {
	"saved below a document": lambda own, row: {
		**own.as_dict(),
		"email_ids": [
			*own.as_dict()["email_ids"],
			{"doctype": ROW, "name": row, "email_id": "b@own.example"},
		],
	},
	"saved alone": lambda own, row: {
		**own.as_dict()["email_ids"][0],
		"name": row,
		"modified": frappe.db.get_value(ROW, row, "modified"),
	},
	"spelled otherwise": lambda own, row: {
		**own.as_dict(),
		"email_ids": [{"doctype": ROW, "name": f"{row} ".upper(), "email_id": "b@own.example"}],
	},
}


@pytest.mark.parametrize("way", TAKING)
def test_taken_into_a_document(way, row, own, staff, as_user):
	"""By any method: without the look at requests."""
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_doc(frappe.parse_json(frappe.as_json(TAKING[way](own, row)))).save()
	assert frappe.db.get_value(ROW, row, ["parent", "email_id"])[1] == WORDS


@pytest.mark.parametrize("event", ["before_validate", "before_update_after_submit", "before_cancel"])
def test_taken_by_a_submitted_document(event, row, own, staff, as_user):
	own.append("email_ids", {"name": row})
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		own.run_method(event)


def test_honest_rows(own, staff, as_user):
	"""Changed, added, put in another order; and a row of a document that is not guarded."""
	with as_user(staff.uncleared):
		own.append("email_ids", {"email_id": "c@own.example"})
		own.save()
		own.set("email_ids", [*reversed(own.email_ids)])
		own.email_ids[1].email_id = "d@own.example"
		own.save()
		other = frappe.get_doc({"doctype": "Contact", "first_name": "Other"}).insert()
		other.append("email_ids", own.email_ids[0].as_dict())
		other.save()
	assert [each.email_id for each in other.reload().email_ids] == ["c@own.example"]
