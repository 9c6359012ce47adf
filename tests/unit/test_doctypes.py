"""The files of the DocTypes: a merge can leave a field twice, which Frappe notices only when someone customises the form."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[2] / "client_comms").glob("*/doctype/*/*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_field_is_there_once_and_in_order(file):
	doctype = json.loads(file.read_text())
	fields = [field["fieldname"] for field in doctype["fields"]]
	assert [name for name, count in Counter(fields).items() if count > 1] == []
	assert sorted(doctype["field_order"]) == sorted(fields)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_empty_list_says_what_it_is_for(file):
	"""Frappe shows the description there. Clause codes mean nothing to its readers."""
	doctype = json.loads(file.read_text())
	if doctype.get("istable") or doctype.get("issingle"):
		return
	description = doctype.get("description") or ""
	assert description.endswith(".")
	assert not re.search(r"\([A-Z]-\d\)", description)
