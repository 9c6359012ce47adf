"""One-time codes: failed attempts count permanently, and no one gets more codes than a client needs (P-1)."""

import re
from datetime import timedelta
from unittest import mock

import frappe
import pytest

from client_comms import api, clock
from client_comms.client_privacy import identity, one_time_codes
from client_comms.exceptions import ActionNotPossibleError

pytestmark = pytest.mark.clause("P-1")

WRONG = "not it"


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", "anna@codes.example")


@pytest.fixture
def send(client, mailbox):
	"""Send a code; returns the pending check, and the code as the client reads it."""

	def send(**fields):
		name = api.send_identity_code(**{**client, **fields})["name"]
		return name, re.search(r"\b(\d{6})\b", mailbox(name)["text/plain"])[1]

	return send


def results(client):
	rows = frappe.get_all(
		identity.VERIFICATION, {"party": client.party}, pluck="result", order_by="creation asc, name asc"
	)
	return [str(each) for each in rows]


def test_the_right_code_confirms(client, send):
	name, code = send()
	assert api.check_identity_code(name, WRONG) == {"confirmed": False, "tries_left": 2}
	assert api.check_identity_code(name, f" {code} ")["confirmed"]
	with pytest.raises(ActionNotPossibleError, match="no longer valid"):
		api.check_identity_code(name, code)
	assert identity.state(client.party_type, client.party, client.contact, None).verified_until


@pytest.mark.parametrize("entered", [WRONG, "the code"])
def test_a_try_counts_even_if_it_is_taken_back(send, entered):
	"""As Frappe does with every GET request, and with one that fails later."""
	name, code = send()
	frappe.db.commit()
	for tried in range(one_time_codes.TRIES):
		assert frappe.db.get_value(identity.VERIFICATION, name, "attempts") == tried
		api.check_identity_code(name, code if entered != WRONG else WRONG)
		frappe.db.rollback()
	with pytest.raises(ActionNotPossibleError, match="no longer valid"):
		api.check_identity_code(name, code)


def test_a_client_who_was_often_checked_costs_no_more(client):
	def queries() -> int:
		with mock.patch.object(frappe.local.db, "sql", wraps=frappe.db.sql) as sql:
			assert identity.state(client.party_type, client.party, client.contact, None).verified_until
		return sql.call_count

	identity.confirm(client.party_type, client.party, client.contact, "Document Seen")
	queries()  # settings get into Frappe's caches
	once = queries()
	for _each in range(3):
		identity.confirm(client.party_type, client.party, client.contact, "Document Seen")
	assert queries() == once


def test_codes_that_are_given_up_lock_as_well(client, send, set_settings, make_user):
	set_settings(identity_attempts=3)
	officer = make_user("Compliance Officer")
	for _attempt in range(3):
		name, code = send()
		api.check_identity_code(name, WRONG)
	assert results(client) == ["Failed", "Failed", "Pending"]
	frappe.db.commit()
	with pytest.raises(ActionNotPossibleError, match="to investigate and unlock"):
		send()
	frappe.db.rollback()
	# The refusal did not roll back anything.
	assert results(client) == ["Failed"] * 3
	assert (
		frappe.db.count("Notification Log", {"for_user": officer, "document_type": "Identity Verification"})
		== 1
	)
	with pytest.raises(ActionNotPossibleError, match="to investigate and unlock"):
		api.check_identity_code(name, code)


def test_a_newer_code_replaces_the_older(client, send):
	first, code = send()
	send()
	with pytest.raises(ActionNotPossibleError, match="no longer valid"):
		api.check_identity_code(first, code)
	# It was never tried, so nothing has failed.
	assert results(client) == ["Pending", "Pending"]
	assert identity.failures(identity._attempts(client.party_type, client.party, client.contact)) == 0


def test_a_code_that_waits_opens_nothing_while_checks_are_locked(client, send, set_settings):
	set_settings(identity_attempts=1)
	name, code = send()
	api.verify_identity(**client, method="Knowledge Question", result="Failed")
	with pytest.raises(ActionNotPossibleError, match="to investigate and unlock"):
		api.check_identity_code(name, code)


def test_so_many_codes_an_hour(client, send, clock_at, make_client):
	start = clock.now().replace(hour=10, minute=0)
	for minutes in range(one_time_codes.PER_HOUR):
		with clock_at(start + timedelta(minutes=minutes)):
			send()
	with clock_at(start + timedelta(minutes=30)):
		with pytest.raises(ActionNotPossibleError, match=r"within an hour.*11:00.*another way"):
			send()
		other = make_client("Bert Client", "bert@codes.example")
		send(**other)
	with clock_at(start + timedelta(minutes=61)):
		send()
