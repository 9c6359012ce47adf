"""What visitors ask about an item of Webshop is an inquiry with their words, each time they ask (C-3, D-1, F-1).

The app is not there; a stand-in makes the Lead as it does. It was tried itself: docs/sources.md.
"""

import frappe
import pytest

from client_comms.intake import item_inquiry

pytestmark = pytest.mark.clause("C-3", "D-1", "F-1")

INTERACTION = "Client Interaction"
VISITOR = "vera@visitor.example"
TEXT = "Do you have it in blue?"


@pytest.fixture
def ask(as_user, monkeypatch):
	"""`ask()`: what a visitor, or `user`, enters becomes interactions, which are returned."""

	def webshop(original, lead, subject, message):
		entered = frappe.parse_json(lead)
		if name := frappe.db.exists("Lead", {"email_id": entered["email_id"]}):
			doc = frappe.get_doc("Lead", name)
		else:
			doc = frappe.get_doc({"doctype": "Lead", "lead_owner": "", **entered}).insert(
				ignore_permissions=True
			)
		doc.add_comment("Comment", f"{subject}: {message}")
		return doc

	monkeypatch.setattr(item_inquiry, "call_previous", webshop)

	def enter(address=VISITOR, text=TEXT, user="Guest"):
		before = set(frappe.get_all(INTERACTION, pluck="name"))
		entered = {"lead_name": "Vera", "company_name": "Visitors", "email_id": address}
		with as_user(user):
			answer = item_inquiry.create_lead_for_item_inquiry(
				frappe.as_json(entered), "About the solar roof", text
			)
		assert answer is None, "the Lead with an address is not for the visitor who enters it"
		return [
			frappe.get_doc(INTERACTION, name)
			for name in frappe.get_all(INTERACTION, pluck="name")
			if name not in before
		]

	return enter


def test_it_is_one_inquiry_of_the_lead_with_what_was_asked(ask):
	(made,) = ask()
	assert (made.subject, made.channel, made.direction) == ("About the solar roof", "Portal", "Inbound")
	assert TEXT in made.summary and made.acknowledge_status == "Running"
	assert (made.party_type, made.party) == ("Lead", frappe.db.get_value("Lead", {"email_id": VISITOR}))


def test_who_asks_again_is_answered_again(ask):
	ask()
	(second,) = ask(text="And in green?")
	assert "And in green?" in second.summary and second.acknowledge_status == "Running"
	assert frappe.db.count("Lead", {"email_id": VISITOR}) == 1


def test_a_client_with_a_login_asks_in_the_same_way(ask, make_user):
	client = make_user("Customer", user_type="Website User")
	for text in (TEXT, "And in green?"):
		(made,) = ask(client, text, user=client)
		assert made.party_type == "Lead" and text in made.summary


def test_without_an_address_webshop_alone_decides(ask):
	(made,) = ask("")
	assert made.reference_doctype == "Lead"


@pytest.mark.parametrize("lead", ["[1]", '"Vera"', "Vera", "7"])
def test_anything_but_a_lead_is_refused_with_a_message(as_user, lead):
	with as_user("Guest"), pytest.raises(frappe.ValidationError):
		item_inquiry.create_lead_for_item_inquiry(lead, "About the solar roof", TEXT)
