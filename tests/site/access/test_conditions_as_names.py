"""Conditions where a name belongs are told from documents and from what webhooks bring (P-2)."""

import frappe
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms.enforcement.requests import conditions_as_names

pytestmark = pytest.mark.clause("P-2")

MAKES = "/api/method/erpnext.controllers.subcontracting_controller.make_rm_stock_entry"
LEAD = {"order_doctype": "Lead"}


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
	],
)
def test_conditions_on_a_guarded_doctype_are_refused(condition, request_of):
	with pytest.raises(frappe.PermissionError, match="Conditions are for lists only"):
		request_of(MAKES, {**LEAD, "subcontract_order": condition})


@pytest.mark.parametrize(
	("path", "body", "method"),
	[
		(
			"/api/resource/Client Interaction",
			{"party_type": "Lead", "action_items": [{"description": "Call", "status": "Open"}]},
			"POST",
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
		(MAKES, {**LEAD, "subcontract_order": "LEAD-1", "rm_items": "[]"}, "POST"),
		("/api/method/no.such.method", {**LEAD, "party": {"company_name": "x"}}, "POST"),
	],
)
def test_documents_and_webhooks_are_not(path, body, method, request_of):
	request_of(path, body, method)


def test_a_text_that_no_database_takes_names_nothing(request_of):
	request_of(MAKES, {"order_doctype": "\udcff", "subcontract_order": {"company_name": "x"}})
