"""When an app whose messages are logged is uninstalled, nothing of it is left (D-1)."""

import frappe
import pytest

from client_comms.enforcement import source_doctypes
from client_comms.setup import custom_fields, sources

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-1")]
MESSAGE = "WhatsApp Message"
ABOUT = {"reference_doctype": MESSAGE}


def traces():
	return [
		*frappe.get_all("Custom Field", {"dt": MESSAGE}, pluck="name"),
		*frappe.get_all("Intake Failure", ABOUT, pluck="name"),
		*frappe.get_all("Logging Exemption", ABOUT, pluck="name"),
		*frappe.get_all("Interaction Event", {"source_doctype": MESSAGE}, pluck="name"),
		*frappe.get_all("Property Setter", {"doc_type": "Interaction Source Rule"}, pluck="name"),
		*(each for each in source_doctypes.active() if each == MESSAGE),
	]


def test_nothing_is_left_of_an_app_that_is_uninstalled(app_installed, log):
	assert traces() == []
	with app_installed(MESSAGE):
		doc = frappe.get_doc(
			{
				"doctype": MESSAGE,
				"type": "Incoming",
				"from": "4930901820",
				"message": "?",
				"content_type": "text",
			}
		)
		doc.db_insert()
		failure = frappe.get_doc(
			{"doctype": "Intake Failure", **ABOUT, "reference_name": doc.name, "reason": "?"}
		)
		failure.flags.ignore_links = True
		failure.insert(ignore_permissions=True)
		interaction = log()
		interaction.record("Contacted", source=doc)
		assert len(traces()) >= 6
		frappe.db.commit()
	assert traces() == []
	interaction.reload()
	assert interaction.events[-1].event == "Contacted"
	interaction.save(ignore_permissions=True)
	sources.follow_removed()  # repeatable
	assert traces() == []


def test_a_source_with_fields_of_these_names_itself_is_left_out_and_named(app_installed, capsys):
	with app_installed(MESSAGE, more={"conversation_key": ("Data", None)}):
		assert f"{MESSAGE} is neither logged nor guarded" in capsys.readouterr().out
		assert frappe.get_all("Custom Field", {"dt": MESSAGE}) == []
		assert MESSAGE not in source_doctypes.active()
		(fault,) = source_doctypes.faults()
		assert "conversation_key" in fault
		options = frappe.get_meta("Interaction Source Rule").get_field("source").options
		assert MESSAGE not in options.splitlines()


def test_a_field_that_a_site_added_to_a_source_is_not_taken_over(app_installed, capsys):
	with app_installed(MESSAGE):
		frappe.db.set_value(
			"Custom Field", f"{MESSAGE}-client_interaction", {"module": None, "label": "Ours"}
		)
		sources.follow_installed("other")
		assert "client_interaction" in capsys.readouterr().out
		stored = frappe.db.get_value("Custom Field", f"{MESSAGE}-client_interaction", ["label", "module"])
		assert stored == ("Ours", None)
		assert MESSAGE not in source_doctypes.active()
		frappe.db.set_value("Custom Field", f"{MESSAGE}-client_interaction", "module", "Client Interactions")
		sources.follow_installed("other")
		assert MESSAGE in source_doctypes.active()
		frappe.db.commit()


def test_the_fields_of_sources_are_those_that_are_looked_for():
	fields = custom_fields.names(custom_fields.custom_fields([MESSAGE]))
	assert fields[MESSAGE] == [*source_doctypes.FIELDS]
