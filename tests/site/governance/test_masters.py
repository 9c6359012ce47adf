"""Types, channels, methods and levels in the user's language; a type that no version knows (M-1)."""

import frappe
import pytest

from client_comms import procedure
from client_comms.api.matrix import versions_without_rule

pytestmark = pytest.mark.clause("M-1")

NAMES = {
	"Communication Type": [row["type_name"] for row in procedure.COMMUNICATION_TYPES],
	"Communication Channel": procedure.CHANNELS,
	"Documentation Method": [row["method_name"] for row in procedure.DOCUMENTATION_METHODS],
	"Confidentiality Level": [row["level_name"] for row in procedure.LEVELS],
}
# As ERPNext translates them, where it does
SAME = {"de": {"Standard", "Portal"}, "fr": {"Standard", "Chat"}}
STANDARD_WORD = "Email"  # which Frappe translates into French in version 16 alone


@pytest.mark.parametrize("language", SAME)
@pytest.mark.parametrize("doctype", NAMES)
def test_link_fields_show_the_names_of_masters_translated(doctype, language):
	assert frappe.get_meta(doctype).translated_doctype
	for name in {*NAMES[doctype]} - {STANDARD_WORD}:
		assert (frappe._(name, language) == name) == (name in SAME[language]), name


def test_a_type_that_no_version_knows_says_so_at_once(make_user, as_user):
	frappe.get_doc({"doctype": "Communication Type", "type_name": "Recall"}).insert()
	(version,) = frappe.get_all("Communication Matrix", {"docstatus": 1}, pluck="name")
	with as_user(make_user("Client Communications Manager")):
		assert versions_without_rule("Recall") == [version]
		assert versions_without_rule(procedure.INITIAL_INQUIRY) == []
	with as_user("Guest"), pytest.raises(frappe.PermissionError):
		versions_without_rule("Recall")


def test_a_rule_without_days_for_the_acknowledgement_needs_none():
	version = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	version.docstatus = 0
	version.rules[0].update({"acknowledge_within_days": None, "respond_within_days": 2})
	version.insert()
	assert version.reload().rules[0].acknowledge_within_days == 0
