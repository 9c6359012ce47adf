"""One email that arrives in two mailboxes, which two workers fetch at once, is one inquiry (D-1)."""

import time
from email.utils import formatdate

import frappe
import pytest

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-1")]

SUBJECT, ID = "Roof for two mailboxes", "two-mailboxes@client.example"
STORE = """
from client_comms.intake.inbound_mail import ReceivedMail
from frappe.email.receive import InboundMail

account = frappe.get_doc("Email Account", {account!r})
account.unread = []
ReceivedMail.of(InboundMail({raw!r}, account)).process().name
"""


@pytest.fixture
def mailboxes(site):
	made = [
		frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": f"Box {name}",
				"email_id": f"{name}@own.example",
				"smtp_server": "localhost",
			}
		).insert()
		for name in ("support", "sales")
	]
	frappe.db.commit()
	yield made
	frappe.db.rollback()
	for doctype, filters in (
		("Communication", {"message_id": ID}),
		("Client Interaction", {"subject": SUBJECT}),
		("Email Account", {"name": ("in", [each.name for each in made])}),
	):
		for name in frappe.get_all(doctype, filters, pluck="name"):
			frappe.delete_doc(doctype, name, force=True)
	frappe.db.commit()


@pytest.mark.parametrize("isolation", ["on", "off"])
@pytest.mark.parametrize("ends", ["while the other waits", "before the other begins"])
def test_it_is_one_inquiry(mailboxes, sessions, ends, isolation):
	lines = (
		"From: Anna <anna@client.example>",
		"To: support@own.example, sales@own.example",
		f"Subject: {SUBJECT}",
		f"Message-ID: <{ID}>",
		f"Date: {formatdate(time.time())}",
		"",
		"What does it cost?",
	)
	raw = "\n".join(lines).encode()
	steps = [STORE.format(account=each.name, raw=raw) for each in mailboxes]
	one, two = sessions
	for each in sessions:
		each.set_isolation(isolation)
	two.see()  # it fetches, which takes a while
	one.do(steps[0])
	if ends.startswith("before"):
		one.do("frappe.db.commit()")
	two.start(steps[1])
	if ends.startswith("while"):
		assert two.is_waiting()
		one.do("frappe.db.commit()")
	two.result()
	two.do("frappe.db.commit()")
	frappe.db.rollback()
	stored = frappe.get_all("Communication", {"message_id": ID}, pluck="client_interaction")
	inquiries = frappe.get_all("Client Interaction", {"subject": SUBJECT}, pluck="name")
	assert len(inquiries) == 1 and {*stored} == {*inquiries}


def test_a_worker_that_is_killed_keeps_no_one_waiting(mailboxes, sessions):
	one, two = sessions
	take = f"from client_comms.intake import turns; turns.take({ID!r})"
	one.do(take)
	two.start(take)
	assert two.is_waiting()
	one.do("frappe.db.close()")
	two.result(timeout=10)
