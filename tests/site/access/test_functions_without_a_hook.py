"""Functions of Frappe that no hook reaches are called by the app's, which stand around them (P-2)."""

import frappe
import pytest

from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("P-2")


class Printer:
	def words(self, number):
		return f"{number} words"


def fewer(words, printer, number):
	return f"{words(printer, number - 1)} of {number}"


@pytest.fixture
def printer(monkeypatch):
	monkeypatch.setattr(Printer, "words", Printer.words)
	compose.around(Printer, "words", fewer)
	return Printer()


def test_what_was_there_before_goes_on_to_work(printer):
	assert printer.words(number=3) == "2 words of 3"


def test_it_is_put_there_once(printer):
	for _request in range(2):
		compose.around(Printer, "words", fewer)
	assert printer.words(3) == "2 words of 3"


def test_what_another_app_puts_in_its_place_is_behind_it(printer, monkeypatch):
	monkeypatch.setattr(Printer, "words", lambda self, number: f"their {number} words")
	compose.around(Printer, "words", fewer)
	assert printer.words(3) == "their 2 words of 3"


def test_a_process_that_serves_a_site_without_the_app_leaves_it_out_there(printer, monkeypatch):
	monkeypatch.setattr(frappe.local, "flags", frappe._dict())
	assert printer.words(3) == "3 words"


def test_what_a_library_no_longer_has_is_left_alone():
	compose.around(Printer, "pages", fewer)
	assert not hasattr(Printer, "pages")
