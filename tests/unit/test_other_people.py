"""What is about other people is found in texts and replaced; what is the client's stays (P-2)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import other_people

pytestmark = pytest.mark.clause("P-2")
OWN = other_people.Own.of(("Anna Client", "anna@client.example", "+49 30 1234567"), ("desk@ours.example",))


def masked(text, *names):
	return other_people.Masker(OWN, {name.casefold() for name in names}, "[x]")(text)


@pytest.mark.parametrize(
	("text", "shown"),
	[
		("Anna Client wrote to Bert Other.", "Anna Client wrote to [x]."),
		("anna  client and BERT OTHER", "anna  client and [x]"),
		("Bert\nOther", "[x]"),
		("Other, Bert wrote to Client, Anna", "[x] wrote to Client, Anna"),
		("An: Client, Anna und Other, Bert\nCc", "An: Client, Anna und [x]\nCc"),
		("Bert Other-1 and Bert_Other_2026.txt", "[x]-1 and [x]_2026.txt"),
		("For_Bert Other1f3a5c.txt, Anna_Client.txt", "For_[x]1f3a5c.txt, Anna_Client.txt"),
		("Jo-Bert Other stays, Bert Otherman too", "Jo-Bert Other stays, Bert Otherman too"),
		(
			"anna@client.example, bert@other.example, desk@ours.example",
			"anna@client.example, [x], desk@ours.example",
		),
		("030 123 45 68 or +49 (30) 1234567", "[x] or +49 (30) 1234567"),
		("call +49 171 5556677", "call [x]"),
		("call 0171/5556677 now", "call [x] now"),
		("on 09.11.2026 10 o'clock, 2026-11-09", "on 09.11.2026 10 o'clock, 2026-11-09"),
		("invoice 4711081500, EUR 1200.00", "invoice 4711081500, EUR 1200.00"),
		("IBAN DE02120300000000202051", "IBAN DE02120300000000202051"),
	],
)
def test_what_is_replaced(text, shown):
	found = masked(text, "Bert Other")
	assert found.text == shown
	assert found.count == shown.count("[x]")


def test_an_own_number_is_recognised_however_it_is_typed():
	own = other_people.Own.of(("+49 30 98765421",))
	mask, of_another = other_people.Masker(own, (), "[x]"), other_people.Masker(other_people.Own(), (), "[x]")
	for typed in ("+493098765421", "030/98765421", "+49 (30) 98-76-54-21"):
		assert mask(typed).text == typed
		assert of_another(typed).text == "[x]"


@pytest.mark.parametrize("unit", ["Anna van Other, ", "Anna ", "x ", "Anna. "])
def test_names_in_a_long_text_are_found_soon(unit):
	began = time.process_time()
	other_people.possible_names(unit * (500_000 // len(unit)))
	assert time.process_time() - began < 5  # with the square of the length, more than a minute


def test_possible_names():
	text = "Yesterday Bert van Other called. Maria Smith-Jones, too; not anna client"
	found = other_people.possible_names(text)
	assert {"Bert van Other", "Maria Smith-Jones", "Yesterday Bert"} <= found
	assert not any("anna" in each for each in found)


def test_possible_names_with_the_last_name_first():
	found = other_people.possible_names("Von: van Other, Bert Paul; Smith-Jones, Maria. Anna Client, Walrus")
	assert {"Bert Other", "Bert Paul van Other", "Maria Smith-Jones", "Anna Client"} <= found
	assert "Anna von der Heide" in other_people.possible_names("An: von der Heide, Anna")


def test_an_own_name_with_a_comma_stays():
	own = other_people.Own.of(["Smith, Jones & Co"])
	assert other_people.Masker(own, (), "[x]")("For Smith, Jones & Co").count == 0


def test_possible_names_with_what_is_added_to_a_second_one():
	text = "Bert Other-2, With_Anna_Client_2026.txt and Walrus Panettone1f3a5c.txt"
	assert {"Bert Other", "Anna Client", "Walrus Panettone"} <= other_people.possible_names(text)


@given(st.text(alphabet=st.characters(whitelist_categories=("L", "N", "P", "Zs")), max_size=200))
def test_nothing_is_found_in_nothing(text):
	mask = other_people.Masker(other_people.Own(), (), "[x]")
	found = mask(text)
	assert (found.text == text) == (found.count == 0)


@given(
	st.lists(st.sampled_from(["Bert Other", "Anna Client", "and", "b@other.example", "anna@client.example"]))
)
def test_every_other_person_goes_and_the_client_stays(parts):
	found = masked("; ".join(parts), "Bert Other")
	assert "Bert" not in found.text and "b@other.example" not in found.text
	assert found.text.count("Anna Client") == parts.count("Anna Client")
	assert found.text.count("anna@client.example") == parts.count("anna@client.example")
