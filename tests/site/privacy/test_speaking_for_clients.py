"""Contacts speak for a client once users who can change its record have confirmed them (P-1 to P-3, D-4)."""

import frappe
import pytest
from erpnext.crm.doctype.appointment.appointment import Appointment
from erpnext.templates import utils as website_form

from client_comms import api
from client_comms.api.self_service import submit
from client_comms.client_interactions.report.contacts_to_confirm import contacts_to_confirm
from client_comms.client_privacy import client_data, page_visits
from client_comms.clients import confirmation, contacts, parties
from client_comms.exceptions import ActionNotPossibleError, LinkNotValidError
from client_comms.outgoing import facts, recipient_kinds
from client_comms.patches.v1_0 import withdraw_confirmations

ANNA, EVE = "anna@client.example", "eve@elsewhere.example"
NUMBER = "+49 30 5550100"

pytestmark = pytest.mark.clause("P-2", "D-4")


@pytest.fixture
def client(make_client, set_settings):
	set_settings(own_email_domains="own.example")
	return make_client("Anna Client", ANNA)


@pytest.fixture
def sales(make_user):
	"""Staff who can change customers."""
	return make_user("Sales User", "Sales Master Manager")


def make_contact(client=None, address=EVE, **fields):
	return frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Eve",
			"email_ids": [{"email_id": address, "is_primary": 1}],
			"phone_nos": [{"phone": NUMBER, "is_primary_mobile_no": 1}],
			"links": [{"link_doctype": client.party_type, "link_name": client.party}] if client else [],
			**fields,
		}
	).insert()


def kind_of(client, address=EVE, contact=None):
	context = facts.OutgoingContext(
		client.party_type,
		client.party,
		"",
		facts.EMAIL,
		party_type=client.party_type,
		party=client.party,
		contact=contact,
	)
	return recipient_kinds.sort_recipients(context, [address])[0].kind


# Who can make a contact: a portal user, and a user of the desk who cannot change the client.
STRANGERS = {"portal": ["Customer"], "desk": ["Frontline Staff"]}


@pytest.fixture(params=STRANGERS)
def stranger(request, make_user):
	return make_user(*STRANGERS[request.param])


def test_a_contact_made_by_a_stranger_speaks_for_no_client(client, stranger, as_user):
	with as_user(stranger):
		contact = make_contact(client, user=stranger, email_ids=[{"email_id": stranger, "is_primary": 1}])
		assert page_visits.of_login() == []
		with pytest.raises(LinkNotValidError):
			submit(purposes={"Marketing": "Given"})
	assert contacts.contacts_of(client.party_type, client.party) == [client.contact]
	assert parties.all_of_contact(contact.name) == []
	assert parties.client_of(None, None, stranger, "").party is None
	assert "Client" not in (kind_of(client, stranger), kind_of(client, stranger, contact.name))
	with pytest.raises(frappe.ValidationError, match="not a confirmed contact"):
		api.invite_client(client.party_type, client.party, contact=contact.name)


def test_it_speaks_once_staff_have_confirmed_it(client, make_user, as_user, sales):
	user = make_user("Customer", user_type="Website User")
	with as_user(user):
		contact = make_contact(client, address=user, user=user)
	with as_user(sales):
		api.confirm_details(contact.name, "Call-back")
	with as_user(user):
		assert [visit.party for visit in page_visits.of_login()] == [client.party]
	assert kind_of(client, user) == "Client"
	assert frappe.get_doc("Contact", contact.name).links[0].confirmed_by == sales


def test_what_staff_enter_who_can_change_the_client_is_confirmed(client, make_user, as_user, sales):
	user = make_user("Customer", user_type="Website User")
	with as_user(sales):
		make_contact(client, address=user, user=user)
	with as_user(user):
		assert page_visits.of_login()
	assert kind_of(client, user) == "Client"


