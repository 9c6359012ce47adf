"""What can be an email address, and what cannot (D-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.contact_details import address_fault, normal_email

pytestmark = pytest.mark.clause("D-4")


@pytest.mark.parametrize(
	"address",
	[
		"anna@client.example",
		" Anna.Client+offers@mail.client.example ",
		"o'brien@client.example",
		"a@b.co",
		"anna_b@xn--mller-kva.example",
		"änne@müller.example",
	],
)
def test_an_address_that_can_be_one(address):
	assert address_fault(address) is None


@pytest.mark.parametrize(
	("address", "why"),
	[
		("anna", "exactly one @"),
		("anna@@client.example", "exactly one @"),
		("@client.example", "missing"),
		("anna@", "missing"),
		("anna b@client.example", "space"),
		("anna@client,example", "commas"),
		("anna@client.example;bob@client.example", "exactly one @"),
		("anna@client", "ending"),
		("anna@client..example", "dot"),
		(".anna@client.example", "dot"),
		("anna@client.example.", "dot"),
		("anna<@client.example", "character"),
		("anna@-client.example", "character"),
		("a" * 250 + "@client.example", "character"),
	],
)
def test_one_clear_message_for_what_cannot(address, why):
	assert why in address_fault(address).text


@given(st.text(max_size=300))
def test_whatever_is_entered_gets_an_answer(text):
	fault = address_fault(text)
	assert fault is None or str(fault.values["address"]) == text.strip()


def test_a_long_text_is_answered_at_once():
	assert address_fault("a." * 50_000 + "@" + "b-" * 50_000) is not None


def test_addresses_are_compared_without_case():
	assert normal_email(" Anna@Client.Example ") == "anna@client.example"
	assert normal_email(None) == ""
