"""Records that can be confidential are not named by what is in them (P-2): a name is in links, addresses, logs and refusals."""

import frappe
import pytest
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

from client_comms.leak_check import existing_exposures

pytestmark = pytest.mark.clause("P-2")

REFUSED = "can be confidential"


def named_by(doctype, pattern):
	"""As *Customize Form* does."""
	make_property_setter(doctype, None, "autoname", pattern, "Data", for_doctype=True)
	return frappe.get_meta(doctype).autoname


def in_series(doctype, series):
	tool = frappe.get_doc("Document Naming Settings")
	tool.transaction_type, tool.naming_series_options = doctype, series
	tool.update_series()
	return frappe.get_meta(doctype).get_field("naming_series").options


def by_rule(doctype, prefix, *conditions):
	rule = frappe.get_doc(
		{"doctype": "Document Naming Rule", "document_type": doctype, "prefix": prefix, "prefix_digits": 4}
	)
	for field, condition, value in conditions:
		rule.append("conditions", {"field": field, "condition": condition, "value": value})
	return rule.insert()


@pytest.mark.parametrize("pattern", ["field:subject", "format:{subject}-{####}", "prompt"])
@pytest.mark.parametrize("doctype", ["Client Interaction", "Communication"])
def test_by_a_field(doctype, pattern):
	with pytest.raises(frappe.ValidationError, match=REFUSED):
		named_by(doctype, pattern)


def test_by_a_text_in_a_series(set_settings):
	set_settings(govern_issues=1)
	with pytest.raises(frappe.ValidationError, match=REFUSED):
		in_series("Issue", "ISS-.YYYY.-\nISS-.subject.-")


@pytest.mark.parametrize(
	("prefix", "conditions"),
	[("CI-.subject.-", ()), ("FRAUD-", (("subject", "like", "%fraud%"),)), ("X-", (("summary", "=", "x"),))],
)
def test_by_a_rule(prefix, conditions):
	with pytest.raises(frappe.ValidationError, match=REFUSED):
		by_rule("Client Interaction", prefix, *conditions)


def test_by_numbers(log, set_settings):
	set_settings(govern_issues=1)
	assert named_by("Client Interaction", "format:CIX-{YYYY}-{#####}") == "format:CIX-{YYYY}-{#####}"
	assert log().name.startswith("CIX-20")
	assert in_series("Issue", "ISY-.YYYY.-\nISS-.YYYY.-") == "ISY-.YYYY.-\nISS-.YYYY.-"
	by_rule("Client Interaction", "WEB-", ("channel", "=", "Portal"))
	assert log(channel="Portal").name == "WEB-0001"


def test_by_another_series(log):
	assert in_series("Client Interaction", "CX-.YYYY.-.#####") == "CX-.YYYY.-.#####"
	assert log().name.startswith("CX-20")


def test_documents_that_are_not_governed(set_settings):
	assert named_by("Task", "field:subject") == "field:subject"
	set_settings(govern_leads=0)
	assert named_by("Lead", "field:lead_name") == "field:lead_name"
	assert "Lead" not in str(existing_exposures.of_user("Guest"))
	set_settings(govern_leads=1)
	assert "Lead" in str([*existing_exposures.of_user("Guest")])
	with pytest.raises(frappe.ValidationError, match=REFUSED):
		named_by("Lead", "field:company_name")
