"""Clients and staff get messages in their own language, regardless of who triggers them (C-1, C-5)."""

from datetime import datetime

import frappe
import pytest
from frappe import _

from client_comms import api, clock, i18n
from client_comms.client_interactions import due_words
from client_comms.client_privacy import page_visits, self_service
from client_comms.i18n import speaking

pytestmark = pytest.mark.clause("C-1", "C-5")

INVITATION, REQUEST, CODE = "Your consents and preferences", "We ask for your consent", "Your code"


@pytest.fixture
def prefer():
	def make(client, language):
		frappe.get_doc({"doctype": "Communication Preference", **client, "language": language}).insert()

	return make


@pytest.fixture
def mails(mailbox):
	"""Subject and text of the app's automatic messages to a client, in the order of the constants above."""
	frappe.get_doc({"doctype": "Third Party", "third_party_name": "Adviser"}).insert()

	def send(client):
		party = {"party_type": client.party_type, "party": client.party}
		names = [
			api.invite_client(**party, contact=client.contact),
			api.request_consent(**party, contact=client.contact, third_party="Adviser"),
			api.send_identity_code(**party, contact=client.contact)["name"],
		]
		return [(sent["subject"], sent["text/plain"]) for sent in map(mailbox, names)]

	return send


def in_language(language, sent):
	"""Whether emails are in the language, and have another subject in English if it is another one."""
	subjects = [_(text, language) for text in (INVITATION, REQUEST, CODE)]
	assert language == "en" or not {INVITATION, REQUEST, CODE} & set(subjects)
	hints = [_("Or copy this address into your browser:", language)] * 2
	return [subject for subject, _text in sent] == subjects and all(
		hint in text.replace("\n", " ") for hint, (_subject, text) in zip(hints, sent, strict=False)
	)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_client_by_their_preference(make_client, prefer, mails, language):
	client = make_client("Anna Client", "anna@languages.example", language="en")
	prefer(client, language)
	assert in_language(language, mails(client))


def test_else_by_their_own_record(make_client, mails):
	assert in_language("de", mails(make_client("Anna Client", "anna@languages.example", language="de")))


def test_else_by_their_login(make_client, make_user, mails):
	client = make_client("Anna Client", "anna@languages.example", language=None)
	login = make_user("Customer", user_type="Website User", language="de")
	frappe.db.set_value("Customer", client.party, "language", None)
	frappe.db.set_value("Contact", client.contact, "user", login)
	assert in_language("de", mails(client))


def test_else_in_the_language_of_the_site_and_never_that_of_the_staff(make_client, mails):
	client = make_client("Anna Client", "anna@languages.example")
	frappe.db.set_value("Customer", client.party, "language", None)
	with speaking("de"):
		sent = mails(client)
	assert in_language("en", sent)


def test_staff_are_told_in_their_own_language_what_a_client_says(make_client, make_user, mails):
	client = make_client("Anna Client", "anna@languages.example", language="de")
	roles = ("Account Manager", "Sales User")  # who can read the contact
	english, german = make_user(*roles), make_user(*roles, language="de")
	visit = page_visits.Visit(**client)
	todos = []
	for manager in (english, german):
		frappe.db.set_value("Customer", client.party, "account_manager", manager)
		with speaking("de" if manager == english else "en"):
			self_service.submit(visit, {}, None, False, "My number is new")
		todos.append(frappe.get_last_doc("ToDo", {"allocated_to": manager}).description)
	pattern = "The client asked to correct the details of {0}. Verify and correct them."
	assert todos == [_(pattern, language).format(client.contact) for language in ("en", "de")]


def test_officers_are_told_in_their_own_language(make_client, make_user, set_settings):
	set_settings(identity_attempts=1)
	officers = {language: make_user("Compliance Officer", language=language) for language in ("en", "de")}
	client = make_client("Anna Client", "anna@languages.example")
	with speaking("fr"):
		name = api.verify_identity(**client, method="Document Seen", result="Failed")["name"]
	told = {
		language: frappe.db.get_value(
			"Notification Log", {"for_user": user, "document_name": name}, "subject"
		)
		for language, user in officers.items()
	}
	pattern = "Identity checks locked after too many failures: {0}"
	assert told == {language: _(pattern, language).format(name) for language in officers}


@pytest.mark.parametrize(
	("language", "short", "long"),
	[
		("en", "Fri 4 Dec, 17:00", "Friday, 4 December 2026, 17:00"),
		("de", "Fr. 4. Dez., 17:00", "Freitag, 4. Dezember 2026, 17:00"),
		("fr", "ven. 4 déc., 17:00", "vendredi 4 décembre 2026, 17:00"),
	],
)
def test_days_are_written_as_in_the_language(language, short, long):
	at = datetime(2026, 12, 4, 17)
	with i18n.speaking(language):
		assert due_words.moment_words(clock.to_aware(at)) == short
		assert i18n.moment_in_words(at, "full") == long


def test_the_first_day_of_a_month_is_an_ordinal_in_french():
	with i18n.speaking("fr"):
		days = [
			i18n.day_in_words(datetime(2027, 3, day), pattern)
			for day, pattern in ((1, "long"), (11, "long"), (1, "full"))
		]
		as_stored = i18n.moment_in_words("2027-03-01 09:30:00.5")
	assert days == ["1er mars 2027", "11 mars 2027", "lundi 1er mars 2027"]
	assert as_stored == "1er mars 2027, 09:30"
