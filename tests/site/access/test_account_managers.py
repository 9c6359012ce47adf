"""Users do not get records by making themselves the account manager of a client (P-2)."""

import frappe
import pytest

from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", "Sales User", "Sales Master Manager", "System Manager")


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", "anna@client.example").party


def _name(user, party, as_user, named=None, doctype="Customer", field="account_manager"):
	with as_user(user):
		frappe.client.set_value(doctype, party, field, named or user)


def test_who_would_get_a_record_is_refused(agent, client, log, as_user):
	log("Service Update", party_type="Customer", party=client)
	with pytest.raises(ClearanceMissingError, match="would get access"):
		_name(agent, client, as_user)


@pytest.mark.parametrize(
	("doctype", "field", "fields"),
	[
		("Lead", "lead_owner", {"lead_name": "Bo"}),
		("Prospect", "prospect_owner", {"company_name": "Bo Ltd"}),
	],
)
def test_of_any_kind_of_client(doctype, field, fields, agent, log, as_user):
	party = frappe.get_doc({"doctype": doctype, field: "Administrator", **fields}).insert().name
	log("Service Update", party_type=doctype, party=party)
	with pytest.raises(ClearanceMissingError):
		_name(agent, party, as_user, doctype=doctype, field=field)


def test_a_colleague_may_name_them(agent, client, log, make_user, as_user):
	doc = log("Service Update", party_type="Customer", party=client)
	_name(make_user("Sales User"), client, as_user, named=agent)
	with as_user(agent):
		assert frappe.has_permission(doc.doctype, "read", doc.name)
		frappe.client.set_value("Customer", client, "customer_details", "Nice")  # it stays as it is


@pytest.mark.parametrize("communication_type", ["Initial Inquiry", "Feedback/Complaint"])
def test_nothing_is_refused_if_it_opens_nothing(communication_type, agent, client, log, as_user):
	log(communication_type, party_type="Customer", party=client)
	_name(agent, client, as_user)


def test_who_reads_the_records_anyway_may(client, log, make_user, as_user):
	user = make_user("Account Manager", "Sales User")
	log("Service Update", party_type="Customer", party=client)
	_name(user, client, as_user)


def test_merging_a_client_into_ones_own(agent, client, log, make_client, as_user):
	own = make_client("Own Client", "own@client.example").party
	frappe.db.set_value("Customer", own, "account_manager", agent)
	log("Service Update", party_type="Customer", party=client)
	with as_user(agent), pytest.raises(ClearanceMissingError):
		frappe.rename_doc("Customer", client, own, merge=True)


def test_merging_clients_without_records(agent, client, make_client, as_user):
	own = make_client("Own Client", "own@client.example").party
	frappe.db.set_value("Customer", own, "account_manager", agent)
	with as_user(agent):
		frappe.rename_doc("Customer", client, own, merge=True)
	assert not frappe.db.exists("Customer", client)
