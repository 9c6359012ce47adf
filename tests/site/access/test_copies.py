"""The copy of a confidential document is as confidential (P-2)."""

import frappe
import pytest

pytestmark = pytest.mark.clause("P-2")

COPIED = {
	"Issue": {"subject": "The roof leaks"},
	"Lead": {"lead_name": "Anna"},
	"Event": {"subject": "On the roof", "starts_on": "2026-11-30 10:00:00", "event_type": "Public"},
}


@pytest.mark.parametrize("doctype", COPIED)
def test_that_an_auto_repeat_makes(doctype, held, staff, as_user):
	document = held(doctype, **COPIED[doctype])
	repeat = frappe.get_doc(
		{
			"doctype": "Auto Repeat",
			"reference_doctype": doctype,
			"reference_document": document.name,
			"frequency": "Daily",
			"start_date": frappe.utils.today(),
		}
	)
	repeat.name = "Every Day"
	repeat.db_insert()

	made = repeat.make_new_document()

	assert made.name != document.name
	assert frappe.db.get_value(doctype, made.name, "confidentiality_level") == "Sensitive"
	with as_user(staff.uncleared):
		assert not frappe.get_list(doctype, {"name": made.name})