def test_confirming_needs_leave_to_change_the_client(client, stranger, as_user):
	with as_user(stranger):
		contact = make_contact(client)
		frappe.clear_messages()
		api.confirm_details(contact.name, "Call-back")
		assert client.party in frappe.get_message_log()[-1]["message"]
	assert kind_of(client) == "Third Party"


def test_a_foreign_address_on_a_contact_is_none_of_the_client(client, as_user, make_user):
	"""A user who can change contacts, but not customers."""
	user = make_user("Maintenance User")
	with as_user(user):
		contact = frappe.get_doc("Contact", client.contact)
		contact.append("email_ids", {"email_id": EVE})
		contact.append("phone_nos", {"phone": NUMBER})
		contact.save()
	assert kind_of(client) == "Third Party" and kind_of(client, ANNA) == "Client"
	assert EVE not in contacts.addresses_of(client.party_type, client.party)
	(number,) = recipient_kinds.sort_numbers(
		facts.OutgoingContext(
			None, None, "", "Phone", party_type="Customer", party=client.party, contact=client.contact
		),
		[NUMBER],
	)
	assert number.kind == "Third Party"
	contact.reload()
	contact.email_ids[0].email_id = "other@elsewhere.example"
	with as_user(user):
		contact.save()
	assert kind_of(client, "other@elsewhere.example") == "Third Party", "a changed row is a new one"


def test_a_contact_of_another_client_adds_no_address(client, make_client):
	other = make_client("Bert Client", "bert@client-b.example")
	assert kind_of(client, "bert@client-b.example", other.contact) == "Third Party"
	with pytest.raises(frappe.ValidationError, match="not a confirmed contact"):
		api.invite_client(client.party_type, client.party, contact=other.contact)
	with pytest.raises(ActionNotPossibleError):
		api.invite_client(client.party_type, client.party, address="bert@client-b.example")


def test_a_request_cannot_state_that_it_is_confirmed(client, stranger, as_user):
	claim = {"confirmed_by": "Administrator", "confirmed_on": "2026-01-01 00:00:00"}
	with as_user(stranger):
		contact = make_contact(
			links=[{"link_doctype": client.party_type, "link_name": client.party, **claim}],
			email_ids=[{"email_id": EVE, "is_primary": 1, **claim}],
		)
		contact.links[0].update(claim)
		contact.save()
		for row in (*contact.links, *contact.email_ids, *contact.phone_nos):
			row = frappe.get_doc(row.doctype, row.name)
			row.update(claim)
			row.save(ignore_permissions=True)
	assert kind_of(client) == "Third Party"
	stored = frappe.get_doc("Contact", contact.name)
	assert not any(row.confirmed_on for row in (*stored.links, *stored.email_ids, *stored.phone_nos))


def test_a_confirmed_row_is_confirmed_where_it_is(client, stranger, as_user):
	with as_user(stranger):
		contact = make_contact()
		row = frappe.get_doc("Dynamic Link", {"parent": client.contact})
		row.parent = contact.name
		row.save(ignore_permissions=True)
	assert parties.all_of_contact(contact.name) == []


def test_a_login_is_given_by_who_can_change_the_client(client, as_user, make_user, sales):
	user = make_user("Customer", user_type="Website User")
	with as_user(make_user("Maintenance User")):
		contact = frappe.get_doc("Contact", client.contact)
		contact.user = user
		contact.save()
	with as_user(user):
		assert page_visits.of_login() == []
	with as_user(sales):
		contact = frappe.get_doc("Contact", client.contact)
		contact.user = user
		contact.save()
	with as_user(user):
		assert [visit.party for visit in page_visits.of_login()] == [client.party]


def test_staff_who_log_in_do_not_answer_as_a_client(client, sales, as_user):
	with as_user(sales):
		contact = frappe.get_doc("Contact", client.contact)
		contact.user = sales
		contact.save()
		assert page_visits.of_login() == []


