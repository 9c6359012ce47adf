"""The summary of an interaction is what the client wrote (D-2)."""

from html import unescape

import frappe
import pytest

from client_comms.client_interactions import conversation

pytestmark = pytest.mark.clause("D-2")

QUOTED = "Am Mo., 2. Nov. 2026 um 14:05 Uhr schrieb Nora Nord <nora@nordlicht.example>:"


def interaction_of(communication):
	return frappe.get_doc("Client Interaction", communication.client_interaction)


def test_a_plain_text_is_summed_up_without_what_it_repeats(deliver, raw_mail):
	communication = deliver(
		raw_mail(f"Ist das Dach fertig?\n\nGesendet von Outlook für iOS\n\n{QUOTED}\n\n> Guten Tag\n> Nora")
	)
	assert interaction_of(communication).summary == "Ist das Dach fertig?"
	assert "Guten Tag" in communication.content  # the message stays whole, as evidence


def test_html_is_summed_up_without_what_it_repeats(deliver, raw_mail):
	html = (
		f"<div>Is the roof ready?</div><br><div class='gmail_quote'>{QUOTED.replace('<', '&lt;')}"
		"<blockquote>Guten Tag<br>Nora</blockquote></div>"
	)
	communication = deliver(raw_mail(html, Content_Type="text/html; charset=utf-8"))
	assert interaction_of(communication).summary == "Is the roof ready?"
	assert "Guten Tag" in communication.content


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
def test_names_and_subjects_that_are_not_encoded_keep_their_letters(charset, accounts, fetch, raw_mail):
	raw = raw_mail(
		From="Jürgen Größe <anna@client-a.example>",
		To="Käthe Grün <lead@nordlicht.example>",
		Subject="Öl für Übersee",
	)
	communication = fetch(accounts["Lead"], raw.decode().encode(charset))
	assert communication.sender_full_name == "Jürgen Größe"
	assert (communication.subject, communication.sender) == ("Öl für Übersee", "anna@client-a.example")
	assert communication.recipients == "Käthe Grün <lead@nordlicht.example>"


def test_a_subject_in_angle_brackets_is_one(accounts, fetch, raw_mail):
	"""Frappe alone refuses the email."""
	communication = fetch(accounts["Lead"], raw_mail(Subject="<Offer for a roof>"))
	assert communication.subject == "‹Offer for a roof›"
	assert interaction_of(communication).subject == "‹Offer for a roof›"


def test_a_comma_in_an_encoded_name_makes_no_other_recipient(accounts, fetch, raw_mail):
	to = "=?utf-8?q?M=C3=BCller=2C_Anna?= <anna@nordlicht.example>, Käthe <lead@nordlicht.example>"
	communication = fetch(accounts["Lead"], raw_mail(To=to).decode().encode())
	assert communication.recipients == (
		'"Müller, Anna" <anna@nordlicht.example>, Käthe <lead@nordlicht.example>'
	)


def test_a_message_that_only_quotes_is_summed_up_whole(deliver, raw_mail):
	communication = deliver(raw_mail(f"{QUOTED}\n> Guten Tag\n> Nora"))
	assert unescape(interaction_of(communication).summary).endswith("> Guten Tag\n> Nora")


def test_the_form_shows_a_plain_text_in_its_lines_and_folds_what_it_repeats(deliver, raw_mail):
	communication = deliver(raw_mail(f"Is the roof <ready>?\n\nPlease call.\n\n{QUOTED}\n> Guten Tag"))
	(entry,) = conversation.page(interaction_of(communication))["entries"]
	assert entry["own"] == "Is the roof <ready>?\n\nPlease call."
	assert entry["text"].startswith("Is the roof &lt;ready&gt;?<br><br>Please call.<br>")
	assert "Guten Tag" in entry["text"]
