"""Leads that portal users have entered in a form of the website, and can edit there (P-2)."""

import frappe
import pytest
from frappe.website.doctype.web_form.web_form import accept

from client_comms import api
from client_comms.client_interactions import portal
from client_comms.client_privacy import page_visits

ANNA = "anna@kruse.example"
NUMBER = "+49 431 1234567"

pytestmark = pytest.mark.clause("P-2")


@pytest.fixture
def eve(make_user):
	return make_user("Customer", user_type="Website User")


@pytest.fixture
def send(as_user, eve):
	"""`send(email_id=…)` fills in the form, or with a name what was entered before; returns the Lead's name."""
	fields = ("first_name", "email_id", "mobile_no", "lead_owner")
	form = frappe.get_doc(
		{
			"doctype": "Web Form",
			"title": frappe.generate_hash(),
			"doc_type": "Lead",
			"module": "CRM",
			"published": 1,
			"login_required": 1,
			"allow_edit": 1,
			"allow_multiple": 1,
			"web_form_fields": [{"fieldname": key, "fieldtype": "Data", "label": key} for key in fields],
		}
	).insert()

	def fill(name=None, **values):
		entered = {"first_name": "Eve", "lead_owner": "Administrator", **values}
		data = {**entered, "name": name, "doctype": "Lead", "web_form_name": form.name}
		with as_user(eve):
			return accept(form.name, frappe.as_json(data)).name

	return fill


@pytest.fixture
def receive(fetch, accounts, raw_mail):
	"""`receive(address)`: the interaction of a message from an address."""

	def write(address):
		message = fetch(accounts["Lead"], raw_mail(From=address, Message_ID=f"<{address}>"))
		name = message.client_interaction
		frappe.db.set_value("Client Interaction", name, "confidentiality_level", "Standard")
		return name

	return write


@pytest.fixture
def seen(as_user, eve):
	def seen():
		with as_user(eve):
			return [
				row["name"] for visit in page_visits.of_login() for row in portal.conversations(visit)["rows"]
			]

	return seen


def test_what_they_entered_does_not_get_the_address_of_another(send, eve, receive, seen):
	"""What the other one writes would be filed there, and shown to whom staff have confirmed."""
	lead = send(email_id=eve)
	contact = {"parenttype": "Contact", "link_doctype": "Lead", "link_name": lead}
	api.confirm_details(frappe.db.get_value("Dynamic Link", contact, "parent"), "Call-back")
	own = receive(eve)
	assert own in seen()
	with pytest.raises(frappe.PermissionError, match="Only staff"):
		send(lead, email_id=ANNA)
	assert receive(ANNA) not in seen()
	send(lead, email_id=eve.upper(), first_name="Eva")
	assert frappe.db.get_value("Lead", lead, "first_name") == "Eva"


def test_what_they_entered_of_another_does_not_become_theirs(send, eve, receive, seen, as_user):
	"""What was written from that address is filed there."""
	lead = send(email_id=ANNA)
	written = receive(ANNA)
	for address in (eve, ""):
		with pytest.raises(frappe.PermissionError, match="Only staff"):
			send(lead, email_id=address)
	with as_user(eve):
		frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": "Eve",
				"user": eve,
				"email_ids": [{"email_id": eve, "is_primary": 1}],
				"links": [{"link_doctype": "Lead", "link_name": lead}],
			}
		).insert()
	assert written not in seen()


def test_they_can_add_the_address_of_their_login(send, eve):
	lead = send()
	send(lead, email_id=eve)
	assert frappe.db.get_value("Lead", lead, "email_id") == eve


def test_a_number_entered_later_files_no_calls_there(send, eve):
	lead = send(email_id=eve)
	send(lead, email_id=eve, mobile_no=NUMBER)
	call = {"type": "Incoming", "status": "Completed", "from": NUMBER, "to": "1"}
	frappe.get_doc({"doctype": "Call Log", "id": frappe.generate_hash(), **call}).insert()
	called = frappe.get_last_doc("Client Interaction", {"channel": "Phone"}, order_by="creation desc")
	assert (called.party, called.reference_name) == (None, None)
