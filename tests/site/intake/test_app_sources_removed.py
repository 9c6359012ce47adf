"""When an app whose messages are logged is uninstalled, nothing of it is left (D-1)."""

import frappe
import pytest

from client_comms.enforcement import source_doctypes
from client_comms.setup import sources

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
