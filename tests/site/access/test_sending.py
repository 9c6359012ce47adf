"""Methods of ERPNext that send an email about a document ask for that document (D-5, P-2)."""

import frappe
import pytest
from frappe.permissions import add_user_permission

from client_comms.enforcement.methods import sending

pytestmark = pytest.mark.clause("D-5", "P-2")

STATEMENTS = "erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts"
# Method → the DocType, the parameter with its name, and a role that may email it.
METHODS = {
	"erpnext.accounts.doctype.payment_request.payment_request.resend_payment_email": (
		"Payment Request",
		"docname",
		"Accounts User",
	),
	"erpnext.stock.doctype.delivery_trip.delivery_trip.notify_customers": (
		"Delivery Trip",
		"delivery_trip",
		"Delivery User",
	),
	f"{STATEMENTS}.send_emails": ("Process Statement Of Accounts", "document_name", "Accounts User"),
	f"{STATEMENTS}.download_statements": ("Process Statement Of Accounts", "document_name", "Accounts User"),
	"erpnext.buying.doctype.request_for_quotation.request_for_quotation.send_supplier_emails": (
		"Request for Quotation",
		"rfq_name",
		"Purchase User",
	),
}


@pytest.fixture
def called(monkeypatch):
	"""What reached ERPNext."""
	reached = []
	monkeypatch.setattr(sending, "call_previous", lambda method, **given: reached.append((method, given)))
	return reached


def stored(doctype, **fields):
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=10), **fields})
	doc.db_insert()
	return doc


@pytest.mark.parametrize("method", METHODS)
def test_who_cannot_email_a_document_does_not_send_it(method, called, make_user, request_as):
	doctype, parameter, role = METHODS[method]
	about = stored(doctype)
	given = {parameter: about.name}
	with pytest.raises(
		frappe.PermissionError, match=r"no permission to \w+ .*Ask a colleague.*System Manager"
	):
		request_as(make_user("Frontline Staff"), method, **given)
	assert not called
	request_as(make_user(role), method, **given)
	assert called == [(method, given)]
	frappe.get_attr(method)  # ERPNext still has it


def test_nothing_leaves_to_the_customers_of_a_trip(make_client, make_user, mailbox, request_as):
	client = make_client("Anna Client", "anna@client.example")
	trip = stored("Delivery Trip")
	stored(
		"Delivery Stop",
		parenttype="Delivery Trip",
		parentfield="delivery_stops",
		parent=trip.name,
		contact=client.contact,
	)
	template = frappe.get_doc(
		{
			"doctype": "Email Template",
			"name": "Dispatch",
			"subject": "Your order",
			"response": "It is on its way.",
		}
	).insert()
	frappe.db.set_single_value(
		"Delivery Settings", {"dispatch_template": template.name, "send_with_attachment": 0}
	)
	method = "erpnext.stock.doctype.delivery_trip.delivery_trip.notify_customers"
	sent = {"recipient": "anna@client.example"}
	with pytest.raises(frappe.PermissionError):
		request_as(make_user("Frontline Staff"), method, delivery_trip=trip.name)
	assert not frappe.db.exists("Email Queue Recipient", sent)
	request_as(make_user("Delivery User", "Sales User"), method, delivery_trip=trip.name)
	assert frappe.db.exists("Email Queue Recipient", sent)


def test_the_order_that_is_to_be_paid_is_asked_for_as_well(called, make_client, make_user, request_as):
	own, other = (make_client(name, f"{name}@client.example").party for name in ("anna", "berta"))
	user = make_user("Accounts User")
	add_user_permission("Customer", own, user)
	method = "erpnext.accounts.doctype.payment_request.payment_request.resend_payment_email"
	mine, theirs = (
		stored(
			"Payment Request",
			reference_doctype="Sales Order",
			reference_name=stored("Sales Order", customer=customer).name,
		).name
		for customer in (own, other)
	)
	with pytest.raises(frappe.PermissionError, match="Sales Order"):
		request_as(user, method, docname=theirs)
	request_as(user, method, docname=mine)
	assert called == [(method, {"docname": mine})]


def test_a_request_is_not_the_scheduler(called, make_user, request_as):
	about = stored("Process Statement Of Accounts")
	request_as(
		make_user("Accounts User"), f"{STATEMENTS}.send_emails", document_name=about.name, from_scheduler=1
	)
	assert called == [(f"{STATEMENTS}.send_emails", {"document_name": about.name})]
