"""Clients who agree get a receipt: in machine-readable form according to Kantara's Consent Receipt 1.1, and
for people (P-3)."""

import json
import re
from email import message_from_string
from pathlib import Path

import frappe
import pytest

from client_comms import api, clock
from client_comms.api.self_service import receipt, submit
from client_comms.client_privacy import mailed_secrets, page_visits, receipts, self_service
from client_comms.exceptions import ActionNotPossibleError, LinkNotValidError
from client_comms.i18n import speaking
from client_comms.rules import consent as rules

pytestmark = pytest.mark.clause("P-3")

SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "consent_receipt.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
ANNA = "anna@receipts.example"


def faults(value, schema, path="receipt"):
	"""Where a JSON value violates a JSON Schema, for the keywords that ours uses."""
	if not isinstance(value, TYPES[schema["type"]]) or (schema["type"] == "integer" and value is True):
		return [f"{path} is no {schema['type']}"]
	found = []
	if "enum" in schema and value not in schema["enum"]:
		found.append(f"{path} is {value}")
	if "pattern" in schema and not re.search(schema["pattern"], value):
		found.append(f"{path} is {value}")
	if isinstance(value, int) and value < schema.get("minimum", value):
		found.append(f"{path} is {value}")
	if isinstance(value, str | list) and len(value) < schema.get("minLength", schema.get("minItems", 0)):
		found.append(f"{path} is empty")
	if isinstance(value, list):
		for number, each in enumerate(value):
			found += faults(each, schema["items"], f"{path}[{number}]")
	if isinstance(value, dict):
		found += [f"{path}.{key} is missing" for key in schema.get("required", ()) if key not in value]
		for key in value.keys() & schema.get("properties", {}).keys():
			found += faults(value[key], schema["properties"][key], f"{path}.{key}")
	return found


@pytest.fixture
def client(site, make_client, adviser):
	site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Receipts",
			"email_id": "service@receipts.own.example",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()
	return make_client("Anna Receipt Client", ANNA, {"first_name": "Anna"})


@pytest.fixture
def consent(site, client):
	"""A consent of Anna; `consent(...)` with further fields."""

	def give(**fields):
		return site.get_doc(
			{
				"doctype": "Client Consent",
				**client,
				"purpose": "Sharing with a Third Party",
				"third_party": "Adviser",
				"collected_through": "Phone",
				"notice_text": "I agree that you tell my adviser.",
				**fields,
			}
		).insert()

	return give


def asked(client):
	"""Ask with a link; returns the consent, and the token that the client received."""
	name = api.request_consent(**client, third_party="Adviser")
	return name, re.search(r"client-link\?token=([\w-]+)", last_mail(name))[1]


def last_mail(name):
	queued = frappe.get_last_doc("Email Queue", {"reference_name": name})
	parts = message_from_string(mailed_secrets.as_sent(queued)).walk()
	return "\n".join(
		part.get_payload(decode=True).decode()
		if part.get_content_maintype() == "text"
		else str(part.get_filename())
		for part in parts
		if not part.is_multipart()
	)


# --- as JSON ----------------------------------------------------------------------------------------


def test_the_receipt_follows_the_published_structure(consent):
	made = json.loads(frappe.as_json(api.consent_receipt(consent().name)))
	assert faults(made, SCHEMA) == []
	purpose = made["services"][0]["purposes"][0]
	assert (purpose["thirdPartyDisclosure"], purpose["thirdPartyName"]) == (True, "Adviser")
	assert made["piiPrincipalId"] == ANNA and made["collectionMethod"] == "Phone"


def test_the_check_against_the_structure_notices_what_is_missing(consent):
	made = api.consent_receipt(consent().name)
	for key in SCHEMA["required"]:
		rest = {each: value for each, value in made.items() if each != key}
		assert faults(rest, SCHEMA) == [f"receipt.{key} is missing"]
	del made["piiControllers"][0]["contact"]
	made["services"][0]["purposes"][0]["piiCategory"] = "Everything"
	assert len(faults(made, SCHEMA)) == 2


