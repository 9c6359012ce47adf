"""Migrating does not restore documents that an administrator deleted."""

import frappe
import pytest

from client_comms.ledger import comparison
from client_comms.setup import install

SETTINGS = "Client Comms Settings"
SHIPPED = {
	"Consent Purpose": "client_comms.patches.v1_0.make_consent_purposes.execute",
	"Terminology Rule": "client_comms.patches.v1_0.make_terminology.execute",
}


def delete_all(doctype):
	if doctype == "Consent Purpose":
		frappe.db.set_single_value("Client Comms Settings", "sharing_purpose", None)
		frappe.db.delete("Consent Notice")
		frappe.db.delete("Data Category")
	for name in frappe.get_all(doctype, pluck="name"):
		frappe.delete_doc(doctype, name, force=True)


@pytest.mark.parametrize("doctype", SHIPPED)
def test_what_was_deleted_stays_away(doctype):
	delete_all(doctype)
	install.after_migrate()
	assert not frappe.db.count(doctype)


@pytest.mark.parametrize(("doctype", "patch"), SHIPPED.items())
def test_a_site_of_before_gets_it_once(doctype, patch):
	assert patch.removesuffix(".execute") in frappe.get_all("Patch Log", pluck="patch")
	delete_all(doctype)
	frappe.get_attr(patch)()
	made = frappe.db.count(doctype)
	assert made
	frappe.delete_doc(doctype, frappe.db.get_value(doctype, {}), force=True)
	frappe.get_attr(patch)()
	assert frappe.db.count(doctype) == made - 1


def test_new_settings_get_their_defaults_whatever_a_patch_saves_before():
	new = {"mailbox_silent_minutes": 60, "access_request_hours": 8}
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": ("in", list(new))})
	frappe.db.delete("Escalation Step", {"parent": SETTINGS})
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	for patch in frappe.get_all("Patch Log", {"patch": ("like", "client_comms.%")}, pluck="patch"):
		if patch.rpartition(".")[2] in ("make_ladder", "watch_mailboxes"):
			frappe.get_attr(f"{patch}.execute")()
	install.after_migrate()
	settings = frappe.get_doc(SETTINGS)
	assert {field: settings.get(field) for field in new} == new
	entries = frappe.get_all("Compliance Ledger Entry", {"reference_doctype": SETTINGS}, ["*"])
	assert entries and not list(comparison.faults_of(entries)), "recorded with these values"
