"""The ending of a file's name, told from an address (P-2)."""

import pytest

from client_comms.rules import file_names


@pytest.mark.parametrize(
	("name", "divided"),
	[
		("Offer.PDF", ("Offer", ".PDF")),
		("anna@client.example.docx", ("anna@client.example", ".docx")),
		("anna@client.example", ("anna@client.example", "")),
		("anna@client.com", ("anna@client.com", "")),
		("archive.tar.zip", ("archive.tar", ".zip")),
		("", ("", "")),
	],
)
def test_a_name_is_divided(name, divided):
	assert file_names.divided(name) == divided
