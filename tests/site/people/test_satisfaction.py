"""After closing, the client rates with one click through a link; opening the link rates nothing (F-1, F-3)."""

import re

import frappe
import pytest

from client_comms import api, procedure
from client_comms.api import satisfaction as answers
from client_comms.client_interactions import conversation, satisfaction
from client_comms.client_privacy import links, page_visits
from client_comms.exceptions import ActionNotPossibleError, LinkNotValidError
from client_comms.www import client_rating

pytestmark = pytest.mark.clause("F-1", "F-3")

TOKEN = re.compile(r"client-rating\?token=([\w-]+)")
ADDRESS = "anna@client.example"


@pytest.fixture
def agent(make_user):
	return make_user(procedure.FRONTLINE_STAFF)


@pytest.fixture
def closed(inquiry, make_client, mailbox, agent, set_settings, as_user):
	"""`closed()`: an inquiry that was answered and closed, with the switch on."""
	client = make_client("Anna Client", ADDRESS)
	set_settings(ask_for_rating=1, evidence_mode="Off")

	def make(**fields):
		doc = inquiry(at="2026-11-23 10:00", responsible_staff=agent, **{**client, **fields})
		with as_user(agent):
			api.answer(doc.name)
			api.close(doc.name)
		return doc

	return make


@pytest.fixture
def token_of(mailbox):
	def find(doc):
		link = frappe.get_last_doc(links.LINK, {"client_interaction": doc.name})
		return TOKEN.search(mailbox(link.name)["text/plain"])[1]

	return find


def asked(doc):
	return frappe.get_all(links.LINK, {"client_interaction": doc.name}, ["kind", "sent_to", "state"])


def test_a_closed_inquiry_is_rated_once(closed, token_of, agent, as_user):
	doc = closed()
	assert asked(doc) == [{"kind": "Rating", "sent_to": ADDRESS, "state": "Open"}]
	token = token_of(doc)
	with as_user("Guest"):
		assert answers.rate(token, 4, " Quick and friendly 👍 ") == {"done": True}
		frappe.db.commit()  # a refused attempt rolls back
		with pytest.raises(LinkNotValidError):
			answers.rate(token, 1)
	doc.reload()
	assert (doc.rating, doc.rating_comment) == (4, "Quick and friendly 👍")
	assert (doc.events[-1].event, doc.events[-1].note, doc.events[-1].by_user) == ("Rated", "4/5", "Guest")
	assert doc.status == "Closed"
	assert frappe.db.exists("Notification Log", {"for_user": agent, "document_name": doc.name})
	shown = conversation.page(doc)["entries"][0]
	assert (shown["meaning"], shown["rating"], shown["text"]) == ("Rated", "4/5", "Quick and friendly 👍")


def test_programs_that_open_links_rate_nothing(closed, token_of):
	"""They open the page, once or often, and nothing happens; the method does not answer to GET."""
	doc = closed()
	token = token_of(doc)
	for _scan in range(3):
		context = frappe._dict()
		frappe.local.form_dict = frappe._dict(token=token)
		client_rating.get_context(context)
		assert len(context.ratings) == 5
	doc.reload()
	assert not doc.rating and asked(doc)[0].state == "Open"
	assert frappe.allowed_http_methods_for_whitelisted_func[answers.rate] == ["POST"]


def test_the_email_says_nothing_of_the_matter(closed, mailbox):
	doc = closed(subject="Divorce papers", summary="She is getting divorced.")
	link = frappe.get_last_doc(links.LINK, {"client_interaction": doc.name})
	sent = mailbox(link.name)
	assert "23 November 2026" in sent["text/plain"]
	assert not any(word in "".join(sent.values()) for word in ("ivorce", doc.name))


def test_who_closes_is_not_told_that_no_link_can_be_made(closed, monkeypatch):
	"""They can do nothing about it; Health and the Error Log say so."""
	monkeypatch.setattr(links, "has_site_address", lambda: False)
	frappe.clear_messages()
	doc = closed()
	assert frappe.get_message_log() == []
	assert frappe.db.get_value(doc.doctype, doc.name, "status") == "Closed" and asked(doc) == []
	assert frappe.db.exists("Error Log", {"reference_name": doc.name, "method": ("like", "%rating%")})


def test_no_one_is_asked_twice(closed, agent, as_user):
	doc = closed()
	with as_user(agent):
		api.reopen(doc.name, "She called again")
		api.answer(doc.name)
		api.close(doc.name)
	assert len(asked(doc)) == 1


def test_the_switch_is_off_as_shipped(closed, set_settings):
	assert not frappe.get_meta("Client Comms Settings").get_field("ask_for_rating").default == "1"
	set_settings(ask_for_rating=0)
	assert asked(closed()) == []


@pytest.mark.parametrize("case", ["outbound", "blocked", "unknown"])
def test_who_is_not_asked(closed, case, agent):
	fields = {}
	if case == "outbound":
		fields["direction"] = "Outbound"
	elif case == "unknown":
		other = frappe.get_doc({"doctype": "Customer", "customer_name": "Without address"}).insert()
		fields.update(party=other.name, contact=None)
	else:
		customer = frappe.db.get_value("Customer", {"customer_name": "Anna Client"})
		frappe.get_doc(
			{
				"doctype": "Communication Preference",
				"party_type": "Customer",
				"party": customer,
				"channels": [{"channel": "Phone"}],
				"channels_not_to_use": [{"channel": "Email"}],
			}
		).insert()
	assert asked(closed(**fields)) == []


@pytest.mark.parametrize("rating", [0, 6, "five"])
def test_other_ratings_are_refused(closed, token_of, rating, as_user):
	token = token_of(closed())
	with as_user("Guest"), pytest.raises(ActionNotPossibleError, match="from 1 to 5"):
		answers.rate(token, rating)


def test_a_link_is_for_its_own_page_alone(closed, token_of, make_client):
	"""A rating link opens no consents, and a link to consents rates nothing."""
	token = token_of(closed())
	with pytest.raises(LinkNotValidError):
		page_visits.by_link(token)
	with pytest.raises(LinkNotValidError):
		satisfaction.rate("guessed", 5)


def test_only_the_client_rates(closed, agent, as_user):
	doc = closed()
	with as_user(agent):
		doc = frappe.get_doc(doc.doctype, doc.name)
		doc.rating, doc.rating_comment, doc.rated_on = 5, "Wonderful", "2026-11-24 10:00"
		doc.save()
	assert (doc.rating or 0, doc.rating_comment, doc.rated_on) == (0, None, None)


def test_a_poor_rating_reaches_the_manager_role(closed, token_of, make_user, as_user):
	boss = make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	doc = closed()
	with as_user("Guest"):
		answers.rate(token_of(doc), 1)
	assert frappe.db.exists("Notification Log", {"for_user": boss, "document_name": doc.name})
