"""Clients answer through a link or in the portal: once, for one purpose, in time, and without revealing
anything to others (P-3, C-1)."""

import re
from datetime import timedelta
from email import message_from_string

import frappe
import pytest
import requests
from frappe.website.utils import get_portal_sidebar_items

from client_comms import api, clock, i18n
from client_comms.api.self_service import receipt, submit
from client_comms.client_privacy import consents, identity, links, mailed_secrets, page_visits, self_service
from client_comms.exceptions import ActionNotPossibleError, LinkNotValidError
from client_comms.rules import consent as rules

pytestmark = pytest.mark.clause("P-3", "C-1")

PURPOSE = "Sharing with a Third Party"
ANNA = "anna@self-service.example"


@pytest.fixture
def client(mailbox):
	return make_client("Anna Client", ANNA)


def make_client(name, address):
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": name}).insert()
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": name,
			"email_ids": [{"email_id": address, "is_primary": 1}],
			"phone_nos": [{"phone": "+49 30 1234567", "is_primary_phone": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()
	if not frappe.db.exists("Third Party", "Adviser"):
		frappe.get_doc(
			{"doctype": "Third Party", "third_party_name": "Adviser", "email_domains": "adviser.example"}
		).insert()
	return frappe._dict(party_type="Customer", party=customer.name, contact=contact.name)


def send_to_adviser(update):
	frappe.sendmail(
		recipients=["eve@adviser.example"],
		subject="Roof",
		message="Done",
		reference_doctype=update.doctype,
		reference_name=update.name,
	)


def party_of(client):
	return {"party_type": client.party_type, "party": client.party}


def ask(client, **fields):
	"""Ask for consent as staff do; returns the consent and the token that was sent to the client."""
	name = api.request_consent(**party_of(client), third_party="Adviser", **fields)
	return frappe.get_doc(consents.CONSENT, name), token_sent(name)


def texts_sent(reference):
	"""Content type → text, of the last email about a document."""
	queued = frappe.get_last_doc("Email Queue", {"reference_name": reference})
	# The encoding of a part depends on its other content, such as the company's name.
	return {
		part.get_content_type(): part.get_payload(decode=True).decode()
		for part in message_from_string(mailed_secrets.as_sent(queued)).walk()
		if part.get_content_maintype() == "text"
	}


def token_sent(reference):
	return re.search(r"client-link\?token=([\w-]+)", texts_sent(reference)["text/html"])[1]


def status(consent):
	return frappe.db.get_value(consents.CONSENT, consent.name, "status")


def answer(token, consent, word=rules.GIVEN, **fields):
	return submit({consent.name: word}, token, **fields)


# --- asking ---------------------------------------------------------------------------------------


def test_asking_gives_nothing_and_the_answer_does(client):
	consent, token = ask(client)
	assert status(consent) == "" and [row.event for row in consent.events] == ["Requested"]
	assert not self_service.consents.decide(
		**party_of(client), request=rules.Request(PURPOSE, "Adviser")
	).allowed
	answer(token, consent)
	consent.reload()
	assert (consent.status, consent.events[-1].through) == ("Given", "Secure Link")
	assert "pass on information" in consent.notice_text
	assert consents.decide(**party_of(client), request=rules.Request(PURPOSE, "Adviser")).allowed


def test_the_client_may_refuse_and_may_withdraw_what_was_given(client):
	consent, token = ask(client)
	answer(token, consent, rules.REFUSED)
	assert status(consent) == "Refused"
	consent, token = ask(client)
	answer(token, consent)
	assert status(consent) == "Given"
	_consent, token = ask(client)
	answer(token, consent, rules.WITHDRAWN)
	assert status(consent) == "Withdrawn"


def test_a_link_goes_to_an_address_on_file_only(client):
	with pytest.raises(ActionNotPossibleError, match="on file"):
		ask(client, address="x@evil.example")
	assert not frappe.db.count(links.LINK)


def test_the_link_can_be_read_without_html(client):
	consent, token = ask(client)
	assert f"client-link?token={token}" in texts_sent(consent.name)["text/plain"]


def test_consent_is_asked_for_the_third_party_that_the_recipient_belongs_to(client):
	with pytest.raises(ActionNotPossibleError, match="not an address of"):
		ask(client, recipient="bob@elsewhere.example")
	assert not frappe.db.count(consents.CONSENT, {"party": client.party})
	ask(client, recipient="Eve <eve@adviser.example>")


def test_asking_needs_leave_to_record_consents(client, make_user, as_user):
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError):
		ask(client)


def test_the_answer_confirms_who_the_client_is(client):
	consent, token = ask(client, contact=client.contact)
	answer(token, consent)
	assert identity.state(client.party_type, client.party, client.contact, "Confidential").verified_until
	confirmed = identity.last_confirmed(client.party_type, client.party, client.contact, "Confidential")
	method = frappe.db.get_value(identity.VERIFICATION, confirmed, "method")
	assert method == identity.SECURE_LINK, "no code was sent or entered"


# --- asking for more ------------------------------------------------------------------------------


def covered(client, *categories, third_party="Adviser"):
	request = rules.Request(PURPOSE, third_party, client.contact, frozenset(categories))
	return consents.decide(**party_of(client), request=request).allowed


def categories(consent):
	return [row.data_category for row in consent.data_categories]


def test_asking_for_more_makes_a_consent_for_more(client):
	narrow, token = ask(client, data_categories=["Correspondence"])
	answer(token, narrow)
	assert covered(client, "Correspondence") and not covered(client, "Correspondence", "Identity Documents")
	wide, token = ask(client, data_categories='["Correspondence", "Identity Documents"]')
	assert wide.name != narrow.name and categories(wide) == ["Correspondence", "Identity Documents"]
	# Nothing changes before the answer.
	assert covered(client, "Correspondence") and not covered(client, "Correspondence", "Identity Documents")
	answer(token, wide)
	assert covered(client, "Correspondence", "Identity Documents") and not covered(client)
	again, _token = ask(client, data_categories=["Identity Documents", "Correspondence"])
	assert again.name == wide.name
	_wide, token = ask(client, data_categories=["Correspondence", "Identity Documents"])
	answer(token, wide, rules.WITHDRAWN)
	assert not covered(client, "Correspondence")


def test_asking_about_an_interaction_asks_for_what_it_is_about(client, log, set_settings):
	set_settings(consent_mode="Enforce", identity_mode="Off")
	narrow, token = ask(client, contact=client.contact, data_categories=["Correspondence"])
	answer(token, narrow)
	update = log("Service Update", **client)
	everything, _token = ask(client, contact=client.contact, client_interaction=update.name)
	assert categories(everything) == []
	update.append("data_categories", {"data_category": "Identity Documents"})
	update.save()
	about, token = ask(client, contact=client.contact, client_interaction=update.name)
	assert categories(about) == ["Identity Documents"]
	answer(token, about)
	send_to_adviser(update)


def test_asking_for_another_third_party_asks_again(client):
	frappe.get_doc({"doctype": "Third Party", "third_party_name": "Bank"}).insert()
	adviser, token = ask(client)
	answer(token, adviser)
	assert not covered(client, third_party="Bank")
	bank = api.request_consent(**party_of(client), third_party="Bank")
	answer(token_sent(bank), frappe.get_doc(consents.CONSENT, bank))
	assert covered(client, third_party="Bank")


@pytest.mark.parametrize("word", [rules.REFUSED, rules.WITHDRAWN])
def test_a_yes_to_more_takes_back_the_no_to_less(client, word):
	narrow, token = ask(client, data_categories=["Correspondence"])
	answer(token, narrow)
	_narrow, token = ask(client, data_categories=["Correspondence"])
	answer(token, narrow, word)
	wide, token = ask(
		client, contact=client.contact, data_categories=["Identity Documents", "Correspondence"]
	)
	# The refusal was for the client as a whole, so the client as a whole is asked.
	assert wide.contact is None and status(narrow) == word
	answer(token, wide)
	narrow.reload()
	assert (narrow.status, narrow.events[-1].through) == ("Given", "Secure Link")
	assert wide.name in narrow.events[-1].note
	assert covered(client, "Correspondence", "Identity Documents")


def test_asking_for_part_of_what_was_refused_asks_for_all_of_it(client):
	refused, token = ask(client, data_categories=["Correspondence", "Identity Documents"])
	answer(token, refused, rules.REFUSED)
	again, token = ask(client, data_categories=["Correspondence"])
	assert again.name == refused.name
	answer(token, again)
	assert covered(client, "Correspondence")


def test_what_was_just_said_of_less_stays(client):
	narrow, token = ask(client, data_categories=["Correspondence"])
	answer(token, narrow)
	wide, _token = ask(client)
	token = token_sent(api.invite_client(**party_of(client), contact=client.contact))
	submit({narrow.name: rules.WITHDRAWN, wide.name: rules.GIVEN}, token)
	assert (status(narrow), status(wide)) == ("Withdrawn", "Given")
	assert not covered(client, "Correspondence")


def test_only_data_categories_are_asked_for(client):
	for wrong in ("[", '"Correspondence"', ["Secrets"], '{"a": 1}', '[["Correspondence"]]', "7"):
		with pytest.raises(frappe.ValidationError, match=r"Choose from: .*Correspondence"):
			ask(client, data_categories=wrong)
	assert not frappe.db.count(consents.CONSENT, {"party": client.party})


def test_only_about_an_interaction_of_the_client_that_one_may_read(client, log, make_user, as_user):
	other = make_client("Bert Client", "bert@self-service.example")
	log("Initial Inquiry", **client)
	hidden, foreign = log("Feedback/Complaint", **client), log("Initial Inquiry", **other)
	with as_user(make_user("Frontline Staff")):
		for interaction in (hidden.name, foreign.name, "CI-NONE"):
			with pytest.raises(frappe.PermissionError, match="not an interaction of this client"):
				ask(client, client_interaction=interaction)


# --- links ----------------------------------------------------------------------------------------


def refused(token, consent):
	frappe.db.commit()  # a refused try is counted for good, and what else the request did is not
	with pytest.raises(LinkNotValidError) as caught:
		answer(token, consent)
	return str(caught.value)


def test_a_link_works_once(client):
	consent, token = ask(client)
	answer(token, consent)
	refused(token, consent)
	assert [row.event for row in frappe.get_doc(consents.CONSENT, consent.name).events] == [
		"Requested",
		"Given",
	]


def test_a_link_ends(client):
	consent, token = ask(client)
	with clock.moved_to(clock.now() + timedelta(hours=169)):
		refused(token, consent)
	answer(token, consent)


def test_a_newer_request_replaces_the_older(client):
	consent, first = ask(client)
	_consent, second = ask(client)
	refused(first, consent)
	answer(second, consent)


def test_what_is_wrong_with_a_link_is_not_said_but_counted(client):
	consent, token = ask(client)
	answer(token, consent)
	said = {refused(token, consent), refused("forged", consent), refused(token[::-1], consent)}
	assert len(said) == 1 and not re.search("Anna|used|expired", said.pop())
	counted = frappe.get_all(links.ATTEMPT, ["outcome", "attempts"], order_by="outcome asc")
	assert [(row.outcome, row.attempts) for row in counted] == [("Unknown", 2), ("Used", 1)]


def test_the_database_holds_nothing_that_opens_a_link(client):
	consent, token = ask(client)
	link = frappe.get_last_doc(links.LINK)
	assert token not in frappe.as_json(link.as_dict())
	refused(link.token_hash, consent)
	answer(token, consent)


def test_a_link_for_one_consent_answers_no_other(client):
	consent, token = ask(client)
	other = frappe.get_doc(
		{
			"doctype": consents.CONSENT,
			**client,
			"purpose": "Marketing",
			"collected_through": "Phone",
		}
	).insert()
	with pytest.raises(ActionNotPossibleError):
		submit({consent.name: rules.GIVEN, other.name: rules.WITHDRAWN}, token)
	assert (status(consent), status(other)) == ("", "Given")
	page = self_service.shown(page_visits.by_link(token))
	assert [each["name"] for each in page["consents"]] == [consent.name] and "details" not in page


def test_a_link_for_preferences(client):
	consent, _token = ask(client)
	name = api.invite_client(**party_of(client), contact=client.contact)
	token = token_sent(name)
	page = self_service.shown(page_visits.by_link(token))
	assert page["details"]["emails"] == [ANNA] and "Letter" in page["channels"]
	submit(
		{consent.name: rules.GIVEN},
		token,
		preference={"channels": ["Email", "Phone"], "never": ["Letter"], "language": "de"},
		confirmed="1",
		changes="My number is <b>new</b>",
	)
	preference = frappe.get_last_doc("Communication Preference", {"contact": client.contact})
	assert [row.channel for row in preference.channels] == ["Email", "Phone"]
	assert (preference.language, preference.source) == ("de", "Client's Own Entry")
	assert frappe.db.get_value("Contact", client.contact, "details_confirmed_on") == clock.now().date()
	todo = frappe.get_last_doc("ToDo", {"reference_name": client.contact})
	assert "Verify" in todo.description
	comment = frappe.get_last_doc("Comment", {"reference_name": client.contact, "comment_type": "Comment"})
	assert (
		"<b>" not in comment.content and frappe.get_doc("Contact", client.contact).phone == "+49 30 1234567"
	)


@pytest.mark.parametrize("merged", ["Customer", "Contact"])
def test_a_client_whose_records_were_merged_answers_as_before(client, merged):
	from client_comms.clients import preferences

	other = make_client("Anna Client (old)", "anna@old.example")
	if merged == "Contact":
		frappe.db.set_value("Dynamic Link", {"parent": other.contact}, "link_name", client.party)
		other.party = client.party
	contacts = [client.contact, other.contact] if merged == "Contact" else [None, None]
	for each, contact, channel in zip((client, other), contacts, ("Email", "Phone"), strict=True):
		preference = {"doctype": "Communication Preference", **party_of(each), "contact": contact}
		frappe.get_doc(
			{**preference, "source": "Told by the Client", "channels": [{"channel": channel}]}
		).insert()
	old, new = (other.party, client.party) if merged == "Customer" else (other.contact, client.contact)
	frappe.rename_doc(merged, old, new, merge=True, force=True, show_alert=False)
	contact = contacts[0]
	kept = frappe.get_all(
		"Communication Preference", {**party_of(client), "contact": contact or ("is", "not set")}
	)
	assert len(kept) == 2
	for each in kept:
		frappe.get_doc("Communication Preference", each.name).save()
	consent, _token = ask(client)
	token = token_sent(api.invite_client(**party_of(client), contact=client.contact))
	visit = page_visits.by_link(token)
	shown = self_service.shown(visit)["preference"]
	submit({consent.name: rules.REFUSED}, token, preference={**shown, "never": ["Letter"]})
	assert status(consent) == rules.REFUSED
	applies = preferences.of(client.party_type, client.party, client.contact)
	assert [row.channel for row in applies.channels] == shown["channels"]
	assert [row.channel for row in applies.channels_not_to_use] == ["Letter"]


@pytest.fixture
def corrected(client):
	"""`corrected()` is the ToDo for what the client reports to be wrong."""

	def report():
		token = token_sent(api.invite_client(**party_of(client), contact=client.contact))
		submit({}, token, changes="My number is new")
		return frappe.get_last_doc("ToDo", {"reference_name": client.contact})

	return report


def is_told(user, contact) -> bool:
	about = {"for_user": user, "document_type": "Contact", "document_name": contact}
	return bool(frappe.db.exists("Notification Log", about))


def test_a_correction_goes_to_the_account_manager(client, corrected, make_user):
	manager = make_user("Account Manager", "Sales User")
	frappe.db.set_value("Customer", client.party, "account_manager", manager)
	assert corrected().allocated_to == manager and is_told(manager, client.contact)


@pytest.mark.parametrize("named", ["none", "disabled", "blind"])
def test_without_an_account_manager_a_correction_goes_to_the_manager_role(
	client, corrected, make_user, set_settings, named
):
	"""Also if the account manager is disabled, or cannot read the contact."""
	role = frappe.get_doc({"doctype": "Role", "role_name": "Corrects Contacts"}).insert().name
	set_settings(manager_role=role)
	if named != "none":
		user = make_user("Account Manager", *(["Sales User"] if named == "disabled" else []))
		frappe.db.set_value("Customer", client.party, "account_manager", user)
		frappe.db.set_value("User", user, "enabled", int(named != "disabled"))
	blind, busy, away, chosen = make_user(role), *(make_user(role, "Sales User") for _each in range(3))
	frappe.get_doc({"doctype": "ToDo", "description": "Busy", "allocated_to": busy}).insert()
	today = clock.now().date()
	absent = {"user": away, "from_date": today, "to_date": frappe.utils.add_days(today, 9)}
	frappe.get_doc({"doctype": "Staff Absence", **absent}).insert()
	assert corrected().allocated_to == chosen and is_told(chosen, client.contact)
	assert not any(is_told(user, client.contact) for user in (blind, busy, away))


def test_nothing_is_half_recorded(client):
	consent, _token = ask(client)
	token = token_sent(api.invite_client(**party_of(client), contact=client.contact))
	frappe.db.commit()
	with pytest.raises(frappe.ValidationError):
		submit({consent.name: rules.GIVEN}, token, preference={"channels": ["Email"], "never": ["Email"]})
	frappe.db.rollback()
	assert (
		status(consent) == "" and frappe.db.get_value(links.LINK, {"kind": "Preferences"}, "state") == "Open"
	)


# --- portal ---------------------------------------------------------------------------------------


def test_a_client_with_a_login_sees_their_own_and_no_one_elses(client, make_user, as_user):
	consent, _token = ask(client, contact=client.contact)
	other = make_client("Bert Client", "bert@self-service.example")
	foreign, _token = ask(other)
	user = make_user("Customer", user_type="Website User")
	frappe.db.set_value("Contact", client.contact, "user", user)
	with as_user(user):
		page = self_service.shown(page_visits.by_login())
		assert [each["name"] for each in page["consents"]] == [consent.name]
		with pytest.raises(ActionNotPossibleError):
			submit({foreign.name: rules.GIVEN})
		submit({consent.name: rules.GIVEN})
		(shown,) = self_service.shown(page_visits.by_login())["consents"]
	consent.reload()
	assert shown["valid_until"] == i18n.moment_in_words(consent.valid_until)
	assert (consent.status, consent.events[-1].through) == ("Given", "Portal")
	assert status(foreign) == ""


def test_a_login_without_a_client_answers_nothing(client, make_user, as_user):
	consent, _token = ask(client)
	for user in ("Guest", make_user("Sales User")):
		with as_user(user), pytest.raises(LinkNotValidError):
			submit({consent.name: rules.GIVEN})


@pytest.fixture
def visitor(client, make_user):
	"""The client's login."""
	user = make_user("Customer", user_type="Website User")
	frappe.db.set_value("Contact", client.contact, "user", user)
	return user


@pytest.mark.parametrize("word", [rules.GIVEN, rules.REFUSED])
def test_clients_answer_what_no_one_has_asked_them_yet(client, visitor, as_user, word):
	with as_user(visitor):
		page = self_service.shown(page_visits.by_login())
		# Which third parties there are is not shown.
		assert page["consents"] == [] and [each["purpose"] for each in page["offers"]] == ["Marketing"]
		assert page["offers"][0]["notice_text"]
		receipts = submit(purposes={"Marketing": word})["receipts"]
		page = self_service.shown(page_visits.by_login())
		assert page["offers"] == [] and page["consents"][0]["status"] == word
	consent = frappe.get_last_doc(consents.CONSENT, {"party": client.party})
	assert (consent.status, consent.contact, consent.collected_through) == (word, client.contact, "Portal")
	assert [(row.event, row.through) for row in consent.events] == [(word, "Portal")]
	assert consent.events[0].notice and consent.notice == consent.events[0].notice
	assert len(receipts) == (word == rules.GIVEN)


@pytest.mark.parametrize(
	"purposes",
	[{"Marketing": rules.WITHDRAWN}, {PURPOSE: rules.GIVEN}, {"None such": rules.GIVEN}, {"Marketing": []}],
)
def test_clients_answer_only_what_is_offered(client, visitor, as_user, purposes):
	with as_user(visitor), pytest.raises(ActionNotPossibleError, match="cannot be done here"):
		submit(purposes=purposes)
	consent, token = ask(client)
	with pytest.raises(ActionNotPossibleError, match="cannot be done here"):
		answer(token, consent, purposes={"Marketing": rules.GIVEN})
	assert not frappe.db.exists(consents.CONSENT, {"purpose": "Marketing"})


def test_a_customer_is_not_asked_about_the_lead_that_they_were(client, visitor, as_user):
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna"}).insert()
	of_lead = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Anna",
			"user": visitor,
			"links": [{"link_doctype": "Lead", "link_name": lead.name}],
		}
	).insert()
	assert of_lead.user == visitor
	with as_user(visitor):
		assert page_visits.by_login().client == f"Customer/{client.party}"


