"""A message to a client says something (C-4, C-5)."""

import frappe
import pytest

from client_comms.enforcement.methods.missing_checks_frappe import make

pytestmark = pytest.mark.clause("C-4", "C-5")

ANNA = "anna@client.example"
EMPTY = '<div class="ql-editor read-mode"><p><br></p></div>'
SIGNATURE = "<p>Fiona Berg<br>Customer Care</p>"


@pytest.fixture
def send(make_client, mailbox, inquiry, make_user, as_user):
	"""`send("<p>Text</p>")`: a user answers an inquiry in the desk; returns the status of its answer."""
	client = make_client("Anna of Nordlicht", ANNA)
	user = make_user("Frontline Staff")
	frappe.db.set_value("User", user, "email_signature", SIGNATURE)
	doc = inquiry(**client, responsible_staff=user)

	def answer(content, **fields):
		about = {"doctype": doc.doctype, "name": doc.name, "recipients": ANNA}
		with as_user(user):
			make(**{**about, "subject": "Your inquiry", "content": content, "send_email": 1, **fields})
		return frappe.db.get_value(doc.doctype, doc.name, "respond_status")

	yield answer
	assert not frappe.db.exists("Communication", {"reference_name": doc.name, "content": ("in", (EMPTY, ""))})


@pytest.mark.parametrize("content", [EMPTY, "", None, f"<p>&nbsp;</p><br>{SIGNATURE}"])
def test_a_message_without_a_word_is_refused(send, content):
	with pytest.raises(frappe.ValidationError, match="write your message first"):
		send(content)


def test_one_with_a_text_answers(send):
	assert send(f"<p>Yes.</p>{SIGNATURE}").startswith("Met")
