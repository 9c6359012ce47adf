"""A message that only thanks or confirms."""

import pytest

from client_comms.rules.thanks import only_thanks

pytestmark = pytest.mark.clause("C-4")


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
	],
)
def test_thanks(text):
	assert only_thanks(text)


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
		"Thank you " * 30,
		"Thanks for nothing, cancel the contract immediately.",
	],
)
def test_more_than_thanks(text):
	assert not only_thanks(text)