def test_the_portal_offers_the_page(site, visitor, as_user):
	frappe.get_single("Portal Settings").sync_menu()  # as installing and migrating do
	with as_user(visitor):
		assert "/client-privacy" in [each["route"] for each in get_portal_sidebar_items()]


def test_a_login_of_several_clients_chooses_one(client, visitor, as_user):
	other = make_client("Bert Client", "bert@self-service.example")
	stranger = make_client("Carl Client", "carl@self-service.example")
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("links", {"link_doctype": "Customer", "link_name": other.party})
	# The lead that one of them used to be does not count separately.
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna"}).insert()
	contact.append("links", {"link_doctype": "Lead", "link_name": lead.name})
	contact.save()
	first, _token = ask(client)
	second, _token = ask(other)
	with as_user(visitor):
		assert [each["name"] for each in page_visits.choices()] == ["Anna Client", "Bert Client"]
		assert page_visits.by_login() is None
		with pytest.raises(ActionNotPossibleError, match="Choose the client first"):
			submit({second.name: rules.GIVEN})
		keys = [each["client"] for each in page_visits.choices()]
		page = self_service.shown(page_visits.by_login(keys[1]))
		assert [each["name"] for each in page["consents"]] == [second.name]
		for wrong in (f"Customer/{stranger.party}", "Customer", f"Lead/{lead.name}"):
			with pytest.raises(ActionNotPossibleError, match="Choose the client first"):
				submit({second.name: rules.GIVEN}, client=wrong)
		with pytest.raises(ActionNotPossibleError, match="cannot be done here"):
			submit({second.name: rules.GIVEN}, client=keys[0])
		submit({second.name: rules.GIVEN}, client=keys[1])
		assert receipt(second.name, client=keys[1])["consentRecord"]["record_id"] == second.name
	assert (status(first), status(second)) == ("", "Given")


