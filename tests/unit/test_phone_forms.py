"""Telephone numbers are recognised however they are typed; dates, amounts and numbers of documents are none (P-2)."""

import time

import pytest

from client_comms.rules import other_people, phone_forms

pytestmark = pytest.mark.clause("P-2")

NUMBERS = [
	"06.12.34.56.78",
	"01-23-45-67-89",
	"030-90-18-20-00",
	"0171/12/34567",
	"+49-30-901820",
	"+41 44-668-18-00",
	"+49 (30) 98-76-54-21",
	"030\N{NO-BREAK SPACE}901\N{NO-BREAK SPACE}82000",
	"06\N{NARROW NO-BREAK SPACE}12\N{NARROW NO-BREAK SPACE}34\N{NARROW NO-BREAK SPACE}56\N{NARROW NO-BREAK SPACE}78",
	"06 12 34 56 78",
	"030 12 34 56 78",
	"030 \N{EN DASH} 1234567",
	"030\N{NON-BREAKING HYPHEN}1234567",
	"(030) 901820-0",
	"(+49) 30 901820",
	"+49(0)30 901820",
	"0049 30 901820",
	"612 345 678",
	"555-123-4567",
	"(555) 123-4567",
	"1-800-555-0199",
	"12 34 56 78",
	"49 30 901820",
	"123 45 678",
	"\u0660\u0663\u0660 \u0661\u0662\u0663\u0664\u0665\u0666",
	"01.02.34.56.78",
	"+1.555.123.4567",
]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
	"text", ["{}", "Call {} today.", "Tel.{}, please", "tel:{}; thanks", "({})", "on 09.11.2026 {} 10:30"]
)
def test_a_number_of_another_person_is_replaced(number, text):
	masked = other_people.Masker(other_people.Own(), (), "[x]")(text.format(number))
	assert masked.count == 1, masked.text
	assert digits_of(masked.text) == digits_of(text.format("")), masked.text


def digits_of(text):
	return "".join(filter(str.isdigit, text))


@pytest.mark.parametrize("between", [" ", " / ", ", ", " and ", "; ", " \N{EN DASH} "])
def test_of_several_numbers_all_are_replaced(between):
	text = between.join(("030 1234567", "0171 5556677", "+33 6 12 34 56 78", "(0)30 901820"))
	masked = other_people.Masker(other_people.Own(), (), "[x]")(text)
	assert not digits_of(masked.text), masked.text
	own = other_people.Own.of(("0171 5556677",))
	masked = other_people.Masker(own, (), "[x]")(text)
	assert digits_of(masked.text) == "01715556677" and masked.count == 3, masked.text


OTHERS = [
	"on 09.11.2026 10 o'clock, 2026-11-09",
	"09.11.2026 10:30",
	"09.11.2026-13.11.2026",
	"2026-11-09 - 2026-11-13",
	"01.02.2026 \N{EN DASH} 03.02.2026",
	"09/11/2026 11/25/2026 2026/11/25 09-11-26",
	"2026-11-09 10:30:00",
	"from 08.30-09.45 and 10.00 - 11.30",
	"the years 2019-2026, 2025/2026",
	"invoice 4711081500, EUR 1200.00",
	"Invoice no. 4711-0815-00 and Rechnung 123 456 789",
	"Rechnungsnr. 47110815, invoice 2026-00123, RE-2026-00123, 2026/1234567",
	"CI-2026-00012, ISS-2026-00034 and SAL-ORD-2026-00056",
	"#123-456-7890, ticket 1234 5678 90",
	"EUR 1.200.000,00 or 1.234.567.890,00 EUR",
	"1 200 000 EUR, 12 345 678, 123 456 789 \u20ac, $ 123 456 789",
	"12,345,678.90 and 1'234'567",
	"0.12345678 and 52.520008, 13.404954",
	"IBAN DE02120300000000202051",
	"DE02 1203 0000 0000 2020 51 and NO93 8601 1117 947",
	"192.168.100.200 and 10.0.0.255",
	"10115 Berlin, 75008 Paris",
	"a0123456789, 0123456789abc",
	"7 x 24, 100-200, page 12/34",
]


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_looks_like_a_telephone_number_stays(text):
	found = (
		other_people.Masker(other_people.Own(), (), "[x]", lambda number: True)(text)
		if "4711" not in text
		else None
	)
	plain = other_people.Masker(other_people.Own(), (), "[x]")(text)
	assert plain.text == text
	assert found is None or found.text == text


def test_two_groups_are_a_number_where_the_country_has_it():
	for number in ("171 5556677", "6123 4567", "612345678"):
		assert other_people.Masker(other_people.Own(), (), "[x]")(number).text == number
		assert (
			other_people.Masker(other_people.Own(), (), "[x]", lambda each: each == number)(number).text
			== "[x]"
		)


def test_an_own_number_stays_however_it_is_typed():
	own = other_people.Own.of(("+49 30 98765421",))
	for typed in ("+493098765421", "030/98765421", "+49 (30) 98-76-54-21", "98-76-54-21", "030.98.76.54.21"):
		assert other_people.Masker(own, (), "[x]")(typed).text == typed
		assert other_people.Masker(other_people.Own(), (), "[x]")(typed).text == "[x]"


@pytest.mark.parametrize(
	"unit", ["1", "0 ", "+", "+4", "01.02.2026 ", "030 1234567 ", "0171/", "(", "1 ", "12.", "1-", "2026-"]
)
def test_numbers_without_end_are_read_soon(unit):
	began = time.process_time()
	phone_forms.replaced(unit * (500_000 // len(unit)), phone_forms.none, lambda found: "")
	assert time.process_time() - began < 5


def test_what_follows_in_the_next_sentence_stays():
	masked = other_people.Masker(other_people.Own(), (), "[x]")("Call 030 1234567. 2 pieces, please.")
	assert masked.text == "Call [x]. 2 pieces, please."
