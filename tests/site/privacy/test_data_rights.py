"""Clients ask for their rights without staff: through a link to their address, or in the portal (P-2)."""

from unittest import mock

import frappe
import pytest
from frappe.utils import format_datetime

from client_comms import clock, procedure
from client_comms.api import data_rights as api
from client_comms.api import subject_requests
from client_comms.client_privacy import identity, invitations, links, page_visits
from client_comms.client_privacy.requests import asking, shared_names, subjects
from client_comms.exceptions import ActionNotPossibleError, LinkNotValidError
from client_comms.people import duties

pytestmark = pytest.mark.clause("P-2")
ADDRESS = "quokka.zabaglione@client.example"


@pytest.fixture
def client(make_client, mailbox):
	return make_client("Quokka Zabaglione", ADDRESS, customer_type="Individual")


@pytest.fixture
def token(client, monkeypatch):
	"""`token()` is that of a link that was sent to the client."""

	def make():
		made = []
		monkeypatch.setattr(
			"client_comms.client_privacy.mailed_secrets.mark",
			lambda token, address: made.append(token) or token,
		)
		invitations.invite(client.party_type, client.party, client.contact)
		frappe.db.commit()  # a refused link ends the transaction
		return made[0]

	return make


def request_of(client):
	return frappe.get_last_doc(asking.REQUEST, {"party": client.party})


def test_a_request_through_a_link(client, token, mailbox, as_user):
	with as_user("Guest"):
		answer = api.ask("Access", "since 2020", token=token())
	request = request_of(client)
	assert (request.right, request.received_through, request.details) == ("Access", "Link", "since 2020")
	assert set(asking.in_words()) == set(asking.RIGHTS) == set(request.meta.get_options("right").split("\n"))
	assert (answer["name"], request.contact, request.contact_only) == (request.name, client.contact, 0)
	assert identity.state("Customer", client.party, client.contact, None).verified_until
	assert request.confirm_identity()
	told = mailbox(request.name)
	assert request.name in told["subject"] and answer["due"] in told["text/plain"]


def test_a_link_asks_once_and_the_same_is_not_asked_twice(client, token, as_user):
	used = token()
	with as_user("Guest"):
		api.ask("Erasure", token=used)
	frappe.db.commit()
	with as_user("Guest"):
		with pytest.raises(LinkNotValidError):
			api.ask("Access", token=used)
		other = token()
		with pytest.raises(ActionNotPossibleError, match=request_of(client).name):
			api.ask("Erasure", token=other)
		api.ask("Access", token=other)


def test_a_request_in_the_portal(client, make_user, as_user):
	user = make_user("Customer", user_type="Website User", email=ADDRESS)
	contact = frappe.get_doc("Contact", client.contact)
	contact.user = user
	contact.save()
	with as_user(user):
		api.ask("Objection")
	assert request_of(client).received_through == "Portal"


def test_a_contact_asks_for_their_own_data_not_for_those_of_the_organisation(client, token, as_user):
	frappe.db.set_value("Customer", client.party, "customer_type", "Company")
	with as_user("Guest"):
		api.ask("Access", token=token())
	assert request_of(client).contact_only == 1


def test_a_request_is_about_a_client(client, make_user, as_user):
	asked = {"doctype": asking.REQUEST, "right": "Access"}
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		for part in ({}, {"party_type": "Customer"}):
			with pytest.raises(frappe.MandatoryError, match="Enter the client"):
				frappe.get_doc({**asked, **part}).insert()


@pytest.mark.parametrize("right", ["", "Everything", "Erasure Run"])
def test_there_are_no_other_rights(client, token, as_user, right):
	with as_user("Guest"), pytest.raises(ActionNotPossibleError):
		api.ask(right, token=token())


def test_without_link_and_login_no_one_asks(client, as_user):
	with as_user("Guest"), pytest.raises(LinkNotValidError):
		api.ask("Access")


def test_officers_owe_an_answer(client, token, as_user, make_user, make_client):
	with as_user("Guest"):
		api.ask("Access", token=token())
	request, officer = request_of(client), make_user(procedure.COMPLIANCE_OFFICER)

	def routes(user):
		return [duty["route"][-1] for duty in duties.of_user(user)]

	assert request.name in routes(officer)
	assert request.name not in routes(make_user(procedure.CUSTOMER_SUPPORT))
	other = make_client("Someone Else", "else@else.example")
	frappe.get_doc(
		{"doctype": "User Permission", "user": officer, "allow": "Customer", "for_value": other.party}
	).insert()
	assert request.name not in routes(officer)


@pytest.mark.parametrize(
	("zone", "due"),
	[("Pacific/Auckland", "2027-01-02"), ("America/Los_Angeles", "2027-01-01"), (None, "2027-01-01")],
)
def test_the_day_of_a_request_is_the_one_that_its_form_shows(client, token, as_user, make_user, zone, due):
	"""The site is in Europe/Berlin."""
	assert str(clock.site_zone()) == "Europe/Berlin"
	with as_user("Guest"):
		api.ask("Access", token=token())
	request = request_of(client)
	request.db_set("due_on", "2027-01-01 20:00:00")
	officer = make_user(procedure.COMPLIANCE_OFFICER, time_zone=zone)
	(duty,) = (each for each in duties.of_user(officer) if each["route"][-1] == request.name)
	assert duty["due"] == due


