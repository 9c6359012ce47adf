"""What is said when something fails names and tells nothing of a hidden record (P-2)."""

import json

import frappe
import pytest
from frappe.model import delete_doc

from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("P-2")

DELETE = "frappe.client.delete"
CHANGED = "2020-02-03 04:05:06.777777"


def refusal(call) -> str:
	frappe.clear_messages()
	with pytest.raises(frappe.ValidationError) as refused:
		call()
	return f"{refused.value} {frappe.local.message_log}"


def test_who_links_to_a_document_is_named_to_its_readers_only(staff, held, request_as):
	kind = frappe.get_doc({"doctype": "Issue Type", "name": "Quarrel"}).insert().name
	record = held("Issue", subject="Noise", issue_type=kind)
	delete = {"doctype": "Issue Type", "name": kind}
	hidden = refusal(lambda: request_as(staff.uncleared, DELETE, **delete))
	assert "a document that you cannot read" in hidden
	assert record.name not in hidden
	assert record.name in refusal(lambda: request_as(staff.cleared, DELETE, **delete))


def test_also_by_a_dynamic_link(staff, log, request_as):
	client = frappe.get_doc({"doctype": "Customer", "customer_name": "Acme"}).insert().name
	record = log("Feedback/Complaint", party_type="Customer", party=client)
	for user in staff.values():
		frappe.get_doc("User", user).add_roles("Sales Master Manager")
	delete = {"doctype": "Customer", "name": client}
	assert record.name not in refusal(lambda: request_as(staff.uncleared, DELETE, **delete))
	assert record.name in refusal(lambda: request_as(staff.cleared, DELETE, **delete))


def test_and_in_a_job(staff, complaint):
	compose.stand_around(method="x", kwargs={}, transaction_type="job")
	frappe.set_user(staff.uncleared)
	location = frappe._dict(doctype="Physical Location", name="Shelf")
	with pytest.raises(frappe.LinkExistsError, match="a document that you cannot read"):
		delete_doc.raise_link_exists_exception(location, "Client Interaction", complaint.name)


@pytest.mark.parametrize("doctype", ["Client Interaction", "Issue"])
def test_when_a_hidden_document_was_changed(staff, complaint, held, request_as, doctype):
	record = complaint if doctype == "Client Interaction" else held("Issue", subject="Noise")
	record.db_set("modified", CHANGED, update_modified=False)
	sent = json.dumps({"doctype": doctype, "name": record.name})
	frappe.clear_messages()
	with pytest.raises(frappe.PermissionError) as refused:
		request_as(staff.uncleared, "run_doc_method", docs=sent, method="as_dict")
	assert CHANGED not in f"{refused.value} {frappe.local.message_log}"
	with pytest.raises(frappe.TimestampMismatchError):
		request_as(staff.cleared, "run_doc_method", docs=sent, method="as_dict")
