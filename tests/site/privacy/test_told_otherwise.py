"""A client who gets no emails is told in another way, which is recorded; the request can be answered all the same (P-2)."""

import frappe
import pytest

from client_comms import ledger, procedure
from client_comms.api import data_packages, data_rights, subject_requests
from client_comms.api import restrictions as rights
from client_comms.client_privacy import identity
from client_comms.client_privacy.packages import archive, collecting, runs
from client_comms.exceptions import ActionNotPossibleError

pytestmark = pytest.mark.clause("P-2")
ADDRESS, SECOND = "anna.letters@client.example", "anna.second@client.example"
LETTER = "Registered letter of 3 May"
REFUSED = "no confirmed email address that gets emails.*Told in Another Way"


@pytest.fixture
def client(make_client, mailbox):
	"""A client with an address, which does not get emails any more."""
	client = make_client("Anna Letters", ADDRESS, customer_type="Individual")
	unsubscribe(ADDRESS)
	return client


def unsubscribe(address):
	left = {"doctype": "Email Unsubscribe", "email": address, "global_unsubscribe": 1}
	frappe.get_doc(left).insert(ignore_permissions=True)


@pytest.fixture
def request_for(client):
	def make(right="Access"):
		identity.confirm("Customer", client.party, client.contact, "Document Seen")
		about = {"party_type": "Customer", "party": client.party, "contact": client.contact}
		return frappe.get_doc({"doctype": runs.REQUEST, "right": right, **about}).insert()

	return make


def emails_about(*names):
	return frappe.get_all("Email Queue", {"reference_name": ("in", names)}, pluck="name")


def on_the_ledger(name) -> str:
	return frappe.get_all(
		ledger.ENTRY, {"reference_name": name}, pluck="state", order_by="creation desc", limit=1
	)[0]


@pytest.mark.parametrize("refused", [0, 1])
def test_a_request_is_answered_by_letter(client, request_for, officer, as_user, refused):
	request = request_for()
	frappe.db.commit()
	with as_user(officer):
		with pytest.raises(ActionNotPossibleError, match=REFUSED):
			subject_requests.answer_request(request.name, "Here it is.", refused)
		frappe.db.rollback()
		assert frappe.db.get_value(runs.REQUEST, request.name, "status") == "Open"
		status = subject_requests.answer_request(request.name, "Here it is.", refused, f" {LETTER} ")
	request.reload()
	assert (status, request.status) == (("Refused",) * 2 if refused else ("Answered",) * 2)
	assert (request.answered_otherwise, request.answer) == (LETTER, "Here it is.")
	assert LETTER in on_the_ledger(request.name) and not emails_about(request.name)


def test_without_any_address_or_with_a_contact_of_no_one(client, request_for, officer, as_user):
	request = request_for()
	frappe.get_doc("Email Unsubscribe", {"email": ADDRESS}).delete()
	frappe.db.delete("Dynamic Link", {"parenttype": "Contact", "parent": client.contact})
	frappe.db.commit()
	with as_user(officer):
		with pytest.raises(ActionNotPossibleError, match=REFUSED):
			subject_requests.answer_request(request.name, "Here it is.")
		frappe.db.rollback()
		assert subject_requests.answer_request(request.name, "Here it is.", otherwise=LETTER) == "Answered"


def test_a_deadline_is_extended_by_letter(client, request_for, officer, as_user):
	request = request_for()
	frappe.db.commit()
	with as_user(officer):
		with pytest.raises(ActionNotPossibleError, match=REFUSED):
			subject_requests.extend_request(request.name, 1, "Many records")
		frappe.db.rollback()
		subject_requests.extend_request(request.name, 1, "Many records", LETTER)
	request.reload()
	assert (request.extended_months, request.extended_otherwise) == (1, LETTER)
	assert LETTER in on_the_ledger(request.name) and not emails_about(request.name)


