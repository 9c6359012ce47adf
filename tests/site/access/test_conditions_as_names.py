"""Conditions where a name belongs are told from documents and from what webhooks bring (P-2)."""

import frappe
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms.enforcement.requests import called, conditions_as_names

pytestmark = pytest.mark.clause("P-2")

MAKES = "/api/method/erpnext.controllers.subcontracting_controller.make_rm_stock_entry"
LEAD = {"order_doctype": "Lead"}
# A method of a document, with a parameter that names a DocType, and one that names a document of it.
COSTS, RECEIPT = "get_receipt_document_details", {"receipt_document_type": "Lead"}
GUESS = {"company_name": ["like", "%a%"]}


@pytest.fixture
def request_of(make_user, as_user):
	"""`request_of(path, body)` looks at a request as a user with restricted access."""
	user = make_user("Frontline Staff", "Sales User")

	def ask(path, body, method="POST"):
		frappe.local.request = Request(EnvironBuilder(path=path, method=method).get_environ())
		with as_user(user):
			frappe.local.form_dict = frappe._dict(body)
			conditions_as_names.refuse()

	yield ask
	del frappe.local.request


@pytest.mark.parametrize(
	"condition",
	[
		{"company_name": ["like", "%a%"]},
		{"COMPANY_NAME": "Acme"},
		[["company_name", "like", "%a%"]],
		[["CRM Note", "note", "like", "%a%"]],
		{"notes.note": ["like", "%a%"]},
		{"`tabLead`.`company_name`": "Acme"},
		{"tıtle": "Acme"},  # the database takes both for letters of `title`
		{"TİTLE": "Acme"},
	],
)
def test_conditions_on_a_guarded_doctype_are_refused(condition, request_of):
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of(MAKES, {**LEAD, "subcontract_order": condition})


@pytest.mark.parametrize(
	"condition",
	[
		{"issue": {"subject": ["like", "%a%"]}},
		{"event": {"SUBJECT": "x", "name": "y"}},
		# Its lists are not narrowed, but a document of it can be one that the user cannot read.
		{"auto_email_report": {"email_to": ["like", "%a%"]}},
	],
)
def test_conditions_in_place_of_a_name_are_refused(condition, request_of):
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of("/api/method/frappe.ping", condition)


@pytest.mark.parametrize(
	("path", "body"),
	[
		(MAKES.replace("/api/", "/api/v1/"), {**LEAD, "subcontract_order": GUESS}),
		(MAKES.replace("/api/", "/api/v2/"), {**LEAD, "subcontract_order": GUESS}),
		# A module of a DocType finds what it imports as well.
		(
			"/api/v2/method/Subcontracting Order/make_rm_stock_entry",
			{**LEAD, "subcontract_order": GUESS},
		),
		("/", {"cmd": MAKES.rpartition("/")[2], **LEAD, "subcontract_order": GUESS}),
	],
)
def test_however_the_method_is_called(path, body, request_of, monkeypatch):
	from erpnext.controllers import subcontracting_controller
	from erpnext.subcontracting.doctype.subcontracting_order import subcontracting_order

	method = subcontracting_controller.make_rm_stock_entry
	monkeypatch.setattr(subcontracting_order, "make_rm_stock_entry", method, raising=False)
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of(path, body)


@pytest.mark.parametrize(
	("path", "body"),
	[
		(
			f"/api/v2/document/Landed Cost Voucher/LCV-1/method/{COSTS}",
			{**RECEIPT, "receipt_document": GUESS},
		),
		(
			"/api/resource/Landed Cost Voucher/LCV-1",
			{"run_method": COSTS, **RECEIPT, "receipt_document": GUESS},
		),
		(
			"/api/method/run_doc_method",
			{
				"dt": "Landed Cost Voucher",
				"method": COSTS,
				"args": frappe.as_json({**RECEIPT, "receipt_document": GUESS}),
			},
		),
		(
			"/api/v2/method/run_doc_method",
			{
				"document": {"doctype": "Landed Cost Voucher"},
				"method": COSTS,
				"kwargs": {**RECEIPT, "receipt_document": GUESS},
			},
		),
	],
)
def test_and_so_is_a_method_of_a_document(path, body, request_of, monkeypatch):
	from erpnext.stock.doctype.landed_cost_voucher.landed_cost_voucher import LandedCostVoucher

	def details(self, receipt_document_type, receipt_document):  # version 15 does not have it
		pass

	monkeypatch.setattr(LandedCostVoucher, COSTS, details, raising=False)
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of(path, body)


VOUCHER, OTHER = {"dt": "Landed Cost Voucher"}, {"doctype": "ToDo"}
GUESSED = {**RECEIPT, "receipt_document": GUESS}


