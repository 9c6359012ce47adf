"""Staff do not open to a login of the portal what they cannot read themselves (P-2)."""

import frappe
import pytest

from client_comms import procedure
from client_comms.client_interactions import portal
from client_comms.client_privacy import page_visits
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")

REFUSED = pytest.raises(ClearanceMissingError, match="would see confidential records")


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", "anna@client.example")


@pytest.fixture
def login(make_user):
	"""Of the portal, as anyone gets who signs up."""
	return make_user("Customer", user_type="Website User")


@pytest.fixture
def complaint(client, log):
	return log(procedure.FEEDBACK, direction="Inbound", **client)


@pytest.fixture
def issue(client, set_settings):
	"""A governed one of the client, open to staff with a role of this app."""
	set_settings(govern_issues=1)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Leak", "customer": client.party}).insert()
	issue.db_set("confidentiality_level", "Standard")
	return issue


@pytest.fixture
def agent(make_user):
	"""With clearance for the everyday alone."""
	return make_user("Customer Support", "Sales User", "Sales Master Manager")


@pytest.fixture
def clerk(make_user):
	"""Without a role of this app."""
	return make_user("Sales User", "Sales Master Manager")


def link(user, contact, login, as_user):
	with as_user(user):
		frappe.client.set_value("Contact", contact, "user", login)


def contact_of(client, login=None):
	return frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Bo",
			"user": login,
			"email_ids": [{"email_id": "bo@client.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": client.party}],
		}
	)


def test_the_login_of_a_contact_with_a_hidden_conversation(client, login, complaint, agent, as_user):
	with REFUSED:
		link(agent, client.contact, login, as_user)


def test_who_reads_the_conversation_may_link_a_login(client, login, complaint, officer, as_user):
	frappe.get_doc("User", officer).add_roles("Sales User")
	link(officer, client.contact, login, as_user)
	with as_user(login):
		assert [row["name"] for row in portal.conversations(page_visits.by_login())["rows"]] == [
			complaint.name
		]
	with as_user(officer):
		frappe.client.set_value("Contact", client.contact, "designation", "Owner")


def test_a_linked_login_does_not_keep_others_from_changing_the_contact(
	client, login, complaint, clerk, as_user
):
	frappe.db.set_value("Contact", client.contact, "user", login)
	with as_user(clerk):
		frappe.client.set_value("Contact", client.contact, "designation", "Owner")


@pytest.mark.parametrize("is_new", [True, False])
def test_another_contact_of_a_client_with_open_conversations(
	is_new, client, login, log, agent, clerk, as_user
):
	"""Which are open to staff with a role of this app."""
	log("Initial Inquiry", direction="Inbound", **client)
	contact = contact_of(client, login)
	if not is_new:
		links = [row.as_dict() for row in contact.links]
		contact.update({"links": []}).insert()
	for user, may in ((clerk, False), (agent, True)):
		doc = contact if is_new else frappe.get_doc("Contact", contact.name)
		doc.update({} if is_new else {"links": links})
		with as_user(user):
			if may:
				doc.save()
			else:
				with REFUSED:
					doc.save()
	assert doc.links[0].confirmed_on


def test_nothing_is_refused_if_nothing_is_hidden(client, login, clerk, make_user, log, as_user):
	log(
		procedure.FEEDBACK, direction="Inbound", **{**client, "contact": None}
	)  # shown to no one in the portal
	link(clerk, client.contact, login, as_user)
	with as_user(clerk):
		contact_of(client).insert()
		contact_of(client, make_user("Sales User")).insert()  # staff see no portal


def test_a_contact_that_is_merged_into_that_of_a_login(client, login, complaint, agent, as_user):
	own = contact_of(client, login).insert().name
	with as_user(agent), REFUSED:
		frappe.rename_doc("Contact", client.contact, own, merge=True)


def test_a_portal_user_of_a_customer_with_issues(client, issue, login, clerk, agent, as_user):
	for user, may in ((clerk, False), (agent, True)):
		customer = frappe.get_doc("Customer", client.party)
		customer.append("portal_users", {"user": login})
		with as_user(user):
			if may:
				customer.save()
			else:
				with REFUSED:
					customer.save()


@pytest.mark.parametrize("is_new", [True, False])
def test_a_row_of_portal_users_that_is_saved_alone(is_new, client, issue, login, clerk, make_user, as_user):
	"""As by REST."""
	place = {"parenttype": "Customer", "parent": client.party, "parentfield": "portal_users"}
	row = frappe.get_doc({"doctype": "Portal User", **place, "user": make_user("Customer")})
	if not is_new:
		row.db_insert()
		row = frappe.get_doc("Portal User", row.name)
	row.user = login
	with as_user(clerk), REFUSED:
		row.save()


@pytest.mark.parametrize("stays", ["theirs", "of the login"])
@pytest.mark.parametrize("is_listed", [False, True])
def test_a_client_that_is_merged_with_that_of_a_login(
	stays, is_listed, client, issue, login, log, agent, clerk, make_client, as_user
):
	"""Which Frappe does without saving the contact; a login that is listed sees Issues alone."""
	log("Initial Inquiry", direction="Inbound", **client)
	own = make_client("Bo Client", "bo@other.example", person=None if is_listed else {"user": login})
	if is_listed:
		customer = frappe.get_doc("Customer", own.party)
		customer.append("portal_users", {"user": login})
		customer.save()
	pair = [client.party, own.party] if stays == "of the login" else [own.party, client.party]
	with as_user(clerk), REFUSED:
		frappe.rename_doc("Customer", *pair, merge=True)
	with as_user(agent):
		frappe.rename_doc("Customer", *pair, merge=True)


def test_clients_of_whom_nothing_is_hidden_are_merged(client, login, clerk, make_client, as_user):
	own = make_client("Bo Client", "bo@other.example", person={"user": login})
	with as_user(clerk):
		frappe.rename_doc("Customer", client.party, own.party, merge=True)
