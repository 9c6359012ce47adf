"""The text of an email is not a template, which could read every record (P-2)."""

import email as standard_email
from email import policy

import frappe
import pytest
from frappe.core.doctype.communication import email
from frappe.core.doctype.communication.mixins import CommunicationEmailMixin

pytestmark = pytest.mark.clause("P-2")

READS = "{{ frappe.db.get_value('Client Interaction', 'NAME', 'summary') }}"
ASKS = "{% if frappe.db.exists('Client Interaction', {'summary': ('like', '%neigh%')}) %}yes{% endif %}"


def html_of(message: str) -> str:
	parsed = standard_email.message_from_string(message, policy=policy.default)
	return parsed.get_body(("html",)).get_content()


@pytest.mark.parametrize("text", [READS, ASKS, "{% raw %}" + READS, "{{{ 1 {# 100 %} {{% x", "{0}: a } b"])
def test_what_a_user_writes_is_sent_as_it_is(text, mailbox, complaint, make_user, as_user):
	"""Version 16 sends a text as the whole page of an email (`raw_html`), and takes it for a template."""
	complaint.db_set("summary", "The neighbours complain")
	text = text.replace("NAME", complaint.name)
	with as_user(make_user("Sales User")):
		email.make(
			content=f"<p>{text}</p>",
			subject="Hello",
			recipients="anna@elsewhere.example",
			send_email=1,
			raw_html=1,
		)
	(message,) = frappe.get_all("Email Queue", pluck="message")
	assert frappe.utils.strip_html(text) in frappe.utils.strip_html(html_of(message))


def test_in_version_15_as_well(monkeypatch):
	"""Which sends no such emails yet."""
	sent = {"raw_html": True, "content": READS}
	monkeypatch.setattr(CommunicationEmailMixin, "sendmail_input_dict", lambda self, *args: dict(sent))
	content = frappe.new_doc("Communication").sendmail_input_dict()["content"]
	assert content != READS
	assert frappe.render_template(content) == READS


def test_a_line_that_ends_as_a_file_does_is_text(mailbox, make_user, as_user):
	with as_user(make_user("Sales User")):
		email.make(
			content="See https://client.example/offer.html",
			subject="Hello",
			recipients="anna@elsewhere.example",
			send_email=1,
			raw_html=1,
		)
	(message,) = frappe.get_all("Email Queue", pluck="message")
	assert "offer.html" in html_of(message)
