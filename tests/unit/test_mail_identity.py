"""Who wrote an email, and whether two emails are one (C-3, C-4)."""

from datetime import datetime

import pytest

from client_comms.rules.mail_identity import Identity, doubts, is_same, spoken, writer

ADA, ANNA = "ada@customer.example", "anna@client.example"
EVE, FIONA, FORM = "eve@evil.example", "fiona@own.example", "form@own.example"
NOON, LATER = datetime(2026, 11, 23, 12), datetime(2026, 11, 23, 13)


@pytest.mark.parametrize(
	("header", "claimed", "wrote"),
	[
		(ANNA, ANNA, ANNA),
		(FIONA, FIONA, FIONA),
		(EVE, FIONA, EVE),  # Reply-To or X-Original-From of one of us
		(
			ADA,
			EVE,
			ADA,
		),  # a customer who asks for answers elsewhere, or whose mailbox is not only theirs any more
		(EVE, ADA, ADA),
		(FORM, ANNA, ANNA),  # our own form, for a client
		("form@forms.example", ANNA, ANNA),
		("", FIONA, FIONA),
	],
)
def test_who_wrote(header, claimed, wrote):
	found = writer(header, claimed, lambda address: address.endswith("@own.example"), ADA.__eq__)
	assert found == wrote


def test_who_writes_in_their_own_name_needs_no_query():
	def look_up(address):
		pytest.fail(f"{address} was looked up")

	assert writer(ANNA, ANNA, look_up, look_up) == ANNA


@pytest.mark.parametrize(
	("name", "shown"),
	[
		("Anna Weiß", "Anna Weiß"),
		("Мария Иванова", "Мария Иванова"),
		("Γιώργος", "Γιώργος"),
		("王小明", "王小明"),
		("राम कुमार", "राम कुमार"),
		('"Müller, Anna" ', "Müller, Anna"),
		("Jean-Luc O'Neill (Sales)", "Jean-Luc O'Neill (Sales)"),
		("anna@client.example", "annaclient.example"),
		("<b>Anna</b>", "bAnna/b"),
		("Anna\u202eevE\u200b\x07", "AnnaevE"),
		(" Anna\t\n B. ", "Anna B"),
		("...", ""),
		("Anna " * 40, ("Anna " * 40)[:140].strip()),
		("\u0301", ""),
		("", ""),
	],
)
def test_the_name_of_a_writer(name, shown):
	assert spoken(name) == shown


FIRST = Identity(ANNA, NOON, "Please send an offer.")


@pytest.mark.parametrize(
	("other", "same"),
	[
		(FIRST, True),
		(Identity(ANNA, NOON, "Please send an offer. -- sent through a list"), True),
		(Identity(ANNA, None, "Please send an offer."), True),
		(Identity(EVE, NOON, "Please send an offer."), False),
		(Identity(ANNA, LATER, "Please send an offer."), False),
		(Identity(ANNA, NOON, "Please cancel."), False),
	],
)
def test_copies_of_a_message(other, same):
	assert is_same(FIRST, other) is is_same(other, FIRST) is same


@pytest.mark.parametrize(
	("headers", "told"),
	[
		({"From": "Ada <ada@client.example>"}, []),
		({"From": "ada@client.example", "Reply-To": "Ada <ADA@client.example>"}, []),
		({"From": "ada@client.example", "Reply-To": "eve@other.example"}, ["answers to eve@other.example"]),
		({"From": "ada@client.example", "Reply-To": "nora@nordlicht.example"}, ["answers to nora@"]),
		({"From": "form@nordlicht.example", "Reply-To": "ada@client.example"}, []),
		(
			{"From": "nora@nordlicht.example", "Authentication-Results": "mx.x; dmarc=fail (p=none)"},
			["did not come"],
		),
		(
			{"From": "nora@nordlicht.example", "Authentication-Results": "mx.x; spf=fail; dkim=none"},
			["did not come"],
		),
		(
			{
				"From": "nora@nordlicht.example",
				"Authentication-Results": "mx.x; spf=fail; dkim=pass; dmarc=pass",
			},
			[],
		),
		({"From": "ada@client.example", "Authentication-Results": "mx.x; dmarc=fail"}, []),
		(
			{"From": "ada@client.example, eve@other.example", "Reply-To": "x@other.example"},
			["several writers"],
		),
		({"From": "nora@nordlicht.example, ada@client.example"}, ["several writers"]),
		({"From": "nora@nordlicht.example, fiona@nordlicht.example"}, []),
		({"From": "Ada <ada@client.example>, ADA@client.example"}, []),
		({"From": "((" * 20_000, "Reply-To": "eve@other.example"}, []),
	],
)
def test_doubts_about_who_wrote_are_told(headers, told):
	found = doubts(headers, lambda address: address.endswith("@nordlicht.example"))
	assert len(found) == len(told)
	assert all(part in str(message) for part, message in zip(told, found, strict=True))