@pytest.mark.parametrize(
	("language", "everything", "ends"),
	[
		("de", "Alle Informationen über den Kunden", "Mit dem Widerruf"),
		("fr", "Toutes les informations concernant le client", "Dès le retrait"),
	],
)
def test_all_of_the_receipt_is_in_the_language_that_it_names(consent, language, everything, ends):
	notice = frappe.get_all(
		"Consent Notice", {"purpose": "Sharing with a Third Party", "language": language}, pluck="name"
	)
	doc = consent(notice=notice[0])
	doc.events[-1].db_set({"notice": notice[0], "valid_until": None})
	doc.reload()
	made = receipts.of(doc)
	(purpose,) = made["services"][0]["purposes"]
	assert made["language"] == language
	assert (purpose["piiCategory"], purpose["termination"]) == ([everything], ends)
	with speaking(language):
		assert made["consentRecord"]["withdrawal_method"] == receipts.how_to_withdraw()
	assert dict(receipts.lines(doc))["What It Covers"] == receipts.EVERYTHING  # the session's language


def test_the_time_is_that_of_the_clients_word_in_utc(consent, clock_at):
	site_time = "2026-07-01 12:00:00"
	made = receipts.of(consent(given_on=site_time))
	assert made["consentTimestamp"] == int(clock.to_aware(site_time).timestamp())
	event = made["consentRecord"]["events"][0]
	assert frappe.utils.get_datetime(event["event_time"][:-1]) == (
		clock.to_aware(site_time) - clock.to_aware(site_time).utcoffset()
	).replace(tzinfo=None)


def test_the_notice_and_a_withdrawal_are_on_the_receipt(consent):
	doc = consent()
	before = receipts.of(doc)
	api.withdraw_consent(doc.name)
	after = receipts.of(doc.reload())
	assert [event["event_state"] for event in after["consentRecord"]["events"]] == ["given", "withdrawn"]
	assert after["consentRecord"]["privacy_notice"]["text"] == "I agree that you tell my adviser."
	assert before["consentReceiptID"] == after["consentReceiptID"]


def test_a_renewed_consent_has_a_receipt_of_its_own(consent):
	doc = consent()
	first = receipts.of(doc)["consentReceiptID"]
	api.give_consent(doc.name)
	assert receipts.of(doc.reload())["consentReceiptID"] != first


def test_sensitive_categories_are_named(site, consent):
	site.get_doc({"doctype": "Data Category", "category_name": "Health", "is_sensitive": 1}).insert()
	doc = consent(data_categories=[{"data_category": "Health"}, {"data_category": "Contact Details"}])
	made = receipts.of(doc)
	assert (made["sensitive"], made["spiCat"]) == (True, ["Health"])
	assert made["services"][0]["purposes"][0]["piiCategory"] == ["Health", "Contact Details"]


def test_the_organisation_says_whom_to_contact(consent, set_settings):
	set_settings(
		privacy_contact="Data Protection Officer",
		privacy_email="privacy@own.example",
		privacy_policy_url="https://own.example/privacy",
	)
	made = receipts.of(consent())
	assert made["piiControllers"][0]["contact"] == "Data Protection Officer"
	assert made["policyUrl"] == "https://own.example/privacy"
	assert "privacy@own.example" in made["consentRecord"]["withdrawal_method"]


def test_there_is_no_receipt_for_a_refusal(consent):
	with pytest.raises(ActionNotPossibleError, match="not agreed"):
		api.consent_receipt(consent(status="Refused").name)


def test_users_who_cannot_read_consents_get_no_receipt(consent, make_user, as_user):
	doc = consent()
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError):
		api.consent_receipt(doc.name)