@pytest.mark.parametrize(
	("path", "body"),
	[
		("/api/method/run_doc_method", {**VOUCHER, "docs": OTHER, "args": GUESSED}),
		("/api/method/runserverobj", {**VOUCHER, "document": OTHER, "args": "", "arg": GUESSED}),
		(
			"/api/v2/method/run_doc_method",
			{
				"document": {"doctype": "Landed Cost Voucher"},
				"docs": OTHER,
				"args": {"x": 1},
				"kwargs": GUESSED,
			},
		),
		# What is not an object becomes the first argument.
		("/api/method/run_doc_method", {**VOUCHER, **RECEIPT, "args": frappe.as_json([GUESS])}),
		# A harmless argument does not stand for another of the same name.
		(
			"/api/method/run_doc_method",
			{
				"cmd": MAKES.rpartition("/")[2],
				**LEAD,
				"subcontract_order": GUESS,
				"dt": "ToDo",
				"method": "run_method",  # takes any arguments
				"args": {"subcontract_order": "LEAD-1"},
			},
		),
	],
)
def test_what_frappe_does_not_read_hides_nothing(path, body, request_of):
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of(path, {"method": COSTS, **body})


def test_methods_are_looked_up_only_for_what_can_be_a_condition(request_of, monkeypatch):
	looked_up = []
	monkeypatch.setattr(called, "resolved", looked_up.append)
	request_of(MAKES, {**LEAD, "subcontract_order": "LEAD-1"})
	assert not looked_up
	request_of(MAKES, {**LEAD, "subcontract_order": GUESS})
	assert looked_up


@pytest.mark.parametrize(
	("path", "body", "method"),
	[
		(
			"/api/resource/Client Interaction",
			{"party_type": "Lead", "action_items": [{"description": "Call", "status": "Open"}]},
			"POST",
		),
		# A field of rows can be called as their DocType is.
		*(
			(
				route,
				{"event_participants": [{"reference_doctype": "Contact", "reference_docname": "Anna"}]},
				"POST",
			)
			for route in ("/api/resource/Event", "/api/v2/document/Event")
		),
		(
			"/api/resource/Quotation/X",
			{"quotation_to": "Lead", "items": [{"name": "a1", "item_code": "Roof"}]},
			"PUT",
		),
		(
			"/api/method/frappe.ping",
			{
				"object_kind": "issue",
				"project": {"name": "Roof", "description": "x"},
				"user": {"status": "x"},
			},
			"POST",
		),
		(
			"/api/method/frappe.ping",
			{
				"action": "opened",
				"issue": {"id": 1, "title": "Roof", "user": {"name": "x"}, "parent": {"id": 2, "key": "R-2"}},
				"comment": {"id": 3, "body": "x", "user": {"login": "x"}},
			},
			"POST",
		),
		(
			"/api/method/frappe.ping",
			{"type": "event_callback", "event": {"type": "message", "user": "U1", "text": "x", "ts": "1.2"}},
			"POST",
		),
		(MAKES, {**LEAD, "subcontract_order": "LEAD-1", "rm_items": "[]"}, "POST"),
		("/api/method/no.such.method", {**LEAD, "party": {"company_name": "x"}}, "POST"),
		(MAKES, {**LEAD, "subcontract_order": {}}, "POST"),
		(MAKES, {**LEAD, "subcontract_order": [{}, []]}, "POST"),
		# No methods, of which Frappe tells.
		("/api/resource/ToDo/x", {**LEAD, "run_method": "meta", "columns": [{}]}, "GET"),
		("/api/resource/ToDo/x", {**LEAD, "run_method": "__doc__", "party": {"x": "y"}}, "GET"),
		("/api/method/__str__", {**LEAD, "party": {"company_name": "x"}}, "GET"),
	],
)
def test_documents_and_webhooks_are_not(path, body, method, request_of):
	request_of(path, body, method)


def test_a_text_that_no_database_takes_names_nothing(request_of):
	request_of(MAKES, {"order_doctype": "\udcff", "subcontract_order": {"company_name": "x"}})


def test_nor_is_a_link_in_a_document_that_is_printed(request_of):
	"""Under whichever name; other values of the document may be objects."""
	prints, document = "/api/method/frappe.www.printview.get_html_and_style", {"doctype": "Appointment"}
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of(prints, {"doc": frappe.as_json({**document, "party": {"lead_name": "Anna"}})})
	request_of(prints, {"doc": frappe.as_json({**document, "__onload": {"lead_name": "Anna"}})})


INQUIRY = "webshop.webshop.shopping_cart.cart.create_lead_for_item_inquiry"


@pytest.mark.parametrize("entered", [{"lead_name": "Anna"}, '{"lead_name": "Anna", "phone": null}'])
def test_values_are_told_by_the_app_that_takes_them(entered, request_of):
	request_of(f"/api/method/{INQUIRY}", {"lead": entered})
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of("/api/method/frappe.ping", {"lead": entered})
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of(f"/api/method/{INQUIRY}", {"cmd": "frappe.ping", "lead": entered})


@pytest.mark.parametrize("sent", [{"lead": {"lead_name": ["like", "%a%"]}}, {"issue": {"subject": "Anna"}}])
def test_and_neither_compare_nor_are_other_parameters(sent, request_of):
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of(f"/api/method/{INQUIRY}", sent)