def test_who_registers_in_the_portal_speaks_for_themselves(make_user, as_user):
	"""ERPNext makes their customer and contact in their own name."""
	user = make_user("Customer", user_type="Website User")
	with as_user(user):
		customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Own Client"}).insert(
			ignore_permissions=True
		)
		client = frappe._dict(party_type="Customer", party=customer.name)
		contact = make_contact(client, address=user, user=user)
		assert [visit.contact for visit in page_visits.of_login()] == [contact.name]


@pytest.fixture
def eve(make_user):
	return make_user("Customer", user_type="Website User")


def make_lead(address, **fields):
	"""As forms of the website do, in the name of who fills them in."""
	lead = frappe.get_doc({"doctype": "Lead", "first_name": "Anna", "email_id": address, **fields})
	return lead.insert(ignore_permissions=True)


def contact_of(lead):
	link = {"link_doctype": "Lead", "link_name": lead.name, "parenttype": "Contact"}
	return frappe.get_doc("Contact", frappe.db.get_value("Dynamic Link", link, "parent"))


def test_who_enters_a_lead_of_another_address_does_not_speak_for_it(eve, as_user, sales):
	"""A form makes a Lead of any address; what its owner writes to us, and we to them, would be shown to who filled in the form."""
	with as_user(eve):
		lead = make_lead(ANNA)
		contact = contact_of(lead)
		contact.user = eve
		contact.append("email_ids", {"email_id": eve})
		contact.save()
		make_contact(frappe._dict(party_type="Lead", party=lead.name), address=eve, user=eve)
		assert page_visits.of_login() == []
	assert parties.client_of(None, None, ANNA, "").party == lead.name
	with as_user(sales):
		contact.reload()
		assert not contact.user


def test_staff_confirm_what_a_portal_user_had(eve, as_user, sales):
	"""Who registered with another address than that of their login speaks for themselves as soon as staff say so."""
	with as_user(eve):
		lead = make_lead("eve@work.example")
	contact = contact_of(lead)
	contact.user = eve
	contact.save()
	with as_user(eve):
		assert page_visits.of_login() == []
	with as_user(sales):
		api.confirm_details(contact.name, "Call-back")
	with as_user(eve):
		assert [visit.party for visit in page_visits.of_login()] == [lead.name]


def test_a_lead_that_gets_another_address_is_no_longer_theirs(eve, as_user):
	with as_user(eve):
		lead = make_lead(eve, lead_owner="Administrator")
		contact = contact_of(lead)
		contact.user = eve
		contact.save()
		assert [visit.party for visit in page_visits.of_login()] == [lead.name]
		lead.db_set("email_id", ANNA)
		assert page_visits.of_login() == []


def test_a_lead_that_another_login_entered_is_theirs_as_long_as_it_has_their_address(eve, as_user, make_user):
	"""Frappe makes the login with the address that of the contact."""
	other = make_user("Customer", user_type="Website User")
	with as_user(eve):
		lead = make_lead(other, lead_owner="Administrator")
	with as_user(other):
		assert [visit.party for visit in page_visits.of_login()] == [lead.name]
		lead.db_set("email_id", ANNA)
		assert page_visits.of_login() == []


def test_who_registers_themselves_confirms_no_address_or_number_but_that_of_their_login(eve, as_user, sales):
	"""What the owner of the address writes would be filed under their record."""
	with as_user(eve):
		customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Own Client"}).insert(
			ignore_permissions=True
		)
		own = frappe._dict(party_type="Customer", party=customer.name)
		contact = make_contact(own, address=eve, user=eve)
		contact.append("email_ids", {"email_id": ANNA})
		contact.save()
		assert page_visits.of_login()
	assert contacts.addresses_of("Customer", customer.name) == {eve: contact.name}
	assert parties.client_of(None, None, ANNA, "").party is None
	assert parties.client_of_number(NUMBER).party is None
	with as_user(sales):
		api.confirm_details(contact.name, "Call-back")
	assert parties.client_of(None, None, ANNA, "").party == customer.name
	assert parties.client_of_number(NUMBER).party == customer.name


