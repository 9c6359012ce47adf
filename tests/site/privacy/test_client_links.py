"""Links to clients lead to this site alone, and no one else can lock a client out of theirs (P-2, P-3)."""

from datetime import timedelta

import frappe
import pytest
from frappe.model.base_document import get_controller
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms import api, clock
from client_comms.api.self_service import submit
from client_comms.client_privacy import links
from client_comms.exceptions import ActionNotPossibleError, LinkNotValidError

pytestmark = pytest.mark.clause("P-2", "P-3")

ANNA, TOKEN = "anna@links.example", "the-token-of-annas-link"
PURPOSE = "Marketing"


@pytest.fixture
def anna(make_client, mailbox, monkeypatch):
	monkeypatch.setattr(links.secrets, "token_urlsafe", lambda _bytes: TOKEN)
	client = make_client("Anna Client", ANNA)
	frappe.db.commit()
	return client


def party_of(client):
	return {"party_type": client.party_type, "party": client.party}


@pytest.fixture
def asked(anna, monkeypatch):
	"""Anna's consent, about which she got a link."""
	name = api.request_consent(**party_of(anna), purpose=PURPOSE)
	monkeypatch.setattr(links.secrets, "token_urlsafe", lambda _bytes: f"{TOKEN}-later")
	frappe.db.commit()
	return name


def guess(token):
	with pytest.raises(LinkNotValidError):
		links.find(token)


def counted():
	rows = frappe.get_all(links.ATTEMPT, ["ip_address", "outcome", "attempts"])
	return {(row.ip_address, row.outcome): row.attempts for row in rows}


def test_a_newer_request_replaces_the_link_of_the_earlier_one(anna, asked):
	assert api.request_consent(**party_of(anna), purpose=PURPOSE) == asked
	frappe.db.commit()
	guess(TOKEN)
	assert links.find(f"{TOKEN}-later").consent == asked


LEAVING = {
	"address": lambda contact: contact.update({"email_ids": []}),
	"contact": lambda contact: contact.update({"links": []}),
}


@pytest.mark.parametrize("way", LEAVING)
def test_a_link_to_an_address_that_is_no_longer_the_clients_is_not_valid(way, anna, asked):
	"""The mailbox may be that of someone who has left the client, or who should never have got the link."""
	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Ben",
			"email_ids": [{"email_id": "ben@links.example", "is_primary": 1}],
			"links": [{"link_doctype": anna.party_type, "link_name": anna.party}],
		}
	).insert()
	assert links.find(TOKEN).consent == asked
	contact = frappe.get_doc("Contact", anna.contact)
	LEAVING[way](contact)
	contact.save()
	frappe.db.commit()
	guess(TOKEN)
	with pytest.raises(LinkNotValidError):
		submit({asked: "Given"}, TOKEN)


# --- locking out ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["203.0.113.9", None], ids=["made up", "unknown"])
def test_wrong_tokens_do_not_lock_out_who_has_a_valid_one(asked, address):
	frappe.local.request_ip = address
	for number in range(links.TRIES_PER_HOUR + 5):
		guess(f"guess{number}")
	assert links.find(TOKEN).consent == asked
	assert submit({asked: "Given"}, TOKEN)["done"]
	name = address or "unknown"
	assert counted() == {(name, "Unknown"): links.TRIES_PER_HOUR, (name, "Too Many"): 5}


def test_made_up_addresses_do_not_fill_the_database(asked, monkeypatch):
	monkeypatch.setattr(links, "ADDRESSES_PER_HOUR", 3)
	for number in range(10):
		frappe.local.request_ip = f"{number}." + "9" * 300
		guess("guess")
	found = counted()
	assert len(found) == 4 and found[links.OTHERS, "Unknown"] == 7
	assert links.find(TOKEN).consent == asked


def test_counted_attempts_are_forgotten_after_a_while(asked):
	guess("guess")
	frappe.db.set_value(links.ATTEMPT, {"outcome": "Unknown"}, "hour", clock.now() - timedelta(days=100))
	guess("another")
	days = frappe.get_hooks("default_log_clearing_doctypes")[links.ATTEMPT][-1]
	get_controller(links.ATTEMPT).clear_old_logs(days=days)
	assert frappe.db.count(links.ATTEMPT) == 1


# --- the address of the site ---------------------------------------------------------------------


@pytest.fixture
def from_elsewhere():
	"""A request whose sender names a host of their own."""
	frappe.local.request = Request(EnvironBuilder(headers={"Host": "evil.example"}).get_environ())


def queued():
	return frappe.get_all("Email Queue", {"reference_doctype": ("like", "Client %")}, pluck="message")


@pytest.mark.parametrize("way", ["invitation", "request"])
def test_a_link_leads_to_the_configured_address(way, anna, from_elsewhere):
	if way == "invitation":
		api.invite_client(**party_of(anna))
	else:
		api.request_consent(**party_of(anna), purpose=PURPOSE)
	(message,) = queued()
	assert "own.example" in message and "evil.example" not in message


@pytest.mark.parametrize("way", ["invitation", "request"])
def test_without_one_no_link_is_sent_and_the_message_says_what_to_set(way, anna, from_elsewhere, monkeypatch):
	monkeypatch.delitem(frappe.local.conf, "host_name")
	with pytest.raises(ActionNotPossibleError, match="set-config host_name"):
		if way == "invitation":
			api.invite_client(**party_of(anna))
		else:
			api.request_consent(**party_of(anna), purpose=PURPOSE)
	frappe.db.rollback()
	assert not queued() and not frappe.db.count(links.LINK, {"party": anna.party})


def test_an_answer_counts_without_one(asked, from_elsewhere, monkeypatch):
	monkeypatch.delitem(frappe.local.conf, "host_name")
	assert submit({asked: "Given"}, TOKEN)["done"]
	assert frappe.db.get_value("Client Consent", asked, "status") == "Given"
	bodies = [message.replace("\r", "").partition("\n\n")[2] for message in queued()]
	assert len(bodies) == 2 and sum("client-link" in body for body in bodies) == 1
	assert all("evil.example" not in body for body in bodies)
