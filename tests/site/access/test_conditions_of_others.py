"""A row condition of another app or of a Server Script narrows what ours lets through, and never widens it (D-5)."""

import frappe
import pytest
from frappe.utils import safe_exec

from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("D-5")

EITHER = "1 = 1 or `tab{0}`.`name` = 'x'"
HIDDEN = {
	"Issue": {"subject": "Fraud by a colleague"},
	"Lead": {"lead_name": "Anna Winter"},
	"Event": {
		"subject": "Talk about a fraud",
		"starts_on": "2026-11-30 10:00:00",
		"event_type": "Public",
	},
}


@pytest.fixture(params=[*HIDDEN])
def hidden(request, held, monkeypatch):
	"""A document that the uncleared user cannot read."""
	if request.param != "Event":
		return held(request.param, **HIDDEN[request.param])
	doc = frappe.get_doc({"doctype": "Event", **HIDDEN["Event"]}).insert()
	doc.db_set("confidentiality_level", "Sensitive", update_modified=False)
	return doc


@pytest.fixture
def listed_by(as_user):
	"""`listed_by(user, doctype)`: the names in a list, as a request asks for it."""

	def ask(user, doctype):
		with as_user(user):
			compose.stand_around()
			return frappe.get_list(doctype, pluck="name", limit=0)

	return ask


@pytest.mark.parametrize("place", ["before", "after"])
def test_an_or_of_another_app(hidden, staff, listed_by, monkeypatch, place):
	real = frappe.get_hooks
	theirs = "frappe.utils.condition_of_another_app"
	monkeypatch.setattr(
		frappe.utils,
		"condition_of_another_app",
		lambda user, doctype=None: EITHER.format(doctype),
		raising=False,
	)

	def get_hooks(hook=None, *args, **kwargs):
		found = real(hook, *args, **kwargs)
		if hook != "permission_query_conditions":
			return found
		here = found.get(hidden.doctype, [])
		return {**found, hidden.doctype: [theirs, *here] if place == "before" else [*here, theirs]}

	monkeypatch.setattr(frappe, "get_hooks", get_hooks)
	assert hidden.name in listed_by("Administrator", hidden.doctype)
	assert hidden.name not in listed_by(staff.uncleared, hidden.doctype)


def test_an_or_of_a_server_script(hidden, staff, listed_by, monkeypatch):
	monkeypatch.setattr(safe_exec, "is_safe_exec_enabled", lambda: True)
	frappe.get_doc(
		{
			"doctype": "Server Script",
			"name": "Everything of Others",
			"script_type": "Permission Query",
			"reference_doctype": hidden.doctype,
			"script": f'conditions = "{EITHER.format(hidden.doctype)}"',
		}
	).insert()
	frappe.cache.delete_value("server_script_map")
	try:
		assert hidden.name not in listed_by(staff.uncleared, hidden.doctype)
		with_theirs = frappe.get_list(hidden.doctype, limit=0, user=staff.uncleared, run=False)
		assert "= 'x'" in (with_theirs if isinstance(with_theirs, str) else with_theirs.get_sql())
	finally:
		frappe.cache.delete_value("server_script_map")