def test_withdrawal_in_the_portal_stops_what_waits(client, log, make_user, as_user, set_settings):
	set_settings(consent_mode="Enforce", identity_mode="Off")
	consent, token = ask(client)
	answer(token, consent)
	update = log("Service Update", **client)
	send_to_adviser(update)
	waiting = frappe.get_last_doc("Email Queue", {"reference_name": update.name})
	assert waiting.status == "Not Sent"
	user = make_user("Customer", user_type="Website User")
	frappe.db.set_value("Contact", client.contact, "user", user)
	with as_user(user):
		submit({consent.name: rules.WITHDRAWN})
	waiting.reload()
	assert waiting.status == "Error" and "withdrew" in waiting.error
	assert (
		frappe.db.get_value("Client Disclosure", {"client_interaction": update.name}, "outcome")
		== "Held Back"
	)


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.fixture
def committed_client(site):
	accounts = site.get_all("Email Account", {"default_outgoing": 1}, pluck="name")
	account = site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Self service over HTTP",
			"email_id": "http@own.example",
			"enable_outgoing": 1,
			"default_outgoing": 0 if accounts else 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()
	client = make_client("Http Client", "http@self-service.example")
	site.db.commit()
	yield client
	site.set_user("Administrator")
	site.db.rollback()
	for doctype, filters in (
		("Email Queue", {"reference_doctype": ("in", ("Client Consent", "Client Access Link"))}),
		("Client Access Link", {"party": client.party}),
		("Client Access Link Attempt", {}),
		("Identity Verification", {"party": client.party}),
		("Client Consent", {"party": client.party}),
		("Communication Preference", {"party": client.party}),
		("Third Party", {"name": "Adviser"}),
	):
		for name in site.get_all(doctype, filters, pluck="name"):
			for child in ("Consent Event", "Consent Data Category", "Email Queue Recipient"):
				site.db.delete(child, {"parent": name})
			site.db.delete(doctype, {"name": name})
	site.delete_doc("Contact", client.contact, force=True)
	site.delete_doc("Customer", client.party, force=True)
	site.delete_doc("Email Account", account.name, force=True)
	site.db.commit()


