"""What the site has of the app's names without being the app's is not replaced (house: uninstalling leaves the site as it was)."""

import frappe
import pytest

from client_comms.setup import foreign_documents


def test_what_the_app_brings_is_its_own(site):
	shipped = foreign_documents.shipped()
	assert {"Client Interaction", "Legal Hold"} <= shipped["DocType"]
	assert {"DocType", "Page", "Print Format", "Report", "Workspace"} <= shipped.keys()
	foreign_documents.refuse()


@pytest.mark.parametrize(
	("doctype", "name"), [("DocType", "Legal Hold"), ("Report", "Owed Today"), ("Page", "scorecard")]
)
def test_a_document_of_others_is_named(site, doctype, name):
	assert frappe.db.exists(doctype, name)
	for module in ("Core", "Custom"):
		frappe.db.set_value(doctype, name, "module", module, update_modified=False)
		with pytest.raises(frappe.ValidationError, match=name):
			foreign_documents.refuse()


def test_only_a_doctype_stops_an_upgrade(site):
	frappe.db.set_value("Report", "Owed Today", "module", "Core", update_modified=False)
	foreign_documents.refuse_doctypes()
	frappe.db.set_value("DocType", "Legal Hold", "module", "Core", update_modified=False)
	with pytest.raises(frappe.ValidationError, match="Legal Hold"):
		foreign_documents.refuse_doctypes()


def test_nothing_is_ours_before_the_app_is_installed(site):
	frappe.db.delete("Module Def", {"app_name": "client_comms"})
	found = foreign_documents.find()
	assert ("DocType", "Third Party") in found and len(found) > 100
