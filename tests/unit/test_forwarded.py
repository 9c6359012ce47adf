"""Whose message a colleague forwards, as mail programs write it."""

import pytest

from client_comms.rules.forwarded import messages


def writers(subject, text):
	return [(each.name, each.address) for each in messages(subject, text)]


PETRA = ("Petra Neu", "petra@neu.example")
GMAIL = """Please answer.

---------- Forwarded message ---------
From: Petra Neu <petra@neu.example>
Date: Mon, 23 Nov 2026 at 09:00
Subject: Question
To: <tom@nordlicht.example>

When do you deliver?"""
OUTLOOK = """FYI
________________________________
Von: Petra Neu [mailto:Petra@neu.example]
Gesendet: Montag, 23. November 2026 09:00
An: Tom
Betreff: Frage"""
THUNDERBIRD = """-------- Message transféré --------
Sujet : Question
Date : Mon, 23 Nov 2026 09:00:00 +0100
De : Petra Neu <petra@neu.example>
Pour : tom@nordlicht.example
Objet : Question
"""
APPLE = """Anfang der weitergeleiteten Nachricht:

> *Von:* "Petra Neu" <petra@neu.example>
> *Betreff:* Frage
> *Datum:* 23. November 2026 um 09:00:00 MEZ
> *An:* tom@nordlicht.example"""


@pytest.mark.parametrize(
	("subject", "text"),
	[("Fwd: Question", GMAIL), ("WG: Frage", OUTLOOK), ("TR : Question", THUNDERBIRD), ("FW: Frage", APPLE)],
)
def test_programs(subject, text):
	assert writers(subject, text) == [PETRA]


def test_a_colleague_who_forwarded_it_before_comes_first():
	before = "From: Ines <ines@nordlicht.example>\nSent: Monday\nTo: Tom\nSubject: FW: Question\n\n"
	assert writers("FW: FW: Question", before + GMAIL) == [("Ines", "ines@nordlicht.example"), PETRA]


@pytest.mark.parametrize(
	("subject", "text"),
	[
		("AW: WG: Frage", GMAIL),  # colleagues talk about it
		("Question", GMAIL),
		("Fwd: Question", "From: Kiel <me@x.example>\nI would travel."),
		(
			"WG: Frage",
			"Von: Petra Neu\nGesendet: Montag\nAn: Tom\nBetreff: Frage",
		),  # as colleagues are written
		("Fwd: Question", ""),
		(None, None),
	],
)
def test_nothing_of_a_client_is_forwarded(subject, text):
	assert writers(subject, text) == []


@pytest.mark.parametrize("text", [GMAIL, APPLE + "\n>\n> When do you deliver?\n> Petra"])
def test_what_the_client_wrote(text):
	assert messages("Fwd: Question", text)[0].text.startswith("When do you deliver?")


def test_a_long_text_takes_no_time():
	assert writers("Fwd: x", "From: " * 200_000) == []
	assert len(writers("Fwd: x", "From: a@b.example\nTo: x\nSubject: y\n" * 50_000)) < 1000
