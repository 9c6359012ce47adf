"""Clients of whom no preference is on record are listed, and asked for it (C-1)."""

import frappe
import pytest

from client_comms import api
from client_comms.client_interactions.report.preferences_to_ask_for import preferences_to_ask_for
from client_comms.client_interactions.report.preferences_to_ask_for.preferences_to_ask_for import execute
from client_comms.client_privacy import links
from client_comms.clients.preferences import PREFERENCE

pytestmark = pytest.mark.clause("C-1")

PERIOD = {"from_date": "2000-01-01", "to_date": "2099-12-31"}


@pytest.fixture
def clients(make_client, log):
	"""Three clients who were in contact, one after the other."""
	found = {}
	for name, day in (("Anna", "2026-01-05"), ("Ben", "2026-01-06"), ("Cleo", "2026-01-07")):
		client = found[name] = make_client(f"{name} Asked", f"{name.lower()}@asked.example")
		log("Initial Inquiry", party_type="Customer", party=client.party, occurred_on=f"{day} 10:00:00")
	return found


def listed(**filters):
	return [row["party"] for row in execute({**PERIOD, **filters})[1] if str(row["party"]).endswith(" Asked")]


def prefer(**of):
	frappe.get_doc({"doctype": PREFERENCE, "channels": [{"channel": "Phone"}], **of}).insert()


def test_who_was_in_contact_last_comes_first(clients):
	assert listed() == ["Cleo Asked", "Ben Asked", "Anna Asked"]
	assert listed(to_date="2026-01-06", from_date="2026-01-06") == ["Ben Asked"]
	assert listed(party_type="Lead") == []


def test_a_preference_of_the_client_or_of_a_contact_is_one(clients):
	anna, ben, cleo = clients.values()
	prefer(party_type="Customer", party=anna.party)
	prefer(contact=ben.contact)
	assert listed() == [cleo.party]
	prefer(party_type="Customer", party=cleo.party, contact=cleo.contact)
	assert listed() == []


def test_what_they_said_as_a_lead_counts(clients):
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna Asked", "status": "Lead"}).insert()
	frappe.db.set_value("Customer", clients["Anna"].party, "lead_name", lead.name)
	prefer(party_type="Lead", party=lead.name)
	assert listed() == ["Cleo Asked", "Ben Asked"]


def test_it_says_how_many_there_are(clients, monkeypatch):
	assert "have no preference on record" in execute(PERIOD)[2]
	monkeypatch.setattr(preferences_to_ask_for, "SHOWN", 2)
	_columns, rows, message = execute({"from_date": "2026-01-05", "to_date": "2026-01-07"})
	assert len(rows) == 2 and message.endswith(
		"The 2 whom you were in contact with last are shown. Ask these, and others follow."
	)
	assert execute({"from_date": "1990-01-01", "to_date": "1990-12-31"})[1:] == (
		[],
		"There was no interaction with a known client in this period. Choose a longer one.",
	)


def test_it_names_only_clients_of_interactions_that_the_user_can_read(
	clients, log, make_client, make_user, as_user
):
	hidden = make_client("Dora Asked", "dora@asked.example")
	log("Feedback/Complaint", party_type="Customer", party=hidden.party)
	assert hidden.party in listed()
	with as_user(make_user("Frontline Staff")):
		assert listed() == ["Cleo Asked", "Ben Asked", "Anna Asked"]
	with as_user(make_user("Support Team")):
		assert listed() == []


def test_several_are_asked_at_once(clients, mailbox, make_user, as_user):
	frappe.get_doc("Contact", clients["Ben"].contact).delete()
	with as_user(make_user("Account Manager")):
		done = api.invite_clients(
			[
				{"party_type": "Customer", "party": clients[name].party}
				for name in ("Anna", "Ben", "Anna", "Cleo")
			]
		)
	assert [(row["party"], "link" in row) for row in done] == [
		("Anna Asked", True),
		("Ben Asked", False),
		("Cleo Asked", True),
	]
	assert "no confirmed email address on file" in done[1]["error"]
	kinds = frappe.get_all(links.LINK, {"name": ("in", [done[0]["link"], done[2]["link"]])}, pluck="kind")
	assert kinds == [links.PREFERENCES] * 2
	asked = {row["party"]: row["asked_on"] for row in execute(PERIOD)[1]}
	assert asked["Ben Asked"] is None and asked["Anna Asked"] == asked["Cleo Asked"] is not None


def test_asking_needs_the_permission_to_record_consents(clients, make_user, as_user):
	with as_user(make_user("Client Communications Manager")):
		assert not frappe.has_permission("Client Consent", "create")
		with pytest.raises(frappe.PermissionError):
			api.invite_clients([{"party_type": "Customer", "party": "Anna Asked"}])


@pytest.mark.parametrize(
	"wrong", ["", "x", "{}", "[1]", '[{"party": "x"}]', '[{"party_type": "Customer", "party": 1}]']
)
def test_a_wrong_list_of_clients_is_refused(wrong):
	with pytest.raises(frappe.ValidationError):
		api.invite_clients(wrong)


def test_too_many_at_a_time_are_refused():
	with pytest.raises(frappe.ValidationError, match="at most 100"):
		api.invite_clients([{"party_type": "Customer", "party": str(number)} for number in range(101)])
