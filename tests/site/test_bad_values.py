"""What would show a document's title, or run in the browser of others, is refused where it is entered."""

import frappe
import pytest

from client_comms import api

STANDARD = "Standard"


def test_only_clients_are_clients(make_user, as_user):
	user = make_user("Frontline Staff")
	error = frappe.log_error(title="Password of the server is 1234")
	with as_user(user), pytest.raises(frappe.ValidationError, match="no kind of client"):
		api.log_interaction(
			party_type="Error Log",
			party=error.name,
			communication_type="Initial Inquiry",
			channel="Phone",
			direction="Inbound",
			subject="Roof",
			summary="Asks for an offer.",
			responsible_staff=user,
		)


@pytest.mark.parametrize("color", ['red" onmouseover="alert(1)', "red", "#12"])
def test_a_color_is_a_color(color):
	level = frappe.get_doc("Confidentiality Level", STANDARD)
	level.color = color
	with pytest.raises(frappe.ValidationError, match="is no color"):
		level.save()
	level.reload()
	level.color = "#CB2929"
	level.save()


def test_number_series_of_other_doctypes_are_known(site):
	from client_comms.setup import uninstall

	assert not "XQ-00001".startswith(uninstall._series_of_others())
	frappe.get_doc(
		{
			"doctype": "Property Setter",
			"doctype_or_field": "DocField",
			"doc_type": "Sales Invoice",
			"field_name": "naming_series",
			"property": "options",
			"value": "XQ-.#####\nACC-SINV-.YYYY.-",
		}
	).insert()
	assert "XQ-00001".startswith(uninstall._series_of_others())