@pytest.mark.committed
def test_the_page_the_answer_and_guesses(http, site, site_name, committed_client):
	consent, token = ask(committed_client)
	site.db.commit()
	browser = requests.Session()
	browser.headers["Host"] = site_name

	page = browser.get(f"{http}/client-link", params={"token": token})
	assert page.status_code == 200 and "pass on information" in page.text and "Adviser" in page.text
	# The page is in the language of the link, whatever the browser or the site speak.
	site.db.set_value(links.LINK, {"consent": consent.name}, "language", "fr")
	site.db.commit()
	french = browser.get(f"{http}/client-link", params={"token": token}).text
	assert '<html lang="fr"' in french
	assert re.search("tiers\u00a0: Adviser", french), "before a colon, French has a space that does not break"
	# Viewing changes nothing, however often, because mail programs open links first.
	assert browser.get(f"{http}/client-link", params={"token": token}).status_code == 200

	url = f"{http}/api/method/client_comms.api.self_service.submit"
	assert browser.get(url, params={"token": token, "answers": "{}"}).status_code == 403
	good = {"token": token, "answers": frappe.as_json({consent.name: "Given"})}
	assert browser.post(url, data=good).json()["message"]["done"] is True
	site.db.rollback()
	assert status(consent) == "Given"

	used = browser.get(f"{http}/client-link", params={"token": token})
	guessed = browser.get(f"{http}/client-link", params={"token": "guess"})
	assert used.status_code == guessed.status_code == 403
	assert used.text.replace(token, "") == guessed.text.replace("guess", "")
	assert "Http Client" not in used.text

	answers = {browser.post(url, data={**good, "token": f"guess{n}"}).status_code for n in range(60)}
	assert answers == {403}
	site.db.rollback()
	counted = dict(site.get_all(links.ATTEMPT, ["outcome", "attempts"], as_list=True))
	assert sum(counted.values()) >= 62 and counted["Too Many"] >= 30