def test_the_contact_that_erpnext_makes_of_a_lead_says_nothing_new(as_user):
	with as_user("Guest"):
		lead = frappe.get_doc(
			{"doctype": "Lead", "first_name": "Eve", "email_id": EVE, "mobile_no": NUMBER}
		).insert(ignore_permissions=True)
	contact = frappe.db.get_value("Dynamic Link", {"link_doctype": "Lead", "link_name": lead.name}, "parent")
	assert contact and parties.client_of(None, None, EVE, "").contact == contact
	assert kind_of(frappe._dict(party_type="Lead", party=lead.name)) == "Client"


@pytest.mark.parametrize("phone_nos", [[], [{"phone": NUMBER, "is_primary_mobile_no": 1}]])
def test_who_entered_a_lead_of_another_address_does_not_speak_for_it(make_user, as_user, phone_nos):
	"""The address of who entered it stands in the record as its owner, and ERPNext copies the number there."""
	portal = make_user("Customer", user_type="Website User")
	with as_user(portal):
		lead = frappe.get_doc({"doctype": "Lead", "first_name": "Bo", "email_id": "bo@elsewhere.example"})
		lead.insert(ignore_permissions=True)
		client = frappe._dict(party_type="Lead", party=lead.name)
		mine = make_contact(client, address=portal, phone_nos=phone_nos)
		number = make_contact(client, email_ids=[], phone_nos=[{"phone": NUMBER, "is_primary_mobile_no": 1}])
	assert not parties.all_of_contact(mine.name) and not parties.all_of_contact(number.name)
	assert portal not in contacts.addresses_of("Lead", lead.name)
	assert not frappe.db.get_value("Lead", lead.name, "mobile_no")


def test_the_clients_own_address_gives_no_login(client, stranger, as_user):
	frappe.db.set_value("Customer", client.party, "email_id", ANNA)  # it stands in the record
	with as_user(stranger):
		make_contact(client, address=ANNA, phone_nos=[], user=stranger)
		assert page_visits.of_login() == []


def test_what_is_unconfirmed_is_listed_and_asked_for(client, as_user, make_user, sales):
	customer = frappe.get_doc("Customer", client.party)
	customer.account_manager = sales
	customer.save()
	with as_user(make_user("Frontline Staff")):
		contact = make_contact(client)
	with as_user(sales):
		rows = {row["contact"]: row for row in contacts_to_confirm.execute()[1]}
	assert rows[contact.name]["unconfirmed"] == 1 and client.contact not in rows
	assert rows[contact.name]["why"] == "It is not confirmed that they speak for the client."
	client_data.remind()
	assert frappe.db.exists("ToDo", {"reference_name": contact.name, "allocated_to": sales})
	assert not frappe.db.exists("ToDo", {"reference_name": client.contact})
	with as_user(sales):
		api.confirm_details(contact.name, "Call-back")
		assert contact.name not in [row["contact"] for row in contacts_to_confirm.execute()[1]]


def test_existing_contacts_of_staff_count(client, make_user, as_user):
	user = make_user("Frontline Staff")
	portal = make_user("Customer", user_type="Website User")
	with as_user(user):
		of_staff = make_contact(client)
	with as_user(portal):
		of_portal = make_contact(client, address="other@elsewhere.example")
		own = frappe.get_doc({"doctype": "Customer", "customer_name": "Own Client"}).insert(
			ignore_permissions=True
		)
		registered = make_contact(frappe._dict(party_type="Customer", party=own.name), address=portal)
		registered.append("email_ids", {"email_id": ANNA})
		registered.save()
		lead = frappe.get_doc({"doctype": "Lead", "first_name": "Bo", "email_id": "bo@elsewhere.example"})
		lead.insert(ignore_permissions=True)
		claimed = make_contact(frappe._dict(party_type="Lead", party=lead.name), address=portal)
	for row in (*registered.links, *registered.email_ids, *registered.phone_nos):
		row.db_set({"confirmed_by": None, "confirmed_on": None})
	confirmation.confirm_existing()
	assert parties.all_of_contact(of_staff.name) and kind_of(client) == "Client"
	assert not parties.all_of_contact(of_portal.name) and not parties.all_of_contact(claimed.name)
	assert contacts.addresses_of("Customer", own.name) == {portal: registered.name}
	assert not frappe.db.get_value("Contact Phone", {"parent": registered.name}, "confirmed_on")


