"""Domains as they are compared (P-2, P-3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import domains

pytestmark = pytest.mark.clause("P-2", "P-3")


@pytest.mark.parametrize(
	("written", "compared"),
	[
		(" Client.Example ", "client.example"),
		("client.example.", "client.example"),
		("Client.Example. .\u2003.", "client.example"),
		("münchen.de。", "xn--mnchen-3ya.de"),
		("münchen.de", "xn--mnchen-3ya.de"),
		("MÜNCHEN.DE", "xn--mnchen-3ya.de"),
		("mu\u0308nchen.de", "xn--mnchen-3ya.de"),  # the dots as a character of their own
		("XN--mnchen-3ya.de", "xn--mnchen-3ya.de"),
		("straße.de", "xn--strae-oqa.de"),  # not strasse.de, which may belong to someone else
		("mail.例え.jp", "mail.xn--r8jz45g.jp"),
		("nö body.de", "nö body.de"),
		("", ""),
	],
)
def test_a_domain_has_one_form(written, compared):
	assert domains.normal(written) == compared
	assert domains.of(f"a@{written}") == compared


def test_an_address_keeps_its_local_part():
	assert domains.normal_address(" Ä.Berg@München.de ") == "ä.berg@xn--mnchen-3ya.de"
	assert domains.spelled("Ä.Berg@Client.Example.") == "ä.berg@client.example"


@given(st.text())
def test_anything_can_be_compared(text):
	assert domains.normal(domains.normal(text)) == domains.normal(text)


@pytest.mark.parametrize("text", ["client.example", "münchen.de", "a-b.co"])
def test_what_can_be_a_domain(text):
	assert domains.is_domain(text)


@pytest.mark.parametrize("text", ["client", "a b.de", "a@b.de", "b..de", "", "nö body.de"])
def test_what_cannot_be_one(text):
	assert not domains.is_domain(text)


def test_the_first_of_two_forms_is_kept():
	lines = ["münchen.de", "", "eve@client.example", "xn--mnchen-3ya.de"]
	assert list(domains.distinct(lines).values()) == ["münchen.de", "eve@client.example"]
