"""Interactions that staff log for others go to eligible staff (D-1, M-1)."""

import frappe
import pytest

from client_comms import api
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import speaking_to
from client_comms.rules import html_text

COMPLAINT = "Feedback/Complaint"


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", first_name="Ada", last_name="Vogt")


@pytest.fixture(autouse=True)
def alone(make_client):
	"""No other user has these roles."""
	frappe.db.delete("Has Role", {"role": ("in", ("Customer Support", "Customer Support Manager"))})
	make_client("Anna Client", "anna@client.example")


def log(**fields):
	return api.log_interaction(
		party_type="Customer",
		party="Anna Client",
		channel="Phone",
		direction="Inbound",
		subject="Noise",
		summary="The pump is loud at night.",
		company=frappe.db.get_value("Company", {}),
		**{"communication_type": COMPLAINT, **fields},
	)


def test_a_complaint_by_phone_goes_to_eligible_staff(frontline, agent, as_user):
	with as_user(frontline):
		told = api.simulate_log(COMPLAINT, party_type="Customer", party="Anna Client")
		logged = log()
	told_of = ("communication_type", "level", "responsible_staff", "responsible_name", "may_read")
	assert tuple(told[field] for field in told_of) == (COMPLAINT, "Sensitive", agent, "Ada Vogt", False)
	assert (logged["responsible_staff"], logged["responsible_name"]) == (agent, "Ada Vogt")
	assert not logged["may_read"]
	assert frappe.db.exists("Notification Log", {"for_user": agent, "document_name": logged["name"]})
	with as_user(frontline):
		assert not frappe.has_permission("Client Interaction", "read", doc=logged["name"])


def test_what_is_ones_own_stays_so(frontline, as_user):
	with as_user(frontline):
		told = api.simulate_log("Initial Inquiry")
		logged = log(communication_type="Initial Inquiry")
	assert told["responsible_staff"] == logged["responsible_staff"] == frontline
	assert told["may_read"] and logged["may_read"]


def test_the_clients_account_manager_comes_first(frontline, make_user, as_user):
	manager, _other = make_user("Account Manager"), make_user("Account Manager")
	frappe.db.set_value("Customer", "Anna Client", "account_manager", _other)
	with as_user(frontline):
		found = api.simulate_log("Service Update", party_type="Customer", party="Anna Client")
	assert found["responsible_staff"] == _other != manager


def test_without_eligible_staff_the_manager_role_gets_it(frontline, make_user, as_user):
	manager = make_user("Customer Support Manager")
	with as_user(frontline):
		assert log()["responsible_staff"] == manager


def test_it_says_whether_it_stays_readable_with_whom_one_chooses(make_user, agent, as_user):
	manager = make_user("Customer Support Manager")
	with as_user(agent):
		assert api.simulate_log(COMPLAINT)["may_read"]
		assert not api.simulate_log(COMPLAINT, responsible_staff=manager)["may_read"]


def test_whom_one_names_is_still_asked_for_clearance(frontline, agent, as_user):
	with as_user(frontline), pytest.raises(ClearanceMissingError) as refusal:
		log(responsible_staff=frontline)
	assert "These users can: <strong>Ada Vogt" in str(refusal.value)
	assert "Give " not in str(refusal.value)  # which is for users who change roles


def test_who_changes_roles_reads_how_clearance_is_given(frontline, agent, make_user, as_user):
	configures = make_user("Frontline Staff", "Client Communications Manager")
	with as_user(configures), pytest.raises(ClearanceMissingError, match=r"Give .* one of these roles"):
		log(responsible_staff=frontline)


def test_a_simulation_needs_permission_to_log(make_user, as_user):
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError):
		api.simulate_log(COMPLAINT)


def test_why_a_type_is_suggested_is_said_in_words(frontline, make_user, as_user, set_settings):
	"""With the conditions of the source rule; users who can change the rules are led to them."""
	rules = [
		{"direction": "Outbound", "communication_type": "Service Update"},
		{
			"direction": "Inbound",
			"subject_contains": "roof, R&D",
			"communication_type": "Initial Inquiry",
		},
	]
	set_settings(source_rules=rules)
	with as_user(frontline):
		out = api.simulate_log(direction="Outbound", words="Done")["reason"]
		within = api.simulate_log(words="About R&D")["reason"]
		none = api.simulate_log(words="Hello")["reason"]
	assert html_text.to_text(out) == "Suggested by source rule 1 (Direction: Outbound)."
	assert "R&amp;D" in within and "<a " not in out + within
	assert html_text.to_text(within) == "Suggested by source rule 2 (Direction: Inbound; Mentioned: R&D)."
	assert none == "No source rule matches, so the default type applies."
	configures = make_user("Frontline Staff", "Client Communications Manager")
	with as_user(configures):
		assert "/client-comms-settings#source_rules" in api.simulate_log(words="The roof")["reason"]
	german = make_user("Frontline Staff", language="de")
	with as_user(german), speaking_to(german):
		said = html_text.to_text(api.simulate_log(direction="Outbound", words="Done")["reason"])
	assert said == "Vorgeschlagen nach Quellregel 1 (Richtung: Ausgehend)."


def test_a_type_that_the_matrix_does_not_know_is_said_so(frontline, as_user):
	frappe.get_doc({"doctype": "Communication Type", "type_name": "Gossip"}).insert()
	with as_user(frontline):
		found = api.simulate_log("Gossip")
	assert found["level"] is None and found["responsible_staff"] is None and not found["may_read"]