@pytest.fixture
def of_earlier_rules(site):
	"""`of_earlier_rules(user, contact)`: a user confirmed all of a contact, as each could who had registered its client."""

	def confirm(user, contact):
		for row in (*contact.links, *contact.email_ids, *contact.phone_nos):
			row.db_set({"confirmed_by": user, "confirmed_on": "2026-11-01 10:00:00"})

	return confirm


def test_what_portal_users_confirmed_under_earlier_rules_is_withdrawn(
	client, eve, as_user, of_earlier_rules, sales
):
	"""Mail and calls of others were filed under their client, and shown to them."""
	with as_user(eve):
		customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Own Client"}).insert(
			ignore_permissions=True
		)
		own = make_contact(frappe._dict(party_type="Customer", party=customer.name), address=eve, user=eve)
		own.append("email_ids", {"email_id": "unknown@client.example"})
		own.save()
		lead = make_lead("bo@client.example")
		foreign = make_contact(frappe._dict(party_type="Lead", party=lead.name), address=eve, user=eve)
	for contact in (own, foreign):
		of_earlier_rules(eve, contact)
	assert parties.client_of(None, None, "unknown@client.example", "").party == customer.name
	withdraw_confirmations.execute()
	assert parties.client_of(None, None, "unknown@client.example", "").party is None
	assert parties.client_of_number(NUMBER).party is None
	assert not parties.all_of_contact(foreign.name)
	with as_user(eve):
		assert [visit.party for visit in page_visits.of_login()] == [customer.name]
	assert contacts.addresses_of("Customer", customer.name) == {eve: own.name}
	with as_user(sales):
		rows = {row["contact"]: row["unconfirmed"] for row in contacts_to_confirm.execute()[1]}
	assert rows[own.name] and rows[foreign.name]


def test_what_staff_or_a_client_s_own_record_say_stays_confirmed(
	client, as_user, of_earlier_rules, eve, sales
):
	with as_user("Guest"):
		of_visitor = contact_of(make_lead(EVE, mobile_no=NUMBER))
	with as_user(eve):
		of_portal = contact_of(make_lead("bo@client.example"))
	with as_user(sales):
		of_staff = make_contact(client, address="other@client.example", phone_nos=[])
	withdraw_confirmations.execute()
	for contact in (of_visitor, of_portal, of_staff):
		contact.reload()
		assert all(row.confirmed_on for row in (*contact.links, *contact.email_ids, *contact.phone_nos))


# --- ways that only the app states ----------------------------------------------------------------


def consent(client, **fields):
	return frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": client.party_type,
			"party": client.party,
			"purpose": "Marketing",
			**fields,
		}
	).insert()


def new_issue(address):
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Roof", "raised_by": address})
	return issue.insert(ignore_permissions=True)


