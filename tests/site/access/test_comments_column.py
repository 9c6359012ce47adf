"""No document keeps the text of a confidential message that is filed under it (P-2)."""

import json

import frappe
import pytest

from client_comms.enforcement import comments_column
from client_comms.intake import arrivals

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain"


@pytest.fixture
def customer(make_client):
	return frappe.get_doc("Customer", make_client("Anna Client", "anna@client.example").party)


def message(about, **fields):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Event",  # neither logged nor checked at the gate
			"subject": "Noise",
			"content": WORDS,
			"reference_doctype": about.doctype,
			"reference_name": about.name,
			**fields,
		}
	).insert(ignore_permissions=True)


def column(doc) -> str:
	(row,) = frappe.get_list(doc.doctype, {"name": doc.name}, ["_comments"])
	return row._comments or ""


def test_confidential_from_the_start(customer, complaint):
	made = message(customer, client_interaction=complaint.name, confidentiality_level="Sensitive")
	assert WORDS not in column(customer)
	made.content = f"{WORDS} again"
	made.save(ignore_permissions=True)
	assert WORDS not in column(customer)


def test_confidential_once_it_is_logged(customer, complaint):
	made = message(customer)
	assert WORDS in column(customer)
	arrivals.bind(made, complaint)
	assert WORDS not in column(customer)


def test_comments_and_open_messages_stay(customer, complaint):
	customer.add_comment("Comment", "Call back")
	message(customer, content="Opening hours")
	message(customer, client_interaction=complaint.name, confidentiality_level="Sensitive")
	assert [entry["comment"] for entry in json.loads(column(customer))] == ["Call back", "Opening hours"]


def test_what_was_kept_before(customer, complaint, make_client):
	other = frappe.get_doc("Customer", make_client("Bert Client", "bert@client.example").party)
	unreadable = frappe.get_doc("Customer", make_client("Cara Client", "cara@client.example").party)
	open_one, hidden = message(customer, content="Opening hours"), message(customer)
	message(other)
	frappe.db.set_value("Customer", unreadable.name, "_comments", f'[{{"comment": "{WORDS}')
	frappe.db.set_value("Communication", hidden.name, "client_interaction", complaint.name)
	comments_column.clean(chunk=1)
	assert [entry["name"] for entry in json.loads(column(customer))] == [open_one.name]
	assert WORDS in column(other)
	assert column(unreadable) == "[]"