# --- for people -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("language", "given", "ends"),
	[
		("en", "1 July 2026, 12:00", "1 July 2027, 23:59"),
		("de", "1. Juli 2026, 12:00", "1. Juli 2027, 23:59"),
	],
)
def test_days_are_in_words(consent, language, given, ends):
	doc = consent(given_on="2026-07-01 12:00:00", valid_until="2027-07-01 23:59:59")
	with speaking(language):
		values = [value for _label, value in receipts.lines(doc)]
	assert given in values and ends in values


def test_the_print_says_what_was_agreed_and_how_to_withdraw(consent):
	doc = consent()
	html = frappe.get_print("Client Consent", doc.name, receipts.PRINT_FORMAT)
	assert "I agree that you tell my adviser." in html and "How to Withdraw" in html
	doc = consent(notice_text="I agree to <b>this</b>.")
	html = frappe.get_print("Client Consent", doc.name, receipts.PRINT_FORMAT)
	assert "&lt;b&gt;this&lt;/b&gt;" in html and "<b>this</b>" not in html


def test_the_print_of_a_refusal_is_not_a_receipt(consent):
	html = frappe.get_print("Client Consent", consent(status="Refused").name, receipts.PRINT_FORMAT)
	assert "has not agreed" in html


# --- to the client ----------------------------------------------------------------------------------


def test_the_answer_by_a_link_brings_the_receipt(client):
	name, token = asked(client)
	(made,) = submit({name: rules.GIVEN}, token)["receipts"]
	assert faults(made, SCHEMA) == [] and made["collectionMethod"] == "Secure Link"
	mail = last_mail(name)
	assert made["consentReceiptID"] in mail and "Change My Answer" in mail
	queued = frappe.get_last_doc("Email Queue", {"reference_name": name})
	assert [row.recipient for row in queued.recipients] == [ANNA]
	assert f"consent-receipt-{name}.json" in mail


def test_the_receipt_brings_a_link_to_withdraw_as_easily(client):
	name, token = asked(client)
	submit({name: rules.GIVEN}, token)
	again = re.search(r"client-link\?token=([\w-]+)", last_mail(name))[1]
	assert again != token
	submit({name: rules.WITHDRAWN}, again)
	assert frappe.db.get_value("Client Consent", name, "status") == "Withdrawn"
	mail = last_mail(name)
	assert "<b>Withdrawn</b>" in mail and "&lt;b&gt;" not in mail


def test_a_refusal_is_confirmed_without_a_receipt(client):
	name, token = asked(client)
	assert submit({name: rules.REFUSED}, token)["receipts"] == []
	mail = last_mail(name)
	assert "Refused" in mail and "your receipt" not in mail and ".json" not in mail


def test_a_site_without_pdfs_sends_the_receipt_all_the_same(client, monkeypatch):
	for can in (True, False):
		monkeypatch.setattr(receipts, "makes_pdfs", lambda can=can: can)
		name, token = asked(client)
		submit({name: rules.GIVEN}, token)
		queued = frappe.get_last_doc("Email Queue", {"reference_name": name})
		prints = [each for each in json.loads(queued.attachments or "[]") if each.get("print_format")]
		assert [each["print_format"] for each in prints] == [receipts.PRINT_FORMAT] * can


def test_a_client_gets_the_receipts_of_their_own_alone(client, consent):
	own, other = consent(), consent(party=_other(), contact=None)
	visit = page_visits.Visit(**client)
	assert self_service.receipt(visit, own.name)["consentRecord"]["record_id"] == own.name
	with pytest.raises(ActionNotPossibleError):
		self_service.receipt(visit, other.name)


def test_a_used_link_opens_no_receipt(client):
	name, token = asked(client)
	submit({name: rules.GIVEN}, token)
	with pytest.raises(LinkNotValidError):
		receipt(name, token)


def _other():
	return frappe.get_doc({"doctype": "Customer", "customer_name": "Somebody Else"}).insert().name