def test_a_link_goes_only_to_an_address_on_file_and_not_again_at_once(client):
	before = frappe.db.count(links.LINK)
	for address in ("nobody@nowhere.example", "", ADDRESS.upper(), ADDRESS):
		asking.send_link(address)
	assert frappe.db.count(links.LINK) == before + 1
	sent = frappe.get_last_doc(links.LINK)
	assert (sent.sent_to, sent.kind, sent.party) == (ADDRESS, links.PREFERENCES, client.party)


def test_an_organisation_without_a_known_person_is_asked_to_write(mailbox, as_user):
	lead = frappe.get_doc(
		{
			"doctype": "Lead",
			"lead_name": "Anna",
			"company_name": "Nord Dental",
			"email_id": "office@nord.example",
		}
	).insert()
	visit = page_visits.Visit("Lead", lead.name, None)
	with pytest.raises(ActionNotPossibleError, match="which person"):
		asking.ask(visit, "Erasure", None)
	assert not frappe.db.exists(asking.REQUEST, {"party": lead.name})


@pytest.mark.parametrize("has_login", [True, False])
def test_whose_data_it_is_asks_only_about_contacts_with_a_login(client, make_user, make_client, has_login):
	"""A site can have a hundred thousand without."""
	if has_login:
		make_user("Customer", user_type="Website User", email=ADDRESS)
	make_client("Someone Else", "else@else.example")
	with mock.patch.object(shared_names, "of_others", wraps=shared_names.of_others) as asked:
		found = subjects.of("Customer", client.party)
	assert found.records.get("User", ()) == ((ADDRESS,) if has_login else ())
	assert not asked.call_count


def test_a_refusal_says_so_and_what_the_client_can_do(client, token, mailbox, make_user, as_user):
	"""GDPR Art. 12(4): the reason, the supervisory authority and the court."""
	with as_user("Guest"):
		api.ask("Objection", None, token=token())
	request = request_of(client)
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		subject_requests.answer_request(request.name, "We need it for <your> contract.", refused=1)
	told = mailbox(request.name)
	assert told["subject"] == f"We cannot do what you asked: {request.name}"
	assert "We need it for &lt;your&gt; contract." in told["text/html"]
	assert "complain to a data protection supervisory authority, or go to court" in told["text/html"]
	request.reload()
	assert request.status == "Refused"


@pytest.mark.parametrize("status", ["Given", "Refused"])
def test_officers_are_told_to_stop_advertising_until_it_has_stopped(status, client, token, as_user):
	with as_user("Guest"):
		api.ask("Objection", None, token=token())
	request = request_of(client)
	purpose = frappe.db.get_single_value("Client Comms Settings", "advertising_purpose")
	request.run_method("onload")
	assert request.get_onload().advertising_purpose == purpose
	assert request.get_onload().advertising_is_stopped is False
	frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": client.party_type,
			"party": client.party,
			"purpose": purpose,
			"collected_through": "Phone",
			"notice_text": "Newsletters",
			"status": status,
			"given_on": clock.now(),
		}
	).insert()
	request.run_method("onload")
	assert request.get_onload().advertising_is_stopped == (status == "Refused")


def test_what_was_asked_stays_once_it_is_answered(client, token, make_user, as_user):
	with as_user("Guest"):
		api.ask("Rectification", "Hafenweg 12", token=token())
	request = request_of(client)
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		request.details = "Hafenweg 13"
		request.save()
		subject_requests.answer_request(request.name, "We corrected it.")
		request.reload().details = "Hafenweg 14"
		with pytest.raises(ActionNotPossibleError, match="This request is closed"):
			request.save()
	assert request_of(client).details == "Hafenweg 13"


def test_the_client_reads_until_when_in_words(client, token, as_user):
	visit = page_visits.by_link(token())
	with as_user("Guest"):
		due = asking.ask(visit, "Access", None)["due"]
	assert due == format_datetime(request_of(client).due_on, "d MMMM yyyy, HH:mm")
	assert [each["due_on"] for each in asking.shown(visit)] == [due]


def test_an_answer_does_not_speak_of_courts(client, token, mailbox, make_user, as_user):
	with as_user("Guest"):
		api.ask("Rectification", "Hafenweg 12", token=token())
	request = request_of(client)
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		subject_requests.answer_request(request.name, "We corrected it.")
	assert "court" not in mailbox(request.name)["text/html"]


def test_what_is_to_be_corrected_is_a_to_do_of_someone_who_can(client, token, make_user, as_user):
	boss = make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "Sales Manager")
	frappe.db.set_value("Customer", client.party, "account_manager", boss)
	with as_user("Guest"):
		api.ask("Rectification", "Hafenweg 12", token=token())
	about = {"reference_type": "Contact", "reference_name": client.contact}
	assert frappe.get_all("ToDo", about, pluck="allocated_to") == [boss]
	remark = {"reference_doctype": "Contact", "reference_name": client.contact, "comment_type": "Comment"}
	assert "Hafenweg 12" in frappe.get_last_doc("Comment", remark).content
