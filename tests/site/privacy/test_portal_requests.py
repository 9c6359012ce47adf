"""What clients ask for with Frappe's own forms for their login becomes a Data Subject Request, and nothing else (P-2)."""

import json

import frappe
import pytest
from frappe.website.doctype.personal_data_deletion_request.personal_data_deletion_request import (
	process_data_deletion_request,
)
from frappe.website.doctype.web_form.web_form import accept

from client_comms.client_privacy import identity, links
from client_comms.client_privacy.requests import asking
from client_comms.exceptions import ActionNotPossibleError

pytestmark = pytest.mark.clause("P-2")
ADDRESS = "quokka.zabaglione@client.example"
DOWNLOAD, DELETION = "Personal Data Download Request", "Personal Data Deletion Request"
FORMS = {DOWNLOAD: ("request-data", "user"), DELETION: ("request-to-delete-data", "email")}
RIGHTS = ((DOWNLOAD, "Access"), (DELETION, "Erasure"))


@pytest.fixture
def login(make_user):
	return make_user("Customer", user_type="Website User", email=ADDRESS)


@pytest.fixture
def client(make_client, mailbox, login):
	client = make_client("Quokka Zabaglione", ADDRESS, customer_type="Individual")
	contact = frappe.get_doc("Contact", client.contact)
	contact.user = login
	contact.save()
	return client


def submit(doctype, login):
	form, field = FORMS[doctype]
	return frappe.get_doc(doctype, accept(web_form=form, data=json.dumps({field: login})).name)


def requests_of(client):
	fields = ["name", "right", "contact", "contact_only", "received_through"]
	return frappe.get_all(asking.REQUEST, {"party": client.party}, fields, order_by="creation asc")


def mails_of_frappe():
	"""How many emails with Frappe's file, or with its link to delete, wait: the only ones that belong to no document."""
	return frappe.db.count("Email Queue", {"reference_doctype": ("is", "not set")})


@pytest.mark.parametrize(("doctype", "right"), RIGHTS)
def test_it_becomes_a_request_and_frappe_does_nothing_beside_it(
	client, login, as_user, mailbox, doctype, right
):
	before = mails_of_frappe()
	with as_user(login):
		doc = submit(doctype, login)
	(request,) = requests_of(client)
	assert (request.right, request.contact, request.contact_only, request.received_through) == (
		right,
		client.contact,
		0,
		"Portal",
	)
	assert frappe.get_doc(asking.REQUEST, request.name).confirm_identity()
	assert request.name in mailbox(request.name)["subject"]
	assert not frappe.db.exists("File", {"attached_to_doctype": doctype, "attached_to_name": doc.name})
	assert mails_of_frappe() == before
	frappe.db.commit()
	with as_user(login), pytest.raises(ActionNotPossibleError, match=request.name):
		submit(doctype, login)


def test_one_person_of_an_organisation_asks_for_themselves(client, login, as_user):
	frappe.db.set_value("Customer", client.party, "customer_type", "Company")
	with as_user(login):
		submit(DOWNLOAD, login)
	assert requests_of(client)[0].contact_only == 1


def test_a_login_of_several_clients_asks_each(client, login, make_client, as_user):
	other = make_client("Walrus Panettone", "walrus@other.example", customer_type="Individual")
	contact = frappe.get_doc("Contact", other.contact)
	contact.user = login
	contact.save()
	with as_user(login):
		submit(DOWNLOAD, login)
	assert [len(requests_of(each)) for each in (client, other)] == [1, 1]


def test_a_visitor_gets_a_link_and_no_request_is_made(client, login, as_user, monkeypatch):
	sent, before = [], mails_of_frappe()
	monkeypatch.setattr(asking, "queue_link", sent.append)
	with as_user("Guest"):
		for doctype in FORMS:
			submit(doctype, login)
	assert sent == [login, login]
	assert not requests_of(client) and mails_of_frappe() == before
	asking.send_link(sent[0])
	assert frappe.db.exists(links.LINK, {"sent_to": ADDRESS})


def test_staff_enter_it_without_confirming_who_asked(client, login, make_user, as_user):
	manager = make_user("System Manager")
	with as_user(manager):
		frappe.get_doc({"doctype": DOWNLOAD, "user": login}).insert()
	(request,) = requests_of(client)
	assert request.received_through == "Staff"
	assert not identity.state("Customer", client.party, client.contact, None).verified_until


def test_a_login_that_staff_listed_is_asked_to_write(login, make_client, as_user, mailbox):
	client = make_client("Quokka Zabaglione", "other@client.example")
	customer = frappe.get_doc("Customer", client.party)
	customer.append("portal_users", {"user": login})
	customer.save()
	with as_user(login):
		for doctype in FORMS:
			with pytest.raises(ActionNotPossibleError, match="Please write to us"):
				submit(doctype, login)
	assert not requests_of(client)


def test_frappe_deletes_no_client_and_its_job_goes_on(client, login, make_user):
	frappe.db.set_single_value("Website Settings", "auto_account_deletion", 1)
	other = make_user("Customer", user_type="Website User", email="no.client@other.example")
	docs = {}
	for user in (login, other):
		docs[user] = frappe.get_doc({"doctype": DELETION, "email": user, "status": "Pending Approval"})
		docs[user].set_new_name()
		docs[user].db_insert()
		frappe.db.set_value(DELETION, docs[user].name, "creation", "2020-01-01")
	process_data_deletion_request()
	assert frappe.db.get_value(DELETION, docs[login].name, "status") == "On Hold"
	assert frappe.db.get_value("User", login, "enabled")
	assert not frappe.db.exists("User", other)


def test_a_login_without_a_client_gets_what_frappe_has(login, as_user, mailbox):
	before = mails_of_frappe()
	with as_user(login):
		doc = submit(DOWNLOAD, login)
	assert mails_of_frappe() == before + 1
	assert frappe.db.exists("File", {"attached_to_doctype": DOWNLOAD, "attached_to_name": doc.name})
	assert not frappe.get_all(asking.REQUEST)
