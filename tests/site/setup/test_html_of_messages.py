"""What others wrote is a text in whatever the app says as HTML: messages, reasons, notifications and emails (P-2)."""

import re
from html import escape, unescape

import frappe
import pytest

from client_comms import alerts, api, i18n
from client_comms.client_interactions import conversation, satisfaction
from client_comms.client_privacy import links, page_visits
from client_comms.client_privacy.requests import asking
from client_comms.enforcement import legal_holds
from client_comms.intake import failures
from client_comms.rules import html_text
from client_comms.rules.messages import Message

pytestmark = pytest.mark.clause("P-2")

RUN = "alert(1)"
PAYLOADS = [
	f"<img src=x onerror={RUN}>",
	f'"<svg onload={RUN}>"',  # JSON, which Frappe does not clean
	f"<!-- markdown --><a href=javascript:{RUN}>",
	f"' onmouseover={RUN} '",
	f'" onmouseover={RUN} "',
	"&lt;script&gt;",
	"A & B",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_value_in_a_message_is_a_text(payload):
	message = Message("{client} is not known.", {"client": payload})
	said = i18n.translate(message)
	assert html_text.to_text(said) == f"{payload} is not known."
	assert re.findall("<[^>]*>", said) == ["<strong>", "</strong>"] and '"' not in said and "'" not in said
	assert i18n.plain(message) == f"{payload} is not known."


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_error_says_its_values_as_they_were_written(payload):
	error = frappe.ValidationError(i18n.translate(Message("{client} is not known.", {"client": payload})))
	assert i18n.words_of(error) == f"{payload} is not known."
	assert i18n.words_of(frappe.ValidationError()) == "ValidationError"
	for kept in (i18n.words_to_keep(error), failures.reason_of(error)):
		assert not re.search(r"<[^>]*(onerror|onload|javascript)", kept)
		assert kept == f"{payload} is not known." or "<" in payload


@pytest.mark.parametrize("wrong", ['["R&D@client.example", 1]', '{"to": "<anna@client.example>"}'])
def test_what_is_not_an_address_is_shown_as_it_was_entered(wrong):
	with pytest.raises(frappe.ValidationError) as refused:
		api.check_outgoing(recipients=wrong)
	assert html_text.to_text(str(refused.value)).startswith(f"{wrong} is not an email address.")


@pytest.mark.parametrize("until", [None, "2099-01-01"])
def test_the_name_of_who_placed_a_hold_is_a_text(make_client, make_user, as_user, until):
	client = make_client("Anna Held", "anna.held@client.example")
	officer, payload = make_user("Compliance Officer"), PAYLOADS[1]
	frappe.db.set_value("User", officer, {"first_name": payload, "last_name": None})
	frappe.local.fullnames.pop(officer, None)
	hold = {"hold_on": "Client", "party_type": "Customer", "party": client.party, "reason": "Claim"}
	with as_user(officer):
		frappe.get_doc({"doctype": "Legal Hold", **hold, "valid_until": until}).insert()
	said = legal_holds.sentence(legal_holds.of("Customer", client.party))
	assert f"placed by {payload}, keeps it" in html_text.to_text(said)
	assert set(re.findall("<[^>]*>", said)) == {"<strong>", "</strong>", "<br>"}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_notification_says_what_was_written(make_user, payload):
	user = make_user("Frontline Staff")
	alerts.tell({user}, lambda: f"Sent back: {payload}", "User", user)
	said = frappe.db.get_value("Notification Log", {"for_user": user}, "subject")
	assert unescape(said) == f"Sent back: {payload}" and "<" not in said


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_plain_text_of_a_message_is_shown_as_text(log, payload):
	doc = log("Service Update")
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": "anna@client.example",
			"subject": "Offer",
			"content": "Hello",
			"text_content": f"<p>{payload}</p>",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		}
	).insert(ignore_permissions=True)
	doc.reload()
	(shown,) = (entry for entry in conversation.page(doc)["entries"] if entry["doctype"] == "Communication")
	assert shown["text"] == escape(f"<p>{payload}</p>")