def test_what_is_for_one_contact_goes_to_their_address_alone(client, mailbox):
	"""An organisation's contacts do not get each other's links."""
	ben = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Ben",
			"email_ids": [{"email_id": "ben@self-service.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": client.party}],
		}
	).insert()
	for contact, address in ((client.contact, ANNA), (ben.name, "ben@self-service.example")):
		link = api.invite_client(**party_of(client), contact=contact)
		assert frappe.db.get_value(links.LINK, link, ["contact", "sent_to"]) == (contact, address)
	with pytest.raises(ActionNotPossibleError, match="not a confirmed address"):
		api.invite_client(**party_of(client), contact=ben.name, address=ANNA)
	ben.email_ids = []
	ben.save()
	with pytest.raises(ActionNotPossibleError, match="no confirmed email address"):
		api.invite_client(**party_of(client), contact=ben.name)


def test_an_answer_counts_if_no_receipt_can_be_sent(client, monkeypatch, errors):
	doc, token = ask(client)

	def fail(**_email):
		frappe.throw("No outgoing account", exc=frappe.OutgoingEmailError)

	monkeypatch.setattr(frappe, "sendmail", fail)
	assert submit(answers={doc.name: "Refused"}, token=token)["done"]
	assert doc.reload().status == "Refused"
	assert frappe.get_message_log() == []
	assert any("No outgoing account" in each for each in errors())
	assert frappe.db.count("Client Access Link", {"consent": doc.name}) == 1


