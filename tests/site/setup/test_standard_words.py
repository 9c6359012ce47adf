"""Installing the app changes no word of Frappe and ERPNext in their own catalogues (decisions.md)."""

import frappe
import pytest
from frappe import _
from frappe.translate import get_translations_from_apps


@pytest.mark.parametrize("language", ["de", "fr"])
def test_all_words_of_the_other_apps_stay(language):
	before = get_translations_from_apps(language, ["frappe", "erpnext"])
	after = get_translations_from_apps(language, ["frappe", "erpnext", "client_comms"])
	assert {text: (word, after[text]) for text, word in before.items() if word and after[text] != word} == {}
	assert len(after) > len(before) + 1000  # ours are there


def test_the_price_of_an_item_is_not_our_rate():
	of_erpnext = get_translations_from_apps("de", ["frappe", "erpnext"])["Rate"]
	assert _("Rate", "de") == _("Rate", "de", context="Sales Invoice Item") == of_erpnext
	assert _("Rate", "de", context="Feedback Review") == "Rate"


@pytest.mark.parametrize(
	("doctype", "text", "word"),
	[
		("Physical Inventory", "Files", "Akten"),
		("Compliance Ledger Entry", "Hold", "Aufbewahrungssperre"),
		("Interaction Event", "Bounced", "Unzustellbar"),
		("Feedback Review", "To", "Bis"),
	],
)
def test_our_own_fields_keep_our_words(doctype, text, word):
	"""Frappe asks for labels and options with the DocType as context."""
	meta = frappe.get_meta(doctype)
	texts = {each for field in meta.fields for each in (field.label, *(field.options or "").split("\n"))}
	assert text in texts
	assert _(text, "de", context=doctype) == word
