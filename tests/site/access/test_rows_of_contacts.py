"""A client with a login sees nothing of the contacts and users of others, also not by their rows or titles (P-2)."""

import frappe
import pytest
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

pytestmark = pytest.mark.clause("P-2")

ADDRESS, NUMBER = "bert@client.example", "+49 171 5551234"
ROWS = {"Contact Email": "email_ids", "Contact Phone": "phone_nos", "Dynamic Link": "links"}


@pytest.fixture
def anna(make_user):
	"""A client; Frappe makes a contact of their own for the login."""
	return make_user("Customer", user_type="Website User")


@pytest.fixture
def bert(make_client):
	"""Another client."""
	client = make_client("Bert Client", ADDRESS)
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": NUMBER})
	contact.save()
	return contact


def told(answer) -> str:
	return frappe.as_json([answer, frappe.local.response])


def asked(request_as, user, method, **arguments) -> str:
	"""What a request tells, refusals included."""
	try:
		return told(request_as(user, method, **arguments))
	except (frappe.PermissionError, frappe.DoesNotExistError) as refused:
		return f"{type(refused).__name__} {refused}"


@pytest.mark.parametrize("doctype", ROWS)
def test_rows_of_other_contacts_are_not_found(doctype, anna, bert, request_as):
	row = bert.get(ROWS[doctype])[0]
	ways = {
		"frappe.client.get": {"doctype": doctype, "name": row.name, "parent": "Contact"},
		"frappe.desk.form.load.getdoc": {"doctype": doctype, "name": row.name},
		"frappe.client.get_list": {"doctype": doctype, "parent": "Contact", "fields": '["*"]'},
		"frappe.client.get_value": {
			"doctype": doctype,
			"parent": "Contact",
			"filters": frappe.as_json({"name": row.name}),
			"fieldname": '["name", "parent"]',
		},
	}
	for method, arguments in ways.items():
		shown = asked(request_as, anna, method, **arguments)
		for text in (ADDRESS, NUMBER, bert.name):
			assert text not in shown, method


def test_one_s_own_are(anna, request_as):
	own = frappe.get_doc("Contact", {"user": anna})
	own.db_set("owner", anna)
	row = own.email_ids[0]
	found = {"doctype": row.doctype, "name": row.name, "parent": "Contact"}
	assert row.email_id in asked(request_as, anna, "frappe.client.get", **found)
	listed = {"doctype": row.doctype, "parent": "Contact", "fields": '["*"]'}
	assert row.email_id in asked(request_as, anna, "frappe.client.get_list", **listed)


def test_conditions_tell_nothing_of_rows(anna, bert, request_as):
	def answer(like):
		found = {"doctype": "Contact Email", "parent": "Contact"}
		return asked(
			request_as,
			anna,
			"frappe.client.get",
			filters=frappe.as_json({"email_id": ["like", like]}),
			**found,
		)

	assert answer("bert@%") == answer("xavier@%")


@pytest.mark.parametrize(("doctype", "field"), [("Contact", "first_name"), ("Customer", "customer_name")])
def test_conditions_tell_nothing_of_documents(doctype, field, anna, bert, request_as):
	def answer(like):
		filters = frappe.as_json({field: ["like", like]})
		return asked(request_as, anna, "frappe.client.get", doctype=doctype, filters=filters)

	assert answer("Bert%") == answer("Xavier%")


def test_the_title_of_another_client_is_not_told(anna, bert, make_user, request_as):
	customer = bert.links[0].link_name
	frappe.db.set_value("Customer", customer, "customer_name", "Bert and Sons")
	title = {"doctype": "Customer", "docname": customer}
	make_property_setter("Customer", None, "show_title_field_in_link", 1, "Check", for_doctype=True)
	method = "frappe.desk.search.get_link_title"
	assert request_as(make_user("Sales User"), method, **title) == "Bert and Sons"
	assert request_as(anna, method, **title) == customer
	bert.user = anna
	bert.save()
	assert request_as(anna, method, **title) == "Bert and Sons", "their own"


def test_neither_is_the_name_of_its_address_or_of_a_login(anna, bert, make_user, request_as):
	customer, staff = bert.links[0].link_name, make_user("Sales User")
	address = frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": "Bert and Sons",
			"address_type": "Billing",
			"address_line1": "Chestnut Lane 5",
			"city": "Kiel",
			"country": "Germany",
			"links": [{"link_doctype": "Customer", "link_name": customer}],
		}
	).insert()
	calls = {
		"frappe.contacts.doctype.address.address.get_default_address": {
			"doctype": "Customer",
			"name": customer,
		},
		"frappe.desk.form.load.get_user_info_for_viewers": {"users": frappe.as_json([staff])},
	}
	for method, arguments in calls.items():
		with pytest.raises(frappe.PermissionError):
			request_as(anna, method, **arguments)
		told = frappe.as_json(request_as(staff, method, **arguments))
		assert address.name in told or staff in told


def test_staff_read_rows_of_what_they_can_read(bert, make_user, request_as):
	user, row = make_user("Sales User"), bert.email_ids[0]
	found = {"doctype": row.doctype, "name": row.name, "parent": "Contact"}
	assert ADDRESS in asked(request_as, user, "frappe.client.get", **found)
	listed = {"doctype": row.doctype, "parent": "Contact", "fields": '["*"]', "limit_page_length": 0}
	assert ADDRESS in asked(request_as, user, "frappe.client.get_list", **listed)
