"""A message that only thanks or confirms."""

import pytest

from client_comms.rules.thanks import only_thanks

pytestmark = pytest.mark.clause("C-4")
NAMES = ("Ada Lang", "Lang Bau", "Nora Nord")


@pytest.mark.parametrize(
	"text",
	[
		"Thank you!",
		"Thanks for the quick reply.\n\nBest regards\nAda Lang",
		"OK, got it. Cheers, Ada",
		"Perfect, thank you very much.",
		"Received, thanks.\n\nOn 2 Nov 2026, at 14:05, Nora wrote:\n> Can you come at 10:30?",
		"Vielen Dank für die schnelle Antwort!\n\nViele Grüße\nAda",
		"Sehr geehrte Frau Nord,\n\nherzlichen Dank, passt so.\n\nMit freundlichen Grüßen\nAda Lang",
		"Merci beaucoup, bien reçu.\nBonne journée",
		"Muchas gracias, de acuerdo.",
		"Grazie mille, confermo.",
		"Hartelijk dank voor het snelle antwoord, akkoord.",
		"Muito obrigada pela resposta!",
		"Dziękuję bardzo za odpowiedź, potwierdzam.",
		"Danke 👍",
		"Thank you very much, that helps a lot!",
		"Vielen Dank, das hilft mir sehr weiter.",
		"Merci beaucoup, c'est parfait.",
	],
)
def test_thanks(text):
	assert only_thanks(text, NAMES)


@pytest.mark.parametrize(
	"text",
	[
		"",
		"Thanks. When will it be ready?",
		"Thank you, but the roof still leaks.",
		"Thanks, please send the invoice.",
		"Thank you. The roof leaks again.",
		"OK, Friday at 10.",
		"Danke, aber das Dach ist undicht.",
		"Vielen Dank. Wann kommen Sie",
		"Danke, die Rechnung stimmt leider weiterhin überhaupt nirgends.",
		"Merci, mais il manque une facture.",
		"Gracias, pero falta la factura.",
		"Grazie, non funziona.",
		"Bedankt, maar het dak lekt.",
		"Obrigado, mas falta a fatura.",
		"Dziękuję, ale dach przecieka.",
		"The roof leaks.",
		"Danke, das hilft uns nicht weiter.",
		"Thanks. Only a new roof helps.",
		"Thank you " * 30,
		"Thanks for nothing, cancel the contract immediately.",
	],
)
def test_more_than_thanks(text):
	assert not only_thanks(text, NAMES)


@pytest.mark.parametrize(
	"text",
	[
		# German nouns are written like names.
		"OK. Kündigung",
		"Danke. Rechnung Falsch",
		"Vielen Dank!\n\nIch habe Fieber",
		"Hello\nServer Down\nThanks",
		"I confirm the Cancellation",
		"Thanks. Cancel",
		"Sounds good. Tuesday",
		"Thanks 😡",
		"Thanks :(",
		"Passt. Morgen",
		"OK. Email me",
		"Thanks. Help!",
		"OK\n\nAda",
		"Thanks,\nKarl",
		# What is folded away by guess.
		"Thanks,\n--\nplease also send the invoice",
		"Thanks,\n--\nAda Lang\nplease also send the invoice",
		"Thanks,\nAda\n01.12.2026\nada@client-a.example",
		"Thanks!\n\nSent from my phone, please call me about the outage",
		"Thanks!\n\nSent from my iPhone please call me",
		"Thanks!\n\nOn 2 Nov 2026, at 14:05, Nora wrote:\n> Is the roof tight?\nIt leaks\n> Shall we come?\n",
		"Thanks!\n\nOn 2 Nov 2026, at 14:05, Nora wrote:\nIs the roof tight?\nIt leaks\n",
		f"Thanks!\n\nOn 2 Nov 2026, at 14:05, Nora wrote:\n> {'We looked at it. ' * 5}\nIt leaks\n> Shall we come?\n",
		"Thanks!\n" + "\n" * 3000 + "It leaks",
		"CAUTION: This email originated from outside.\nThe roof leaks again.\n\nThanks!",
		"Thanks!\n\nVirus-free. www.avast.example\nplease also send the invoice",
	],
)
def test_what_is_not_known_is_more_than_thanks(text):
	assert not only_thanks(text, NAMES)


@pytest.mark.parametrize(
	"text",
	[
		"Thanks!\n\n--\nAda Lang\nLang Bau GmbH\nTel. +49 431 123456\nada@client-a.example",
		"Thanks!\n\nSent from my Galaxy S21",
		"Danke!\n\nVon meinem iPhone gesendet",
		"Thanks!\n\nGet Outlook for iOS<https://aka.example/o0ukef>",
		"Thanks, Nora!",
		"Thanks!\n\nThis e-mail and any attachments are confidential. If you are not the intended recipient, delete it, and tell us.",
		"CAUTION: This email originated from outside of the organisation. Do not\nclick links.\n\nThanks!",
		"Thanks!\n\nSitz der Gesellschaft: Kiel\nRegistergericht: Amtsgericht Kiel",
		"Hi Nora,\nperfect :-)\nCheers\nAda\n\nOn 2 Nov 2026, at 14:05, Nora wrote:\n> Come in.\n> Nora",
	],
)
def test_names_contacts_and_marked_lines_are_no_more_than_thanks(text):
	assert only_thanks(text, NAMES)


def test_names_are_those_that_are_passed():
	assert not only_thanks("Thanks,\nAda Lang")


def test_a_name_that_is_also_a_word_is_told_by_its_capital():
	assert only_thanks("Thanks, Will", ["Will May"])
	assert not only_thanks("Thanks, will call", ["Will Call"])