def test_an_issue_belongs_to_no_customer_who_claims_its_address(client, eve, as_user):
	"""ERPNext takes the latest contact with the address, and shows customers their Issues in the portal."""
	with as_user(eve):
		customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Own Client"}).insert(
			ignore_permissions=True
		)
		own = frappe._dict(party_type="Customer", party=customer.name)
		make_contact(own, address=eve, user=eve)
		for address in (ANNA, "unknown@client.example"):
			make_contact(own, address=address, first_name=address)
	issue = new_issue(ANNA)
	assert (issue.customer, issue.contact) == (client.party, client.contact)
	unknown = new_issue("unknown@client.example")
	assert (unknown.customer, unknown.contact) == (None, None)
	own_issue = new_issue(eve)
	assert own_issue.customer == customer.name
	about = {"party": customer.name, "subject": "Roof"}
	assert [
		row.reference_name for row in frappe.get_all("Client Interaction", about, ["reference_name"])
	] == [own_issue.name]


def test_an_issue_belongs_to_the_customer_whose_contact_staff_entered(client, make_user, as_user):
	with as_user(make_user("Frontline Staff")):
		contact = make_contact(client)
	issue = new_issue(EVE)
	assert (issue.customer, issue.contact) == (client.party, contact.name)


@pytest.fixture
def claimed(client, eve, as_user):
	"""An address that a portal user has entered in a contact of a customer of their own, and that customer."""
	address = "unknown@client.example"
	with as_user(eve):
		customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Own Client"}).insert(
			ignore_permissions=True
		)
		own = frappe._dict(party_type="Customer", party=customer.name)
		make_contact(own, address=eve, user=eve)
		for each in (ANNA, address):
			make_contact(own, address=each, first_name=each)
	return frappe._dict(address=address, customer=customer.name)


def by_form(address):
	website_form.send_message(address, "About the roof", "Roof")


def by_mailbox(address):
	"""As a mailbox makes them of emails."""
	fields = {"doctype": "Opportunity", "title": "Roof", "contact_email": address}
	frappe.get_doc(fields).insert(ignore_permissions=True, ignore_mandatory=True)


@pytest.mark.parametrize("way", [by_form, by_mailbox])
def test_an_opportunity_belongs_to_no_customer_who_claims_its_address(
	client, claimed, eve, as_user, way, mailbox
):
	def party(address):
		with as_user("Guest" if way is by_form else "Administrator"):
			way(address)
		made = frappe.get_last_doc("Opportunity", {"contact_email": address}, order_by="creation desc")
		interaction = frappe.db.get_value("Client Interaction", {"reference_name": made.name}, "party")
		assert interaction == made.party_name or made.opportunity_from == "Lead"
		return made.opportunity_from, made.party_name

	assert party(ANNA) == ("Customer", client.party)
	assert party(claimed.address)[0] == "Lead"
	assert party(eve) == ("Customer", claimed.customer)
	assert frappe.db.count("Client Interaction", {"party": claimed.customer}) == 1


def test_staff_choose_whose_opportunity_it_is(claimed):
	made = frappe.get_doc(
		{
			"doctype": "Opportunity",
			"opportunity_from": "Customer",
			"party_name": claimed.customer,
			"contact_email": claimed.address,
		}
	).insert()
	assert made.party_name == claimed.customer


def by_issue(address):
	new_issue(address)


@pytest.mark.parametrize("way", [by_issue, by_mailbox])
@pytest.mark.parametrize("maker", ["portal", "staff"])
def test_an_address_in_place_of_one_that_staff_entered_is_no_more_the_client_s(
	client, eve, as_user, make_user, way, maker, mailbox
):
	"""Also if staff made the contact, or the row that says so now."""
	colleague, address = make_user("Frontline Staff"), "unknown@client.example"
	with as_user(eve):
		customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Own Client"}).insert(
			ignore_permissions=True
		)
	with as_user(eve if maker == "portal" else colleague):
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "Eve"}).insert()
	with as_user(colleague):
		contact.append("email_ids", {"email_id": "eve@work.example", "is_primary": 1})
		contact.append("links", {"link_doctype": "Customer", "link_name": customer.name})
		contact.save(ignore_permissions=True)
	frappe.share.add("Contact", contact.name, eve, read=1, write=1)
	with as_user(eve):
		contact.reload()
		contact.email_ids[0].email_id = address
		contact.save()
	way(address)
	assert not frappe.db.exists("Client Interaction", {"party": customer.name})


