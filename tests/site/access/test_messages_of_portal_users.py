"""Portal users and visitors send no messages in the name of others (P-2, C-3)."""

import frappe
import pytest

pytestmark = pytest.mark.clause("P-2", "C-3")

BOOK = "erpnext.www.book_appointment.index.create_appointment"
MAKE = "frappe.core.doctype.communication.email.make"
ANNA = "anna@client.example"


@pytest.fixture
def inquiry(make_client, mailbox, log, set_settings):
	set_settings(own_email_domains="own.example")
	client = make_client("Anna Client", ANNA)
	doc = log("Initial Inquiry", direction="Inbound", **client)
	doc.record("Received")
	return doc


@pytest.fixture
def eve(make_user):
	return make_user("Customer", user_type="Website User")


@pytest.mark.parametrize(
	"forged",
	[
		{"sender": "service@own.example", "recipients": ANNA},
		{"sender": ANNA, "recipients": "service@own.example", "sent_or_received": "Received"},
		{"sender": "service@own.example", "recipients": ANNA, "send_email": 1},
	],
)
def test_a_portal_user_writes_in_no_ones_name(inquiry, eve, request_as, forged):
	before = len(inquiry.events), frappe.db.count("Communication"), frappe.db.count("Email Queue")
	with pytest.raises(frappe.PermissionError):
		request_as(eve, MAKE, subject="The roof", content="Here is our answer.", **forged)
	inquiry.reload()
	assert (len(inquiry.events), frappe.db.count("Communication"), frappe.db.count("Email Queue")) == before


def test_a_portal_user_sends_no_text_messages(eve, request_as):
	sms = "frappe.core.doctype.sms_settings.sms_settings.send_sms"
	with pytest.raises(frappe.PermissionError):
		request_as(eve, sms, receiver_list='["+493012345678"]', msg="Please call us")


@pytest.mark.parametrize("user_type", ["System User", "Employee Self Service"])
def test_users_of_the_desk_write_messages_about_no_document(make_user, request_as, user_type):
	"""Also those of a type of the site, such as Frappe HR has one."""
	user = make_user("Frontline Staff")
	frappe.db.set_value("User", user, "user_type", user_type)
	frappe.clear_document_cache("User", user)
	made = request_as(user, MAKE, subject="The roof", content="Hello", recipients=ANNA)
	assert frappe.db.get_value("Communication", made["name"], "subject") == "The roof"


# --- appointments ---------------------------------------------------------------------------------


def test_who_books_an_appointment_is_not_told_whose_address_they_entered(mailbox, request_as):
	frappe.db.set_single_value("Appointment Booking Settings", "number_of_agents", 0)
	lead = frappe.get_doc({"doctype": "Lead", "first_name": "Anna", "email_id": ANNA}).insert()
	contact = {"name": "Someone", "number": "1", "skype": "", "notes": "Roof", "email": ANNA}
	at = {"date": "2099-12-14", "time": "10:00:00", "tz": "Europe/Berlin"}
	answer = request_as("Guest", BOOK, contact=frappe.as_json(contact), **at)
	assert frappe.db.exists("Appointment", {"party": lead.name, "customer_details": "Roof"})
	assert answer["status"] == "Open" and answer["customer_name"] == "Someone"
	assert lead.name not in frappe.as_json(answer) and "calendar_event" not in answer
	unknown = frappe.as_json({**contact, "email": "no.one@elsewhere.example"})
	assert request_as("Guest", BOOK, contact=unknown, **at)["status"] == "Unverified"
