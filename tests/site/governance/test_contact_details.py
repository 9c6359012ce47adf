"""Wrong contact details in the forms of the setup are refused in one message, which names the field (D-1, T-1)."""

import frappe
import pytest

pytestmark = pytest.mark.clause("D-1", "T-1")


def refusal_of(doc):
	frappe.clear_messages()
	with pytest.raises(frappe.ValidationError) as refused:
		doc.save()
	assert len(frappe.local.message_log) == 1
	return frappe.utils.strip_html(str(refused.value))


@pytest.mark.parametrize(
	("field", "wrong", "says"),
	[
		("privacy_email", "no mail", "is not an email address"),
		("privacy_phone", "abc", "is not a phone number"),
		("privacy_policy_url", "nope", "is not the address of a web page"),
		("privacy_policy_url", "javascript:alert(1)", "is not the address of a web page"),
	],
)
def test_of_the_settings(field, wrong, says):
	settings = frappe.get_doc("Client Comms Settings")
	settings.set(field, wrong)
	label = settings.meta.get_label(field)
	assert refusal_of(settings).startswith(f"{label}: {wrong} {says}. Enter one like ")


def test_a_type_of_documents_that_is_missing():
	settings = frappe.get_doc("Client Comms Settings")
	settings.append("checked_documents", {"confidentiality_level": "Standard"})
	assert "row 1, Document Type" in refusal_of(settings)


@pytest.mark.parametrize("wrong", ["nope", "javascript:alert(1)", "ftp://own.example/x", "https:///x"])
def test_of_a_training(wrong):
	training = frappe.get_doc(
		{"doctype": "SOP Training", "training_name": "Phone", "valid_months": 12, "content_url": wrong}
	)
	assert "is not the address of a web page" in refusal_of(training)
	training.content_url = "https://own.example/phone?page=1"
	training.save()
