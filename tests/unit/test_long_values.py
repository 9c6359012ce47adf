"""Values of an email that are longer than their fields."""

import pytest

from client_comms.rules import long_values
from client_comms.rules.long_values import FIELD, MOST_RECIPIENTS

SHORT = "Anna Client <anna@client.example>"
LONG = f"{'a' * FIELD}@client.example"


@pytest.mark.parametrize(
	("header", "kept"),
	[
		("", ""),
		(SHORT, SHORT),
		(LONG, ""),
		(f"{SHORT}, Link <{LONG}>", "anna@client.example"),
		(f"{SHORT}, undisclosed-{'x' * FIELD}", "anna@client.example"),
		(", ".join([SHORT] * 50), ", ".join([SHORT] * 50)),  # long, but none of them is
		(f'"{"Anna " * 100}" <anna@client.example>', f'"{"Anna " * 100}" <anna@client.example>'),
	],
)
def test_recipients_are_those_of_whom_a_contact_can_be_made(header, kept):
	assert long_values.recipients(header) == kept


def test_of_very_many_recipients_the_first_ones_are_kept():
	everyone = ", ".join(f"c{number}@many.example" for number in range(MOST_RECIPIENTS + 1))
	kept = long_values.recipients(everyone).split(", ")
	assert len(kept) == MOST_RECIPIENTS and kept[0] == "c0@many.example"


@pytest.mark.parametrize(
	("name", "short"),
	[
		("offer.pdf", "offer.pdf"),
		("o" * 300 + ".pdf", "o" * 126 + ".pdf"),
		("ü" * 130 + ".pdf", "ü" * 63 + ".pdf"),
		("o" + "ü" * 130 + ".pdf", "o" + "ü" * 62 + ".pdf"),  # not half a letter
		("o." + "p" * 300, "o." + "p" * 128),
		("\ud800" * 200, "?" * 130),
	],
)
def test_a_long_file_name_keeps_its_ending(name, short):
	assert long_values.file_name(name) == short