def test_data_is_restricted_and_announced_by_letter(client, request_for, officer, as_user):
	request = request_for("Restriction")
	given = ("Accuracy Contested", "The address is wrong", "We have restricted it.")
	frappe.db.commit()
	with as_user(officer):
		with pytest.raises(ActionNotPossibleError, match=REFUSED):
			rights.restrict(request.name, *given)
		frappe.db.rollback()
		name = rights.restrict(request.name, *given, LETTER)
		with pytest.raises(ActionNotPossibleError, match=REFUSED):
			rights.announce(name, "We will lift it.")
		rights.announce(name, "We will lift it.", LETTER)
	assert frappe.db.get_value(runs.REQUEST, request.name, "answered_otherwise") == LETTER
	assert frappe.db.get_value("Processing Restriction", name, "announced_otherwise") == LETTER
	assert not emails_about(request.name, name)


def test_a_copy_is_handed_over(client, request_for, officer, make_user, as_user):
	other = make_user(procedure.COMPLIANCE_OFFICER)
	with as_user(other):
		name = data_packages.make_copy(request_for().name)
	collecting.work(name)
	frappe.db.commit()
	try:
		with as_user(officer):
			with pytest.raises(ActionNotPossibleError, match="Handed Over in Another Way"):
				data_packages.release_copy(name)
			frappe.db.rollback()
			data_packages.release_copy(name, LETTER)
		package = frappe.get_doc(runs.PACKAGE, name)
		assert (package.status, package.released_otherwise) == (runs.RELEASED, LETTER)
		assert archive.exists(package) and package.expires_on
		request = frappe.get_doc(runs.REQUEST, package.request)
		assert (request.status, request.answered_otherwise) == ("Answered", LETTER)
		assert LETTER in request.answer
		entry = frappe.get_last_doc(ledger.ENTRY, {"reference_name": name})
		assert (entry.action, entry.reason, entry.rule) == (ledger.HANDED_OVER, LETTER, request.name)
		assert not frappe.db.exists("Client Access Link", {"data_package": name})
		assert not emails_about(request.name)
	finally:
		archive.remove_leftover(frappe.get_doc(runs.PACKAGE, name))  # a rollback does not reach the disk


def test_one_who_gets_emails_can_be_told_otherwise_as_well(client, request_for, officer, as_user):
	frappe.get_doc("Email Unsubscribe", {"email": ADDRESS}).delete()
	request = request_for()
	with as_user(officer):
		subject_requests.answer_request(request.name, "Here it is.", otherwise=LETTER)
	assert not emails_about(request.name)


def test_the_form_knows_whether_an_email_can_tell_the_client(client, request_for):
	request = request_for()
	request.run_method("onload")
	assert request.get_onload("gets_email") is False
	frappe.get_doc("Email Unsubscribe", {"email": ADDRESS}).delete()
	request.run_method("onload")
	assert request.get_onload("gets_email") is True


def test_how_a_client_was_told_cannot_be_a_script(client, request_for, officer, as_user):
	request = request_for()
	with as_user(officer):
		subject_requests.answer_request(request.name, "x", otherwise="<img src=x onerror=alert(1)> & letter")
	assert "onerror" not in frappe.db.get_value(runs.REQUEST, request.name, "answered_otherwise")


def test_only_an_action_says_how_the_client_was_told(client, request_for, officer, as_user):
	request = request_for()
	with as_user(officer):
		doc = frappe.get_doc(runs.REQUEST, request.name)
		doc.update({"answered_otherwise": LETTER, "extended_otherwise": LETTER}).save()
	request.reload()
	assert not (request.answered_otherwise or request.extended_otherwise)


def test_a_client_asks_in_the_portal_without_an_address(client, make_user, as_user):
	login = make_user("Customer", user_type="Website User", email=ADDRESS)
	contact = frappe.get_doc("Contact", client.contact)
	contact.user = login
	contact.save()
	with as_user(login):
		receipt = data_rights.ask("Access")
	assert not receipt["emailed"] and not emails_about(receipt["name"])
	frappe.get_doc("Email Unsubscribe", {"email": ADDRESS}).delete()
	with as_user(login):
		receipt = data_rights.ask("Erasure")
	assert receipt["emailed"] and emails_about(receipt["name"])


def test_the_next_address_is_used(client, request_for, officer, as_user):
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("email_ids", {"email_id": SECOND})
	contact.save()
	request = request_for()
	with as_user(officer):
		subject_requests.answer_request(request.name, "Here it is.")
	told = {"parent": ("in", emails_about(request.name))}
	assert frappe.get_all("Email Queue Recipient", told, pluck="recipient") == [SECOND]
