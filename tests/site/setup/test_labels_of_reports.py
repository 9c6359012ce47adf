"""The labels of reports' filters are words of their language: Frappe translates them once more (F-2)."""

import re
from pathlib import Path

import frappe
import pytest

import client_comms
from client_comms.client_interactions import reporting

pytestmark = pytest.mark.clause("F-2")

REPORTS = sorted(Path(client_comms.__file__).parent.glob("*/report/*/*.js"))
LABEL = re.compile(r'__\("([^"]+)"\)')


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_label_that_is_translated_twice_stays(language):
	labels = {label for path in REPORTS for label in LABEL.findall(path.read_text())}
	assert "Staff" in labels
	once = {label: frappe._(label, language) for label in labels}
	assert {label: word for label, word in once.items() if frappe._(word, language) != word} == {}


@pytest.mark.parametrize(("language", "word"), [("de", "Anteil"), ("fr", "Part")])
@pytest.mark.parametrize("doctype", ["Assignment Share", "Review Programme"])
def test_a_share_is_a_number(doctype, language, word):
	assert frappe._("Share", language, context=doctype) == word


def test_without_an_interaction_a_report_says_how_one_is_logged():
	"""On a new site, emptying the filters would show nothing either."""
	frappe.db.delete(reporting.INTERACTION)
	assert "Log Interaction" in reporting.notice([])


def test_with_interactions_it_names_the_filters(inquiry, make_user):
	inquiry(responsible_staff=make_user("Frontline Staff"))
	assert "Empty some of them" in reporting.notice([])
