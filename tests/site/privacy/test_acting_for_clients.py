"""Which users can ask a client for consent, confirm their identity and see what they agreed to, and what a
refusal says (P-1, P-3)."""

import frappe
import pytest

from client_comms import api

pytestmark = pytest.mark.clause("P-1", "P-3")

THIRD_PARTY, ANNA = "Adviser", "anna@acting.example"


@pytest.fixture
def client(site, mailbox, make_client):
	site.get_doc(
		{"doctype": "Third Party", "third_party_name": THIRD_PARTY, "email_domains": "adviser.example"}
	).insert()
	anna = make_client("Anna Client", ANNA)
	return {"party_type": anna.party_type, "party": anna.party}


ACTIONS = {
	"verify": lambda client: api.verify_identity(**client, method="Document Seen", result="Confirmed"),
	"code": lambda client: api.send_identity_code(**client),
	"ask": lambda client: api.request_consent(**client, third_party=THIRD_PARTY),
	"invite": lambda client: api.invite_client(**client),
	"share": lambda client: api.may_share(**client, recipients="eve@adviser.example"),
}


def refusal(action, client):
	with pytest.raises(frappe.PermissionError) as refused:
		ACTIONS[action](client)
	return str(refused.value)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ["Frontline Staff", "Account Manager", "Customer Support"])
def test_readers_of_an_interaction_can_act_for_its_client(client, log, make_user, as_user, action, role):
	user = make_user(role)
	log("Initial Inquiry", **client)
	with as_user(user):
		assert not frappe.has_permission("Customer", "read")
		ACTIONS[action](client)


@pytest.mark.parametrize("action", ["verify", "code"])
def test_an_officer_confirms_who_asks_about_their_data(client, make_user, as_user, action):
	"""Also without a role for clients, and before any conversation: nothing is done about a request before."""
	officer = make_user("Compliance Officer")
	with as_user(officer):
		assert "any of its interactions" in refusal(action, client)
	request = frappe.get_doc({"doctype": "Data Subject Request", **client, "right": "Access"}).insert()
	with as_user(officer):
		ACTIONS[action](client)
	request.db_set("status", "Answered")
	with as_user(officer):
		refusal(action, client)
	request.db_set("status", "Open")
	with as_user(make_user("Frontline Staff")):
		refusal(action, client)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_interaction_that_is_hidden_lets_no_one_act(client, log, make_user, as_user, action):
	complaint = log("Feedback/Complaint", **client)
	user = make_user("Customer Support")
	nobody = {**client, "party": "No Such Client"}
	with as_user(user):
		said = refusal(action, client)
		assert "any of its interactions" in said and "Log the conversation" in said
		# The message does not say whether the client exists.
		assert refusal(action, nobody).replace("No Such Client", client["party"]) == said
	complaint.db_set("responsible_staff", user)
	with as_user(user):
		ACTIONS[action](client)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_refusal_names_the_roles_that_are_missing(client, make_user, as_user, action):
	with as_user(make_user("Sales User")):
		said = refusal(action, client)
	assert "your roles" in said and "Customer Support Manager" in said


def test_what_keeps_the_client_from_a_user_keeps_these_too(client, log, make_user, as_user):
	log("Initial Inquiry", **client)
	other = frappe.get_doc({"doctype": "Customer", "customer_name": "Bert Client"}).insert().name
	user = make_user("Customer Support")
	frappe.get_doc(
		{"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": other}
	).insert()
	with as_user(user):
		assert "You cannot do this for" in refusal("ask", client)


def test_the_code_of_a_client_whom_one_may_not_act_for_is_not_tried(client, log, make_user, as_user):
	name = api.send_identity_code(**client)["name"]
	with (
		as_user(make_user("Customer Support")),
		pytest.raises(frappe.PermissionError, match="You cannot do this for"),
	):
		api.check_identity_code(name, "000000")
	assert frappe.db.get_value("Identity Verification", name, "attempts") == 0


def test_only_for_clients(client):
	with pytest.raises(frappe.ValidationError, match="not a client type"):
		api.verify_identity("User", "Guest", "Document Seen", "Confirmed")


def test_a_request_about_data_leads_officers_to_the_conversation(client, log, make_user, as_user):
	"""And a conversation that the user cannot read, or of another client, is not named in it."""
	from client_comms.api import subject_requests

	user, officer = make_user("Customer Support"), make_user("Compliance Officer")
	asked = log("Initial Inquiry", **client)
	hidden = log("Feedback/Complaint", **client)
	of_another = log("Initial Inquiry")
	with as_user(user):
		about = {**client, "right": "Access"}
		entered = subject_requests.enter_request(**about, client_interaction=asked.name)
		for other in (hidden, of_another):
			with pytest.raises(frappe.PermissionError):
				subject_requests.enter_request(**about, client_interaction=other.name)
	with as_user(officer):
		request = frappe.get_doc("Data Subject Request", entered["name"])
		assert request.client_interaction == asked.name
		request.client_interaction = hidden.name
		request.save()
		assert frappe.db.get_value("Data Subject Request", request.name, "client_interaction") == asked.name