def test_a_request_says_who_asks_about_what_for_how_long_and_whom_to_ask(client, log, set_settings, clock_at):
	set_settings(privacy_contact="Dana Privacy", privacy_email="privacy@own.example")
	matter = log(
		"Service Update", **party_of(client), subject="The solar roof", occurred_on="2026-11-18 10:00"
	)
	frappe.db.set_value("Company", matter.company, "company_logo", "/files/logo.png")
	frappe.db.set_value("Consent Purpose", "Sharing with a Third Party", "validity_months", 12)
	frappe.clear_cache()
	doc, token = ask(client, client_interaction=matter.name)
	sent = texts_sent(doc.name)["text/html"]
	told = ("18 November 2026", "12 months, or until you withdraw it", "Dana Privacy, privacy@own.example")
	for each in (matter.company, *told, "Adviser", "All information we hold about you", "/files/logo.png"):
		assert each in sent
	assert "solar" not in sent
	page = self_service.shown(page_visits.by_link(token))
	assert [value for _label, value in page["around"]] == [matter.company, *told]
	assert page["logo"].endswith("/files/logo.png")
	frappe.db.set_value("Company", matter.company, "company_logo", "/private/files/logo.png")
	frappe.clear_cache()
	assert self_service.shown(page_visits.by_link(token))["logo"] is None