def test_an_appointment_belongs_to_no_customer_who_claims_its_address(client, claimed, monkeypatch):
	monkeypatch.setattr(Appointment, "send_confirmation_email", lambda self: None)
	for customer, address in ((claimed.customer, claimed.address), (client.party, ANNA)):
		frappe.db.set_value("Customer", customer, "email_id", address)
		booked = frappe.get_doc(
			{
				"doctype": "Appointment",
				"customer_name": "Anna",
				"customer_email": address,
				"scheduled_time": "2027-01-26 10:00",
			}
		).insert(ignore_permissions=True)
		assert booked.party == (client.party if address == ANNA else None)


def call_from(number):
	frappe.get_doc(
		{
			"doctype": "Call Log",
			"id": frappe.generate_hash(),
			"type": "Incoming",
			"status": "Completed",
			"from": number,
			"to": "1",
		}
	).insert()
	return frappe.get_last_doc("Client Interaction", {"channel": "Phone"}, order_by="creation desc")


@pytest.mark.parametrize("who", ["portal", "portal, with another address", "Guest"])
def test_a_call_belongs_to_no_lead_of_a_portal_user_with_its_number(eve, as_user, who):
	"""Whether the lead is entered after the call or before it."""
	before = call_from(NUMBER)
	with as_user("Guest" if who == "Guest" else eve):
		lead = make_lead(eve if who == "portal" else EVE, mobile_no=NUMBER, lead_owner="Administrator")
	before.reload()
	parties_of_calls = {before.party, call_from(NUMBER).party}
	assert parties_of_calls == ({lead.name} if who == "Guest" else {None})


@pytest.mark.parametrize("who", ["portal", "Guest"])
def test_a_message_belongs_to_no_lead_of_a_portal_user_with_its_address(eve, as_user, who):
	frappe.get_doc({"doctype": "Contact", "first_name": "Anna", "email_ids": [{"email_id": ANNA}]}).insert()
	new_issue(ANNA)
	name = frappe.get_last_doc("Client Interaction", order_by="creation desc").name
	with as_user(eve if who == "portal" else "Guest"):
		lead = make_lead(ANNA)
	assert frappe.db.get_value("Client Interaction", name, "party") == (
		None if who == "portal" else lead.name
	)


@pytest.mark.parametrize("way", ["Portal", "Secure Link"])
def test_staff_cannot_claim_that_the_client_answered_there(client, way):
	with pytest.raises(frappe.ValidationError, match="how the client told you"):
		consent(client, collected_through=way)
	doc = consent(client, collected_through="Phone")
	with pytest.raises(frappe.ValidationError, match="how the client told you"):
		api.withdraw_consent(doc.name, through=way)
	doc.reload()
	doc.collected_through = way
	with pytest.raises(frappe.ValidationError, match="how the client told you"):
		doc.save()
	assert api.withdraw_consent(doc.name, through="In Person")["status"] == "Withdrawn"


def test_an_answer_to_a_request_that_staff_enter_states_how(client, mailbox):
	name = api.request_consent(client.party_type, client.party, purpose="Marketing")
	with pytest.raises(frappe.ValidationError, match="how the client told you"):
		api.give_consent(name)
	assert api.give_consent(name, through="Phone")["status"] == "Given"


def test_staff_cannot_claim_that_the_client_logged_in_or_used_a_link(client):
	party = {"party_type": client.party_type, "party": client.party}
	for method in ("Portal Login", "Secure Link"):
		with pytest.raises(frappe.ValidationError, match="when the client answers that way"):
			api.verify_identity(**party, method=method, result="Confirmed")
	assert api.verify_identity(**party, method="Document Seen", result="Confirmed")["valid_until"] is None