@pytest.mark.parametrize("payload", [f'"{PAYLOADS[0]}"', f'["{PAYLOADS[0]}"]'])
def test_what_an_interaction_says_about_itself_can_be_shown_as_html(log, payload):
	doc = log("Service Update", subject=payload, summary=payload, party_name=payload)
	stored = frappe.db.get_value(doc.doctype, doc.name, ["subject", "summary", "party_name"])
	for text in stored:
		assert not re.search(r"<[^>]*(onerror|onload|javascript)", text or "")


@pytest.mark.parametrize("payload", [f'"{PAYLOADS[0]}"', f'["{PAYLOADS[0]}"]'])
def test_what_clients_send_through_their_links_can_be_shown_as_html(
	make_client, mailbox, log, payload, monkeypatch
):
	client = make_client("Anna Client", "anna@html.example")
	doc = log("Service Update", **client)
	monkeypatch.setattr(links.secrets, "token_urlsafe", lambda _bytes: "token")
	party = {"party_type": client.party_type, "party": client.party}
	links.make(links.RATING, **party, client_interaction=doc.name, sent_to="anna@html.example")
	satisfaction.rate("token", 1, payload)
	asked = asking.ask(page_visits.Visit(**client), "Access", payload)
	doc.reload()
	for text in (doc.rating_comment, frappe.db.get_value(asking.REQUEST, asked["name"], "details")):
		assert text and not re.search(r"<[^>]*(onerror|onload|javascript)", text)


@pytest.mark.parametrize("doctype", ["Communication", "Comment"])
@pytest.mark.parametrize("payload", [f'"{PAYLOADS[0]}"', f'["{PAYLOADS[0]}"]'])
def test_what_a_timeline_shows_as_html_is_cleaned_also_if_it_is_json(doctype, payload):
	fields = {"subject": payload}
	fields |= {"sender_full_name": payload} if doctype == "Communication" else {"comment_type": "Comment"}
	doc = frappe.get_doc({"doctype": doctype, "content": payload, **fields}).insert()
	stored = frappe.db.get_value(doctype, doc.name, ["content", *fields])
	for text in stored:
		assert not re.search(r"<[^>]*(onerror|onload|javascript)", text or "")


@pytest.mark.parametrize(
	("doctype", "field", "others"),
	[
		("Issue", "subject", {}),
		("Issue", "description", {"subject": "Roof"}),
		("Lead", "job_title", {"first_name": "Anna"}),
		("Opportunity", "order_lost_reason", {"opportunity_from": "Customer"}),
		("Contact", "designation", {"first_name": "Anna"}),
		("Address", "address_line1", {"address_title": "Anna", "city": "Kiel", "country": "Germany"}),
		("ToDo", "description", {}),
		("Event", "subject", {"starts_on": "2099-12-14 10:00:00"}),
		("Event", "description", {"subject": "Roof", "starts_on": "2099-12-14 10:00:00"}),
		("Call Log", "summary", {"id": "html", "type": "Incoming", "from": "+49 30 5550100", "to": "1"}),
		("User", "location", {"first_name": "Anna", "email": "anna@html.example", "send_welcome_email": 0}),
		(
			"Appointment",
			"customer_details",
			{
				"customer_name": "Anna",
				"customer_email": "anna@html.example",
				"scheduled_time": "2099-12-14 10:00:00",
			},
		),
	],
)
def test_what_clients_enter_elsewhere_is_cleaned_also_if_it_is_json(
	doctype, field, others, mailbox, make_client
):
	if doctype == "Opportunity":
		others = {**others, "party_name": make_client("Anna Client", "anna@client.example").party}
	doc = frappe.get_doc({"doctype": doctype, field: f'"{PAYLOADS[0]}"', **others}).insert()
	assert "onerror" not in frappe.db.get_value(doctype, doc.name, field)
