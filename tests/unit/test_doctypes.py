"""The files of the DocTypes: a merge can leave a field twice, which Frappe notices only when someone customises the form."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from client_comms.enforcement.registry import OWNER_FIELDS

FILES = sorted((Path(__file__).parents[2] / "client_comms").glob("*/doctype/*/*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_field_is_there_once_and_in_order(file):
	doctype = json.loads(file.read_text())
	fields = [field["fieldname"] for field in doctype["fields"]]
	assert [name for name, count in Counter(fields).items() if count > 1] == []
	assert sorted(doctype["field_order"]) == sorted(fields)


def test_every_action_of_the_ledger_can_be_chosen_in_its_list():
	"""Entries are written without Frappe, which would refuse an action that is not among the options."""
	package = Path(__file__).parents[2] / "client_comms"
	constants = {}
	for module in ("entries", "following"):
		found = re.findall(
			r'^([A-Z_]+) = "([A-Z][A-Za-z -]+)"$', (package / f"ledger/{module}.py").read_text(), re.M
		)
		constants.update(found)
	del constants["ENTRY"], constants["CHECKPOINT"]  # DocTypes
	(file,) = (file for file in FILES if file.stem == "compliance_ledger_entry")
	(action,) = (field for field in json.loads(file.read_text())["fields"] if field["fieldname"] == "action")
	assert set(constants.values()) == set(action["options"].split("\n"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_empty_list_says_what_it_is_for(file):
	"""Frappe shows the description there. Clause codes mean nothing to its readers."""
	doctype = json.loads(file.read_text())
	if doctype.get("istable") or doctype.get("issingle"):
		return
	description = doctype.get("description") or ""
	assert description.endswith(".")
	assert not re.search(r"\([A-Z]-\d\)", description)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_list_opens_for_users_whose_roles_can_read_it(file):
	"""A DocType that is "User Cannot Search" has no address in the desk, for any user but Administrator."""
	assert not json.loads(file.read_text()).get("read_only")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_column_of_a_list_looks_like_the_list(file):
	"""Version 16 gives a cell the name of its field as a class, and `result` is that of the whole list: as high as a screen."""
	doctype = json.loads(file.read_text())
	columns = [field["fieldname"] for field in doctype["fields"] if field.get("in_list_view")]
	assert "result" not in columns or doctype.get("istable")


# Of a column that names no width, in version 15.
_WIDTH = {"Small Text": 3, "Check": 1}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_table_in_a_form_has_room_for_all_of_its_columns(file):
	"""Version 15 leaves out the columns behind the tenth part of the width, a mandatory one as well."""
	doctype = json.loads(file.read_text())
	shown = [field for field in doctype["fields"] if field.get("in_list_view")]
	widths = [field.get("columns") or _WIDTH.get(field["fieldtype"], 2) for field in shown]
	assert not doctype.get("istable") or sum(widths) <= 10
	# A moment is read whole.
	assert [f["fieldname"] for f in shown if f["fieldtype"] == "Datetime" and f.get("columns") == 1] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_percentage_is_not_read_as_thousands(file):
	"""Frappe shows 80 as 80,000 in a German number format, unless the field says how many decimals it has."""
	fields = json.loads(file.read_text())["fields"]
	assert [
		field["fieldname"] for field in fields if field["fieldtype"] == "Percent" and "precision" not in field
	] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_buttons_beside_a_long_name_have_room(file):
	"""The style sheet knows this app's lists and forms by the first word of their address."""
	doctype = json.loads(file.read_text())
	sheet = (Path(__file__).parents[2] / "client_comms/public/css/client_comms.css").read_text()
	assert doctype.get("istable") or f'[data-route*="/{doctype["name"].split()[0]} "]' in sheet


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_the_form_hides_is_not_printed(file):
	# Frappe prints hidden fields unless they say so themselves.
	shown = [
		field for field in json.loads(file.read_text())["fields"] if not field["fieldtype"].endswith("Break")
	]
	assert [
		field["fieldname"] for field in shown if field.get("hidden") and not field.get("print_hide")
	] == []


# Documents of Frappe, ERPNext and this app that can be confidential, or belong to one that is.
_CONFIDENTIAL = {
	"Call Log",
	"Client Interaction",
	"Comment",
	"Communication",
	"Email Queue",
	"Event",
	"File",
	"Issue",
	"Lead",
	"Opportunity",
	"ToDo",
}
# They have nothing of what they name but the name.
_NAMES_ALONE = {"Policy Change Run"}


def test_what_names_a_confidential_document_has_a_rule_of_its_own():
	hooks = (Path(__file__).parents[2] / "client_comms/hooks.py").read_text()
	held = {*re.findall(r'"([A-Z][\w ]+)": "client_comms\.enforcement', hooks), *OWNER_FIELDS, *_NAMES_ALONE}
	doctypes = [json.loads(file.read_text()) for file in FILES]
	naming = {
		doctype["name"]
		for doctype in doctypes
		for field in doctype["fields"]
		if not doctype.get("istable")
		and (field["fieldtype"] == "Dynamic Link" or field.get("options") in _CONFIDENTIAL)
	}
	assert naming - held == set()
